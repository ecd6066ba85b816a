"""What a change of status brings: payment and completion times, stock, coupons, refunds, notes.

Sources: WooCommerce's includes/class-wc-order.php (`status_transition`, `maybe_set_date_paid`, `payment_complete`)
and includes/wc-stock-functions.php.
"""

from __future__ import annotations

from decimal import Decimal

from .. import catalogue
from ..state import Record, Shop
from . import model, money

NAMES = {
    "pending": "Pending payment", "processing": "Processing", "on-hold": "On hold", "completed": "Completed",
    "cancelled": "Cancelled", "refunded": "Refunded", "failed": "Failed", "checkout-draft": "Draft",
    "trash": "Trash", "auto-draft": "Auto Draft",
}  # fmt: skip
TAKES_STOCK = frozenset({"processing", "completed", "on-hold"})
GIVES_STOCK_BACK = frozenset({"cancelled", "pending"})


def needs_processing(shop: Shop, order: Record) -> bool:
    """Say whether somebody has to do something: not where everything is a virtual download."""
    lines = order["line_items"]
    products = [catalogue.find(shop, line["variation_id"] or line["product_id"]) for line in lines]
    return any(catalogue.needs_processing(product) for product in products if product)


def paid_status(shop: Shop, order: Record) -> str:
    """Return the status an order takes when it is paid; cash on delivery is paid at completion."""
    if order["payment_method"] == "cod":
        return "completed"
    return "processing" if needs_processing(shop, order) else "completed"


def change(shop: Shop, order: Record, status: str, *, note: bool = True) -> None:
    """Bring an order, already saved, into a status, with everything that follows from it."""
    old = order["status"]
    if status == old:
        return
    order["status"] = status
    set_times(shop, order)
    apply_transition(shop, order, old, note=note)


def apply_transition(shop: Shop, order: Record, old: str, *, note: bool = True) -> None:
    """Do what follows from the status an order has just taken."""
    status = order["status"]
    if status in TAKES_STOCK:
        reduce_stock(shop, order)
        _count_coupons(shop, order)
    elif status in GIVES_STOCK_BACK:
        restore_stock(shop, order)
    if status == "refunded" and _refund_rest(shop, order):
        model.add_note(shop, order, _BY_HAND)
    if note and old in NAMES:
        model.add_note(shop, order, f"Order status changed from {NAMES[old]} to {NAMES.get(status, status)}.")
    shop.announce(f"action.woocommerce_order_status_{status}", order["id"])


def set_times(shop: Shop, order: Record) -> None:
    status, paid = order["status"], paid_status(shop, order)
    if order["date_paid"] is None and (status == paid or (paid == "processing" and status == "completed")):
        order["date_paid"] = shop.now()
    if status == "completed":
        order["date_completed"] = shop.now()


def payment_complete(shop: Shop, order: Record, transaction_id: str = "") -> None:
    """Note that an order was paid."""
    if transaction_id:
        order["transaction_id"] = transaction_id
    if order["date_paid"] is None:
        order["date_paid"] = shop.now()
    if order["status"] in ("on-hold", "pending", "failed", "cancelled", "checkout-draft"):
        change(shop, order, paid_status(shop, order))
    reduce_stock(shop, order)
    shop.announce("action.woocommerce_payment_complete", order["id"])


def reduce_stock(shop: Shop, order: Record) -> None:
    """Take an order's goods out of stock, once; the quantity may go below zero."""
    if order["stock_reduced"]:
        return
    order["stock_reduced"] = True
    changes = []
    for line in order["line_items"]:
        moved = _move(shop, line, -line["quantity"])
        if moved is not None:
            model.set_line_meta(shop, line, "_reduced_stock", line["quantity"])
            changes.append(" ".join(moved))
    if changes:
        model.add_note(shop, order, f"Stock levels reduced: {', '.join(changes)}")


def restore_stock(shop: Shop, order: Record) -> None:
    """Put back into stock what the order took and did not already give back."""
    if not order["stock_reduced"]:
        return
    order["stock_reduced"] = False
    changes = []
    for line in order["line_items"]:
        taken = model.line_number(line, "_reduced_stock")
        moved = _move(shop, line, taken) if taken else None
        if moved is not None:
            line["meta_data"] = [entry for entry in line["meta_data"] if entry["key"] != "_reduced_stock"]
            changes.append(" ".join(moved))
    if changes:
        model.add_note(shop, order, f"Stock levels increased: {', '.join(changes)}")


def _move(shop: Shop, line: Record, by: int) -> tuple[str, str] | None:
    """Move the stock of a line's product; return its name and how much there was and is, None where none is kept."""
    product = catalogue.find(shop, line["variation_id"] or line["product_id"])
    owner = catalogue.stock_owner(shop, product) if product else None
    if product is None or owner is None:
        return None
    new = catalogue.change_stock(shop, owner, by)
    name = f"{line['name']} ({catalogue.sku(shop, product) or '#' + str(product['id'])})"
    return name, f"{new - by}&rarr;{new}"


def adjust_line_stock(shop: Shop, order: Record, line: Record, old_quantity: int) -> None:
    """Follow a change of a line's quantity in the stock, where the order has already taken its goods.

    The note on it bears the name of whoever changed the line; of a line that goes there is none.
    """
    if not order["stock_reduced"] or line["quantity"] == old_quantity:
        return
    moved = _move(shop, line, old_quantity - line["quantity"])
    if moved is None:
        return
    taken = model.line_number(line, "_reduced_stock")
    model.set_line_meta(shop, line, "_reduced_stock", taken + line["quantity"] - old_quantity)
    if line["quantity"]:
        model.add_note(shop, order, f"Adjusted stock: {line['name']} ({moved[1]})", author="admin")


def _count_coupons(shop: Shop, order: Record) -> None:
    if order["coupons_counted"]:
        return
    order["coupons_counted"] = True
    for line in order["coupon_lines"]:
        for coupon in shop.tables["coupons"].values():
            if coupon["code"] == line["code"]:
                coupon["usage_count"] += 1
                coupon["used_by"].append(str(order["customer_id"] or order["billing"]["email"]))
    for line in order["line_items"]:
        product = catalogue.find(shop, line["product_id"])
        if product is not None:
            product["total_sales"] = int(product["total_sales"]) + line["quantity"]


#: Written where a status made the refund (`wc_order_fully_refunded`).
_BY_HAND = (
    "Order status set to refunded. To return funds to the customer you will need to issue a refund through your "
    "payment gateway."
)


def _refund_rest(shop: Shop, order: Record) -> bool:
    """Make the refund that the status `refunded` stands for: the rest of the money, no lines, no restock.

    Returns whether there was money left to refund.
    """
    from .refunds import keep_refund, new_refund

    rest = Decimal(order["total"]) - money.refunded(shop, order)
    if rest > 0:
        keep_refund(shop, order, new_refund(shop, order, rest, "Order fully refunded."))
    return rest > 0
