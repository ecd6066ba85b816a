"""Databases that end or are lost, clocks, two workers, outages, on a real Odoo 19 and 14: what was lost or doubled."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from .faults import VERSIONS, table
from .figures import CannotRun, Figure
from .screen import Tell, say, step
from .stage import Stage


def measure(stage: Stage) -> Iterator[Figure]:
    """Try each version, print the table, and sum up."""
    for version in VERSIONS:
        with step(f"Odoo {version}: losses at {stage.sizes.losses} moments each") as tell:
            found = _try(version, stage.sizes.losses, tell)
        for line in table(found["rows"]):
            say(line)
        for text in found["told"]:
            say(f"    {text}")
        yield from _figures(version, found["rows"])


def _try(version: str, moments: int, tell: Tell) -> dict[str, Any]:
    command = [sys.executable, "-m", "woodoo.sandbox", "losses", "--version", version, "--moments", str(moments)]
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
            raise CannotRun(f"The losses on Odoo {version} did not come to their end: {last}") from None


def _figures(version: str, rows: list[dict[str, Any]]) -> Iterator[Figure]:
    name = f"Losses on {version}"
    yield Figure(f"{name}, kinds", len(rows), "kinds")
    yield Figure(f"{name}, distinct points", sum(row["points"] for row in rows), "points")
    for what in ("lost", "doubled"):
        yield Figure(f"{name}, {what}", sum(row[what] for row in rows), "documents", "== 0")
    yield Figure(f"{name}, otherwise than undisturbed", sum(row["differing"] for row in rows), "documents", "== 0")
