"""Whether a refund that goes to the store moves real money, and what is said about it.

Decides that money moves only where everything speaks for it: it cannot be called back.
"""

from __future__ import annotations

from ...domain.order import Order
from .sending_rules import SendRules


def who_pays(order: Order, rules: SendRules, *, settled: bool) -> tuple[bool, str]:
    """Return whether the payment provider is to pay back, and what becomes of the money, in words.

    Args:
        order: of the store.
        rules: of the connection.
        settled: some of it is settled in Odoo already, by an open invoice or by money that was paid back.
    """
    method = order.payment_method_title or order.payment_method or "its payment method"
    if not rules.refund_money:
        return False, "no money moves (refund_money is off): pay it back by hand"
    if order.paid_at is None:
        return False, "no money moves: the order is not paid in the store"
    if settled:
        return False, "no money moves: Odoo has settled the credit note already"
    if order.payment_method not in rules.gateways:
        return False, f"no money moves: '{method}' cannot pay back by itself; pay it back by hand"
    return True, f"'{method}' pays it back to the customer"
