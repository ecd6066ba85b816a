"""How lines are priced so that Odoo comes to the shop's cents."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.mapping.orders import NEW, OLD, make_line, make_order, make_rate, make_rules, make_shipping
from woodoo.domain.errors import DataError
from woodoo.domain.money import round_money
from woodoo.domain.order import Coupon, FeeLine, LineTax
from woodoo.mapping.amounts.computing import document
from woodoo.mapping.amounts.mixed_taxes import apart_by_taxes
from woodoo.mapping.amounts.order_pricing import price_order
from woodoo.mapping.amounts.priced import Priced, pin
from woodoo.mapping.amounts.pricing import Terms, price_lines
from woodoo.mapping.amounts.totals import LineKind, Targets, order_targets
from woodoo.mapping.rules import Precision, Tax

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


GLOBALLY = Precision(2, True, False)


def price(targets: Targets, precision: Precision, taxes: dict[str, Tax] | None = None, **changes: object) -> Priced:
    return price_lines(targets, Terms(taxes or VAT, precision, 2, 2, **changes))  # type: ignore[arg-type]


def computed(priced: Priced, precision: Precision) -> dict[int, Decimal]:
    return dict(document([line.item for line in priced.lines], 2, precision).taxes)


def test_a_price_that_two_decimals_cannot_give_is_split_over_two_lines() -> None:
    priced = price(inclusive_basket(), OLD)
    assert [(line.quantity, line.price_unit) for line in priced.lines[:2]] == [
        (Decimal(2), Decimal("8.26")),
        (Decimal(1), Decimal("8.27")),
    ]
    assert "lines that are a cent apart" in priced.notes[0]


def test_an_odoo_that_rounds_globally_gets_the_taxes_pinned() -> None:
    priced = price(inclusive_basket(), NEW)
    assert priced.tax_technique == "pinned"
    assert "6.08 in the shop, 6.07 by Odoo" in priced.notes[-1]
    data = pin(priced.lines[0], currency_id=1)
    assert data is not None
    assert data["manual_tax_amounts"]["11"]["tax_amount"] == 5.21
    assert data["quantity"] == 3


def test_where_nothing_else_does_the_draft_invoice_is_set_and_the_order_is_a_cent_off() -> None:
    priced = price(inclusive_basket(), GLOBALLY)
    assert priced.tax_technique == "override"
    assert priced.order_total == Decimal("34.99")
    assert priced.order_slack >= Decimal("0.01")
    assert "6.08 in the shop, 6.07 by Odoo" in priced.notes[-1]


def test_a_cent_moves_between_two_lines_with_the_same_taxes() -> None:
    order = make_order(
        make_line("8.26", tax="1.74"),
        total="15.99",
        shipping_lines=(make_shipping("4.95", tax="1.04"),),
        tax_rates=(make_rate("1.74", "1.04"),),
    )
    priced = price(order_targets(order), OLD)
    assert priced.tax_technique == "shifted"
    assert [line.price_unit for line in priced.lines] == [Decimal("8.27"), Decimal("4.94")]
    assert computed(priced, OLD) == {11: Decimal("2.78")}
    assert "0.01 goes from 'Flat rate' to 'Thing MUG'" in priced.notes[-1]
    assert "2.78 in the shop, 2.77 by Odoo" in priced.notes[-1]


def test_where_no_line_can_give_a_cent_one_is_split_otherwise() -> None:
    order = make_order(make_line("20.01", quantity=3, tax="4.21"), total="24.22", tax_rates=(make_rate("4.21"),))
    priced = price(order_targets(order), OLD)
    assert priced.tax_technique == "steered"
    assert computed(priced, OLD) == {11: Decimal("4.21")}
    assert sum(line.price_unit * line.quantity for line in priced.lines) == Decimal("20.01")
    assert "is split" in priced.notes[-1]


def test_prices_that_hold_the_tax_are_steered_too() -> None:
    included = {"1": Tax(11, "VAT 21 % incl.", Decimal(21), included=True)}
    order = make_order(
        make_line("8.27", tax="1.73"),
        make_line("8.26", tax="1.74"),
        make_line("8.27", tax="1.73"),
        total="30.00",
        tax_rates=(make_rate("5.20"),),
    )
    priced = price(order_targets(order), OLD, included)
    assert priced.tax_technique in {"shifted", "steered"}
    assert computed(priced, OLD) == {11: Decimal("5.20")}
    assert priced.order_total == Decimal("30.00")


def test_prices_that_include_tax_are_sent_gross() -> None:
    included = {"1": Tax(11, "VAT 21 % incl.", Decimal(21), included=True)}
    priced = price(inclusive_basket(), OLD, included)
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
    priced = price(order_targets(order), OLD, both)
    assert priced.taxes == {11: Decimal("4.20")}


def test_parts_of_pieces_are_split_so_that_both_prices_are_near() -> None:
    line = replace(make_line("24.80", tax="5.21"), quantity=Decimal("2.35"))
    priced = price(order_targets(make_order(line, total="30.01", tax_rates=(make_rate("5.21"),))), OLD)
    shares = [(line.quantity, line.price_unit) for line in priced.lines]
    assert shares == [(Decimal("1"), Decimal("10.56")), (Decimal("1.35"), Decimal("10.55"))]


def test_more_decimals_of_a_quantity_than_odoo_keeps_say_what_to_set() -> None:
    line = replace(make_line("1.00", tax="0.21"), quantity=Decimal("10.125"))
    order = make_order(line, total="1.21", tax_rates=(make_rate("0.21"),))
    with pytest.raises(DataError, match=r"10\.125, but Odoo keeps 2 decimals") as caught:
        price(order_targets(order), OLD)
    assert "'Product Unit of Measure'" in caught.value.fix
    assert "3 digits" in caught.value.fix


def test_a_line_of_no_pieces_that_costs_something_is_refused() -> None:
    order = make_order(make_line("1.00", quantity=0, tax="0.21"), total="1.21", tax_rates=(make_rate("0.21"),))
    with pytest.raises(DataError, match="for 0 pieces"):
        price(order_targets(order), OLD)


def reduced(total: str, subtotal: str, tax: str, full_tax: str, quantity: int = 1) -> Targets:
    """A line with a coupon, at 21 %."""
    line = make_line(total, quantity=quantity, tax=tax)
    taxes = (LineTax("1", Decimal(tax), Decimal(full_tax)),)
    line = replace(line, subtotal=Decimal(subtotal), taxes=taxes)
    return order_targets(make_order(line, total=str(Decimal(total) + Decimal(tax)), tax_rates=(make_rate(tax),)))


@pytest.mark.parametrize("precision", [OLD, NEW])
def test_a_discount_is_shown_in_percent_where_that_is_exact(precision: Precision) -> None:
    line = price(reduced("18.00", "20.00", "3.78", "4.20", quantity=2), precision, percent=True).lines[0]
    assert (line.price_unit, line.discount, line.technique) == (Decimal(10), Decimal(10), "percent")


def test_a_discount_that_no_percentage_gives_is_in_the_price_and_told() -> None:
    targets = reduced("1400.01", "1700.00", "294.00", "357.00")
    priced = price(targets, OLD, percent=True)
    assert (priced.lines[0].price_unit, priced.lines[0].discount) == (Decimal("1400.01"), Decimal(0))
    assert "No percentage with two decimals gives the 1400.01" in priced.notes[0]


def test_an_unrounded_price_makes_the_percentage_exact_if_it_shows_as_the_store_s() -> None:
    line = price(reduced("14.00", "17.00", "2.94", "3.57"), NEW, percent=True).lines[0]
    assert line.discount == Decimal("17.65")
    assert round_money(line.price_unit) == Decimal("17.00")
    assert round_money(line.item.amount, 4) == Decimal("14.00")


def test_discounts_become_a_line_for_each_set_of_taxes() -> None:
    def line(total: str, subtotal: str, rate_id: str, tax: str, full: str) -> object:
        taxes = (LineTax(rate_id, Decimal(tax), Decimal(full)),)
        return replace(make_line(total, tax=tax, rate_id=rate_id), subtotal=Decimal(subtotal), taxes=taxes)

    order = make_order(
        line("9.00", "10.00", "1", "1.89", "2.10"),  # type: ignore[arg-type]
        line("18.00", "20.00", "1", "3.78", "4.20"),  # type: ignore[arg-type]
        line("4.50", "5.00", "2", "0.45", "0.50"),  # type: ignore[arg-type]
        total="37.62",
        coupons=(Coupon("TEN", Decimal("3.50")),),
        tax_rates=(make_rate("5.67"), make_rate("0.45", percent="10", rate_id="2")),
    )
    priced = price_order(order, order_targets(order), make_rules(discount_as="line"), 2)
    assert [line.price_unit for line in priced.lines] == [Decimal(a) for a in ("10", "20", "5", "-3", "-0.5")]
    assert [line.target.kind for line in priced.lines[3:]] == [LineKind.DISCOUNT] * 2
    assert {line.name for line in priced.lines[3:]} == {"Discount TEN"}
    assert priced.order_total == Decimal("37.62")


def test_a_negative_fee_taxed_by_parts_becomes_a_line_for_each_part() -> None:
    fee = FeeLine("3", "Bonus", Decimal("-10"), Decimal("-1.66"), (_tax("1", "-1.26"), _tax("2", "-0.40")))
    order = make_order(
        make_line("60.00", tax="12.60"),
        make_line("40.00", tax="4.00", rate_id="2"),
        total="104.94",
        fee_lines=(fee,),
        tax_rates=(make_rate("11.34"), make_rate("3.60", percent="10", rate_id="2")),
    )
    parts = [line for line in apart_by_taxes(order_targets(order), order).lines if line.kind is LineKind.FEE]
    assert [(part.net, dict(part.taxes)) for part in parts] == [
        (Decimal("-6.00"), {"1": Decimal("-1.26")}),
        (Decimal("-4.00"), {"2": Decimal("-0.40")}),
    ]
    assert price_order(order, order_targets(order), make_rules(), 2).tax_technique == "as computed"


def test_where_odoo_s_tax_counts_the_difference_is_told_and_nothing_is_done_about_it() -> None:
    priced = price(inclusive_basket(), NEW, exact=False)
    assert not any(line.pinned for line in priced.lines)
    assert "Odoo comes to 34.99 with 6.07 tax, the store to 35.00 with 6.08" in priced.notes[-1]


def _tax(rate_id: str, amount: str) -> LineTax:
    return LineTax(rate_id, Decimal(amount))


@pytest.mark.parametrize("precision", [OLD, NEW])
def test_a_tax_that_is_not_its_rate_s_is_refused_whatever_odoo_would_let_us_write(precision: Precision) -> None:
    order = make_order(make_line("100.00", tax="1.00"), total="101.00", tax_rates=(make_rate("1.00"),))
    with pytest.raises(DataError, match=r"1\.00 in the shop, 21\.00 by Odoo"):
        price(order_targets(order), precision)
