"""How far the order of a test run goes, and that nobody else's rules touch it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.mapping.orders import MADRID, make_line, make_order, make_rules
from woodoo.domain.order import Order
from woodoo.domain.trial import META_KEY, TrialMark, mark_of, read_mark, trial_of
from woodoo.mapping.policy import Do, Policy, PolicyDecision
from woodoo.mapping.trial_policy import paid_as_said, plan_how_far

OURS = make_rules().namespace
MARK = TrialMark(OURS, "k3mz9qwe")
BOOKS = replace(MARK, books=True)


def order(mark: TrialMark = MARK, status: str = "pending", **changes: Any) -> Order:
    billing = replace(MADRID, email=mark.email)
    made = make_order(make_line("10.00"), total="10.00", status=status, billing=billing, meta={META_KEY: mark.text})
    return replace(made, paid_at=None, **changes)


def decided(one: Order, **policy: Any) -> PolicyDecision:
    return plan_how_far(one, None, make_rules(policy=Policy(**policy)), today=date(2026, 11, 25))


@pytest.mark.parametrize(
    ("mark", "becomes", "steps"),
    [
        (MARK, "order_invoice_payment_delivery", {Do.ORDER, Do.CONFIRM}),
        (MARK, "order", {Do.ORDER, Do.CONFIRM}),
        (MARK, "invoice_payment", {Do.INVOICE}),
        (BOOKS, "order_invoice_payment_delivery", {Do.ORDER, Do.CONFIRM, Do.INVOICE, Do.POST, Do.PAYMENT}),
        (BOOKS, "invoice", {Do.INVOICE, Do.POST}),
    ],
)
def test_it_goes_as_far_as_its_run_says_whatever_its_status(mark: TrialMark, becomes: str, steps: set[Do]) -> None:
    assert decided(order(mark), order_becomes=becomes).steps == steps
    assert decided(order(mark, "processing"), order_becomes=becomes).steps == steps


def test_where_orders_stay_quotations_it_is_one() -> None:
    assert decided(order(BOOKS), confirm_orders=False).steps == {Do.ORDER}


def test_another_connection_leaves_it_alone() -> None:
    assert "another connection" in decided(order(TrialMark("elsewhere", "k3mz9qwe"))).skip


@pytest.mark.parametrize("status", ["trash", "cancelled", "failed"])
def test_once_it_is_being_taken_away_it_does_not_come_back(status: str) -> None:
    assert "cleans up by itself" in decided(order(status=status)).skip


def test_an_order_with_the_mark_and_a_real_address_is_a_real_order() -> None:
    real = replace(order(), billing=MADRID)
    assert trial_of(real) is None
    assert "orders come over when they are" in decided(real).skip


def test_only_one_for_the_books_counts_as_paid() -> None:
    rules = make_rules()
    assert paid_as_said(order(BOOKS), rules).paid_at == order(BOOKS).created_at
    assert paid_as_said(order(), rules).paid_at is None


@pytest.mark.parametrize("text", ["", "a/b", "a//order", "a/b/everything", "a/b/order/c", None, 5, ["a/b/order"]])
def test_what_is_no_mark_is_none(text: object) -> None:
    assert read_mark(text) is None
    assert mark_of({META_KEY: text}, MARK.email) is None
