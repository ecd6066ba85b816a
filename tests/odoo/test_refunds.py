"""Refunds of the store become credit notes in a real Odoo: each kind, exact, once, with the money as it went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.refund_cases import Piece, RefundBench, Refunded
from tests.odoo.shop import cents
from tests.odoo.test_locks import close_books

from woodoo.engine.flow import OutcomeKind
from woodoo.flows.money import look_at_money
from woodoo.odoo.client import OdooClient
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

#: Paid with a card: 2 + 3 pieces at 21 and 10 %, shipping; the same in a shop with prices with tax.
EXCLUDED, INCLUDED = 76, 124
#: Fees of either sign, taxed and not; prices that become two lines; foreign taxes; coupons; prices with tax.
SHAPES = (82, 83, 84, 90, 94, 95, 103, 107, 129, 131, 132)
NUMBERS = (EXCLUDED, INCLUDED, *SHAPES)


@pytest.fixture(scope="module")
def shop(odoo: Endpoint, admin: Admin) -> Iterator[RefundBench]:
    with RefundBench.open(odoo, admin, "woodoo_refunds", NUMBERS) as bench:
        yield bench


#: Kind of refund → what is given back, once or several times.
KINDS: dict[str, tuple[Refunded, ...]] = {
    "pieces of a line": (Refunded((Piece(0, 1),), reason="damaged"),),
    "pieces of all lines and the shipping": (Refunded((Piece(0, 2), Piece(1, 1), Piece(2))),),
    "an amount of a line": (Refunded((Piece(0, net="1.50"),)),),
    "shipping alone": (Refunded((Piece(2),)),),
    "tax alone": (Refunded((Piece(0, net="0.00", taxes={"1": "0.50"}),)),),
    "an amount without its tax": (Refunded((Piece(0, net="3.00", taxes={}),)),),
    "an amount without lines": (Refunded(amount="5.00", reason="goodwill"),),
    "several": (Refunded((Piece(0, 1),)), Refunded(amount="2.50"), Refunded((Piece(2),))),
    "the rest without lines": (Refunded((Piece(0, 1),)), Refunded(amount="rest")),
}


def give_back(shop: RefundBench, record: str, kind: str, *, by_gateway: bool = False) -> list[str]:
    made = []
    for what in KINDS[kind]:
        amount = what.amount
        if amount == "rest":
            amount = str(Decimal(shop.order(record)["total"]) - sum(shop.amounts(record).values()))
        made.append(shop.refund(record, Refunded(what.lines, amount, what.reason, what.restock, by_gateway)))
    return made


def assert_credited(shop: RefundBench, record: str, refunds: list[str]) -> None:
    """Compare each credit note with its refund: amount and, where the store says so, each tax."""
    rows = shop.credit_notes(record, "amount_total", "ref", "invoice_date")
    assert [row["state"] for row in rows] == ["posted"] * len(refunds), rows
    assert [cents(row["amount_total"]) for row in rows] == [shop.amounts(record)[one] for one in refunds]
    names = shop.bench.odoo.external_ids("account.move", [row["id"] for row in rows])
    assert [names[row["id"]] for row in rows] == [f"account_move_refund_{one}" for one in refunds]
    for row, refund_id in zip(rows, refunds, strict=True):
        if wanted := shop.wanted_taxes(refund_id):
            assert shop.taxes(row["id"]) == wanted


@pytest.mark.long("19-excluded", "14-included")
@pytest.mark.parametrize("number", [EXCLUDED, INCLUDED], ids=["excluded", "included"])
def test_every_kind_of_refund_is_credited_to_the_cent_once_and_nothing_is_billed_again(
    shop: RefundBench, number: int
) -> None:
    orders = {kind: shop.copy(number) for kind in KINDS}
    brought = shop.bring(*orders.values())
    assert {one.kind for one in brought.values()} == {OutcomeKind.DONE}, brought
    refunds = {kind: give_back(shop, record, kind) for kind, record in orders.items()}
    outcomes = shop.sync(*orders.values())
    assert {record: one.message for record, one in outcomes.items() if one.kind is not OutcomeKind.DONE} == {}
    for kind, record in orders.items():
        assert_credited(shop, record, refunds[kind])
        status = shop.sale_order(record, "invoice_status", "invoice_count")
        assert (status["invoice_status"], status["invoice_count"]) == ("invoiced", 1 + len(refunds[kind])), kind
        assert shop.payments_back(record) == []
    again = shop.sync(*orders.values())
    assert {one.kind for one in again.values()} == {OutcomeKind.DONE}
    for kind, record in orders.items():
        assert_credited(shop, record, refunds[kind])


def residual(shop: RefundBench, record: str) -> Decimal:
    return cents(shop.invoice(record, "amount_residual")["amount_residual"])


def test_money_goes_back_once_where_the_provider_paid_it_and_an_open_invoice_takes_its_credit_note_up(
    shop: RefundBench,
) -> None:
    gateway, by_hand, always = (shop.copy(EXCLUDED) for _ in range(3))
    unpaid = {"payment_method": "bacs", "payment_method_title": "Bank", "date_paid": None, "date_paid_gmt": None}
    part, whole = (shop.copy(EXCLUDED, **unpaid) for _ in range(2))
    shop.bring(gateway, by_hand, always)
    shop.bring(part, whole, unpaid_methods=("bacs",))
    for record in (gateway, always):
        shop.refund(record, Refunded((Piece(0, 1),), by_gateway=record == gateway))
    shop.refund(by_hand, Refunded((Piece(0, 1),)))
    shop.refund(part, Refunded((Piece(0, 1),), by_gateway=True))
    total = cents(shop.order(whole)["total"])
    shop.refund(whole, Refunded(amount=str(total)))

    said = shop.sync(gateway, by_hand, part, whole, unpaid_methods=("bacs",))
    said |= shop.sync(always, refund_payment="always")
    assert {one.kind for one in said.values()} == {OutcomeKind.DONE}, said
    amount = next(iter(shop.amounts(gateway).values()))
    memo = shop.bench.odoo.client.dialect.payment_memo
    for record in (gateway, always):
        (payment,) = shop.payments_back(record)
        (refund_id,) = shop.amounts(record)
        assert (cents(payment["amount"]), payment["journal_id"]) == (amount, shop.bench.shop.journals["Stripe"])
        assert payment[memo] == f"{shop.bench.prefix}{record} refund {refund_id}"
        (note,) = shop.credit_notes(record, "payment_state", "amount_residual", "invoice_date")
        assert (note["payment_state"], note["amount_residual"]) == ("paid", 0)
        assert payment["date"] == note["invoice_date"]
        assert said[record].message.startswith(
            f"credit note {note['name']} over {amount} EUR, paid back in Stripe, 1 × "
        )
    (note,) = shop.credit_notes(by_hand, "payment_state", "amount_residual")
    assert (note["payment_state"], cents(note["amount_residual"])) == ("not_paid", amount)
    assert said[by_hand].message.startswith(f"credit note {note['name']} over {amount} EUR, {amount} left open, 1 × ")
    (note,) = shop.credit_notes(part, "amount_residual")
    assert note["amount_residual"] == 0
    assert residual(shop, part) == total - amount
    assert residual(shop, whole) == 0
    assert shop.invoice(whole, "payment_state")["payment_state"] in {"paid", "reversed"}
    assert [shop.payments_back(one) for one in (by_hand, part, whole)] == [[], [], []]

    # What the page of each order says of the money on both sides.
    zero, rest = Decimal("0.00"), total - amount
    wanted = {
        gateway: {"Total": (total, total), "Refunded": (amount, amount), "Paid": (rest, rest), "Open": (zero, zero)},
        by_hand: {
            "Total": (total, total),
            "Refunded": (amount, amount),
            "Paid": (rest, total),
            "Open": (zero, -amount),
        },
        part: {"Total": (total, total), "Refunded": (amount, amount), "Paid": (zero, zero), "Open": (rest, rest)},
        whole: {"Total": (total, total), "Refunded": (total, total), "Paid": (zero, zero), "Open": (zero, zero)},
    }
    for record, amounts in wanted.items():
        told = {one.name: (one.store, one.odoo) for one in look_at_money(shop.context(), record).totals}
        tax = told.pop("Tax")
        assert tax[0] == tax[1], record
        assert told == amounts, record

    # Nothing is paid twice: not by a repeat, not without Woodoo's own database, not after somebody took it back.
    known = dict(shop.bench.links.known)
    for lost in (False, True):
        if lost:
            shop.bench.links.known.clear()
        again = shop.sync(gateway, by_hand, part, whole, unpaid_methods=("bacs",))
        assert {one.kind for one in again.values()} == {OutcomeKind.DONE}, again
        shop.bench.links.known |= known
        assert [len(shop.payments_back(one)) for one in (gateway, by_hand, part, whole)] == [1, 0, 0, 0]
        assert [len(shop.credit_notes(one)) for one in (gateway, by_hand, part, whole)] == [1, 1, 1, 1]
    (payment,) = shop.payments_back(gateway)
    odoo = shop.bench.odoo
    for method in odoo.client.dialect.payment_cancel:
        assert not odoo.action("account.payment", method, [payment["id"]]).errors
    for lost in (False, True):
        if lost:
            shop.bench.links.known.clear()
        (told,) = shop.sync(gateway).values()
        assert told.kind is OutcomeKind.PARKED
        assert "is paid back, but its payment" in told.message
        shop.bench.links.known |= known
        assert shop.payments_back(gateway) == []


def test_forms_statuses_and_deleted_refunds(shop: RefundBench) -> None:
    invoice_only, order_only, draft, by_status, told, undone, bad = (shop.copy(INCLUDED) for _ in range(7))
    shop.bring(invoice_only, order_becomes="invoice_payment")
    shop.bring(order_only, order_becomes="order")
    shop.bring(draft, post_invoices_from=date(2030, 1, 1))
    shop.bring(by_status, told, undone, bad)
    given = {record: shop.refund(record, Refunded((Piece(0, 1),), by_gateway=record == undone))
             for record in (invoice_only, order_only, draft, told, undone)}  # fmt: skip
    shop.set_status(by_status, "refunded")
    for what in (Refunded((Piece(0, 1),), amount="0.50"), Refunded((Piece(1, 1),))):
        shop.refund(bad, what)

    said = shop.sync(invoice_only, by_status, told, undone, bad, "999999")
    said |= shop.sync(order_only, order_becomes="order", refund_before_invoice="credit")
    said |= shop.sync(draft, refund_before_invoice="credit")
    for record in (order_only, draft):
        assert "taken off WH/OUT" in said[record].message, "the goods do not wait for the invoice"
    assert "is not invoiced in Odoo" in said[order_only].message
    assert "waits until the invoice is posted in Odoo" in said[draft].message
    assert "The store has no order 999999" in said["999999"].message
    assert said[bad].kind is OutcomeKind.PARKED
    assert "is over 0.50 EUR, but its lines come to" in said[bad].message
    assert len(shop.credit_notes(bad)) == 1, "the other refund of the order is credited"

    domain = [("reversed_entry_id", "=", shop.bench.links.known["order", invoice_only].odoo_id)]
    (note,) = shop.bench.odoo.search_read("account.move", domain, ["amount_total", "state"])
    assert (cents(note["amount_total"]), note["state"]) == (shop.amounts(invoice_only)[given[invoice_only]], "posted")
    (note,) = shop.credit_notes(by_status, "amount_total", "amount_tax")
    invoice = shop.invoice(by_status, "amount_total", "amount_tax")
    assert (note["amount_total"], note["amount_tax"]) == (invoice["amount_total"], invoice["amount_tax"])
    assert shop.sale_order(by_status, "invoice_status")["invoice_status"] == "invoiced"

    for record in (told, undone):
        shop.delete_refund(record, given[record])
    (kept,) = shop.sync(told).values()
    assert kept.kind is OutcomeKind.PARKED
    assert "was deleted in the store, but in Odoo stands credit note" in kept.message
    assert len(shop.payments_back(undone)) == 1
    (gone,) = shop.sync(undone, deleted_refunds="undo").values()
    assert gone.kind is OutcomeKind.DONE, gone
    assert [row["state"] for row in shop.credit_notes(undone)] == ["cancel"]
    assert shop.payments_back(undone) == []
    assert shop.sync(undone, deleted_refunds="undo")[undone].kind is OutcomeKind.DONE


def test_bad_refunds_are_each_told_and_nothing_of_them_is_done(shop: RefundBench, admin: Admin) -> None:
    piece = Refunded((Piece(0, 1),), by_gateway=True)
    disagrees, nothing, unknown, above, currency, closed = records = [shop.copy(EXCLUDED) for _ in range(6)]
    shop.bring(*records)
    shop.refund(disagrees, Refunded((Piece(0, 1),), amount="9.99", by_gateway=True))
    shop.refund(disagrees, Refunded((Piece(1, 1),)))
    shop.refund(nothing, Refunded(amount="0.00"))
    shop.change_refund(unknown, shop.refund(unknown, piece), line="999999")
    total = shop.order(above)["total"]
    shop.double.meanwhile(lambda: shop.refund(above, Refunded(amount=total)))
    shop.refund(above, piece)
    shop.refund(currency, piece)
    shop.order(currency)["currency"] = "CHF"
    shop.change_refund(closed, shop.refund(closed, piece), created="2024-12-30T10:00:00")
    close_books(admin, date(2024, 12, 31))
    shop.bench.rules = None
    try:
        planned = shop.plan(*records).shown()
        said = [shop.sync(*records, "999999")]
        known = dict(shop.bench.links.known)
        shop.bench.links.known.clear()
        said.append(shop.sync(*records, "999999"))
        shop.bench.links.known |= known
    finally:
        close_books(admin, None)
        shop.bench.rules = {}
    for outcomes in said:
        assert {one.kind for one in outcomes.values()} == {OutcomeKind.PARKED}
        for record, told in {
            disagrees: "is over 9.99 EUR, but its lines come to 15.12 = 15.12",
            nothing: "is over 0.00 EUR and has no lines",
            unknown: "of line 999999, which the order does not have",
            above: f"over {total} only 0.00 are left: {total} are credited already",
            currency: "is in CHF, but invoice",
            closed: "would be dated 2024-12-30, but in Odoo the books are closed up to 2024-12-31",
            "999999": "The store has no order 999999",
        }.items():
            assert told in outcomes[record].message, record
            assert record == "999999" or told in str(planned[record].notes), "the plan says so before"
    # What is right of the same order is done, once: another refund, and the first of two that came at once.
    wanted = {disagrees: 1, above: 1} | dict.fromkeys((nothing, unknown, currency, closed), 0)
    assert {record: len(shop.credit_notes(record)) for record in records} == wanted
    assert [shop.payments_back(record) for record in records] == [[]] * 6
    assert {record: shop.to_send(record) for record in records} == {
        **{record: [2, 3] for record in (nothing, unknown, currency, closed)},
        disagrees: [2, 2],
        above: [],
    }


def test_orders_of_every_shape_are_given_back_in_two_parts_to_the_last_cent(shop: RefundBench) -> None:
    orders = {number: shop.copy(number) for number in SHAPES}
    brought = shop.bring(*orders.values())
    assert {one.kind for one in brought.values()} == {OutcomeKind.DONE}, brought
    refunds = {}
    for record in orders.values():
        sold = shop.order(record)
        some = next(place for place, line in enumerate(sold["line_items"]) if Decimal(line["total"]))
        shipping = (Piece(len(sold["line_items"])),) if Decimal(sold["total"]) > 10 else ()
        first = shop.refund(record, Refunded((Piece(some, 1), *shipping)))
        rest = Decimal(shop.order(record)["total"]) - sum(shop.amounts(record).values())
        refunds[record] = [first, shop.refund(record, Refunded(amount=str(rest)))]
    outcomes = shop.sync(*orders.values())
    assert {record: one.message for record, one in outcomes.items() if one.kind is not OutcomeKind.DONE} == {}
    for number, record in orders.items():
        assert_credited(shop, record, refunds[record])
        given: dict[int, Decimal] = {}
        for row in shop.credit_notes(record):
            for tax, amount in shop.taxes(row["id"]).items():
                given[tax] = given.get(tax, Decimal(0)) + amount
        invoice = shop.invoice(record, "amount_total", "amount_tax")
        billed = shop.taxes(invoice["id"])
        assert given == {tax: -amount for tax, amount in billed.items()}, number
        assert shop.sale_order(record, "invoice_status")["invoice_status"] == "invoiced"


class Killed(BaseException):
    """The worker is gone."""


READING = {
    "search_read",
    "read",
    "search",
    "search_count",
    "fields_get",
    "default_get",
    "get_external_id",
    "get_metadata",
}


class Axe:
    """Kills the worker at one of its calls that write: before Odoo has it, or once it is done."""

    def __init__(self, client: OdooClient, monkeypatch: pytest.MonkeyPatch) -> None:
        self.call = client.call
        #: What was called since, and where the worker ends: place and whether the call is carried out.
        self.calls: list[str] = []
        self.at: tuple[int, bool] | None = None
        monkeypatch.setattr(client, "call", self._call)

    def _call(self, model: str, method: str, *positional: Any, **named: Any) -> Any:
        if method in READING:
            return self.call(model, method, *positional, **named)
        place = len(self.calls)
        self.calls.append(f"{model}.{method}")
        if self.at == (place, False):
            raise Killed
        answer = self.call(model, method, *positional, **named)
        if self.at == (place, True):
            raise Killed
        return answer

    def swing(self, at: tuple[int, bool] | None) -> None:
        self.calls, self.at = [], at


def test_a_worker_that_is_killed_at_any_call_leaves_what_the_next_one_completes(
    shop: RefundBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    axe = Axe(shop.bench.odoo.client, monkeypatch)

    def books(record: str) -> list[Any]:
        notes = shop.credit_notes(record, "amount_total", "amount_residual", "payment_state")
        paid_back = [cents(row["amount"]) for row in shop.payments_back(record)]
        left = cents(shop.invoice(record, "amount_residual")["amount_residual"])
        return [
            [(n["state"], n["amount_total"], n["amount_residual"], n["payment_state"]) for n in notes],
            paid_back,
            left,
        ]

    orders = [shop.copy(EXCLUDED) for _ in range(11)]
    shop.bring(*orders)
    for record in orders:
        shop.refund(record, Refunded((Piece(0, net="1.50"), Piece(2)), by_gateway=True))
    undisturbed = orders.pop()
    axe.swing(None)
    shop.sync(undisturbed)
    writes = list(axe.calls)
    assert "account.move.action_post" in writes
    wanted = books(undisturbed)
    points = [(place, done) for place in range(len(writes)) for done in (False, True)]
    assert len(points) <= len(orders), writes
    for point, record in zip(points, orders, strict=False):
        axe.swing(point)
        with pytest.raises(Killed):
            shop.sync(record)
        axe.swing(None)
        (outcome,) = shop.sync(record).values()
        assert outcome.kind is OutcomeKind.DONE, (writes[point[0]], point, outcome)
        assert books(record) == wanted, (writes[point[0]], point)
