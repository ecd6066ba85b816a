"""What the store changes, cancels or wants again later, on a real Odoo: brought into it, or a conflict."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.odoo.conftest import RealOdoo, own_odoo
from tests.odoo.shop import Bench, cents, recorded_orders, renumbered

from woodoo.domain.errors import SyncConflict, WoodooError
from woodoo.domain.order import LineTax, Order, TaxRate
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.flows import order as order_flow
from woodoo.flows.steps import sale_orders
from woodoo.mapping.changes.fingerprint import Doing, Fingerprint
from woodoo.odoo import changing, workflows
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.load import hides_its_reason
from woodoo.sandbox.odoo.databases import postgres_of
from woodoo.sandbox.odoo.fixtures import Admin, set_stock
from woodoo.sandbox.odoo.folders import Folders

FULL = recorded_orders()["76"]
#: Settings under which an order ends in that state.
UP_TO: dict[str, dict[str, Any]] = {
    "quotation": {"status_steps": {"processing": "quotation", "cancelled": "cancel"}},
    "confirmed": {"order_becomes": "order"},
    "invoiced": {"order_becomes": "order_invoice"},
    "paid": {},
    "draft invoice": {"post_invoices_from": date(2099, 1, 1)},
}


@pytest.fixture(scope="module")
def made(odoo: Endpoint, admin: Admin) -> Bench:
    """A shop whose products are in stock, so that goods can be delivered."""
    bench = Bench.set_up(odoo, admin, {"76": FULL}, "woodoo_changes")
    set_stock(admin, {product: Decimal(1000) for product in bench.shop.products.values()})
    return bench


class Case:
    """One order of its own, in a state of Odoo, with what the store does to it."""

    number = 20_000

    def __init__(self, bench: Bench, state: str | dict[str, Any], order: Order = FULL) -> None:
        Case.number += 1
        self.id = str(Case.number)
        self.bench, self.odoo, self.settings = (
            bench,
            bench.odoo,
            dict(UP_TO[state] if isinstance(state, str) else state),
        )
        self.store = bench.store
        self.store.orders[self.id] = renumbered({"0": order}, Case.number)[self.id]
        outcome = self.sync()
        assert outcome.kind == OutcomeKind.DONE, outcome.message

    @property
    def order(self) -> Order:
        return self.store.orders[self.id]

    def sync(self, **changes: Any) -> Outcome:
        """Let the store have changed the order, and bring it over."""
        self.store.orders[self.id] = replace(self.order, **changes)
        return self.bench.sync([self.id], **self.settings)[self.id]

    def done(self, **changes: Any) -> Outcome:
        outcome = self.sync(**changes)
        assert outcome.kind == OutcomeKind.DONE, outcome.message
        return outcome

    def conflict(self, **changes: Any) -> SyncConflict:
        outcome = self.sync(**changes)
        assert isinstance(outcome.error, SyncConflict), outcome.message
        assert outcome.kind == OutcomeKind.PARKED
        return outcome.error

    def sale_order(self, *fields: str) -> Mapping[str, Any]:
        return self.bench.sale_orders("name", "state", "amount_total", "order_line", *fields)[self.id]

    def invoices(self) -> list[dict[str, Any]]:
        domain = [("ref", "=", f"{self.bench.prefix}{self.id}"), ("move_type", "=", "out_invoice")]
        fields = ["name", "state", "amount_total", "payment_state", "partner_id", "invoice_line_ids", "write_date"]
        return self.odoo.search_read("account.move", domain, fields)

    def pickings(self) -> list[dict[str, Any]]:
        domain = [("sale_id", "=", self.sale_order()["id"])]
        return self.odoo.search_read("stock.picking", domain, ["name", "state", "partner_id"])

    def to_ship(self) -> dict[str, Decimal]:
        """Return what open deliveries take out of stock, by SKU."""
        open_ones = [p["id"] for p in self.pickings() if p["state"] not in ("done", "cancel")]
        domain = [("picking_id", "in", open_ones), ("state", "!=", "cancel")]
        moves = self.odoo.search_read("stock.move", domain, ["product_id", "product_uom_qty"])
        skus = {product: sku for sku, product in self.bench.shop.products.items()}
        found: dict[str, Decimal] = {}
        for move in moves:
            sku = skus[move["product_id"]]
            found[sku] = found.get(sku, Decimal(0)) + cents(move["product_uom_qty"])
        return found

    def mark(self) -> Fingerprint:
        found = Fingerprint.read(self.bench.links.known["order", self.id].odoo_hash)
        assert found is not None
        return found


def only(order: Order, *places: int, times: int = 1) -> Order:
    """Return the order with those lines only, each `times` as often, and everything it comes to."""
    kept = [order.lines[place] for place in places]
    lines = tuple(
        replace(
            line,
            quantity=line.quantity * times,
            total=line.total * times,
            subtotal=line.subtotal * times,
            total_tax=line.total_tax * times,
            taxes=tuple(LineTax(tax.rate_id, tax.amount * times) for tax in line.taxes),
        )
        for line in kept
    )
    rates = tuple(_rate(rate, lines) for rate in order.tax_rates)
    rates = tuple(rate for rate in rates if rate.tax_total or rate.shipping_tax_total)
    tax = sum((rate.tax_total + rate.shipping_tax_total for rate in rates), Decimal(0))
    net = sum((line.total for line in lines), Decimal(0)) + sum((s.total for s in order.shipping_lines), Decimal(0))
    return replace(order, lines=lines, tax_rates=rates, total=net + tax, total_tax=tax)


def _rate(rate: TaxRate, lines: Any) -> TaxRate:
    amounts = [tax.amount for line in lines for tax in line.taxes if tax.rate_id == rate.rate_id]
    return replace(rate, tax_total=sum(amounts, Decimal(0)))


def lines_of(order: Order) -> dict[str, Any]:
    """Return the fields of an order that lines are made of."""
    return {name: getattr(order, name) for name in ("lines", "tax_rates", "total", "total_tax")}


def shipped(order: Order) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in order.lines:
        found[line.sku] = found.get(line.sku, Decimal(0)) + cents(line.quantity)
    return found


LINES = {
    "a line removed": only(FULL, 0),
    "quantities doubled": only(FULL, 0, 1, times=2),
    "another line": only(FULL, 1, times=3),
}
ADDRESS = replace(FULL.shipping, first_name="Other", last_name="Place", address_1="Calle Nueva 5", city="Sevilla")


@pytest.mark.parametrize("change", LINES)
@pytest.mark.parametrize("state", ["quotation", "confirmed", "draft invoice"])
def test_lines_that_the_store_changes_are_changed_in_odoo(made: Bench, state: str, change: str) -> None:
    case = Case(made, state)
    before = case.sale_order()
    case.done(**lines_of(LINES[change]))
    after = case.sale_order("date_order")
    assert after["id"] == before["id"]
    assert cents(after["amount_total"]) == cents(LINES[change].total)
    assert after["date_order"] == f"{FULL.created_at:%Y-%m-%d %H:%M:%S}"
    assert len(after["order_line"]) >= len(LINES[change].lines)
    confirmed = made.odoo.client.dialect.order_confirmed_states
    if state == "quotation":
        assert (after["state"], case.to_ship()) == ("draft", {})
    else:
        assert after["state"] in confirmed
        assert case.to_ship() == shipped(LINES[change])
    if state == "draft invoice":
        (invoice,) = case.invoices()
        assert (invoice["state"], cents(invoice["amount_total"])) == ("draft", cents(LINES[change].total))
        (row,) = made.odoo.read("sale.order", [after["id"]], ["invoice_ids"])
        assert row["invoice_ids"] == [invoice["id"]]


@pytest.mark.parametrize("state", ["quotation", "confirmed", "draft invoice", "paid"])
def test_a_repeat_without_a_change_writes_nothing(made: Bench, state: str) -> None:
    case = Case(made, state)
    case.done(**lines_of(LINES["a line removed"])) if state != "paid" else None
    stamps = case.sale_order("write_date"), case.invoices(), case.pickings()
    for _ in range(2):
        assert case.sync().kind == OutcomeKind.DONE
    assert (case.sale_order("write_date"), case.invoices(), case.pickings()) == stamps


def test_a_line_added_later_is_added(made: Bench) -> None:
    case = Case(made, "confirmed", only(FULL, 0))
    case.done(**lines_of(FULL))
    assert cents(case.sale_order()["amount_total"]) == cents(FULL.total)
    assert case.to_ship() == shipped(FULL)


@pytest.mark.parametrize("state", ["confirmed", "paid"])
def test_a_new_delivery_address_reaches_the_open_delivery(made: Bench, state: str) -> None:
    case = Case(made, state)
    names = [picking["name"] for picking in case.pickings()]
    case.done(shipping=ADDRESS)
    sale_order = case.sale_order("partner_shipping_id")
    (partner,) = made.odoo.read("res.partner", [sale_order["partner_shipping_id"]], ["street", "city"])
    assert (partner["street"], partner["city"]) == ("Calle Nueva 5", "Sevilla")
    assert {picking["partner_id"] for picking in case.pickings()} == {sale_order["partner_shipping_id"]}
    assert [picking["name"] for picking in case.pickings()] == names


@pytest.mark.parametrize("state", ["quotation", "confirmed", "draft invoice", "paid"])
def test_a_new_note_is_written_in_every_state(made: Bench, state: str) -> None:
    case = Case(made, state)
    case.done(customer_note="Ring twice")
    assert "Ring twice" in str(case.sale_order("note")["note"])
    case.done(customer_note="")
    assert "Ring twice" not in str(case.sale_order("note")["note"])


def test_lines_and_address_changed_at_once_are_both_in_the_new_delivery(made: Bench) -> None:
    case = Case(made, "confirmed")
    case.done(shipping=ADDRESS, **lines_of(LINES["a line removed"]))
    sale_order = case.sale_order("partner_shipping_id")
    open_ones = [picking for picking in case.pickings() if picking["state"] != "cancel"]
    assert [picking["partner_id"] for picking in open_ones] == [sale_order["partner_shipping_id"]]
    assert case.to_ship() == shipped(LINES["a line removed"])


def test_what_people_chose_in_odoo_outlives_new_lines(made: Bench) -> None:
    case = Case(made, "confirmed")
    mine = {"note": "Call first", "user_id": made.odoo.client.uid}
    made.odoo.write("sale.order", [case.sale_order()["id"]], mine)
    case.done(**lines_of(LINES["a line removed"]))
    after = case.sale_order("note", "user_id")
    assert "Call first" in str(after["note"])
    assert after["user_id"] == made.odoo.client.uid


def test_the_carrier_stays_with_the_order_when_its_lines_are_written_anew(made: Bench) -> None:
    case = Case(made, "confirmed")
    case.done(**lines_of(LINES["a line removed"]))
    assert case.sale_order("carrier_id")["carrier_id"] == made.shop.carrier_id


def test_another_payment_method_before_the_payment_goes_to_its_journal(made: Bench) -> None:
    case = Case(made, "paid", replace(FULL, paid_at=None))
    assert case.invoices() == []
    case.done(payment_method="ppcp-gateway", transaction_id="PP-1", paid_at=FULL.paid_at)
    memo = made.odoo.client.dialect.payment_memo
    domain = [(memo, "=", f"{made.prefix}{case.id} PP-1")]
    (payment,) = made.odoo.search_read("account.payment", domain, ["journal_id", "amount"])
    assert payment["journal_id"] == made.settings.journal_map["ppcp-gateway"]
    assert cents(payment["amount"]) == cents(FULL.total)


def test_a_new_billing_address_is_written_as_long_as_nothing_is_invoiced(made: Bench) -> None:
    case = Case(made, "draft invoice")
    case.done(billing=replace(FULL.billing, address_1="Calle Nueva 5"))
    partner = case.sale_order("partner_invoice_id")["partner_invoice_id"]
    assert made.odoo.read("res.partner", [partner], ["street"])[0]["street"] == "Calle Nueva 5"
    (invoice,) = case.invoices()
    assert (invoice["partner_id"], invoice["state"]) == (partner, "draft")


def test_what_people_change_in_odoo_stays_while_the_store_does_not_change_it(made: Bench) -> None:
    case = Case(made, "quotation")
    line = case.sale_order()["order_line"][0]
    made.odoo.write("sale.order.line", [line], {"product_uom_qty": 7})
    mine = case.sale_order()["amount_total"]
    assert case.sync().kind == OutcomeKind.DONE
    assert case.sale_order()["amount_total"] == mine
    case.done(**lines_of(LINES["a line removed"]))
    assert cents(case.sale_order()["amount_total"]) == cents(LINES["a line removed"].total)


def test_another_customer_before_invoicing_moves_the_order(made: Bench) -> None:
    case = Case(made, "confirmed")
    person = replace(FULL.billing, email="someone.else@example.net", first_name="Someone", last_name="Else")
    case.done(billing=person, customer_id="")
    partner = case.sale_order("partner_id")["partner_id"]
    assert made.odoo.read("res.partner", [partner], ["email"])[0]["email"] == "someone.else@example.net"
    assert case.to_ship() == shipped(FULL)


def test_a_change_after_posting_is_a_conflict_with_its_arithmetic_and_choices(made: Bench) -> None:
    case = Case(made, "paid")
    (invoice,) = case.invoices()
    wanted = LINES["a line removed"]
    conflict = case.conflict(**lines_of(wanted))
    away = cents(FULL.total) - cents(wanted.total)
    assert f"{invoice['name']} {cents(FULL.total)} - {away} = {cents(wanted.total)} EUR" in conflict.message
    assert len(conflict.choices) == 3
    assert conflict.choices[0].startswith(f"Credit invoice {invoice['name']} in Odoo, then retry")
    assert "skip" in conflict.choices[2]
    assert case.invoices() == [invoice]
    assert cents(case.sale_order()["amount_total"]) == cents(FULL.total)


def test_a_draft_invoice_is_written_anew_though_somebody_s_transaction_was_in_the_way(
    made: Bench, real_odoo: RealOdoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lines are held while Odoo is to write others. 14 then tries again with lines its first try took apart."""
    if own_odoo():
        pytest.skip("It needs the database of the sandbox's Odoo.")
    case, wanted = Case(made, "draft invoice"), only(FULL, 0, times=3)
    (invoice,) = case.invoices()
    really_call, refused, held = made.odoo._call, [], threading.Event()
    url = postgres_of(Folders.of(real_odoo.version)).url(real_odoo.endpoint.database)
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watch, ThreadPoolExecutor(1) as beside:

        def call(model: str, method: str, *args: Any, **options: Any) -> Any:
            if (
                (model, method) == ("account.move", "write")
                and "invoice_line_ids" in options["vals"]
                and not held.is_set()
            ):
                other.execute(
                    "UPDATE account_move_line SET write_date = write_date WHERE move_id = %s", [invoice["id"]]
                )
                held.set()
            try:
                return really_call(model, method, *args, **options)
            except WoodooError as error:
                refused.append(error.message)
                raise

        monkeypatch.setattr(made.odoo, "_call", call)
        outcome = beside.submit(case.sync, **lines_of(wanted))
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not (outcome.done() or (held.is_set() and watch.execute(waiting).fetchone())):
            time.sleep(0.05)
        assert not outcome.done(), "nobody was in the way"
        other.commit()
        assert outcome.result().kind == OutcomeKind.DONE, outcome.result().message
    assert [hides_its_reason(one) for one in refused] == ([True] if real_odoo.version == "14" else [])
    (anew,) = case.invoices()
    assert (anew["id"], cents(anew["amount_total"])) == (invoice["id"], wanted.total)


