"""What a new demo shop holds: a small coffee shop's catalogue, taxes, customers, coupons and shipping zones.

Orders can be added: recorded ones as they were, or as many invented ones as wished.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import catalogue
from .engine.numbers import half_up, plain
from .orders import model, money, status
from .resources import coupons, customers
from .resources.site import default_settings
from .state import Record, Shop, load_data

RECORDED_HEADS = ("parent_id", "status", "currency", "version", "prices_include_tax", "customer_id", "order_key",
                  "payment_method", "payment_method_title", "transaction_id", "customer_ip_address",
                  "customer_user_agent", "created_via", "customer_note", "cart_hash")  # fmt: skip
CITIES = (("Madrid", "M", "28013"), ("Barcelona", "B", "08001"), ("Sevilla", "SE", "41001"), ("Bilbao", "BI", "48001"))
FIRST_NAMES = ("Ana", "Luis", "Eva", "Marta", "Pablo", "Lucía", "Hugo", "Sara")
LAST_NAMES = ("García", "López", "Martín", "Ruiz", "Díaz", "Moreno", "Romero", "Navarro")


def load_catalogue(shop: Shop) -> None:
    """Fill an empty shop with everything but orders and webhooks."""
    data = copy.deepcopy(load_data("catalogue"))
    tables, now = shop.tables, shop.now()
    times = {"date_created": now, "date_modified": now}
    shop.settings.update(default_settings(shop))
    shop.tax_classes = data["tax_classes"]
    for row in data["taxes"]:
        tables["taxes"][row["id"]] = row
    for name in ("categories", "tags", "shipping_classes", "attributes"):
        tables[name] = {row["id"]: row for row in data[name]}
    for attribute_id, terms in data["terms"].items():
        tables["terms"].update({term["id"]: {**term, "attribute_id": int(attribute_id)} for term in terms})
    for row in data["products"]:
        tables["products"][row["id"]] = _product(row, times)
    for row in data["variations"]:
        tables["products"][row["id"]] = _variation(tables["products"][row["parent_id"]], row, times)
    for row in data["customers"]:
        customer = {**customers.new_customer(shop, row["email"]), **row}
        if row["role"] == "administrator":
            customer["date_modified"] = None
        tables["customers"][row["id"]] = customer
    for row in data["coupons"]:
        tables["coupons"][row["id"]] = {**coupons.DEFAULTS, **times, **row, "date_expires": row["date_expires_gmt"]}
    tables["zones"] = {zone["id"]: zone for zone in data["zones"]}
    shop.gateways = {row["id"]: row for row in copy.deepcopy(load_data("site")["payment_gateways"])}
    _reserve(shop)
    shop.reindex()


def _product(row: Record, times: Record) -> Record:
    product = {**copy.deepcopy(catalogue.DEFAULTS), **times, **row}
    product["short_description"] = product["short_description"].strip()
    for name in ("date_on_sale_from", "date_on_sale_to"):
        product[name] = product.pop(f"{name}_gmt", None)
    return product


def _variation(parent: Record, row: Record, times: Record) -> Record:
    product = _product({**row, "type": "variation"}, times)
    if product["tax_class"] == parent["tax_class"]:
        product["tax_class"] = "parent"
    return product


def _reserve(shop: Shop) -> None:
    tables = shop.tables
    for kind, names in (
        ("post", ("products", "coupons", "orders", "refunds")),
        ("tax", ("taxes",)),
        ("user", ("customers",)),
        ("attribute", ("attributes",)),
        ("term", ("categories", "tags", "terms")),
        ("zone", ("zones",)),
        ("comment", ("notes",)),
    ):
        shop.reserve_ids(kind, max((row for name in names for row in tables[name]), default=0))
    methods = [m["instance_id"] for zone in tables["zones"].values() for m in zone["methods"]]
    shop.reserve_ids("zone_method", max(methods, default=0))


# -- recorded orders ------------------------------------------------------------------------------------------------


def load_recorded_orders(shop: Shop, bodies: Iterable[Record], refunds: Iterable[Record] = ()) -> list[int]:
    """Take over orders (and refunds) as a WooCommerce sent them, with all their numbers. Announces nothing.

    `bodies` are orders as `GET /orders/<id>` answers; `refunds` as `GET /refunds` does, with `parent_id`.
    """
    loaded = []
    for body in bodies:
        order = _recorded_order(shop, body)
        shop.tables["orders"][order["id"]] = order
        loaded.append(order["id"])
    for body in refunds:
        order = shop.tables["orders"].get(body["parent_id"], {})
        if order:
            refund = _recorded_refund(shop, body)
            shop.tables["refunds"][refund["id"]] = refund
            order["refund_ids"] = sorted([*order["refund_ids"], refund["id"]])
    _reserve(shop)
    for order_id in loaded:
        _reserve_items(shop, shop.tables["orders"][order_id])
    shop.touch()
    return loaded


def read_recordings(folder: Path, pattern: str) -> list[Any]:
    """Return the bodies of the recorded answers whose file names fit."""
    return [json.loads(path.read_text("utf-8"))["body"] for path in sorted(folder.glob(pattern))]


def _reserve_items(shop: Shop, order: Record) -> None:
    groups = ("line_items", "tax_lines", "shipping_lines", "fee_lines", "coupon_lines")
    items = [item for group in groups for item in order[group]]
    shop.reserve_ids("item", max((item["id"] for item in items), default=0))
    metas = [entry["id"] for item in items for entry in item.get("meta_data", ())]
    shop.reserve_ids("item_meta", max(metas, default=0))
    shop.reserve_ids("meta", max((entry["id"] for entry in order["meta_data"]), default=0))


def _recorded_order(shop: Shop, body: Record) -> Record:
    order = model.new_order(shop)
    order["id"] = body["id"]
    order.update({name: body[name] for name in RECORDED_HEADS})
    order.update({name: body[name] for name in money.HEADS})
    for name in ("date_created", "date_modified", "date_completed", "date_paid"):
        order[name] = body[f"{name}_gmt"]
    order["billing"], order["shipping"] = dict(body["billing"]), dict(body["shipping"])
    order["meta_data"] = copy.deepcopy(body["meta_data"])
    order["line_items"] = [_recorded_line(item) for item in body["line_items"]]
    for group in ("shipping_lines", "fee_lines", "tax_lines", "coupon_lines"):
        order[group] = [_recorded_item(item) for item in body[group]]
    order["stock_reduced"] = any(model.line_number(line, "_reduced_stock") for line in order["line_items"])
    order["coupons_counted"] = order["status"] in status.TAKES_STOCK
    return order


def _recorded_item(item: Record) -> Record:
    kept = copy.deepcopy(item)
    if "taxes" in kept:
        kept["taxes"] = {str(tax["id"]): tax["total"] for tax in item["taxes"]}
    return kept


def _recorded_line(item: Record) -> Record:
    line = _recorded_item(item)
    line["subtotal_taxes"] = {str(tax["id"]): tax["subtotal"] for tax in item["taxes"]}
    unrounded = Decimal(repr(item["price"])) * item["quantity"]
    if half_up(unrounded, 2) == Decimal(item["total"]):
        line["total"] = plain(unrounded)
        if item["subtotal"] == item["total"]:
            line["subtotal"] = line["total"]
    for name in ("sku", "global_unique_id", "price", "image", "parent_name"):
        line.pop(name, None)
    return line


def _recorded_refund(shop: Shop, body: Record) -> Record:
    refund = {
        name: copy.deepcopy(body[name])
        for name in ("id", "parent_id", "amount", "reason", "refunded_by", "refunded_payment", "meta_data")
    }
    refund["date_created"] = refund["date_modified"] = body["date_created_gmt"]
    refund["line_items"] = [_recorded_line(item) for item in body["line_items"]]
    for group in ("shipping_lines", "fee_lines", "tax_lines"):
        refund[group] = [_recorded_item(item) for item in body[group]]
    return refund


# -- invented orders ------------------------------------------------------------------------------------------------


def seed_orders(
    shop: Shop, count: int, *, lines: int = 3, status_wanted: str = "processing", first: int = 1, announce: bool = False
) -> list[int]:
    """Make that many paid orders of guests with `lines` product lines each. The same call makes the same orders.

    They announce nothing unless `announce`; their goods leave the stock.
    """
    goods = [
        product
        for product in shop.tables["products"].values()
        if product["type"] in ("simple", "variation") and product["sku"] and not product["virtual"]
        and catalogue.price(shop, product)
    ]  # fmt: skip
    made = []
    told, shop.announce = shop.announce, (shop.announce if announce else lambda _topic, _record: None)
    try:
        for number in range(first, first + count):
            made.append(_invent(shop, number, lines, goods, status_wanted))
    finally:
        shop.announce = told
    return made


def _invent(shop: Shop, number: int, lines: int, goods: list[Record], status_wanted: str) -> int:
    chance = random.Random(number)
    order = model.new_order(shop)
    address = _address(number, chance)
    model.set_address(order["billing"], address)
    model.set_address(order["shipping"], address)
    order["payment_method"], order["payment_method_title"] = "stripe", "Credit Card (Stripe)"
    order["transaction_id"] = f"pi_demo{number:08d}"
    for product in chance.sample(goods, min(lines, len(goods))):
        order["line_items"].append(model.product_line(shop, product, chance.randint(1, 4)))
    shipping = {"method_id": "flat_rate", "method_title": "Flat rate", "instance_id": "1", "total": "4.95"}
    order["shipping_lines"].append(model.shipping_line(shop, shipping))
    money.recalculate(shop, order)
    model.save(shop, order)
    status.change(shop, order, status_wanted, note=False)
    return int(order["id"])


def _address(number: int, chance: random.Random) -> Record:
    city, state, postcode = chance.choice(CITIES)
    return {
        "first_name": chance.choice(FIRST_NAMES),
        "last_name": chance.choice(LAST_NAMES),
        "address_1": f"Calle Mayor {number}",
        "city": city,
        "state": state,
        "postcode": postcode,
        "country": "ES",
        "email": f"buyer{number}@example.net",
        "phone": f"600{number % 1_000_000:06d}",
    }
