"""What the lines of a sales order still sell after refunds, so that Odoo does not want to invoice it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from ...domain.money import ZERO
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


def lines_to_lower(refunds: Iterable[Refund], goods: Goods) -> dict[int, Decimal]:
    """Return what lines of an invoiced sales order still sell, less what is credited and not delivered (any more).

    Odoo would want to invoice them again. No line is lowered below what is invoiced, nor to anything but what its moves
    come to, because Odoo makes new moves for any other quantity; nor while goods are still to come back.
    """
    if goods.locked or goods.state != "sale":
        return {}
    refunded = refunded_pieces(refunds)
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
