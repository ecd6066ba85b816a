"""The plan for an order's refunds in words: what the screen, the dry run and the ledger show."""

from __future__ import annotations

from ...domain.money import ZERO, round_money
from ...domain.plan import Plan, Step
from .refund_plan import RefundPlan
from .to_store import sending_steps


def refund_plan_shown(plan: RefundPlan) -> Plan:
    """Return the plan as people read it, with the money effect; amounts in the order's currency."""
    notes = (*plan.waits, *plan.notes, *(error.message for error in plan.failures))
    return Plan(plan.label, summary(plan), _steps(plan), currency=plan.order.currency, notes=notes)


def summary(plan: RefundPlan) -> str:
    """Say in one line how much was given back, and what stands for it in Odoo."""
    if not plan.refunds:
        return "The store has given nothing back."
    order = plan.order
    total = round_money(sum((refund.amount for refund in plan.refunds), ZERO), order.currency_digits)
    count = len(plan.refunds)
    given = f"The store has given back {total} {order.currency} in {count} refund{'s' if count != 1 else ''}"
    names = ", ".join(move.name for _, move in plan.there)
    return f"{given}; in Odoo: {names}." if names else f"{given}."


def _steps(plan: RefundPlan) -> tuple[Step, ...]:
    return sending_steps(plan.sending)
