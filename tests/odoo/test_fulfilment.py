"""What people do with deliveries, invoices and orders in a real Odoo reaches the order in the store, once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.odoo.shop import RECORDINGS, Bench, recorded_orders

from woodoo.chores.odoo_changes import HINT, follow_odoo
from woodoo.connections.models import Connection
from woodoo.domain.calls import NullRecorder
from woodoo.domain.errors import DataError, OutcomeUnknown
from woodoo.domain.fulfilment import Shipment
from woodoo.engine.cursors import set_cursor
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.links import Links
from woodoo.engine.models import Event, Work
from woodoo.flows.context import Context
from woodoo.flows.fulfil import plan_fulfilment, sync_fulfilment
from woodoo.flows.order import sync_orders
from woodoo.flows.sides import Sides
from woodoo.live import Live
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin, set_stock
from woodoo.sandbox.store.double import StoreDouble
from woodoo.sandbox.store.resources.fulfillments import FEATURE
from woodoo.stores.woocommerce.fulfilments import WooFulfilments
from woodoo.wiring import sides_of

#: What does not depend on the release of Odoo is tried on one of them.
on_19 = pytest.mark.parametrize("real_odoo", ["19"], indirect=True)
#: Paid orders of two lines (two pieces and three), and one that waits for its bank transfer.
PAID, ON_HOLD = ("76", "77", "84", "86", "90", "95"), "110"
TRACKING = {"carrier_tracking_ref": "1Z9, 1Z8"}


@dataclass
class Way:
    """A store, a connection and a real Odoo, moved by hand: no worker but the test."""

    bench: Bench
    admin: Admin
    store: StoreDouble
    live: Live
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def sides(self) -> Sides:
        return sides_of(self.live, NullRecorder())

    @property
    def links(self) -> Links:
        return Links(self.live.connection.pk)

    def bring(self, *records: str) -> dict[str, str]:
        """Bring orders to Odoo as a worker does; return what came of each."""
        odoo = self.live.odoo(NullRecorder())
        rules, _ = self.live.rules(odoo)
        outcomes = sync_orders(Context(self.live.store(NullRecorder()), odoo, rules, self.links), list(records))
        self._keep("orders", outcomes)
        return {record: outcome.message for record, outcome in outcomes.items()}

    def tell(self, *records: str) -> dict[str, str]:
        """Tell the store of orders; return what was said of each."""
        self.outcomes = sync_fulfilment(self.sides, list(records))
        self._keep("fulfilment", self.outcomes)
        return {record: outcome.message for record, outcome in self.outcomes.items()}

    def _keep(self, lane: str, outcomes: Mapping[str, Outcome]) -> None:
        for record, outcome in outcomes.items():
            self.links.upsert(outcome.links)
            Work.objects.filter(record=record, lane=lane).update(state=outcome.kind.value)

    def follow(self) -> dict[str, str]:
        """Look at what changed in Odoo; return lane → records that were rung for."""
        set_cursor(self.live.connection.pk, HINT, uuid4().hex)
        follow_odoo(self.live)
        found: dict[str, set[str]] = {}
        for lane, record in Event.objects.filter(source="odoo").values_list("lane", "record"):
            found.setdefault(lane, set()).add(record)
        Event.objects.all().delete()
        Work.objects.all().delete()
        return {lane: " ".join(sorted(records)) for lane, records in found.items()}

    # In Odoo

    def linked(self, record: str) -> int:
        return int(self.links.find("order", [record])[record].odoo_id)

    def ship(self, record: str, *pieces: int, **vals: Any) -> str:
        """Validate the open delivery of an order as a person does, with so many pieces of each line; return its name.

        Without pieces everything goes.
        """
        odoo, dialect = self.bench.odoo, self.bench.odoo.client.dialect
        domain = [("sale_id", "=", self.linked(record)), ("state", "not in", ["done", "cancel", "waiting"])]
        picking = odoo.search_read("stock.picking", domain, ["name"], order="id")[0]
        moves = odoo.search_read("stock.move", [("picking_id", "=", picking["id"])], ["product_uom_qty"], order="id")
        wanted = pieces or [move["product_uom_qty"] for move in moves]
        for move, quantity in zip(moves, wanted, strict=True):
            picked = {"picked": bool(quantity)} if dialect.move_picked else {}
            odoo.write("stock.move", [move["id"]], {dialect.move_done_quantity: quantity, **picked})
        if vals:
            odoo.write("stock.picking", [picking["id"]], vals)
        done = odoo.action("stock.picking", "button_validate", [picking["id"]], context=dialect.validate_context)
        assert not done.errors, done.errors
        return str(picking["name"])

    def open_pickings(self, record: str) -> list[int]:
        domain = [("sale_id", "=", self.linked(record)), ("state", "not in", ["done", "cancel"])]
        return self.bench.odoo.search("stock.picking", domain)

    def change_delivery(self, name: str, **vals: Any) -> None:
        found = self.bench.odoo.search("stock.picking", [("name", "=", name)])
        self.bench.odoo.write("stock.picking", found, vals)

    # In the store

    def order(self, record: str) -> dict[str, Any]:
        return self.store.shop.tables["orders"][int(record)]

    def meta(self, record: str) -> dict[str, Any]:
        return {entry["key"]: entry["value"] for entry in self.order(record)["meta_data"]}

    def fulfilments(self, record: str) -> list[dict[str, Any]]:
        """Return the fulfilments of an order, each as its meta data by key."""
        rows = [row for row in self.store.shop.tables["fulfillments"].values() if row["order_id"] == int(record)]
        return [{entry["key"]: entry["value"] for entry in row["meta_data"]} for row in rows]

    def pieces(self, record: str) -> list[dict[int, int]]:
        lines = {line["id"]: place for place, line in enumerate(self.order(record)["line_items"])}
        return [{lines[i["item_id"]]: i["qty"] for i in row["_items"]} for row in self.fulfilments(record)]

    def notes(self, record: str) -> list[str]:
        rows = self.store.shop.tables["notes"].values()
        return [row["note"] for row in rows if row["order_id"] == int(record) and row["customer_note"]]

    def writes(self) -> int:
        """Return how many requests the store has had that change something."""
        return sum(1 for method in _SEEN if method != "GET")

    def set(self, **settings: Any) -> None:
        """Change settings."""
        self.live.settings = self.live.settings.model_copy(update=settings)
        self.live._rules = None


#: The method of each request to the store.
_SEEN: list[str] = []


@pytest.fixture
def way(
    db: None, odoo: Endpoint, admin: Admin, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Way]:
    wanted = {record: order for record, order in recorded_orders().items() if record in {*PAID, ON_HOLD}}
    bench = Bench.set_up(odoo, admin, wanted, f"fulfil_{request.node.originalname[5:35]}")
    set_stock(admin, dict.fromkeys(bench.shop.products.values(), Decimal(1000)))
    providers = {"carrier_providers": {str(bench.shop.carrier_id): "dhl"}}
    settings = json.loads(bench.settings.model_dump_json()) | {"send_fulfilment": True, "send_status": True} | providers
    with StoreDouble() as store:
        store.set_option(FEATURE, "yes")
        paths = [path for path in RECORDINGS.glob("order_[0-9]*.json") if "deleted" not in path.name]
        bodies = [json.loads(path.read_text())["body"] for path in paths]
        store.load_recorded_orders([body for body in bodies if str(body["id"]) in wanted])
        connection = Connection.objects.create(
            name="Shop",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url=odoo.url,
            odoo_database=odoo.database,
            odoo_login=odoo.login,
            odoo_key=odoo.secret,
            settings=settings,
        )
        live = Live(connection, connection.rules)
        _SEEN.clear()
        yield Way(bench, admin, store, _listening(live, monkeypatch))


def _listening(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Note each request to the store."""
    from woodoo.stores.woocommerce.client import WooClient

    sent = WooClient.request

    def request(self: WooClient, method: str, path: str, **how: Any) -> Any:
        _SEEN.append(method)
        return sent(self, method, path, **how)

    monkeypatch.setattr(WooClient, "request", request)
    return live