def test_undoing_the_change_in_the_store_settles_the_conflict(made: Bench) -> None:
    case = Case(made, "paid")
    case.conflict(**lines_of(LINES["a line removed"]))
    assert case.sync(**lines_of(FULL)).kind == OutcomeKind.DONE


def test_what_can_be_written_is_written_beside_a_conflict_and_only_once(made: Bench) -> None:
    case = Case(made, "paid")
    moved = {"billing": replace(FULL.billing, address_1="Calle Nueva 5"), "shipping": ADDRESS}
    conflict = case.conflict(**moved)
    assert "its billing address" in conflict.message
    assert "delivery address" not in conflict.message
    shipping = case.sale_order("partner_shipping_id", "write_date")
    assert {picking["partner_id"] for picking in case.pickings()} == {shipping["partner_shipping_id"]}
    case.conflict()
    assert case.sale_order("partner_shipping_id", "write_date") == shipping


def credit(case: Case) -> None:
    """Credit the posted invoice in full, as an accountant does."""
    (invoice,) = [row for row in case.invoices() if row["state"] == "posted"]
    dialect = case.odoo.client.dialect
    context = {"active_model": "account.move", "active_ids": [invoice["id"]]}
    vals: dict[str, Any] = {"reason": "changed"}
    if dialect.reversal_mode_field:
        vals["refund_method"] = "refund"
    (journal,) = {row["journal_id"] for row in case.odoo.read("account.move", [invoice["id"]], ["journal_id"])}
    wizard = case.odoo.create("account.move.reversal", [{**vals, "journal_id": journal}], context)
    case.odoo.action("account.move.reversal", dialect.reversal_method, wizard, context=context)
    note = case.odoo.search("account.move", [("reversed_entry_id", "=", invoice["id"])])
    assert not workflows.post_invoices(case.odoo, note).errors


