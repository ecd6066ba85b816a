"""The orders of one batch whose refunds are brought over, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ..domain.errors import DataError, WoodooError
from ..domain.plan import Total, join
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.refunds.credit_plan import CreditPlan
from ..mapping.refunds.refund_plan import RefundPlan
from ..mapping.refunds.refund_words import refund_plan_shown, summary

#: Kind of the links of an order that has refunds: by its id to the last credit note, by "order/refund" to each.
KIND = "refund"
#: Kind of the link of a refund to its credit note, and to the payment that pays it back.
CREDIT_NOTE_KIND = "credit_note"
PAYMENT_KIND = "refund_payment"


@dataclass
class CreditNote:
    """How far the credit note of one refund has come."""

    plan: CreditPlan
    #: The `account.move` as last read.
    move: Mapping[str, Any] = field(default_factory=dict)
    #: What it shows per Odoo tax id.
    taxes: Mapping[int, Decimal] = field(default_factory=dict)
    totals: tuple[Total, ...] = ()
    #: Why it goes no further.
    failed: bool = False

    @property
    def label(self) -> str:
        """How messages name it: "Refund 140 of Order #1054"."""
        return f"{self.plan.refund.label} of {self.plan.order.label}"

    @property
    def is_draft(self) -> bool:
        return not self.failed and self.move.get("state") == "draft"


@dataclass
class RefundProgress:
    """How far the refunds of one order have come. One part that fails does not hold up the others."""

    plan: RefundPlan
    credit_notes: list[CreditNote] = field(default_factory=list)
    #: What was done, a phrase each: "credit note RINV/7 over 12.10 EUR, paid back in Stripe".
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: list[LinkVals] = field(default_factory=list)
    errors: list[WoodooError] = field(default_factory=list)

    @property
    def record(self) -> str:
        return self.plan.record

    @property
    def label(self) -> str:
        """How messages name the order."""
        return self.plan.order.label

    def fail(self, error: WoodooError, note: CreditNote | None = None) -> None:
        """Note what could not be done. The first reason is what the record shows."""
        error.record = error.record or self.label
        self.errors.append(error)
        if note is not None:
            note.failed = True

    def outcome(self) -> Outcome:
        """Return what came of it, for the screen."""
        shown = refund_plan_shown(self.plan)
        done = [total for note in self.credit_notes for total in note.totals]
        plan = replace(shown, totals=tuple(done) or shown.totals, notes=(*shown.notes, *self.notes)).to_json()
        errors = [*self.errors, *self.plan.failures]
        links = tuple(self.links)
        if errors:
            return Outcome.from_error(_all_of(errors), title=self.plan.label, plan=plan, links=links)
        said = join(self.words)
        message = " ".join([f"{said}." if said else summary(self.plan), *self.plan.waits])
        waits_only = bool(self.plan.waits) and not self.words and not self.plan.there
        kind = OutcomeKind.SKIPPED if waits_only else OutcomeKind.DONE
        return Outcome(kind, message, title=self.plan.label, plan=plan, links=links)


def _all_of(errors: list[WoodooError]) -> WoodooError:
    """Return the first error, with what the others of its kind say behind it."""
    first = errors[0]
    more = [error.message for error in errors[1:] if isinstance(error, DataError) and isinstance(first, DataError)]
    if more:
        first.message = " ".join([first.message, *dict.fromkeys(more)])
    return first


@dataclass
class RefundBatch:
    """The orders under way, in the order in which they came."""

    orders: dict[str, RefundProgress]

    @classmethod
    def of(cls, plans: Mapping[str, RefundPlan]) -> RefundBatch:
        return cls(
            {
                record: RefundProgress(plan, [CreditNote(credit) for credit in plan.credits])
                for record, plan in plans.items()
            }
        )

    def __iter__(self) -> Iterator[RefundProgress]:
        return iter(list(self.orders.values()))

    def credit_notes(self) -> Iterator[tuple[RefundProgress, CreditNote]]:
        """Yield the credit notes that are under way, with their orders."""
        for progress in self:
            for note in progress.credit_notes:
                if not note.failed:
                    yield progress, note
