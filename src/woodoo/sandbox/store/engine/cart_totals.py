"""What a cart comes to at the storefront, where an order is made by a buyer instead of through REST.

The rules are those of `WC_Cart_Totals` (includes/class-wc-cart-totals.php), which counts in cents and can therefore
differ by a cent from an order recalculated in the back office. Prices are the catalogue's; results are net plus tax
in the shop's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .discounts import CouponRule, DiscountItem, Discounts
from .numbers import ZERO, half_up, stored_double
from .order_totals import CouponGiven, OrderTotals, RateTotal, order_of_coupons, round_discount
from .rates import Place, Rate
from .taxes import Taxes, TaxRules, compute, on_net, out_of_gross


@dataclass
class CartLine:
    """Something in the cart. `price` is the catalogue's price of one piece, gross where prices include tax."""

    key: int
    quantity: int
    price: Decimal
    tax_class: str = ""
    taxable: bool = True
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    on_sale: bool = False
    subtotal: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    subtotal_taxes: Taxes = field(default_factory=dict)
    taxes: Taxes = field(default_factory=dict)
    cents: Decimal = ZERO


@dataclass
class CartShipping:
    """The way of shipping the buyer chose, net."""

    total: Decimal
    taxable: bool = True
    taxes: Taxes = field(default_factory=dict)
    total_tax: Decimal = ZERO


