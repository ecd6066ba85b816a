"""What people have taken back of an order in Odoo, in the words of the store's order.

Decides which line of the order a line of a credit note takes back, first match wins:

| it has                                                          | is the line of                                   |
|-----------------------------------------------------------------|--------------------------------------------------|
| the line of the sales order that a line of an invoice has       | that line of the invoice                         |
| product and text of a line of an invoice                        | that line of the invoice                         |
| SKU, text or quantity of a line of the order (`lines.py`)       | that line                                        |

A return has the pieces its moves brought back, of kits the whole ones; moves that do not count on the sales order
(`to_refund`), such as those of an exchange, are none.

Negative lines, such as a fee for taking goods back, are of no line but that of a negative fee.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from ...domain.money import ZERO, round_money
from ...domain.order import Order
from ..rules import Rules
from .goods import Goods, GoodsMove
from .lines import invoice_lines_of
from .odoo_credits import CreditLine, CreditNote, OdooCredits, Return, ReturnedLine
from .seen import Move, MoveLine, SeenOrder


def taken_back(order: Order, seen: SeenOrder, rules: Rules) -> OdooCredits:
    """Return the credit notes and the returns of an order, oldest first."""
    known = _Known(order, seen.invoices)
    codes = {currency.odoo_id: code for code, currency in rules.currencies.items()}
    notes = sorted(seen.credit_notes, key=lambda move: move.odoo_id)
    returns = _returns(order, seen.goods) if seen.goods else ()
    return OdooCredits(tuple(_note(order, move, known, codes, seen.others) for move in notes), returns)


class _Known:
    """Which line of the order the lines of its invoices are."""

    def __init__(self, order: Order, invoices: Iterable[Move]) -> None:
        self.by_order_line: dict[int, str] = {}
        self.by_text: dict[tuple[int, str], str] = {}
        for invoice in invoices:
            for of, lines in invoice_lines_of(order, invoice).items():
                for line in lines:
                    self.by_text.setdefault((line.product_id, line.text), of)
                    self.by_order_line |= {one: of for one in line.order_line_ids if one not in self.by_order_line}

    def line(self, line: MoveLine) -> str:
        """Return the line of the order; empty where the invoices do not tell."""
        ids = {self.by_order_line[one] for one in line.order_line_ids if one in self.by_order_line}
        if len(ids) == 1:
            return ids.pop()
        return "" if line.order_line_ids else self.by_text.get((line.product_id, line.text), "")


def _note(
    order: Order, move: Move, known: _Known, codes: Mapping[int, str], others: Mapping[int, tuple[str, ...]]
) -> CreditNote:
    by_itself = {line.odoo_id: of for of, lines in invoice_lines_of(order, move).items() for line in lines}
    digits = order.currency_digits
    negative = {fee.external_id for fee in order.fee_lines if fee.total < 0}

    def of(line: MoveLine) -> str:
        found = known.line(line) or by_itself.get(line.odoo_id, "")
        return found if (line.net < 0) == (found in negative) else ""

    lines = tuple(
        CreditLine(
            of(line),
            line.text,
            round(line.quantity, 6),
            round_money(line.net, digits),
            round_money(line.gross - line.net, digits),
            frozenset(line.tax_ids),
        )
        for line in move.lines
        if line.quantity or line.gross
    )
    return CreditNote(
        odoo_id=move.odoo_id,
        name=move.name,
        state=move.state,
        day=move.day,
        currency=codes.get(move.currency_id, "another currency"),
        total=round_money(move.total, digits),
        lines=lines,
        taxes={tax_id: tax for tax_id, amount in move.taxes.items() if (tax := round_money(amount, digits))},
        reference=move.reference,
        ours=move.ours,
        settled=move.payment_state != "not_paid" or move.residual != move.total,
        others=others.get(move.odoo_id, ()),
    )


def _returns(order: Order, goods: Goods) -> tuple[Return, ...]:
    """Return the returns that are done, with what came back by them."""
    names = {line.external_id: line.name for line in order.lines}
    found: dict[int, dict[int, list[GoodsMove]]] = defaultdict(lambda: defaultdict(list))
    for move in goods.moves:
        if move.back and move.counts and move.state == "done":
            found[move.picking_id][move.line_id].append(move)
    returns = []
    for picking_id, by_line in sorted(found.items()):
        picking = goods.pickings[picking_id]
        pieces = {line_id: _pieces(goods, line_id, moves) for line_id, moves in by_line.items()}
        lines = tuple(
            ReturnedLine(of := goods.matched.get(line_id, ""), names.get(of, "goods"), count)
            for line_id, count in pieces.items()
            if count
        )
        if picking.done_on and lines:
            returns.append(Return(picking_id, picking.name, picking.done_on, lines, ours=bool(picking.refund_id)))
    return tuple(returns)


def _pieces(goods: Goods, line_id: int, moves: Iterable[GoodsMove]) -> Decimal:
    """Return how many pieces of the line of the sales order these moves are; of a kit, all parts have to come back."""
    by_product: dict[int, Decimal] = {
        move.product_id: ZERO for move in goods.moves if move.line_id == line_id and not move.back
    }
    for move in moves:
        by_product[move.product_id] = by_product.get(move.product_id, ZERO) + move.quantity / move.per
    return round(min(by_product.values()), 6)
