"""Cancelled orders whose invoice is posted: what is left is credited once, whatever the store refunds besides."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_rules
from tests.mapping.refunds.books import ZERO, invoiced
from tests.mapping.test_reducing import MUG_BACK, ORDER, refund
from woodoo.domain.refund import Refund
from woodoo.mapping.policy import Policy
from woodoo.mapping.refunds.cancelled import plan_cancellation
from woodoo.mapping.refunds.credit_notes import plan_credit_notes
from woodoo.mapping.refunds.credit_plan import as_move
from woodoo.mapping.refunds.refund_plan import RefundPlan
from woodoo.mapping.refunds.refund_words import refund_plan_shown
from woodoo.mapping.refunds.rules import RefundRules
from woodoo.mapping.refunds.seen import Move, SeenOrder

STEPS = {"processing": "invoice", "cancelled": "cancel", "chargeback": "cancel"}
RULES = make_rules(
    policy=Policy(status_steps=STEPS), refunds=RefundRules(cancel_invoiced="credit", refund_payment="always")
)
CANCELLED = replace(ORDER, status="cancelled")
UNPAID, PAID = (invoiced(ORDER, RULES, paid=paid) for paid in (False, True))


def planned(
    *refunds: Refund, seen: SeenOrder = UNPAID, status: str = "cancelled", rules: Any = RULES, **more: Any
) -> RefundPlan:
    plan = RefundPlan(replace(CANCELLED, status=status), refunds, seen, **more)
    return plan_credit_notes(plan_cancellation(plan, rules), rules)


def credited(plan: RefundPlan) -> dict[str, Decimal]:
    assert not plan.failures, plan.failures
    return {credit.refund.external_id: credit.targets.total for credit in plan.credits}


def after(plan: RefundPlan) -> SeenOrder:
    """Return what Odoo has once the plan is carried out."""
    made = tuple(replace(as_move(one), name=f"RINV/{one.refund.external_id}", state="posted") for one in plan.credits)
    return replace(plan.seen, credit_notes=(*plan.seen.credit_notes, *made))


@pytest.mark.parametrize("seen", [UNPAID, PAID], ids=["unpaid", "paid"])
@pytest.mark.parametrize("status", ["cancelled", "chargeback"])
def test_the_whole_invoice_is_credited_once_and_no_money_goes_back(seen: SeenOrder, status: str) -> None:
    plan = planned(seen=seen, status=status)
    assert credited(plan) == {"cancel_7": ORDER.total}
    assert [credit.journal for credit in plan.credits] == [None]
    again = planned(seen=after(plan), status=status)
    assert (credited(again), [one.refund.external_id for one in again.there]) == ({}, ["cancel_7"])


def test_the_dry_run_says_what_it_does_to_the_money() -> None:
    shown = refund_plan_shown(planned())
    assert shown.summary == "Order #1054 is cancelled; its invoice is credited."
    assert "63.25 EUR less to be paid" in str([step.detail for step in shown.steps])
    paid = refund_plan_shown(planned(seen=PAID))
    assert "63.25 EUR to the customer's credit" in str([step.detail for step in paid.steps])


def test_what_was_refunded_before_is_not_credited_by_the_cancellation() -> None:
    assert credited(planned(MUG_BACK)) == {"1": Decimal("12.10"), "cancel_7": Decimal("51.15")}
    whole = refund("63.25", number=5)
    assert credited(planned(whole)) == {"5": ORDER.total}
    assert credited(planned(whole, seen=after(planned(whole)))) == {}


def test_a_refund_that_could_not_be_credited_leaves_its_amount_on_the_invoice() -> None:
    wrong = refund("20.00", MUG_BACK.lines[0], number=3)
    plan = planned(wrong)
    assert len(plan.failures) == 1
    assert {one.refund.external_id: one.targets.total for one in plan.credits} == {"cancel_7": Decimal("43.25")}
    later = planned(replace(wrong, lines=()), seen=after(plan))
    assert credited(later) == {"3": Decimal("20.00")}


def test_a_refund_of_a_cancelled_order_is_in_its_credit_note_already() -> None:
    done = after(planned(seen=PAID))
    (note,) = done.credit_notes
    done = replace(done, credit_notes=(replace(note, residual=note.total),))
    later = refund("63.25", number=9)
    plan = planned(later, seen=done)
    assert credited(plan) == {}
    assert "is in credit note RINV/cancel_7 of the cancelled order already" in plan.notes[0]
    assert [(one.refund.external_id, bool(one.journal)) for one in plan.there] == [("9", True), ("cancel_7", False)]
    part = planned(refund("10.00", number=9), seen=done)
    assert credited(part) == {}
    assert [one.refund.external_id for one in part.there] == ["cancel_7"]


def test_wanted_again_its_credit_note_stands_and_nobody_calls_it_deleted() -> None:
    done = after(planned())
    plan = planned(seen=done, status="processing")
    assert (credited(plan), plan.failures) == ({}, ())
    assert credited(planned(status="processing")) == {}
    anew = replace(UNPAID.posted[0], odoo_id=9, name="INV/9")
    again = planned(seen=replace(done, invoices=(*done.invoices, anew)))
    assert credited(again) == {"cancel_9": ORDER.total}


def test_with_tell_nothing_is_credited() -> None:
    told = replace(RULES, refunds=RefundRules())
    assert credited(planned(rules=told)) == {}


def test_it_is_credited_where_refunds_are_not_taken_too_and_spread_whatever_is_set_for_amounts() -> None:
    alone = replace(RULES, refunds=replace(RULES.refunds, take_refunds=False, amount_refund_as="product"))
    assert credited(planned(MUG_BACK, rules=alone)) == {"cancel_7": Decimal("51.15")}


def test_a_credit_note_a_person_cancelled_is_not_made_again() -> None:
    (credit,) = planned().credits
    move: Move = replace(as_move(credit), state="cancel", residual=ZERO)
    plan = planned(seen=replace(UNPAID, credit_notes=(move,)))
    assert "its credit note is cancelled in Odoo" in plan.failures[0].message


def test_what_a_person_has_a_draft_credit_note_for_is_left_to_them() -> None:
    (credit,) = planned().credits
    draft = replace(as_move(credit), refund_id="", state="draft", total=Decimal("13.25"), name="")
    plan = planned(seen=replace(UNPAID, credit_notes=(draft,)))
    assert credited(plan) == {"cancel_7": Decimal("50.00")}
    assert "A draft credit note over 13.25 EUR of invoice INV/7 is in Odoo already" in plan.waits[0]
