"""Databases that end or are lost, clocks, two workers, outages, on a real Odoo 19 and 14: what was lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .faults import VERSIONS, sandboxed, table
from .figures import Figure
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
    arguments = ["losses", "--version", version, "--moments", str(moments)]
    return sandboxed(f"The trial of losses on Odoo {version}", arguments, tell)


def _figures(version: str, rows: list[dict[str, Any]]) -> Iterator[Figure]:
    name = f"Losses on {version}"
    yield Figure(f"{name}, kinds", len(rows), "kinds")
    yield Figure(f"{name}, distinct points", sum(row["points"] for row in rows), "points")
    for what in ("lost", "doubled"):
        yield Figure(f"{name}, {what}", sum(row[what] for row in rows), "documents", "== 0")
    yield Figure(f"{name}, otherwise than undisturbed", sum(row["differing"] for row in rows), "documents", "== 0")
