"""The past of a real shop in a real Odoo: tried out first, then imported, then imported once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.odoo.shop import RECORDINGS, Bench, cents, recorded_orders

from woodoo import importing, wiring
from woodoo.connections.models import Connection
from woodoo.domain.history import OrderRange
from woodoo.domain.order import Order
from woodoo.engine import db, import_walk, pump
from woodoo.engine.models import Import, Link, State, Work
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble

#: All that Woodoo writes to Odoo.
MODELS = ("res.partner", "sale.order", "account.move", "account.payment", "ir.model.data")


class Past:
    """A shop with recorded orders, and what has become of them in Odoo."""

    def __init__(self, store: StoreDouble, connection: Connection, bench: Bench, orders: dict[str, Order]) -> None:
        self.store, self.connection, self.bench, self.orders = store, connection, bench, orders
        #: One order is cancelled, one has a product that Odoo does not know.
        self.cancelled = next(record for record, order in orders.items() if order.status == "cancelled")
        self.unknown = "77"

    @property
    def everything(self) -> OrderRange:
        days = sorted(order.created_at.date().isoformat() for order in self.orders.values())
        return importing.read_wanted(self.connection, from_day=days[0], to_day="")

    def in_odoo(self, admin: Admin) -> dict[str, int]:
        return {model: len(admin.call(model, "search_read", domain=[], fields=["id"])) for model in MODELS}

    def tried(self, wanted: OrderRange) -> dict[str, Any]:
        """Try everything out and return what was found."""
        *_, (listed, found) = importing.try_out(self.connection, wanted)
        assert listed == found["orders"]
        return found

    def imported(self, wanted: OrderRange) -> Import:
        """Import, as workers do, until it is through."""
        made = importing.start_import(self.connection, wanted, started_by="ana")
        while made.finished_at is None:
            import_walk.ring_due()
            import_walk.walk(made.pk)
            pump.drain(self.connection.pk, "orders")
            made.refresh_from_db()
            assert made.message == ""
        return made

    def numbers(self, state: str) -> set[str]:
        return set(Work.objects.filter(state=state).values_list("record", flat=True))


@pytest.fixture
def past(transactional_db: None, odoo: Endpoint, admin: Admin) -> Iterator[Past]:
    db.change("DELETE FROM procrastinate_jobs")
    orders = recorded_orders()
    bench = Bench.set_up(odoo, admin, orders, "history")
    with StoreDouble() as store:
        bodies = [json.loads(path.read_text())["body"] for path in sorted(RECORDINGS.glob("order_[0-9]*.json"))]
        store.load_recorded_orders([body for body in bodies if str(body.get("id")) in orders])
        connection = Connection.objects.create(
            name="History",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url=odoo.url,
            odoo_database=odoo.database,
            odoo_login=odoo.login,
            odoo_key=odoo.secret,
            settings=json.loads(bench.settings.model_dump_json()) | {"batch_size": 10},
        )
        wiring.install()
        yield Past(store, connection, bench, orders)
    db.change("DELETE FROM procrastinate_jobs")


@pytest.mark.long("14")
def test_history_is_tried_out_then_imported_and_doubles_nothing_when_imported_again(past: Past, admin: Admin) -> None:
    sku = past.orders[past.unknown].lines[0].sku
    others = {record for record, order in past.orders.items() if any(line.sku == sku for line in order.lines)}
    product = past.bench.shop.products[sku]
    past.bench.odoo.client.call("product.product", "write", ids=[product], vals={"default_code": "ELSEWHERE"})
    before = past.in_odoo(admin)
    found = past.tried(past.everything)

    assert past.in_odoo(admin) == before, "a dry run writes nothing"
    assert (found["orders"], found["there"], found["complete"]) == (len(past.orders), 0, 0)
    assert found["create"] > 20
    (parked,) = [row for row in found["parked_because"] if sku in row["reason"]]
    assert 0 < parked["count"] <= len(others)
    assert any(past.cancelled in row["examples"] for row in found["skipped_because"])

    made = past.imported(past.everything)
    assert made.state == Import.State.DONE
    assert {state: made.result.get(state, 0) for state in ("done", "skipped", "parked", "failed")} == {
        "done": found["create"],
        "skipped": found["skipped"],
        "parked": found["parked"],
        "failed": 0,
    }
    done = past.numbers(State.DONE)
    assert past.cancelled in past.numbers(State.SKIPPED)
    assert past.unknown in past.numbers(State.PARKED)
    documents = past.bench.sale_orders("amount_total")
    assert set(documents) == {past.orders[record].number for record in done}
    total = sum(past.orders[record].total for record in done if past.orders[record].currency == "EUR")
    assert found["totals"]["EUR"] == str(cents(total))

    past.bench.odoo.client.call("product.product", "write", ids=[product], vals={"default_code": sku})
    between = past.in_odoo(admin)
    again = past.tried(past.everything)
    assert (again["there"], again["create"], again["complete"]) == (len(done), parked["count"], 0)
    assert past.in_odoo(admin) == between
    second = past.imported(past.everything)
    assert (second.known, second.result["done"]) == (len(done), parked["count"])
    assert set(past.bench.sale_orders("name")) == set(documents) | {past.orders[r].number for r in past.numbers("done")}

    # Woodoo's memory lost: everything is looked at again, found in Odoo by its external id, and left as it is.
    there = past.in_odoo(admin)
    Link.objects.all().delete()
    third = past.imported(past.everything)
    assert (third.known, third.result["done"]) == (0, len(past.numbers("done")))
    assert past.in_odoo(admin) == there
    for record, invoice in past.bench.invoices("amount_total").items():
        assert cents(invoice["amount_total"]) == past.orders[record].total


def test_a_part_of_the_past_by_ids_and_status(past: Past) -> None:
    completed = sorted(int(record) for record, order in past.orders.items() if order.status == "completed")
    wanted = importing.read_wanted(past.connection, ids=f"{completed[0]}-{completed[2]}", statuses=["completed"])
    assert importing.expected(past.connection, wanted) == 3
    past.imported(wanted)
    assert {int(record) for record in Work.objects.values_list("record", flat=True)} == set(completed[:3])
