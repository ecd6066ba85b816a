"""Look at the lines of documents that differ from the store, to say why: one read for all of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ...domain.money import to_decimal
from ...mapping.changes.why import OdooLine, why_different
from ..batch import Progress
from ..context import Context


def why_orders_differ(context: Context, differing: Mapping[int, Progress]) -> dict[int, str]:
    """Return a sentence for each sales order, by its id."""
    taxes = context.odoo.client.dialect.order_line_taxes
    return _why(
        context, "sale.order.line", "order_id", "product_uom_qty", taxes, [("display_type", "=", False)], differing
    )


def why_invoices_differ(context: Context, differing: Mapping[int, Progress]) -> dict[int, str]:
    """Return a sentence for each invoice, by its id."""
    products = list(context.odoo.client.dialect.product_line_domain)
    return _why(context, "account.move.line", "move_id", "quantity", "tax_ids", products, differing)


def _why(
    context: Context,
    model: str,
    parent: str,
    quantity: str,
    taxes: str,
    domain: list[Any],
    differing: Mapping[int, Progress],
) -> dict[int, str]:
    if not differing:
        return {}
    fields = [parent, quantity, "price_unit", "discount", taxes]
    rows = context.odoo.search_read(model, [(parent, "in", sorted(differing)), *domain], fields, order="id")
    found: dict[int, list[OdooLine]] = defaultdict(list)
    for row in rows:
        pieces, price, discount = (to_decimal(row[name]) for name in (quantity, "price_unit", "discount"))
        found[row[parent]].append(OdooLine(pieces, price, discount, frozenset(row[taxes])))
    return {
        odoo_id: why_different([line.priced for line in progress.plan.lines], found[odoo_id])
        for odoo_id, progress in differing.items()
    }
