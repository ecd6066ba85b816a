"""What an order comes to when it is made or changed through REST or by a person in the back office.

The rules are those of `WC_Abstract_Order::calculate_totals`, `calculate_taxes`, `update_taxes` and
`recalculate_coupons` (includes/abstracts/abstract-wc-order.php) and of the order items beside them. Line, shipping
and fee amounts are net, whatever the shop's prices are; all are in the order's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .discounts import CouponRule, DiscountItem, Discounts
from .numbers import ZERO, half_down, half_up, stored
from .rates import Place
from .taxes import Taxes, TaxRules, compute, on_net

NON_TAXABLE = "non-taxable"


@dataclass
class Line:
    """A product line. `subtotal` is net before coupons, `total` net after them."""

    key: int
    quantity: int
    subtotal: Decimal
    total: Decimal
    tax_class: str = ""
    taxable: bool = True
    taxes: Taxes = field(default_factory=dict)
    subtotal_taxes: Taxes = field(default_factory=dict)
    total_tax: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    on_sale: bool = False


@dataclass
class Charge:
    """Shipping or a fee, net. A negative fee is a discount that takes its tax along."""

    total: Decimal
    tax_class: str = ""
    taxable: bool = True
    taxes: Taxes = field(default_factory=dict)
    total_tax: Decimal = ZERO


@dataclass(frozen=True)
class RateTotal:
    """What one rate brings in over the whole order."""

    tax_total: Decimal = ZERO
    shipping_tax_total: Decimal = ZERO


@dataclass(frozen=True)
class OrderTotals:
    """The amounts at the head of an order. `total` is gross."""

    discount_total: Decimal
    discount_tax: Decimal
    shipping_total: Decimal
    shipping_tax: Decimal
    cart_tax: Decimal
    total_tax: Decimal
    total: Decimal
    by_rate: dict[int, RateTotal]


@dataclass(frozen=True)
class CouponGiven:
    """What a coupon took off, net, and the tax that went with it."""

    code: str
    discount: Decimal
    discount_tax: Decimal


@dataclass
class Basket:
    """Everything an order is charged for, and where and how it is taxed."""

    lines: list[Line]
    shipping: list[Charge]
    fees: list[Charge]
    place: Place
    rules: TaxRules
    vat_exempt: bool = False
    #: What lines cost when negative fees share out their tax, where that is not what they cost now: WooCommerce
    #: looks at the order as it was last saved, which is the one before the latest coupon.
    saved_totals: Sequence[Decimal] | None = None

    def calculate(self) -> OrderTotals:
        """Compute every tax anew and add everything up. A negative fee takes at most what there is."""
        self._limit_fees()
        self._tax_everything()
        return self.add_up()

    def add_up(self) -> OrderTotals:
        """Add up what lines, shipping and fees hold, without computing their taxes."""
        rules = self.rules
        by_rate = self._by_rate()
        cart_tax = sum((rate.tax_total for rate in by_rate.values()), ZERO)
        shipping_tax = sum((rate.shipping_tax_total for rate in by_rate.values()), ZERO)
        subtotal = sum((rules.round_net(line.subtotal) for line in self.lines), ZERO)
        net = sum((rules.round_net(line.total) for line in self.lines), ZERO)
        shipping_total = self._shipping_total()
        fees_total = sum((charge.total for charge in self.fees), ZERO)
        discount_tax = sum((_untaxed(line) for line in self.lines), ZERO)
        return OrderTotals(
            discount_total=half_up(subtotal - net, rules.decimals),
            discount_tax=rules.round_tax(discount_tax),
            shipping_total=shipping_total,
            shipping_tax=shipping_tax,
            cart_tax=cart_tax,
            total_tax=half_up(cart_tax + shipping_tax, rules.decimals),
            total=half_up(net + fees_total + shipping_total + cart_tax + shipping_tax, rules.decimals),
            by_rate=by_rate,
        )

    def apply_coupons(self, coupons: Iterable[CouponRule], *, sequential: bool = False) -> list[CouponGiven]:
        """Set each line back to its subtotal and let the coupons take their part, in their order."""
        coupons = list(coupons)
        for line in self.lines:
            line.total, line.total_tax = line.subtotal, line.subtotal_tax
        discounts = Discounts([self._item(line) for line in self.lines], self.rules.decimals, sequential)
        for coupon in coupons:
            discounts.apply(coupon)
        for line in self.lines:
            amount = discounts.of_item(line.key).scaleb(-self.rules.decimals)
            line.total = stored(max(ZERO, line.total - self._net_part(line, amount)))
        return [self._given(coupon.code, discounts) for coupon in coupons]

    def _item(self, line: Line) -> DiscountItem:
        gross = line.subtotal_tax if self.rules.prices_include_tax else ZERO
        return DiscountItem(
            key=line.key,
            quantity=line.quantity,
            cents=(line.subtotal + gross).scaleb(self.rules.decimals),
            product_ids=line.product_ids,
            category_ids=line.category_ids,
            on_sale=line.on_sale,
        )

    def _taxes_in(self, line: Line, amount: Decimal) -> Decimal:
        if not (line.taxable and self.rules.enabled):
            return ZERO
        rates = self.rules.rates_at(self.place, line.tax_class)
        return sum(compute(amount, rates, inclusive=self.rules.prices_include_tax).values(), ZERO)

    def _net_part(self, line: Line, amount: Decimal) -> Decimal:
        return amount - self._taxes_in(line, amount) if self.rules.prices_include_tax else amount

    def _given(self, code: str, discounts: Discounts) -> CouponGiven:
        discount = sum(discounts.by_coupon[code].values(), ZERO).scaleb(-self.rules.decimals)
        tax = ZERO
        for line in self.lines:
            amount = discounts.by_coupon[code].get(line.key, ZERO).scaleb(-self.rules.decimals)
            line_tax = self.rules.round_line_tax(self._taxes_in(line, amount))
            tax += line_tax
            if self.rules.prices_include_tax:
                discount -= line_tax
        return CouponGiven(code, discount, tax)

    def _shipping_total(self) -> Decimal:
        return sum((half_up(charge.total, self.rules.decimals) for charge in self.shipping), ZERO)

    def _limit_fees(self) -> None:
        before = sum((self.rules.round_net(line.total) for line in self.lines), ZERO) + self._shipping_total()
        for fee in self.fees:
            most = -half_up(before, self.rules.decimals)
            if fee.total < most < 0:
                fee.total = most
            before += fee.total

    # -- taxes -------------------------------------------------------------------------------------------------

    def _tax_everything(self) -> None:
        for line in self.lines:
            self._tax_line(line)
        shipping_class = self.rules.inherited_class([line.tax_class for line in self.lines if line.taxable])
        untaxed = self.vat_exempt or shipping_class is None
        rates = [] if untaxed else self.rules.shipping_rates_at(self.place, shipping_class or "")
        for charge in self.shipping:
            charge.taxes = on_net(charge.total, rates) if charge.taxable else {}
            charge.total_tax = self.rules.sum_taxes(charge.taxes)
        for charge in self.fees:
            charge.taxes = {} if self.vat_exempt else self._fee_taxes(charge)
            charge.total_tax = self.rules.sum_taxes(charge.taxes)

    def _tax_line(self, line: Line) -> None:
        rates = self.rules.rates_at(self.place, line.tax_class) if self._is_taxed(line) else []
        line.taxes = on_net(line.total, rates)
        line.subtotal_taxes = on_net(line.subtotal, rates)
        line.total_tax = self.rules.sum_taxes(line.taxes)
        line.subtotal_tax = self.rules.sum_taxes(line.subtotal_taxes)

    def _is_taxed(self, line: Line) -> bool:
        return line.taxable and not self.vat_exempt

    def _fee_taxes(self, fee: Charge) -> Taxes:
        if fee.total >= 0:
            return on_net(fee.total, self.rules.rates_at(self.place, fee.tax_class)) if fee.taxable else {}
        costs = self._costs_by_class()
        whole = sum(costs.values(), ZERO)
        taxes: Taxes = {}
        for tax_class, cost in costs.items():
            if tax_class == NON_TAXABLE or not whole:
                continue
            part = on_net(fee.total * cost / whole, self.rules.rates_at(self.place, tax_class))
            for rate_id, tax in part.items():
                taxes[rate_id] = taxes.get(rate_id, ZERO) + tax
        return taxes

    def _costs_by_class(self) -> dict[str, Decimal]:
        """Return what is charged by tax class: a negative fee takes its tax from the classes in proportion."""
        costs: dict[str, Decimal] = {}
        shipping_class = self.rules.shipping_class
        if shipping_class == "inherit":
            shipping_class = next((line.tax_class for line in self.lines if line.taxable), "")
        totals = self.saved_totals or [line.total for line in self.lines]
        charged: list[tuple[Decimal, str, bool]] = [
            *((cost, line.tax_class, line.taxable) for cost, line in zip(totals, self.lines, strict=True)),
            *((fee.total, fee.tax_class, fee.taxable) for fee in self.fees),
            *((charge.total, shipping_class, charge.taxable) for charge in self.shipping),
        ]
        for total, tax_class, taxable in charged:
            if total >= 0:
                key = tax_class if taxable else NON_TAXABLE
                costs[key] = costs.get(key, ZERO) + total
        return costs

    def _by_rate(self) -> dict[int, RateTotal]:
        goods: Taxes = {}
        for taxes in [*(line.taxes for line in self.lines), *(fee.taxes for fee in self.fees)]:
            for rate_id, tax in taxes.items():
                goods[rate_id] = goods.get(rate_id, ZERO) + self.rules.round_line_tax(tax)
        shipping: Taxes = {}
        for charge in self.shipping:
            for rate_id, tax in charge.taxes.items():
                shipping[rate_id] = shipping.get(rate_id, ZERO) + self.rules.round_line_tax(tax)
        ids = list(dict.fromkeys([*goods, *shipping]))
        return {i: RateTotal(goods.get(i, ZERO), shipping.get(i, ZERO)) for i in ids}


def _untaxed(line: Line) -> Decimal:
    return sum(line.subtotal_taxes.values(), ZERO) - sum(line.taxes.values(), ZERO)


def round_discount(amount: Decimal, decimals: int) -> Decimal:
    """Round a coupon's discount as the cart does (`WC_DISCOUNT_ROUNDING_MODE`: half down)."""
    return half_down(amount, decimals)


def order_of_coupons(coupons: Sequence[CouponRule]) -> list[CouponRule]:
    """Sort coupons as the cart applies them: per product, percentages, then amounts off the cart."""
    rank = {"fixed_product": 1, "percent": 2, "fixed_cart": 3}
    return sorted(coupons, key=lambda c: (rank.get(c.kind, 0), c.limit_to_items, c.amount))
