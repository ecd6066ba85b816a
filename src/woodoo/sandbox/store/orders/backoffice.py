"""What people and plugins do to an order behind the API's back: quantities, the trash, the end.

Sources: the announcements and times were observed on a WooCommerce; a permanent deletion tells nobody, and a plugin
that saves the items of an order, not the order, does not move the order's time.
"""

from __future__ import annotations

from ..state import Record, Shop
from . import model, money, status


def change_quantity(shop: Shop, order: Record, quantity: int, *, quietly: bool = False) -> None:
    """Change how many of its first product an order has, at the same price a piece, and compute it anew.

    `quietly`: as a plugin does, without moving the order's time and without a word to webhooks.
    """
    line = order["line_items"][0]
    before, line["quantity"] = line["quantity"], quantity
    for name in ("subtotal", "total"):
        line[name] = model.times(line[name], quantity, before)
    status.adjust_line_stock(shop, order, line, before)
    money.recalculate(shop, order)
    if quietly:
        shop.touch()
    else:
        model.save(shop, order)


def trash(shop: Shop, order: Record) -> None:
    """Put an order into the trash. Its goods stay taken."""
    order["status"] = "trash"
    order["date_modified"] = shop.now()
    shop.announce("order.deleted", order["id"])
    shop.touch()


def delete_for_good(shop: Shop, order: Record) -> None:
    """Delete an order and its refunds. No webhook tells of it."""
    for refund_id in order["refund_ids"]:
        shop.tables["refunds"].pop(refund_id, None)
    del shop.tables["orders"][order["id"]]
    shop.touch()
