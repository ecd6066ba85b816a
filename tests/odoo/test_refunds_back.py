"""Credit notes and returns that people make in a real Odoo are refunded in the store, once and to the cent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import RECORDINGS, Bench, MemoryLinks, recorded_orders

from woodoo.chores.refund_news import follow_credits
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import OutcomeUnknown, SyncConflict
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.links import Links
from woodoo.engine.models import Event
from woodoo.flows.context import Context
from woodoo.flows.refund import plan_refunds, sync_refunds
from woodoo.flows.steps.refunds import sending
from woodoo.live import Live
from woodoo.odoo.deliveries import validate
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin, set_stock
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.refunds import WooRefunds
from woodoo.stores.woocommerce.store import WooCommerceStore

#: Paid orders, with several lines, rates and a fee.
SOLD = ("76", "77", "82", "83", "84", "86", "90", "94", "95")


@dataclass
class Way:
    """A store and a real Odoo with paid orders in both, moved by hand: no worker and no database but the test."""

    bench: Bench
    store: StoreDouble
    settings: ConnectionSettings
    links: MemoryLinks = field(default_factory=MemoryLinks)

    @property
    def context(self) -> Context:
        client = WooClient(self.store.url, self.store.key, self.store.secret)
        return Context(WooCommerceStore(client), self.bench.odoo, self.bench.rules_of(self.settings), self.links)

    def send(self, record: str) -> Outcome:
        """Run the refunds of an order as a worker does."""
        outcome = sync_refunds(self.context, [record])[record]
        self.links.upsert(outcome.links)
        return outcome

    def shown(self, record: str) -> list[str]:
        """Return the steps of the dry run: what, and what becomes of the money."""
        planned = plan_refunds(self.context, [record])
        return [f"{step.do}: {step.detail}" for step in planned.shown()[record].steps]

    def set(self, **settings: Any) -> None:
        self.settings = self.settings.model_copy(update=settings)

    def forget(self) -> None:
        """Lose what Woodoo itself remembers."""
        self.links.known.clear()

    # In Odoo

    def invoice(self, record: str) -> int:
        (invoice,) = self.bench.odoo.search(
            "account.move",
            [("ref", "=", f"{self.bench.prefix}{record}"), ("move_type", "=", "out_invoice")],
        )
        return invoice

    def credit(self, record: str, pieces: Mapping[str, float] | None = None, *, post: bool = True) -> int:
        """Credit an invoice with Odoo's wizard as a person does, then leave so many pieces of these lines."""
        odoo, dialect, invoice = self.bench.odoo, self.bench.odoo.client.dialect, self.invoice(record)
        context = {"active_model": "account.move", "active_ids": [invoice]}
        (row,) = odoo.read("account.move", [invoice], ["journal_id"])
        vals = {"reason": "broken", "journal_id": row["journal_id"]}
        if dialect.reversal_mode_field:
            vals["refund_method"] = "refund"
        wizard = odoo.create("account.move.reversal", [vals], context)
        odoo.action("account.move.reversal", dialect.reversal_method, wizard, context=context)
        made = max(odoo.search("account.move", [("reversed_entry_id", "=", invoice)]))
        if pieces is not None:
            domain = [("move_id", "=", made), *dialect.product_line_domain]
            lines = odoo.search_read("account.move.line", domain, ["name"], order="id")
            wanted = {row["id"]: pieces.get(str(row["name"]).split("\n")[0]) for row in lines}
            commands = [[1, one, {"quantity": count}] if count else [2, one, 0] for one, count in wanted.items()]
            odoo.write("account.move", [made], {"invoice_line_ids": commands})
        if post:
            posted = odoo.action("account.move", "action_post", [made])
            assert not posted.errors, posted.errors
        return made

    def deliver(self, record: str) -> int:
        """Validate the delivery of an order; return it."""
        odoo, sale_order = self.bench.odoo, self.bench.links.find("order", [record])[record].odoo_id
        (row,) = odoo.search_read("stock.picking", [("sale_id", "=", sale_order)], ["name"])
        assert not validate(odoo, {row["id"]: row})
        return int(row["id"])

    def take_back(self, picking: int, pieces: int) -> None:
        """Receive so many pieces of the first line of a delivery with Odoo's wizard, as the warehouse does."""
        odoo, dialect = self.bench.odoo, self.bench.odoo.client.dialect
        moves = odoo.search_read("stock.move", [("picking_id", "=", picking)], ["product_id"], order="id")
        context = {"active_model": "stock.picking", "active_id": picking, "active_ids": [picking]}
        line = {"product_id": moves[0]["product_id"], "move_id": moves[0]["id"], "quantity": pieces, "to_refund": True}
        vals = {"picking_id": picking, "product_return_moves": [(0, 0, line)]}
        if "location_id" in odoo.fields("stock.return.picking"):
            vals["location_id"] = odoo.read("stock.picking", [picking], ["location_id"])[0]["location_id"]
        (wizard,) = odoo.create("stock.return.picking", [vals], context)
        assert not odoo.action("stock.return.picking", dialect.return_method, [wizard], context=context).errors
        domain = [("origin_returned_move_id", "=", moves[0]["id"])]
        back = max(row["picking_id"] for row in odoo.search_read("stock.move", domain, ["picking_id"]))
        assert not validate(odoo, {back: odoo.read("stock.picking", [back], ["name"])[0]})

    def credit_notes(self, record: str) -> list[int]:
        return self.bench.odoo.search("account.move", [("reversed_entry_id", "=", self.invoice(record))])

    def move(self, odoo_id: int, *fields: str) -> dict[str, Any]:
        (row,) = self.bench.odoo.read("account.move", [odoo_id], ["name", "amount_total", *fields])
        return row

    # In the store

    def refunds(self, record: str) -> list[dict[str, Any]]:
        order = self.store.shop.tables["orders"][int(record)]
        return [self.store.shop.tables["refunds"][one] for one in order["refund_ids"]]

    def delete_refunds(self, record: str) -> None:
        order = self.store.shop.tables["orders"][int(record)]
        for refund_id in order["refund_ids"]:
            del self.store.shop.tables["refunds"][refund_id]
        order |= {"refund_ids": [], "status": "processing"}

    def amounts(self, record: str) -> list[Decimal]:
        return [Decimal(one["amount"]) for one in self.refunds(record)]

    def status(self, record: str) -> str:
        return str(self.store.shop.tables["orders"][int(record)]["status"])


