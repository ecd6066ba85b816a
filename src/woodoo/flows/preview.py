"""Adds up what a dry run of many orders has found: how many would be made, are there, are left out or need a person.

Decides that reasons are counted as they read without the order they speak of, so that a thousand orders with the same
unmapped tax are one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..domain.history import OrderRange
from ..domain.money import round_money
from ..engine.registry import Archive
from ..mapping.changes.cancelling import CancelPlan
from ..mapping.order_plan import NothingToDo, OrderPlan
from .gone import NothingLeft
from .order import Planned

#: Different reasons that are told; and orders named for each.
MOST_REASONS, MOST_EXAMPLES = 40, 5
_OTHERS = "Other reasons"
_REFUND = re.compile(r"\bRefund \d+\b")
_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?(?: [-+=] -?\d+(?:\.\d+)?)*(?= [A-Z]{3}\b)")


@dataclass
class Reason:
    """Why some orders do not come over as they are, or not yet."""

    count: int = 0
    #: The store's ids of the first ones.
    examples: list[str] = field(default_factory=list)

    def add(self, record: str) -> None:
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(record)


@dataclass
class Preview:
    """What an import would do. Amounts are of the orders that would be made, taxes included."""

    #: Would be made; would be completed or changed, for they are in Odoo in part or as they were earlier.
    create: int = 0
    complete: int = 0
    #: Nothing to do: they are in Odoo.
    there: int = 0
    skipped: dict[str, Reason] = field(default_factory=dict)
    parked: dict[str, Reason] = field(default_factory=dict)
    #: Of those that would be made or completed: what is held back for now.
    waits: dict[str, Reason] = field(default_factory=dict)
    #: Currency → total.
    totals: dict[str, Decimal] = field(default_factory=dict)

    @property
    def orders(self) -> int:
        """How many orders it is about."""
        return self.create + self.complete + self.there + count(self.skipped) + count(self.parked)

    def add(self, planned: Planned) -> None:
        """Add what was planned for a batch."""
        for record, plan in planned.plans.items():
            if isinstance(plan, OrderPlan):
                self._add_plan(record, plan)
            elif isinstance(plan, CancelPlan):
                self._add_cancelled(record, plan)
            elif plan.complete:
                self.there += 1
            else:
                _note(self.skipped, without(plan.reason, _names(plan)), record)
        for record, error in planned.failures.items():
            why = self.skipped if isinstance(error, NothingLeft) else self.parked
            _note(why, without(error.message, [error.record, f"Order {record}"]), record)

    def skip(self, record: str, reason: str) -> None:
        """Add one that would be left out."""
        _note(self.skipped, reason, record)

    def park(self, record: str, message: str, names: list[str]) -> None:
        """Add one that would need a person; `names` are what the message calls it."""
        _note(self.parked, without(message, names), record)

    def _add_plan(self, record: str, plan: OrderPlan) -> None:
        if plan.document is None:
            self.create += 1
            currency, total = plan.order.currency, round_money(plan.order.total, plan.order.currency_digits)
            self.totals[currency] = self.totals.get(currency, Decimal()) + total
        else:
            self.complete += 1
        for sentence in plan.waits:
            _note(self.waits, without(sentence, [plan.order.label]), record)

    def _add_cancelled(self, record: str, plan: CancelPlan) -> None:
        if plan.conflict is not None:
            _note(self.parked, without(plan.conflict.message, [plan.order.label, plan.document.name]), record)
        elif plan.cancel:
            self.complete += 1
        else:
            self.there += 1

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored and as `--json` prints it; the most frequent reasons come first."""
        return {
            "orders": self.orders,
            "create": self.create,
            "complete": self.complete,
            "there": self.there,
            "skipped": count(self.skipped),
            "parked": count(self.parked),
            "skipped_because": _reasons_json(self.skipped),
            "parked_because": _reasons_json(self.parked),
            "waits_because": _reasons_json(self.waits),
            "totals": {currency: str(total) for currency, total in sorted(self.totals.items())},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preview:
        """Read what `to_json` wrote; an empty one gives an empty preview."""
        return cls(
            create=data.get("create", 0),
            complete=data.get("complete", 0),
            there=data.get("there", 0),
            skipped=_reasons(data.get("skipped_because", ())),
            parked=_reasons(data.get("parked_because", ())),
            waits=_reasons(data.get("waits_because", ())),
            totals={currency: Decimal(total) for currency, total in data.get("totals", {}).items()},
        )


def try_all(archive: Archive, wanted: OrderRange) -> Iterator[tuple[int, dict[str, Any]]]:
    """Plan all an archive has, page by page and writing nothing; yield how many records and what came of them so far.

    Raises:
        WoodooError: where a side does not answer, or the settings cannot be used.
    """
    findings: dict[str, Any] = {}
    listed, cursor = 0, ""
    while True:
        listing = archive.list(wanted, cursor)
        findings = archive.try_out(listing, findings)
        listed += len(listing.records) + listing.known
        yield listed, findings
        cursor = listing.cursor
        if not cursor:
            return


def count(reasons: Mapping[str, Reason]) -> int:
    """Return how many orders there are, over all reasons."""
    return sum(reason.count for reason in reasons.values())


def _note(reasons: dict[str, Reason], text: str, record: str) -> None:
    known = text in reasons or len(reasons) < MOST_REASONS
    reasons.setdefault(text if known else _OTHERS, Reason()).add(record)


def _names(plan: NothingToDo) -> list[str]:
    return [plan.order.label, plan.document.name if plan.document else ""]


def without(text: str, names: list[str]) -> str:
    """Return a message without what it says of one order alone: its name, and amounts of money."""
    for name in names:
        text = text.replace(name, "…") if name else text
    return _AMOUNT.sub("…", _REFUND.sub("A refund", text)).removeprefix("…: ")


def _reasons(rows: Any) -> dict[str, Reason]:
    return {row["reason"]: Reason(row["count"], list(row["examples"])) for row in rows}


def _reasons_json(reasons: Mapping[str, Reason]) -> list[dict[str, Any]]:
    ordered = sorted(reasons.items(), key=lambda item: (-item[1].count, item[0]))
    return [{"reason": text, "count": reason.count, "examples": reason.examples} for text, reason in ordered]
