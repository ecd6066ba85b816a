"""How a REST call makes and changes an order: addresses, lines, coupons, status, payment.

Source: WooCommerce's includes/rest-api/Controllers/Version3/class-wc-rest-orders-controller.php. What it accepts is
accepted here too: an unknown product makes an empty line, sent taxes are ignored, a repeated POST makes a second
order.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .. import catalogue, metadata
from ..engine.numbers import loose, plain
from ..resources.money import money_html
from ..rest import Request, RestError, broken_off
from ..state import Record, Shop, load_data
from . import model, money, status

RECALCULATING = ("billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines")
TEXTS = ("payment_method", "payment_method_title", "transaction_id", "customer_note", "created_via")


def create(request: Request) -> Record:
    """Make an order as the call describes it.

    Raises:
        RestError: 400 for an unknown customer, a line that names no product, or a coupon that cannot be used.
    """
    shop, params = request.shop, request.params
    order = model.new_order(shop, currency=params.get("currency") or "")
    _write(request, order)
    _check_customer(request, order)
    money.recalculate(shop, order)
    _coupons(request, order)
    wanted = params.get("status") or "pending"
    order["status"] = wanted
    status.set_times(shop, order)
    model.save(shop, order)
    if wanted != "pending":
        status.apply_transition(shop, order, "pending")
    if params.get("set_paid") is True:
        status.payment_complete(shop, order, params.get("transaction_id") or "")
    return order


def update(request: Request, order: Record) -> None:
    """Change an order. Sending lines or addresses computes all taxes and totals anew.

    Raises:
        RestError: as for `create`.
    """
    shop, params = request.shop, request.params
    _write(request, order)
    _check_customer(request, order)
    if any(request.has(name) for name in RECALCULATING):
        money.recalculate(shop, order)
    _coupons(request, order)
    model.save(shop, order)
    if request.has("status") and params["status"]:
        status.change(shop, order, _known_status(params["status"]))
    payable = order["status"] in ("pending", "failed") and Decimal(order["total"]) > 0
    if params.get("set_paid") is True and payable:
        status.payment_complete(shop, order, params.get("transaction_id") or "")


def _known_status(wanted: str) -> str:
    """Return a status the shop has; in a batch, whose values nobody checks, any other one is `pending`.

    Source: `WC_Abstract_Order::set_status`.
    """
    known = {row["slug"] for row in load_data("site")["order_statuses"]}
    return wanted if wanted in known or wanted in status.NAMES else "pending"


def _write(request: Request, order: Record) -> None:
    params, shop = request.params, request.shop
    for name in TEXTS:
        if params.get(name) is not None and request.has(name):
            order[name] = params[name]
    for name in ("customer_id", "parent_id"):
        if request.has(name) and params.get(name) is not None:
            order[name] = int(params[name])
    if request.has("currency") and params.get("currency"):
        order["currency"] = params["currency"]
    model.set_address(order["billing"], params.get("billing"))
    model.set_address(order["shipping"], params.get("shipping"))
    _lines(request, order, "line_items", "product_id", _product_line)
    _lines(request, order, "shipping_lines", "method_id", _shipping_line)
    _lines(request, order, "fee_lines", "name", _fee_line)
    metadata.merge(shop, order["meta_data"], params.get("meta_data"))


def _check_customer(request: Request, order: Record) -> None:
    customer = order["customer_id"]
    if request.has("customer_id") and customer and customer not in request.shop.tables["customers"]:
        raise RestError(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")


# -- lines ----------------------------------------------------------------------------------------------------------

LineWriter = Callable[[Request, Record, Record, "Record | None"], Record]


def _lines(request: Request, order: Record, group: str, reference: str, write: LineWriter) -> None:
    """Write lines of one kind: with an id they change, with a null reference or quantity 0 they go."""
    for sent in request.params.get(group) or ():
        record = sent.get("id")
        line = next((item for item in order[group] if record and item["id"] == record), None)
        gone = (reference in sent and sent[reference] is None) or ("quantity" in sent and not sent["quantity"])
        if gone and not record:
            raise broken_off()
        if record and line is None:
            raise RestError(
                400, "woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order."
            )
        if gone and line is not None:
            _remove(request.shop, order, group, line)
        elif line is None:
            order[group].append(write(request, order, sent, None))
        else:
            write(request, order, sent, line)


def _remove(shop: Shop, order: Record, group: str, line: Record) -> None:
    order[group] = [item for item in order[group] if item is not line]
    if group == "line_items":
        status.adjust_line_stock(shop, order, {**line, "quantity": 0}, line["quantity"])


def _product_line(request: Request, order: Record, sent: Record, line: Record | None) -> Record:
    shop = request.shop
    if line is None:
        product = _product(shop, sent)
        line = model.product_line(shop, product, int(sent.get("quantity") or 1))
        status.adjust_line_stock(shop, order, line, 0)
    else:
        old_quantity = line["quantity"]
        if sent.get("quantity") is not None:
            line["quantity"] = int(sent["quantity"])
        status.adjust_line_stock(shop, order, line, old_quantity)
    for name in ("name", "tax_class"):
        if sent.get(name) is not None:
            line[name] = sent[name]
    model.set_line_amounts(line, sent)
    metadata.merge(shop, line["meta_data"], sent.get("meta_data"), kind="item_meta")
    return line


def _product(shop: Shop, sent: Record) -> Record | None:
    if sent.get("sku") and not sent.get("product_id") and not sent.get("variation_id"):
        return catalogue.by_sku(shop, str(sent["sku"]))
    if sent.get("variation_id"):
        return catalogue.find(shop, int(sent["variation_id"]))
    if sent.get("product_id"):
        return catalogue.find(shop, int(sent["product_id"]))
    raise RestError(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")


def _shipping_line(request: Request, order: Record, sent: Record, line: Record | None) -> Record:
    shop = request.shop
    if line is None:
        if not sent.get("method_id"):
            raise RestError(400, "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.")
        line = model.shipping_line(shop, sent)
    else:
        _update(line, sent, ("method_title", "method_id", "instance_id"))
    metadata.merge(shop, line["meta_data"], sent.get("meta_data"), kind="item_meta")
    return line


def _fee_line(request: Request, order: Record, sent: Record, line: Record | None) -> Record:
    shop = request.shop
    if line is None:
        if not sent.get("name"):
            raise RestError(400, "woocommerce_rest_invalid_fee_item", "Fee name is required.")
        line = model.fee_line(shop, sent)
    else:
        _update(line, sent, ("name", "tax_class", "tax_status"))
    metadata.merge(shop, line["meta_data"], sent.get("meta_data"), kind="item_meta")
    return line


def _update(line: Record, sent: Record, names: tuple[str, ...]) -> None:
    for name in names:
        if sent.get(name) is not None:
            line[name] = sent[name]
    if sent.get("total") is not None:
        line["total"] = plain(loose(sent["total"]))


# -- coupons --------------------------------------------------------------------------------------------------------


def _coupons(request: Request, order: Record) -> None:
    """Replace an order's coupons by those sent and compute everything anew."""
    if not request.has("coupon_lines") or request.params["coupon_lines"] is None:
        return
    shop = request.shop
    codes = [_code(sent) for sent in request.params["coupon_lines"]]
    if order["coupon_lines"]:  # what they took is given back
        for line in order["line_items"]:
            line["total"] = line["subtotal"]
    order["coupon_lines"] = []
    for code in codes:
        if not code:
            raise _coupon_error(request, order, "Coupon code is required.")
        coupon = next((row for row in shop.tables["coupons"].values() if row["code"] == code), None)
        reason = refusal(shop, coupon, code, order)
        if reason:
            raise _coupon_error(request, order, reason)
        if coupon is not None:
            order["coupon_lines"].append(model.coupon_line(shop, coupon))
    money.recalculate_coupons(shop, order)