@dataclass
class Cart:
    """A buyer's cart at checkout."""

    lines: list[CartLine]
    shipping: list[CartShipping]
    place: Place
    rules: TaxRules
    coupons: Sequence[CouponRule] = ()
    sequential: bool = False
    given: list[CouponGiven] = field(default_factory=list)

    def calculate(self) -> OrderTotals:
        """Compute subtotals, discounts, taxes and the total, filling in lines, shipping and `given`."""
        for line in self.lines:
            self._subtotal(line)
        discounts = self._discount()
        for line in self.lines:
            self._total(line, line.cents - discounts.of_item(line.key))
        self._ship()
        return self._add_up(discounts)

    # Everything below counts in cents until it is stored on a line.

    def _up(self, amount: Decimal) -> Decimal:
        return amount.scaleb(self.rules.decimals)

    def _down(self, cents: Decimal) -> Decimal:
        return stored_double(cents.scaleb(-self.rules.decimals))

    def _rates(self, line: CartLine) -> list[Rate]:
        return self.rules.rates_at(self.place, line.tax_class) if line.taxable else []

    def _round_cents(self, cents: Decimal) -> Decimal:
        """Round a tax counted in cents."""
        return self._up(self.rules.round_line_tax(cents.scaleb(-self.rules.decimals)))

    def _subtotal(self, line: CartLine) -> None:
        rates = self._rates(line)
        line.cents = self._up(line.price * line.quantity)
        if self.rules.prices_include_tax and line.taxable:
            base = self.rules.rates_at(self.rules.base, line.tax_class)
            if [r.rate_id for r in base] != [r.rate_id for r in rates]:
                net = line.cents - sum(out_of_gross(line.cents, base).values(), ZERO)
                line.cents = net + sum(on_net(net, rates).values(), ZERO)
        taxes = compute(line.cents, rates, inclusive=self.rules.prices_include_tax)
        net = line.cents - (sum(taxes.values(), ZERO) if self.rules.prices_include_tax else ZERO)
        line.subtotal = self._down(net)
        line.subtotal_taxes = {rate_id: self._down(tax) for rate_id, tax in taxes.items()}
        line.subtotal_tax = self._down(sum((self._round_cents(tax) for tax in taxes.values()), ZERO))

    def _discount(self) -> Discounts:
        items = [
            DiscountItem(line.key, line.quantity, line.cents, line.product_ids, line.category_ids, line.on_sale)
            for line in self.lines
        ]
        discounts = Discounts(items, self.rules.decimals, self.sequential)
        for coupon in order_of_coupons(self.coupons):
            discounts.apply(coupon)
        return discounts

    def _total(self, line: CartLine, cents: Decimal) -> None:
        taxes = compute(cents, self._rates(line), inclusive=self.rules.prices_include_tax)
        net = cents - (sum(taxes.values(), ZERO) if self.rules.prices_include_tax else ZERO)
        line.total = self._down(net)
        line.taxes = {rate_id: self._down(tax) for rate_id, tax in taxes.items()}
        line.total_tax = self._down(sum((self._round_cents(tax) for tax in taxes.values()), ZERO))

    def _ship(self) -> None:
        tax_class = self.rules.inherited_class([line.tax_class for line in self.lines if line.taxable])
        for way in self.shipping:
            rates = self.rules.shipping_rates_at(self.place, tax_class) if tax_class is not None else []
            way.taxes = on_net(way.total, rates) if way.taxable else {}
            way.total_tax = self.rules.sum_taxes(way.taxes)

    def _discount_tax(self, line: CartLine, cents: Decimal) -> Decimal:
        taxes = compute(cents, self._rates(line), inclusive=self.rules.prices_include_tax)
        return sum(taxes.values(), ZERO)

    def _coupon(self, code: str, discounts: Discounts) -> tuple[Decimal, Decimal]:
        """Return what a coupon took, net, and the tax that went with it, unrounded, in the shop's currency."""
        given = discounts.by_coupon[code]
        tax = sum((self._discount_tax(line, given.get(line.key, ZERO)) for line in self.lines), ZERO)
        amount = sum(given.values(), ZERO) - (tax if self.rules.prices_include_tax else ZERO)
        return self._down(amount), self._down(tax)

    def _add_up(self, discounts: Discounts) -> OrderTotals:
        rules = self.rules
        by_coupon = {code: self._coupon(code, discounts) for code in discounts.by_coupon}
        self.given = [
            CouponGiven(code, round_discount(net, rules.decimals), round_discount(tax, rules.decimals))
            for code, (net, tax) in by_coupon.items()
        ]
        by_rate = self._by_rate()
        cart_tax = sum((rate.tax_total for rate in by_rate.values()), ZERO)
        shipping_tax = sum((rate.shipping_tax_total for rate in by_rate.values()), ZERO)
        shipping_total = sum((way.total for way in self.shipping), ZERO)
        # The order that is made of the cart adds its discount up from its own rounded lines.
        subtotal = sum((rules.round_net(line.subtotal) for line in self.lines), ZERO)
        net = sum((rules.round_net(line.total) for line in self.lines), ZERO)
        discount_tax = sum((_untaxed(line) for line in self.lines), ZERO)
        return OrderTotals(
            discount_total=half_up(subtotal - net, rules.decimals),
            discount_tax=rules.round_tax(discount_tax),
            shipping_total=shipping_total,
            shipping_tax=shipping_tax,
            cart_tax=cart_tax,
            total_tax=half_up(cart_tax + shipping_tax, rules.decimals),
            total=half_up(net + shipping_total + cart_tax + shipping_tax, rules.decimals),
            by_rate=by_rate,
        )

    def _by_rate(self) -> dict[int, RateTotal]:
        goods: Taxes = {}
        for line in self.lines:
            for rate_id, tax in line.taxes.items():
                goods[rate_id] = goods.get(rate_id, ZERO) + self.rules.round_line_tax(tax)
        shipping: Taxes = {}
        for way in self.shipping:
            for rate_id, tax in way.taxes.items():
                shipping[rate_id] = shipping.get(rate_id, ZERO) + self.rules.round_line_tax(tax)
        ids = list(dict.fromkeys([*goods, *shipping]))
        return {i: RateTotal(goods.get(i, ZERO), shipping.get(i, ZERO)) for i in ids}


def _untaxed(line: CartLine) -> Decimal:
    return sum(line.subtotal_taxes.values(), ZERO) - sum(line.taxes.values(), ZERO)
