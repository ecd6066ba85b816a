"""What the lines of a sales order still sell after refunds, so that Odoo does not want to invoice it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from decimal import Decimal

from ...domain.money import ZERO, round_money
from ...domain.order import Order
from ...domain.refund import Refund
from .goods import Goods

#: Decimals of a quantity that are told from a mistake of computing.
DIGITS = 6


def refunded_pieces(refunds: Iterable[Refund]) -> dict[str, Decimal]:
    """Return the pieces refunded, by line of the order."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for refund in refunds:
        for line in refund.lines:
            if line.kind == "product" and line.quantity > ZERO:
                found[line.of] += line.quantity
    return dict(found)


def pieces_given_back(
    order: Order, refunds: Sequence[Refund], made: Sequence[Refund], goods: Goods, *, unsent: bool
) -> dict[str, Decimal]:
    """Return the pieces the store has refunded, by line of the order; those `made` for Odoo are left out.

    With `unsent`, an order whose whole amount was given back without saying for which pieces (WooCommerce makes such a
    refund where somebody sets the status `refunded`) was given back with all that has not left yet.
    """
    found, elsewhere = refunded_pieces(refunds), refunded_pieces(made)
    given = sum((refund.amount for refund in (*refunds, *made)), ZERO)
    if unsent and refunds and given >= round_money(order.total, order.currency_digits):
        kept = {move.line_id for move in goods.moves if not move.back and move.state != "done"} - goods.unclear.keys()
        unsent_lines = {goods.matched[line_id] for line_id in kept if line_id in goods.matched}
        for line in order.lines:
            if line.external_id in unsent_lines:
                found[line.external_id] = max(ZERO, line.quantity - elsewhere.get(line.external_id, ZERO))
    return found


def lines_to_lower(refunded: Container[str], goods: Goods) -> dict[int, Decimal]:
    """Return what lines of an invoiced sales order still sell, less what is credited and not delivered (any more).

    `refunded` are the lines of the store's order of which pieces were given back.

    Odoo would want to invoice them again. No line is lowered below what is invoiced, nor to anything but what its moves
    come to, because Odoo makes new moves for any other quantity; nor while goods are still to come back.
    """
    if goods.locked or goods.state != "sale":
        return {}
    found = {}
    for line in goods.lines:
        moves = [move for move in goods.moves if move.line_id == line.odoo_id]
        waits = any(move.back and move.is_open for move in moves)
        if goods.matched.get(line.odoo_id, "") not in refunded or not moves or waits:
            continue
        totals = {move.product_id: ZERO for move in moves}
        for move in moves:
            if move.counts and move.state != "cancel":
                totals[move.product_id] += (-1 if move.back else 1) * move.quantity / move.per
        moving = round(min(totals.values()), DIGITS)
        if moving == round(max(totals.values()), DIGITS) and line.invoiced <= moving < line.ordered:
            found[line.odoo_id] = moving
    return found
