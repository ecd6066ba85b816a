"""A price of Odoo with tax where the store's prices hold it, and without where they do not.

| price in Odoo | prices in the store | what goes to the store                                                       |
|---------------|---------------------|------------------------------------------------------------------------------|
| without tax   | without             | the price                                                                    |
| with tax      | with                | the price                                                                    |
| without tax   | with                | the price and its tax, to the store's decimals                               |
| with tax      | without             | the price less its tax, with as many decimals as it takes to give the same   |
|               |                     | price again once the tax is added: 10.00 with 21 % is 8.264, not 8.26        |

WooCommerce keeps every decimal of a price and computes with it; its own number of decimals is for what it shows
(woocommerce `wc_format_decimal`, `wc_get_price_including_tax`). The taxes are those of the product in Odoo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.errors import DataError
from ...domain.money import ZERO, round_money
from ..amounts.computing import Item, in_order, line_amounts
from ..rules import Precision, Tax

#: Decimals a price without tax may have beyond the store's.
_MORE = 6
#: Decimals in which taxes are computed before anything is rounded.
_FINE = 16
_EXACT = Precision(price_digits=None, round_globally=False, can_pin=False, net_is_rest=False)
#: `amount_type` of account.tax → what such a tax is.
NOT_IN_PERCENT: Mapping[str, str] = {
    "fixed": "a fixed amount per piece",
    "division": "a percentage of the price with tax",
    "code": "computed by a formula",
}


@dataclass(frozen=True)
class ProductTaxes:
    """The sales taxes of a product in Odoo."""

    taxes: tuple[Tax, ...] = ()
    #: One that is not a percentage of the price: its name, and what it is.
    other: str = ""

    @property
    def inside(self) -> bool:
        """Whether a price in Odoo holds tax."""
        return any(tax.included and tax.percent for tax in self.taxes)

    @property
    def outside(self) -> bool:
        """Whether tax comes on top of a price in Odoo."""
        return any(not tax.included and tax.percent for tax in self.taxes)


def store_price(price: Decimal, taxes: ProductTaxes, *, with_tax: bool, digits: int, record: str = "") -> Decimal:
    """Return a price as the store takes it, rounded half up.

    Args:
        price: as Odoo has it, not rounded.
        taxes: those of the product.
        with_tax: the store's prices hold the tax.
        digits: decimals of the store's prices.
        record: the product, for the message.

    Raises:
        DataError: the tax cannot be added or taken off exactly.
    """
    if taxes.other:
        raise DataError(
            f"{record}: its sales tax {taxes.other}, so its price cannot be given "
            f"{'with' if with_tax else 'without'} tax.",
            record=record,
            where="product.template -> taxes_id",
            fix="Give the product taxes in percent in Odoo, or let the store own the prices.",
        )
    if taxes.inside and not with_tax:
        amounts = line_amounts(Item(Decimal(1), price, ZERO, in_order(taxes.taxes)), _FINE, _EXACT)
        return _net(amounts.net, price, taxes.taxes, digits)
    if taxes.outside and with_tax:
        return round_money(_with_tax(price, taxes.taxes), digits)
    return round_money(price, digits)


def _net(net: Decimal, gross: Decimal, taxes: Sequence[Tax], digits: int) -> Decimal:
    """Return the shortest net price that comes to the same gross price in the store."""
    wanted, outside = round_money(gross, digits), [replace(tax, included=False) for tax in taxes if tax.included]
    for more in range(_MORE):
        short = round_money(net, digits + more)
        if round_money(_with_tax(short, outside), digits) == wanted:
            return short
    return round_money(net, digits + _MORE)


def _with_tax(net: Decimal, taxes: Sequence[Tax]) -> Decimal:
    amounts = line_amounts(Item(Decimal(1), net, ZERO, in_order(taxes)), _FINE, _EXACT)
    return amounts.net + amounts.tax