@pytest.fixture(scope="module")
def sold(odoo: Endpoint, admin: Admin) -> Iterator[Way]:
    wanted = {record: order for record, order in recorded_orders().items() if record in SOLD}
    bench = Bench.set_up(odoo, admin, wanted, "refunds_back")
    bench.rules = {}
    set_stock(admin, dict.fromkeys(bench.shop.products.values(), Decimal(100)))
    assert {outcome.kind for outcome in bench.sync().values()} == {OutcomeKind.DONE}
    with StoreDouble() as store:
        paths = [path for path in RECORDINGS.glob("order_[0-9]*.json") if "deleted" not in path.name]
        bodies = [json.loads(path.read_text())["body"] for path in paths]
        store.load_recorded_orders([body for body in bodies if str(body["id"]) in wanted])
        yield Way(bench, store, bench.settings)


@pytest.fixture
def way(sold: Way) -> Way:
    """The way with credit notes going to the store; each test has orders of its own."""
    on = {"send_refunds": True, "send_refunds_from": date(2026, 1, 1)}
    links = MemoryLinks(dict(sold.bench.links.known))
    return Way(sold.bench, sold.store, sold.bench.settings.model_copy(update=on), links)


def content(refund: Mapping[str, Any]) -> list[tuple[int, Decimal, dict[str, Decimal]]]:
    """Return the lines of a refund of the store as quantity, amount and taxes; amounts as the store keeps them."""
    groups = ("line_items", "shipping_lines", "fee_lines")
    lines = [line for group in groups for line in refund[group]]
    return [
        (line.get("quantity", 0), Decimal(line["total"]), {one: Decimal(tax) for one, tax in line["taxes"].items()})
        for line in lines
    ]