def test_after_the_invoice_was_credited_the_order_is_written_and_invoiced_anew(made: Bench) -> None:
    case = Case(made, "paid")
    (first,) = case.invoices()
    wanted = LINES["quantities doubled"]
    case.conflict(**lines_of(wanted))
    credit(case)
    outcome = case.done()
    assert "for a person to match" in outcome.message
    rows = {row["id"]: row for row in case.invoices()}
    (second,) = [row for odoo_id, row in rows.items() if odoo_id != first["id"]]
    assert (second["state"], cents(second["amount_total"])) == ("posted", cents(wanted.total))
    assert cents(case.sale_order()["amount_total"]) == cents(wanted.total)
    assert case.to_ship() == shipped(wanted)
    payments = made.odoo.count("account.payment", [("amount", "=", float(wanted.total))])
    for _ in range(2):
        assert case.sync().kind == OutcomeKind.DONE
    assert len(case.invoices()) == 2
    assert made.odoo.count("account.payment", [("amount", "=", float(wanted.total))]) == payments


def deliver(case: Case, pieces: Decimal | None = None) -> None:
    """Deliver everything, or only so many pieces of the first product, leaving the rest to another delivery."""
    (picking,) = [p["id"] for p in case.pickings() if p["state"] not in ("done", "cancel")]
    dialect = case.odoo.client.dialect
    case.odoo.action("stock.picking", "action_assign", [picking])
    lines = case.odoo.search_read("stock.move", [("picking_id", "=", picking)], ["product_uom_qty"])
    for place, move in enumerate(lines):
        quantity = float(move["product_uom_qty"]) if pieces is None else float(pieces) if place == 0 else 0.0
        vals: dict[str, Any] = {dialect.move_done_quantity: quantity}
        if dialect.move_picked:
            vals["picked"] = quantity > 0
        case.odoo.write("stock.move", [move["id"]], vals)
    context = {"skip_backorder": True, "skip_sms": True, "skip_immediate": True}
    result = case.odoo.action("stock.picking", "button_validate", [picking], context=context)
    assert not result.errors
    assert case.odoo.read("stock.picking", [picking], ["state"])[0]["state"] == "done"


