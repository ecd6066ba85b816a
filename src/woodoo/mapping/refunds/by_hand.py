"""Credit notes that people made of an invoice nobody has paid: the invoice takes them up, so that less of it is open.

| the order in the store | its invoice in Odoo | then                                                                  |
|------------------------|---------------------|-----------------------------------------------------------------------|
| not paid               | open                | both are reconciled: less is to be paid                               |
| paid                   | open                | nothing: its payment is on its way, and the credit is paid back       |
| any                    | paid                | nothing: the credit note stays open until its money goes back         |

From Odoo 17 on posting a credit note does so by itself (account_move.py, `_reconcile_reversed_moves`); what people
undid there stays undone.
"""

from __future__ import annotations

from dataclasses import replace

from ..rules import Rules
from .refund_plan import RefundPlan


def plan_take_up(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Add which credit notes of people their invoices are to take up."""
    if plan.order.paid_at is not None or rules.refund_reconciles:
        return plan
    open_ = {invoice.odoo_id: invoice for invoice in plan.seen.posted if invoice.open}
    notes = [one for one in plan.seen.credit_notes if not one.ours and one.state == "posted" and one.open]
    return replace(plan, take_up=tuple((note, open_[note.reverses]) for note in notes if note.reverses in open_))