def money(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_credit_notes_are_refunded_once_to_the_cent_whatever_is_lost(way: Way) -> None:
    # Two of five pieces at two rates, by the wizard with edited lines.
    part = way.credit("76", {"House Blend": 1, "Tea Green": 1})
    by_hand = "no money moves (refund_money is off): pay it back by hand"
    assert way.shown("76") == [f"Refund in the store: 43.73; {by_hand}; 1 × House Blend, 1 × Tea Green"]
    assert way.refunds("76") == [], "a dry run writes nothing"
    said = way.send("76")
    assert said.kind is OutcomeKind.DONE, said.message
    (refund,) = way.refunds("76")
    name = way.move(part)["name"]
    assert (way.amounts("76"), refund["refunded_payment"]) == (money("43.73"), False)
    assert str(refund["reason"]).startswith(f"{name}: ")
    assert content(refund) == [
        (-1, Decimal("-12.50"), {"1": Decimal("-2.63")}),
        (-1, Decimal("-26.00"), {"2": Decimal("-2.60")}),
    ]
    # Said twice, heard back from the store, and with Woodoo's own memory lost: nothing more.
    for _ in range(2):
        assert way.send("76").kind is OutcomeKind.DONE
        way.forget()
    assert len(way.refunds("76")) == 1
    # The rest makes the order refunded.
    rest = way.credit("76", {"House Blend": 1, "Tea Green": 2, "Flat rate": 1})
    assert way.send("76").kind is OutcomeKind.DONE
    assert way.amounts("76") == money("43.73", "78.31")
    assert way.status("76") == "refunded"
    assert way.send("76").kind is OutcomeKind.DONE
    notes = way.bench.odoo.search("account.move", [("reversed_entry_id", "=", way.invoice("76"))])
    assert notes == [part, rest], "none is credited again"
    # Deleted in the store: never made again, not even where Woodoo's own memory is lost.
    way.delete_refunds("76")
    for _ in range(2):
        deleted = way.send("76")
        assert (deleted.kind, way.refunds("76")) == (OutcomeKind.PARKED, []), deleted.message
        assert "is deleted there: it is not sent again" in deleted.message
        assert all(way.move(one)["name"] in deleted.message for one in (part, rest))
        way.forget()


def test_the_whole_invoice_and_money_that_moves_or_does_not(way: Way) -> None:
    way.store.let_pay_back("stripe")
    way.set(refund_money=True, restock_in_store=True)
    # Everything, with a fee, in the store's own cents; the provider pays back.
    note = way.credit("82")
    assert "pays it back to the customer" in way.shown("82")[0]
    assert way.send("82").kind is OutcomeKind.DONE
    (refund,) = way.refunds("82")
    assert (way.amounts("82"), refund["refunded_payment"], way.status("82")) == (money("25.36"), True, "refunded")
    assert [line[1] for line in content(refund)] == money("-12.50", "-4.95", "-3.50")
    # What the provider paid back is paid back in Odoo, too, once.
    for _ in range(2):
        assert way.send("82").kind is OutcomeKind.DONE
        assert way.move(note, "amount_residual")["amount_residual"] == 0
    # The provider refuses: said in its words, nothing is made; by hand it is.
    way.store.let_pay_back("stripe", refusing="Charge expired.")
    way.credit("84", {"Press": 1})
    refused = way.send("84")
    assert (refused.kind, way.refunds("84")) == (OutcomeKind.PARKED, [])
    assert "Charge expired." in refused.message
    way.set(refund_money=False)
    assert way.send("84").kind is OutcomeKind.DONE
    assert way.amounts("84") == money("10.61")


def test_a_typed_line_is_an_amount_alone_and_history_stays_out(way: Way) -> None:
    odoo, invoice = way.bench.odoo, way.invoice("77")
    (row,) = odoo.read("account.move", [invoice], ["partner_id", "journal_id"])
    line = [0, 0, {"name": "Goodwill", "quantity": 1, "price_unit": 3.0, "tax_ids": [[6, 0, []]]}]
    vals = {"move_type": "out_refund", "reversed_entry_id": invoice, "partner_id": row["partner_id"]}
    (made,) = odoo.create("account.move", [{**vals, "journal_id": row["journal_id"], "invoice_line_ids": [line]}])
    odoo.action("account.move", "action_post", [made])
    way.set(send_refunds_from=date(2999, 1, 1))
    assert "before 2999-01-01 (send_refunds_from)" in str(way.send("77").plan)
    assert way.refunds("77") == []
    way.set(send_refunds_from=date(2026, 1, 1))
    assert way.send("77").kind is OutcomeKind.DONE
    (refund,) = way.refunds("77")
    assert (way.amounts("77"), content(refund)) == (money("3.00"), [])


def test_what_is_cut_off_is_looked_for_and_people_are_asked(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    make = WooRefunds.create

    def lost(self: WooRefunds, *asked: Any) -> Any:
        make(self, *asked)
        raise OutcomeUnknown("The store did not answer.")

    def nowhere(self: WooRefunds, *asked: Any) -> Any:
        raise OutcomeUnknown("The store did not answer.")

    # The store makes the refund and its answer is lost: the next run finds it.
    way.credit("86", {"House Blend": 1})
    monkeypatch.setattr(WooRefunds, "create", lost)
    unknown = way.send("86")
    assert (unknown.kind, unknown.retry_after, len(way.refunds("86"))) == (OutcomeKind.RETRY, 60, 1)
    monkeypatch.setattr(WooRefunds, "create", make)
    assert way.send("86").kind is OutcomeKind.DONE
    assert len(way.refunds("86")) == 1
    # The request never arrives: nothing is made while the store may still be at it, and then once.
    way.credit("86", {"Tea Green": 1})
    monkeypatch.setattr(WooRefunds, "create", nowhere)
    way.send("86")
    monkeypatch.setattr(WooRefunds, "create", make)
    waiting = way.send("86")
    assert (waiting.kind, len(way.refunds("86"))) == (OutcomeKind.RETRY, 1)
    assert "may still be at the refund" in waiting.message
    monkeypatch.setattr(sending, "AT_WORK", timedelta())
    assert way.send("86").kind is OutcomeKind.DONE
    assert way.amounts("86") == money("15.00", "27.43")
    # Taken back after it was sent: a question, and the store keeps its refund.
    made = max(way.bench.odoo.search("account.move", [("reversed_entry_id", "=", way.invoice("86"))]))
    way.bench.odoo.action("account.move", "button_draft", [made])
    undone = way.send("86")
    assert isinstance(undone.error, SyncConflict)
    assert "is a draft again in Odoo, and the store has refund" in undone.message
    assert len(way.refunds("86")) == 2
    # Somebody refunded in the store what this would: more than is left is not sent.
    way.set(take_refunds=False)
    way.store.refund(84, amount=Decimal("20.00"))
    way.credit("84", {"Espresso": 3, "Ethiopia": 7, "Flat rate": 1})
    much = way.send("84")
    assert isinstance(much.error, SyncConflict)
    assert "has no credit note yet, and this may stand for it" in much.message
    assert len(way.refunds("84")) == 2


def test_a_return_without_a_credit_note_is_refunded_for_its_pieces_and_never_both(way: Way) -> None:
    way.set(send_returns=True)
    delivery = way.deliver("95")
    way.take_back(delivery, 1)
    # Two of three pieces back; a credit note for one of them counts for it.
    way.credit("95", {"House Blend": 1})
    assert way.send("95").kind is OutcomeKind.DONE
    assert way.amounts("95") == money("13.41")
    way.take_back(delivery, 1)
    assert way.send("95").kind is OutcomeKind.DONE
    assert way.send("95").kind is OutcomeKind.DONE
    _, second = way.refunds("95")
    assert str(second["reason"]).startswith("WH/IN/")
    assert content(second) == [(-1, Decimal("-12.50"), {"8": Decimal("-0.91")})]
    # The credit note that follows is the return's: the money is given back already.
    way.credit("95", {"House Blend": 1})
    assert "its return was refunded as" in str(way.send("95").plan)
    way.forget()
    assert way.send("95").kind is OutcomeKind.DONE
    assert len(way.refunds("95")) == 2
    # Deleted in the store: neither the goods of the return nor the credit note are refunded again.
    way.delete_refunds("95")
    for _ in range(2):
        deleted = way.send("95")
        assert (deleted.kind, way.refunds("95")) == (OutcomeKind.PARKED, []), deleted.message
        way.forget()


def test_too_much_is_told_with_its_figures_however_it_comes_about(way: Way) -> None:
    """WooCommerce lets refunds through that come at once."""
    total = Decimal(way.store.shop.tables["orders"][83]["total"])
    # Somebody gives everything back in the shop while Woodoo does for a credit note.
    note = way.credit("83")
    way.store.meanwhile(lambda: way.store.refund(83, amount=total))
    told = way.send("83")
    assert (told.kind, way.amounts("83")) == (OutcomeKind.PARKED, [total, total])
    assert f"has refunded {2 * total} EUR of an order over {total} EUR" in told.message
    for _ in range(2):
        still = way.send("83")
        assert still.kind is OutcomeKind.PARKED
        assert f"over {total} only 0.00 are left: {total} are credited already" in still.message
        way.forget()
    assert (len(way.refunds("83")), way.credit_notes("83")) == (2, [note])
    # Credited in Odoo over more than the shop has left.
    total = Decimal(way.store.shop.tables["orders"][94]["total"])
    way.store.refund(94, amount=Decimal("1.00"))
    assert way.send("94").kind is OutcomeKind.DONE
    way.credit("94")
    much = way.send("94")
    assert isinstance(much.error, SyncConflict)
    assert f"comes to {total} EUR, and only {total - 1} EUR of the order can still be refunded" in much.message
    assert way.amounts("94") == money("1.00")


@pytest.mark.django_db(transaction=True)
def test_a_credit_note_rings_for_its_order_once(way: Way, odoo: Endpoint) -> None:
    connection = Connection.objects.create(
        name="Shop",
        store_url=way.store.url,
        store_key=way.store.key,
        store_secret=way.store.secret,
        odoo_url=odoo.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
        odoo_company_id=1,
        settings=json.loads(way.settings.model_dump_json()),
    )
    Links(connection.pk).upsert(way.bench.links.known.values())
    live = Live(connection, connection.rules)

    def rung() -> list[str]:
        follow_credits(live)
        found = sorted(set(Event.objects.filter(lane="refunds").values_list("record", flat=True)))
        Event.objects.all().delete()
        return found

    rung()
    way.credit("90", {"House Blend": 1}, post=False)
    assert rung() == ["90"]
    way.credit("90", {"House Blend": 1})
    assert rung() == ["90"]
