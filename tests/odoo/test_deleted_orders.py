"""Orders that are deleted in the store after they came over."""

from __future__ import annotations

import pytest

from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.odoo.changing import cancel_orders
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

from .shop import Bench, recorded_orders, renumbered

ORDER = recorded_orders()["76"]


@pytest.fixture(scope="module")
def bench(odoo: Endpoint, admin: Admin) -> Bench:
    orders = renumbered({"1": ORDER, "2": ORDER, "3": ORDER}, 501)
    made = Bench.set_up(odoo, admin, orders, "woodoo_deleted")
    made.sync(["501"], order_becomes="order")
    made.sync(["502"])
    return made


def deleted(bench: Bench, record: str) -> Outcome:
    bench.store.orders.pop(record, None)
    return bench.sync([record])[record]


def test_what_stands_in_odoo_is_shown_to_a_person_and_left_alone(bench: Bench) -> None:
    before = bench.sale_orders("name", "state"), bench.invoices("name", "state")
    order, invoice = before[0]["502"]["name"], before[1]["502"]["name"]
    outcome = deleted(bench, "502")
    assert outcome.kind is OutcomeKind.PARKED
    assert outcome.message == (
        f"Order 502 is not in the store any more, but in Odoo stands the sales order {order} and the invoice {invoice}."
    )
    assert (bench.sale_orders("name", "state"), bench.invoices("name", "state")) == before


def test_once_it_is_cancelled_in_odoo_the_record_rests(bench: Bench) -> None:
    assert deleted(bench, "501").kind is OutcomeKind.PARKED
    order = bench.sale_orders("name")["501"]
    assert not cancel_orders(bench.odoo, [order["id"]]).errors
    outcome = deleted(bench, "501")
    assert (outcome.kind, outcome.message) == (
        OutcomeKind.SKIPPED,
        f"Order 501 is not in the store any more; Odoo has only {order['name']} of it, cancelled.",
    )


def test_an_order_that_never_came_over_needs_nothing(bench: Bench) -> None:
    outcome = deleted(bench, "503")
    assert (outcome.kind, outcome.message) == (
        OutcomeKind.SKIPPED,
        "Order 503 is not in the store any more; Odoo has nothing of it.",
    )
