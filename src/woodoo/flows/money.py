"""What one order comes to on both sides, at this moment: read, compared, nothing written."""

from __future__ import annotations

from ..domain.errors import DataError
from ..mapping.documents.money import Money, compare_money
from .context import Context
from .steps.reducing import observe_inside
from .steps.refunds.observe import observe_refunds


def look_at_money(context: Context, order_id: str) -> Money:
    """Ask both sides what an order comes to, with its refunds and credit notes.

    Raises:
        WoodooError: a side cannot be asked, or the store does not have the order.
    """
    fetched = context.store.fetch_orders([order_id])
    order = fetched.found.get(order_id)
    if order is None:
        raise fetched.broken.get(order_id) or DataError(
            f"The store has no order {order_id} any more.", record=f"Order {order_id}", where="store -> orders"
        )
    given_back = context.store.refunds.read([order])
    if order_id in given_back.broken:
        raise given_back.broken[order_id]
    refunds = given_back.found.get(order_id, ())
    seen = observe_inside(context, {order_id: order}, {order_id: refunds}, observe_refunds(context, [order]))
    return compare_money(order, refunds, seen[order_id])
