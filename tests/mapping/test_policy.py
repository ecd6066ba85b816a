"""How far an order goes, by its status, its payment, the policies and what Odoo has of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.mapping.orders import make_line, make_order, make_rules
from woodoo.connections.settings import DEFAULT_STATUS_STEPS
from woodoo.domain.order import Order
from woodoo.mapping.documents.document import Document, Invoice, done_steps
from woodoo.mapping.policy import BECOMES, STATUS_STEPS, Do, Policy, PolicyDecision, invoice_date, plan_policy
from woodoo.mapping.refunds.rules import RefundRules

TODAY = date(2026, 11, 25)
DEFAULT = Policy(status_steps=DEFAULT_STATUS_STEPS)
QUOTATION = frozenset({Do.ORDER})
CONFIRMED = QUOTATION | {Do.CONFIRM}
INVOICED = CONFIRMED | {Do.INVOICE, Do.POST}
PAID = INVOICED | {Do.PAYMENT}
NOT_YET = "The invoice waits for the payment (Card, no payment date in the store)."


def order(status: str = "processing", *, paid: bool = True, **changes: Any) -> Order:
    made = make_order(make_line("10.00"), total="10.00", status=status, **changes)
    return made if paid else replace(made, paid_at=None)


def decided(one: Order, document: Document | None = None, policy: Policy = DEFAULT, **changes: Any) -> PolicyDecision:
    return plan_policy(one, document, make_rules(policy=replace(policy, **changes)), today=TODAY)


def sale_order(state: str = "sale", *invoices: Invoice) -> Document:
    return Document(18, "S00018", state, Decimal(10), invoices)


def invoice(state: str = "posted", payment: str = "not_paid", residual: str = "10.00", total: str = "10.00") -> Invoice:
    return Invoice(7, "INV/7", "out_invoice", state, payment, Decimal(total), Decimal(residual))


@pytest.mark.parametrize(
    ("status", "paid", "steps"),
    [
        ("on-hold", False, QUOTATION),
        ("on-hold", True, QUOTATION),
        ("processing", False, CONFIRMED),
        ("processing", True, PAID),
        ("completed", False, CONFIRMED),
        ("completed", True, PAID),
    ],
)
def test_by_default_nothing_is_invoiced_before_it_is_paid(status: str, paid: bool, steps: frozenset[Do]) -> None:
    decision = decided(order(status, paid=paid))
    assert decision.steps == steps
    held = "It stays a quotation while the order is 'on-hold' in the store."
    assert decision.waits == {CONFIRMED: (NOT_YET,), QUOTATION: (held,), PAID: ()}[steps]


@pytest.mark.parametrize("status", ["pending", "cancelled", "refunded", "failed", "checkout-draft", "trash", "packed"])
@pytest.mark.parametrize("becomes", BECOMES)
def test_by_default_these_never_make_anything(status: str, becomes: str) -> None:
    decision = decided(order(status), order_becomes=becomes)
    assert decision.steps == frozenset()
    assert f"'{status}' in the store" in decision.skip


@pytest.mark.parametrize("status", ["cancelled", "refunded", "failed", "checkout-draft", "trash"])
def test_no_table_makes_an_order_of_what_is_none(status: str) -> None:
    assert decided(order(status), status_steps={status: "deliver"}).skip
    assert decided(order(status), sale_order(), status_steps={status: "deliver"}).steps


def test_a_status_the_table_does_not_name_is_told_from_one_that_it_ignores() -> None:
    assert "which the status table does not name; orders come over when" in decided(order("packed")).skip
    for status in ("pending", "trash", "checkout-draft"):
        assert "does not name" not in decided(order(status)).skip
    assert "'on-hold', 'processing' or 'completed'." in decided(order("pending")).skip


@pytest.mark.parametrize("becomes", BECOMES)
@pytest.mark.parametrize("step", ["quotation", "confirm", "invoice", "deliver"])
def test_the_table_and_the_form_both_limit(becomes: str, step: str) -> None:
    decision = decided(order("packed"), order_becomes=becomes, status_steps={"packed": step})
    assert decision.steps == BECOMES[becomes] & STATUS_STEPS[step]
    assert bool(decision.skip) == (not decision.steps)


def test_an_invoice_of_a_refunded_order_says_that_the_refund_stays_out_where_refunds_do() -> None:
    refunded = replace(order(), refund_ids=("140",))
    told = "The store has refunded some of it. Refunds are not carried over: credit it in Odoo."
    alone = make_rules(policy=DEFAULT, refunds=RefundRules(take_refunds=False))
    assert plan_policy(refunded, None, alone, today=TODAY).waits == (told,)
    assert decided(refunded).waits == ()
    assert decided(refunded).steps == decided(order()).steps


@pytest.mark.parametrize(("document", "steps"), [(sale_order(), PAID), (sale_order("sale", invoice()), None)])
def test_what_was_refunded_in_full_is_invoiced_to_be_credited_where_it_cannot_be_taken_out(
    document: Document, steps: frozenset[Do] | None
) -> None:
    refunded = replace(order("refunded"), refund_ids=("140",))
    assert decided(refunded, document).steps == (steps or frozenset())
    assert bool(decided(refunded, document).skip) is (steps is None)
    assert decided(replace(refunded, paid_at=None), document).skip
    assert decided(refunded).skip


def test_a_chargeback_is_left_to_a_person_where_odoo_has_the_order() -> None:
    steps = {**DEFAULT_STATUS_STEPS, "chargeback": "tell"}
    assert decided(order("chargeback"), sale_order(), status_steps=steps).tell
    assert decided(order("chargeback"), status_steps=steps).skip


def test_goods_do_not_wait_for_the_money() -> None:
    decision = decided(order("completed", paid=False), order_becomes="order_invoice_payment_delivery")
    assert decision.steps == CONFIRMED | {Do.DELIVERY}


def test_a_method_that_is_left_unpaid_is_invoiced_and_never_paid() -> None:
    for paid in (False, True):
        decision = decided(order(paid=paid), unpaid_methods=frozenset({"stripe"}))
        assert (decision.steps, decision.waits) == (INVOICED, ())


def test_an_order_for_nothing_does_not_wait() -> None:
    assert decided(replace(order(paid=False), total=Decimal(0))).steps == PAID


def test_an_unpaid_order_that_becomes_an_invoice_only_waits_outside() -> None:
    assert "is not paid yet" in decided(order(paid=False), order_becomes="invoice").skip
    alone = Document(None, "INV/7", "posted", Decimal(10), (invoice(),))
    assert "INV/7 stays as it is" in decided(order(paid=False), alone, order_becomes="invoice").skip


@pytest.mark.parametrize(
    ("document", "steps"),
    [(None, QUOTATION), (sale_order("draft"), QUOTATION), (sale_order("sent"), QUOTATION), (sale_order("sale"), PAID)],
)
def test_without_automatic_confirmation_an_order_waits_for_a_person(
    document: Document | None, steps: frozenset[Do]
) -> None:
    decision = decided(order(), document, confirm_orders=False)
    assert decision.steps == steps
    assert bool(decision.waits) == (steps == QUOTATION)


def test_an_order_that_would_stay_a_quotation_anyhow_does_not_wait_for_a_person() -> None:
    (held,) = decided(order("on-hold"), confirm_orders=False).waits
    assert held == "It stays a quotation while the order is 'on-hold' in the store."


def test_what_the_status_holds_back_is_said_unless_it_is_done() -> None:
    def held(document: Document | None = None, **changes: Any) -> tuple[str, ...]:
        return decided(order(), document, **changes).waits

    not_invoiced = ("It is not invoiced while the order is 'processing' in the store.",)
    confirm: dict[str, Any] = {"status_steps": {"processing": "confirm"}}
    posted = replace(sale_order("sale"), invoices=(invoice(),))
    assert (held(**confirm), held(posted, **confirm)) == (not_invoiced, ())
    assert held(order_becomes="order", **confirm) == ()
    assert held(sale_order("sale"), status_steps={"processing": "quotation"}) == not_invoiced
    deliver: dict[str, Any] = {"order_becomes": "order_invoice_payment_delivery"}
    assert held(**deliver) == ("It is not delivered while the order is 'processing' in the store.",)
    assert held(replace(posted, delivered=True), **deliver) == ()


def test_what_an_order_has_become_it_stays() -> None:
    alone = Document(None, "INV/7", "posted", Decimal(10), (invoice(),))
    assert decided(order(), alone).steps == BECOMES["invoice_payment"]
    assert decided(order(), sale_order("draft"), order_becomes="invoice_payment").steps == PAID


def test_a_cancelled_order_is_cancelled_only_where_odoo_has_it() -> None:
    assert decided(order("cancelled"), sale_order()).cancel
    assert not decided(order("cancelled")).cancel


@pytest.mark.parametrize(
    ("rule", "day"),
    [("order", "2026-11-21"), ("paid", "2026-11-23"), ("completed", "2026-11-24"), ("today", "2026-11-25")],
)
def test_the_invoice_is_dated_by_the_rule_in_the_shop_s_zone(rule: str, day: str) -> None:
    placed = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    one = replace(
        order(), created_at=placed, paid_at=placed + timedelta(days=2), completed_at=placed + timedelta(days=3)
    )
    rules = make_rules(policy=Policy(invoice_date=rule), timezone=ZoneInfo("Europe/Madrid"))
    assert f"{invoice_date(one, rules, TODAY)}" == day
    never = replace(one, paid_at=None, completed_at=None)
    assert f"{invoice_date(never, rules, TODAY)}" == (day if rule == "today" else "2026-11-21")


def test_invoices_of_closed_years_stay_drafts() -> None:
    decision = decided(order(), post_invoices_from=date(2027, 1, 1))
    assert decision.steps == CONFIRMED | {Do.INVOICE}
    assert decision.waits == (
        "The invoice is dated 2026-11-20, before 2027-01-01: it stays a draft, neither posted nor paid.",
    )
    assert decided(order(), post_invoices_from=date(2026, 11, 20)).steps == PAID


def test_an_invoice_of_a_closed_year_that_a_person_has_posted_is_left_to_that_person() -> None:
    decision = decided(order(), sale_order("sale", invoice()), post_invoices_from=date(2027, 1, 1))
    assert (decision.steps, decision.waits) == (CONFIRMED | {Do.INVOICE}, ())


@pytest.mark.parametrize(
    ("document", "left"),
    [
        (sale_order("draft"), {Do.CONFIRM, Do.INVOICE, Do.POST, Do.PAYMENT, Do.DELIVERY}),
        (sale_order(), {Do.INVOICE, Do.POST, Do.PAYMENT, Do.DELIVERY}),
        (sale_order("sale", invoice("draft")), {Do.POST, Do.PAYMENT, Do.DELIVERY}),
        (sale_order("sale", invoice()), {Do.PAYMENT, Do.DELIVERY}),
        (sale_order("sale", invoice("posted", "partial", "3.00")), {Do.PAYMENT, Do.DELIVERY}),
        (sale_order("sale", invoice("posted", "paid", "0.00")), {Do.DELIVERY}),
        (replace(sale_order("sale", invoice("posted", "in_payment", "0.00")), delivered=True), set()),
        (sale_order("sale", invoice("cancel")), {Do.INVOICE, Do.POST, Do.PAYMENT, Do.DELIVERY}),
    ],
)
def test_what_is_done_already_is_not_done_again(document: Document, left: set[Do]) -> None:
    assert frozenset(Do) - done_steps(document, Decimal(10)) == left


def test_another_total_is_something_left_to_do_unless_odoo_s_tax_counts() -> None:
    assert Do.ORDER not in done_steps(sale_order("draft"), Decimal("10.01"))
    a_cent_open = sale_order("sale", invoice("posted", "partial", "0.01", total="10.01"))
    assert Do.PAYMENT not in done_steps(a_cent_open, Decimal(10))
    assert done_steps(a_cent_open, Decimal(10), exact=False) == frozenset(Do) - {Do.DELIVERY}
