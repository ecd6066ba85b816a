"""The process that keeps one sandbox's servers running: its PostgreSQL and its Odoo.

Decides when they end: when told to, when one of them dies, or when nobody uses them any more, unless somebody
asked for them to stay. They are its children and cannot outlive it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from woodoo.domain.errors import RemoteDown
from woodoo.runtime.launch import Child
from woodoo.sandbox.odoo import databases, template
from woodoo.sandbox.odoo.folders import Folders, read_json, write_json
from woodoo.sandbox.odoo.places import ODOO_DATA, Place, place_for
from woodoo.sandbox.odoo.releases import release

#: The database everybody shares who does not ask for one of his own.
WORKING = "woodoo"

#: Seconds without a user after which the servers end.
_GRACE = 10.0
_START_TIMEOUT = 120.0


class Keeper:
    """Runs the servers of one release until they are no longer wanted."""

    def __init__(self, version: str) -> None:
        self.release = release(version)
        self.folders = Folders.of(self.release.version)
        self.place: Place = place_for(self.release, self.folders)
        self._wanted = threading.Event()  # set: look up from the wait
        self._stop = False
        self._renew = False

    def run(self) -> None:
        """Start the servers, say so in `keeper.json`, and stay until they are no longer wanted."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGHUP, self._on_signal)
        with self.folders.locked("keeper"):
            self.folders.keeper.unlink(missing_ok=True)  # what a killed one said
            ports = self._ports()
            with databases.postgres_of(self.folders, port=ports[2]) as postgres:
                template.write_config(
                    self.folders, self.release, self.place, db_port=postgres.port or 0, ports=ports[:2]
                )
                self._clear_away()
                try:
                    while not self._stop:
                        self._renew = False
                        with self._odoo(ports[0]) as child:
                            self._announce(child, ports)
                            self._watch(child)
                finally:
                    self.folders.keeper.unlink(missing_ok=True)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """SIGHUP: restart Odoo only. Others: end everything."""
        if number == signal.SIGHUP:
            self._renew = True
        else:
            self._stop = True
        self._wanted.set()

    def _ports(self) -> tuple[int, int, int]:
        """Return ports for Odoo, its long polling and PostgreSQL: those of the last time if they are free."""
        last = (read_json(self.folders.base / "ports.json") or {}).get("ports", [])
        ports = tuple(_free(port) for port in (last if len(last) == 3 else [0, 0, 0]))
        write_json(self.folders.base / "ports.json", {"ports": ports})
        return ports[0], ports[1], ports[2]

    def _clear_away(self) -> None:
        """Remove what killed test runs have left, and make the working database where there is none."""
        with databases.connect(self.folders) as connection:
            present = databases.names(connection)
            for name in present:
                if name.startswith(databases.PASSING_PREFIX):
                    databases.drop(connection, self.place.data, name)
            if WORKING not in present:
                databases.copy(connection, self.place.data, databases.TEMPLATE, WORKING)

    @contextmanager
    def _odoo(self, port: int) -> Iterator[Child]:
        """Run Odoo for the length of a block."""
        log: Path = self.folders.logs / "odoo.log"
        with log.open("ab") as output:
            child = Child.start(self.place.odoo(f"--config={ODOO_DATA}/odoo.conf", name="server"), output)
        try:
            _await_odoo(child, f"http://127.0.0.1:{port}", log)
            yield child
        finally:
            child.stop((signal.SIGINT, 10.0), (signal.SIGTERM, 3.0))

    def _announce(self, child: Child, ports: tuple[int, int, int]) -> None:
        write_json(
            self.folders.keeper,
            {
                "pid": os.getpid(),
                "odoo_pid": child.pid,
                "url": f"http://127.0.0.1:{ports[0]}",
                "postgres_port": ports[2],
                "started": int(time.time()),
            },
        )

    def _watch(self, child: Child) -> None:
        """Return when Odoo shall be restarted or everything shall end."""
        idle_since: float | None = None
        while not self._stop and not self._renew:
            self._wanted.wait(1.0)
            self._wanted.clear()
            if not child.running:
                print(f"Odoo ended by itself, exit code {child.returncode}", file=sys.stderr)
                self._stop = True
            if self.folders.pinned.exists():
                idle_since = None
                continue
            with self.folders.unused() as unused:
                if not unused:
                    idle_since = None
                elif idle_since is None:
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since > _GRACE:
                    # Whoever comes now waits for our lock and finds nothing announced.
                    self.folders.keeper.unlink(missing_ok=True)
                    self._stop = True


def _await_odoo(child: Child, url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        if child.ended.wait(0.3):
            break
        if answers(url):
            return
    raise RemoteDown(
        f"Odoo did not start (exit code {child.returncode}).",
        side="odoo",
        where=str(log),
        fix=f"The whole log is in {log}.",
    )


def answers(url: str) -> bool:
    """Whether an Odoo answers at this address."""
    try:
        with xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common") as common:
            return bool(common.version())
    except (OSError, xmlrpc.client.Error, xmlrpc.client.ResponseError):
        return False


def _free(port: int) -> int:
    """Return this port if it is free, else any that is."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")