@pytest.mark.parametrize("pieces", [None, Decimal(1)], ids=["delivered", "partly delivered"])
def test_lines_of_delivered_goods_are_a_conflict(made: Bench, pieces: Decimal | None) -> None:
    case = Case(made, "confirmed", only(FULL, 0, 1, times=2))
    deliver(case, pieces)
    before = case.sale_order("write_date")
    conflict = case.conflict(**lines_of(FULL))
    assert "delivered with" in conflict.message
    assert "by hand" in conflict.choices[0]
    assert case.sale_order("write_date") == before


def test_the_rest_of_a_partly_delivered_order_goes_to_the_new_address(made: Bench) -> None:
    case = Case(made, "confirmed", only(FULL, 0, 1, times=2))
    first = {picking["partner_id"] for picking in case.pickings()}
    deliver(case, Decimal(1))
    case.done(shipping=ADDRESS)
    new = case.sale_order("partner_shipping_id")["partner_shipping_id"]
    assert {p["partner_id"] for p in case.pickings() if p["state"] == "done"} == first
    assert {p["partner_id"] for p in case.pickings() if p["state"] != "done"} == {new}
    deliver(case)
    assert "its delivery address" in case.conflict(shipping=FULL.shipping).message


def lock(case: Case, *, locked: bool = True) -> None:
    has_field = case.odoo.client.dialect.order_locked_field
    method = ("action_lock" if has_field else "action_done") if locked else "action_unlock"
    assert not case.odoo.action("sale.order", method, [case.sale_order()["id"]]).errors


