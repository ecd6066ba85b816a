"""Make sure that what the shop has sent out is delivered in Odoo, too."""

from __future__ import annotations

from ...mapping.policy import Do
from ...odoo.deliveries import deliver_orders
from ..batch import OrderBatch, named
from ..context import Context


def deliver(context: Context, batch: OrderBatch) -> None:
    """Validate the open deliveries of the orders that go that far. Services and Odoos without stock have none."""
    going = batch.where(lambda p: p.wants(Do.DELIVERY) and bool(p.sale_order))
    if not going:
        return
    failed = deliver_orders(context.odoo, [p.sale_order["id"] for p in going]).errors
    for progress in going:
        error = failed.get(progress.sale_order["id"])
        if error:
            batch.drop(progress, named(progress, error, "could not be delivered"))
        else:
            progress.delivered = True
