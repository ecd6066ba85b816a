"""Which lines of an invoice are which line of the shop's order, and how many of their pieces are still to be credited.

Lines are matched as `woodoo.mapping.fulfilment.lines` does, by SKU, text and quantity; shipping and fees by their text,
which is the shop's name of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...domain.money import ZERO
from ...domain.order import Order, OrderLine
from ..fulfilment.lines import match_lines
from ..fulfilment.seen import OdooLine
from .seen import Move, MoveLine


def invoice_lines_of(order: Order, invoice: Move) -> Mapping[str, tuple[MoveLine, ...]]:
    """Return the lines of the invoice by the store's id of the order's line; those that fit none are left out."""
    theirs = [OdooLine(one.odoo_id, one.product_id, one.sku, one.text, one.quantity, ZERO) for one in invoice.lines]
    found: dict[str, list[MoveLine]] = defaultdict(list)
    matched = match_lines(_sold(order), theirs)
    for line in invoice.lines:
        if line.odoo_id in matched:
            found[matched[line.odoo_id]].append(line)
    return {line_id: tuple(lines) for line_id, lines in found.items()}


def _sold(order: Order) -> list[OrderLine]:
    """Return everything the order charges in the form of product lines."""
    named = [
        *((line.external_id, line.title or "Shipping", line.total) for line in order.shipping_lines),
        *((line.external_id, line.name or "Fee", line.total) for line in order.fee_lines),
    ]
    others = [
        OrderLine(external_id, name, "", "", "", Decimal(1), total, ZERO, total) for external_id, name, total in named
    ]
    return [*order.lines, *others]


def pieces_left(invoice: Move, taken_back: Sequence[Move]) -> Mapping[int, Decimal]:
    """Return how many pieces of each line of the invoice (by its id) no credit note has taken back.

    A line of a credit note takes back pieces where it names the same line of the sales order, or has product, taxes and
    text of the line: amounts without pieces say so in their text.
    """
    left = {line.odoo_id: line.quantity for line in invoice.lines}
    for credit in taken_back:
        for taken in credit.lines:
            pieces = taken.quantity
            for line in invoice.lines:
                if pieces > 0 and _is_same(line, taken):
                    now = min(pieces, max(left[line.odoo_id], ZERO))
                    left[line.odoo_id] -= now
                    pieces -= now
    return left


def _is_same(line: MoveLine, taken: MoveLine) -> bool:
    if taken.order_line_ids:
        return bool(set(line.order_line_ids) & set(taken.order_line_ids))
    return (line.product_id, sorted(line.tax_ids), line.text) == (
        taken.product_id,
        sorted(taken.tax_ids),
        taken.text,
    )
