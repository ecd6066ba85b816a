"""The books of a simulated day complain of whatever is wrong, and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from woodoo.domain.mark import GONE
from woodoo.engine.models import Work
from woodoo.sandbox.day import books as bookkeeping
from woodoo.sandbox.day.books import Books, Comparison, Documents
from woodoo.sandbox.shapes import invent
from woodoo.stores.base import Fetched

ORDER = invent(7, ["EUR"])
ONE = ORDER.external_id
SALE = {"state": "sale", "amount_total": float(ORDER.total)}
INVOICE = {"state": "posted", "amount_total": float(ORDER.total), "amount_residual": 0.0}
PAYMENT = {"state": "paid"}
WHOLE = Documents([SALE], [INVOICE], [PAYMENT])


class Shelf:
    """A store that has some orders."""

    def __init__(self, orders: Mapping[str, Any]) -> None:
        self.orders = orders

    def fetch_orders(self, external_ids: Any) -> Fetched[Any]:
        return Fetched({one: self.orders[one] for one in external_ids})


def settle(
    monkeypatch: pytest.MonkeyPatch,
    documents: Documents = WHOLE,
    *,
    state: str = "done",
    order: Any = ORDER,
    seen: str = ORDER.mark.text(),
    need_a_person: tuple[str, ...] = (),
) -> Books:
    """Balance the books of one order; without a `state` Woodoo does not know it, without an `order` it is deleted."""
    if state:
        Work.objects.create(connection_id=1, lane="orders", flow="order", record=ONE, state=state, seen=seen)
    monkeypatch.setattr(bookkeeping, "read_documents", lambda odoo, prefix: {ONE: documents} if documents else {})
    orders = {ONE: order} if order else {}
    store: Any = Shelf(orders)
    odoo: Any = None
    return Comparison(1, store, odoo, "D-", need_a_person).balance([ONE], list(orders))


@pytest.mark.django_db
class TestBalance:
    def test_an_order_that_is_paid_and_in_odoo_once_is_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert settle(monkeypatch).complaints == []

    def test_one_woodoo_does_not_know_is_lost(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert settle(monkeypatch, Documents(), state="").lost

    def test_one_deleted_before_anybody_saw_it_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not settle(monkeypatch, Documents(), state="", order=None).complaints

    @pytest.mark.parametrize(
        "documents",
        [
            Documents([SALE, SALE], [INVOICE], [PAYMENT]),
            Documents([SALE], [INVOICE, INVOICE], [PAYMENT]),
            Documents([SALE], [INVOICE], [PAYMENT, PAYMENT]),
        ],
    )
    def test_what_is_there_twice_is_doubled(self, monkeypatch: pytest.MonkeyPatch, documents: Documents) -> None:
        assert settle(monkeypatch, documents).doubled

    @pytest.mark.parametrize(
        "documents",
        [
            Documents(),
            Documents([SALE], [], []),
            Documents([SALE], [INVOICE], []),
            Documents([SALE], [{**INVOICE, "state": "draft"}], [PAYMENT]),
            Documents([SALE], [{**INVOICE, "amount_residual": 0.01}], [PAYMENT]),
            Documents([SALE], [{**INVOICE, "amount_total": float(ORDER.total) + 0.01}], [PAYMENT]),
        ],
    )
    def test_a_paid_order_that_is_not_whole_differs(
        self, monkeypatch: pytest.MonkeyPatch, documents: Documents
    ) -> None:
        assert settle(monkeypatch, documents).differing

    def test_an_order_that_waits_for_its_money_is_not_invoiced(self, monkeypatch: pytest.MonkeyPatch) -> None:
        order = replace(ORDER, status="on-hold")
        assert settle(monkeypatch, order=order, seen=order.mark.text()).differing

    def test_a_cancelled_order_is_cancelled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        order = replace(ORDER, status="cancelled")
        assert settle(monkeypatch, Documents([SALE]), order=order, seen=order.mark.text()).differing

    def test_a_change_nobody_saw_is_stale(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert settle(monkeypatch, seen=replace(ORDER, total=ORDER.total + 1).mark.text()).stale

    def test_a_deletion_nobody_saw_is_stale(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert settle(monkeypatch, order=None).stale

    def test_a_deletion_that_was_seen_is_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not settle(monkeypatch, order=None, state="parked", seen=GONE).complaints

    @pytest.mark.parametrize("state", ["ready", "waiting"])
    def test_what_waits_is_unfinished(self, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
        assert settle(monkeypatch, state=state).unfinished

    @pytest.mark.parametrize("state", ["parked", "failed"])
    def test_a_person_is_needed_only_where_somebody_gave_cause(
        self, monkeypatch: pytest.MonkeyPatch, state: str
    ) -> None:
        assert settle(monkeypatch, state=state).differing

    def test_where_somebody_gave_cause_it_is_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not settle(monkeypatch, state="parked", need_a_person=(ONE,)).complaints

    def test_an_order_that_should_come_over_is_not_skipped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert settle(monkeypatch, Documents(), state="skipped").differing

    def test_one_that_was_never_paid_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        order = replace(ORDER, status="pending")
        assert not settle(monkeypatch, Documents(), state="skipped", order=order, seen=order.mark.text()).complaints
