"""Where the Odoo sandbox keeps its files: one folder for the machine, used again by later runs.

Decides that a step counts as done once its marker is there, that markers are written last, and that one process
at a time installs or starts a release.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from woodoo.domain.errors import ConfigError

#: The account Odoo's files belong to and that it runs as: a number with no name and no rights on the machine.
ODOO_UID = 60914


def sandbox_home() -> Path:
    """Return the sandbox's folder: `WOODOO_SANDBOX`, else /var/lib/woodoo-sandbox (root) or one of the account's."""
    if named := os.environ.get("WOODOO_SANDBOX"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/woodoo-sandbox")
    return Path.home() / ".local" / "share" / "woodoo-sandbox"


@dataclass(frozen=True)
class Folders:
    """The files of one release."""

    base: Path

    @classmethod
    def of(cls, version: str) -> Folders:
        """Return the files of a release; nothing is created."""
        return cls(sandbox_home() / f"odoo-{version}")

    @property
    def root(self) -> Path:
        """Root folder of the small Debian in which Odoo lives."""
        return self.base / "root"

    @property
    def postgres(self) -> Path:
        """Data of the release's own PostgreSQL."""
        return self.base / "postgres" / "data"

    @property
    def logs(self) -> Path:
        """Logs of every step and of the servers."""
        return self.base / "logs"

    @property
    def keeper(self) -> Path:
        """What the running keeper says about itself."""
        return self.base / "keeper.json"

    @property
    def pinned(self) -> Path:
        """There while the servers shall stay up without anybody using them."""
        return self.base / "pinned"

    def create(self) -> None:
        """Create the folders.

        Raises:
            ConfigError: they cannot be created.
        """
        try:
            for folder in (self.base, self.base / "steps", self.logs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ConfigError(
                f"The sandbox's folder {self.base} cannot be created: {exc.strerror}.",
                where="WOODOO_SANDBOX",
                fix="Name another folder in WOODOO_SANDBOX.",
            ) from exc

    # Steps

    def done(self, step: str) -> dict[str, Any] | None:
        """Return what was noted when a step ended; None if it has not."""
        return read_json(self.base / "steps" / f"{step}.json")

    def mark(self, step: str, **notes: Any) -> None:
        """Note that a step has ended."""
        write_json(self.base / "steps" / f"{step}.json", {**notes, "at": int(time.time())})

    # Locks

    @contextlib.contextmanager
    def locked(self, what: str = "install", *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Let one process at a time do something; the others call `waiting` once, and wait."""
        with (self.base / f"{what}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Count as a user of the running servers; the kernel takes a dead process out of the count."""
        with (self.base / "users.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    @contextlib.contextmanager
    def unused(self) -> Iterator[bool]:
        """Tell whether nobody uses the servers, and keep it so for the length of the block."""
        with (self.base / "users.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a small file of ours; None if it is not there."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return loaded if isinstance(loaded, dict) else None


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a small file (0600) that appears complete or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    draft.rename(path)