def test_a_delivery_is_told_with_its_tracking_and_completes_the_order_and_then_all_is_quiet(way: Way) -> None:
    way.bring("76", "77")
    way.follow()
    assert way.tell("76", "77")["76"].startswith("meta data written.")
    number = way.bench.sale_orders("name")["76"]["name"]
    assert way.meta("76")["_woodoo_order"] == number
    assert way.meta("76")["_woodoo_invoice"] == way.bench.invoices("name")["76"]["name"]

    name = way.ship("76", **TRACKING)
    assert way.follow().get("fulfilment") == "76"
    plans = plan_fulfilment(way.sides, ["76"]).plans["76"]
    assert [step.do for step in plans.steps][:2] == ["Create fulfillment", "Change status in the store"]
    before = way.writes()
    assert way.tell("76") == {"76": f"{name} told, processing → completed, customer told."}
    assert way.writes() - before == 3
    (made,) = way.fulfilments("76")
    assert (made["_tracking_number"], made["_shipment_provider"]) == ("1Z9, 1Z8", "dhl")
    assert way.pieces("76") == [{0: 2, 1: 3}]
    assert way.order("76")["status"] == "completed"
    assert way.meta("76")["_fulfillment_status"] == "fulfilled"
    (shipped,) = way.meta("76")["_woodoo_shipments"]
    assert [one["number"] for one in shipped["tracking"]] == ["1Z9", "1Z8"]
    assert way.meta("76")["_woodoo_tracking"].startswith(f"{name}: Shop delivery 1Z9")
    (note,) = way.notes("76")
    assert name in note
    assert "1Z9, 1Z8" in note

    before = way.writes()
    for _ in range(2):
        assert way.tell("76")["76"].startswith("The store has all of")
        assert "done" in way.outcomes["76"].kind.value
        way.bring("76")
        assert way.follow().get("fulfilment", "") in {"", "76"}
    assert way.follow() == {}
    assert way.writes() == before
    assert way.bench.sale_orders("state")["76"]["state"] == "sale"


