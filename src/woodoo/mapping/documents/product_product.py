"""Which Odoo product a shop line means: the one with its SKU, and only where exactly one has it.

| the line                                    | without placeholder | with `placeholder_product_id` |
|---------------------------------------------|---------------------|-------------------------------|
| one active product has its SKU              | that product        | that product                  |
| several have it, or only an archived one    | parked              | parked                        |
| none has it                                 | parked              | placeholder, with a note      |
| no SKU: none given, or the product deleted  | parked              | placeholder, with a note      |
| a variation that shows its parent's SKU     | parked              | placeholder, with a note      |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...domain.errors import DataError
from ...domain.order import Order, OrderLine
from ..rules import Rules

#: What is read of a product to recognise it.
PRODUCT_FIELDS = ("display_name", "active", "company_id")

#: SKU → the products that have it, archived ones too.
Found = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Matched:
    """The products of an order's lines."""

    #: Line id → product id.
    ids: Mapping[str, int]
    #: Ids of the lines on the placeholder product.
    replaced: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def match_products(order: Order, found: Found, rules: Rules) -> Matched:
    """Return the product of each line of the order.

    Raises:
        DataError: where a line has no SKU, or a SKU is not that of exactly one active product, and no placeholder
            stands in for it.
    """
    ids: dict[str, int] = {}
    notes: dict[str, str] = {}
    for line in order.lines:
        missing = is_missing(line, found)
        if missing and rules.placeholder_product_id:
            ids[line.external_id] = rules.placeholder_product_id
            notes[line.external_id] = f"'{line.name}' is on the placeholder product: {_why(line)}."
        else:
            ids[line.external_id] = _match(order, line, found.get(line.sku, ()), rules.sku_field)
    return Matched(ids, frozenset(notes), tuple(notes.values()))


def is_missing(line: OrderLine, found: Found) -> bool:
    """Say whether Odoo has no product at all for the line, not even an archived one."""
    return not line.sku or not found.get(line.sku)


def _why(line: OrderLine) -> str:
    if line.sku:
        return f"Odoo has no product with the SKU {line.sku}"
    if line.parent_sku:
        return f"the variation has no SKU of its own, only that of its parent product ({line.parent_sku})"
    return "it has no SKU in the store" if line.product_id else "its product was deleted in the store"


def _match(order: Order, line: OrderLine, products: Sequence[Mapping[str, Any]], sku_field: str) -> int:
    where = f"product.product -> {sku_field}"
    if not line.sku:
        raise _without_sku(order, line, where)
    active = [product for product in products if product.get("active", True)]
    if len(active) == 1:
        return int(active[0]["id"])
    if active:
        names = ", ".join(f"{product['display_name']} (id {product['id']})" for product in active)
        raise DataError(
            f"{order.label} failed to sync because {len(active)} products in Odoo have the SKU {line.sku}: {names}.",
            record=order.label,
            where=where,
            fix="Leave the SKU on one of them, then retry.",
        )
    archived = f" It is on the archived product {products[0]['display_name']}." if products else ""
    raise DataError(
        f"{order.label} failed to sync because product SKU {line.sku} was not found in Odoo {where}.{archived}",
        record=order.label,
        where=where,
        fix=f"{'Restore that product' if products else 'Create the product in Odoo or correct the SKU'}, then retry.",
    )


def _without_sku(order: Order, line: OrderLine, where: str) -> DataError:
    if line.parent_sku:
        return DataError(
            f"{order.label} failed to sync because the variation '{line.name}' has no SKU of its own in the store; the "
            f"SKU {line.parent_sku} it shows is that of its parent product, which would be the wrong variant in Odoo.",
            record=order.label,
            where=where,
            fix="Give the variation the SKU its product has in Odoo, then retry.",
        )
    if not line.product_id:
        return DataError(
            f"{order.label} failed to sync because the product of the line '{line.name}' was deleted in the store, so "
            "no SKU tells which product of Odoo it is.",
            record=order.label,
            where=where,
            fix="Choose a placeholder product in the connection's settings and retry, or enter the order by hand.",
        )
    return DataError(
        f"{order.label} failed to sync because the line '{line.name}' has no SKU in the store, so no product of Odoo "
        "can be told to be the same.",
        record=order.label,
        where=where,
        fix="Give the product (or the variation itself) a SKU in the store, then retry.",
    )
