"""What a product costs in the store: rules of pricelists, taxes, sales and their days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.domain.errors import ConfigError, DataError
from woodoo.domain.money import round_money
from woodoo.domain.product import Prices
from woodoo.mapping.prices.price_tax import ProductTaxes, store_price
from woodoo.mapping.prices.pricelist import Base, Book, Formula, Goods, Pricelist, Rule
from woodoo.mapping.prices.store_prices import PricePolicy, offer
from woodoo.mapping.rules import Tax

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MUG = Goods(7, 70, frozenset({3, 1}), Decimal("20"), "EUR", Decimal("8"), "EUR")
NONE = ProductTaxes()
EXCLUDED = ProductTaxes((Tax(1, "VAT 21%", Decimal(21)),))
INCLUDED = ProductTaxes((Tax(2, "VAT 21% incl", Decimal(21), included=True),))


def book(*rules: Rule, currency: str = "EUR", **more: Any) -> Book:
    return Book({5: Pricelist(5, "Web", currency, rules)}, **more)


def price(*rules: Rule, goods: Goods = MUG) -> Decimal:
    return book(*rules).ask(5, goods, NOW).price


def fixed(amount: str, odoo_id: int = 1, **more: Any) -> Rule:
    return Rule(odoo_id, fixed_price=Decimal(amount), **more)


def formula(base: Base = Base.LIST_PRICE, **parts: str) -> Rule:
    return Rule(1, computed="formula", base=base, formula=Formula(**{k: Decimal(v) for k, v in parts.items()}))


# Rules


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (fixed("1"), True),
        (fixed("1", template_id=70), True),
        (fixed("1", template_id=71), False),
        (fixed("1", template_id=70, product_id=7), True),
        (fixed("1", template_id=70, product_id=8), False),
        (fixed("1", category_id=1), True),
        (fixed("1", category_id=2), False),
        (fixed("1", min_quantity=Decimal(1)), True),
        (fixed("1", min_quantity=Decimal(2)), False),
        (fixed("1", start=NOW, end=NOW), True),
        (fixed("1", start=NOW + DAY), False),
        (fixed("1", end=NOW - DAY), False),
    ],
)
def test_a_rule_counts_for_its_product_its_quantity_and_its_days(rule: Rule, fits: bool) -> None:
    assert price(rule) == (1 if fits else 20)


def test_the_first_rule_in_the_order_of_odoo_counts() -> None:
    assert price(fixed("3"), fixed("2", 2)) == 3


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (Rule(1, computed="percentage", percent=Decimal("12.5")), "17.5"),
        (Rule(1, computed="percentage", percent=Decimal("-5")), "21"),
        (formula(discount="10"), "18"),
        (formula(Base.COST, discount="-50"), "12"),
        (formula(discount="7", round_to="0.5"), "18.5"),
        (formula(discount="7", round_to="10", surcharge="-0.01"), "19.99"),
        (formula(discount="50", min_margin="-2"), "18"),
        (formula(surcharge="9", max_margin="4"), "24"),
    ],
)
def test_percentages_and_formulas(rule: Rule, wanted: str) -> None:
    assert price(rule) == Decimal(wanted)


def test_a_pricelist_may_stand_on_another() -> None:
    both = Book(
        {
            5: Pricelist(5, "Web", "EUR", (Rule(1, computed="percentage", percent=Decimal(10), base=Base.PRICELIST,
                                                base_pricelist_id=6),)),
            6: Pricelist(6, "Shop", "EUR", (fixed("30", 2),)),
        }
    )  # fmt: skip
    assert both.ask(5, MUG, NOW).price == 27


def test_pricelists_in_a_circle_are_told() -> None:
    circle = Rule(1, computed="percentage", base=Base.PRICELIST, base_pricelist_id=5)
    with pytest.raises(ConfigError, match="'Web' of Odoo stands on itself"):
        price(circle)


@pytest.mark.parametrize(("first", "wanted"), [(True, "41"), (False, "42")])
def test_a_formula_is_converted_after_its_base_or_as_a_whole(first: bool, wanted: str) -> None:
    dollars = book(formula(surcharge="1"), currency="USD", rates={"EUR": Decimal(1), "USD": Decimal(2)},
                   converts_first=first)  # fmt: skip
    assert dollars.ask(5, MUG, NOW).price == Decimal(wanted)


def test_a_currency_without_a_rate_is_told() -> None:
    with pytest.raises(ConfigError, match="no exchange rate of USD"):
        book(currency="USD", rates={"EUR": Decimal(1)}).ask(5, MUG, NOW)


# Taxes


@pytest.mark.parametrize(
    ("amount", "taxes", "with_tax", "wanted"),
    [
        ("9.99", EXCLUDED, False, "9.99"),
        ("12.10", INCLUDED, True, "12.10"),
        ("9.99", EXCLUDED, True, "12.09"),
        ("12.10", INCLUDED, False, "10.00"),
        ("10.00", INCLUDED, False, "8.264"),
        ("9.995", NONE, True, "10.00"),
        ("0.00", INCLUDED, False, "0"),
    ],
)
def test_a_price_has_the_tax_the_store_wants(amount: str, taxes: ProductTaxes, with_tax: bool, wanted: str) -> None:
    found = store_price(Decimal(amount), taxes, with_tax=with_tax, digits=2)
    assert found == Decimal(wanted)


@given(
    cents=st.integers(1, 10_000_000),
    percent=st.sampled_from(["21", "20", "19", "10", "5.5", "9.975", "8.875", "0"]),
)
def test_a_price_less_its_tax_gives_the_same_price_again(cents: int, percent: str) -> None:
    gross, rate = Decimal(cents) / 100, Decimal(percent)
    taxes = ProductTaxes((Tax(1, "VAT", rate, included=True),))
    net = store_price(gross, taxes, with_tax=False, digits=2)
    assert round_money(net * (1 + rate / 100), 2) == gross


def test_a_tax_that_is_no_percentage_is_refused() -> None:
    with pytest.raises(DataError, match="its sales tax 'Eco' is a fixed amount per piece"):
        store_price(Decimal(1), ProductTaxes(other="'Eco' is a fixed amount per piece"), with_tax=True, digits=2,
                    record="Product Mug")  # fmt: skip


# Regular and sale price


def asked(*rules: Rule, regular: int | None = 5, sale: int | None = 5, goods: Goods = MUG, **more: Any) -> Prices:
    policy = PricePolicy(regular, sale, "EUR", **more)
    return offer(goods, NONE, book(*rules), policy, NOW, record="Product Mug").prices


def test_without_a_choice_the_price_of_the_product_goes() -> None:
    assert asked(regular=None, sale=None) == Prices(Decimal(20))


def test_of_one_pricelist_rules_that_end_are_sales_with_their_days() -> None:
    sale = fixed("15", start=NOW + DAY, end=NOW + 2 * DAY)
    assert asked(sale, fixed("18", 2)) == Prices(Decimal(18), Decimal(15), NOW + DAY, NOW + 2 * DAY)


def test_a_sale_that_has_begun_has_no_first_day_any_more_for_the_store_takes_it_away_itself() -> None:
    for start in (NOW - DAY, NOW):
        assert asked(fixed("15", start=start, end=NOW + DAY)) == Prices(Decimal(20), Decimal(15), None, NOW + DAY)


def test_a_rule_that_only_begins_is_the_new_regular_price() -> None:
    assert asked(fixed("18", start=NOW - DAY)) == Prices(Decimal(18))


def test_the_next_sale_goes_in_advance_and_the_present_one_before_it() -> None:
    later = fixed("14", 3, start=NOW + 9 * DAY, end=NOW + 12 * DAY)
    sooner = fixed("15", 2, start=NOW + 5 * DAY, end=NOW + 6 * DAY)
    now = fixed("16", 1, end=NOW + DAY)
    assert asked(later, sooner).sale == 15
    assert asked(later, sooner, now).sale == 16


def test_a_sale_that_is_over_takes_its_price_away() -> None:
    assert asked(fixed("15", end=NOW - DAY)) == Prices(Decimal(20))


def test_another_pricelist_gives_the_sale_price_and_none_where_it_has_no_rule() -> None:
    both = Book({5: Pricelist(5, "Web", "EUR"), 6: Pricelist(6, "Sale", "EUR", (fixed("12", template_id=70),))})
    policy = PricePolicy(5, 6, "EUR")
    found = offer(MUG, NONE, both, policy, NOW, record="Product Mug").prices
    assert found == Prices(Decimal(20), Decimal(12))
    other = Goods(8, 71, frozenset(), Decimal(9), "EUR")
    assert offer(other, NONE, both, policy, NOW, record="Product Cup").prices == Prices(Decimal(9))


def test_a_sale_above_the_regular_price_is_left_out_and_told() -> None:
    found = offer(MUG, NONE, book(fixed("25", end=NOW + DAY)), PricePolicy(5, 5, "EUR"), NOW, record="Product Mug")
    assert found.prices == Prices(Decimal(20))
    assert "above the regular price 20.00" in found.notes[0]


@pytest.mark.parametrize(("amount", "words"), [("0", "is 0, and the store would give it away"), ("-3", "is negative")])
def test_prices_no_store_should_have_are_refused(amount: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        asked(fixed(amount))


def test_a_price_of_nothing_goes_where_it_is_allowed() -> None:
    assert asked(fixed("0"), free=True) == Prices(Decimal(0))


def test_prices_in_another_currency_are_a_matter_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="'Web' is in EUR and the store's prices are in USD"):
        offer(MUG, NONE, book(), PricePolicy(5, None, "USD"), NOW, record="Product Mug")


def test_prices_have_the_decimals_of_the_store_rounded_half_up() -> None:
    assert asked(fixed("17.5"), digits=0, sale=None) == Prices(Decimal(18))
