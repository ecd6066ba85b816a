"""How much memory the service has in use, after whatever load there was before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from .figures import Figure
from .stage import Stage

_MIB = 1024


def measure(stage: Stage) -> Iterator[Figure]:
    """Add up the processes of the service: shared pages count once (PSS), where the machine tells (else RSS)."""
    found: dict[str, int] = defaultdict(int)
    kinds = set()
    for pid in family(stage.service.process.pid):
        kind, kilobytes = _memory(pid)
        if kind:
            kinds.add(kind)
            found[_part(pid)] += kilobytes
    how = "+".join(sorted(kinds))
    for part in sorted(found):
        yield Figure(f"Memory ({how}), {part}", found[part] / _MIB, "MiB")
    yield Figure(f"Memory ({how}), all", sum(found.values()) / _MIB, "MiB")


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children[parent].append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children[found[-1]]
    return found


def _memory(pid: int) -> tuple[str, int]:
    """Return what was counted and how many kilobytes; an empty word where the process is gone."""
    for file, kind in (("smaps_rollup", "PSS"), ("status", "RSS")):
        try:
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(("Pss:", "VmRSS:")):
                return kind, int(line.split()[1])
    return "", 0


def _part(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    if "gunicorn" in words:
        return "web"
    if "woodoo.cli worker" in words:
        return "workers"
    return "PostgreSQL" if "postgres" in words else "supervisor"
