"""What each line of a refund gives back, to the cent: what it says is checked before anything is done about it.

WooCommerce takes an amount that disagrees with the lines, and lines the order does not have, without complaint
(`wc_create_refund`): of such a refund nothing is done until a person has looked at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...domain.errors import DataError
from ...domain.money import ZERO, quantum, round_money
from ...domain.order import FeeLine, Order, OrderLine, ShippingLine
from ...domain.refund import Refund, RefundLine
from ..amounts.totals import allocate


def refuse_unfit(order: Order, refund: Refund) -> None:
    """Refuse a refund that cannot be credited, whatever Odoo has of the order.

    Raises:
        DataError: it gives back nothing, lines of no line of the order, or another amount than its lines.
    """
    _refuse_unknown_lines(order, refund)
    if not refund.amount and not any(line.quantity for line in refund.lines):
        raise _nothing(order, refund)
    if refund.has_amounts:
        exact_lines(order, refund)


def exact_lines(order: Order, refund: Refund) -> list[tuple[RefundLine, Decimal, dict[str, Decimal]]]:
    """Return each line with net and tax per rate, rounded so that all of it is the refund's amount.

    Taxes are rounded line by line, as WooCommerce does, or once for each rate, as it does where it is set so.

    Raises:
        DataError: where amount and lines disagree by more than rounding, with the arithmetic; or where a line is none
            of the order's.
    """
    _refuse_unknown_lines(order, refund)
    digits = order.currency_digits
    amount = round_money(refund.amount, digits)
    lines = [line for line in refund.lines if line.total or any(tax.amount for tax in line.taxes)]
    for per_line in (True, False):
        taxes = _line_taxes(lines, digits, per_line=per_line)
        net = amount - sum((sum(one.values(), ZERO) for one in taxes), ZERO)
        nets = allocate([line.total for line in lines], net, digits, quantum(digits) / 2 * (len(lines) + 2))
        if nets is not None:
            return list(zip(lines, nets, taxes, strict=True))
    parts = " + ".join(str(round_money(line.gross, digits)) for line in lines)
    total = round_money(sum((line.gross for line in lines), ZERO), digits)
    raise DataError(
        f"{refund.label} of {order.label} is over {amount} {order.currency}, but its lines come to {parts} = {total}.",
        record=order.label,
        where=f"orders/{order.external_id}/refunds/{refund.external_id}",
        fix="Delete the refund in the store and make it anew with lines that come to its amount; or credit it by hand "
        "in Odoo and skip this record.",
    )


def _line_taxes(lines: Sequence[RefundLine], digits: int, *, per_line: bool) -> list[dict[str, Decimal]]:
    rounded = [{tax.rate_id: round_money(tax.amount, digits) for tax in line.taxes} for line in lines]
    if per_line:
        return rounded
    for rate_id in {rate_id for one in rounded for rate_id in one}:
        exact = [
            (place, tax.amount) for place, line in enumerate(lines) for tax in line.taxes if tax.rate_id == rate_id
        ]
        amounts = [amount for _, amount in exact]
        total = round_money(sum(amounts, ZERO), digits)
        shares = allocate(amounts, total, digits, quantum(digits) * len(amounts)) or amounts
        for (place, _), share in zip(exact, shares, strict=True):
            rounded[place][rate_id] = share
    return rounded


def _refuse_unknown_lines(order: Order, refund: Refund) -> None:
    sold: list[OrderLine | ShippingLine | FeeLine] = [*order.lines, *order.shipping_lines, *order.fee_lines]
    known = {one.external_id for one in sold}
    for line in refund.lines:
        if line.of not in known and (line.quantity or line.gross or line.total):
            raise _unknown_line(order, refund, line)


def _nothing(order: Order, refund: Refund) -> DataError:
    return DataError(
        f"{refund.label} of {order.label} is over 0.00 {order.currency} and has no lines: there is nothing to credit.",
        record=order.label,
        where=f"orders/{order.external_id}/refunds/{refund.external_id}",
        fix="Delete the refund in the store; or skip this record.",
    )


def _unknown_line(order: Order, refund: Refund, line: RefundLine) -> DataError:
    return DataError(
        f"{refund.label} of {order.label} gives back '{line.name}' of line {line.of or 'unknown'}, which the order "
        "does not have.",
        record=order.label,
        where=f"orders/{order.external_id}/refunds/{refund.external_id}",
        fix="Credit it by hand in Odoo and skip this record, or refund it anew in the store; then retry.",
    )
