"""A test run as the card on a connection's page shows it.

Decides that names of steps, and why one is left out, are in the reader's language; what was seen stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from woodoo.connections.models import Connection
from woodoo.engine.models import Work
from woodoo.flows.table import FLOWS
from woodoo.trials import book
from woodoo.trials.models import Trial

from .health import workers_alive
from .stored_words import rows, said_by

#: State of a run → colour of the panel.
_COLOURS = {"waiting": "waiting", "running": "running", "passed": "done", "failed": "failed", "interrupted": "skipped"}
#: Names of steps (`woodoo.trials.story`), and why one is left out.
_WORDS = rows(
    (r"Both systems answer", _("Both systems answer")),
    (r"A test product on both sides", _("A test product on both sides")),
    (r"A test order in the store", _("A test order in the store")),
    (r"Dry run of the order", _("Dry run of the order")),
    (r"The order comes over", _("The order comes over")),
    (r"Totals to the cent", _("Totals to the cent")),
    (r"A change in the store comes over", _("A change in the store comes over")),
    (r"Nothing twice", _("Nothing twice")),
    (r"The store's webhook", _("The store's webhook")),
    (r"Stock figure to the store", _("Stock figure to the store")),
    (r"A change of the product goes to the store", _("A change of the product goes to the store")),
    (r"Status back to the store", _("Status back to the store")),
    (r"Delivery and tracking to the store", _("Delivery and tracking to the store")),
    (r"Refund and credit note", _("Refund and credit note")),
    (r"Clean up", _("Clean up")),
    (r"Stock figures do not go to the store\.", _("Stock figures do not go to the store.")),
    (r"Products of Odoo do not go to the store\.", _("Products of Odoo do not go to the store.")),
    (r"The status of orders does not go to the store\.", _("The status of orders does not go to the store.")),
    (r"Deliveries do not go to the store\.", _("Deliveries do not go to the store.")),
    (
        r"Only with invoice and payment: a delivery that is done stays in Odoo\.",
        _("Only with invoice and payment: a delivery that is done stays in Odoo."),
    ),
    (
        r"Only with invoice and payment: credit notes stay in the books\.",
        _("Only with invoice and payment: credit notes stay in the books."),
    ),
)


def step_said(text: str) -> str:
    """Return the name of a step, or why it is left out, in the reader's language; else what was seen, as it was."""
    return said_by(_WORDS, text) or text


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
