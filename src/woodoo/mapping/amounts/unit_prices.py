"""Unit prices that come to an amount: one where there is one, else two or three that differ by as little as can be.

| pieces       | the amount                                  | becomes                                               |
|--------------|---------------------------------------------|-------------------------------------------------------|
| any          | price × pieces, rounded, gives it           | one line                                              |
| whole        | no price gives it: 24.79 for 3              | 2 × 8.26 and 1 × 8.27                                 |
| with a part  | no price gives it: 24.79 for 2.35           | 1 × 10.55 and 1.35 × 10.55, or pieces and a part     |
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from ...domain.errors import DataError
from ...domain.money import ZERO, quantum, round_money

#: Decimals Woodoo sends where Odoo keeps prices unrounded: exact to the cent for up to a million pieces.
UNROUNDED_DIGITS = 8
#: How far the two prices of a line may be apart, in the steps a price can have.
_MOST_STEPS = 3
#: How many whole pieces are tried beside the rest.
_MOST_PIECES = 12

#: Pieces at a price.
Share = tuple[Decimal, Decimal]


def single_price(amount: Decimal, pieces: Decimal, step: int, digits: int) -> Decimal | None:
    """Return the price with `step` decimals that gives an amount in a currency with `digits` decimals, if any does."""
    if not pieces:
        return None if amount else ZERO
    price = round_money(amount / pieces, step)
    return price if round_money(price * pieces, digits) == amount else None


def split_prices(amount: Decimal, pieces: Decimal, step: int, digits: int) -> tuple[Share, ...] | None:
    """Return pieces at prices that together give the amount, the most even ones; None where none do."""
    if not pieces or amount != round_money(amount, min(step, digits)):
        return None
    if pieces < 0:
        shares = split_prices(-amount, -pieces, step, digits)
        return shares and tuple((-quantity, price) for quantity, price in shares)
    if pieces == pieces.to_integral_value():
        return _whole(amount, pieces, min(step, digits))
    return _two_near(amount, pieces, step, digits) or _whole_and_part(amount, pieces, step, digits)


def refuse_price(name: str, amount: Decimal, pieces: Decimal, step: int) -> DataError:
    """Return the error for an amount that no prices give."""
    if not pieces:
        return DataError(
            f"The line '{name}' comes to {amount} for 0 pieces, which no unit price gives.",
            where="line_items",
            fix="Correct the quantity in the store, or make a fee of the amount; then retry.",
        )
    return DataError(
        f"The line '{name}' comes to {amount} for {pieces} pieces, which no unit price with {step} decimals gives.",
        where="sale.order.line -> price_unit",
        fix="Raise the decimal accuracy 'Product Price' in Odoo to 6 digits, then retry.",
    )


def refuse_quantity(name: str, pieces: Decimal, kept: int) -> DataError:
    """Return the error for a quantity with more decimals than Odoo keeps."""
    wanted = -int(pieces.normalize().as_tuple().exponent)
    return DataError(
        f"The line '{name}' has the quantity {pieces.normalize():f}, but Odoo keeps {kept} decimals of quantities.",
        where="sale.order.line -> product_uom_qty",
        fix=f"Raise the decimal accuracy 'Product Unit of Measure' (in Odoo 19 'Product Unit') in Odoo to {wanted} "
        "digits, then retry.",
    )


def _whole(amount: Decimal, pieces: Decimal, step: int) -> tuple[Share, ...]:
    """Spread an amount over whole pieces: some at one price, the rest one cent dearer."""
    cent = quantum(step)
    low = (amount / pieces).quantize(cent, rounding=ROUND_FLOOR)
    dearer = (amount - low * pieces) / cent
    return tuple((quantity, price) for quantity, price in ((pieces - dearer, low), (dearer, low + cent)) if quantity)


def _two_near(amount: Decimal, pieces: Decimal, step: int, digits: int) -> tuple[Share, ...] | None:
    found: list[tuple[Decimal, Decimal, tuple[Share, Share]]] = []
    for whole in range(1, min(int(pieces), _MOST_PIECES) + 1):
        first, rest = Decimal(whole), pieces - whole
        for price in _near(amount / pieces, step):
            other = (amount - round_money(price * rest, digits)) / first
            apart = abs(other - price)
            if rest and other == round_money(other, step) and apart <= _MOST_STEPS * quantum(step):
                found.append((apart, first, ((first, other), (rest, price))))
    return min(found)[2] if found else None


def _whole_and_part(amount: Decimal, pieces: Decimal, step: int, digits: int) -> tuple[Share, ...] | None:
    whole = pieces.to_integral_value(rounding=ROUND_FLOOR)
    if not whole:
        return None
    price = round_money(amount / pieces, step)
    part = pieces - whole
    rest = amount - round_money(price * part, digits)
    return (*_whole(rest, whole, min(step, digits)), (part, price))


def _near(price: Decimal, step: int) -> Iterator[Decimal]:
    middle = price.quantize(quantum(step), rounding=ROUND_HALF_EVEN)
    for steps in (0, 1, -1):
        yield middle + steps * quantum(step)
