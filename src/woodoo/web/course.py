"""The dashboard's curves and figures: what was brought over, how long news took, how fast both sides answered.

Decides what a gap is: a stretch of time in which nothing at all was counted on these connections. There nothing is
drawn, for nobody can tell whether there was nothing to do or nobody at work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from woodoo.engine import course
from woodoo.engine.course import SIDES, Stretch

from .words import flow_word


@dataclass(frozen=True)
class Range:
    """A stretch of time to look at: its length and that of each point, in seconds."""

    seconds: int
    step: int
    label: str | Promise


RANGES: Mapping[str, Range] = {
    "3h": Range(3 * 3600, 300, gettext_lazy("3 hours")),
    "24h": Range(24 * 3600, 900, gettext_lazy("24 hours")),
    "7d": Range(7 * 86_400, 3600, gettext_lazy("7 days")),
    "30d": Range(30 * 86_400, 6 * 3600, gettext_lazy("30 days")),
}
DEFAULT = "24h"
#: Flows whose time from the news to done is drawn, as far as there is any.
_TIMED = ("order", "update_stock")
_SLOW = 95
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


def spans() -> list[tuple[str, str | Promise]]:
    """Return the spans there are, with their words."""
    return [(name, span.label) for name, span in RANGES.items()]


@dataclass(frozen=True)
class Line:
    """One line of a chart: its values by point, None where there is a gap."""

    name: str
    #: What colour means: a state's or a side's.
    tone: str
    values: list[float | None]

    def to_json(self) -> dict[str, Any]:
        """Return it for the page's script and for other programs."""
        return {"name": self.name, "tone": self.tone, "values": self.values}


@dataclass(frozen=True)
class Chart:
    """Lines over the same points in time."""

    name: str
    title: str
    #: "records" or "ms".
    unit: str
    lines: list[Line]

    def to_json(self) -> dict[str, Any]:
        """Return it for the page's script and for other programs."""
        lines = [line.to_json() for line in self.lines]
        return {"name": self.name, "title": self.title, "unit": self.unit, "lines": lines}


def told(
    connection_ids: Sequence[int], span: str = DEFAULT, *, whole: bool = False, now: datetime | None = None
) -> dict[str, Any]:
    """Return the charts of these connections together, for a span of `RANGES`; times are seconds since 1970.

    `whole`: they are all there are.
    """
    wanted = RANGES[span]
    found = course.read(connection_ids, seconds=wanted.seconds, step=wanted.step, whole=whole)
    points = _points(wanted, now or datetime.now(UTC))
    by_time: dict[datetime, dict[str, Stretch]] = {}
    for one in found:
        by_time.setdefault(one.at, {})[one.name] = one
    there = [by_time.get(point, {}) for point in points]
    return {
        "span": span,
        "step": wanted.step,
        "times": [int(point.timestamp()) for point in points],
        "charts": [chart.to_json() for chart in (_records(there), _news(there), _answers(there))],
    }


def _points(wanted: Range, now: datetime) -> list[datetime]:
    """Return where each point begins, as `course.read` cuts time."""
    step = timedelta(seconds=wanted.step)
    last = _ORIGIN + (now - _ORIGIN) // step * step
    return [last - step * back for back in range(wanted.seconds // wanted.step, -1, -1)]


def _records(there: Sequence[Mapping[str, Stretch]]) -> Chart:
    def count(of: Mapping[str, Stretch], *names: str) -> float | None:
        flows = [one for name, one in of.items() if name not in SIDES]
        return float(sum(getattr(one, name) for one in flows for name in names)) if of else None

    lines = [
        Line(gettext("Brought over"), "done", [count(one, "done") for one in there]),
        Line(gettext("Held up"), "failed", [count(one, "parked", "failed") for one in there]),
        Line(gettext("To be tried again"), "waiting", [count(one, "retried") for one in there]),
    ]
    return Chart("records", gettext("Records"), "records", lines)


def _news(there: Sequence[Mapping[str, Stretch]]) -> Chart:
    lines = []
    for flow in _TIMED:
        if any(one.get(flow) for one in there):
            lines += _percentiles(flow_word(flow), flow, there)
    return Chart("news", gettext("From the news to done"), "ms", lines)


def _answers(there: Sequence[Mapping[str, Stretch]]) -> Chart:
    lines = []
    for side, word in (("odoo", "Odoo"), ("store", gettext("Store"))):
        lines += _percentiles(word, side, there)
    return Chart("answers", gettext("How long both sides take to answer"), "ms", lines)


def _percentiles(word: str, name: str, there: Sequence[Mapping[str, Stretch]]) -> list[Line]:
    def line(percent: int) -> list[float | None]:
        values = [one[name].percentile(percent) if name in one else None for one in there]
        return [None if value is None else round(value) for value in values]

    typical, slow = gettext("typical"), gettext("slowest of twenty")
    return [Line(f"{word}, {typical}", name, line(50)), Line(f"{word}, {slow}", f"{name}-slow", line(_SLOW))]


@dataclass(frozen=True)
class Pace:
    """How a flow or a side did over the last day."""

    name: str
    word: str
    done: int = 0
    held: int = 0
    #: Milliseconds, half of all and nineteen of twenty were through in; None: none was timed.
    typical: float | None = None
    slow: float | None = None


def paces(connection_ids: Sequence[int], *, whole: bool = False) -> dict[str, Pace]:
    """Return how each flow and side did over the last day, by name; `whole`: these connections are all there are."""
    words = {"odoo": "Odoo", "store": gettext("Store")}
    return {
        one.name: Pace(
            one.name,
            words.get(one.name) or flow_word(one.name),
            one.done,
            one.parked + one.failed,
            one.percentile(50),
            one.percentile(_SLOW),
        )
        for one in course.lately(connection_ids, hours=24, whole=whole)
    }
