"""A new order, its lines and notes, as the shop keeps them."""

from __future__ import annotations

import secrets
import string
from typing import Any

from .. import catalogue, metadata
from ..engine.numbers import loose, plain
from ..engine.taxes import price_without_base_tax
from ..state import VERSION, Record, Shop
from ..texts import slug_of

BILLING = (
    "first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country",
    "email", "phone",
)  # fmt: skip
SHIPPING = tuple(name for name in BILLING if name != "email")


def new_order(shop: Shop, *, created_via: str = "rest-api", currency: str = "") -> Record:
    """Return an empty pending order that is not yet saved."""
    alphabet = string.ascii_letters + string.digits
    return {
        "id": 0,
        "parent_id": 0,
        "status": "pending",
        "currency": currency or shop.option("woocommerce_currency"),
        "version": VERSION,
        "prices_include_tax": shop.is_on("woocommerce_prices_include_tax"),
        "date_created": shop.now(),
        "date_modified": shop.now(),
        "date_completed": None,
        "date_paid": None,
        "discount_total": "0",
        "discount_tax": "0",
        "shipping_total": "0",
        "shipping_tax": "0",
        "cart_tax": "0",
        "total": "0",
        "total_tax": "0",
        "customer_id": 0,
        "order_key": "wc_order_" + "".join(secrets.choice(alphabet) for _ in range(13)),
        "billing": dict.fromkeys(BILLING, ""),
        "shipping": dict.fromkeys(SHIPPING, ""),
        "payment_method": "",
        "payment_method_title": "",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": created_via,
        "customer_note": "",
        "cart_hash": "",
        "meta_data": [],
        "line_items": [],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refund_ids": [],
        "stock_reduced": False,
        "coupons_counted": False,
    }


def product_line(shop: Shop, product: Record | None, quantity: int) -> Record:
    """Return an order line for a product at its price today; a product that is not there makes an empty line."""
    line: Record = {
        "id": shop.next_id("item"),
        "name": "",
        "product_id": 0,
        "variation_id": 0,
        "quantity": quantity,
        "tax_class": "",
        "subtotal": "0",
        "subtotal_tax": "0",
        "total": "0",
        "total_tax": "0",
        "taxes": {},
        "subtotal_taxes": {},
        "meta_data": [],
    }
    if product is not None:
        describe_line(shop, line, product)
        gross = catalogue.amount(shop, product) * quantity
        taxable = catalogue.tax_status(shop, product) == "taxable"
        net = price_without_base_tax(gross, line["tax_class"], shop.tax_rules()) if taxable else gross
        line["subtotal"] = line["total"] = plain(net)
    return line


def describe_line(shop: Shop, line: Record, product: Record) -> None:
    """Write on a line what is sold: name, product and variation, tax class, the choices made."""
    is_variation = product["type"] == "variation"
    line["name"] = catalogue.full_name(shop, product)
    line["product_id"] = product["parent_id"] if is_variation else product["id"]
    line["variation_id"] = product["id"] if is_variation else 0
    line["tax_class"] = catalogue.tax_class(shop, product)
    line["meta_data"] = [_choice(shop, a) for a in product["attributes"]] if is_variation else []


def _choice(shop: Shop, attribute: Record) -> Record:
    """Return the meta entry for one choice of a variation: by slug for global attributes, as written for local."""
    value = attribute["option"]
    return {
        "id": shop.next_id("item_meta"),
        "key": attribute["slug"],
        "value": slug_of(value) if attribute["id"] else value,
        "display_key": attribute["name"],
        "display_value": value,
    }


def set_line_amounts(line: Record, sent: Record) -> None:
    """Write amounts that the caller sent. A subtotal is never below the total, unless it is sent itself."""
    if sent.get("total") is not None:
        line["total"] = plain(loose(sent["total"]))
        if loose(line["subtotal"]) < loose(line["total"]):
            line["subtotal"] = line["total"]
    if sent.get("subtotal") is not None:
        line["subtotal"] = plain(loose(sent["subtotal"]))


