"""Woodoo's own database is lost: everything is set up anew and imported again, and nothing in Odoo is doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.odoo.shop import RECORDINGS, Bench, recorded_orders

from woodoo import importing, wiring
from woodoo.connections.models import Connection
from woodoo.engine import db, import_walk, pump
from woodoo.engine import work as todo
from woodoo.engine.models import Link, Work
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble

#: Invoiced and paid, simple and variable products, guests and accounts; a coupon, a fee, prices with tax.
PAID = ("76", "78", "90", "95", "111")
#: Cancelled in the store and in Odoo; cancelled only after it was invoiced; changed in the store after it was invoiced.
CANCELLED, CANCELLED_LATE, CHANGED = "110", "85", "86"
#: Its payment was cancelled in Odoo; it has a product Odoo does not know; it was cancelled before it came over.
UNDONE, PARKED, NEVER = "87", "77", "116"
RECORDS = (*PAID, CANCELLED, CANCELLED_LATE, CHANGED, UNDONE, PARKED, NEVER)
#: All that Woodoo writes to Odoo, and what of it must stay as it is.
CONTENT: Mapping[str, list[str]] = {
    "res.partner": ["name", "email", "street", "zip", "parent_id", "type", "active"],
    "sale.order": ["name", "client_order_ref", "partner_id", "state", "amount_total", "order_line"],
    "account.move": ["name", "ref", "move_type", "state", "payment_state", "amount_total", "amount_residual"],
    "account.payment": ["name", "amount", "state", "partner_id"],
    "stock.picking": ["name", "state", "partner_id"],
    "ir.model.data": ["module", "name", "model", "res_id"],
}


class Installation:
    """Woodoo between a store and a real Odoo, which can be lost and set up anew."""

    def __init__(self, store: StoreDouble, odoo: Endpoint, bench: Bench, admin: Admin) -> None:
        self.store, self.odoo, self.bench, self.admin = store, odoo, bench, admin
        self.connection = self.connect()

    def connect(self) -> Connection:
        """Set the connection up, as a person does."""
        return Connection.objects.create(
            name="Losses",
            store_url=self.store.url,
            store_key=self.store.key,
            store_secret=self.store.secret,
            odoo_url=self.odoo.url,
            odoo_database=self.odoo.database,
            odoo_login=self.odoo.login,
            odoo_key=self.odoo.secret,
            settings=json.loads(self.bench.settings.model_dump_json()) | {"batch_size": 10},
        )

    def lose_everything(self) -> None:
        """Empty every table of ours, and set the connection up again."""
        tables = db.rows(
            """SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
                WHERE schemaname = 'public' AND tablename ~ '^(engine|connections|web|alerts)_'"""
        )
        db.change(f"TRUNCATE {tables[0][0]} RESTART IDENTITY CASCADE")
        assert not Link.objects.exists()
        assert not Work.objects.exists()
        self.connection = self.connect()

    def bring_over(self, *records: str) -> None:
        """Work on these records as workers do."""
        todo.enqueue(self.connection.pk, "orders", "order", records, source="manual")
        self._drain()

    def import_all(self) -> None:
        days = sorted(order.created_at.date().isoformat() for order in self.bench.store.orders.values())
        wanted = importing.read_wanted(self.connection, from_day=days[0], to_day="")
        made = importing.start_import(self.connection, wanted, started_by="ana")
        while made.finished_at is None:
            import_walk.ring_due()
            import_walk.walk(made.pk)
            self._drain()
            made.refresh_from_db()
            assert made.message == ""

    def _drain(self) -> None:
        while pump.drain(self.connection.pk, "orders"):
            pass

    def configure(self, **settings: Any) -> None:
        self.connection.settings |= settings
        self.connection.save()

    def said(self) -> list[Any]:
        return list(Work.objects.values_list("record", "state", "message"))

    def states(self) -> dict[str, str]:
        return dict(Work.objects.values_list("record", "state"))

    def links(self) -> set[tuple[str, str, str, int, str]]:
        """What is linked. The name of a customer is the store's at first, and Odoo's afterwards."""
        return set(Link.objects.values_list("kind", "external_id", "odoo_model", "odoo_id", "odoo_xmlid"))

    def in_odoo(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in Odoo, archived records too."""
        context = {"active_test": False}
        return {
            model: self.admin.call(model, "search_read", domain=[], fields=fields, order="id", context=context)
            for model, fields in CONTENT.items()
        }