def test_a_locked_order_takes_notes_but_no_lines_until_it_is_unlocked(made: Bench) -> None:
    case = Case(made, "confirmed")
    lock(case)
    case.done(customer_note="Ring twice")
    assert "Ring twice" in str(case.sale_order("note")["note"])
    conflict = case.conflict(**lines_of(LINES["a line removed"]))
    assert "is locked" in conflict.message
    assert conflict.choices[0].startswith(f"Unlock {case.sale_order()['name']}")
    lock(case, locked=False)
    case.done()
    assert case.to_ship() == shipped(LINES["a line removed"])


# An invoice without a sales order


ALONE = {"order_becomes": "invoice", "post_invoices_from": date(2099, 1, 1)}
POSTED_ALONE = {"order_becomes": "invoice"}


def test_a_draft_invoice_alone_is_written_anew_cancelled_and_revived(made: Bench) -> None:
    case = Case(made, ALONE)
    (before,) = case.invoices()
    case.done(**lines_of(LINES["a line removed"]))
    (after,) = case.invoices()
    assert (after["id"], after["state"]) == (before["id"], "draft")
    assert cents(after["amount_total"]) == cents(LINES["a line removed"].total)
    case.done(status="cancelled")
    assert case.invoices()[0]["state"] == "cancel"
    case.done(status="processing")
    (revived,) = case.invoices()
    assert (revived["id"], revived["state"]) == (before["id"], "draft")
    assert cents(revived["amount_total"]) == cents(LINES["a line removed"].total)


