"""A running Odoo to try things on: installed the first time, started in seconds afterwards.

Decides that all who use a release share its servers, each with a database of his own, and that the servers end
when the last user is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.sandbox.odoo import databases, template
from woodoo.sandbox.odoo.folders import Folders, read_json
from woodoo.sandbox.odoo.keeper import WORKING, answers
from woodoo.sandbox.odoo.places import place_for
from woodoo.sandbox.odoo.progress import say
from woodoo.sandbox.odoo.releases import release

_START_TIMEOUT = 180.0


@dataclass(frozen=True)
class Server:
    """A running Odoo and how to get into one of its databases."""

    version: str
    url: str
    database: str
    #: The connector's user, without administrator's rights, and its API key.
    login: str
    key: str = field(repr=False)
    admin_login: str
    admin_password: str = field(repr=False)
    admin_key: str = field(repr=False)
    #: Process id of Odoo's main process.
    pid: int

    @property
    def secret(self) -> str:
        """The API key under the name that `woodoo.odoo.endpoint.Endpoint` has for it."""
        return self.key


def install(version: str) -> None:
    """Bring up everything a release needs, up to its template database. Done steps are not repeated.

    Takes some minutes the first time; safe to kill and call again.

    Raises:
        ConfigError: this machine cannot run it; the message says what is missing.
        RemoteError: a step failed; the message names its log.
    """
    known = release(version)
    folders = Folders.of(known.version)
    if folders.done("template") is not None:
        return
    place = place_for(known, folders)
    folders.create()
    with folders.locked("install", waiting=lambda: say(f"Odoo {version}: another process installs it, waiting ...")):
        place.install()
        if folders.done("template") is not None:
            return
        with folders.locked("keeper"), databases.postgres_of(folders, port=0) as postgres:
            template.write_config(folders, known, place, db_port=postgres.port or 0, ports=(8069, 8072))
            with databases.connect(folders) as connection:
                template.make_template(folders, known, place, connection)


def start(version: str, *, stay: bool = False) -> Server:
    """Return a release's running server with its shared database, installing and starting it where needed.

    Without `stay` it ends soon unless the caller is within `using`; with it, it stays until `stop`.

    Raises:
        ConfigError: this machine cannot run it.
        RemoteError: a step of the installation failed.
        RemoteDown: the server did not start; the message names the log.
    """
    version = release(version).version
    install(version)
    folders = Folders.of(version)
    if stay:
        folders.pinned.touch()
    with folders.locked("start"):
        if (found := find(version)) is not None:
            return found
        return _spawn(version, folders)


def find(version: str) -> Server | None:
    """Return a release's server if it runs."""
    folders = Folders.of(release(version).version)
    said = read_json(folders.keeper)
    if said is None or not _is_keeper(said["pid"]) or not answers(said["url"]):
        return None
    secret = template.credentials(folders)
    return Server(
        version=version,
        url=said["url"],
        database=WORKING,
        login=secret["login"],
        key=secret["key"],
        admin_login=template.ADMIN_LOGIN,
        admin_password=secret["admin_password"],
        admin_key=secret["admin_key"],
        pid=said["odoo_pid"],
    )


def stop(version: str) -> bool:
    """End a release's servers, whoever uses them; return whether they ran."""
    folders = Folders.of(release(version).version)
    folders.pinned.unlink(missing_ok=True)
    said = read_json(folders.keeper)
    if said is None or not _is_keeper(said["pid"]):
        return False
    os.kill(said["pid"], signal.SIGTERM)
    with folders.locked("keeper"):  # the keeper holds it as long as it lives
        return True


@contextlib.contextmanager
def using(version: str, *, fresh: bool = False) -> Iterator[Server]:
    """Give a running server for the length of a block; the last user's leaving ends it.

    Args:
        fresh: with a database of one's own, copied from the template and removed afterwards.
    """
    folders = Folders.of(release(version).version)
    install(version)
    with folders.in_use():
        server = start(version)
        if not fresh:
            yield server
            return
        name = databases.passing_name()
        server = new_database(version, name)
        try:
            yield server
        finally:
            drop_database(version, name)


def new_database(version: str, name: str) -> Server:
    """Make a clean database and return the server with it.

    A name that a running server has already served needs `reset` instead: its workers remember the old one.

    Raises:
        ConfigError: the server does not run, or the name is not a plain one.
    """
    server = find(version)
    if server is None:
        raise ConfigError(f"The sandbox's Odoo {version} does not run.", fix="Start it first.")
    known = release(version)
    folders = Folders.of(known.version)
    with folders.locked("copy"), databases.connect(folders) as connection:
        databases.copy(connection, place_for(known, folders).data, databases.TEMPLATE, name)
    return replace(server, database=name)


def drop_database(version: str, name: str) -> None:
    """Remove a database of the running server."""
    known = release(version)
    folders = Folders.of(known.version)
    with databases.connect(folders) as connection:
        databases.drop(connection, place_for(known, folders).data, name)


def reset(version: str, name: str = WORKING) -> Server:
    """Make a database clean again under the same name; Odoo is restarted, so that it forgets the old one."""
    server = new_database(version, name)
    folders = Folders.of(release(version).version)
    said = read_json(folders.keeper) or {}
    os.kill(said["pid"], signal.SIGHUP)
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        renewed = find(version)
        if renewed is not None and renewed.pid != server.pid:
            return replace(renewed, database=name)
        time.sleep(0.2)
    raise _not_started(version, folders)


def _spawn(version: str, folders: Folders) -> Server:
    """Start the keeper as a process of its own and wait until its servers answer."""
    with (folders.logs / "keeper.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "woodoo.sandbox", "odoo", "keep", "--version", version],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        if (found := find(version)) is not None:
            return found
        time.sleep(0.2)
    raise _not_started(version, folders)


def _not_started(version: str, folders: Folders) -> RemoteDown:
    return RemoteDown(
        f"The sandbox's Odoo {version} did not start.",
        side="odoo",
        where=str(folders.logs),
        fix=f"See keeper.log, odoo.log and {databases.postgres_of(folders).log_file} in {folders.logs}.",
    )


def _is_keeper(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"woodoo.sandbox" in file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False