def _code(sent: Any) -> str:
    return str((sent.get("code") if isinstance(sent, dict) else "") or "").lower()


def _coupon_error(request: Request, order: Record, reason: str) -> RestError:
    """Return the refusal of a coupon. An order being made stays behind as a draft that the answer names."""
    if order["id"]:
        return RestError(400, "woocommerce_rest_invalid_coupon", reason)
    order["status"] = "checkout-draft"
    order["coupon_lines"] = []
    model.save(request.shop, order)
    return RestError(400, "woocommerce_rest_invalid_coupon", reason, new_draft_order_id=order["id"])


def refusal(shop: Shop, coupon: Record | None, code: str, order: Record) -> str:
    """Return why a coupon cannot be used on an order, in WooCommerce's words; empty where it can."""
    if coupon is None or coupon["status"] != "publish":
        return f"Coupon &quot;{code}&quot; cannot be applied because it does not exist."
    if coupon["usage_limit"] and coupon["usage_count"] >= coupon["usage_limit"]:
        return f"Usage limit for coupon &quot;{code}&quot; has been reached."
    if coupon["date_expires"] and coupon["date_expires"] < shop.now():
        return f"Coupon &quot;{code}&quot; has expired."
    subtotal = sum((Decimal(line["subtotal"]) for line in order["line_items"]), Decimal(0))
    if order["prices_include_tax"]:
        subtotal += Decimal(order["total_tax"])
    if Decimal(coupon["minimum_amount"] or 0) > subtotal:
        return f"The minimum spend for coupon &quot;{code}&quot; is {money_html(shop, coupon['minimum_amount'])}."
    if 0 < Decimal(coupon["maximum_amount"] or 0) < subtotal:
        return f"The maximum spend for coupon &quot;{code}&quot; is {money_html(shop, coupon['maximum_amount'])}."
    if coupon["product_ids"] and not _sells_any(order, set(coupon["product_ids"])):
        return f"Sorry, coupon &quot;{code}&quot; is not applicable to selected products."
    return ""


def _sells_any(order: Record, product_ids: set[int]) -> bool:
    return any({line["product_id"], line["variation_id"]} & product_ids for line in order["line_items"])
