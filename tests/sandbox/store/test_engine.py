"""The shop's arithmetic by itself: what must hold for any amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.sandbox.store.engine.discounts import CouponRule, DiscountItem, Discounts
from woodoo.sandbox.store.engine.numbers import half_down, half_up, loose, plain, shown
from woodoo.sandbox.store.engine.order_totals import Basket, Charge, Line
from woodoo.sandbox.store.engine.rates import Place, Rate, matching
from woodoo.sandbox.store.engine.taxes import TaxRules, on_net, out_of_gross

CENT = Decimal("0.01")
amounts = st.decimals(min_value=0, max_value=5000, places=2)
percents = st.decimals(min_value=0, max_value=60, places=4)


@given(amounts, percents, percents)
def test_taxes_taken_out_of_a_gross_amount_come_back_on_its_net(gross: Decimal, one: Decimal, two: Decimal) -> None:
    rates = [Rate(1, one), Rate(2, two, priority=2, compound=True)]
    taken = out_of_gross(gross, rates)
    net = gross - sum(taken.values())
    assert abs(sum(on_net(net, rates).values()) - sum(taken.values())) < Decimal("0.00001")


items = st.lists(st.tuples(amounts, st.integers(min_value=1, max_value=9)), min_size=1, max_size=6)


def _discounts(rows: list[tuple[Decimal, int]], kind: str, amount: Decimal) -> tuple[Discounts, Decimal]:
    goods = [DiscountItem(key, quantity, price * quantity * 100) for key, (price, quantity) in enumerate(rows)]
    discounts = Discounts(goods)
    discounts.apply(CouponRule("c", kind, amount))
    return discounts, sum((item.cents for item in goods), Decimal(0))


@given(items, st.decimals(min_value="0.01", max_value=300, places=2))
def test_an_amount_off_the_cart_is_given_to_the_cent(rows: list[tuple[Decimal, int]], amount: Decimal) -> None:
    discounts, goods = _discounts(rows, "fixed_cart", amount)
    assert sum(discounts.by_coupon["c"].values()) == min(goods, amount * 100)


@given(items, st.integers(min_value=1, max_value=100))
def test_a_percentage_is_never_more_than_the_lines_and_exact_in_sum(
    rows: list[tuple[Decimal, int]], percent: int
) -> None:
    discounts, goods = _discounts(rows, "percent", Decimal(percent))
    given = discounts.by_coupon["c"]
    assert sum(given.values()) == half_down(goods * percent / 100)
    assert all(0 <= given[item.key] <= item.cents for item in discounts.items)


@given(items, st.sampled_from([True, False]), st.sampled_from([True, False]), percents, amounts)
def test_the_parts_of_an_order_add_up(
    rows: list[tuple[Decimal, int]], inclusive: bool, at_subtotal: bool, percent: Decimal, shipping: Decimal
) -> None:
    rules = TaxRules(
        prices_include_tax=inclusive, round_at_subtotal=at_subtotal, rates=(Rate(1, percent, country="ES"),)
    )
    lines = [Line(key, quantity, price * quantity, price * quantity) for key, (price, quantity) in enumerate(rows)]
    totals = Basket(lines, [Charge(shipping)], [], Place("ES"), rules).calculate()
    parts = sum((line.total for line in lines), shipping) + totals.cart_tax + totals.shipping_tax
    assert totals.total == half_up(parts, 2)
    assert totals.total_tax == half_up(
        sum((rate.tax_total + rate.shipping_tax_total for rate in totals.by_rate.values()), Decimal(0)), 2
    )
    assert (totals.discount_total, totals.discount_tax) == (0, 0)


@pytest.mark.parametrize(
    ("rates", "place", "ids"),
    [
        ([Rate(1, Decimal(1), country="ES"), Rate(2, Decimal(2))], Place("ES"), [1]),
        ([Rate(1, Decimal(1), country="ES"), Rate(2, Decimal(2))], Place("FR"), [2]),
        ([Rate(1, Decimal(1), country="US", state="CA"), Rate(2, Decimal(2), country="US")], Place("US", "CA"), [1]),
        ([Rate(1, Decimal(1), priority=2), Rate(2, Decimal(2))], Place("US"), [2, 1]),
        ([Rate(1, Decimal(1), tax_class="zero-rate")], Place("US"), []),
        ([Rate(1, Decimal(1))], Place(""), []),
        ([Rate(1, Decimal(1), postcodes=("SW1A 1AA",))], Place("GB", postcode="sw1a1aa"), [1]),
        ([Rate(1, Decimal(1)), Rate(2, Decimal(2), postcodes=("35*",))], Place("ES", postcode="35001"), [2]),
    ],
)
def test_which_rates_apply(rates: list[Rate], place: Place, ids: list[int]) -> None:
    assert [rate.rate_id for rate in matching(rates, place, "")] == ids


@pytest.mark.parametrize(
    ("value", "amount"),
    [("1,50", "150"), ("12.50", "12.5"), ("", "0"), (None, "0"), ("-5.00", "-5"), ("abc", "0"), (3, "3"), (0.1, "0.1")],
)
def test_amounts_are_read_forgivingly(value: object, amount: str) -> None:
    assert plain(loose(value)) == amount


def test_no_amount_is_minus_nothing() -> None:
    assert (shown(Decimal("-0.001"), 2), plain(Decimal("-0"))) == ("0.00", "0")
