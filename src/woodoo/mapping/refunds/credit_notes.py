"""Which refund of the store becomes a credit note now, and what has to wait.

| the refund                                | in Odoo                             | then           |
|-------------------------------------------|-------------------------------------|----------------|
| any                                       | its credit note, as it should be    | nothing        |
| any                                       | its credit note, not done yet       | the rest of it |
| stands for what Odoo took back: `echo.py` | a credit note people made, a return | nothing        |
| any                                       | nothing of the order, or no invoice | it waits       |
| any                                       | the invoice is a draft              | it waits       |
| any                                       | the invoice is posted               | a credit note  |
"""

from __future__ import annotations

from ...domain.money import round_money
from ...domain.refund import Refund
from ..rules import Rules
from .refund_plan import RefundPlan


def plan_credit_notes(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Decide for each refund of the store what becomes of it in Odoo's books."""
    if not rules.refunds.take_refunds:
        return plan
    for refund in plan.refunds:
        plan = _plan_one(plan, refund)
    return plan


def _plan_one(plan: RefundPlan, refund: Refund) -> RefundPlan:
    move = plan.seen.credit_note_of(refund.external_id)
    if move is not None and move.state == "posted":
        return plan.with_there(refund, move)
    if refund.external_id in plan.standing:
        return plan.with_note(f"{_said(plan, refund)} stands for what was taken back in Odoo.")
    if why := _waits_for(plan):
        return plan.with_wait(f"{_said(plan, refund)} {why}")
    return plan.with_wait(f"{_said(plan, refund)} has no credit note in Odoo yet.")


def _said(plan: RefundPlan, refund: Refund) -> str:
    amount = round_money(refund.amount, plan.order.currency_digits)
    return f"{refund.label} over {amount} {plan.order.currency}"


def _waits_for(plan: RefundPlan) -> str:
    """Say what a credit note has to wait for; empty where it can be made."""
    seen = plan.seen
    if seen.document is None:
        return "waits: Odoo has nothing of the order."
    if not seen.invoices:
        return f"waits: {seen.document.name} is not invoiced in Odoo."
    if not seen.posted:
        return "waits until the invoice is posted in Odoo."
    return ""
