"""How much of a product a store may sell.

Decides the arithmetic, in this order:

| step                  | what                                                                                     |
|-----------------------|------------------------------------------------------------------------------------------|
| 1. what Odoo has      | `free`: on hand, without what is reserved and without what has to leave by confirmed     |
|                       | moves, whichever leaves less; `forecast`: with what is to come; `on_hand`: as it lies    |
| 2. minus what is sold | orders of the store that Odoo does not know yet (guard.py)                               |
| 3. minus the buffer   | of the product, else of its nearest category that has one, else the general one          |
| 4. times the share    | of this store, where several sell from one Odoo                                          |
| 5. rounded down       | to whole pieces: half a piece cannot be sold                                             |
| 6. not below zero     | unless the product may be sold without stock                                             |

`free` looks at confirmed moves, too, because goods are not reserved at once everywhere: on Odoo 14 not before the
scheduler runs, later as the operation type says (api-facts C.5). As orders are taken off before share and rounding,
the figure is the same before and after such an order reaches Odoo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

from ...domain.stock import Quantities

Basis = Literal["free", "forecast", "on_hand"]
#: Finer than any unit of measure: what is beyond it is noise of floating point (2.9999999999999996 pieces are 3).
NOISE = Decimal("0.00001")
ZERO = Decimal(0)


@dataclass(frozen=True)
class FigureRules:
    """How a store's figures are made, for one connection."""

    basis: Basis = "free"
    buffer: Decimal = ZERO
    #: SKU → its own buffer.
    buffers: Mapping[str, Decimal] = field(default_factory=dict)
    #: Category → the buffer of what is in it or below.
    category_buffers: Mapping[int, Decimal] = field(default_factory=dict)
    #: What part of it this store may sell; 1: all.
    share: Decimal = Decimal(1)
    #: Products may be sold without stock, so the figure may be below zero.
    below_zero: bool = False

    def buffer_of(self, sku: str, categories: Sequence[int]) -> Decimal:
        """Return the buffer of a product; `categories` from its own upwards."""
        if sku in self.buffers:
            return self.buffers[sku]
        own = (self.category_buffers[one] for one in categories if one in self.category_buffers)
        return next(own, self.buffer)


@dataclass(frozen=True)
class Figure:
    """What a store may sell of a product, and how it came about."""

    quantity: int
    available: Decimal
    sold: Decimal = ZERO
    buffer: Decimal = ZERO
    notes: tuple[str, ...] = ()


def available(quantities: Quantities, basis: Basis) -> Decimal:
    """Return what Odoo has, by the basis that is set."""
    if basis == "forecast":
        return settled(quantities.forecast)
    if basis == "on_hand":
        return settled(quantities.on_hand)
    return settled(min(quantities.unreserved, quantities.on_hand - quantities.outgoing))


def figure(has: Decimal, sold: Decimal, buffer: Decimal, rules: FigureRules) -> Figure:
    """Return the figure for the store.

    Args:
        has: what Odoo has (`available`).
        sold: what the store has sold and Odoo does not know yet.
        buffer: what is kept back.
        rules: share, and whether it may be below zero.
    """
    rest = settled(has - sold - buffer)
    if rest > 0:
        rest = settled(rest * rules.share)
    whole = rest.to_integral_value(ROUND_FLOOR)
    notes = []
    if whole != rest:
        notes.append(f"{plain(rest)} rounded down to {whole}: the store counts whole pieces")
    if whole < 0 and not rules.below_zero:
        notes.append(f"{whole} becomes 0: there is nothing to sell")
        whole = ZERO
    return Figure(int(whole), has, sold, buffer, tuple(notes))


def settled(value: Decimal) -> Decimal:
    """Return a quantity without the noise of floating point."""
    return value.quantize(NOISE, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Return a quantity as a person writes it."""
    return f"{settled(value).normalize():f}"
