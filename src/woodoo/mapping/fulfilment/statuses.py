"""How the status of an order moves for what becomes of it in Odoo. Only ever forwards.

Decides who wins where the store's status and Odoo's state meet (¹ where it is set):

| in the store                | Odoo: cancelled | paid       | a part delivered | all delivered²                    |
|-----------------------------|-----------------|------------|------------------|-----------------------------------|
| pending, on-hold            | cancelled¹      | processing | waits            | as paid; unpaid: waits            |
| at work (processing, …)     | cancelled¹      |            | partial status¹  | completed; unpaid: waits¹         |
| partial status              | cancelled¹      |            |                  | completed; unpaid: waits¹         |
| completed, or unknown       |                 |            |                  |                                   |
| cancelled, refunded, failed |                 |            |                  |                                   |

² Nothing more is to leave: transfers that are left are cancelled, or no backorder was made. What a supplier is to send
and has no transfer yet is still to leave.

What the store has ended stays ended, and what it has completed stays so: WooCommerce has mailed its customer, taken or
given back stock, and may have given back money. Nothing is cancelled of which something has left. What has come back as
a whole before the store was told of it counts as not delivered.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.order import Order
from .rules import FulfilRules
from .seen import OdooOrder

#: Statuses in which an order waits for its money.
AWAITING = frozenset({"pending", "on-hold"})


@dataclass(frozen=True)
class StatusMove:
    """Which status an order should have, and why; empty: the one it has."""

    status: str = ""
    why: str = ""
    #: The store is told of the payment, and moves the order on itself.
    paid: bool = False
    #: What stands against a move.
    waits: str = ""

    def __bool__(self) -> bool:
        return bool(self.status)


def plan_status(order: Order, seen: OdooOrder, rules: FulfilRules) -> StatusMove:
    """Return where the status of an order goes."""
    status = order.status
    waiting, at_work = status in AWAITING, rules.is_at_work(status)
    if not waiting and not at_work:
        return _ended(order, seen)
    if seen.cancelled:
        return _cancel(seen, rules)
    some = seen.has_left
    delivered = some and not seen.open and not seen.unplanned
    if waiting and not seen.paid:
        left = f"{seen.name} has left, but the order waits for its payment: its status stays." if some else ""
        return StatusMove(waits=left)
    if delivered and rules.delivered_status:
        if rules.paid_first and not (seen.paid or order.paid_at):
            return StatusMove(waits=f"{seen.name} is delivered and not paid yet: its status stays.")
        return _to(rules.delivered_status, order, f"{seen.name} is delivered in Odoo")
    if waiting and rules.paid_status:
        paid = status == "pending" and rules.paid_status == "processing"
        return StatusMove(rules.paid_status, f"{seen.name} is paid in Odoo", paid=paid)
    left = _left(seen) if some and not seen.open else ""
    if some and not delivered and rules.partial_status:
        move = _to(rules.partial_status, order, f"a part of {seen.name} is delivered in Odoo")
        return move or StatusMove(waits=left)
    return StatusMove(waits=left)


def _left(seen: OdooOrder) -> str:
    if not seen.unplanned:
        return ""
    named = ", ".join(f"'{one}'" for one in seen.unplanned[:3]) + (" …" if len(seen.unplanned) > 3 else "")
    return (
        f"{seen.name}: Odoo has no transfer for {named} (yet): its status stays until that has left, or is taken off."
    )


def _to(status: str, order: Order, why: str) -> StatusMove:
    return StatusMove() if status == order.status else StatusMove(status, why)


def _cancel(seen: OdooOrder, rules: FulfilRules) -> StatusMove:
    if seen.deliveries:
        return StatusMove(waits=f"{seen.name} is cancelled in Odoo, but some of it has left: its status stays.")
    if not rules.cancel:
        return StatusMove(waits=f"{seen.name} is cancelled in Odoo; the settings leave the order as it is.")
    return StatusMove("cancelled", f"{seen.name} is cancelled in Odoo")


def _ended(order: Order, seen: OdooOrder) -> StatusMove:
    if seen.cancelled and order.status == "completed":
        return StatusMove(waits=f"{seen.name} is cancelled in Odoo, and the store has completed the order: it stays.")
    if order.status in {"cancelled", "refunded", "failed"} and seen.deliveries:
        return StatusMove(waits=f"{seen.name} has left, though the order is '{order.status}' in the store.")
    return StatusMove()
