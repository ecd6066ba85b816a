"""Which system account the database server runs as, and what that account can reach.

Decides that PostgreSQL, which refuses to run as root, takes an account that exists already. Woodoo never
creates one.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from woodoo.domain.errors import ConfigError

#: In this order, when root starts the server and WOODOO_PG_USER names none.
CANDIDATES = ("woodoo", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system account other than our own."""

    name: str
    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Whether the account may pass through every folder down to `path` (which need not exist)."""
        return all(self._may_enter(folder) for folder in path.absolute().parents if folder.exists())

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)

    def own(self, path: Path) -> None:
        """Make the account the owner of one file or folder."""
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """Return the account to change to before starting PostgreSQL; None when we are not root.

    Raises:
        ConfigError: WOODOO_PG_USER names no account or root itself, or none of `CANDIDATES` exists.
    """
    if os.geteuid() != 0:
        return None
    named = os.environ.get("WOODOO_PG_USER")
    for name in (named,) if named else CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    if named:
        message = f"WOODOO_PG_USER names {named!r}, which is not an ordinary account of this machine."
    else:
        message = "PostgreSQL refuses to run as root, and none of the accounts " + ", ".join(CANDIDATES) + " exists."
    raise ConfigError(
        message,
        where="WOODOO_PG_USER",
        fix="Name an existing account without rights in WOODOO_PG_USER, or run Woodoo under an ordinary account.",
    )
