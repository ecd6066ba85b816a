"""An order less what was refunded before its invoice: quantities, taxes, totals, and what cannot be taken out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.orders import make_line, make_order, make_rate, make_rules, make_shipping, money
from tests.odoo.shop import RECORDINGS, recorded_orders
from woodoo.domain.money import round_money
from woodoo.domain.order import FeeLine, LineTax
from woodoo.domain.refund import Refund, RefundLine
from woodoo.mapping.amounts.order_pricing import price_order
from woodoo.mapping.amounts.totals import order_targets
from woodoo.mapping.refunds.reducing import RefundedAmount, Unfit, inside_by_amount, less, reduce_order
from woodoo.stores.woocommerce.refunds import read_refunds

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
#: Two mugs at 10.00 and a book at 30.00, taxed 21 % and 10 %, with shipping over 5.00 at 21 %.
MUGS = replace(make_line("20.00", 2, "MUG", "4.20", "1"), external_id="11")
BOOK = replace(make_line("30.00", 1, "BOOK", "3.00", "2"), external_id="12")
PARCEL = replace(make_shipping("5.00", "1.05"), external_id="13")
ORDER = make_order(
    MUGS,
    BOOK,
    total="63.25",
    shipping_lines=(PARCEL,),
    tax_rates=(make_rate("4.20", "1.05"), make_rate("3.00", percent="10", rate_id="2")),
)


def part(of: str, total: str, tax: str = "", quantity: int = 0, rate: str = "1", kind: Any = "product") -> RefundLine:
    taxes = (LineTax(rate, money(tax)),) if tax else ()
    return RefundLine(kind, "9", of, "Thing", Decimal(quantity), money(total), money(tax or "0"), taxes)


def refund(amount: str, *lines: RefundLine, number: int = 1) -> Refund:
    return Refund(str(number), "1054", money(amount), "", NOON + timedelta(hours=number), False, lines)


MUG_BACK = refund("12.10", part("11", "10.00", "2.10", quantity=1))
CASES = {
    "a piece": (MUG_BACK, {"1": "3.15", "2": "3.00"}, [1, 1]),
    "a line": (refund("33.00", part("12", "30.00", "3.00", 1, "2")), {"1": "5.25"}, [2]),
    "a part of a line's amount": (refund("2.42", part("11", "2.00", "0.42")), {"1": "4.83", "2": "3.00"}, [2, 1]),
    "shipping": (refund("6.05", part("13", "5.00", "1.05", kind="shipping")), {"1": "4.20", "2": "3.00"}, [2, 1]),
    "an amount": (refund("6.33"), {"1": "4.72", "2": "2.70"}, [2, 1]),
}


@pytest.mark.parametrize("case", CASES)
def test_an_order_is_written_less_what_was_refunded(case: str) -> None:
    one, taxes, quantities = CASES[case]
    reduced = reduce_order(ORDER, [one], "spread")
    assert reduced.ids == {"1"}
    targets = order_targets(reduced.order)
    assert targets.total == ORDER.total - one.amount
    assert {rate: str(amount) for rate, amount in targets.taxes.items()} == taxes
    assert [int(line.quantity) for line in reduced.order.lines] == quantities


def test_refunded_shipping_stays_at_nothing_so_that_the_carrier_does() -> None:
    reduced = reduce_order(ORDER, [CASES["shipping"][0]], "spread")
    (line,) = reduced.order.shipping_lines
    assert (line.external_id, line.total, line.total_tax) == ("13", 0, 0)


def test_a_refunded_fee_is_gone_and_a_part_of_it_is_less() -> None:
    fee = FeeLine("14", "Wrapping", money("10.00"), money("2.10"), (LineTax("1", money("2.10")),))
    rates = (make_rate("6.30", "1.05"), ORDER.tax_rates[1])
    order = replace(ORDER, fee_lines=(fee,), total=money("75.35"), total_tax=money("10.35"), tax_rates=rates)
    half, whole = (refund(gross, part("14", net, tax, kind="fee"))
                   for gross, net, tax in (("6.05", "5.00", "1.05"), ("12.10", "10.00", "2.10")))  # fmt: skip
    assert less(order, half, "spread").fee_lines[0].total == money("5.00")
    assert less(order, whole, "spread").fee_lines == ()
    assert order_targets(less(order, whole, "spread")).total == ORDER.total


def test_an_amount_goes_on_the_refund_product_where_that_is_set() -> None:
    reduced = reduce_order(ORDER, [refund("6.33")], "product")
    (line,) = reduced.order.fee_lines
    assert isinstance(line, RefundedAmount)
    assert line.total + line.total_tax == money("-6.33")
    assert reduced.order.lines == ORDER.lines
    priced = price_order(reduced.order, order_targets(reduced.order), make_rules(), 2)
    assert priced.order_total == money("56.92")
    assert len(priced.lines) == 5  # one for each tax


def test_several_refunds_are_taken_out_one_after_the_other() -> None:
    shipping = refund("6.05", CASES["shipping"][0].lines[0], number=2)
    reduced = reduce_order(ORDER, [refund("5.00", number=3), MUG_BACK, shipping], "spread")
    assert [one.external_id for one in reduced.inside] == ["1", "2", "3"]
    assert order_targets(reduced.order).total == money("40.10")
    assert reduced.notes == ("23.15 EUR were refunded before the invoice: it is written without them.",)


UNFIT = {
    "tax alone": (refund("2.00", part("11", "0.00", "2.00")), "not taxed as the line is"),
    "more than a line has": (refund("30.25", part("11", "25.00", "5.25", 1)), "more than is left of 'Thing MUG'"),
    "more pieces than there are": (refund("12.10", part("11", "10.00", "2.10", 3)), "more pieces of 'Thing MUG'"),
    "all pieces, half the amount": (refund("12.10", part("11", "10.00", "2.10", 2)), "not all of its amount"),
    "lines that do not add up": (refund("20.00", part("11", "10.00", "2.10", 1)), "lines come to 12.10, not to 20"),
    "a line of another order": (refund("12.10", part("99", "10.00", "2.10", 1)), "no line of its 'Thing'"),
    "a tax the line does not have": (refund("12.10", part("12", "10.00", "2.10")), "a tax that 'Thing BOOK'"),
    "pieces for no amount": (refund("12.10", part("11", "0", quantity=1)), "gives back pieces"),
    "nothing": (refund("0.00"), "comes to nothing"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_no_line_can_say_is_left_to_a_credit_note(case: str) -> None:
    one, why = UNFIT[case]
    reduced = reduce_order(
        ORDER, [one, replace(MUG_BACK, external_id="2", created_at=NOON + timedelta(days=1))], "spread"
    )
    assert reduced.ids == {"2"}
    assert why in reduced.outside["1"]
    assert order_targets(reduced.order).total == money("51.15")
    assert any(note.startswith("Refund 1 is credited once the invoice is posted") for note in reduced.notes)


@pytest.mark.parametrize("some", [[refund("63.25")], [MUG_BACK, refund("51.15", number=2)], [refund("70.00")]])
def test_an_order_that_is_refunded_in_full_has_nothing_left(some: list[Refund]) -> None:
    reduced = reduce_order(ORDER, some, "spread")
    assert reduced.everything
    assert reduced.order == ORDER


def test_only_what_is_inside_already_is_taken_out_again() -> None:
    later = refund("6.05", CASES["shipping"][0].lines[0], number=2)
    reduced = reduce_order(ORDER, [MUG_BACK, later], "spread", only={"1"})
    assert (reduced.ids, reduced.outside) == ({"1"}, {})
    assert reduced.order.total == money("51.15")


def test_a_document_tells_by_its_total_which_refunds_are_inside() -> None:
    some = [refund("10.00", number=1), refund("10.00", number=2), refund("3.25", number=3)]
    totals = {"63.25": set(), "53.25": {"1"}, "43.25": {"1", "2"}, "40.00": {"1", "2", "3"}, "60.00": {"3"}}
    for total, inside in totals.items():
        assert inside_by_amount(ORDER, some, money(total)) == inside
    assert inside_by_amount(ORDER, some, money("50.01")) is None


#: Recorded order → what is left of it, and which of its refunds can be taken out.
RECORDED = {
    "117": ("66.78", {"140"}),
    "118": ("62.98", {"141"}),
    "119": ("61.99", {"142"}),
    "122": ("67.98", set()),
    "135": ("60.96", {"149"}),
}


@pytest.mark.parametrize("number", RECORDED)
def test_recorded_refunds_are_taken_out_to_the_cent(number: str) -> None:
    """Of order 122, one refund gives back more than its line had, the other one the net of a line without its tax."""
    order = recorded_orders()[number]
    refunds = read_refunds(json.loads((RECORDINGS / f"refunds_of_{number}.json").read_text())["body"], order)
    reduced = reduce_order(order, refunds, "spread")
    total, inside = RECORDED[number]
    assert reduced.ids == inside
    assert order_targets(reduced.order).total == money(total)


@pytest.mark.parametrize("number", ["120", "121", "123"])
def test_recorded_refunds_of_everything_leave_nothing(number: str) -> None:
    order = recorded_orders()[number]
    refunds = read_refunds(json.loads((RECORDINGS / f"refunds_of_{number}.json").read_text())["body"], order)
    assert reduce_order(order, refunds, "spread").everything


@given(st.data())
def test_whatever_is_refunded_what_is_left_adds_up_to_the_cent(data: st.DataObject) -> None:
    order, taken = ORDER, Decimal(0)
    for number in range(data.draw(st.integers(1, 5))):
        line = data.draw(st.sampled_from([*order.lines, *order.shipping_lines]))
        net = data.draw(st.decimals("0.01", max(line.total, money("0.01")), places=2))
        tax = round_money(net * (line.taxes[0].amount / line.total if line.total else 0), 2)
        one = refund(
            str(net + tax), part(line.external_id, str(net), str(tax), rate=line.taxes[0].rate_id), number=number
        )
        if data.draw(st.booleans()):
            one = refund(str(net + tax), number=number)
        try:
            order = less(order, one, data.draw(st.sampled_from(["spread", "product"])))
        except Unfit:
            continue
        taken += one.amount
    targets = order_targets(order)
    assert targets.total == ORDER.total - taken
    assert targets.total == sum((line.net + line.tax for line in targets.lines), Decimal(0))
