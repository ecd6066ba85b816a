"""What pricing results in: the lines as Odoo gets them, and what it must make of them (order currency)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...domain.money import ZERO
from ...domain.order import OrderLine
from ..rules import Tax
from .computing import Item, are_included
from .totals import LineTarget


@dataclass(frozen=True)
class PricedLine:
    """One line as Odoo gets it. A line of the store may become several."""

    target: LineTarget
    quantity: Decimal
    #: Net, or gross where the taxes are included in the price; before the discount.
    price_unit: Decimal
    #: In the order in which Odoo computes them.
    taxes: tuple[Tax, ...]
    net: Decimal
    #: Per Odoo tax id; what this line shall carry.
    tax_amounts: Mapping[int, Decimal]
    #: "net", "gross", "percent", "split", "shifted" or "steered".
    technique: str
    pinned: bool = False
    #: Percent off the unit price, two decimals.
    discount: Decimal = ZERO

    @property
    def included(self) -> bool:
        """Whether the unit price is gross."""
        return are_included(self.taxes)

    @property
    def amount(self) -> Decimal:
        """What the price has to come to: net, or gross where it is gross."""
        return self.net + sum(self.tax_amounts.values(), ZERO) if self.included else self.net

    @property
    def item(self) -> Item:
        return Item(self.quantity, self.price_unit, self.discount, self.taxes)

    @property
    def name(self) -> str:
        """How the store calls it."""
        source = self.target.source
        return getattr(source, "name", "") or getattr(source, "title", "")


@dataclass(frozen=True)
class Priced:
    """All lines of a document, and how its taxes are made to fit."""

    lines: tuple[PricedLine, ...]
    #: Per Odoo tax id: what the document must show.
    taxes: Mapping[int, Decimal]
    untaxed: Decimal
    #: "as computed", "pinned", "shifted", "steered", "override", or "odoo" where its tax counts.
    tax_technique: str
    #: What Odoo will compute by itself, per tax id.
    computed: Mapping[int, Decimal]
    #: What the sales order will come to in Odoo.
    order_total: Decimal
    #: How far the sales order may be from the store's total.
    order_slack: Decimal
    #: Decimals of the currency in Odoo.
    digits: int
    #: The smallest amount the store counts in; rounding moves sums by one of it for each line.
    cent: Decimal
    notes: tuple[str, ...] = ()


def quantity_of(target: LineTarget) -> Decimal:
    """Return how many pieces the store sold; shipping, fees and discounts are one."""
    return target.source.quantity if isinstance(target.source, OrderLine) else Decimal(1)


def pin(line: PricedLine, currency_id: int) -> dict[str, Any] | None:
    """Return the `extra_tax_data` that makes the line carry its amounts; None where it carries no tax.

    Odoo ignores it silently unless price, quantity, discount and currency equal the line's
    (odoo 19, `account_tax.py`, `_import_base_line_extra_tax_data`). Amounts in the company's currency are given at the
    rate 1, and Odoo brings them to the rate of the document; it does so with the net by itself.
    """
    if not line.pinned or not line.taxes:
        return None
    return {
        "currency_id": currency_id,
        "price_unit": float(line.price_unit),
        "discount": float(line.discount),
        "quantity": float(line.quantity),
        "rate": 1,
        "manual_total_excluded_currency": float(line.net),
        "manual_tax_amounts": {
            str(tax.odoo_id): {
                "base_amount_currency": float(_base(tax, line)),
                "base_amount": float(_base(tax, line)),
                "tax_amount_currency": float(line.tax_amounts[tax.odoo_id]),
                "tax_amount": float(line.tax_amounts[tax.odoo_id]),
            }
            for tax in line.taxes
        },
    }


def _base(tax: Tax, line: PricedLine) -> Decimal:
    """Return what a tax of the line is computed on: the net, and the taxes it stands on."""
    below = (line.tax_amounts[other.odoo_id] for other in line.taxes if tax.stands_on(other))
    return line.net + sum(below, ZERO)