def shipping_line(shop: Shop, sent: Record) -> Record:
    """Return a shipping line."""
    return {
        "id": shop.next_id("item"),
        "method_title": sent.get("method_title") or "",
        "method_id": sent.get("method_id") or "",
        "instance_id": str(sent.get("instance_id") or ""),
        "total": plain(loose(sent.get("total"))),
        "total_tax": "0",
        "taxes": {},
        "tax_status": sent.get("tax_status") or "taxable",
        "meta_data": [],
    }


def fee_line(shop: Shop, sent: Record) -> Record:
    """Return a fee line."""
    return {
        "id": shop.next_id("item"),
        "name": sent.get("name") or "",
        "tax_class": sent.get("tax_class") or "",
        "tax_status": sent.get("tax_status") or "taxable",
        "amount": "",
        "total": plain(loose(sent.get("total"))),
        "total_tax": "0",
        "taxes": {},
        "meta_data": [],
    }


def coupon_line(shop: Shop, coupon: Record) -> Record:
    """Return a coupon line that has given nothing yet."""
    amount = loose(coupon["amount"])
    kind = coupon["discount_type"]
    info: list[Any] = [coupon["id"], coupon["code"], None if kind == "fixed_cart" else kind, number(amount)]
    if coupon["free_shipping"]:
        info.append(True)
    entry_value = _compact_json(info)
    return {
        "id": shop.next_id("item"),
        "code": coupon["code"],
        "discount": "0",
        "discount_tax": "0",
        "meta_data": [{"id": shop.next_id("item_meta"), "key": "coupon_info", "value": entry_value}],
        "discount_type": kind,
        "nominal_amount": number(amount),
        "free_shipping": coupon["free_shipping"],
    }


def _compact_json(value: Any) -> str:
    import json

    return json.dumps(value, separators=(",", ":"))


def number(amount: Any) -> int | float:
    """Return an amount as PHP writes a float in JSON: whole numbers without a fraction."""
    value = float(amount)
    return int(value) if value == int(value) else value


def set_address(address: Record, sent: Record | None) -> None:
    """Write the parts of an address that were sent."""
    for name in address:
        if sent and sent.get(name) is not None:
            address[name] = str(sent[name]).strip()


def save(shop: Shop, order: Record) -> bool:
    """Keep an order, announcing it as made or changed. Returns whether it is new.

    A REST order is announced as created, then as updated; an order that leaves the state of a draft is announced by
    whoever places it.
    """
    new = not order["id"]
    order["date_modified"] = shop.now()
    if new:
        order["id"] = shop.next_id("order")
        shop.tables["orders"][order["id"]] = order
        if order["status"] != "checkout-draft":
            shop.announce("order.created", order["id"])
    shop.announce("order.updated", order["id"])
    shop.touch()
    return new


def add_note(
    shop: Shop, order: Record, text: str, *, for_customer: bool = False, author: str = "WooCommerce"
) -> Record:
    """Write a note on an order. Notes change neither the order's time nor do they announce anything."""
    note = {
        "id": shop.next_id("comment"),
        "order_id": order["id"],
        "author": author,
        "date_created": shop.now(),
        "note": text,
        "customer_note": for_customer,
    }
    shop.tables["notes"][note["id"]] = note
    shop.touch()
    return note


def times(amount: str, quantity: int, before: int) -> str:
    """Return an amount for another number of pieces."""
    return plain(loose(amount) * quantity / before)


def set_line_meta(shop: Shop, line: Record, key: str, value: Any) -> None:
    """Set a meta entry of a line."""
    metadata.put(shop, line["meta_data"], key, value, kind="item_meta")


def line_number(line: Record, key: str) -> int:
    """Return a whole number kept in a line's meta data, 0 where there is none."""
    return int(metadata.get(line["meta_data"], key) or 0)
