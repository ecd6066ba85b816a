"""The files and folders around the embedded database server.

Decides where its socket lies, who may touch it, and when a note left by an old server still counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import locale
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from woodoo.domain.errors import ConfigError
from woodoo.runtime.accounts import Account

#: A Unix socket's path may have 107 bytes (unix(7)); ".s.PGSQL.65535" and a slash need 15 of them.
_LONGEST_SOCKET_FOLDER = 107 - 15


def socket_folder(data_dir: Path) -> Path:
    """Return the folder of a server's socket: beside its data, or a short one in /run or /tmp."""
    near = data_dir.parent / f"{data_dir.name}.socket"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_FOLDER:
        return near
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    if os.geteuid() == 0:
        return Path("/run") / f"woodoo-{name}"
    return Path(tempfile.gettempdir()) / f"woodoo-{os.geteuid()}-{name}"


def private_folder(folder: Path, account: Account | None) -> None:
    """Make the socket's folder, or refuse one that somebody else has put there."""
    owner = account.uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account is not None:
            account.own(folder)
    status = folder.lstat()
    if stat.S_ISLNK(status.st_mode) or status.st_uid not in (owner, os.geteuid()):
        raise ConfigError(
            f"The folder {folder} for the database's socket belongs to another account.",
            where=str(folder),
            fix="Remove it, or name another folder in WOODOO_HOME.",
        )
    if account is not None and status.st_uid != owner:
        account.own(folder)


@contextlib.contextmanager
def readable_copy(text: str, account: Account | None) -> Iterator[str]:
    """Put a secret into a file that only the server's account reads, for the length of a block."""
    handle, name = tempfile.mkstemp(prefix="woodoo-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        if account is not None:
            account.own(Path(name))
        yield name
    finally:
        os.unlink(name)


def locale_name() -> str:
    """Return a locale that knows upper and lower case beyond English, where the machine has it."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def serves(pid: int, data_dir: Path) -> bool:
    """Whether a process is alive and the PostgreSQL server of this data; its zombie is not."""
    process = Path("/proc") / str(pid)
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
        state = (process / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(data_dir) in arguments and state not in "ZX"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_lines(text: str, count: int = 6) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-count:])
