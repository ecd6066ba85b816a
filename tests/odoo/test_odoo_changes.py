"""What people do in Odoo reaches the orders it belongs to; what Woodoo does there itself rings for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.odoo.shop import Bench, recorded_orders

from woodoo.chores.odoo_changes import HINT, follow_odoo
from woodoo.chores.odoo_records import look_after_records
from woodoo.connections.models import Connection
from woodoo.engine import db
from woodoo.engine.cursors import set_cursor
from woodoo.engine.flow import OutcomeKind
from woodoo.engine.links import Links
from woodoo.engine.models import Event, Link, State, Work
from woodoo.engine.work import enqueue
from woodoo.flows.context import Context
from woodoo.flows.order import sync_orders
from woodoo.flows.rules import load_rules
from woodoo.live import Live
from woodoo.odoo.deliveries import deliver_orders
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

PAID = ("76", "90", "95")
DELIVERED = {"order_becomes": "order_invoice_payment_delivery"}


@dataclass
class Watched:
    """A prepared Odoo, orders in it, and the connection whose chores look at it."""

    bench: Bench
    live: Live
    admin: Admin

    def sync(self, *records: str, **changes: Any) -> dict[str, str]:
        """Bring orders over as a worker does: outcome and links are noted with them. Return the states."""
        rules = load_rules(self.bench.odoo, self.bench.settings.model_copy(update=changes), self.bench.odoo.namespace)
        links = Links(self.live.connection.pk)
        enqueue(links.connection_id, "orders", "order", records, source="manual")
        outcomes = sync_orders(Context(self.bench.store, self.bench.odoo, rules, links), list(records))
        for record, outcome in outcomes.items():
            links.upsert(outcome.links)
            Work.objects.filter(record=record).update(state=outcome.kind.value, message=outcome.message)
        Event.objects.all().delete()
        return {record: outcome.kind.value for record, outcome in outcomes.items()}

    def follow(self) -> Mapping[str, str]:
        """Look at all models, to the end; return what each order was rung for, in the order of the models."""
        set_cursor(self.live.connection.pk, HINT, uuid4().hex)
        follow_odoo(self.live)
        return self.rung()

    def rung(self) -> dict[str, str]:
        found = dict(Event.objects.filter(source="odoo").order_by("pk").values_list("record", "topic"))
        Event.objects.all().delete()
        return found

    def linked(self, kind: str, record: str) -> int:
        return int(Link.objects.get(kind=kind, external_id=record).odoo_id)

    def act(self, model: str, method: str, odoo_id: int, **context: Any) -> None:
        """Do something in Odoo as a person with every right."""
        self.admin.call(model, method, ids=[odoo_id], **({"context": context} if context else {}))


@pytest.fixture
def watched(db: None, odoo: Endpoint, admin: Admin, request: pytest.FixtureRequest) -> Watched:
    recorded = recorded_orders()
    name = f"woodoo_seen_{request.node.originalname[5:30].strip('_')}_{len(request.node.name)}"
    bench = Bench.set_up(odoo, admin, {record: recorded[record] for record in PAID}, name)
    connection = Connection.objects.create(
        name="Shop",
        store_url="https://shop.example.com",
        odoo_url=odoo.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
        settings={"order_becomes": "order_invoice_payment_delivery", "namespace": name},
    )
    seen = Watched(bench, Live(connection, connection.rules), admin)
    seen.follow()
    return seen


def test_what_woodoo_does_itself_rings_for_nothing(watched: Watched):
    assert set(watched.sync(*PAID, **DELIVERED).values()) == {"done"}
    assert watched.follow() == {}
    assert set(watched.sync(*PAID, **DELIVERED).values()) == {"done"}
    look_after_records(watched.live)
    assert watched.rung() == {}
    states = dict(Link.objects.filter(external_id="76").values_list("kind", "odoo_seen"))
    assert states["order"] == '{"delivery": "open", "state": "confirmed", "total": "122.04"}'
    assert states["invoice"] == '{"payment": "paid", "state": "posted", "total": "122.04"}'
    assert states["payment"] == '{"state": "posted"}'


def test_an_order_that_a_person_confirms_goes_on(watched: Watched):
    watched.sync("76", "90", confirm_orders=False)
    assert watched.follow() == {}
    watched.act("sale.order", "action_confirm", watched.linked("order", "76"))
    assert watched.follow() == {"76": "sale.order: state quotation → confirmed"}
    assert watched.follow() == {}
    assert Work.objects.get(record="76").state == State.READY
    assert watched.sync("76", confirm_orders=False) == {"76": "done"}
    assert watched.bench.invoices("payment_state")["76"]["payment_state"] in ("paid", "in_payment")
    assert watched.follow() == {}


def test_a_payment_taken_back_and_a_delivery_made_by_hand_are_noticed(watched: Watched):
    watched.sync("76", "90", **DELIVERED)
    assert watched.follow() == {}
    payment = watched.linked("payment", "90")
    for method in watched.bench.odoo.client.dialect.payment_cancel:
        watched.act("account.payment", method, payment)
    assert watched.follow() == {"90": "account.move: payment paid → not paid"}
    assert watched.sync("90", **DELIVERED) == {"90": OutcomeKind.PARKED}
    assert watched.follow() == {}

    order = watched.linked("order", "76")
    assert deliver_orders(watched.bench.odoo, [order]).errors == {}
    assert watched.follow() == {"76": "sale.order: delivery open → done"}


def test_what_was_deleted_in_odoo_is_noticed_once_and_parked(watched: Watched):
    watched.sync(*PAID, confirm_orders=False)
    look_after_records(watched.live)
    assert watched.rung() == {}
    order = watched.linked("order", "76")
    watched.act("sale.order", "action_cancel", order, disable_cancel_warning=True)
    assert watched.follow() == {"76": "sale.order: state quotation → cancelled"}
    watched.act("sale.order", "unlink", order)
    again(watched)
    assert watched.rung() == {}  # it waits for its turn anyway
    Work.objects.update(state=State.DONE)
    db.change('UPDATE engine_link SET odoo_seen = \'{"state": "cancelled"}\' WHERE odoo_id = %s', [order])
    again(watched)
    assert watched.rung() == {"76": "sale.order: deleted"}
    again(watched)
    assert watched.rung() == {}
    assert watched.sync("76") == {"76": "parked"}
    assert "was deleted in Odoo after Woodoo made it" in Work.objects.get(record="76").message


def again(watched: Watched) -> None:
    """Walk the records from the beginning."""
    set_cursor(watched.live.connection.pk, "odoo:records", "")
    look_after_records(watched.live)


def test_a_deleted_draft_invoice_is_not_made_again_without_a_word(watched: Watched):
    watched.sync("76", post_invoices_from=date(2099, 1, 1))
    invoice = watched.linked("invoice", "76")
    watched.act("account.move", "unlink", invoice)
    again(watched)
    assert watched.rung()["76"].endswith("account.move: deleted")
    assert watched.sync("76") == {"76": "parked"}
    assert "its draft invoice was deleted in Odoo after Woodoo made it" in Work.objects.get(record="76").message
