"""Goods and money of a refund: both, or neither; and orders given back in full without saying for which goods."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_rules
from tests.mapping.refunds.books import invoiced, with_rules
from tests.mapping.test_reducing import MUG_BACK, ORDER, part, refund
from woodoo.domain.errors import DataError
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund
from woodoo.mapping.policy import Policy
from woodoo.mapping.refunds.by_hand import plan_take_up
from woodoo.mapping.refunds.cancelled import plan_cancellation
from woodoo.mapping.refunds.credit_plan import as_move
from woodoo.mapping.refunds.goods import Goods, GoodsMove, Picking, SoldLine
from woodoo.mapping.refunds.refund_plan import RefundPlan
from woodoo.mapping.refunds.refund_words import refund_plan_shown
from woodoo.mapping.refunds.rules import RefundRules
from woodoo.mapping.refunds.seen import SeenOrder
from woodoo.mapping.refunds.together import plan_goods_and_money
from woodoo.mapping.rules import Lock, Rules

D = Decimal
RULES = make_rules()
#: The lines of the invoice name the lines 301 and 302 of the sales order.
BILLED = invoiced(ORDER, RULES)


def with_goods(*, sent: bool, seen: SeenOrder = BILLED, **changes: Any) -> SeenOrder:
    """Return what Odoo has where all pieces were delivered, or none."""
    state = "done" if sent else "assigned"
    moves = tuple(GoodsMove(one, 300 + one, 200 + one, 90, state, D(pieces)) for one, pieces in ((1, 2), (2, 1)))
    lines = (SoldLine(301, D(2), D(2)), SoldLine(302, D(1), D(1)))
    found = Goods("S00018", lines=lines, matched={301: "11", 302: "12"}, moves=moves, pickings={90: _out(state)})
    return replace(seen, goods=replace(found, **changes))


def _out(state: str) -> Picking:
    return Picking(90, "WH/OUT/90", state)


def planned(seen: SeenOrder, *refunds: Refund, order: Order = ORDER, rules: Rules = RULES) -> RefundPlan:
    restocked = {line.of: line.quantity for one in refunds for line in one.lines if line.quantity}
    return plan_goods_and_money(RefundPlan(replace(order, restocked=restocked), refunds, seen), rules)


def moved(plan: RefundPlan) -> tuple[dict[int, Decimal], list[str]]:
    """Return what open moves are to hold, and which refunds goods come back for."""
    assert plan.goods is not None
    held = {move: quantity for one in plan.goods.reductions for move, quantity in one.demands.items()}
    return held, [one.refund_id for one in plan.goods.returns]


BOOK_BACK = refund("33.00", part("12", "30.00", "3.00", 1, "2"), number=2)
#: What is wrong with a refund → the refund, and what is said.
BAD = {
    "an amount that is not that of its lines": (replace(MUG_BACK, amount=D("9.99")), "but its lines come to 12.10 ="),
    "nothing": (refund("0.00"), "is over 0.00 EUR and has no lines"),
    "an unknown line": (refund("12.10", part("99", "10.00", "2.10", 1)), "of line 99, which the order does not have"),
    "pieces of an unknown line for nothing": (refund("0.00", part("99", "0", quantity=1)), "of line 99, which"),
    "more than the invoice": (refund("99.00"), "but of invoice INV/7 over 63.25 only"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not sent"])
def test_nothing_is_done_of_a_bad_refund_and_the_others_of_its_order_go_on(what: str, sent: bool) -> None:
    bad, said = BAD[what]
    for order in ((bad, BOOK_BACK), (BOOK_BACK, bad)):
        plan = planned(with_goods(sent=sent), *order)
        (error,) = plan.failures
        assert isinstance(error, DataError)
        assert said in error.message
        assert plan.parked == {"1"}
        assert [one.refund.external_id for one in plan.credits] == ["2"]
        assert moved(plan) == (({}, ["2"]) if sent else ({2: D(0)}, []))


def test_a_refund_in_another_currency_and_one_of_a_closed_period_move_no_goods() -> None:
    seen = with_goods(sent=False)
    dollars = planned(seen, MUG_BACK, order=replace(ORDER, currency="USD"))
    closed = planned(seen, MUG_BACK, rules=replace(RULES, lock=Lock(date(2026, 12, 31), "sales")))
    for plan, said in ((dollars, "is in USD, but invoice INV/7"), (closed, "closed up to 2026-12-31 (sales)")):
        assert said in plan.failures[0].message
        assert (moved(plan), plan.credits) == (({}, []), ())


def test_a_bad_refund_does_not_wait_for_the_invoice_to_be_told() -> None:
    plan = planned(with_goods(sent=False, seen=replace(BILLED, invoices=())), replace(MUG_BACK, amount=D("9.99")))
    assert (len(plan.failures), plan.waits, moved(plan)) == (1, (), ({}, []))


def test_goods_on_the_shelf_that_may_be_of_a_parked_refund_are_not_asked_back_for_another_one() -> None:
    bad = replace(MUG_BACK, amount=D("9.99"), external_id="3")
    seen, good = with_goods(sent=True), MUG_BACK
    plan = plan_goods_and_money(RefundPlan(replace(ORDER, restocked={"11": D(1)}), (good, bad), seen), RULES)
    assert moved(plan) == ({}, [])
    assert "may be of a refund that is parked" in str(plan.notes)
    both = plan_goods_and_money(RefundPlan(replace(ORDER, restocked={"11": D(2)}), (good, bad), seen), RULES)
    assert moved(both) == ({}, ["1"])


def test_what_was_done_of_a_refund_before_stays_its_own_when_it_needs_a_person_later() -> None:
    (credit,) = planned(with_goods(sent=False), MUG_BACK).credits
    there = replace(as_move(credit), odoo_id=9, name="RINV/9", state="cancel")
    plan = planned(with_goods(sent=False, seen=replace(BILLED, credit_notes=(there,))), MUG_BACK)
    assert "its credit note is cancelled" in plan.failures[0].message
    assert (plan.parked, moved(plan)) == (frozenset(), ({1: D(1)}, []))


# Given back in full, and nobody said which goods


BY_STATUS = refund("63.25")


def test_what_has_not_left_of_an_order_given_back_in_full_is_not_sent_and_no_longer_invoiced() -> None:
    plan = planned(with_goods(sent=False), BY_STATUS)
    assert moved(plan) == ({1: D(0), 2: D(0)}, [])
    (credit,) = plan.credits
    assert [(one.pieces, one.order_line_ids) for one in credit.entries] == [(2, (301,)), (1, ()), (1, (302,))]
    assert credit.targets.total == ORDER.total
    assert moved(planned(with_goods(sent=True), BY_STATUS)) == ({}, []), "what the customer has stays there"
    sending = with_rules(RULES, refunded_unsent="send")
    assert moved(planned(with_goods(sent=False), BY_STATUS, rules=sending)) == ({}, [])
    assert moved(planned(with_goods(sent=False), replace(BY_STATUS, amount=D("63.24")))) == ({}, []), "not all of it"


def test_what_odoo_gave_back_counts_for_all_of_it_and_what_it_gave_back_alone_is_for_people_there() -> None:
    made, rest = replace(MUG_BACK, mark="ns/9"), refund("51.15", number=5)
    moves = with_goods(sent=False)
    standing = {"1": "9"}
    plans = [
        plan_goods_and_money(RefundPlan(ORDER, refunds, moves, standing=standing), RULES)
        for refunds in ((made, rest), (replace(made, amount=ORDER.total),))
    ]
    assert [moved(plan) for plan in plans] == [({1: D(1), 2: D(0)}, []), ({}, [])]


def test_a_piece_then_the_rest_without_lines_is_all_of_it() -> None:
    rest = refund("51.15", number=5)
    plan = planned(with_goods(sent=False), MUG_BACK, rest)
    assert moved(plan) == ({1: D(0), 2: D(0)}, [])
    piece, others = plan.credits
    assert [(one.pieces, one.order_line_ids) for one in piece.entries] == [(1, (301,))]
    assert [(one.pieces, one.order_line_ids) for one in others.entries] == [(1, (301,)), (1, ()), (1, (302,))]


def test_of_an_order_that_was_sent_in_part_the_rest_is_not_sent() -> None:
    moves = (
        GoodsMove(1, 301, 201, 89, "done", D(1)),
        GoodsMove(2, 301, 201, 90, "assigned", D(1)),
        GoodsMove(3, 302, 202, 90, "assigned", D(1)),
    )
    pickings = {89: Picking(89, "WH/OUT/89", "done"), 90: _out("assigned")}
    plan = planned(with_goods(sent=True, moves=moves, pickings=pickings), BY_STATUS)
    assert moved(plan) == ({2: D(0), 3: D(0)}, [])
    (credit,) = plan.credits
    named = [(one.pieces, one.order_line_ids, one.part.net) for one in credit.entries]
    assert named == [(1, (301,), D(10)), (1, (), D(10)), (1, (), D(5)), (1, (302,), D(30))]


# Cancelled, and the goods are with the customer


@pytest.mark.parametrize(("sent", "policy", "credits_"), [
    (True, "tell", 0), (True, "credit", 1), (False, "tell", 1), (False, "credit", 1),
])  # fmt: skip
def test_a_cancelled_order_is_credited_once_its_goods_are_back_or_at_once_as_set(
    sent: bool, policy: str, credits_: int
) -> None:
    steps = Policy(status_steps={"processing": "invoice", "cancelled": "cancel"})
    rules = make_rules(policy=steps, refunds=RefundRules(cancel_invoiced="credit", cancel_delivered=policy))
    order = replace(ORDER, status="cancelled")
    seen = with_goods(sent=sent)
    plan = plan_cancellation(RefundPlan(order, (), seen), rules)
    assert len(plan.cancellations) == credits_
    assert ("Its goods are with the customer" in str(plan.waits)) is (not credits_)
    assert seen.goods is not None
    back = (GoodsMove(8, 301, 201, 91, "done", D(2), back=True), GoodsMove(9, 302, 202, 91, "done", D(1), back=True))
    all_back = replace(seen, goods=replace(seen.goods, moves=(*seen.goods.moves, *back)))
    assert len(plan_cancellation(RefundPlan(order, (), all_back), rules).cancellations) == 1


# Credited by hand, and not paid


def test_an_unpaid_invoice_takes_up_what_people_credit_where_odoo_does_not_do_so_itself() -> None:
    order = replace(ORDER, paid_at=None)
    unpaid = invoiced(order, RULES, paid=False)
    (credit,) = planned(BILLED, MUG_BACK).credits
    by_hand = replace(as_move(credit), odoo_id=9, name="RINV/9", state="posted", payment_state="not_paid", refund_id="")
    seen = replace(unpaid, credit_notes=(by_hand,))
    old = replace(RULES, refund_reconciles=False)
    plan = plan_take_up(RefundPlan(order, (), seen), old)
    assert [(note.name, invoice.name) for note, invoice in plan.take_up] == [("RINV/9", "INV/7")]
    (step,) = refund_plan_shown(plan).steps
    assert (step.do, step.detail) == ("Reconcile credit note RINV/9 with INV/7", "12.10 EUR less to be paid")
    paid = replace(order, paid_at=datetime(2026, 11, 21, tzinfo=UTC))
    assert not plan_take_up(RefundPlan(paid, (), seen), old).take_up, "its payment is on its way"
    assert not plan_take_up(RefundPlan(order, (), seen), RULES).take_up, "Odoo has done so"
    assert not plan_take_up(RefundPlan(order, (), replace(seen, invoices=BILLED.invoices)), old).take_up


def test_cents_by_which_a_credit_note_rounds_up_stay_open_and_what_was_given_back_is_paid_back_once() -> None:
    (credit,) = planned(BILLED, MUG_BACK).credits
    note = replace(as_move(credit), odoo_id=9, name="RINV/9", state="posted", payment_state="not_paid", refund_id="")
    sent = replace(MUG_BACK, amount=D("12.09"), lines=(), by_gateway=True, mark="ns/9")
    plan = RefundPlan(ORDER, (sent,), replace(BILLED, credit_notes=(note,)), standing={"1": "9"})
    (there,) = plan_goods_and_money(plan, RULES).there
    assert (there.amount, there.journal is not None, there.move.open) == (D("12.09"), True, D("12.10"))
    paid = replace(note, residual=D("0.01"), payment_state="partial")
    again = replace(plan, seen=replace(BILLED, credit_notes=(paid,)))
    assert plan_goods_and_money(again, RULES).there == ()
    more = replace(plan, refunds=(replace(sent, amount=D("11.00")),))
    assert plan_goods_and_money(more, RULES).there == (), "more than cents"


# The plan says what each does to the money


def shown(plan: RefundPlan) -> list[str]:
    return [f"{step.do}: {step.detail}" for step in refund_plan_shown(plan).steps if step.model.startswith("account")]


def test_the_plan_names_the_money_of_credits_of_what_is_undone_and_of_what_is_parked() -> None:
    seen = with_goods(sent=False)
    kept = planned(seen, MUG_BACK)
    assert [line.split(",")[0] for line in shown(kept)] == [
        "Create the credit note: 12.10 EUR of invoice INV/7",
        "Leave the credit note open: 12.10 EUR to the customer's credit",
    ]
    there = replace(as_move(kept.credits[0]), odoo_id=9, name="RINV/9", state="posted", payment_state="not_paid")
    seen = replace(seen, credit_notes=(there,))
    paid_back = planned(seen, replace(MUG_BACK, by_gateway=True))
    assert shown(paid_back) == ["Pay back in Stripe: 12.10 EUR, '1054 refund 1'"]
    undone = planned(seen, rules=with_rules(RULES, deleted_refunds="undo"))
    assert shown(undone) == [
        "Cancel credit note RINV/9: over 12.10 EUR, with what Woodoo has paid back of it",
    ]
    told = refund_plan_shown(planned(seen))
    assert "in Odoo stands credit note RINV/9 over 12.10 EUR" in str(told.notes)
    waits = refund_plan_shown(planned(replace(seen, invoices=(), credit_notes=()), MUG_BACK))
    assert "Refund 1 over 12.10 EUR waits" in str(waits.notes)
