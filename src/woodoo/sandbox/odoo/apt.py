"""Where this machine gets its Debian packages from.

Decides that the sandbox uses the same mirror as the machine it runs on, whatever that is, and never one of its
own choosing. Source: sources.list(5), both the one-line and the deb822 format.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: apt settings that decide how a mirror is reached; copied into the small Debian.
TRANSPORT_SETTINGS = (
    "Acquire::http::Proxy",
    "Acquire::https::Proxy",
    "Acquire::Check-Valid-Until",
    "Acquire::Check-Date",
)


@dataclass(frozen=True)
class Source:
    """One place packages come from."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def debian_mirror(codename: str, etc: Path = Path("/etc/apt")) -> str | None:
    """Return the address of Debian's main archive in the machine's apt configuration, or None.

    Args:
        codename: of the machine's own Debian release; its entry is the one that names the main archive.
        etc: apt's configuration folder.
    """
    for source in sources(etc):
        if "main" in source.components and {codename, "stable"} & set(source.suites):
            return source.uri
    return None


def sources(etc: Path = Path("/etc/apt")) -> Iterator[Source]:
    """Read every enabled entry for binary packages."""
    files = [etc / "sources.list"]
    if (etc / "sources.list.d").is_dir():
        files += sorted((etc / "sources.list.d").iterdir())
    for file in files:
        if file.suffix == ".sources":
            yield from _deb822(file.read_text(encoding="utf-8"))
        elif file.suffix == ".list" and file.is_file():
            yield from _one_line(file.read_text(encoding="utf-8"))


def _deb822(text: str) -> Iterator[Source]:
    for stanza in text.replace("\r", "").split("\n\n"):
        fields: dict[str, list[str]] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace():
                fields.setdefault(name, []).extend(line.split())
            else:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.split()
        enabled = fields.get("enabled", ["yes"]) != ["no"]
        if enabled and "deb" in fields.get("types", []):
            for uri in fields.get("uris", []):
                yield Source(uri, tuple(fields.get("suites", [])), tuple(fields.get("components", [])))


def _one_line(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] != "deb":
            continue
        rest = words[1:]
        if rest and rest[0].startswith("["):
            while rest and not rest.pop(0).endswith("]"):
                pass
        if len(rest) >= 2:
            yield Source(rest[0], (rest[1],), tuple(rest[2:]))
