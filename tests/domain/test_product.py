"""What counts as the same product on both sides."""

from __future__ import annotations

from decimal import Decimal

import pytest

from woodoo.domain.ownership import Group
from woodoo.domain.product import Attribute, Category, Prices, Product, Variant, number_text, values_of
from woodoo.domain.text import same_name


@pytest.mark.parametrize(
    "name", ["Café  Crème", "CAFÉ CRÈME", "cafe creme", "Caf&eacute; Cr&egrave;me", " café crème ", "Cafe\u0301 creme"]
)
def test_two_spellings_of_a_name_are_one_name(name: str) -> None:
    assert same_name(name) == same_name("Café Crème")


def test_names_that_differ_by_more_than_spelling_are_two() -> None:
    assert len({same_name(name) for name in ("Red", "Red 2", "Rouge", "R & D", "R D")}) == 5


def test_numbers_compare_by_their_value() -> None:
    assert [number_text(Decimal(one)) for one in ("1.50", "10", "0.000", "1E+2")] == ["1.5", "10", "0", "100"]
    assert number_text(None) == ""


def test_a_product_is_equal_whatever_the_order_of_its_options_and_the_spelling_of_its_categories() -> None:
    one = Product(
        "Mug &amp; cup", attributes=(Attribute("Size", ("S", "M")),), categories=(Category(("Café", "Cups")),)
    )
    other = Product("Mug & cup", attributes=(Attribute("size", ("m", "s")),), categories=(Category(("CAFE", "cups")),))
    for group in Group:
        assert values_of(one, group) == values_of(other, group)


def test_another_price_is_another_price_and_only_that() -> None:
    one, other = Product("Mug", prices=Prices(Decimal("9.90"))), Product("Mug", prices=Prices(Decimal("9.95")))
    assert [group for group in Group if values_of(one, group) != values_of(other, group)] == [Group.PRICES]


def test_a_variant_is_found_again_by_its_options() -> None:
    assert Variant((("Colour", "Red"), ("Size", "S"))).key == Variant((("size", "s"), ("COLOUR", "red"))).key
    assert Variant((("Colour", "Red"),)).key != Variant((("Colour", "Blue"),)).key