@pytest.fixture
def woodoo(transactional_db: None, odoo: Endpoint, admin: Admin, request: Any) -> Iterator[Installation]:
    db.change("DELETE FROM procrastinate_jobs")
    orders = {record: order for record, order in recorded_orders().items() if record in RECORDS}
    bench = Bench.set_up(odoo, admin, orders, f"loss_{request.node.originalname[5:30]}")
    with StoreDouble() as store:
        bodies = [json.loads(path.read_text())["body"] for path in sorted(RECORDINGS.glob("order_[0-9]*.json"))]
        store.load_recorded_orders([body for body in bodies if str(body.get("id")) in orders])
        wiring.install()
        yield Installation(store, odoo, bench, admin)
    db.change("DELETE FROM procrastinate_jobs")


@pytest.fixture
def unknown_product(woodoo: Installation) -> Iterator[None]:
    """One product has another SKU in Odoo."""
    sku = woodoo.bench.store.orders[PARKED].lines[0].sku
    product = [woodoo.bench.shop.products[sku]]
    woodoo.admin.call("product.product", "write", ids=product, vals={"default_code": "ELSEWHERE"})
    yield
    woodoo.admin.call("product.product", "write", ids=product, vals={"default_code": sku})


def live_through(woodoo: Installation) -> None:
    """Bring all orders over, and let things happen to them on both sides."""
    woodoo.store.set_status(int(NEVER), "cancelled")
    woodoo.bring_over(*RECORDS)
    for record in (CANCELLED, CANCELLED_LATE):
        woodoo.store.set_status(int(record), "cancelled")
    woodoo.store.change_quantity(int(CHANGED), 3)
    (payment,) = Link.objects.filter(kind="payment", external_id=UNDONE).values_list("odoo_id", flat=True)
    for method in woodoo.bench.odoo.client.dialect.payment_cancel:
        assert not woodoo.bench.odoo.action("account.payment", method, [payment]).errors
    woodoo.bring_over(*RECORDS)


@pytest.mark.long("14")
@pytest.mark.usefixtures("unknown_product")
def test_whatever_had_become_of_orders_is_found_again_and_nothing_is_made_twice(woodoo: Installation) -> None:
    live_through(woodoo)
    before, links, states = woodoo.in_odoo(), woodoo.links(), woodoo.states()
    expected = dict.fromkeys(PAID, "done") | {CANCELLED: "done", NEVER: "skipped"}
    assert states == expected | dict.fromkeys((CANCELLED_LATE, CHANGED, UNDONE, PARKED), "parked"), woodoo.said()
    woodoo.lose_everything()
    woodoo.import_all()
    assert woodoo.in_odoo() == before
    assert woodoo.states() == states, woodoo.said()
    assert woodoo.links() == links
    woodoo.import_all()
    assert woodoo.in_odoo() == before

    woodoo.store.set_status(int(CANCELLED), "on-hold")
    woodoo.bring_over(CANCELLED)
    (reopened,) = [row for key, row in woodoo.bench.sale_orders("state").items() if key == CANCELLED]
    assert reopened["state"] in ("draft", "sent"), "Woodoo knows that it had cancelled it itself"


@pytest.mark.long("19")
def test_what_was_only_begun_is_finished_once_and_invoices_alone_stay_what_they_are(woodoo: Installation) -> None:
    begun, alone = PAID[:2], PAID[2:]
    woodoo.configure(order_becomes="order")
    woodoo.bring_over(*begun)
    woodoo.configure(order_becomes="invoice_payment")
    woodoo.bring_over(*alone)
    before, links = woodoo.in_odoo(), woodoo.links()
    woodoo.lose_everything()
    woodoo.bring_over(*PAID)
    after = woodoo.in_odoo()
    assert [row["id"] for row in after["sale.order"]] == [row["id"] for row in before["sale.order"]]
    assert after["res.partner"] == before["res.partner"]
    assert len(after["account.move"]) - len(before["account.move"]) >= len(begun)
    assert set(woodoo.bench.invoices("name")) == set(PAID)
    assert links <= woodoo.links()
    assert set(woodoo.states().values()) == {"done"}, woodoo.said()
