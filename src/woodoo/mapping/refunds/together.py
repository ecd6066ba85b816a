"""Goods and money of a refund go together: where a refund cannot be credited as it is, its goods are left alone, too.

Decides that nothing of such a refund is done until a person has seen to it, and that the other refunds of the order go
on. What the goods of the others are depends on it, and their credit notes on the goods: so both are planned once more
without it.
"""

from __future__ import annotations

from dataclasses import replace

from ..rules import Rules
from .credit_notes import plan_credit_notes
from .refund_plan import RefundPlan
from .returns import plan_returns


def plan_goods_and_money(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Add what happens to the goods, and the credit notes."""
    parked = plan.parked
    while True:
        found = plan_credit_notes(plan_returns(replace(plan, parked=parked), rules), rules)
        if found.parked == parked:
            return found
        parked = found.parked
