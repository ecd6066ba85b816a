"""Whether this machine can run a real Odoo for tests, and in which way.

Decides between Odoo from Debian's own packages (root on a Debian machine) and the official container image
(where a Docker engine answers), and says in one sentence what is missing where neither works.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from woodoo.domain.errors import ConfigError
from woodoo.sandbox.odoo.apt import debian_mirror

ALTERNATIVES = (
    "Run it as root on Debian 12, or where a Docker engine answers; or name an Odoo of your own in"
    " ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY."
)

_TOOLS = ("apt-get", "dpkg-deb", "wget", "gpgv", "unshare", "chroot")


def os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """Read what the machine's system says about itself."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: value.strip("\"'") for name, _, value in (line.partition("=") for line in lines) if name}


def missing_for_debian() -> list[str]:
    """Return what this machine lacks for Odoo from Debian's packages; empty when nothing is missing."""
    system = os_release()
    missing = []
    if system.get("ID") != "debian":
        missing.append(f"this is {system.get('PRETTY_NAME', 'not Linux')}, not Debian")
    if os.geteuid() != 0:
        missing.append("it takes root")
    missing += [f"the program {tool} is not installed" for tool in _TOOLS if shutil.which(tool) is None]
    if not missing and debian_mirror(system.get("VERSION_CODENAME", "")) is None:
        missing.append("apt's configuration names no source of Debian's main archive")
    return missing


def mirror() -> str:
    """Return the address of the machine's own Debian mirror.

    Raises:
        ConfigError: apt's configuration names none.
    """
    found = debian_mirror(os_release().get("VERSION_CODENAME", ""))
    if found is None:
        raise ConfigError("apt's configuration names no source of Debian's main archive.", where="/etc/apt")
    return found


def docker_answers() -> bool:
    """Whether a Docker engine (not only its client) can be used."""
    if shutil.which("docker") is None:
        return False
    try:
        result = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def way() -> str:
    """Return "debian" or "docker": how Odoo can be run here.

    Raises:
        ConfigError: neither works; the message says what is missing.
    """
    missing = missing_for_debian()
    if not missing:
        return "debian"
    if docker_answers():
        return "docker"
    raise ConfigError(
        "This machine cannot run a real Odoo: " + ", ".join(missing) + ", and no Docker engine answers.",
        where="sandbox",
        fix=ALTERNATIVES,
    )
