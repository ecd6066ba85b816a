"""How orders and refunds look in the API, field by field as WooCommerce 10.2 sends them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .. import catalogue, metadata
from ..engine.numbers import shown
from ..resources.money import plain_symbol
from ..rest import Request, links
from ..state import Record, Shop
from . import status
from .model import number

ALL = "GET POST PUT PATCH DELETE"
_TIMES = ("date_created", "date_modified", "date_completed", "date_paid")


def order_view(request: Request, order: Record, dp: int | None = None) -> Record:
    """Return an order with its amounts to `dp` decimals (default: the shop's)."""
    shop = request.shop
    digits = shop.decimals if dp is None else dp
    local = {name: shop.local(order[name]) for name in _TIMES}

    def amount(name: str) -> str:
        return shown(Decimal(order[name]), digits)

    return {
        "id": order["id"],
        "parent_id": order["parent_id"],
        "status": order["status"],
        "currency": order["currency"],
        "version": order["version"],
        "prices_include_tax": order["prices_include_tax"],
        "date_created": local["date_created"],
        "date_modified": local["date_modified"],
        "discount_total": amount("discount_total"),
        "discount_tax": amount("discount_tax"),
        "shipping_total": amount("shipping_total"),
        "shipping_tax": amount("shipping_tax"),
        "cart_tax": amount("cart_tax"),
        "total": amount("total"),
        "total_tax": amount("total_tax"),
        "customer_id": order["customer_id"],
        "order_key": order["order_key"],
        "billing": dict(order["billing"]),
        "shipping": dict(order["shipping"]),
        "payment_method": order["payment_method"],
        "payment_method_title": order["payment_method_title"],
        "transaction_id": order["transaction_id"],
        "customer_ip_address": order["customer_ip_address"],
        "customer_user_agent": order["customer_user_agent"],
        "created_via": order["created_via"],
        "customer_note": order["customer_note"],
        "date_completed": local["date_completed"],
        "date_paid": local["date_paid"],
        "cart_hash": order["cart_hash"],
        "number": str(order["id"]),
        "meta_data": metadata.shown(order["meta_data"]),
        "line_items": [_line(shop, item, digits) for item in order["line_items"]],
        "tax_lines": [_tax_line(item, digits) for item in order["tax_lines"]],
        "shipping_lines": [_shipping_line(shop, item, digits) for item in order["shipping_lines"]],
        "fee_lines": [_fee_line(shop, item, digits) for item in order["fee_lines"]],
        "coupon_lines": [_coupon_line(item) for item in order["coupon_lines"]],
        "refunds": [_refund_summary(shop, refund_id, digits) for refund_id in order["refund_ids"]],
        "payment_url": f"{request.home}/checkout/order-pay/{order['id']}/?pay_for_order=true&key={order['order_key']}",
        "is_editable": order["status"] in ("pending", "on-hold", "auto-draft"),
        "needs_payment": order["status"] in ("pending", "failed") and Decimal(order["total"]) > 0,
        "needs_processing": status.needs_processing(shop, order),
        "date_created_gmt": order["date_created"],
        "date_modified_gmt": order["date_modified"],
        "date_completed_gmt": order["date_completed"],
        "date_paid_gmt": order["date_paid"],
        "currency_symbol": plain_symbol(order["currency"]),
        "_links": _order_links(request, order),
    }


def _order_links(request: Request, order: Record) -> Record:
    found = links(request, "orders", order["id"], ALL)
    if order["customer_id"]:
        found["customer"] = [{"href": request.link(f"customers/{order['customer_id']}")}]
    templates = request.link(f"orders/{order['id']}/actions/email_templates")
    found["email_templates"] = [{"embeddable": True, "href": templates}]
    return found


def refund_view(request: Request, refund: Record, dp: int | None = None, *, with_parent: bool = False) -> Record:
    """Return a refund; the list over all orders also names its order."""
    shop = request.shop
    digits = shop.decimals if dp is None else dp
    base = f"orders/{refund['parent_id']}/refunds"
    return {
        "id": refund["id"],
        **({"parent_id": refund["parent_id"]} if with_parent else {}),
        **shop.stamps("date_created", refund["date_created"]),
        "amount": shown(Decimal(refund["amount"]), digits),
        "reason": refund["reason"],
        "refunded_by": refund["refunded_by"],
        "refunded_payment": refund["refunded_payment"],
        "meta_data": metadata.shown(refund["meta_data"]),
        "line_items": [_line(shop, item, digits) for item in refund["line_items"]],
        "shipping_lines": [_shipping_line(shop, item, digits) for item in refund["shipping_lines"]],
        "tax_lines": [_tax_line(item, digits) for item in refund["tax_lines"]],
        "fee_lines": [_fee_line(shop, item, digits) for item in refund["fee_lines"]],
        "_links": links(request, base, refund["id"], "GET DELETE", up=f"orders/{refund['parent_id']}"),
    }


def _line(shop: Shop, item: Record, digits: int) -> Record:
    product = catalogue.find(shop, item["variation_id"] or item["product_id"])
    owner = catalogue.parent(shop, product) if product else None
    is_simple = product is not None and owner is None
    subtotals = item["subtotal_taxes"]
    taxes = [
        {
            "id": int(rate_id),
            "total": shown(Decimal(tax), digits),
            "subtotal": shown(Decimal(subtotals[rate_id]), digits) if rate_id in subtotals else "",
        }
        for rate_id, tax in item["taxes"].items()
    ]
    return {
        "id": item["id"],
        "name": item["name"],
        "product_id": item["product_id"] if product else 0,
        "variation_id": item["variation_id"] if product else 0,
        "quantity": item["quantity"],
        "tax_class": item["tax_class"],
        "subtotal": shown(Decimal(item["subtotal"]), digits),
        "subtotal_tax": _tax(shop, subtotals, digits),
        "total": shown(Decimal(item["total"]), digits),
        "total_tax": _tax(shop, item["taxes"], digits),
        "taxes": taxes,
        "meta_data": _item_meta(item),
        "sku": catalogue.sku(shop, product) if product else None,
        "global_unique_id": product["global_unique_id"] if product else None,
        "price": number(float(item["total"]) / item["quantity"]) if item["quantity"] else 0,
        "image": {"id": "" if is_simple else 0, "src": ""},
        "parent_name": owner["name"] if owner else None,
    }


def _tax(shop: Shop, taxes: Record, digits: int) -> str:
    """Add up an item's taxes by the rounding the shop is set to now: WooCommerce does so whenever it reads one."""
    amounts = {int(rate_id): Decimal(tax) for rate_id, tax in taxes.items()}
    return shown(shop.tax_rules().sum_taxes(amounts), digits)


def _item_meta(item: Record) -> list[Record]:
    return [metadata.shown_on_line(entry) for entry in item["meta_data"]]


def _plain_taxes(item: Record, digits: int) -> list[Record]:
    return [
        {"id": int(rate_id), "total": shown(Decimal(tax), digits), "subtotal": ""}
        for rate_id, tax in item["taxes"].items()
    ]


def _shipping_line(shop: Shop, item: Record, digits: int) -> Record:
    return {
        "id": item["id"],
        "method_title": item["method_title"],
        "method_id": item["method_id"],
        "instance_id": item["instance_id"],
        "total": shown(Decimal(item["total"]), digits),
        "total_tax": _tax(shop, item["taxes"], digits),
        "taxes": _plain_taxes(item, digits),
        "tax_status": item["tax_status"],
        "meta_data": _item_meta(item),
    }


def _fee_line(shop: Shop, item: Record, digits: int) -> Record:
    return {
        "id": item["id"],
        "name": item["name"],
        "tax_class": item["tax_class"],
        "tax_status": item["tax_status"],
        "amount": item["amount"],
        "total": shown(Decimal(item["total"]), digits),
        "total_tax": _tax(shop, item["taxes"], digits),
        "taxes": _plain_taxes(item, digits),
        "meta_data": _item_meta(item),
    }


def _tax_line(item: Record, digits: int) -> Record:
    return {
        "id": item["id"],
        "rate_code": item["rate_code"],
        "rate_id": item["rate_id"],
        "label": item["label"],
        "compound": item["compound"],
        "tax_total": shown(Decimal(item["tax_total"]), digits),
        "shipping_tax_total": shown(Decimal(item["shipping_tax_total"]), digits),
        "rate_percent": number(item["rate_percent"]),
        "meta_data": [],
    }


def _coupon_line(item: Record) -> Record:
    return {
        "id": item["id"],
        "code": item["code"],
        "discount": item["discount"],
        "discount_tax": item["discount_tax"],
        "meta_data": _item_meta(item),
        "discount_type": item["discount_type"],
        "nominal_amount": item["nominal_amount"],
        "free_shipping": item["free_shipping"],
    }


def _refund_summary(shop: Shop, refund_id: int, digits: int) -> dict[str, Any]:
    refund = shop.tables["refunds"][refund_id]
    return {
        "id": refund["id"],
        "reason": refund["reason"],
        "total": f"-{shown(Decimal(refund['amount']), digits)}",
    }
