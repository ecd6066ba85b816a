"""Woodoo's own database server, for shops that do not bring one.

Decides that it asks for a password, listens on a socket only unless told otherwise, runs without rights, ends
with the process that started it, and comes back by itself after a crash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.runtime import home
from woodoo.runtime.accounts import Account, server_account
from woodoo.runtime.binaries import ENVIRONMENT, NEWEST, Binaries, binaries_for, major_of
from woodoo.runtime.launch import Child, Launch
from woodoo.runtime.postgres_files import (
    free_port,
    last_lines,
    locale_name,
    private_folder,
    readable_copy,
    serves,
    socket_folder,
)

#: Role (superuser of this server) and database of the service.
ROLE = DATABASE = "woodoo"

#: Modest on purpose: the service shares its machine. Any of them can be changed by `settings=`.
SETTINGS: Mapping[str, str] = {
    "shared_buffers": "64MB",
    "max_connections": "80",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "log_min_messages": "warning",
    # Statements that failed and rows that clashed hold personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}

#: For throw-away servers: a crash of the machine may lose data, nothing else changes.
THROWAWAY: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

#: The socket's name carries a port even where none is listened on.
_SOCKET_PORT = 5432

#: A log file beyond this many bytes is put aside (one generation) at the next start.
_LOG_LIMIT = 10_000_000


class EmbeddedPostgres:
    """A PostgreSQL server in a child process, with its data in `data_dir`.

    Beside `data_dir` lie its log (`NAME.log`), its password (`NAME.password`, 0600) and a lock.
    """

    def __init__(
        self,
        data_dir: Path | str | None = None,
        *,
        port: int | None = None,
        version: int | None = None,
        settings: Mapping[str, str] | None = None,
        start_timeout: float = 60.0,
    ) -> None:
        """Describe a server; nothing happens before `start`.

        Args:
            data_dir: where the data lies or shall lie; default: in Woodoo's home folder.
            port: also listen on 127.0.0.1 at this port (0: any free one); None: the socket only.
            version: major version for new data (16 or 18); existing data keeps its own.
            settings: server settings on top of `SETTINGS`.
            start_timeout: seconds until a server that does not answer counts as failed. Recovery after a
                crash happens within them.
        """
        self.data_dir = Path(data_dir or home.postgres_data()).absolute()
        self.port = port
        self._version = version
        self._settings = {**SETTINGS, **(settings or {})}
        self._start_timeout = start_timeout
        self._child: Child | None = None
        self._owner = 0

    # What it is called

    @property
    def log_file(self) -> Path:
        """The server's log."""
        return self._beside(".log")

    @property
    def password_file(self) -> Path:
        """The file with the role's password."""
        return self._beside(".password")

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket: beside the data when its path is short enough, else in /run or /tmp."""
        return socket_folder(self.data_dir)

    @property
    def pid(self) -> int | None:
        """The server's process id while we run it."""
        return self._child.pid if self._child and self._child.running else None

    @property
    def running(self) -> bool:
        """Whether the server that we started is alive."""
        return self.pid is not None

    def url(self, database: str = DATABASE) -> str:
        """Return the address of a database through the socket, with role and password.

        Secret: never log it.

        Raises:
            ConfigError: the server has never been started, or its password cannot be read.
        """
        if not self.password_file.exists():
            raise ConfigError(f"There is no database at {self.data_dir} yet.", fix="Start it first.")
        password = home.secret_file(self.password_file)
        place = quote(str(self.socket_dir), safe="")
        return (
            f"postgresql://{ROLE}:{quote(password, safe='')}@/{quote(database, safe='')}"
            f"?host={place}&port={self._socket_port()}"
        )

    # Start and stop

    def start(self) -> str:
        """Start the server, making its data first where there is none, and return its `url()`.

        After a kill -9 or a power cut PostgreSQL recovers by itself; leftovers of the old process are cleared
        away, and an old one that is still stopping is waited for.

        Raises:
            ConfigError: another process runs a server on this data, or the machine does not allow it.
            RemoteDown: it did not answer in time; the message names the log.
        """
        if self.running:
            return self.url()
        account = server_account()
        self._prepare_folders(account)
        with self._locked():
            binaries = binaries_for(account, major_of(self.data_dir) or self._version or NEWEST)
            if major_of(self.data_dir) is None:
                self._initialise(binaries, account)
            self._await_predecessor()
            if self.port == 0:
                self.port = free_port()
            self._start_child(binaries, account)
        return self.url()

    def stop(self) -> None:
        """End the server in order: open transactions are rolled back, connections closed. Idempotent.

        In a process forked from the one that started it this does nothing.
        """
        if self._child is None or self._owner != os.getpid():
            return
        self._child.stop((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))
        self._child = None

    def answers(self) -> bool:
        """Whether a server on this data takes connections now, whoever started it."""
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except (psycopg.OperationalError, ConfigError):
            return False
        return True

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The steps

    def _beside(self, suffix: str) -> Path:
        return self.data_dir.parent / (self.data_dir.name + suffix)

    def _prepare_folders(self, account: Account | None) -> None:
        if self.data_dir.is_relative_to(home.home()):
            home.ensure_home()
        self.data_dir.parent.mkdir(mode=0o711 if account else 0o700, parents=True, exist_ok=True)
        if account is not None and not account.reaches(self.data_dir):
            raise ConfigError(
                f"PostgreSQL runs as the account {account.name}, which cannot reach {self.data_dir}.",
                where=str(self.data_dir),
                fix="Choose a folder other accounts may pass through (WOODOO_HOME), such as /var/lib/woodoo,"
                " or another account (WOODOO_PG_USER).",
            )
        private_folder(self.socket_dir, account)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time make or start this server."""
        with self._beside(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _initialise(self, binaries: Binaries, account: Account | None) -> None:
        """Make the data beside its place and move it there, so that it is there complete or not at all."""
        draft = self._beside(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if account is not None:
            account.own(draft)
        with readable_copy(home.secret_file(self.password_file), account) as password_file:
            argv = [
                binaries.program("initdb"),
                f"--pgdata={draft}",
                f"--username={ROLE}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                f"--locale={locale_name()}",
                "--no-instructions",
                *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
            ]
            result = self._as(account, argv).run(timeout=300)
        if result.returncode != 0:
            raise ConfigError(
                f"PostgreSQL could not make its data folder {self.data_dir}. It says: {last_lines(result.stdout)}",
                where=str(self.data_dir),
                fix="See to that (space, rights), then start again.",
            )
        draft.rename(self.data_dir)

    def _await_predecessor(self) -> None:
        """Wait for a server on this data that is stopping; clear away the mark of one that is dead.

        PostgreSQL itself takes any living process with the noted id for a running server, also a stranger
        that was given the id after a restart of the machine.
        """
        deadline = time.monotonic() + self._start_timeout
        while (pid := self._noted_pid()) is not None:
            if not serves(pid, self.data_dir):
                (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
                return
            if time.monotonic() > deadline or self.answers():
                raise ConfigError(
                    f"Another process already runs the database in {self.data_dir} (process {pid}).",
                    where=str(self.data_dir),
                    fix="Use the Woodoo that is running, or stop it first.",
                )
            time.sleep(0.2)

    def _noted_pid(self) -> int | None:
        noted = self._noted(0)
        return None if noted is None else abs(noted)

    def _socket_port(self) -> int:
        """Return the port in the socket's name: ours, or what the running server noted."""
        return self.port or self._noted(3) or _SOCKET_PORT

    def _noted(self, line: int) -> int | None:
        """Read a number from postmaster.pid: line 0 is the process, 3 the port."""
        try:
            return int((self.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()[line])
        except (OSError, ValueError, IndexError):
            return None

    def _start_child(self, binaries: Binaries, account: Account | None) -> None:
        """Start the server and wait until it answers, once more if the remains of an old one are in the way."""
        deadline = time.monotonic() + self._start_timeout
        while True:
            with self._open_log() as log:
                self._child = Child.start(self._as(account, self._server_command(binaries)), log)
            self._owner = os.getpid()
            if self._wait_until_ready(deadline):
                return
            said = last_lines(self._log_tail())
            self.stop()
            if "still in use" not in said or time.monotonic() > deadline:
                break
            time.sleep(0.5)  # backends of a killed server notice its death within moments
        raise RemoteDown(
            f"The embedded PostgreSQL did not start: {said}",
            side="database",
            where=str(self.log_file),
            fix=f"The whole log is in {self.log_file}.",
        )

    def _server_command(self, binaries: Binaries) -> list[str]:
        settings = {
            **self._settings,
            "listen_addresses": "" if self.port is None else "127.0.0.1",
            "unix_socket_directories": str(self.socket_dir),
            "password_encryption": "scram-sha-256",
        }
        argv = [binaries.program("postgres"), "-D", str(self.data_dir), "-p", str(self.port or _SOCKET_PORT)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return argv

    def _wait_until_ready(self, deadline: float) -> bool:
        """Wait for the first connection and make the service's database; False if the server ended."""
        assert self._child is not None
        while time.monotonic() < deadline:
            if self._child.ended.wait(0.05):
                return False
            with contextlib.suppress(psycopg.OperationalError):
                with psycopg.connect(self.url("postgres"), connect_timeout=5, autocommit=True) as connection:
                    _ensure_database(connection, DATABASE)
                return True
        return False

    def _as(self, account: Account | None, argv: list[str]) -> Launch:
        return Launch(
            argv,
            ENVIRONMENT,
            uid=account.uid if account else None,
            gid=account.gid if account else None,
            signal=signal.SIGINT,  # PostgreSQL's "fast shutdown"
        )

    def _open_log(self) -> IO[bytes]:
        """Open the log for appending, putting a long one aside."""
        with contextlib.suppress(FileNotFoundError):
            if self.log_file.stat().st_size > _LOG_LIMIT:
                self.log_file.rename(self.log_file.with_suffix(".log.1"))
        handle = os.open(self.log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(handle, "ab")

    def _log_tail(self) -> str:
        with self.log_file.open("rb") as file:
            file.seek(max(0, self.log_file.stat().st_size - 4000))
            return file.read().decode(errors="replace")


@contextlib.contextmanager
def reachable(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Give the `url()` of a server for the length of a block: the running one, else one started for it.

    For commands that must work beside a running service as well as without one.
    """
    if postgres.answers():
        yield postgres.url()
        return
    with postgres:
        yield postgres.url()


@contextlib.contextmanager
def throwaway(*, version: int | None = None, settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedPostgres]:
    """Run an empty server that leaves nothing behind: for tests and demonstrations."""
    folder = Path(tempfile.mkdtemp(prefix="woodoo-pg-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    try:
        with EmbeddedPostgres(folder / "data", version=version, settings={**THROWAWAY, **(settings or {})}) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ensure_database(connection: psycopg.Connection, name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
