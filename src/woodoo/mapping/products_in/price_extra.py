"""What each value of an attribute adds to the price of its product, so that each variant costs what the store says.

Odoo has one price a product, and variants differ by what their values add (`price_extra` of
product.template.attribute.value, api-facts C.4): "XL costs 2.00 more" can be said, "red in XL costs 2.00 more" cannot.

Decides that the cheapest variant is the product's price, so that values add rather than take off, and that prices which
no sum can give are named, never rounded or guessed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

from ...domain.money import ZERO

#: One value of one attribute.
V = TypeVar("V", bound=Hashable)
#: A variant: its values.
Combination = frozenset[V]


@dataclass(frozen=True)
class Split(Generic[V]):
    """A product's price and what its values add, in the currency of the prices."""

    base: Decimal
    extras: Mapping[V, Decimal]
    #: Variants whose price is not the sum, with what the sum comes to.
    off: Mapping[Combination[V], Decimal]


def split_prices(prices: Mapping[Combination[V], Decimal]) -> Split[V]:
    """Return the price and the extras that give these prices, exactly wherever they can be given.

    Each variant is an equation: the sum of what its values add is its price less the cheapest one. They are solved
    by elimination, the cheapest variants first; one that contradicts those before it is left off.
    """
    if not prices:
        return Split(ZERO, {}, {})
    ordered = sorted(prices, key=lambda one: (prices[one], sorted(map(str, one))))
    cheapest = ordered[0]
    base = prices[cheapest]
    solved: dict[V, tuple[dict[V, Fraction], Fraction]] = {}
    for combination in ordered[1:]:
        terms = {value: Fraction(1) for value in sorted(combination - cheapest, key=str)}
        amount = Fraction(prices[combination] - base)
        for value in [value for value in terms if value in solved]:
            terms, amount = _without(value, terms, amount, solved)
        _solve(terms, amount, solved)
    values = {value for combination in prices for value in combination}
    extras = {value: _decimal(solved[value][1]) if value in solved else ZERO for value in values}
    sums = {one: base + sum((extras[value] for value in one), ZERO) for one in ordered}
    return Split(base, extras, {one: sums[one] for one in ordered if sums[one] != prices[one]})


def _without(
    value: V, terms: dict[V, Fraction], amount: Fraction, solved: Mapping[V, tuple[dict[V, Fraction], Fraction]]
) -> tuple[dict[V, Fraction], Fraction]:
    """Return an equation with a value replaced by what is known of it."""
    factor = terms.pop(value)
    others, known = solved[value]
    for other, share in others.items():
        terms[other] = terms.get(other, Fraction(0)) + factor * share
        if not terms[other]:
            del terms[other]
    return terms, amount - factor * known


def _solve(terms: dict[V, Fraction], amount: Fraction, solved: dict[V, tuple[dict[V, Fraction], Fraction]]) -> None:
    """Solve an equation for one of its values and put that into all others; without terms there is nothing to solve."""
    if not terms:
        return
    value, factor = next(iter(terms.items()))
    rest = {other: -share / factor for other, share in terms.items() if other != value}
    known = amount / factor
    solved[value] = (rest, known)
    for one, (others, constant) in list(solved.items()):
        share = others.pop(value, None)
        if share is not None:
            solved[one] = (_added(others, rest, share), constant + share * known)


def _added(terms: dict[V, Fraction], more: Mapping[V, Fraction], share: Fraction) -> dict[V, Fraction]:
    both = {one: terms.get(one, Fraction(0)) + share * more.get(one, Fraction(0)) for one in {**terms, **more}}
    return {one: factor for one, factor in both.items() if factor}


def _decimal(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)
