"""Which Odoo product a shop line means: the one with its SKU, and only where exactly one has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.errors import DataError
from ..domain.order import Order

#: What is read of a product to recognise it.
PRODUCT_FIELDS = ("display_name", "active", "company_id")


def match_products(order: Order, found: Mapping[str, Sequence[Mapping[str, Any]]], sku_field: str) -> dict[str, int]:
    """Return the product id of each SKU of the order. `found` holds the products that have a SKU, archived ones too.

    Raises:
        DataError: where a line has no SKU, or a SKU is not that of exactly one active product.
    """
    return {line.sku: _match(order, line.name, line.sku, found.get(line.sku, ()), sku_field) for line in order.lines}


def _match(order: Order, name: str, sku: str, products: Sequence[Mapping[str, Any]], sku_field: str) -> int:
    where = f"product.product -> {sku_field}"
    if not sku:
        raise DataError(
            f"{order.label} failed to sync because the line '{name}' has no SKU in the store, so no product of Odoo "
            "can be told to be the same.",
            record=order.label,
            where=where,
            fix="Give the product (or the variation itself) a SKU in the store, then retry.",
        )
    active = [product for product in products if product.get("active", True)]
    if len(active) == 1:
        return int(active[0]["id"])
    if active:
        names = ", ".join(f"{product['display_name']} (id {product['id']})" for product in active)
        raise DataError(
            f"{order.label} failed to sync because {len(active)} products in Odoo have the SKU {sku}: {names}.",
            record=order.label,
            where=where,
            fix="Leave the SKU on one of them, then retry.",
        )
    archived = f" It is on the archived product {products[0]['display_name']}." if products else ""
    raise DataError(
        f"{order.label} failed to sync because product SKU {sku} was not found in Odoo {where}.{archived}",
        record=order.label,
        where=where,
        fix=f"{'Restore that product' if products else 'Create the product in Odoo or correct the SKU'}, then retry.",
    )
