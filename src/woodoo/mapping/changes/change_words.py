"""Later changes and cancellations in words: what the dry run, the journey and the outcome say of them."""

from __future__ import annotations

from ...domain.plan import Step
from ..documents.document import Document
from .cancelling import CancelPlan
from .changes import Change, Way
from .fingerprint import Part

_WORDS = {
    Part.LINES: "lines",
    Part.CUSTOMER: "customer",
    Part.BILLING: "billing address",
    Part.SHIPPING: "delivery address",
    Part.CONTACT: "e-mail and telephone",
    Part.HEADER: "note and header",
}


def change_steps(change: Change, document: Document) -> list[Step]:
    """Return what is done about changes before the order goes on."""
    steps = []
    if change.reopens:
        why = "the store wants it again" if change.again else f"the store has changed {_parts(change, Way.REOPEN)}"
        steps.append(Step(f"Reopen {document.name}", why, document.model, "cancel, back to quotation, confirm"))
    if change.rewrites:
        why = f"the store has changed {_parts(change, Way.REWRITE) or _parts(change, Way.REOPEN) or 'nothing since'}"
        steps.append(Step(f"Write {document.name} anew", why, document.model))
    if written := _parts(change, Way.WRITE):
        steps.append(Step(f"Write {written} on {document.name}", "the store has changed it", document.model))
    return steps


def change_said(change: Change) -> str:
    """Say what was changed in Odoo: "delivery address and note written as in the store"."""
    return f"{_parts(change, Way.WRITE, Way.REWRITE, Way.REOPEN) or 'everything'} as in the store now"


def cancel_steps(plan: CancelPlan) -> tuple[Step, ...]:
    """Return what is done for an order that the store has cancelled."""
    if not plan.cancel:
        return ()
    with_it = f"with {', '.join(plan.standing.to_deliver)}" if plan.standing.to_deliver else ""
    return (Step(f"Cancel {plan.document.name}", "it is cancelled in the store", plan.document.model, with_it),)


def cancel_summary(plan: CancelPlan) -> str:
    """Say what becomes of a cancelled order."""
    if plan.conflict:
        return plan.conflict.message
    if plan.cancel:
        return f"Cancel {plan.document.name} in Odoo"
    return f"{plan.order.label} is cancelled in the store, and {plan.document.name} in Odoo."


def _parts(change: Change, *ways: Way) -> str:
    return ", ".join(_WORDS[part] for part in Part if change.ways.get(part) in ways)
