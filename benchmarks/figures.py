"""A measured figure, the goal it is held to, and the file the figures are written to."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "out" / "results.json"

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


class CannotRun(Exception):
    """A benchmark could not be run, or what it measured is not what it was to measure."""


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str = ""
    #: A comparison and a number, such as ">= 5"; None where nothing is promised.
    goal: str | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        comparison, number = self.goal.split()
        return _COMPARISONS[comparison](self.value, float(number))

    @property
    def shown(self) -> str:
        """The value and its unit, as a person reads it."""
        return f"{self.value:,.{0 if self.value == int(self.value) else 2}f} {self.unit}".rstrip()


def write(figures: Sequence[Figure], path: Path = RESULTS) -> None:
    """Write all figures as a list of {name, value, unit, goal, holds}."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(figure), "value": round(figure.value, 3), "holds": figure.holds} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that this many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
