"""An order less what the store has refunded of it: what is invoiced where a refund came before the invoice.

| the refund is of                               | the order is written with                                      |
|------------------------------------------------|----------------------------------------------------------------|
| pieces of a line                               | fewer pieces; none left: without the line                      |
| a part of a line's amount                      | the same pieces at a lower price                               |
| shipping                                       | less of it, down to 0.00: the carrier stays                    |
| a fee                                          | less of it; nothing left: without the fee                      |
| an amount without lines, "spread"              | every line less by the same share, net and each tax            |
| an amount without lines, "product"             | a negative line on the product for refunds                     |
| all that is left of the order                  | nothing: it is cancelled                                       |
| anything else                                  | the whole: the refund is credited once the invoice is posted   |

Anything else is what no line can say: tax alone, more than a line has left, all pieces but not all of the amount, lines
that do not come to the refund's amount, lines the order does not have. Refunds are taken off one after the other, the
oldest first, and the result always comes to the order's total less their amounts, to the cent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

from ...domain.errors import DataError
from ...domain.money import ZERO, quantum, round_money
from ...domain.order import FeeLine, LineTax, Order, OrderLine, ShippingLine, TaxRate
from ...domain.refund import Refund, RefundLine
from ..amounts.totals import order_targets

_Line = TypeVar("_Line", OrderLine, ShippingLine, FeeLine)
#: Of so many refunds every combination is tried when it is not known which of them a document holds.
MOST_COMBINED = 12


class RefundedAmount(FeeLine):
    """An amount refunded without lines, as a negative line of the order; it goes on the product for refunds."""


class Unfit(Exception):
    """The refund cannot be taken out of the order; the text says why, after "because "."""


@dataclass(frozen=True)
class Reduced:
    """An order as it is to be in Odoo, and which refunds are inside."""

    order: Order
    #: Refunds it is written without, the oldest first.
    inside: tuple[Refund, ...] = ()
    #: Id of a refund that is credited after the invoice instead → why.
    outside: Mapping[str, str] = field(default_factory=dict)
    #: All of it was refunded before it was invoiced: nothing is left to be invoiced.
    everything: bool = False
    #: As its document has it where no link tells and refunds are inside that are not, or the other way round.
    before: Reduced | None = None

    @property
    def ids(self) -> frozenset[str]:
        return _ids(self.inside)

    @property
    def amount(self) -> Decimal:
        """What is inside, gross, in the order's currency."""
        return _sum(self.inside)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of it; a sentence each."""
        currency, digits = self.order.currency, self.order.currency_digits
        notes = []
        if self.inside:
            amount = round_money(self.amount, digits)
            notes.append(f"{amount} {currency} were refunded before the invoice: it is written without them.")
        notes += [
            f"Refund {refund_id} is credited once the invoice is posted, because {why}."
            for refund_id, why in self.outside.items()
        ]
        return tuple(notes)


def reduce_order(
    order: Order, refunds: Iterable[Refund], amount_as: str, only: Collection[str] | None = None
) -> Reduced:
    """Take refunds out of an order: all that can be, or those in `only` (ids), which are inside already.

    `amount_as` is what becomes of an amount without lines: "spread" or "product".
    """
    wanted = [refund for refund in in_turn(refunds) if only is None or refund.external_id in only]
    if order.total > 0 and _sum(wanted) >= round_money(order.total, order.currency_digits):
        return Reduced(order, tuple(wanted), everything=True)
    left, inside, outside = order, [], {}
    for refund in wanted:
        try:
            left = less(left, refund, amount_as)
            inside.append(refund)
        except Unfit as why:
            outside[refund.external_id] = str(why)
    return Reduced(left, tuple(inside), outside)


def in_turn(refunds: Iterable[Refund]) -> list[Refund]:
    """Return refunds the oldest first."""
    return sorted(refunds, key=lambda refund: (refund.created_at, len(refund.external_id), refund.external_id))


def inside_by_amount(
    order: Order, refunds: Sequence[Refund], total: Decimal, *, exact: bool = True
) -> frozenset[str] | None:
    """Say which refunds are missing from a document of the order over `total`; None where no amounts explain it.

    Refunds go into a document in the order in which they came, so the first ones are tried together before others.
    Where its total need not be the store's (not `exact`), the nearest one counts.
    """
    away = round_money(order.total, order.currency_digits) - round_money(total, order.currency_digits)
    ordered = in_turn(refund for refund in refunds if refund.amount > 0)
    tried: list[Sequence[Refund]] = [ordered[:count] for count in range(len(ordered) + 1)]
    if not exact:
        return _ids(min(tried, key=lambda some: abs(_sum(some) - away)))
    if len(ordered) <= MOST_COMBINED:
        tried += [some for count in range(1, len(ordered)) for some in combinations(ordered, count)]
    return next((_ids(some) for some in tried if _sum(some) == away), None)


def _ids(refunds: Iterable[Refund]) -> frozenset[str]:
    return frozenset(refund.external_id for refund in refunds)


def _sum(refunds: Iterable[Refund]) -> Decimal:
    return sum((refund.amount for refund in refunds), ZERO)


def less(order: Order, refund: Refund, amount_as: str) -> Order:
    """Return the order without what one refund gave back.

    Raises:
        Unfit: where its lines cannot say it; the order is then invoiced with it, and it is credited.
    """
    if refund.amount <= 0:
        raise Unfit("it comes to nothing")
    if refund.amount >= order.total:
        raise Unfit("it is all that is left, or more")
    if refund.has_amounts:
        found = _less_lines(order, refund)
    elif any(part.quantity for part in refund.lines):
        raise Unfit("it gives back pieces, but its amount is for no line")
    else:
        found = _less_product(order, refund) if amount_as == "product" else _less_share(order, refund)
    try:
        order_targets(found)
    except DataError:
        raise Unfit("what would be left does not add up") from None
    return found


# Lines


def _less_lines(order: Order, refund: Refund) -> Order:
    lines_amount = sum((part.gross for part in refund.lines), ZERO)
    slack = quantum(order.currency_digits) / 2 * (1 + len(refund.lines))
    if abs(lines_amount - refund.amount) > slack:
        raise Unfit(f"its lines come to {round_money(lines_amount, order.currency_digits)}, not to {refund.amount}")
    by_line = {line_id: [p for p in refund.lines if p.of == line_id] for line_id in {p.of for p in refund.lines}}
    everything: list[OrderLine | ShippingLine | FeeLine] = [*order.lines, *order.shipping_lines, *order.fee_lines]
    known = {line.external_id for line in everything}
    if strange := by_line.keys() - known:
        names = ", ".join(sorted(part.name or "a line" for line_id in strange for part in by_line[line_id]))
        raise Unfit(f"the order has no line of its '{names}' (any more)")

    def left(lines: Iterable[_Line], without: Callable[[_Line, list[RefundLine], Decimal], _Line]) -> list[_Line]:
        cent = quantum(order.currency_digits)
        return [without(line, by_line[line.external_id], cent) if line.external_id in by_line else line
                for line in lines]  # fmt: skip

    lines = [line for line in left(order.lines, _less_pieces) if line.quantity or line.external_id not in by_line]
    fees = [fee for fee in left(order.fee_lines, _less_amount) if fee.total or fee.external_id not in by_line]
    shipping = left(order.shipping_lines, _less_amount)
    tax = round_money(sum(_by_rate(refund.lines).values(), ZERO), order.currency_digits)
    return replace(
        order,
        lines=tuple(lines),
        shipping_lines=tuple(shipping),
        fee_lines=tuple(fees),
        tax_rates=_less_rates(order, refund, [*lines, *shipping, *fees]),
        total=order.total - refund.amount,
        total_tax=order.total_tax - tax,
    )


def _less_pieces(line: OrderLine, parts: list[RefundLine], cent: Decimal) -> OrderLine:
    quantity = line.quantity - sum((part.quantity for part in parts), ZERO)
    if quantity < 0:
        raise Unfit(f"it refunds more pieces of '{line.name}' than are left")
    found = _less_amount(line, parts, cent)
    if not quantity and (abs(found.total) > cent or any(abs(tax.amount) > cent for tax in found.taxes)):
        raise Unfit(f"it refunds all pieces of '{line.name}' but not all of its amount")
    share = found.total / line.total if line.total else Decimal(1)
    taxes = tuple(
        replace(tax, before_discount=None if tax.before_discount is None else tax.before_discount * share)
        for tax in found.taxes
    )
    return replace(found, quantity=quantity, subtotal=line.subtotal * share, taxes=taxes)


def _less_amount(line: _Line, parts: list[RefundLine], cent: Decimal) -> _Line:
    """Return the line with what is left of its amount, whose taxes have to be those of what is left."""
    total = _nothing(line.total - sum((part.total for part in parts), ZERO), cent)
    if total * line.total < 0 or (total and not line.total):
        raise Unfit(f"it refunds more than is left of '{_name(line)}'")
    given = _by_rate(parts)
    if any(given.values()) and given.keys() - {tax.rate_id for tax in line.taxes}:
        raise Unfit(f"it refunds a tax that '{_name(line)}' does not have")
    taxes = []
    for tax in line.taxes:
        amount = _nothing(tax.amount - given.get(tax.rate_id, ZERO), cent)
        fitting = tax.amount * total / line.total if line.total else ZERO
        if abs(amount - fitting) > cent * 3 / 2:
            raise Unfit(f"what it refunds of '{_name(line)}' is not taxed as the line is")
        taxes.append(replace(tax, amount=amount))
    total_tax = sum((tax.amount for tax in taxes), ZERO)
    return replace(line, total=total, total_tax=total_tax, taxes=tuple(taxes))


def _less_rates(
    order: Order, refund: Refund, left: Sequence[OrderLine | ShippingLine | FeeLine]
) -> tuple[TaxRate, ...]:
    """Return the rates with what is left of them; those no line has any more are left out."""
    of_shipping = {line.external_id for line in order.shipping_lines}
    shipping = _by_rate(part for part in refund.lines if part.of in of_shipping)
    goods = _by_rate(part for part in refund.lines if part.of not in of_shipping)
    used = {tax.rate_id for line in left for tax in line.taxes}
    return tuple(
        replace(
            rate,
            tax_total=rate.tax_total - goods.get(rate.rate_id, ZERO),
            shipping_tax_total=rate.shipping_tax_total - shipping.get(rate.rate_id, ZERO),
        )
        for rate in order.tax_rates
        if rate.rate_id in used
    )


def _by_rate(parts: Iterable[RefundLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for part in parts:
        for tax in part.taxes:
            found[tax.rate_id] = found.get(tax.rate_id, ZERO) + tax.amount
    return found


def _nothing(amount: Decimal, cent: Decimal) -> Decimal:
    """Return 0 for what rounding left over: lines are kept more precisely than refunds."""
    return ZERO if abs(amount) < cent / 2 else amount


def _name(line: OrderLine | ShippingLine | FeeLine) -> str:
    return line.title if isinstance(line, ShippingLine) else line.name


# Amounts without lines


def _less_share(order: Order, refund: Refund) -> Order:
    """Spread the amount over everything that is left, each line and tax by the same share."""
    share = 1 - refund.amount / order.total
    return replace(
        order,
        lines=tuple(replace(_times(line, share), subtotal=line.subtotal * share) for line in order.lines),
        shipping_lines=tuple(_times(line, share) for line in order.shipping_lines),
        fee_lines=tuple(_times(line, share) for line in order.fee_lines),
        tax_rates=_rates_times(order, share),
        total=order.total - refund.amount,
        total_tax=round_money(order.total_tax * share, order.currency_digits),
    )


def _less_product(order: Order, refund: Refund) -> Order:
    """Put the amount on a negative line of its own, taxed as everything that is left is."""
    share = refund.amount / order.total
    taxes = tuple(
        LineTax(rate.rate_id, -(rate.tax_total + rate.shipping_tax_total) * share)
        for rate in order.tax_rates
        if rate.tax_total or rate.shipping_tax_total
    )
    tax = round_money(order.total_tax * share, order.currency_digits)
    line_id = f"refund {refund.external_id}"
    line = RefundedAmount(line_id, refund.reason or f"Refund {refund.external_id}", tax - refund.amount, -tax, taxes)
    return replace(
        order,
        fee_lines=(*order.fee_lines, line),
        tax_rates=_rates_times(order, 1 - share),
        total=order.total - refund.amount,
        total_tax=order.total_tax - tax,
    )


def _times(line: _Line, share: Decimal) -> _Line:
    taxes = tuple(
        LineTax(tax.rate_id, tax.amount * share, None if tax.before_discount is None else tax.before_discount * share)
        for tax in line.taxes
    )
    return replace(line, total=line.total * share, total_tax=line.total_tax * share, taxes=taxes)


def _rates_times(order: Order, share: Decimal) -> tuple[TaxRate, ...]:
    return tuple(
        replace(rate, tax_total=rate.tax_total * share, shipping_tax_total=rate.shipping_tax_total * share)
        for rate in order.tax_rates
    )
