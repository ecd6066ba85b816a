"""What of an order can still be refunded in the store: its money, and each of its lines.

WooCommerce itself guards the whole amount only, and not against two who refund at once
(`includes/wc-order-functions.php`, `wc_create_refund`); lines it takes as they are sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import ZERO, round_money
from ...domain.order import FeeLine, LineTax, Order, OrderLine, ShippingLine
from ...domain.refund import Refund, RefundKind, RefundLine


@dataclass(frozen=True)
class LineLeft:
    """What is left of one line, in the store's cents. Amounts of negative fees are negative."""

    kind: RefundKind
    of: str
    name: str
    quantity: Decimal
    net: Decimal
    #: Rate → tax, in the order of the line's own taxes.
    taxes: Mapping[str, Decimal]

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes.values(), ZERO)

    @property
    def is_nothing(self) -> bool:
        return not self.quantity and not self.net and not any(self.taxes.values())

    def as_line(self) -> RefundLine:
        """Return a line of a refund that takes all of it."""
        taxes = tuple(LineTax(rate_id, amount) for rate_id, amount in self.taxes.items() if amount)
        quantity = self.quantity if self.kind == "product" else ZERO
        return RefundLine(self.kind, "", self.of, self.name, quantity, self.net, sum(self.taxes.values(), ZERO), taxes)


@dataclass(frozen=True)
class Refundable:
    """What is left of an order."""

    #: Gross; below zero where more was refunded than the order came to.
    amount: Decimal
    #: By the store's ids of the order's lines.
    lines: Mapping[str, LineLeft]

    @property
    def gross_of_lines(self) -> Decimal:
        return sum((line.gross for line in self.lines.values()), ZERO)


def refundable(order: Order, refunds: Iterable[Refund]) -> Refundable:
    """Return what of an order is left after these refunds."""
    digits, made = order.currency_digits, list(refunds)
    taken: dict[str, list[RefundLine]] = {}
    for refund in made:
        for line in refund.lines:
            taken.setdefault(line.of, []).append(line)
    lines = {line.external_id: _left(line, taken.get(line.external_id, ()), digits) for line in _lines(order)}
    return Refundable(round_money(order.total - sum((refund.amount for refund in made), ZERO), digits), lines)


def _lines(order: Order) -> tuple[OrderLine | ShippingLine | FeeLine, ...]:
    return (*order.lines, *order.shipping_lines, *order.fee_lines)


def _left(line: OrderLine | ShippingLine | FeeLine, taken: Iterable[RefundLine], digits: int) -> LineLeft:
    taxes = {tax.rate_id: tax.amount for tax in line.taxes}
    net = line.total
    quantity = line.quantity if isinstance(line, OrderLine) else ZERO
    for one in taken:
        net -= one.total
        quantity -= one.quantity
        for tax in one.taxes:
            taxes[tax.rate_id] = taxes.get(tax.rate_id, ZERO) - tax.amount
    kind: RefundKind = (
        "product" if isinstance(line, OrderLine) else "shipping" if isinstance(line, ShippingLine) else "fee"
    )
    name = line.title if isinstance(line, ShippingLine) else line.name
    rounded = {rate_id: round_money(amount, digits) for rate_id, amount in taxes.items()}
    return LineLeft(kind, line.external_id, name, quantity, round_money(net, digits), rounded)
