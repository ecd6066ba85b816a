"""What taxes come to: on a net amount, out of a gross amount, compound or side by side.

The rules are those of `WC_Tax::calc_exclusive_tax` and `calc_inclusive_tax` in WooCommerce's
includes/class-wc-tax.php: each tax is kept with six decimals; rounding to cents happens where taxes are summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .numbers import ZERO, half_down, half_up, stored
from .rates import Place, Rate, for_shipping, matching

#: Amounts by rate id.
Taxes = dict[int, Decimal]


@dataclass(frozen=True)
class TaxRules:
    """What a shop is set to about taxes; the names are those of its settings page."""

    enabled: bool = True
    prices_include_tax: bool = False
    round_at_subtotal: bool = False
    decimals: int = 2
    rates: tuple[Rate, ...] = ()
    #: Additional tax classes in the order of the settings page.
    classes: tuple[str, ...] = ()
    base: Place = field(default_factory=Place)
    #: A tax class, or "inherit": that of the goods in the order.
    shipping_class: str = "inherit"

    def rates_at(self, place: Place, tax_class: str) -> list[Rate]:
        """Return the rates for goods of a class sold to a place; none where taxes are off."""
        return matching(self.rates, place, tax_class) if self.enabled else []

    def shipping_rates_at(self, place: Place, tax_class: str) -> list[Rate]:
        """Return the rates for sending goods to a place."""
        return for_shipping(self.rates_at(place, tax_class))

    def round_tax(self, amount: Decimal) -> Decimal:
        """Round a tax to the shop's decimals: half down where prices include tax (`WC_TAX_ROUNDING_MODE` auto)."""
        return half_down(amount, self.decimals) if self.prices_include_tax else half_up(amount, self.decimals)

    def round_line_tax(self, amount: Decimal) -> Decimal:
        """Round one line's tax of one rate, unless the shop rounds only the subtotal."""
        return amount if self.round_at_subtotal else self.round_tax(amount)

    def round_net(self, amount: Decimal) -> Decimal:
        """Round one line's net amount for summing, unless the shop rounds only the subtotal."""
        return amount if self.round_at_subtotal else half_up(amount, self.decimals)

    def sum_taxes(self, taxes: Mapping[int, Decimal]) -> Decimal:
        """Add up one line's taxes as the line's tax total."""
        return sum((self.round_line_tax(tax) for tax in taxes.values()), ZERO)

    def inherited_class(self, classes_of_goods: Sequence[str]) -> str | None:
        """Choose the class that taxes shipping: standard before the others; None where no goods are taxable."""
        if self.shipping_class != "inherit":
            return self.shipping_class
        return next((c for c in ("", *self.classes) if c in classes_of_goods), None)


def on_net(amount: Decimal, rates: Sequence[Rate]) -> Taxes:
    """Compute the taxes on top of a net amount."""
    taxes: Taxes = {r.rate_id: amount * r.percent / 100 for r in rates if not r.compound}
    for rate in rates:
        if rate.compound:
            before = amount + sum(taxes.values(), ZERO)
            taxes[rate.rate_id] = before * rate.percent / 100
    return {rate_id: stored(tax) for rate_id, tax in taxes.items()}


def out_of_gross(amount: Decimal, rates: Sequence[Rate]) -> Taxes:
    """Compute the taxes contained in a gross amount; compound rates come off first, last one first."""
    taxes: Taxes = {rate.rate_id: ZERO for rate in rates}
    rest = amount
    for rate in reversed([r for r in rates if r.compound]):
        tax = rest - rest / (1 + rate.percent / 100)
        taxes[rate.rate_id] = tax
        rest -= tax
    plain_rates = [r for r in rates if not r.compound]
    divisor = 1 + sum((r.percent for r in plain_rates), ZERO) / 100
    for rate in plain_rates:
        taxes[rate.rate_id] = rest * (rate.percent / 100) / divisor
    return {rate_id: stored(tax) for rate_id, tax in taxes.items()}


def compute(amount: Decimal, rates: Sequence[Rate], *, inclusive: bool) -> Taxes:
    """Compute the taxes of an amount that does or does not already hold them."""
    return out_of_gross(amount, rates) if inclusive else on_net(amount, rates)


def price_without_base_tax(gross: Decimal, tax_class: str, rules: TaxRules) -> Decimal:
    """Take the tax of the shop's own country out of a catalogue price, whoever buys."""
    if not rules.enabled or not rules.prices_include_tax:
        return gross
    return gross - sum(out_of_gross(gross, rules.rates_at(rules.base, tax_class)).values(), ZERO)
