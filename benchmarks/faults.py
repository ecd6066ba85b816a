"""Mishaps at every remote call, on a real Odoo 19 and a real Odoo 14: how many, and what was lost or doubled.

The sweep runs in a process of its own with a database of its own (`python -m woodoo.sandbox faults`), so that no other
worker takes what it is about.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from .figures import CannotRun, Figure
from .screen import Tell, say, step
from .stage import Stage

VERSIONS = ("19", "14")
#: What trials are about → the option of the command.
FLOWS = {"orders": "", "refunds": "--refunds"}
#: Trials at once: some wait for a pause to end while others work.
_STANDS = 3
#: So many wrong points are printed in full.
_SHOWN = 5
_COLUMNS = ("points", "runs", "lost", "doubled", "differing")


def measure(stage: Stage) -> Iterator[Figure]:
    """Sweep each version, print the table, and sum up."""
    for version in VERSIONS:
        for what, option in FLOWS.items():
            with step(f"Odoo {version}, {what}: mishaps at {stage.sizes.faults} points") as tell:
                found = _sweep(version, stage.sizes.faults, option, tell)
            _print(found)
            yield from _figures(f"Faults of {what} on {version}" if option else f"Faults on {version}", found)


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Write rows of the sweep as lines: class of mishap, when, and what came of it."""
    yield f"    {'mishap':<20}{'when':<16}" + "".join(f"{name:>11}" for name in _COLUMNS)
    for row in rows:
        yield f"    {row['kind']:<20}{row['phase']:<16}" + "".join(f"{row[name]:>11}" for name in _COLUMNS)


def _sweep(version: str, points: int, option: str, tell: Tell) -> dict[str, Any]:
    options = ["--version", version, "--points", str(points), "--stands", str(_STANDS)]
    return sandboxed(f"The sweep of Odoo {version}", ["faults", *options, *option.split()], tell)


def sandboxed(what: str, arguments: list[str], tell: Tell) -> dict[str, Any]:
    """Run a command of the sandbox in a process of its own, and return the JSON it ends with.

    Raises:
        CannotRun: it ended without.
    """
    command = [sys.executable, "-m", "woodoo.sandbox", *arguments]
    last = ""
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=said, stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stderr
        try:
            for line in process.stderr:
                last = line.strip() or last
                tell(last)
        finally:
            process.terminate()
        process.wait()
        said.seek(0)
        try:
            return dict(json.load(said))
        except ValueError:
            raise CannotRun(f"{what} did not come to its end: {last}") from None


def _print(found: dict[str, Any]) -> None:
    for line in table(found["rows"]):
        say(line)
    for text in found["told"][:_SHOWN]:
        say(f"    {text}")
    for model, count in found["astray"].items():
        say(f"    {model}: {count:+} records in the database that no trial should have left")


def _figures(name: str, found: dict[str, Any]) -> Iterator[Figure]:
    rows = found["rows"]
    yield Figure(f"{name}, distinct points", sum(row["points"] for row in rows), "points", ">= 300")
    yield Figure(f"{name}, points there are", found["known"], "points")
    yield Figure(f"{name}, trials", found["trials"], "trials")
    yield Figure(f"{name}, workers killed", found["kills"], "workers")
    yield Figure(f"{name}, lost", sum(row["lost"] for row in rows), "documents", "== 0")
    yield Figure(f"{name}, doubled", sum(row["doubled"] for row in rows), "documents", "== 0")
    yield Figure(f"{name}, otherwise than undisturbed", sum(row["differing"] for row in rows), "documents", "== 0")
    yield Figure(f"{name}, records astray", sum(map(abs, found["astray"].values())), "records", "== 0")
