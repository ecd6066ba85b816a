"""A test run as the card on a connection's page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from woodoo.connections.models import Connection
from woodoo.engine.models import Work
from woodoo.flows.table import FLOWS
from woodoo.trials import book
from woodoo.trials.models import Trial

from .health import workers_alive

#: State of a run → colour of the panel.
_COLOURS = {"waiting": "waiting", "running": "running", "passed": "done", "failed": "failed", "interrupted": "skipped"}


@dataclass(frozen=True)
class TrialCard:
    """The newest run, those before it, and what to know about them."""

    newest: Trial | None
    colour: str
    earlier: Sequence[tuple[Trial, str]]
    #: Steps that are through, of how many.
    through: int
    total: int
    #: The order on the to-do list, where it is kept to be looked at.
    work: int | None
    #: Nobody would carry a run out.
    no_worker: bool

    @property
    def percent(self) -> int:
        return self.through * 100 // self.total if self.total else 0


def card_of(of: Connection) -> TrialCard:
    """Return what the card of a connection shows."""
    runs = book.latest(of.pk)
    newest = runs[0] if runs else None
    steps: list[dict[str, Any]] = newest.steps if newest else []
    through = sum(step["state"] not in ("waiting", "running") for step in steps)
    earlier = [(run, _COLOURS[run.state]) for run in runs[1:]]
    waits = newest is not None and newest.state == Trial.State.WAITING
    return TrialCard(
        newest,
        _COLOURS[newest.state] if newest else "",
        earlier,
        through,
        len(steps),
        _order_of(newest) if newest else None,
        waits and not workers_alive(),
    )


def _order_of(trial: Trial) -> int | None:
    lane = FLOWS["order"].lane
    records = trial.records.get(lane, [])
    found = Work.objects.filter(connection_id=trial.connection_id, lane=lane, record__in=records)
    return found.values_list("pk", flat=True).first()