def test_a_posted_invoice_alone_stays_and_is_reported(made: Bench) -> None:
    case = Case(made, POSTED_ALONE)
    before = case.invoices()
    assert "by hand" in case.conflict(**lines_of(LINES["a line removed"])).choices[0]
    case.done(customer_note="Ring twice", **lines_of(FULL))
    assert "is posted over" in case.conflict(status="cancelled").message
    assert case.invoices() == before


# Cancelled


@pytest.mark.parametrize("state", ["quotation", "confirmed", "draft invoice"])
def test_what_is_cancelled_in_the_store_is_cancelled_in_odoo(made: Bench, state: str) -> None:
    case = Case(made, state)
    outcome = case.done(status="cancelled")
    assert "is cancelled, as" in outcome.message
    assert case.sale_order()["state"] == "cancel"
    assert {picking["state"] for picking in case.pickings()} <= {"cancel"}
    assert {invoice["state"] for invoice in case.invoices()} <= {"cancel"}
    stamp = case.sale_order("write_date")
    assert case.sync().kind == OutcomeKind.DONE
    assert case.sale_order("write_date") == stamp


@pytest.mark.parametrize("state", ["quotation", "confirmed", "draft invoice", "invoiced"])
def test_what_woodoo_cancelled_is_reopened_when_the_store_wants_it_again(made: Bench, state: str) -> None:
    case = Case(made, state)
    case.sync(status="cancelled")
    case.done(status="processing")
    confirmed = made.odoo.client.dialect.order_confirmed_states
    assert case.sale_order()["state"] in (("draft",) if state == "quotation" else confirmed)
    assert cents(case.sale_order()["amount_total"]) == cents(FULL.total)
    assert case.to_ship() == ({} if state == "quotation" else shipped(FULL))
    wanted = {"draft invoice": ["draft"], "invoiced": ["posted"]}
    assert [invoice["state"] for invoice in case.invoices()] == wanted.get(state, [])
    assert case.mark().doing is Doing.OPEN


