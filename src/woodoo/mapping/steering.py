"""Splits lines so that taxes which Odoo rounds line by line come to the shop's cent.

21 % of 8.26 and of 16.53 are rounded each for themselves; the same 24.79 shared out otherwise over its three pieces
rounds otherwise. Where a tax of the document is a cent away, a line of several pieces is split so that its own
rounding makes up for it: order and invoice are then both exact, without any amount being overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from ..domain.money import ZERO, quantum, round_money

#: How far a piece's price may be moved, in cents, and how many pieces are tried in the first part.
MOST_CENTS = 3
MOST_PIECES = 24


@dataclass(frozen=True)
class Share:
    """A part of a line: some pieces at one net price, and the tax Odoo rounds for them."""

    quantity: Decimal
    price_unit: Decimal
    net: Decimal
    tax: Decimal


def shares_with_tax(
    net: Decimal, pieces: int, percent: Decimal, wanted: Decimal, digits: int
) -> tuple[Share, Share] | None:
    """Split a line in two so that the two rounded taxes come to `wanted`; prices differ as little as can be.

    All amounts net of tax, in a currency with `digits` decimals. None where no split does it.
    """
    for first, second in _splits(net, pieces, percent, digits):
        if first.tax + second.tax == wanted:
            return first, second
    return None


def steer(
    lines: Sequence[tuple[int, Decimal, int, Decimal, Decimal]], away: Decimal, digits: int
) -> Mapping[int, tuple[Share, Share]]:
    """Choose lines to split so that one tax of a document moves by `away`.

    `lines` are (key, net, pieces, percent, tax Odoo computes for the line as it is). Empty where it cannot be done.
    """
    chosen: dict[int, tuple[Share, Share]] = {}
    cent = quantum(digits)
    step = cent if away > 0 else -cent
    for key, net, pieces, percent, computed in lines:
        if not away:
            break
        found = shares_with_tax(net, pieces, percent, computed + step, digits)
        if found:
            chosen[key] = found
            away -= step
    return {} if away else chosen


def _splits(net: Decimal, pieces: int, percent: Decimal, digits: int) -> Iterator[tuple[Share, Share]]:
    """Yield the splits of a line into two prices with the currency's decimals, the most even ones first."""
    cent = quantum(digits)
    even = (net / pieces).quantize(cent, rounding=ROUND_FLOOR) if pieces else ZERO
    for cents in sorted(range(-MOST_CENTS, MOST_CENTS + 1), key=abs):
        price = even + cent * cents
        for quantity in range(1, min(pieces - 1, MOST_PIECES) + 1):
            rest = net - price * quantity
            rest_price = rest / (pieces - quantity)
            if price <= 0 or rest_price <= 0 or rest_price != rest_price.quantize(cent):
                continue
            yield (
                _share(Decimal(quantity), price, percent, digits),
                _share(Decimal(pieces - quantity), rest_price.quantize(cent), percent, digits),
            )


def _share(quantity: Decimal, price: Decimal, percent: Decimal, digits: int) -> Share:
    net = price * quantity
    return Share(quantity, price, net, round_money(net * percent / 100, digits))
