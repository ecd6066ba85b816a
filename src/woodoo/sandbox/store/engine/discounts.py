"""How coupons take money off lines: cent by cent, so that the parts add up to the whole.

The rules are those of `WC_Discounts` in WooCommerce's includes/class-wc-discounts.php. Amounts here are in the
shop's smallest unit (cents) and may have a fraction where a line's price has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .numbers import ZERO, floor, half_down, half_up


@dataclass(frozen=True)
class DiscountItem:
    """A line that coupons may take from. `cents` is the price of the whole line as the buyer sees it."""

    key: int
    quantity: int
    cents: Decimal
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    on_sale: bool = False


@dataclass(frozen=True)
class CouponRule:
    """What a coupon gives. `amount` is a percentage for `percent`, else in the shop's currency."""

    code: str
    #: percent, fixed_cart or fixed_product.
    kind: str
    amount: Decimal
    product_ids: frozenset[int] = frozenset()
    excluded_product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    excluded_category_ids: frozenset[int] = frozenset()
    exclude_sale_items: bool = False
    limit_to_items: int = 0

    def fits(self, item: DiscountItem) -> bool:
        """Say whether the coupon takes from this line. A cart coupon takes from every line."""
        if self.kind == "fixed_cart":
            return True
        restricted = bool(self.product_ids or self.category_ids)
        wanted = bool(self.product_ids & item.product_ids or self.category_ids & item.category_ids)
        barred = (
            self.excluded_product_ids & item.product_ids
            or self.excluded_category_ids & item.category_ids
            or (self.exclude_sale_items and item.on_sale)
        )
        return (wanted or not restricted) and not barred


def _unit_price(item: DiscountItem) -> Decimal:
    return item.cents / item.quantity if item.quantity else item.cents


@dataclass
class Discounts:
    """The discounts given so far, by coupon and line, in cents."""

    items: Sequence[DiscountItem]
    decimals: int = 2
    #: Percentages count from the price already reduced by earlier coupons (a shop setting).
    sequential: bool = False
    by_coupon: dict[str, dict[int, Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items = sorted(self.items, key=_unit_price, reverse=True)

    def of_item(self, key: int) -> Decimal:
        """Return what all coupons together take from a line."""
        return sum((given.get(key, ZERO) for given in self.by_coupon.values()), ZERO)

    def apply(self, coupon: CouponRule) -> None:
        """Let a coupon take its part of what is left."""
        given = self.by_coupon.setdefault(coupon.code, {item.key: ZERO for item in self.items})
        items = [i for i in self.items if self._left(i) != 0 and i.quantity > 0 and coupon.fits(i)]
        if coupon.kind == "percent":
            self._percent(coupon, items, given)
        elif coupon.kind == "fixed_product":
            self._fixed_product(coupon, items, given, self._cents(coupon.amount))
        elif coupon.kind == "fixed_cart":
            self._fixed_cart(coupon, items, given, self._cents(coupon.amount))

    def _cents(self, amount: Decimal) -> Decimal:
        return amount.scaleb(self.decimals)

    def _left(self, item: DiscountItem) -> Decimal:
        return abs(half_up(item.cents - self.of_item(item.key)))

    def _percent(self, coupon: CouponRule, items: Iterable[DiscountItem], given: dict[int, Decimal]) -> None:
        items = list(items)
        base = total = ZERO
        used = 0
        for item in items:
            left = self._left(item)
            price = left if self.sequential else half_up(item.cents)
            quantity = item.quantity
            if coupon.limit_to_items:
                quantity = max(0, min(quantity, coupon.limit_to_items - used))
            price = price * quantity / item.quantity
            discount = min(left, floor(price * coupon.amount / 100))
            base += price
            total += discount
            used += quantity
            given[item.key] += discount
        wanted = half_down(base * coupon.amount / 100)
        if total < wanted:
            self._remainder(items, given, wanted - total)

    def _fixed_product(
        self, coupon: CouponRule, items: Iterable[DiscountItem], given: dict[int, Decimal], cents: Decimal
    ) -> Decimal:
        total = ZERO
        used = 0
        for item in items:
            quantity, each = item.quantity, cents
            if coupon.limit_to_items:
                quantity = max(0, min(quantity, coupon.limit_to_items - used))
                each = min(cents, item.cents / item.quantity)
            discount = min(self._left(item), each * quantity)
            total += discount
            used += quantity
            given[item.key] += discount
        return total

    def _fixed_cart(
        self, coupon: CouponRule, items: Sequence[DiscountItem], given: dict[int, Decimal], cents: Decimal
    ) -> Decimal:
        items = [item for item in items if self._left(item) > 0]
        pieces = sum(item.quantity for item in items)
        if not pieces or not cents:
            return ZERO
        each = floor(cents / pieces)
        if each <= 0:
            return self._remainder(items, given, cents)
        total = self._fixed_product(coupon, items, given, each)
        if 0 < total < cents:
            total += self._fixed_cart(coupon, items, given, cents - total)
        return total

    def _remainder(self, items: Iterable[DiscountItem], given: dict[int, Decimal], cents: Decimal) -> Decimal:
        total = ZERO
        for item in items:
            for _ in range(item.quantity):
                discount = min(self._left(item), Decimal(1))
                given[item.key] += discount
                total += discount
                if total >= cents:
                    return total
        return total
