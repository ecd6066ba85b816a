"""The orders of one batch whose refunds are brought over, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..domain.errors import WoodooError
from ..domain.plan import join
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.refunds.refund_plan import RefundPlan
from ..mapping.refunds.refund_words import refund_plan_shown, summary

#: Kind of the link of an order that has refunds, to the last credit note of it.
KIND = "refund"
#: Kind of the link of a refund to its credit note.
CREDIT_NOTE_KIND = "credit_note"


@dataclass
class RefundProgress:
    """How far the refunds of one order have come. One part that fails does not hold up the others."""

    plan: RefundPlan
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

    def fail(self, error: WoodooError) -> None:
        """Note what could not be done. The first reason is what the record shows."""
        error.record = error.record or self.label
        self.errors.append(error)

    def outcome(self) -> Outcome:
        """Return what came of it, for the screen."""
        shown = refund_plan_shown(self.plan)
        plan = {**shown.to_json(), "notes": [*shown.notes, *self.notes]}
        errors = [*self.errors, *self.plan.failures]
        if errors:
            return Outcome.from_error(errors[0], title=self.plan.label, plan=plan, links=tuple(self.links))
        said = join(self.words)
        message = " ".join([f"{said}." if said else summary(self.plan), *self.plan.waits])
        waits_only = bool(self.plan.waits) and not self.words and not self.plan.there
        kind = OutcomeKind.SKIPPED if waits_only else OutcomeKind.DONE
        return Outcome(kind, message, title=self.plan.label, plan=plan, links=tuple(self.links))


@dataclass
class RefundBatch:
    """The orders under way, in the order in which they came."""

    orders: dict[str, RefundProgress]

    @classmethod
    def of(cls, plans: Mapping[str, RefundPlan]) -> RefundBatch:
        return cls({record: RefundProgress(plan) for record, plan in plans.items()})

    def __iter__(self) -> Iterator[RefundProgress]:
        return iter(list(self.orders.values()))
