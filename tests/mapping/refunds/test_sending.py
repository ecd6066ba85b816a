"""What credit notes and returns of Odoo become in the store: which, over how much, with which lines and whose money."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order, make_rate, make_shipping
from woodoo.domain.errors import DataError, SyncConflict
from woodoo.domain.order import LineTax, Order
from woodoo.domain.refund import Refund, RefundLine
from woodoo.mapping.refunds.odoo_credits import CreditLine, CreditNote, OdooCredits, Return, ReturnedLine
from woodoo.mapping.refunds.send_plan import SendPlan
from woodoo.mapping.refunds.sending import plan_sending
from woodoo.mapping.refunds.sending_rules import SendRules

RULES = SendRules("shop", send_refunds=True, since=date(2026, 11, 1))
BOTH = replace(RULES, send_returns=True)


def money(text: str) -> Decimal:
    return Decimal(text)


def sold() -> Order:
    """Three mugs at 10.00 and two bags at 20.00, shipping 5.00, all with 21 %: 90.75."""
    mugs = replace(make_line("30.00", 3, "MUG", "6.30"), external_id="1", name="Mug")
    bags = replace(make_line("40.00", 2, "BAG", "8.40"), external_id="3", name="Bag")
    rates = (make_rate("14.70", "1.05"),)
    return make_order(
        mugs, bags, total="90.75", tax_rates=rates, shipping_lines=(make_shipping("5.00", "1.05"),), status="completed"
    )


def credit(of: str, quantity: str, net: str, tax: str, name: str = "Mug") -> CreditLine:
    return CreditLine(of, name, money(quantity), money(net), money(tax), frozenset({11}))


def note(*lines: CreditLine, odoo_id: int = 12, **changes: Any) -> CreditNote:
    total = sum((line.net + line.tax for line in lines), Decimal(0))
    tax = sum((line.tax for line in lines), Decimal(0))
    made = CreditNote(
        odoo_id, f"RINV/{odoo_id:05}", "posted", date(2026, 11, 25), "EUR", total, lines, {11: tax} if tax else {}
    )
    return replace(made, **changes)


ONE_MUG = note(credit("1", "1", "10.00", "2.10"))
ALL = note(
    credit("1", "3", "30.00", "6.30"), credit("3", "2", "40.00", "8.40"), credit("2", "1", "5.00", "1.05", "Flat rate")
)


def back(*lines: tuple[str, str], odoo_id: int = 7, **changes: Any) -> Return:
    parts = tuple(ReturnedLine(of, "Mug", money(pieces)) for of, pieces in lines)
    return replace(Return(odoo_id, f"WH/IN/{odoo_id:05}", date(2026, 11, 25), parts), **changes)


def made(amount: str, *lines: RefundLine, refund_id: str = "140", **changes: Any) -> Refund:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return replace(Refund(refund_id, "1054", money(amount), "", at, by_gateway=False, lines=lines), **changes)


def gone(of: str, quantity: str, total: str, tax: str) -> RefundLine:
    return RefundLine("product", "9", of, "Mug", money(quantity), money(total), money(tax), (LineTax("1", money(tax)),))


def plan(*sources: CreditNote | Return, refunds: tuple[Refund, ...] = (), rules: SendRules = RULES, **how: Any) -> Any:
    notes = tuple(one for one in sources if isinstance(one, CreditNote))
    returns = tuple(one for one in sources if isinstance(one, Return))
    order = how.pop("order", sold())
    return plan_sending(order, refunds, OdooCredits(notes, returns), rules, **how)


def lines_of(found: SendPlan) -> list[tuple[str, int, str, list[tuple[str, str]]]]:
    (one,) = found.send
    return [
        (line.of, int(line.quantity), str(line.total), [(tax.rate_id, str(tax.amount)) for tax in line.taxes])
        for line in one.refund.lines
    ]


def said(found: SendPlan) -> str:
    """Return the only refusal of a plan that sends nothing."""
    assert not found.send
    (error,) = found.errors
    return error.message


# Lines


def test_a_credit_note_becomes_one_refund_with_its_lines_quantities_and_taxes() -> None:
    found = plan(ONE_MUG)
    assert lines_of(found) == [("1", 1, "10.00", [("1", "2.10")])]
    (one,) = found.send
    assert (one.refund.amount, one.refund.mark, one.refund.reason) == (money("12.10"), "shop/12", "RINV/00012")
    assert (one.refund.by_gateway, one.refund.restock) == (False, False)


def test_the_reason_given_in_odoo_is_the_reason_of_the_refund() -> None:
    (one,) = plan(replace(ONE_MUG, reference="Reversal of: INV/7,\n broken")).send
    assert one.refund.reason == "RINV/00012: Reversal of: INV/7, broken"


def test_a_credit_note_over_all_that_is_left_takes_every_line_in_the_stores_own_cents() -> None:
    odd = replace(ALL, lines=(credit("1", "3", "30.01", "6.30"), credit("3", "2", "39.99", "8.40"), ALL.lines[2]))
    assert lines_of(plan(odd)) == [
        ("1", 3, "30.00", [("1", "6.30")]),
        ("3", 2, "40.00", [("1", "8.40")]),
        ("2", 0, "5.00", [("1", "1.05")]),
    ]


def test_what_is_left_after_other_refunds_is_what_a_last_credit_note_takes() -> None:
    before = made("12.10", gone("1", "1", "10.00", "2.10"))
    rest = note(credit("1", "2", "20.00", "4.20"), *ALL.lines[1:])
    found = plan(rest, refunds=(before,), credited={"140"})
    assert lines_of(found)[0] == ("1", 2, "20.00", [("1", "4.20")])


def test_shipping_alone_is_refunded_on_its_line_without_a_quantity() -> None:
    assert lines_of(plan(note(ALL.lines[2]))) == [("2", 0, "5.00", [("1", "1.05")])]


def test_a_cent_odoo_rounds_on_the_document_goes_to_the_largest_tax_of_its_kind() -> None:
    two = note(credit("1", "1", "10.00", "2.10"), credit("3", "1", "20.00", "4.20"))
    found = plan(replace(two, taxes={11: money("6.31")}, total=money("36.31")))
    assert lines_of(found) == [("1", 1, "10.00", [("1", "2.10")]), ("3", 1, "20.00", [("1", "4.21")])]


def test_several_rates_of_a_line_share_its_tax_as_in_the_order() -> None:
    order = sold()
    taxes = (LineTax("1", money("1.50")), LineTax("2", money("2.99")))
    line = replace(order.lines[0], taxes=taxes, total_tax=money("4.49"))
    one = replace(note(credit("1", "1", "10.00", "1.50")), taxes={11: money("0.50"), 12: money("1.00")})
    assert lines_of(plan(one, order=replace(order, lines=(line, order.lines[1])))) == [
        ("1", 1, "10.00", [("1", "0.50"), ("2", "1.00")])
    ]


@pytest.mark.parametrize(
    ("extra", "words"),
    [(credit("", "1", "-3.00", "0", "Restocking fee"), "'Restocking fee' of it is no line of the order")],
)
def test_a_line_of_no_line_of_the_order_makes_the_refund_an_amount_alone(extra: CreditLine, words: str) -> None:
    (one,) = plan(note(ONE_MUG.lines[0], extra)).send
    assert (one.refund.amount, one.refund.lines) == (money("9.10"), ())
    assert one.remark.startswith(words)


def test_half_a_piece_is_refunded_as_an_amount_of_its_line() -> None:
    found = plan(note(credit("1", "0.5", "5.00", "1.05")))
    assert lines_of(found) == [("1", 0, "5.00", [("1", "1.05")])]
    assert "whole pieces only" in found.send[0].remark


def test_two_lines_of_one_line_of_the_order_are_one() -> None:
    assert lines_of(plan(note(ONE_MUG.lines[0], ONE_MUG.lines[0]))) == [("1", 2, "20.00", [("1", "4.20")])]


def test_lines_that_do_not_come_to_the_total_leave_the_amount() -> None:
    (one,) = plan(replace(ONE_MUG, total=money("15.00"))).send
    assert (one.refund.amount, one.refund.lines) == (money("15.00"), ())


# Never more than is left


def test_cents_by_which_several_credit_notes_round_up_together_are_left_out() -> None:
    before = made("12.11", gone("1", "1", "10.00", "2.11"))
    rest = note(credit("1", "2", "20.00", "4.20"), *ALL.lines[1:])
    found = plan(rest, refunds=(before,), credited={"140"})
    (one,) = found.send
    assert (one.refund.amount, sum(line.gross for line in one.refund.lines)) == (money("78.64"), money("78.64"))
    assert found.remarks == ("Credit note RINV/00012 rounds 0.01 EUR up that the order has not: 78.64 are sent.",)
    sent = made("78.64", mark="shop/12", refund_id="141")
    assert not plan(rest, refunds=(before, sent), credited={"140"}).errors


def test_more_than_is_left_of_the_order_is_not_sent() -> None:
    before = made("80.00")
    found = plan(ONE_MUG, refunds=(before,), credited={"140"})
    assert "comes to 12.10 EUR, and only 10.75 EUR of the order can still be refunded" in said(found)
    assert isinstance(found.errors[0], SyncConflict)


def test_two_credit_notes_that_do_not_fit_both_are_the_first_and_a_question() -> None:
    found = plan(ALL, replace(ONE_MUG, odoo_id=13, name="RINV/00013"))
    assert [one.source.key for one in found.send] == ["12"]
    assert "RINV/00013 comes to 12.10 EUR, and only 0.00 EUR" in found.errors[0].message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (credit("1", "4", "40.00", "8.40"), "4 × 'Mug', of which 3 are left"),
        (credit("1", "3", "40.00", "8.40"), "48.40 EUR of 'Mug', of which 36.30 are left"),
    ],
)
def test_more_than_is_left_of_a_line_is_not_sent(line: CreditLine, words: str) -> None:
    assert words in said(plan(note(line)))


def test_what_two_refunds_at_once_gave_back_too_much_is_told_until_somebody_has_seen_to_it() -> None:
    found = plan(
        replace(ALL, total=money("90.75")),
        refunds=(made("90.75", mark="shop/12"), made("90.75", refund_id="141")),
        credited={"141"},
    )
    assert "has refunded 181.50 EUR of an order over 90.75 EUR" in said(found)


# Never twice


@pytest.mark.parametrize(
    "there",
    [
        made("12.10", mark="shop/12"),
        made("12.10", reason="RINV/00012: broken"),
        made("12.10", reason="RINV/00012"),
        made("12.10", reason="given back at the counter"),
    ],
    ids=["mark", "reason", "bare reason", "same amount"],
)
def test_what_a_refund_stands_for_is_linked_and_never_sent_again(there: Refund) -> None:
    found = plan(ONE_MUG, refunds=(there,))
    assert (found.send, found.errors, dict(found.standing)) == ((), (), {"140": "12"})


def test_a_credit_note_of_an_earlier_day_is_not_that_of_a_refund_of_the_same_amount() -> None:
    found = plan(replace(ONE_MUG, day=date(2026, 11, 22)), refunds=(made("12.10"),), credited={"140"})
    assert [one.source.key for one in found.send] == ["12"]


def test_the_number_of_another_credit_note_is_not_ours() -> None:
    found = plan(ONE_MUG, refunds=(made("5.00", reason="RINV/000123"),), credited={"140"})
    assert [one.source.key for one in found.send] == ["12"]


def test_a_mark_of_another_connection_says_nothing() -> None:
    found = plan(ONE_MUG, refunds=(made("5.00", mark="other/12"),), credited={"140"})
    assert len(found.send) == 1


def test_what_woodoo_made_of_a_refund_is_never_sent_back() -> None:
    found = plan(replace(ONE_MUG, ours=True), refunds=(made("12.10"),), credited={"140"})
    assert (found.send, found.errors, found.remarks, dict(found.standing)) == ((), (), (), {})


def test_a_refund_of_the_store_without_a_credit_note_stops_what_may_be_its_own() -> None:
    assert "the store has made the refund 140 over 5.00 EUR, which has no credit note yet" in said(
        plan(ONE_MUG, refunds=(made("5.00"),))
    )


def test_a_refund_that_was_deleted_in_the_store_is_not_made_again() -> None:
    assert "Refund 99 of the store, which stood for Credit note RINV/00012, is deleted there" in said(
        plan(ONE_MUG, sent={"12": "99"})
    )


@pytest.mark.parametrize(
    ("changes", "gateway", "words"),
    [
        ({"state": "cancel"}, False, "is cancelled in Odoo, and the store has refund 140 over 12.10 EUR"),
        ({"state": "draft"}, False, "is a draft again in Odoo"),
        ({"total": Decimal("13.00")}, False, "comes to 13.00 EUR by now"),
        ({"state": "cancel"}, True, "the payment provider has paid it back, which cannot be undone"),
    ],
)
def test_a_credit_note_that_is_not_as_it_was_sent_is_a_question(
    changes: dict[str, Any], gateway: bool, words: str
) -> None:
    found = plan(replace(ONE_MUG, **changes), refunds=(made("12.10", mark="shop/12", by_gateway=gateway),))
    assert words in said(found)
    assert ("Delete refund 140" in found.errors[0].fix) is not gateway


# What is left alone


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "draft"}, "it is a draft"),
        ({"day": date(2026, 10, 31)}, "it is dated 2026-10-31, before 2026-11-01 (send_refunds_from)"),
        ({"total": Decimal(0)}, "it comes to nothing"),
    ],
)
def test_what_is_left_alone_is_said(changes: dict[str, Any], words: str) -> None:
    found = plan(replace(ONE_MUG, **changes))
    assert (found.send, found.errors) == ((), ())
    assert words in found.remarks[0]


def test_without_a_day_everything_is_history() -> None:
    assert not plan(ONE_MUG, rules=replace(RULES, since=None)).send


def test_a_cancelled_order_is_not_refunded() -> None:
    found = plan(ONE_MUG, order=replace(sold(), status="cancelled"))
    assert not found.send
    assert "the order is 'cancelled' in the store" in found.remarks[0]


def test_with_the_switch_off_nothing_is_looked_at() -> None:
    found = plan(ONE_MUG, back(("1", "1")), rules=replace(RULES, send_refunds=False))
    assert (found.send, found.errors, found.remarks) == ((), (), ())


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"currency": "USD"}, "is in USD, and the order in EUR"), ({"others": ("S00009",)}, "goods of S00009")],
)
def test_a_credit_note_of_another_currency_or_of_several_orders_is_refused(changes: dict[str, Any], words: str) -> None:
    found = plan(replace(ONE_MUG, **changes))
    assert words in said(found)
    assert isinstance(found.errors[0], DataError)


# Money


@pytest.mark.parametrize(
    ("rules", "order", "changes", "words"),
    [
        ({"refund_money": False}, {}, {}, "refund_money is off"),
        ({"gateways": ()}, {}, {}, "'Card' cannot pay back by itself"),
        ({}, {"paid_at": None}, {}, "the order is not paid in the store"),
        ({}, {}, {"settled": True}, "Odoo has settled the credit note already"),
    ],
)
def test_no_money_moves_unless_everything_speaks_for_it(
    rules: dict[str, Any], order: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    paying = replace(RULES, **{"refund_money": True, "gateways": {"stripe"}, **rules})
    (one,) = plan(replace(ONE_MUG, **changes), rules=paying, order=replace(sold(), **order)).send
    assert (one.refund.by_gateway, words in one.money) == (False, True)
    assert "no money moves" in one.money


def test_the_payment_provider_pays_back_where_that_is_switched_on() -> None:
    (one,) = plan(ONE_MUG, rules=replace(RULES, refund_money=True, gateways={"stripe"})).send
    assert (one.refund.by_gateway, one.money) == (True, "'Card' pays it back to the customer")


def test_the_store_restocks_where_that_is_set_and_goods_come_back() -> None:
    rules = replace(RULES, restock=True)
    assert plan(ONE_MUG, rules=rules).send[0].refund.restock
    assert not plan(note(ALL.lines[2]), rules=rules).send[0].refund.restock


# Returns


def test_a_return_becomes_a_refund_of_its_pieces_without_shipping() -> None:
    found = plan(back(("1", "1"), ("3", "2")), rules=BOTH)
    assert lines_of(found) == [("1", 1, "10.00", [("1", "2.10")]), ("3", 2, "40.00", [("1", "8.40")])]
    assert (found.send[0].refund.amount, found.send[0].refund.mark) == (money("60.50"), "shop/picking/7")


def test_thirds_of_a_line_come_to_all_of_it_in_the_end() -> None:
    third = replace(sold().lines[0], total=money("10.00"), taxes=(LineTax("1", money("2.10")),))
    order = replace(sold(), lines=(third,))
    amounts, refunds = [], ()
    for number in (1, 2, 3):
        returns = [back(("1", "1"), odoo_id=one) for one in range(1, number + 1)]
        (one,) = plan(*returns, refunds=refunds, rules=BOTH, order=order).send
        amounts.append(str(one.refund.amount))
        refunds = (*refunds, made(amounts[-1], *one.refund.lines, refund_id=str(number), mark=one.refund.mark))
        assert not plan(*returns, refunds=refunds, rules=BOTH, order=order).send
    assert amounts == ["4.03", "4.03", "4.04"]


@pytest.mark.parametrize("state", ["draft", "posted"])
def test_goods_of_a_credit_note_are_not_refunded_for_their_return_too(state: str) -> None:
    found = plan(replace(ONE_MUG, state=state), back(("1", "1")), rules=BOTH)
    assert [one.source.key for one in found.send] == (["12"] if state == "posted" else [])


def test_goods_the_shop_refunded_are_not_refunded_for_their_return() -> None:
    refunded = made("12.10", gone("1", "1", "10.00", "2.10"))
    assert not plan(back(("1", "1")), refunds=(refunded,), credited={"140"}, rules=BOTH).send


def test_what_came_back_beyond_a_credit_note_is_refunded() -> None:
    found = plan(ONE_MUG, back(("1", "2")), rules=BOTH)
    assert [(one.source.key, str(one.refund.amount)) for one in found.send] == [("12", "12.10"), ("picking/7", "12.10")]


def test_a_return_woodoo_made_for_restocked_goods_is_not_sent() -> None:
    assert not plan(back(("1", "1"), ours=True), rules=BOTH).send


def test_a_credit_note_of_a_refunded_return_is_its_own_where_the_amounts_agree() -> None:
    refunded = made("12.10", gone("1", "1", "10.00", "2.10"), mark="shop/picking/7")
    found = plan(ONE_MUG, back(("1", "1")), refunds=(refunded,), rules=BOTH)
    assert (found.send, found.errors) == ((), ())
    assert "its return was refunded as 140" in found.remarks[0]


def test_a_credit_note_of_a_refunded_return_over_another_amount_is_a_question() -> None:
    refunded = made("12.10", gone("1", "1", "10.00", "2.10"), mark="shop/picking/7")
    more = note(credit("1", "1", "10.00", "2.10"), ALL.lines[2])
    assert "goods whose return the store has refunded already, as refund 140" in said(
        plan(more, back(("1", "1")), refunds=(refunded,), rules=BOTH)
    )


def test_money_given_back_for_nobody_knows_what_stops_a_return() -> None:
    found = plan(back(("1", "1")), refunds=(made("10.00"),), credited={"140"}, rules=BOTH)
    assert "refund 140 over 10.00 has no lines, which may be for the same goods" in said(found)


def test_a_return_of_history_is_remarked() -> None:
    found = plan(back(("1", "1"), day=date(2026, 10, 31)), rules=BOTH)
    assert not found.send
    assert "before 2026-11-01" in found.remarks[0]
