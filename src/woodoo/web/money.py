"""What an order comes to on both sides, as somebody looked last: shown with its journey.

Decides that both sides are asked when a reader opens an order that changed since the last look, or asks for it; that
what was found is kept, so that the next reader asks nobody; and that ten seconds are the least between two looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.domain.plan import Total
from woodoo.engine.models import Work

from .models import MoneySeen

_LEAST = timedelta(seconds=10)
#: Flows whose records are orders of the store.
_FLOWS = frozenset({"order", "refund"})
#: An order that is on its way is looked at when it has arrived.
_SETTLED = frozenset({"done", "skipped"})


WORDS = {
    "Total": _("Total"),
    "Tax": _("Tax in it"),
    "Refunded": _("Refunded"),
    "Paid": _("Paid, less refunds"),
    "Open": _("Open"),
}


@dataclass(frozen=True)
class MoneyCard:
    """The amounts of an order as the page shows them."""

    totals: Sequence[Mapping[str, Any]] = ()
    currency: str = ""
    notes: Sequence[str] = ()
    #: Why it could not be looked at the last time.
    problem: str = ""
    at: datetime | None = None
    #: Something happened since.
    old: bool = False
    #: Ask both sides as soon as the page is there.
    now: bool = False

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """The amounts, each with its words."""
        return [{**one, "title": WORDS.get(one["name"], one["name"])} for one in self.totals]

    @property
    def agree(self) -> bool:
        return bool(self.totals) and all(one["equal"] for one in self.totals)

    @property
    def differ(self) -> bool:
        return any(one["equal"] is False for one in self.totals)


def has_money(work: Work) -> bool:
    """Say whether a record is an order, so that there is money to compare."""
    return work.flow in _FLOWS


def card_of(work: Work, connection: Connection | None) -> MoneyCard | None:
    """Return what was found last; None where there is no money to compare."""
    if connection is None or not has_money(work):
        return None
    kept = MoneySeen.objects.filter(work_id=work.pk).first()
    settled = work.state in _SETTLED and connection.enabled
    if kept is None:
        return MoneyCard(now=settled)
    old = work.updated_at > kept.at
    return MoneyCard(kept.totals, kept.currency, kept.notes, kept.problem, kept.at, old, now=old and settled)


def look(work: Work, connection: Connection) -> MoneyCard:
    """Ask both sides now, keep what they say, and return it."""
    from woodoo import wiring

    kept = MoneySeen.objects.filter(work_id=work.pk).first()
    if kept is None or timezone.now() - kept.at > _LEAST:
        given: dict[str, Any] = {"at": timezone.now(), "problem": ""}
        try:
            found = wiring.look_at_money(connection, work.record)
        except WoodooError as error:
            given["problem"] = f"{error.message} {error.fix}".strip()
        else:
            given |= {
                "totals": [_kept(one) for one in found.totals],
                "currency": found.currency,
                "notes": list(found.notes),
            }
        MoneySeen.objects.update_or_create(work_id=work.pk, defaults=given)
    card = card_of(work, connection)
    assert card is not None
    return MoneyCard(card.totals, card.currency, card.notes, card.problem, card.at)


def _kept(one: Total) -> dict[str, Any]:
    """Return an amount as it is kept: decimal strings."""
    odoo = None if one.odoo is None else str(one.odoo)
    return {"name": one.name, "store": str(one.store), "odoo": odoo, "equal": None if odoo is None else one.equal}
