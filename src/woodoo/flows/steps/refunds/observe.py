"""Look at what Odoo has of orders with refunds: documents, invoices and credit notes with lines, taxes and products;
the goods are looked at in `observe_goods.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ....domain.money import ZERO, round_money, to_decimal
from ....domain.order import Order
from ....mapping.documents.document import Document
from ....mapping.refunds.goods import Goods
from ....mapping.refunds.seen import REFUND_PREFIX, Move, MoveLine, SeenOrder
from ...context import Context
from ..observe import find_documents
from .observe_goods import observe_goods

Row = Mapping[str, Any]
_MOVE_FIELDS = (
    "name",
    "move_type",
    "state",
    "payment_state",
    "amount_total",
    "amount_residual",
    "currency_id",
    "journal_id",
    "partner_id",
    "partner_shipping_id",
    "fiscal_position_id",
    "invoice_origin",
    "reversed_entry_id",
    "invoice_date",
    "ref",
)
_LINE_FIELDS = (
    "move_id",
    "product_id",
    "name",
    "quantity",
    "price_subtotal",
    "price_total",
    "tax_ids",
    "account_id",
    "sale_line_ids",
)
_CREDITABLE = ("out_invoice", "out_refund")


def observe_refunds(context: Context, orders: Sequence[Order]) -> dict[str, SeenOrder]:
    """Return what Odoo has of these orders, by order. About sixteen reads, however many orders."""
    documents, _ = find_documents(context, orders)
    own = {record: next((one for one in found if one.ours), None) for record, found in documents.items()}
    known = {invoice.odoo_id for document in own.values() if document for invoice in document.invoices}
    moves = _moves(context, known)
    sold = {document.sale_order_id: order for order in orders if (document := own.get(order.external_id))}
    goods = observe_goods(context, {odoo_id: order for odoo_id, order in sold.items() if odoo_id})
    return {
        order.external_id: _seen(own.get(order.external_id), moves, goods.get(order.external_id)) for order in orders
    }


def _seen(document: Document | None, moves: Sequence[Move], goods: Goods | None) -> SeenOrder:
    if document is None:
        return SeenOrder()
    ids = {invoice.odoo_id for invoice in document.invoices}
    own = [move for move in moves if move.odoo_id in ids or move.reverses in ids]
    invoices = [move for move in own if move.move_type == "out_invoice" and move.state != "cancel"]
    return SeenOrder(document, tuple(invoices), tuple(move for move in own if move.move_type == "out_refund"), goods)


def _moves(context: Context, known: Iterable[int]) -> list[Move]:
    """Read these moves and the credit notes that reverse them, oldest first."""
    ids = sorted(known)
    if not ids:
        return []
    odoo = context.odoo
    domain = ["|", ("id", "in", ids), ("reversed_entry_id", "in", ids), ("move_type", "in", list(_CREDITABLE))]
    rows = odoo.search_read("account.move", domain, _MOVE_FIELDS, order="id")
    refunds = [row["id"] for row in rows if row["move_type"] == "out_refund"]
    names = odoo.external_ids("account.move", refunds)
    lines, taxes = _lines(context, [row["id"] for row in rows]), _taxes(context, rows)
    return [_move(row, lines[row["id"]], taxes[row["id"]], names.get(row["id"], "")) for row in rows]


def _move(row: Row, lines: Sequence[MoveLine], taxes: Mapping[int, Decimal], made_by_woodoo: str) -> Move:
    return Move(
        odoo_id=row["id"],
        name=str(row["name"] or "") if row["state"] == "posted" else "",
        move_type=row["move_type"],
        state=row["state"],
        payment_state=row["payment_state"] or "",
        total=_exact(row["amount_total"]),
        residual=_exact(row["amount_residual"]),
        currency_id=row["currency_id"],
        journal_id=row["journal_id"],
        partner_id=row["partner_id"],
        shipping_partner_id=row["partner_shipping_id"] or 0,
        fiscal_position_id=row["fiscal_position_id"] or 0,
        origin=row["invoice_origin"] or "",
        lines=tuple(lines),
        taxes=dict(taxes),
        reverses=row["reversed_entry_id"] or 0,
        refund_id=made_by_woodoo.removeprefix(REFUND_PREFIX) if made_by_woodoo.startswith(REFUND_PREFIX) else "",
        ours=bool(made_by_woodoo),
        day=date.fromisoformat(row["invoice_date"]) if row["invoice_date"] else None,
        reference=row["ref"] or "",
    )


def _lines(context: Context, move_ids: Sequence[int]) -> Mapping[int, list[MoveLine]]:
    """Read the product lines of moves, in their order."""
    odoo = context.odoo
    domain = [("move_id", "in", list(move_ids)), *odoo.client.dialect.product_line_domain]
    rows = odoo.search_read("account.move.line", domain, _LINE_FIELDS, order="sequence, id")
    skus = _skus(context, {row["product_id"] for row in rows} - {False})
    found: dict[int, list[MoveLine]] = defaultdict(list)
    for row in rows:
        found[row["move_id"]].append(
            MoveLine(
                odoo_id=row["id"],
                product_id=row["product_id"] or 0,
                sku=skus.get(row["product_id"], ""),
                text=row["name"] or "",
                quantity=_exact(row["quantity"]),
                net=_exact(row["price_subtotal"]),
                gross=_exact(row["price_total"]),
                tax_ids=tuple(row["tax_ids"]),
                account_id=row["account_id"] or 0,
                order_line_ids=tuple(row["sale_line_ids"]),
            )
        )
    return found


def _skus(context: Context, product_ids: Iterable[int]) -> dict[int, str]:
    field = context.rules.sku_field
    rows = context.odoo.read("product.product", product_ids, [field])
    return {row["id"]: str(row[field] or "") for row in rows}


def _taxes(context: Context, moves: Sequence[Row]) -> Mapping[int, Mapping[int, Decimal]]:
    """Read what each tax of each move comes to; positive on invoices and on credit notes."""
    signs = {row["id"]: 1 if row["move_type"] == "out_refund" else -1 for row in moves}
    found: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    domain = [("move_id", "in", sorted(signs)), ("tax_line_id", "!=", False)]
    for row in context.odoo.search_read("account.move.line", domain, ["move_id", "tax_line_id", "amount_currency"]):
        found[row["move_id"]][row["tax_line_id"]] += signs[row["move_id"]] * _exact(row["amount_currency"])
    return found


def _exact(value: Any) -> Decimal:
    """Return an amount without the noise of floats, which lies far below a cent."""
    return round_money(to_decimal(value), 6).normalize() + ZERO
