"""A cancelled order whose invoice is posted: what is left of the invoice is credited, as if the store had refunded it.

Decides how a cancellation and refunds go together, so that nothing is credited twice:

| the store                                        | on the invoice                                                 |
|--------------------------------------------------|----------------------------------------------------------------|
| cancelled                                        | all of it is credited, no money goes back                      |
| refunded a part, then cancelled                  | the refund is credited, and the cancellation the rest          |
| refunded all, and cancelled                      | the refund is credited, the cancellation nothing               |
| cancelled, and refunded later                    | the credit note of the cancellation stands for the refund, too |
| cancelled, wanted again                          | its credit note stands; the order is invoiced anew             |
| cancelled, wanted again, cancelled once more     | the invoice of that time is credited, too                      |
| cancelled; a person has a draft credit note      | the rest is credited, and the draft told                       |
| cancelled, and the goods are with the customer   | nothing until they are back, or as above: `cancel_delivered`   |

A cancellation is a refund without lines that no store has; its id names the invoice, so each is credited once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ...domain.money import ZERO, round_money
from ...domain.refund import CANCELLATION, Refund
from ..rules import Rules
from .refund_plan import RefundPlan
from .seen import Move


def plan_cancellation(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Add what the cancellation of the order takes off its posted invoices, and what it has taken off already."""
    there = _credit_notes(plan)
    found = {move.refund_id: _refund(plan, move.refund_id, move.total) for move in there}
    wish = rules.policy.status_steps.get(plan.order.status)
    if wish == "cancel" and rules.refunds.cancel_invoiced == "credit":
        if _waits_for_goods(plan, rules) and not there:
            return plan.with_wait(_WITH_THE_CUSTOMER) if plan.seen.posted else plan
        pending = sum((refund.amount for refund in _without_credit_note(plan) if not there), ZERO)
        for invoice in plan.seen.posted:
            refund_id = f"{CANCELLATION}{invoice.odoo_id}"
            left = round_money(invoice.total - plan.seen.credited(invoice, but=refund_id), plan.order.currency_digits)
            taken = min(left, pending)
            pending -= taken
            if left > taken:
                found.setdefault(refund_id, _refund(plan, refund_id, left - taken))
            plan = _with_drafts(plan, invoice)
    return replace(plan, cancellations=tuple(found.values()))


_WITH_THE_CUSTOMER = "Its goods are with the customer: the invoice is credited once they have come back in Odoo."


def _waits_for_goods(plan: RefundPlan, rules: Rules) -> bool:
    goods = plan.seen.goods
    return rules.refunds.cancel_delivered == "tell" and goods is not None and goods.away


def _with_drafts(plan: RefundPlan, invoice: Move) -> RefundPlan:
    """Say where draft credit notes of people hold a part of the invoice back: it is not credited twice."""
    drafts = [one for one in plan.seen.credits_of(invoice) if one.state == "draft" and not one.refund_id]
    if not drafts:
        return plan
    amount = round_money(sum((one.total for one in drafts), ZERO), plan.order.currency_digits)
    return plan.with_wait(
        f"A draft credit note over {amount} {plan.order.currency} of {invoice.label} is in Odoo already: so much is "
        "for whoever made it to post, or to delete."
    )


def covered(plan: RefundPlan, refund: Refund) -> Move | None:
    """Return the credit note of the order's cancellation, where it stands for a refund that came later, too.

    What was refunded before is not in it: so much is left on the invoice.
    """
    if refund.is_cancellation or any(one.total - plan.seen.credited(one) >= refund.amount for one in plan.seen.posted):
        return None
    there = [move for move in _credit_notes(plan) if move.state == "posted"]
    own = [one for one in _without_credit_note(plan) if _turn(one) <= _turn(refund)]
    taken = sum((one.amount for one in own), ZERO)
    return next((move for move in there if taken <= move.total), None)


def _credit_notes(plan: RefundPlan) -> list[Move]:
    return [one for one in plan.seen.credit_notes if one.refund_id.startswith(CANCELLATION) and one.state != "cancel"]


def _without_credit_note(plan: RefundPlan) -> Iterable[Refund]:
    """Yield the refunds of the store that have no credit note, and are to have one."""
    done = {move.refund_id for move in plan.seen.credit_notes} | plan.seen.inside | plan.standing.keys()
    return (one for one in plan.refunds if one.external_id not in done and one.amount > 0)


def _turn(refund: Refund) -> tuple[object, ...]:
    return refund.created_at, len(refund.external_id), refund.external_id


def _refund(plan: RefundPlan, refund_id: str, amount: Decimal) -> Refund:
    order = plan.order
    return Refund(refund_id, order.external_id, amount, "", order.modified_at, by_gateway=False)