def test_two_parts_with_a_backorder_are_two_shipments_and_the_last_one_completes(way: Way) -> None:
    way.bring("76")
    first = way.ship("76", 1, 2)
    assert "processing →" not in way.tell("76")["76"]
    assert way.order("76")["status"] == "processing"
    assert way.meta("76")["_fulfillment_status"] == "partially_fulfilled"
    rest = way.ship("76", **TRACKING)
    assert way.tell("76") == {"76": f"{rest} told, processing → completed, customer told."}
    assert way.pieces("76") == [{0: 1, 1: 2}, {0: 1, 1: 1}]
    assert [row["delivery"] for row in way.meta("76")["_woodoo_shipments"]] == [first, rest]
    assert len(way.notes("76")) == 2


def test_of_pick_pack_and_ship_only_the_shipment_is_told(way: Way) -> None:
    where = way.admin.search_read("stock.warehouse", [], ["delivery_steps"])[0]
    way.admin.write("stock.warehouse", [where["id"]], {"delivery_steps": "pick_pack_ship"})
    try:
        way.bring("84")
        for _ in range(2):
            way.ship("84")
            assert "told" not in way.tell("84")["84"]
        assert way.fulfilments("84") == []
        name = way.ship("84")
        assert way.tell("84")["84"].startswith(f"{name} told, processing → completed")
        assert len(way.fulfilments("84")) == 1
    finally:
        way.admin.write("stock.warehouse", [where["id"]], {"delivery_steps": where["delivery_steps"]})


@on_19
def test_a_corrected_number_and_a_status_moved_back_change_what_the_store_has(way: Way) -> None:
    way.bring("76")
    name = way.ship("76", carrier_tracking_ref="WRONG")
    way.tell("76")
    way.follow()
    way.change_delivery(name, carrier_tracking_ref="RIGHT")
    assert way.follow() == {"fulfilment": "76"}
    assert way.tell("76") == {"76": f"{name} corrected."}
    assert [row["_tracking_number"] for row in way.fulfilments("76")] == ["RIGHT"]
    assert way.meta("76")["_woodoo_shipments"][0]["tracking"][0]["number"] == "RIGHT"
    assert len(way.notes("76")) == 1

    way.set(shipment_notes="corrections", tracking_plugin="shipment_tracking")
    way.change_delivery(name, carrier_tracking_ref="RIGHTER")
    assert way.tell("76") == {"76": f"{name} corrected, customer told."}
    assert len(way.notes("76")) == 2
    (item,) = way.meta("76")["_wc_shipment_tracking_items"]
    assert (item["tracking_number"], item["tracking_provider"]) == ("RIGHTER", "dhl")

    way.store.set_status(76, "processing")
    assert "processing → completed" in way.tell("76")["76"]
    (drift,) = way.outcomes["76"].drifts or ()
    assert (drift.group, drift.side, drift.repaired) == ("statuses", "store", True)
    assert way.tell("76")["76"].startswith("The store has all of")
    assert way.outcomes["76"].drifts == ()


