"""Closed periods on a real Odoo: nothing is posted into them, and nothing is moved out of them silently."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.odoo.shop import Bench, recorded_orders, renumbered

from woodoo.domain.order import Order
from woodoo.engine.flow import OutcomeKind
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

#: The day all books are closed up to, and the days the two orders were placed.
CLOSED = date(2024, 12, 31)
OLD, NEW = datetime(2024, 12, 31, 12, tzinfo=UTC), datetime(2025, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def bench(odoo: Endpoint, admin: Admin, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """One order of the last closed day, one of the first open one, in an Odoo whose books are closed."""
    recorded = recorded_orders()
    orders = renumbered({record: recorded[record] for record in ("76", "77")}, 88000)
    moments = dict(zip(orders, (OLD, NEW), strict=True))
    dated = {r: _placed(order, moments[r]) for r, order in orders.items()}
    name = f"woodoo_{request.node.originalname[5:25].strip('_')}"
    bench = Bench.set_up(odoo, admin, dated, name)
    close_books(admin, CLOSED)
    yield bench
    close_books(admin, None)


def close_books(admin: Admin, until: date | None, lock: str = "tax_lock_date") -> None:
    """Close the books of the first company; over XML-RPC, for 14 answers this one over /jsonrpc with a bare error."""
    with xmlrpc.client.ServerProxy(f"{admin.url}/xmlrpc/2/common") as common:
        uid = common.authenticate(admin.database, admin.login, admin.secret, {})
    vals = {lock: f"{until}" if until else False}
    with xmlrpc.client.ServerProxy(f"{admin.url}/xmlrpc/2/object") as models:
        models.execute_kw(admin.database, uid, admin.secret, "res.company", "write", [[1], vals])


def _placed(order: Order, moment: datetime) -> Order:
    return replace(order, created_at=moment, paid_at=moment + timedelta(minutes=5))


def test_an_invoice_of_a_closed_period_is_parked_before_anything_is_made(bench: Bench) -> None:
    outcomes = bench.sync()
    old, new = (outcomes[record] for record in bench.store.orders)
    assert new.kind == OutcomeKind.DONE, new.message
    assert old.kind == OutcomeKind.PARKED
    assert "would be dated 2024-12-31" in old.message
    assert "closed up to 2024-12-31" in old.message
    assert "post invoices from" in str(old.error)
    assert list(bench.sale_orders("name")) == [list(bench.store.orders)[1]]


def test_drafts_are_left_where_old_periods_are_not_to_be_posted(bench: Bench) -> None:
    outcomes = bench.sync(post_invoices_from=date(2025, 1, 1))
    assert {outcome.kind for outcome in outcomes.values()} == {OutcomeKind.DONE}
    old, new = bench.store.orders
    invoices = bench.invoices("state", "payment_state", "invoice_date")
    assert (invoices[old]["state"], invoices[old]["invoice_date"]) == ("draft", "2024-12-31")
    assert (invoices[new]["state"], invoices[new]["payment_state"]) == ("posted", "paid")
    assert "stays a draft" in outcomes[old].message


def test_invoices_dated_today_are_posted_whatever_is_closed(bench: Bench) -> None:
    outcomes = bench.sync(invoice_date="today")
    assert {outcome.kind for outcome in outcomes.values()} == {OutcomeKind.DONE}
    assert {row["state"] for row in bench.invoices("state").values()} == {"posted"}


def test_a_reopened_period_lets_the_order_through(bench: Bench, admin: Admin) -> None:
    assert OutcomeKind.PARKED in {outcome.kind for outcome in bench.sync().values()}
    close_books(admin, None)
    assert {outcome.kind for outcome in bench.sync().values()} == {OutcomeKind.DONE}
    dates = {row["invoice_date"] for row in bench.invoices("invoice_date").values()}
    assert dates == {"2024-12-31", "2025-01-01"}


def test_a_payment_of_a_closed_period_is_parked_before_anything_is_made(bench: Bench, admin: Admin) -> None:
    """Odoo 19 would show the day of the payment and book it on another one."""
    close_books(admin, None)
    # Odoo 14 closes no fiscal year that other tests have left drafts in, but a period.
    period = "period_lock_date"
    lock = period if period in bench.odoo.fields("res.company") else "fiscalyear_lock_date"
    close_books(admin, CLOSED, lock)
    try:
        outcomes = bench.sync(invoice_date="today")
        old, new = (outcomes[record] for record in bench.store.orders)
        assert new.kind == OutcomeKind.DONE, new.message
        assert old.kind == OutcomeKind.PARKED
        assert "its payment would be dated 2024-12-31, but in Odoo the books are closed up to 2024-12-31" in old.message
        assert list(bench.sale_orders("name")) == [list(bench.store.orders)[1]]
        left_open = bench.sync(invoice_date="today", order_becomes="order_invoice")
        assert {outcome.kind for outcome in left_open.values()} == {OutcomeKind.DONE}
    finally:
        close_books(admin, None, lock)
