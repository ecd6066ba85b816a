"""Where discounts of coupons show in Odoo: inside the price, as the line's discount %, or as lines of their own.

| `discount_as` | the product's line                             | besides                                          |
|---------------|------------------------------------------------|--------------------------------------------------|
| price         | what is left after the discount                |                                                  |
| percent       | the price before it, and a % with two decimals | where no such % gives the amount: as "price"     |
| line          | the amount before it                           | one negative line for each set of taxes          |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ...domain.money import ZERO, round_money
from ...domain.order import Order, OrderLine
from .priced import PricedLine, quantity_of
from .totals import DiscountLine, LineKind, LineTarget, Targets
from .unit_prices import UNROUNDED_DIGITS

#: Decimals of a discount ("Discount" in Odoo's decimal accuracy).
DISCOUNT_DIGITS = 2
#: Decimals with which prices are shown where Odoo keeps them unrounded, at least.
_SHOWN_DIGITS = 2


def with_discount_lines(targets: Targets, order: Order) -> Targets:
    """Take the discounts out of the product lines, into one line for each set of taxes. The totals stay.

    Lines whose amount before the discount the store does not tell completely stay as they are.
    """
    name = " ".join(["Discount", ", ".join(coupon.code for coupon in order.coupons)]).strip()
    lines: list[LineTarget] = []
    taken: dict[tuple[str, ...], list[tuple[LineTarget, LineTarget]]] = defaultdict(list)
    for line in targets.lines:
        before = _before_discount(line, order.currency_digits)
        lines.append(before or line)
        if before:
            taken[tuple(line.taxes)].append((line, before))
    lines += [_discount_line(name, pairs) for pairs in taken.values()]
    return replace(targets, lines=tuple(lines))


def as_percent(line: PricedLine, step: int | None, digits: int) -> PricedLine | None:
    """Return the line at its price before the discount, with the discount in percent; None where that is not exact.

    `step` is how many decimals a price can have, None where Odoo keeps it unrounded: then the price is the one that
    is exact, if it shows as the store's.
    """
    full = _before_discount(line.target, digits)
    quantity = quantity_of(line.target)
    if full is None or not quantity or line.quantity != quantity:
        return None
    gross = full.net + full.tax if line.included else full.net
    price = round_money(gross / quantity, max(_SHOWN_DIGITS, digits) if step is None else step)
    if not price:
        return None
    nearest = round_money((1 - line.amount / (price * quantity)) * 100, DISCOUNT_DIGITS)
    percent = min(nearest, Decimal(100)) if nearest > 0 else ZERO
    if not percent:
        return None
    exact = _exact_price(line.amount, quantity, percent, price) if step is None else price
    found = replace(line, price_unit=exact, discount=percent, technique="percent")
    shows = round_money(exact, max(_SHOWN_DIGITS, digits)) == price if step is None else True
    return found if shows and round_money(found.item.amount, digits) == line.amount else None


def _exact_price(amount: Decimal, quantity: Decimal, percent: Decimal, price: Decimal) -> Decimal:
    left = 1 - percent / 100
    return round_money(amount / (quantity * left), UNROUNDED_DIGITS) if left else price


def _before_discount(target: LineTarget, digits: int) -> LineTarget | None:
    """Return what a product line came to before its discount; None where it has none, or the store does not tell."""
    source = target.source
    if not isinstance(source, OrderLine) or abs(source.subtotal) <= abs(source.total):
        return None
    before = {tax.rate_id: tax.before_discount for tax in source.taxes}
    taxes: dict[str, Decimal] = {}
    for rate_id, amount in target.taxes.items():
        full = before.get(rate_id) if amount or rate_id in before else ZERO
        if full is None:
            return None
        taxes[rate_id] = round_money(full, digits)
    net = round_money(source.subtotal, digits)
    return replace(target, net=net, taxes=taxes) if net != target.net else None


def _discount_line(name: str, pairs: list[tuple[LineTarget, LineTarget]]) -> LineTarget:
    net = sum((after.net - before.net for after, before in pairs), ZERO)
    taxes: Mapping[str, Decimal] = {
        rate_id: sum((after.taxes[rate_id] - before.taxes[rate_id] for after, before in pairs), ZERO)
        for rate_id in pairs[0][0].taxes
    }
    return LineTarget(LineKind.DISCOUNT, DiscountLine(name, net), net, taxes)
