"""How lines are priced so that Odoo comes to the shop's cents."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.orders import NEW, OLD, make_line, make_order, make_rate, make_shipping
from woodoo.domain.errors import DataError
from woodoo.domain.money import round_money
from woodoo.mapping.pricing import Priced, computed_taxes, pin, price_lines
from woodoo.mapping.rules import Precision, Tax
from woodoo.mapping.totals import Targets, order_targets

VAT = {"1": Tax(11, "VAT 21 %", Decimal(21))}


def inclusive_basket() -> Targets:
    """Three pieces at 10.00 and shipping at 5.00, both with 21 % in them: 35.00."""
    return order_targets(
        make_order(
            make_line("24.793388", quantity=3, tax="5.206612"),
            total="35.00",
            shipping_lines=(make_shipping("4.13", tax="0.8673"),),
            tax_rates=(make_rate("5.21", "0.87"),),
        )
    )


def price(targets: Targets, precision: Precision, **changes: bool) -> Priced:
    return price_lines(targets, VAT, precision, 2, may_pin=changes.get("may_pin", True))


def test_a_price_that_two_decimals_cannot_give_is_split_over_two_lines() -> None:
    priced = price(inclusive_basket(), OLD)
    assert [(line.quantity, line.price_unit) for line in priced.lines[:2]] == [
        (Decimal(2), Decimal("8.26")),
        (Decimal(1), Decimal("8.27")),
    ]
    assert "two lines" in priced.notes[0]


def test_an_odoo_that_rounds_globally_gets_the_taxes_pinned() -> None:
    priced = price(inclusive_basket(), NEW)
    assert priced.tax_technique == "pinned"
    assert "6.08 in the shop, 6.07 by Odoo" in priced.notes[-1]
    data = pin(priced.lines[0], currency_id=1)
    assert data is not None
    assert data["manual_tax_amounts"]["11"]["tax_amount"] == 5.21
    assert data["quantity"] == 3


def test_where_pins_cannot_hold_the_tax_line_is_set() -> None:
    assert price(inclusive_basket(), NEW, may_pin=False).tax_technique == "override"


def test_taxes_a_cent_away_are_steered_by_splitting_a_line_otherwise() -> None:
    order = make_order(
        make_line("8.26", quantity=3, tax="1.73"),
        make_line("5.73", quantity=7, tax="1.20"),
        make_line("7.25", tax="1.52"),
        total="31.68",
        shipping_lines=(make_shipping("4.95", tax="1.04"),),
        tax_rates=(make_rate("4.45", "1.04"),),
    )
    priced = price(order_targets(order), OLD)
    assert priced.tax_technique == "steered"
    assert computed_taxes(priced.lines, 2, round_globally=False) == {11: Decimal("5.49")}
    assert sum(line.net for line in priced.lines) == Decimal("26.19")


def test_prices_that_include_tax_are_sent_gross() -> None:
    included = {"1": Tax(11, "VAT 21 % incl.", Decimal(21), included=True)}
    priced = price_lines(inclusive_basket(), included, OLD, 2, may_pin=False)
    assert [line.price_unit for line in priced.lines] == [Decimal("10.00"), Decimal("5.00")]
    assert priced.tax_technique == "as computed"


def test_two_rates_mapped_to_one_tax_are_added_up() -> None:
    both = {"1": VAT["1"], "2": VAT["1"]}
    order = make_order(
        make_line("10.00", tax="2.10"),
        make_line("10.00", tax="2.10", rate_id="2"),
        total="24.20",
        tax_rates=(make_rate("2.10"), make_rate("2.10", rate_id="2")),
    )
    priced = price_lines(order_targets(order), both, OLD, 2, may_pin=False)
    assert priced.taxes == {11: Decimal("4.20")}


def test_a_fraction_of_a_piece_that_no_price_gives_says_what_to_do() -> None:
    line = replace(make_line("1.00", tax="0.21"), quantity=Decimal("10.5"))
    order = make_order(line, total="1.21", tax_rates=(make_rate("0.21"),))
    with pytest.raises(DataError, match="Product Price"):
        price(order_targets(order), OLD)


@pytest.mark.parametrize("precision", [OLD, NEW])
def test_a_tax_that_is_not_its_rate_s_is_refused_whatever_odoo_would_let_us_write(precision: Precision) -> None:
    order = make_order(make_line("100.00", tax="1.00"), total="101.00", tax_rates=(make_rate("1.00"),))
    with pytest.raises(DataError, match=r"1\.00 in the shop, 21\.00 by Odoo"):
        price(order_targets(order), precision)


@st.composite
def baskets(draw: st.DrawFn) -> tuple[Targets, Tax]:
    """Baskets of a shop with one rate, prices with or without tax, rounded per line or once."""
    percent = draw(st.sampled_from([Decimal(21), Decimal(10), Decimal("5.5"), Decimal("9.975")]))
    inclusive, once = draw(st.booleans()), draw(st.booleans())
    nets, taxes, lines = [], [], []
    for _ in range(draw(st.integers(1, 6))):
        quantity = draw(st.integers(1, 40))
        price_unit = draw(st.decimals("0.05", "250", places=2))
        whole = price_unit * quantity
        net = round_money(whole / (1 + percent / 100), 6) if inclusive else whole
        tax = round_money(whole - net, 6) if inclusive else round_money(net * percent / 100, 6)
        nets.append(net)
        taxes.append(tax)
        lines.append(make_line(str(net), quantity=quantity, tax=str(tax)))
    rounded = [round_money(tax) for tax in taxes]
    rate_total = round_money(sum(taxes, Decimal(0))) if once else sum(rounded, Decimal(0))
    untaxed = round_money(sum(nets, Decimal(0))) if once else sum((round_money(n) for n in nets), Decimal(0))
    rate = make_rate(str(rate_total), percent=str(percent))
    targets = order_targets(make_order(*lines, total=str(untaxed + rate_total), tax_rates=(rate,)))
    return targets, Tax(11, "VAT", percent)


@given(baskets(), st.sampled_from([OLD, NEW, Precision(2, True, False), Precision(6, False, False)]))
def test_every_basket_is_priced_to_its_own_cents(basket: tuple[Targets, Tax], precision: Precision) -> None:
    targets, tax = basket
    priced = price_lines(targets, {"1": tax}, precision, 2, may_pin=True)
    assert sum((line.net for line in priced.lines), Decimal(0)) == targets.untaxed
    assert sum(priced.taxes.values(), Decimal(0)) == targets.tax
    for line in priced.lines:
        assert round_money(line.price_unit * line.quantity) == line.net
    if priced.tax_technique in {"as computed", "steered"}:
        computed = computed_taxes(priced.lines, 2, round_globally=precision.round_globally)
        assert all(computed.get(tax, Decimal(0)) == amount for tax, amount in priced.taxes.items())
    for target in targets.lines:
        parts = [line for line in priced.lines if line.target is target]
        assert sum((part.quantity for part in parts), Decimal(0)) == target.source.quantity  # type: ignore[union-attr]
        assert sum((part.net for part in parts), Decimal(0)) == target.net
        if parts[0].technique != "steered":
            assert sum((sum(part.tax_amounts.values()) for part in parts), Decimal(0)) == target.tax