def test_what_changed_while_it_was_cancelled_is_written_when_it_is_reopened(made: Bench) -> None:
    case = Case(made, "invoiced")
    case.sync(status="cancelled")
    case.done(status="processing", shipping=ADDRESS, customer_note="Ring twice")
    sale_order = case.sale_order("partner_shipping_id", "note")
    open_ones = [picking for picking in case.pickings() if picking["state"] != "cancel"]
    assert [picking["partner_id"] for picking in open_ones] == [sale_order["partner_shipping_id"]]
    assert "Ring twice" in str(sale_order["note"])


def test_a_posted_invoice_of_a_cancelled_order_is_reported_until_it_is_credited(made: Bench) -> None:
    case = Case(made, "paid")
    (invoice,) = case.invoices()
    conflict = case.conflict(status="cancelled")
    assert f"invoice {invoice['name']} is posted over {cents(FULL.total)} EUR" in conflict.message
    assert conflict.choices[0] == f"Credit invoice {invoice['name']} in Odoo, then retry."
    assert {picking["state"] for picking in case.pickings()} == {"cancel"}
    assert case.invoices()[0]["state"] == "posted"
    case.conflict()
    credit(case)
    assert case.sync().kind == OutcomeKind.DONE


@pytest.mark.parametrize("pieces", [None, Decimal(1)], ids=["delivered", "partly delivered"])
def test_delivered_goods_of_a_cancelled_order_are_reported(made: Bench, pieces: Decimal | None) -> None:
    case = Case(made, "confirmed", only(FULL, 0, 1, times=2))
    deliver(case, pieces)
    conflict = case.conflict(status="cancelled")
    assert "is delivered" in conflict.message
    assert case.to_ship() == {}
    assert (case.sale_order()["state"] == "cancel") == (pieces is not None)


def test_a_locked_order_is_not_cancelled(made: Bench) -> None:
    case = Case(made, "confirmed")
    lock(case)
    assert "is locked" in case.conflict(status="cancelled").message
    assert case.sale_order()["state"] != "cancel"
    lock(case, locked=False)
    case.done()
    assert case.sale_order()["state"] == "cancel"


def test_what_a_person_cancelled_in_odoo_waits_for_a_person(made: Bench) -> None:
    case = Case(made, "confirmed")
    assert not changing.cancel_orders(made.odoo, [case.sale_order()["id"]]).errors
    conflict = case.conflict()
    assert "is cancelled in Odoo" in conflict.message
    assert len(conflict.choices) == 3
    assert case.sale_order()["state"] == "cancel"


@pytest.mark.parametrize("status", ["refunded", "trash", "failed"])
def test_refunded_and_trashed_orders_undo_nothing(made: Bench, status: str) -> None:
    case = Case(made, "paid")
    outcome = case.sync(status=status)
    assert outcome.kind == OutcomeKind.SKIPPED
    assert f"{case.sale_order()['name']} stays as it is in Odoo" in outcome.message
    assert case.invoices()[0]["payment_state"] == "paid"


