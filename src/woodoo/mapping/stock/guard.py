"""What a store has sold and Odoo does not know yet: the guard against selling the same goods twice.

Decides which orders count:

| the order in the store                  | in Odoo                                   | counts                         |
|-----------------------------------------|-------------------------------------------|--------------------------------|
| open: on hold, processing, or a status  | not there: waiting, parked, failed, left  | yes                            |
| the settings bring over                 | out, or not yet heard of                  |                                |
|                                         | a quotation, or cancelled                 | yes                            |
|                                         | confirmed                                 | no: its moves lower the figure |
|                                         | confirmed, figures are what is on hand    | until it is delivered          |
| completed                               | waiting, parked or failed                 | yes                            |
|                                         | otherwise                                 | no: the goods have left        |
| pending, failed, cancelled, refunded    |                                           | no: the store sells the goods  |

Of each line counts what the store itself took out of its stock (`_reduced_stock`), so what a refund put back is back;
where the store does not say, the quantity.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ...domain.stock import SoldOrder

#: Statuses for which WooCommerce takes goods out of its stock (includes/wc-stock-functions.php).
ALWAYS_OPEN = frozenset({"on-hold", "processing"})
COMPLETED = "completed"
#: Statuses that hold no goods, or whose goods have left.
NEVER_OPEN = frozenset({"pending", "failed", "cancelled", "refunded", "checkout-draft", "trash", COMPLETED})


@dataclass(frozen=True)
class Claim:
    """What orders that Odoo does not know yet have of one product."""

    quantity: Decimal
    orders: tuple[str, ...]


NO_CLAIM = Claim(Decimal(0), ())


def open_statuses(steps: Mapping[str, str]) -> frozenset[str]:
    """Return the statuses of orders that wait for their goods, by how far each status brings an order in Odoo."""
    brought = {status for status, step in steps.items() if step not in ("ignore", "cancel", "tell")}
    return (ALWAYS_OPEN | brought) - NEVER_OPEN


def claims(
    orders: Iterable[SoldOrder], *, statuses: Collection[str], known: Collection[str], unsettled: Collection[str]
) -> dict[str, Claim]:
    """Return what is claimed of each product of the store.

    Args:
        orders: of the store.
        statuses: those of open orders.
        known: orders whose goods Odoo takes into account.
        unsettled: orders that wait or need somebody before they reach Odoo.
    """
    found: dict[str, Claim] = {}
    for order in orders:
        waits = order.status in statuses or (order.status == COMPLETED and order.external_id in unsettled)
        if not waits or order.external_id in known:
            continue
        for product, quantity in order.goods.items():
            if quantity:
                before = found.get(product, NO_CLAIM)
                found[product] = Claim(before.quantity + quantity, (*before.orders, order.external_id))
    return found
