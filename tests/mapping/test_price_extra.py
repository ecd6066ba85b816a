"""What values add to a price: exactly what the store asks for wherever a sum can give it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.mapping.products_in.price_extra import Split, split_prices

Prices = dict[frozenset[str], Decimal]


def prices(**given: str) -> Prices:
    """Return prices by variants, whose values are joined by underscores: red_S="10"."""
    return {frozenset(name.split("_")): Decimal(price) for name, price in given.items()}


def sums(split: Split[str], variants: Prices) -> Prices:
    return {one: split.base + sum((split.extras[value] for value in one), Decimal(0)) for one in variants}


def test_values_of_one_attribute_can_cost_anything():
    given_prices = prices(S="10", M="14", L="9.99")
    split = split_prices(given_prices)
    assert split.base == Decimal("9.99")
    assert split.extras == {"S": Decimal("0.01"), "M": Decimal("4.01"), "L": 0}
    assert split.off == {}


def test_the_cheapest_variant_is_the_price_and_values_add_to_it():
    split = split_prices(prices(red_S="10", red_L="12", blue_S="11", blue_L="13"))
    assert (split.base, split.extras) == (10, {"red": 0, "S": 0, "L": 2, "blue": 1})


def test_what_no_sum_can_give_is_named_with_what_the_sum_comes_to():
    split = split_prices(prices(red_S="10", red_L="12", blue_S="11", blue_L="14"))
    assert split.off == {frozenset({"blue", "L"}): Decimal(13)}


@pytest.mark.parametrize("given_prices", [{}, prices(S="0"), prices(red_S="5", blue_L="9")])
def test_few_variants_are_no_trouble(given_prices: Prices):
    split = split_prices(given_prices)
    assert sums(split, given_prices) == given_prices
    assert split.off == {}


@given(st.data())
def test_any_prices_made_by_adding_come_out_to_the_cent(data: st.DataObject):
    cents = st.decimals(0, 100, places=2)
    extras = {f"{name}{n}": data.draw(cents) for name in "abc" for n in range(3)}
    every = [frozenset({f"a{i}", f"b{j}", f"c{k}"}) for i in range(3) for j in range(3) for k in range(3)]
    some = data.draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    wanted = {one: 20 + sum((extras[value] for value in one), Decimal(0)) for one in some}
    split = split_prices(wanted)
    assert split.off == {}
    assert sums(split, wanted) == wanted


@given(
    st.dictionaries(st.sampled_from([frozenset({a, b}) for a in "xyz" for b in "STU"]), st.decimals(0, 99, places=2))
)
def test_whatever_is_off_is_told_and_nothing_else(wanted: Prices):
    split = split_prices(wanted)
    found = sums(split, wanted)
    assert {one for one in wanted if found[one] != wanted[one]} == split.off.keys()