def test_an_order_deleted_for_good_undoes_nothing(made: Bench) -> None:
    case = Case(made, "confirmed")
    kept = made.store.orders.pop(case.id)
    try:
        outcome = made.sync([case.id], **case.settings)[case.id]
    finally:
        made.store.orders[case.id] = kept
    assert outcome.kind == OutcomeKind.PARKED
    assert f"in Odoo stands the sales order {case.sale_order()['name']}" in outcome.message
    assert case.to_ship() == shipped(FULL)


# Cut off


class CutOff(Exception):
    pass


@pytest.mark.parametrize("where", ["after cancelling", "before confirming", "before reporting"])
def test_a_run_that_is_cut_off_is_ended_by_the_next_one(
    made: Bench, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(made, "draft invoice")
    wanted = LINES["quantities doubled"]

    def cut(*_: Any, **__: Any) -> Any:
        raise CutOff

    with monkeypatch.context() as patched:
        places = {
            "after cancelling": (changing, "reset_orders"),
            "before confirming": (sale_orders.workflows, "confirm_orders"),
            "before reporting": (order_flow.outcomes, "done"),
        }
        patched.setattr(*places[where], cut)
        with pytest.raises(CutOff):
            case.sync(**lines_of(wanted))
    case.done()
    assert cents(case.sale_order()["amount_total"]) == cents(wanted.total)
    assert case.to_ship() == shipped(wanted)
    (invoice,) = case.invoices()
    assert (invoice["state"], cents(invoice["amount_total"])) == ("draft", cents(wanted.total))
    assert case.mark().doing is Doing.OPEN


@pytest.mark.parametrize("where", ["before the date", "before the lines of the invoice"])
def test_a_run_cut_off_after_confirming_leaves_no_old_invoice(
    made: Bench, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The total stays, so nothing but the lines tells an old draft from a new one."""
    case = Case(made, "draft invoice")
    renamed = replace(FULL.lines[0], name="Another name")

    def cut(*_: Any, **__: Any) -> Any:
        raise CutOff

    with monkeypatch.context() as patched:
        if where == "before the date":
            patched.setattr(workflows, "restore_order_dates", cut)
        else:
            patched.setattr(made.odoo, "rewrite", cut)
        with pytest.raises(CutOff):
            case.sync(lines=(renamed, *FULL.lines[1:]))
    case.settings = dict(UP_TO["paid"])
    case.done()
    (invoice,) = case.invoices()
    assert (invoice["state"], invoice["payment_state"]) == ("posted", "paid")
    lines = made.odoo.read("account.move.line", invoice["invoice_line_ids"], ["name", "sale_line_ids"])
    assert "Another name" in {line["name"].split("\n")[0] for line in lines}
    assert {one for line in lines for one in line["sale_line_ids"]} == set(case.sale_order()["order_line"])
    assert case.mark().doing is Doing.OPEN


def counting(bench: Bench, calls: list[str]) -> Any:
    """Return Odoo's client call, noting each one."""
    real = bench.odoo.client.call

    def counted(model: str, method: str, **arguments: Any) -> Any:
        calls.append(f"{model}.{method}")
        return real(model, method, **arguments)

    return counted


def test_an_unchanged_order_costs_the_reads_of_its_documents_only(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(made, "paid")
    context = made.context(**case.settings)
    calls: list[str] = []
    monkeypatch.setattr(made.odoo.client, "call", counting(made, calls))
    outcomes = order_flow.sync_orders(context, [case.id])
    assert outcomes[case.id].kind == OutcomeKind.DONE
    assert calls == ["sale.order.search_read", "account.move.search_read"]


def test_changes_of_a_batch_go_together(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Case(made, "confirmed") for _ in range(6)]
    for case in cases:
        made.store.orders[case.id] = replace(case.order, **lines_of(LINES["a line removed"]))
    context = made.context(**UP_TO["confirmed"])
    calls: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(made.odoo.client, "call", counting(made, calls))
        outcomes = order_flow.sync_orders(context, [case.id for case in cases])
    assert {outcome.kind for outcome in outcomes.values()} == {OutcomeKind.DONE}
    assert len(calls) <= 24, calls
    assert all(case.to_ship() == shipped(LINES["a line removed"]) for case in cases)