def test_what_came_back_is_taken_off_and_the_order_stays_completed(way: Way) -> None:
    way.bring("90")
    name = way.ship("90", **TRACKING)
    way.tell("90")
    _return(way, "90")
    assert f"All of {name} has come back." in way.tell("90")["90"]
    assert way.fulfilments("90") == []
    assert way.meta("90")["_woodoo_shipments"][0]["returned"] == "yes"
    assert way.order("90")["status"] == "completed"
    assert way.tell("90")["90"].startswith("The store has all of")


def test_an_order_is_completed_once_nothing_more_comes_and_what_left_is_told(way: Way) -> None:
    """A backorder cancelled, backorders of backorders, a line lowered, the whole order cancelled, goods not planned."""
    parts = {"76": (1, 2), "84": (1, 3, 1), "95": (1,), "86": (1, 0), "77": (1, 0)}
    way.bring(*parts)
    first = {record: way.ship(record, *pieces) for record, pieces in parts.items()}
    said = way.tell(*parts)
    assert {way.order(record)["status"] for record in parts} == {"processing"}
    assert all(first[record] in said[record] for record in parts)

    # The backorder is cancelled: what left is all there will be. A piece of it comes back later.
    way.follow()
    way.admin.call("stock.picking", "action_cancel", ids=way.open_pickings("76"))
    assert way.follow() == {"fulfilment": "76"}
    assert "processing → completed" in way.tell("76")["76"]
    assert (way.pieces("76"), len(way.notes("76"))) == ([{0: 1, 1: 2}], 1)
    (row,) = way.meta("76")["_woodoo_shipments"]
    assert [one["quantity"] for one in row["items"]] == ["1", "2"]
    _return(way, "76", pieces=1)
    assert f"A part of {first['76']} has come back." in way.tell("76")["76"]
    assert (way.order("76")["status"], way.pieces("76")) == ("completed", [{0: 1, 1: 2}])

    # A backorder of the backorder, and the rest.
    second = way.ship("84", 2, 0)
    assert "completed" not in way.tell("84")["84"]
    third = way.ship("84")
    assert "processing → completed" in way.tell("84")["84"]
    assert [one["delivery"] for one in way.meta("84")["_woodoo_shipments"]] == [first["84"], second, third]
    assert way.pieces("84") == [{0: 1, 1: 3, 2: 1}, {0: 2}, {1: 4}]

    # The line is lowered to what left. Where Odoo leaves the transfer open, a person cancels it.
    (line,) = way.admin.search_read(
        "sale.order.line", [("order_id", "=", way.linked("95")), ("qty_delivered", "=", 1)], ["id"]
    )
    way.admin.write("sale.order.line", [line["id"]], {"product_uom_qty": 1})
    if waiting := way.open_pickings("95"):
        assert "completed" not in way.tell("95")["95"]
        way.admin.call("stock.picking", "action_cancel", ids=waiting)
    assert "processing → completed" in way.tell("95")["95"]
    assert way.pieces("95") == [{0: 1}]

    # All is cancelled of which a part has left: a person decides.
    way.set(cancel_in_store=True)
    way.admin.call("sale.order", "action_cancel", ids=[way.linked("86")], context={"disable_cancel_warning": True})
    assert "cancelled in Odoo, but some of it has left: its status stays." in way.tell("86")["86"]
    assert (way.order("86")["status"], way.pieces("86")) == ("processing", [{0: 1}])

    # Goods without a transfer are still to leave, as where a supplier sends them and is not asked yet.
    rest = way.open_pickings("77")
    way.admin.call("stock.picking", "action_cancel", ids=rest)
    way.admin.call("stock.picking", "unlink", ids=rest)
    assert "Odoo has no transfer for" in way.tell("77")["77"]
    assert way.order("77")["status"] == "processing"
    (line,) = way.admin.search_read(
        "sale.order.line",
        [("order_id", "=", way.linked("77")), ("qty_delivered", "=", 0), ("qty_delivered_method", "=", "stock_move")],
        ["id"],
    )
    way.admin.write("sale.order.line", [line["id"]], {"product_uom_qty": 0})
    for picking in way.open_pickings("77"):
        way.admin.call("stock.picking", "action_cancel", ids=[picking])
    assert "processing → completed" in way.tell("77")["77"]
    assert way.pieces("77") == [{0: 1}]
    before = way.writes()
    way.tell(*parts)
    assert way.writes() == before


