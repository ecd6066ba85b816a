"""Pricelists of every kind in a real Odoo, and what Odoo itself asks by them on a sales order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from woodoo.sandbox.odoo.fixtures import Admin

_DAYS = ((-2, 2), (1, None), (None, -1), (None, None), (None, None), (None, None))
_MARGINS = ((0, 0), (1, 50), (0, 0), (0.5, 3), (-20, 1.5))
_ON = ("3_global", "2_product_category", "2_product_category", "1_product", "1_product", "0_product_variant")


@dataclass(frozen=True)
class Assortment:
    """Products with variants whose attributes cost extra, in categories below each other; and pricelists for them."""

    #: `product.product` → its template.
    products: dict[int, int]
    categories: list[int]
    pricelists: list[int]


def moment(days: int | None) -> str | bool:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S") if days is not None else False


def make_assortment(admin: Admin, name: str, *, pricelists: int, seed: int) -> Assortment:
    """Make it by chance, the same for the same seed."""
    chance = random.Random(seed)
    top = admin.create("product.category", [{"name": f"{name} {n}"} for n in (1, 2)])
    below = admin.create("product.category", [{"name": f"{name} 3", "parent_id": top[0]}])
    categories = [*top, *below]
    products = _products(admin, name, categories, chance)
    currencies = {row["name"]: row["id"] for row in admin.search_read("res.currency", [], ["name"])}
    rate = {"currency_id": currencies["USD"], "rate": 1.0871, "name": "2026-01-01", "company_id": 1}
    if not admin.search_read("res.currency.rate", [("currency_id", "=", currencies["USD"])], ["id"]):
        admin.create("res.currency.rate", [rate])
    made: list[int] = []
    for number in range(pricelists):
        currency = currencies["USD" if number % 4 == 3 else "EUR"]
        pricelist = admin.create("product.pricelist", [{"name": f"{name} {number}", "currency_id": currency}])[0]
        rules = [_rule(chance, products, categories, made) for _ in range(chance.randint(1, 9))]
        admin.create("product.pricelist.item", [{"pricelist_id": pricelist, **one} for one in rules])
        made.append(pricelist)
    return Assortment(products, categories, made)


def _products(admin: Admin, name: str, categories: Sequence[int], chance: random.Random) -> dict[int, int]:
    sizes = [(0, 0, {"name": one}) for one in ("S", "M", "L")]
    attribute = admin.create("product.attribute", [{"name": f"{name} size", "value_ids": sizes}])[0]
    values = [one["id"] for one in admin.search_read("product.attribute.value", [("attribute_id", "=", attribute)], [])]
    lines = [(0, 0, {"attribute_id": attribute, "value_ids": [(6, 0, values)]})]
    templates = admin.create(
        "product.template",
        [
            {
                "name": f"{name} {number}",
                "list_price": chance.choice([10, 19.99, 33.33, 0.07, 1234.5]),
                "categ_id": chance.choice(categories),
                "taxes_id": [(6, 0, [])],
                "attribute_line_ids": lines if number % 3 == 0 else [],
            }
            for number in range(9)
        ],
    )
    for one in admin.search_read("product.template.attribute.value", [("product_tmpl_id", "in", templates)], []):
        extra = {"price_extra": chance.choice([0, 1.5, 2.25, -1])}
        admin.write("product.template.attribute.value", [one["id"]], extra)
    rows = admin.search_read("product.product", [("product_tmpl_id", "in", templates)], ["product_tmpl_id"])
    for row in rows:
        admin.write("product.product", [row["id"]], {"standard_price": chance.choice([5, 3.33, 12.35, 8.05])})
    return {row["id"]: row["product_tmpl_id"][0] for row in rows}


def _rule(chance: random.Random, products: dict[int, int], categories: Sequence[int], made: Sequence[int]) -> Any:
    on, product = chance.choice(_ON), chance.choice(list(products))
    start, end = chance.choice(_DAYS)
    computed = chance.choice(["fixed", "percentage", "formula", "formula"])
    rule: dict[str, Any] = {
        "applied_on": on,
        "min_quantity": chance.choice([0, 0, 1, 2, 0.5]),
        "date_start": moment(start),
        "date_end": moment(end),
        "compute_price": computed,
        "fixed_price": chance.choice([9.99, 4.5, 100, 0]),
        "percent_price": chance.choice([10, 33.33, -5, 12.5]),
        "price_discount": chance.choice([0, 10, -20, 7.5]),
        "price_round": chance.choice([0, 0, 1, 0.05, 10, 0.1]),
        "price_surcharge": chance.choice([0, -0.01, 2, 0.5]),
    }
    rule["price_min_margin"], rule["price_max_margin"] = chance.choice(_MARGINS)
    rule |= {"categ_id": chance.choice(categories)} if on == "2_product_category" else {}
    rule |= {"product_tmpl_id": products[product]} if on in ("1_product", "0_product_variant") else {}
    rule |= {"product_id": product} if on == "0_product_variant" else {}
    if computed != "fixed":
        rule["base"] = chance.choice(["list_price", "standard_price", *(["pricelist"] if made else [])])
        rule |= {"base_pricelist_id": chance.choice(list(made))} if rule["base"] == "pricelist" else {}
    return rule


def asked_by_odoo(admin: Admin, pricelist: int, products: Sequence[int]) -> dict[int, Decimal]:
    """Return what one piece of each costs on a sales order with that pricelist."""
    partner = admin.create("res.partner", [{"name": "Ana Prueba"}])[0]
    lines = [(0, 0, {"product_id": one, "product_uom_qty": 1}) for one in products]
    vals = {"partner_id": partner, "pricelist_id": pricelist, "order_line": lines}
    order = admin.create("sale.order", [vals])[0]
    fields = ["product_id", "price_unit", "discount"]
    return {
        row["product_id"][0]: Decimal(repr(row["price_unit"])) * (1 - Decimal(repr(row["discount"])) / 100)
        for row in admin.search_read("sale.order.line", [("order_id", "=", order)], fields)
    }
