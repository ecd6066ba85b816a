"""Later changes and cancellations in words: what the dry run, the journey and the outcome say of them."""

from __future__ import annotations

from ...domain.money import round_money
from ...domain.plan import Step, join
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
    steps = []
    currency, digits, standing = plan.order.currency, plan.order.currency_digits, plan.standing
    if plan.cancel:
        with_it = f"with {', '.join(standing.to_deliver)}" if standing.to_deliver else ""
        billed = bool(standing.invoiced or standing.credited)
        money = "" if billed else f"{round_money(plan.document.total, digits)} {currency} are not invoiced"
        steps.append(Step(f"Cancel {plan.document.name}", _why(plan), plan.document.model, join([with_it, money])))
    if plan.credits:
        total = round_money(standing.invoiced_total, digits)
        detail = f"{total} {currency}, no money moves; by the flow of refunds"
        steps.append(Step(f"Credit {_invoices(plan)} in full", _why(plan), "account.move", detail))
    return tuple(steps)


def cancel_summary(plan: CancelPlan) -> str:
    """Say what becomes of a cancelled order."""
    if plan.conflict:
        return plan.conflict.message
    if plan.cancel or plan.credits:
        doing = [f"cancel {plan.document.name}"] if plan.cancel else []
        doing += [f"credit {_invoices(plan)}"] if plan.credits else []
        done = " and ".join(doing)
        return f"{done[:1].upper()}{done[1:]} in Odoo"
    if plan.refunded:
        return f"{plan.order.label} was refunded in full before it was invoiced; {plan.document.name} is cancelled."
    if plan.document.state == "cancel":
        return f"{plan.order.label} is cancelled in the store, and {plan.document.name} in Odoo."
    return f"{plan.order.label} is cancelled in the store, and {plan.document.name} is credited in Odoo."


def cancel_done(plan: CancelPlan) -> str:
    """Say what was done about a cancelled order."""
    said = []
    if plan.cancel:
        of_refund = f": {plan.order.label} was refunded in full before it was invoiced."
        said.append(f"{plan.document.name} is cancelled{of_refund if plan.refunded else _as_in_store(plan)}")
    if plan.credits:
        said.append(f"{_invoices(plan)} is credited in full by the flow of refunds.")
    return " ".join(said) or cancel_summary(plan)


def _as_in_store(plan: CancelPlan) -> str:
    return f", as {plan.order.label} is in the store."


def _why(plan: CancelPlan) -> str:
    return "all of it was refunded before it was invoiced" if plan.refunded else "it is cancelled in the store"


def _invoices(plan: CancelPlan) -> str:
    return f"invoice {', '.join(plan.standing.invoiced)}"


def _parts(change: Change, *ways: Way) -> str:
    return ", ".join(_WORDS[part] for part in Part if change.ways.get(part) in ways)