def _return(way: Way, record: str, pieces: int = 0) -> None:
    """Take everything of an order's delivery back, or so many of its first line, as a person with every right does."""
    picking = way.admin.search_read(
        "stock.picking", [("sale_id", "=", way.linked(record)), ("state", "=", "done")], ["id"]
    )[0]["id"]
    moves = way.admin.search_read("stock.move", [("picking_id", "=", picking)], ["product_id", "product_uom_qty"])
    context = {"active_model": "stock.picking", "active_id": picking, "active_ids": [picking]}
    lines = [
        (0, 0, {"product_id": m["product_id"][0], "quantity": m["product_uom_qty"], "move_id": m["id"]}) for m in moves
    ]
    if pieces:
        lines = [(0, 0, {**lines[0][2], "quantity": pieces})]
    vals = {"picking_id": picking, "product_return_moves": lines}
    fields = way.admin.fields("stock.return.picking")
    if "location_id" in fields:
        home = way.admin.search_read("stock.warehouse", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
        vals["location_id"] = home
    (wizard,) = way.admin.call("stock.return.picking", "create", vals_list=[vals], context=context)
    method = way.bench.odoo.client.dialect.return_method
    back = way.admin.call("stock.return.picking", method, ids=[wizard], context=context)["res_id"]
    done = way.bench.odoo.client.dialect.move_done_quantity
    for move in way.admin.search_read("stock.move", [("picking_id", "=", back)], ["product_uom_qty"]):
        picked = {"picked": True} if way.bench.odoo.client.dialect.move_picked else {}
        way.admin.write("stock.move", [move["id"]], {done: move["product_uom_qty"], **picked})
    way.admin.call("stock.picking", "button_validate", ids=[back], context={"skip_backorder": True})
    assert way.admin.search_read("stock.picking", [("id", "=", back)], ["state"])[0]["state"] == "done"


@on_19
def test_an_order_cancelled_in_odoo_is_cancelled_in_the_store_where_that_is_set_and_stays_so(way: Way) -> None:
    way.set(order_becomes="order")
    way.bring("76")
    cancel = {"disable_cancel_warning": True}
    way.admin.call("sale.order", "action_cancel", ids=[way.linked("76")], context=cancel)
    assert "leave the order as it is" in way.tell("76")["76"]
    assert way.order("76")["status"] == "processing"
    way.set(cancel_in_store=True)
    assert "processing → cancelled" in way.tell("76")["76"]
    assert way.order("76")["status"] == "cancelled"
    assert "cancelled" in way.bring("76")["76"]
    way.admin.call("sale.order", "action_draft", ids=[way.linked("76")])
    assert "→" not in way.tell("76")["76"]
    assert way.order("76")["status"] == "cancelled"


def test_a_bank_transfer_that_is_paid_in_odoo_sets_the_order_going(way: Way) -> None:
    method = way.order(ON_HOLD)["payment_method"]
    steps = {**way.live.settings.status_steps, "on-hold": "invoice"}
    way.set(unpaid_methods=(method,), status_steps=steps, invoice_link_key="_pdf")
    way.bring(ON_HOLD)
    assert way.tell(ON_HOLD)[ON_HOLD].startswith("meta data written.")
    assert way.order(ON_HOLD)["status"] == "on-hold"
    way.follow()
    _pay(way, way.links.find("invoice", [ON_HOLD])[ON_HOLD].odoo_id)
    assert way.follow()["fulfilment"] == ON_HOLD
    assert "on-hold → processing" in way.tell(ON_HOLD)[ON_HOLD]
    assert way.order(ON_HOLD)["date_paid"]
    link = way.meta(ON_HOLD)["_pdf"]
    assert link.startswith(f"{way.bench.odoo.client.endpoint.url}/my/invoices/")
    assert "access_token=" in link
    before = way.writes()
    way.bring(ON_HOLD)
    assert way.tell(ON_HOLD)[ON_HOLD].startswith("The store has all of")
    assert way.writes() == before


@on_19
def test_an_order_that_came_over_as_an_invoice_gets_its_number_and_status(way: Way) -> None:
    way.set(order_becomes="invoice_payment", tracking_plugin="ast")
    way.bring("90")
    way.order("90")["status"] = "on-hold"
    assert "on-hold → processing" in way.tell("90")["90"]
    number = way.bench.invoices("name")["90"]["name"]
    assert way.meta("90")["_woodoo_invoice"] == number
    assert "_woodoo_order" not in way.meta("90")
    assert way.tell("90")["90"] == f"The store has all of {number}."


def _pay(way: Way, invoice: int) -> None:
    context = {"active_model": "account.move", "active_ids": [invoice]}
    journal = way.bench.shop.journals["Bank"]
    (wizard,) = way.admin.call(
        "account.payment.register", "create", vals_list=[{"journal_id": journal}], context=context
    )
    way.admin.call("account.payment.register", "action_create_payments", ids=[wizard], context=context)


@on_19
def test_a_run_that_ends_between_telling_and_noting_makes_nothing_twice(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.bring("76")
    name = way.ship("76", **TRACKING)
    create, say = WooFulfilments.create, WooFulfilments.tell_customer

    def lost(self: WooFulfilments, order_id: str, shipment: Shipment, *, mail: bool) -> None:
        create(self, order_id, shipment, mail=mail)
        raise OutcomeUnknown("The store did not answer.")

    def killed(self: WooFulfilments, order_id: str, text: str) -> None:
        say(self, order_id, text)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(WooFulfilments, "create", lost)
        broken.setattr(WooFulfilments, "tell_customer", killed)
        with pytest.raises(KeyboardInterrupt):
            way.tell("76")
    # Even where Woodoo's own database was lost with it.
    links = [link for link in way.links.leading_to("sale.order", [way.linked("76")]) if link.kind == "fulfil"]
    assert links
    way.links.forget("fulfil", ["76"])
    assert way.tell("76")["76"].startswith("The store has all of")
    assert way.pieces("76") == [{0: 2, 1: 3}]
    assert len(way.notes("76")) == 1
    assert name in way.notes("76")[0]
    assert way.outcomes["76"].kind is OutcomeKind.DONE


@on_19
def test_one_bad_order_never_holds_up_the_others(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    way.bring(*PAID)
    for record in PAID:
        way.ship(record, **TRACKING)
    way.store.delete_order(77)
    way.store.delete_order(84, for_good=True)
    way.order("86")["line_items"].clear()
    create, say = WooFulfilments.create, WooFulfilments.tell_customer

    def refused(self: WooFulfilments, order_id: str, shipment: Shipment, *, mail: bool) -> None:
        if order_id == "95":
            raise DataError("The store refuses it.")
        create(self, order_id, shipment, mail=mail)

    def unsaid(self: WooFulfilments, order_id: str, text: str) -> None:
        if order_id == "90":
            raise DataError("The store refuses it.")
        say(self, order_id, text)

    with monkeypatch.context() as broken:
        broken.setattr(WooFulfilments, "create", refused)
        broken.setattr(WooFulfilments, "tell_customer", unsaid)
        said = way.tell(*PAID, "999")
    assert "in the trash of the store" in said["77"]
    assert said["84"] == "The store has no order 84 any more: nothing is told there."
    assert "is no line of the order in the store (any more)" in said["86"]
    assert "a fulfillment could not be told to the store. The store refuses it." in said["95"]
    assert "the customer could not be told. The store refuses it." in said["90"]
    assert said["999"] == "Odoo has nothing of order 999 yet."
    parked = {record for record, outcome in way.outcomes.items() if outcome.kind is OutcomeKind.PARKED}
    assert parked == {"77", "95", "90"}
    assert {way.order(record)["status"] for record in ("76", "95", "90")} == {"completed"}
    assert [len(way.fulfilments(record)) for record in ("76", "95", "90")] == [1, 0, 1]

    way.tell("95", "90")
    assert [len(way.fulfilments(record)) for record in ("95", "90")] == [1, 1]
    assert [len(way.notes(record)) for record in ("95", "90")] == [1, 1]
