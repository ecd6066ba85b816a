"""The one folder in which a Woodoo installation keeps its files.

Decides where that folder is (`WOODOO_HOME`, else a default for the account) and that whatever is secret in it
is readable by its owner alone from the moment it exists.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from woodoo.domain.errors import ConfigError


def home() -> Path:
    """Return the installation's folder: `WOODOO_HOME`, or /var/lib/woodoo as root, else ~/.local/share/woodoo.

    The folder is not created here; see `ensure_home`.
    """
    if named := os.environ.get("WOODOO_HOME"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/woodoo")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "woodoo"


def ensure_home() -> Path:
    """Create the installation's folder where it is missing and return it.

    As root others may pass through it (0711) but not list it: the database server runs as another account and
    has its data below. As an ordinary account it is closed to everybody else (0700).

    Raises:
        ConfigError: the folder cannot be created.
    """
    folder = home()
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(
            f"The folder {folder} for Woodoo's data cannot be created: {exc.strerror}.",
            where="WOODOO_HOME",
            fix="Name another folder in WOODOO_HOME, or run Woodoo under an account that may write there.",
        ) from exc
    return folder


def postgres_data() -> Path:
    """Return where the embedded PostgreSQL keeps its data."""
    return home() / "postgres" / "data"


def logs() -> Path:
    """Return the folder for log files, creating it (0700)."""
    folder = ensure_home() / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def secret(name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
    """Return the secret called `name` from the home folder, making it the first time.

    Args:
        name: file name below `secrets/` in the home folder.
        make: gives the text to store where there is none yet.

    Raises:
        ConfigError: the file exists but is empty or cannot be read.
    """
    folder = ensure_home() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    return secret_file(folder / name, make)


def secret_file(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
    """Return the text of a secret file, making the file (0600) the first time.

    Two processes that make it at once end up with the same text: the file appears complete or not at all, and
    the first one stays.

    Raises:
        ConfigError: the file exists but is empty or cannot be read.
    """
    if not path.exists():
        _create_once(path, make())
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ConfigError(
            f"The secret file {path} cannot be read: {exc.strerror}.",
            where=str(path),
            fix="Run Woodoo under the account that owns the file.",
        ) from exc
    if not text:
        raise ConfigError(
            f"The secret file {path} is empty.",
            where=str(path),
            fix="Restore it from a backup; a new secret cannot open what the old one closed.",
        )
    return text


def _create_once(path: Path, text: str) -> None:
    """Write a file that only its owner may read, unless it has appeared meanwhile."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mkstemp: 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its text counts
    finally:
        draft.unlink()
