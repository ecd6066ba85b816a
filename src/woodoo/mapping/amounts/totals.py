"""What an order must come to in Odoo, line by line and rate by rate, to the cent.

WooCommerce keeps lines more precisely than it prints totals, and may round once for the whole order. The order's
`total` and the totals of its `tax_lines` are what the buyer paid, so they are the truth; a cent that rounding leaves
over is put on the line whose own rounding lost most (woocommerce `includes/class-wc-cart-totals.php`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ...domain.errors import DataError
from ...domain.money import ZERO, quantum, round_money
from ...domain.order import FeeLine, Order, OrderLine, ShippingLine


class LineKind(StrEnum):
    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"
    DISCOUNT = "discount"


@dataclass(frozen=True)
class DiscountLine:
    """What coupons took off the product lines of one set of taxes, where that is a line of its own."""

    #: "Discount SUMMER10, WELCOME".
    name: str
    #: Net, negative.
    total: Decimal


#: What a line comes from.
Source = OrderLine | ShippingLine | FeeLine | DiscountLine


@dataclass(frozen=True)
class LineTarget:
    """What one line must come to: net and tax per rate id, rounded to the currency."""

    kind: LineKind
    source: Source
    net: Decimal
    taxes: Mapping[str, Decimal]

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), ZERO)


@dataclass(frozen=True)
class Targets:
    """What the whole order must come to, in the order's currency."""

    lines: tuple[LineTarget, ...]
    #: Per store rate id.
    taxes: Mapping[str, Decimal]
    untaxed: Decimal
    tax: Decimal
    total: Decimal


def allocate(
    amounts: Sequence[Decimal], target: Decimal, digits: int, tolerance: Decimal
) -> tuple[Decimal, ...] | None:
    """Round the amounts so that they add up to `target`, moving none by more than one cent.

    The cents left over go to the amounts whose rounding error is largest. None where the amounts and the target are
    further apart than `tolerance`, which means that something other than rounding is at work.
    """
    if abs(sum(amounts, ZERO) - target) > tolerance:
        return None
    rounded = [round_money(amount, digits) for amount in amounts]
    cent = quantum(digits)
    left = target - sum(rounded, ZERO)
    step = cent if left > 0 else -cent
    steps = int(abs(left) / cent)
    if left % cent or steps > len(rounded):
        return None
    by_error = sorted(range(len(rounded)), key=lambda i: (amounts[i] - rounded[i]) * step, reverse=True)
    for index in by_error[:steps]:
        rounded[index] += step
    return tuple(rounded)


def order_targets(order: Order) -> Targets:
    """Work out what the order must come to in Odoo.

    Raises:
        DataError: where the order's own figures do not add up; the message shows the arithmetic.
    """
    sources: list[tuple[LineKind, OrderLine | ShippingLine | FeeLine]] = [
        *((LineKind.PRODUCT, line) for line in order.lines),
        *((LineKind.SHIPPING, line) for line in order.shipping_lines),
        *((LineKind.FEE, line) for line in order.fee_lines),
    ]
    taxes = _tax_totals(order)
    tax = sum(taxes.values(), ZERO)
    total = round_money(order.total, order.currency_digits)
    nets = _nets(order, [line.total for _, line in sources], total - tax)
    per_line = _taxes_per_line(order, [line for _, line in sources], taxes)
    lines = tuple(
        LineTarget(kind, line, net, line_taxes)
        for (kind, line), net, line_taxes in zip(sources, nets, per_line, strict=True)
    )
    return Targets(lines, taxes, total - tax, tax, total)


def _tolerance(order: Order) -> Decimal:
    """Return how far rounding alone can drive sums apart: half a cent per sum that is rounded on its own."""
    return quantum(order.currency_digits) / 2 * (3 + len(order.tax_rates))


def _tax_totals(order: Order) -> dict[str, Decimal]:
    """Return what each rate comes to, rounded so that together they are the order's tax.

    A shop that rounds once keeps the totals of its rates unrounded, and rounds only their sum.

    Raises:
        DataError: where the rates do not add up to the order's tax.
    """
    amounts = [rate.tax_total + rate.shipping_tax_total for rate in order.tax_rates]
    tax = round_money(order.total_tax, order.currency_digits)
    rounded = allocate(amounts, tax, order.currency_digits, _tolerance(order))
    if rounded is None:
        parts = " + ".join(str(amount) for amount in amounts) or "nothing"
        raise DataError(
            f"{order.label} does not add up in the store: its tax rates come to {parts}, but its tax to {tax}.",
            record=order.label,
            where="tax_lines",
            fix="Recalculate the order in the store, then retry.",
        )
    return {rate.rate_id: amount for rate, amount in zip(order.tax_rates, rounded, strict=True)}


def _nets(order: Order, amounts: Sequence[Decimal], untaxed: Decimal) -> tuple[Decimal, ...]:
    # Where each line was rounded by itself the printed lines are exact; only else a cent is left over.
    rounded = tuple(round_money(amount, order.currency_digits) for amount in amounts)
    nets = rounded if sum(rounded, ZERO) == untaxed else None
    nets = nets or allocate(amounts, untaxed, order.currency_digits, _tolerance(order))
    if nets is None:
        parts = " + ".join(str(amount) for amount in rounded) or "no lines"
        raise DataError(
            f"{order.label} does not add up in the store: its lines come to {parts} = {sum(rounded, ZERO)} net, but "
            f"its total of {order.total} less {order.total_tax} tax leaves {untaxed}.",
            record=order.label,
            where="total",
            fix="Look for a plugin that changes totals, correct the order in the store, then retry.",
        )
    return nets


def _taxes_per_line(
    order: Order, lines: Sequence[OrderLine | ShippingLine | FeeLine], taxes: Mapping[str, Decimal]
) -> list[dict[str, Decimal]]:
    per_line: list[dict[str, Decimal]] = [{} for _ in lines]
    unknown = {tax.rate_id for line in lines for tax in line.taxes if tax.amount} - taxes.keys()
    if unknown:
        raise DataError(
            f"{order.label} has lines taxed by rate {', '.join(sorted(unknown))}, which its tax lines do not name.",
            record=order.label,
            where="tax_lines",
            fix="Recalculate the order in the store, then retry.",
        )
    for rate_id, target in taxes.items():
        taxed = [
            (index, tax.amount) for index, line in enumerate(lines) for tax in line.taxes if tax.rate_id == rate_id
        ]
        tolerance = _tolerance(order) + quantum(order.currency_digits) / 2 * len(taxed)
        shares = allocate([amount for _, amount in taxed], target, order.currency_digits, tolerance)
        if shares is None:
            raise DataError(
                f"{order.label} does not add up in the store: tax rate {rate_id} comes to "
                f"{sum((amount for _, amount in taxed), ZERO)} on its lines but to {target} in its tax lines.",
                record=order.label,
                where="tax_lines",
                fix="Recalculate the order in the store, then retry.",
            )
        for (index, _), share in zip(taxed, shares, strict=True):
            per_line[index][rate_id] = share
    return per_line
