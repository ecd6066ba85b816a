"""Where Odoo's program files live and how a command of Odoo is run there.

Decides that Odoo runs without rights, sees only its own small Debian (or container), and keeps its data in one
folder of the sandbox.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from woodoo.runtime.launch import Launch
from woodoo.sandbox.odoo import apt, machine
from woodoo.sandbox.odoo.folders import ODOO_UID, Folders
from woodoo.sandbox.odoo.progress import run_logged, step
from woodoo.sandbox.odoo.releases import Release

#: What Odoo sees as its data folder.
ODOO_DATA = "/var/lib/odoo"

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Place(Protocol):
    """Where one release lives."""

    def install(self) -> None:
        """Bring the program files; finished steps are not repeated."""

    def odoo(self, *arguments: str, name: str = "") -> Launch:
        """Return the command `odoo ARGUMENTS`; `name` tells several running ones apart."""

    @property
    def data(self) -> Path:
        """The folder that Odoo sees as `ODOO_DATA`."""


def place_for(release: Release, folders: Folders) -> Place:
    """Return the place of a release on this machine.

    Raises:
        ConfigError: the machine can neither run Debian's packages nor containers.
    """
    if machine.way() == "debian":
        return DebianPlace(release, folders)
    return DockerPlace(release, folders)


@dataclass(frozen=True)
class DebianPlace:
    """A small Debian below one folder, with Odoo from Debian's own packages."""

    release: Release
    folders: Folders

    @property
    def data(self) -> Path:
        """The folder that Odoo sees as `ODOO_DATA`."""
        return self.folders.root / ODOO_DATA.lstrip("/")

    def odoo(self, *arguments: str, name: str = "") -> Launch:
        """Return the command `odoo ARGUMENTS`, run inside without rights."""
        return Launch(
            ["/usr/bin/odoo", *arguments],
            {"PATH": _PATH, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": ODOO_DATA, "USER": "odoo"},
            uid=ODOO_UID,
            gid=ODOO_UID,
            chroot=self.folders.root,
            private_mounts=True,
            cwd=ODOO_DATA,
        )

    def install(self) -> None:
        """Bring the program files; finished steps are not repeated."""
        title = f"Odoo {self.release.version}"
        if self.folders.done("system") is None:
            log = self.folders.logs / "1-system.log"
            with step(f"{title}: a small Debian {self.release.suite}", log):
                self._install_system(log)
            self.folders.mark("system")
        if self.folders.done("packages") is None:
            log = self.folders.logs / "2-packages.log"
            with step(f"{title}: its packages (about 1 GB)", log):
                self._install_packages(log)
            self.folders.mark("packages")

    def _install_system(self, log: Path) -> None:
        """Make the root folder anew: half of one is of no use."""
        _remove_tree(self.folders.root)
        argv = [
            *self._debootstrap(log),
            "--variant=minbase",
            "--include=ca-certificates",
            self.release.suite,
            str(self.folders.root),
            machine.mirror(),
        ]
        environment = {**_machine_environment(), **self._debootstrap_environment()}
        run_logged(_contained(argv, environment), log, what="debootstrap")

    def _debootstrap(self, log: Path) -> list[str]:
        """Return the machine's debootstrap, or unpack one beside the sandbox without installing it."""
        if installed := shutil.which("debootstrap"):
            return [installed]
        own = self._own_debootstrap()
        if not (own / "usr/sbin/debootstrap").exists():
            own.mkdir(parents=True, exist_ok=True)
            environment = _machine_environment()
            run_logged(Launch(["apt-get", "update"], environment), log, what="apt-get update")
            fetch = Launch(["apt-get", "download", "debootstrap"], environment, cwd=str(own))
            run_logged(fetch, log, what="apt-get download debootstrap")
            archive = next(own.glob("debootstrap_*.deb"))
            run_logged(Launch(["dpkg-deb", "-x", str(archive), str(own)], environment), log, what="dpkg-deb")
        return ["/bin/sh", str(own / "usr/sbin/debootstrap")]

    def _own_debootstrap(self) -> Path:
        return self.folders.base / "debootstrap"

    def _debootstrap_environment(self) -> dict[str, str]:
        if shutil.which("debootstrap"):
            return {}
        return {"DEBOOTSTRAP_DIR": str(self._own_debootstrap() / "usr/share/debootstrap")}

    def _install_packages(self, log: Path) -> None:
        root = self.folders.root
        (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")  # no service starts in there
        (root / "usr/sbin/policy-rc.d").chmod(0o755)
        # Unpacking 700 packages waits for the disk most of the time; a power cut costs only this folder.
        (root / "etc/dpkg/dpkg.cfg.d/sandbox").write_text("force-unsafe-io\n")
        (root / "etc/apt/apt.conf.d/90machine").write_text(_transport_settings())
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        self._write_sources(root / "etc/apt")
        _await_lock(root / "var/lib/dpkg/lock-frontend")
        for what, *argv in (
            ("dpkg --configure", "dpkg", "--configure", "-a"),  # mends an interrupted run
            ("apt-get update", "apt-get", "update"),
            ("apt-get install", "apt-get", "install", "-y", "--no-install-recommends", *self.release.packages),
            ("apt-get clean", "apt-get", "clean"),
        ):
            run_logged(self._as_root(argv), log, what=what)
        data = self.data
        data.mkdir(parents=True, exist_ok=True)
        _own_tree(data)

    def _write_sources(self, etc_apt: Path) -> None:
        uri, release = machine.mirror(), self.release
        (etc_apt / "sources.list").write_text(f"deb {uri} {release.suite} main\n")
        if release.package_suite == release.suite:
            return
        (etc_apt / "sources.list.d/package.list").write_text(f"deb {uri} {release.package_suite} main\n")
        (etc_apt / "preferences.d/package").write_text(
            "Package: *\nPin: release a=unstable\nPin-Priority: -10\n\n"
            f"Package: odoo-{release.version}\nPin: release a=unstable\nPin-Priority: 990\n"
        )

    def _as_root(self, argv: Sequence[str]) -> Launch:
        environment = {"PATH": _PATH, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
        return _contained(["chroot", str(self.folders.root), *argv], environment, proc=self.folders.root / "proc")


@dataclass(frozen=True)
class DockerPlace:
    """The official image of Odoo, on the machine's own network so that it reaches the sandbox's PostgreSQL.

    Linux only. The container runs without rights and sees nothing but its data folder.
    """

    release: Release
    folders: Folders

    @property
    def data(self) -> Path:
        """The folder that Odoo sees as `ODOO_DATA`."""
        return self.folders.base / "data"

    def odoo(self, *arguments: str, name: str = "") -> Launch:
        """Return the command `odoo ARGUMENTS` in a container that is removed when it ends."""
        argv = ["docker", "run", "--rm", "--interactive", "--init", "--network=host", f"--user={_data_owner()}"]
        argv += [f"--volume={self.data}:{ODOO_DATA}", f"--env=HOME={ODOO_DATA}", "--env=TZ=UTC", "--entrypoint=odoo"]
        argv += [f"--name=woodoo-sandbox-{self.release.version}-{name}"] if name else []
        return Launch([*argv, self.release.docker_image, *arguments], _machine_environment())

    def install(self) -> None:
        """Fetch the image."""
        self.data.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _own_tree(self.data)
        if self.folders.done("packages") is None:
            log = self.folders.logs / "2-packages.log"
            with step(f"Odoo {self.release.version}: the image {self.release.docker_image}", log):
                pull = Launch(["docker", "pull", self.release.docker_image], _machine_environment())
                run_logged(pull, log, what="docker pull")
            self.folders.mark("packages")


def _contained(argv: Sequence[str], environment: Mapping[str, str], *, proc: Path | None = None) -> Launch:
    """Return a command whose processes and mounts all end with us, even if we are killed.

    debootstrap and apt start many processes that would otherwise go on writing into a folder the next run
    clears away. Source: unshare(1), `--kill-child`.
    """
    contain = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    contain += [f"--mount-proc={proc}"] if proc else []
    return Launch([*contain, *argv], environment, signal=signal.SIGKILL)


def _machine_environment() -> dict[str, str]:
    """Return the environment for programs of the machine itself: apt and docker keep their own settings."""
    return {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def _transport_settings() -> str:
    """Return how the machine's apt reaches its mirror, in apt's own words."""
    result = subprocess.run(
        ["apt-config", "dump", *apt.TRANSPORT_SETTINGS], capture_output=True, text=True, check=False
    )
    return result.stdout


def _data_owner() -> str:
    """Return the user and group that a container's data belongs to: nobody's number, or our own if not root."""
    return f"{ODOO_UID}:{ODOO_UID}" if os.geteuid() == 0 else f"{os.geteuid()}:{os.getegid()}"


def _own_tree(folder: Path) -> None:
    """Give a folder with all it holds to Odoo's account."""
    os.chown(folder, ODOO_UID, ODOO_UID)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, ODOO_UID, ODOO_UID, follow_symlinks=False)


def _await_lock(path: Path, seconds: float = 120) -> None:
    """Wait until the dpkg of a run that was killed has let go: it may be dying in the middle of a write."""
    deadline = time.monotonic() + seconds
    with path.open("a") as file:
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > deadline:
                    return  # dpkg itself will say who holds it
                time.sleep(0.5)
            else:
                return


def _remove_tree(folder: Path) -> None:
    """Remove an unfinished root folder, never crossing into anything mounted below it."""
    for attempt in range(5):
        if not folder.exists():
            return
        done = subprocess.run(["rm", "-rf", "--one-file-system", "--", str(folder)], check=attempt == 4)
        if done.returncode:
            time.sleep(1)  # the last file of a run that was killed has just appeared
