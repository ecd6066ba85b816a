"""Read the lines of sales orders in the form in which they are matched with those of the store's orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ...domain.money import to_decimal
from ...mapping.fulfilment.seen import OdooLine
from ...odoo.records import Records


def read_order_lines(
    odoo: Records, order_ids: Iterable[int], sku_field: str, more: Sequence[str] = ()
) -> list[tuple[dict[str, Any], OdooLine]]:
    """Return the lines that sell something, as Odoo has them (with the fields in `more`) and as they are matched."""
    extra = ["is_delivery"] if odoo.client.dialect.order_line_is_delivery else []
    fields = ["order_id", "product_id", "name", "product_uom_qty", "qty_delivered", *extra, *more]
    domain = [("order_id", "in", sorted(order_ids)), ("display_type", "=", False)]
    rows = odoo.search_read("sale.order.line", domain, fields, order="id")
    products = odoo.read("product.product", {row["product_id"] for row in rows} - {False}, [sku_field])
    skus = {row["id"]: str(row[sku_field] or "") for row in products}
    return [(row, _line(row, skus)) for row in rows]


def pieces(value: Any) -> Decimal:
    """Return a quantity of Odoo, which sends floats."""
    return round(to_decimal(value), 6)


def _line(row: dict[str, Any], skus: dict[int, str]) -> OdooLine:
    return OdooLine(
        row["id"],
        row["product_id"] or 0,
        skus.get(row["product_id"], ""),
        str(row["name"] or ""),
        pieces(row["product_uom_qty"]),
        pieces(row["qty_delivered"]),
        bool(row.get("is_delivery")),
    )
