"""Both sides compared, field by field, as a person with two screens would: by who has the say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from woodoo.domain.money import round_money, to_decimal

from .circle import Circle
from .edits import Pair, Pairs

Row = Mapping[str, Any]


def differences(circle: Circle, pairs: Pairs) -> list[str]:
    """Return what is not the same on both sides, a line each."""
    return [*_products(circle, pairs), *_stock(circle, pairs.variants), *_customers(circle, pairs.customers)]


def _products(circle: Circle, pairs: Pairs) -> Iterable[str]:
    rows = _read(circle, "product.template", pairs.products, ["name", "list_price", "weight"])
    simple = set(pairs.simple)
    for pair in pairs.products:
        odoo, store = rows[pair.odoo_id], circle.shop.get(pair.path)
        yield from _differ(pair, "name", odoo["name"], store["name"])
        if pair in simple:
            yield from _differ(pair, "weight", _number(odoo["weight"]), _number(store["weight"] or 0))
            yield from _differ(pair, "price", _number(odoo["list_price"]), _number(store["regular_price"] or 0))


def _stock(circle: Circle, pairs: Sequence[Pair]) -> Iterable[str]:
    rows = _read(circle, "product.product", pairs, ["free_qty"])
    for pair in pairs:
        store = circle.shop.get(pair.path)
        if store["manage_stock"] is True:
            yield from _differ(pair, "stock", int(rows[pair.odoo_id]["free_qty"]), store["stock_quantity"])


def _customers(circle: Circle, pairs: Sequence[Pair]) -> Iterable[str]:
    rows = _read(circle, "res.partner", pairs, ["phone", "street"])
    for pair in pairs:
        odoo, billing = rows[pair.odoo_id], circle.shop.get(f"customers/{pair.external_id}")["billing"]
        yield from _differ(pair, "phone", odoo["phone"] or "", billing["phone"])
        yield from _differ(pair, "street", odoo["street"] or "", billing["address_1"])


def _read(circle: Circle, model: str, pairs: Sequence[Pair], fields: Sequence[str]) -> Mapping[int, Row]:
    domain = [("id", "in", [pair.odoo_id for pair in pairs])]
    return {row["id"]: row for row in circle.admin.search_read(model, domain, fields)}


def _differ(pair: Pair, what: str, odoo: Any, store: Any) -> Iterable[str]:
    if odoo != store:
        yield f"{what} of {pair.external_id}: {odoo!r} in Odoo, {store!r} in the store"


def _number(value: Any) -> Decimal:
    return round_money(to_decimal(value), 2)
