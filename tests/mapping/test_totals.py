"""What an order must come to, line by line and rate by rate."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.orders import make_line, make_order, make_rate, make_shipping
from woodoo.domain.errors import DataError
from woodoo.domain.money import round_money
from woodoo.mapping.amounts.totals import allocate, order_targets

amounts = st.lists(st.decimals("0.001", "9999", places=6), min_size=1, max_size=12)


@given(amounts)
def test_rounded_shares_always_add_up_to_the_rounded_whole(values: list[Decimal]) -> None:
    whole = round_money(sum(values, Decimal(0)))
    shares = allocate(values, whole, 2, Decimal("0.01"))
    assert shares is not None
    assert sum(shares) == whole
    assert all(abs(share - value) < Decimal("0.015") for share, value in zip(shares, values, strict=True))


@given(amounts, st.decimals("0.05", "50", places=2))
def test_what_rounding_cannot_explain_is_not_shared_out(values: list[Decimal], away: Decimal) -> None:
    assert allocate(values, round_money(sum(values, Decimal(0))) + away, 2, Decimal("0.02")) is None


def test_a_line_of_an_inclusive_shop_is_rounded_and_keeps_its_tax() -> None:
    order = make_order(
        make_line("24.793388", quantity=3, tax="5.206612"),
        total="35.00",
        shipping_lines=(make_shipping("4.13", tax="0.8673"),),
        tax_rates=(make_rate("5.21", "0.87"),),
    )
    targets = order_targets(order)
    assert [line.net for line in targets.lines] == [Decimal("24.79"), Decimal("4.13")]
    assert [line.tax for line in targets.lines] == [Decimal("5.21"), Decimal("0.87")]
    assert targets.untaxed + targets.tax == targets.total == Decimal("35.00")


def test_a_cent_left_by_rounding_the_whole_order_goes_to_the_line_that_lost_most() -> None:
    lines = [make_line("8.264463", tax="1.735537"), make_line("8.264463", tax="1.735537")]
    order = make_order(*lines, total="20.00", tax_rates=(make_rate("3.47"),))
    targets = order_targets(order)
    assert sum(line.net for line in targets.lines) == Decimal("16.53")
    assert sorted(line.net for line in targets.lines) == [Decimal("8.26"), Decimal("8.27")]


@pytest.mark.parametrize(
    ("total", "words"),
    [("37.00", "does not add up"), ("12.11", "does not add up")],
)
def test_an_order_that_does_not_add_up_is_refused_with_the_arithmetic(total: str, words: str) -> None:
    order = make_order(make_line("10.00", tax="2.10"), total=total, tax_rates=(make_rate("2.10"),))
    if total == "12.11":
        order = make_order(make_line("10.00", tax="2.10"), total=total, tax_rates=(make_rate("2.20"),))
    with pytest.raises(DataError) as caught:
        order_targets(order)
    assert words in str(caught.value)
    assert "10.00" in str(caught.value) or "2.10" in str(caught.value)
    assert caught.value.record == "Order #1054"


def test_a_tax_that_no_tax_line_names_is_refused() -> None:
    order = make_order(make_line("10.00", tax="2.10", rate_id="9"), total="12.10", tax_rates=(make_rate("2.10"),))
    with pytest.raises(DataError, match="rate 9"):
        order_targets(order)


def test_rates_of_a_shop_that_rounds_once_are_rounded_to_the_tax_of_the_order() -> None:
    lines = [make_line("10.03", tax="1.0530", rate_id="1"), make_line("10.03", tax="0.5530", rate_id="2")]
    rates = (make_rate("1.0530"), make_rate("0.5530", percent="5.5", rate_id="2"))
    order = make_order(*lines, total="21.67", tax_rates=rates, total_tax=Decimal("1.61"))
    assert sum(order_targets(order).taxes.values()) == Decimal("1.61")
