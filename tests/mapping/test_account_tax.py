"""Which Odoo tax each rate of an order means, and what is said where that is not clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.mapping.orders import MADRID, NEW, OLD, make_line, make_order, make_rate, make_rules, make_shipping
from tests.odoo.shop import recorded_orders
from woodoo.domain.customer import Address
from woodoo.domain.errors import ConfigError
from woodoo.domain.order import FeeLine, LineTax, Order, TaxRate
from woodoo.mapping.amounts.pricing import Terms, price_lines
from woodoo.mapping.amounts.totals import order_targets
from woodoo.mapping.rules import Precision, Rules, Tax
from woodoo.mapping.taxes.account_tax import UNTAXED, map_taxes, rate_classes

RECORDED = recorded_orders()
T = SimpleNamespace(
    goods=Tax(5, "VAT 21 % S", Decimal(21)),
    services=Tax(6, "VAT 21 % service", Decimal(21)),
    inclusive=Tax(7, "VAT 21 % incl", Decimal(21), included=True),
    reduced=Tax(8, "VAT 10 %", Decimal(10)),
    reduced_inclusive=Tax(9, "VAT 10 % incl", Decimal(10), included=True),
    export=Tax(20, "Export 0 %", Decimal(0)),
    exempt=Tax(21, "Reverse charge 0 %", Decimal(0)),
)


def rules(**changes: object) -> Rules:
    return make_rules(**({"taxes": {}} | changes))


def taxed_order(tax_class: str = "", country: str = "ES", **changes: object) -> Order:
    """10.00 and 2.10 of 21 %."""
    line = replace(make_line("10.00", tax="2.10"), tax_class=tax_class)
    rate = replace(make_rate("2.10"), country=country)
    return replace(make_order(line, total="12.10", tax_rates=(rate,)), **changes)  # type: ignore[arg-type]


def two_rates(order_of: str = "21 10", **changes: object) -> Order:
    """Two lines, of 21 % and of 10 %."""
    lines = (make_line("10.00", tax="2.10"), make_line("10.00", tax="1.00", rate_id="2"))
    rates = (make_rate("2.10"), make_rate("1.00", percent="10", rate_id="2"))
    return replace(make_order(*lines, total="23.10", tax_rates=rates), **changes)  # type: ignore[arg-type]


def mapped(order: Order, by: Rules) -> Mapping[str, Tax]:
    return map_taxes(order, order_targets(order), by)[1]


def refused(order: Order, by: Rules) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        mapped(order, by)
    assert caught.value.record == "Order #1054"
    return caught.value


# The table


def test_the_rate_s_own_mapping_counts_before_any_rule() -> None:
    by = rules(taxes={"1": T.goods}, tax_rules={"standard:ES:21": T.services})
    assert mapped(taxed_order(), by) == {"1": T.goods}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("standard:ES:21", "*:ES:21"),
        ("*:ES:21", "standard:*:21"),
        ("standard:*:21", "*:*:21"),
    ],
)
def test_the_more_exact_rule_counts_and_the_country_before_the_class(first: str, then: str) -> None:
    by = rules(tax_rules={then: T.services, first: T.goods})
    assert mapped(taxed_order(), by) == {"1": T.goods}
    assert mapped(taxed_order(), rules(tax_rules={then: T.services})) == {"1": T.services}


@pytest.mark.parametrize("key", ["reduced-rate:ES:21", "standard:FR:21", "*:FR:21", "*:*:10"])
def test_a_rule_for_something_else_does_not_count(key: str) -> None:
    assert "is not mapped to a tax in Odoo" in refused(taxed_order(), rules(tax_rules={key: T.goods})).message


def test_a_rule_for_a_class_counts_for_its_lines_only() -> None:
    by = rules(tax_rules={"standard:*:21": T.goods, "reduced-rate:*:21": T.services})
    assert mapped(taxed_order("reduced-rate"), by) == {"1": T.services}
    assert mapped(taxed_order(), by) == {"1": T.goods}


def test_a_rate_without_a_country_is_met_by_rules_for_any_country() -> None:
    assert mapped(taxed_order(country=""), rules(tax_rules={"standard:*:21": T.goods})) == {"1": T.goods}


def test_a_rate_that_only_shipping_carries_takes_the_rule_of_any_class_if_they_agree() -> None:
    order = make_order(
        make_line("10.00"),
        total="16.05",
        shipping_lines=(make_shipping("5.00", tax="1.05"),),
        tax_rates=(replace(make_rate("0", "1.05"), country="ES"),),
    )
    assert mapped(order, rules(tax_rules={"standard:ES:21": T.goods})) == {"1": T.goods}
    agreed = {"standard:ES:21": T.goods, "books:ES:21": T.goods}
    assert mapped(order, rules(tax_rules=agreed)) == {"1": T.goods}
    error = refused(order, rules(tax_rules={"standard:ES:21": T.goods, "books:ES:21": T.services}))
    assert "the settings map it to several taxes in Odoo: 'VAT 21 % service' (id 6), 'VAT 21 % S' (id 5)" in (
        error.message
    )
    assert "Map rate 1 to one of them" in error.fix


def test_the_class_of_a_rate_is_that_of_the_lines_that_carry_it() -> None:
    fee = FeeLine("9", "Packing", Decimal(1), Decimal("0.10"), (LineTax("2", Decimal("0.10")),), "reduced-rate")
    minus = replace(fee, total=Decimal(-1), taxes=(LineTax("3", Decimal("-0.04")),), tax_class="")
    order = taxed_order(fee_lines=(fee, minus, replace(fee, taxes=(LineTax("1", Decimal("0.21")),))))
    assert dict(rate_classes(order)) == {"1": {"standard"}, "2": {"reduced-rate"}}


# Not mapped


def test_an_unmapped_rate_is_refused_and_the_fitting_tax_is_named() -> None:
    error = refused(taxed_order(), rules(sale_taxes=[T.goods, T.reduced]))
    assert error.message == (
        "Order #1054 uses the tax rate 'VAT 21' (21 %, rate 1), which is not mapped to a tax in Odoo."
    )
    assert error.fix.startswith("Odoo has 'VAT 21 % S' (id 5) with the same percentage. Map the tax rate")


def test_of_several_fitting_taxes_all_are_named() -> None:
    error = refused(taxed_order(), rules(sale_taxes=[T.goods, T.services]))
    assert "Odoo has several with the same percentage: 'VAT 21 % S' (id 5), 'VAT 21 % service' (id 6)." in error.fix


def test_where_odoo_has_no_such_tax_that_is_said() -> None:
    assert "Odoo has no sales tax of that percentage." in refused(taxed_order(), rules(sale_taxes=[T.reduced])).fix


# Matched by percentage


def matching(*taxes: Tax, precision: Precision = OLD, **changes: object) -> Rules:
    return rules(sale_taxes=list(taxes), match_taxes=True, precision=precision, **changes)


def test_the_one_tax_of_the_percentage_is_taken() -> None:
    assert mapped(two_rates(), matching(T.goods, T.reduced)) == {"1": T.goods, "2": T.reduced}


def test_of_several_taxes_none_is_guessed() -> None:
    error = refused(taxed_order(), matching(T.goods, T.services))
    assert "Odoo has several sales taxes of that percentage: 'VAT 21 % S' (id 5), 'VAT 21 % service' (id 6)." in (
        error.message
    )


def test_a_percentage_odoo_does_not_have_is_refused() -> None:
    error = refused(taxed_order(), matching(T.reduced))
    assert "which is not mapped, and Odoo has no sales tax of that percentage." in error.message
    assert "Make a sales tax of that percentage" in error.fix


@pytest.mark.parametrize("percent", ["5.5", "9.975", "8.8750", "0.1"])
def test_percentages_with_decimals_match(percent: str) -> None:
    tax = Tax(30, "Odd", Decimal(percent).quantize(Decimal("0.0001")))
    order = make_order(
        make_line("100.00", tax=percent[:4]),
        total=str(100 + Decimal(percent[:4])),
        tax_rates=(make_rate(percent[:4], percent=percent),),
    )
    assert mapped(order, matching(tax)) == {"1": tax}


def test_the_tax_of_the_rate_s_country_is_taken_where_odoo_names_countries() -> None:
    french = replace(T.goods, odoo_id=40, country="FR")
    spanish = replace(T.goods, odoo_id=41, country="ES")
    assert mapped(taxed_order(country="ES"), matching(french, spanish)) == {"1": spanish}
    assert mapped(taxed_order(country="FR"), matching(french, spanish)) == {"1": french}
    assert "several" in refused(taxed_order(country="IT"), matching(french, spanish)).message


@pytest.mark.parametrize(
    ("inclusive_shop", "precision", "included"), [(True, OLD, True), (True, NEW, False), (False, OLD, False)]
)
def test_the_price_kind_fits_shop_and_odoo(inclusive_shop: bool, precision: Precision, included: bool) -> None:
    order = two_rates(prices_include_tax=inclusive_shop)
    every = (T.goods, T.inclusive, T.reduced, T.reduced_inclusive)
    taxes = mapped(order, matching(*every, precision=precision))
    assert {tax.included for tax in taxes.values()} == {included}


def test_the_price_kind_fits_the_rates_that_are_mapped() -> None:
    taxes = mapped(two_rates(), matching(T.reduced, T.reduced_inclusive, taxes={"1": T.inclusive}))
    assert taxes == {"1": T.inclusive, "2": T.reduced_inclusive}


def test_the_price_kind_is_the_one_that_has_all_rates() -> None:
    taxes = mapped(two_rates(), matching(T.goods, T.inclusive, T.reduced_inclusive))
    assert taxes == {"1": T.inclusive, "2": T.reduced_inclusive}


# What is refused however it is mapped


def test_a_tax_of_another_percentage_is_refused() -> None:
    error = refused(taxed_order(), rules(tax_rules={"*:ES:21": T.reduced}))
    assert "uses the tax rate 'VAT 21' (21 %), which is mapped to 'VAT 10 %' (10 %) in Odoo" in error.message


def test_included_and_excluded_taxes_do_not_meet_in_one_order() -> None:
    error = refused(two_rates(), rules(taxes={"1": T.inclusive, "2": T.reduced}))
    assert "would carry 'VAT 21 % incl', which is included in prices, beside 'VAT 10 %', which is not" in error.message


def test_a_tax_of_nothing_on_a_line_of_its_own_may_be_of_the_other_kind() -> None:
    lines = (make_line("10.00", tax="2.10"), make_line("5.00", tax="0.00", rate_id="3"))
    order = make_order(*lines, total="17.10", tax_rates=(make_rate("2.10"), make_rate("0", percent="0", rate_id="3")))
    assert mapped(order, rules(taxes={"1": T.inclusive, "3": T.export}))["3"] == T.export


# Several rates on a line

GST, QST = Tax(50, "GST", Decimal(5), sequence=1), Tax(51, "QST", Decimal(10), sequence=2)


def canadian(*, compound: bool) -> Order:
    """100.00, 5.00 of 5 %, and of 10 % either 10.00, or 10.50 where it is compound."""
    qst = "10.50" if compound else "10.00"
    line = replace(
        make_line("100.00"),
        total_tax=Decimal(5) + Decimal(qst),
        taxes=(LineTax("1", Decimal(5)), LineTax("2", Decimal(qst))),
    )
    rates = (make_rate("5.00", percent="5"), replace(make_rate(qst, percent="10", rate_id="2"), compound=compound))
    return make_order(line, total=str(105 + Decimal(qst)), tax_rates=rates)


def both(gst: Tax = GST, qst: Tax = QST) -> Rules:
    return rules(taxes={"1": gst, "2": qst})


def test_rates_on_the_net_go_to_taxes_on_the_net() -> None:
    assert mapped(canadian(compound=False), both()) == {"1": GST, "2": QST}


def test_a_compound_rate_goes_to_a_tax_that_stands_on_the_other() -> None:
    stacked = replace(GST, stacked=True)
    order = canadian(compound=True)
    targets, taxes = map_taxes(order, order_targets(order), both(gst=stacked))
    priced = price_lines(targets, Terms(taxes, OLD, 2, 2))
    assert priced.tax_technique == "as computed"
    assert priced.taxes == {50: Decimal("5.00"), 51: Decimal("10.50")}


@pytest.mark.parametrize(
    ("gst", "qst"),
    [
        (GST, QST),
        (replace(GST, stacked=True), replace(QST, base_affected=False)),
        (replace(GST, stacked=True, sequence=9), QST),
    ],
    ids=["lower affects nothing", "upper leaves it out", "lower comes later"],
)
def test_a_compound_rate_is_refused_where_its_tax_stands_on_nothing(gst: Tax, qst: Tax) -> None:
    error = refused(canadian(compound=True), both(gst, qst))
    assert error.message.endswith(
        "rate 'VAT 10' is compound, computed on top of 'VAT 5', but in Odoo 'QST' does not stand on 'GST'."
    )
    assert "let 'GST' affect the base of subsequent taxes" in error.fix


def test_a_rate_that_is_not_compound_is_refused_where_its_tax_stands_on_another() -> None:
    error = refused(canadian(compound=False), both(gst=replace(GST, stacked=True)))
    assert "rate 'VAT 10' is not compound, but in Odoo 'QST' is computed on top of 'GST'" in error.message
    assert "Switch that off on 'GST'" in error.fix


def test_the_lower_rate_of_a_compound_one_must_not_stand_on_it() -> None:
    gst, qst = replace(GST, sequence=3), replace(QST, stacked=True)
    assert "does not stand on 'GST'" in refused(canadian(compound=True), both(gst, qst)).message


def test_of_two_compound_rates_one_stands_on_the_other() -> None:
    order = canadian(compound=True)
    rates = tuple(replace(rate, compound=True) for rate in order.tax_rates)
    order = replace(order, tax_rates=rates)
    assert mapped(order, both(gst=replace(GST, stacked=True)))
    assert "does not stand on" in refused(order, both()).message


def test_two_rates_of_a_line_cannot_share_a_tax() -> None:
    order = canadian(compound=False)
    rates: tuple[TaxRate, ...] = tuple(replace(rate, percent=Decimal(5)) for rate in order.tax_rates)
    error = refused(replace(order, tax_rates=rates), both(GST, GST))
    assert "are on one line and both mapped to 'GST', which Odoo puts on a line only once" in error.message


def test_bases_are_odoo_s_own_affair_where_odoo_computes_the_tax() -> None:
    assert mapped(canadian(compound=True), replace(both(), exact=False)) == {"1": GST, "2": QST}


# Not taxed

UNTAXED_RULES = {"exempt": T.exempt, "US": replace(T.export, odoo_id=22), "*": T.export}
TEXAS = Address(first_name="A", country="US", email="a@example.net")


def untaxed_order(**changes: object) -> Order:
    return replace(make_order(make_line("10.00"), total="10.00"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "odoo_id"),
    [
        ({"is_vat_exempt": True, "shipping": TEXAS}, 21),
        ({"shipping": TEXAS}, 22),
        ({"shipping": Address(), "billing": TEXAS}, 22),
        ({}, 20),
    ],
    ids=["exempt", "country of delivery", "billing where nothing is shipped", "all others"],
)
def test_untaxed_lines_carry_the_tax_of_the_first_key_that_fits(changes: dict[str, object], odoo_id: int) -> None:
    order = untaxed_order(**changes)
    targets, taxes = map_taxes(order, order_targets(order), rules(untaxed=UNTAXED_RULES))
    assert taxes[UNTAXED].odoo_id == odoo_id
    assert [dict(line.taxes) for line in targets.lines] == [{UNTAXED: Decimal(0)}]
    assert (targets.total, targets.tax) == (Decimal("10.00"), Decimal(0))


def test_an_exempt_order_falls_back_to_country_and_star() -> None:
    assert mapped(untaxed_order(is_vat_exempt=True), rules(untaxed={"*": T.export}))[UNTAXED] == T.export


def test_without_a_mapping_untaxed_lines_carry_no_tax() -> None:
    order = untaxed_order(shipping=MADRID)
    targets, taxes = map_taxes(order, order_targets(order), rules(untaxed={"US": T.export}))
    assert taxes == {}
    assert not targets.lines[0].taxes


def test_taxed_lines_beside_untaxed_ones_keep_their_rate() -> None:
    order = make_order(
        make_line("10.00", tax="2.10"), make_line("5.00", sku="BOOK"), total="17.10", tax_rates=(make_rate("2.10"),)
    )
    targets, taxes = map_taxes(order, order_targets(order), rules(taxes={"1": T.goods}, untaxed={"*": T.export}))
    priced = price_lines(targets, Terms(taxes, OLD, 2, 2))
    assert [[tax.odoo_id for tax in line.taxes] for line in priced.lines] == [[5], [20]]
    assert priced.taxes == {5: Decimal("2.10"), 20: Decimal(0)}
    assert priced.tax_technique == "as computed"


def test_an_order_that_is_taxed_throughout_names_no_tax_for_untaxed_lines() -> None:
    assert UNTAXED not in mapped(taxed_order(), rules(taxes={"1": T.goods}, untaxed={"*": T.export}))


# All of it


@pytest.mark.parametrize("record", sorted(RECORDED))
def test_every_recorded_order_finds_its_taxes_by_percentage_and_keeps_its_totals(record: str) -> None:
    order = RECORDED[record]
    percents = {rate.percent for rate in order.tax_rates}
    every = [Tax(100 + n, f"{percent} %", percent) for n, percent in enumerate(sorted(percents))]
    by = rules(sale_taxes=every, match_taxes=True, untaxed={"*": T.export})
    before = order_targets(order)
    after, taxes = map_taxes(order, before, by)
    assert all(line.taxes for line in after.lines)
    assert {taxes[rate_id].percent for line in after.lines for rate_id in line.taxes} <= percents | {Decimal(0)}
    assert (after.untaxed, after.tax, after.total) == (before.untaxed, before.tax, before.total)
    assert sum(after.taxes.values()) == after.tax
    assert [line.net for line in after.lines] == [line.net for line in before.lines]
