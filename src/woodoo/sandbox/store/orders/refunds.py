"""Money given back: refunds by lines or by amount, and what they do to the order and the stock.

Source: WooCommerce's includes/wc-order-functions.php (`wc_create_refund`, `wc_restock_refunded_items`). Like there,
an amount that disagrees with the lines, a quantity above the ordered one and an unknown line are taken as they come;
only more money than the order has left is refused, and not where several refunds come at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from .. import catalogue
from ..engine.numbers import ZERO, half_up, loose, plain
from ..engine.order_totals import RateTotal
from ..state import Record, Shop
from . import model, money, status

GROUPS = ("line_items", "fee_lines", "shipping_lines")


class RefundRefused(Exception):
    """WooCommerce's own words for a refund it does not make."""


def new_refund(shop: Shop, order: Record, amount: Decimal, reason: str) -> Record:
    """Return a refund without lines that is not yet kept. `amount` is gross and positive."""
    return {
        "id": 0,
        "parent_id": order["id"],
        "date_created": shop.now(),
        "date_modified": shop.now(),
        "amount": plain(half_up(amount, shop.decimals)),
        "reason": reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }


def refund(
    shop: Shop,
    order: Record,
    *,
    amount: Decimal | None = None,
    reason: str = "",
    lines: Sequence[Record] = (),
    restock: bool = True,
    by_gateway: bool = False,
    meta_data: Sequence[Record] = (),
) -> Record:
    """Give money back on an order; without an amount it is what the lines come to.

    Raises:
        RefundRefused: more than is left, or a gateway that cannot pay it back.
    """
    if amount is None:
        amount = sum((_line_amount(line) for line in lines), ZERO)
    left = Decimal(order["total"]) - money.refunded(shop, order)
    if amount < 0 or half_up(amount, shop.decimals) > left:
        raise RefundRefused("Invalid refund amount.")
    # WooCommerce takes no lock: refunds that come at the same moment have all counted the same rest.
    while shop.meanwhile:
        shop.meanwhile.pop()()
    made = new_refund(shop, order, amount, reason)
    for sent in lines:
        _add_line(shop, order, made, sent)
    made["tax_lines"] = money.tax_lines(shop, [], _taxes_by_rate(shop, made))
    if by_gateway:
        _ask_gateway(shop, order, made)
    keep_refund(shop, order, made)
    model.metadata.merge(shop, made["meta_data"], meta_data)
    if restock:
        _restock(shop, order, lines)
    fully = left - Decimal(made["amount"]) <= 0
    model.metadata.put(shop, made["meta_data"], "_refund_type", "full" if fully else "partial")
    order["date_modified"] = shop.now()
    if fully and order["status"] != "refunded":
        status.change(shop, order, "refunded")
    shop.announce("order.updated", order["id"])
    shop.announce("action.woocommerce_order_refunded", order["id"])
    shop.touch()
    return made


def keep_refund(shop: Shop, order: Record, made: Record) -> None:
    """Give a refund its number and hang it on its order."""
    made["id"] = shop.next_id("refund")
    shop.tables["refunds"][made["id"]] = made
    order["refund_ids"].append(made["id"])
    if not made["line_items"] and made["reason"] == "Order fully refunded.":
        model.metadata.put(shop, made["meta_data"], "_refund_type", "full")


def _amount(value: Any) -> Decimal:
    return loose(repr(value) if isinstance(value, float) else value)


def _line_amount(line: Record) -> Decimal:
    taxes = sum((_amount(tax.get("refund_total")) for tax in line.get("refund_tax") or ()), ZERO)
    return _amount(line.get("refund_total")) + taxes


def _add_line(shop: Shop, order: Record, made: Record, sent: Record) -> None:
    for group in GROUPS:
        original = next((item for item in order[group] if item["id"] == sent.get("id")), None)
        if original is not None:
            break
    else:
        return
    quantity = int(sent.get("quantity") or 0)
    total = _amount(sent.get("refund_total"))
    if not quantity and not total and not sent.get("refund_tax"):
        return
    taxes = {str(t["id"]): plain(-_amount(t.get("refund_total"))) for t in sent.get("refund_tax") or ()}
    tax = plain(sum((Decimal(value) for value in taxes.values()), ZERO))
    item = {**original, "id": shop.next_id("item"), "total": plain(-total), "total_tax": tax, "taxes": taxes}
    item["meta_data"] = []
    if group == "line_items":
        item.update(quantity=-quantity, subtotal=item["total"], subtotal_tax=tax, subtotal_taxes=dict(taxes))
    model.set_line_meta(shop, item, "_refunded_item_id", original["id"])
    made[group].append(item)


def _taxes_by_rate(shop: Shop, made: Record) -> dict[int, RateTotal]:
    goods: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    for group in GROUPS:
        sums = shipping if group == "shipping_lines" else goods
        for item in made[group]:
            for rate_id, tax in item["taxes"].items():
                sums[int(rate_id)] = sums.get(int(rate_id), ZERO) + shop.tax_rules().round_line_tax(Decimal(tax))
    ids = dict.fromkeys([*goods, *shipping])
    return {i: RateTotal(goods.get(i, ZERO), shipping.get(i, ZERO)) for i in ids}


def _ask_gateway(shop: Shop, order: Record, made: Record) -> None:
    """Let the payment provider pay back (`wc_refund_payment`); `refusing` of a gateway is what it says to all of it."""
    gateway = shop.gateways.get(order["payment_method"])
    if gateway is None:
        raise RefundRefused("The payment gateway for this order does not exist.")
    if "refunds" not in gateway["method_supports"]:
        raise RefundRefused("The payment gateway for this order does not support automatic refunds.")
    if gateway.get("refusing"):
        raise RefundRefused(gateway["refusing"])
    made["refunded_payment"] = True


def _restock(shop: Shop, order: Record, lines: Sequence[Record]) -> None:
    wanted = {line.get("id"): int(line.get("quantity") or 0) for line in lines}
    for item in order["line_items"]:
        quantity, taken = wanted.get(item["id"], 0), model.line_number(item, "_reduced_stock")
        product = catalogue.find(shop, item["variation_id"] or item["product_id"])
        owner = catalogue.stock_owner(shop, product) if product else None
        if not quantity or not taken or owner is None:
            continue
        catalogue.change_stock(shop, owner, quantity)
        model.set_line_meta(shop, item, "_reduced_stock", taken - quantity)
        restocked = model.line_number(item, "_restock_refunded_items") + quantity
        model.set_line_meta(shop, item, "_restock_refunded_items", restocked)
        new = owner["stock_quantity"]
        model.add_note(shop, order, f"Item #{item['product_id']} stock increased from {new - quantity} to {new}.")
