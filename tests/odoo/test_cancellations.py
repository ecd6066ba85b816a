"""Refunds before the invoice, cancellations, chargebacks, orders wanted again, on a real Odoo: many in few batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import Bench, cents, recorded_orders, renumbered

from woodoo.domain.order import Order
from woodoo.domain.refund import Refund, RefundLine
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.flows.refund import sync_refunds
from woodoo.mapping.changes.fingerprint import Fingerprint
from woodoo.odoo.deliveries import deliver_orders
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin, set_stock

FULL = recorded_orders()["76"]
CONFIRM = {"status_steps": {"processing": "confirm", "cancelled": "cancel"}}
DRAFTS = {"post_invoices_from": date(2099, 1, 1)}
WHEN = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def bench(odoo: Endpoint, admin: Admin) -> Bench:
    made = Bench.set_up(odoo, admin, {"76": FULL}, "woodoo_cancellations")
    set_stock(admin, {product: Decimal(1000) for product in made.shop.products.values()})
    made.settings = made.settings.model_copy(update={"refund_product_id": made.shop.fee_product_id})
    return made


class Story:
    """Orders of the same contents under names, brought over in batches."""

    number = 60_000

    def __init__(self, bench: Bench, names: Iterable[str], order: Order = FULL, **settings: Any) -> None:
        self.bench, self.settings, self.ids = bench, settings, {}
        for name in names:
            Story.number += 1
            self.ids[name] = str(Story.number)
            bench.store.orders |= renumbered({"0": order}, Story.number)

    def order(self, name: str) -> Order:
        return self.bench.store.orders[self.ids[name]]

    def sync(self, *names: str, **settings: Any) -> dict[str, Outcome]:
        """Bring these (default: all) to Odoo in one batch."""
        wanted = {name: self.ids[name] for name in names or self.ids}
        found = self.bench.sync(list(wanted.values()), **{**self.settings, **settings})
        return {name: found[record] for name, record in wanted.items()}

    def done(self, *names: str, **settings: Any) -> dict[str, Outcome]:
        found = self.sync(*names, **settings)
        assert {name: one.message for name, one in found.items() if one.kind is not OutcomeKind.DONE} == {}
        return found

    def refunds(self, *names: str, **settings: Any) -> dict[str, Outcome]:
        """Let the flow of refunds look at these."""
        wanted = {name: self.ids[name] for name in names or self.ids}
        found = sync_refunds(self.bench.context(**{**self.settings, **settings}), list(wanted.values()))
        self.bench.links.take(found)
        return {name: found[record] for name, record in wanted.items()}

    def change(self, name: str, **changes: Any) -> None:
        self.bench.store.orders[self.ids[name]] = replace(self.order(name), **changes)

    def give_back(self, name: str, amount: str, *parts: RefundLine, **more: Any) -> Refund:
        """Let the store have refunded something of an order."""
        Story.number += 1
        made = Refund(
            str(Story.number), self.ids[name], Decimal(amount), "", WHEN + timedelta(seconds=Story.number), False, parts
        )
        self.bench.store.refund(replace(made, **more))
        return replace(made, **more)

    def sale_orders(self) -> dict[str, dict[str, Any]]:
        rows = self.bench.sale_orders("name", "state", "amount_total", "invoice_status", "write_date", "order_line")
        return {name: rows[record] for name, record in self.ids.items() if record in rows}

    def moves(self, move_type: str = "out_invoice") -> dict[str, list[dict[str, Any]]]:
        """Return invoices or credit notes by order, oldest first."""
        references = {f"{self.bench.prefix}{record}": name for name, record in self.ids.items()}
        domain = [("ref", "in", list(references)), ("move_type", "=", move_type)]
        fields = ["ref", "name", "state", "payment_state", "amount_total", "amount_residual", "write_date"]
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in self.ids}
        for row in self.bench.odoo.search_read("account.move", domain, fields, order="id"):
            found[references[row["ref"]]].append(row)
        return found

    def to_ship(self) -> dict[str, dict[str, Decimal]]:
        """Return what open deliveries take out of stock, by order and SKU."""
        orders = {row["id"]: name for name, row in self.sale_orders().items()}
        domain = [("picking_id.sale_id", "in", list(orders)), ("state", "not in", ["done", "cancel"])]
        rows = self.bench.odoo.search_read("stock.move", domain, ["product_id", "product_uom_qty", "picking_id"])
        pickings = self.bench.odoo.read("stock.picking", {row["picking_id"] for row in rows}, ["sale_id"])
        owners = {row["id"]: orders[row["sale_id"]] for row in pickings}
        skus = {product: sku for sku, product in self.bench.shop.products.items()}
        found: dict[str, dict[str, Decimal]] = {name: {} for name in self.ids}
        for row in rows:
            there = found[owners[row["picking_id"]]]
            sku = skus[row["product_id"]]
            there[sku] = there.get(sku, Decimal(0)) + cents(row["product_uom_qty"])
        return found

    def stamps(self) -> list[Any]:
        """Return what changes when anything of these orders is written."""
        return [self.sale_orders(), self.moves(), self.moves("out_refund")]

    def lose_links(self) -> None:
        """Lose Woodoo's own database."""
        self.bench.links.known.clear()

    def inside(self, name: str) -> frozenset[str]:
        found = Fingerprint.read(self.bench.links.known["order", self.ids[name]].odoo_hash)
        assert found is not None
        return found.refunds


def piece(order: Order, place: int, quantity: int = 1) -> RefundLine:
    """Return the part of a refund that gives back so many pieces of a line."""
    line = order.lines[place]
    share = Decimal(quantity) / line.quantity
    taxes = tuple(replace(tax, amount=cents(tax.amount * share), before_discount=None) for tax in line.taxes)
    tax = sum((one.amount for one in taxes), Decimal(0))
    return RefundLine(
        "product", "1", line.external_id, line.name, Decimal(quantity), cents(line.total * share), tax, taxes
    )


def whole_line(order: Order, place: int) -> RefundLine:
    return piece(order, place, int(order.lines[place].quantity))


def parcel(order: Order) -> RefundLine:
    line = order.shipping_lines[0]
    taxes = tuple(replace(tax, amount=cents(tax.amount), before_discount=None) for tax in line.taxes)
    tax = sum((one.amount for one in taxes), Decimal(0))
    return RefundLine("shipping", "2", line.external_id, line.title, Decimal(0), cents(line.total), tax, taxes)


def tax_alone(order: Order) -> RefundLine:
    line = order.lines[0]
    taxes = tuple(replace(tax, amount=cents(tax.amount), before_discount=None) for tax in line.taxes)
    tax = sum((one.amount for one in taxes), Decimal(0))
    return RefundLine("product", "3", line.external_id, line.name, Decimal(0), Decimal(0), tax, taxes)


def gross(part: RefundLine) -> str:
    return str(part.gross)


def less(order: Order, *refunds: Refund) -> Decimal:
    return cents(order.total - sum((one.amount for one in refunds), Decimal(0)))


def totals(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Decimal]:
    return {name: cents(row["amount_total"]) for name, row in rows.items()}


def deliver(bench: Bench, story: Story, *names: str) -> None:
    """Let the warehouse send everything that is open of these orders."""
    ids = [story.sale_orders()[name]["id"] for name in names]
    assert not deliver_orders(bench.odoo, ids).errors


# Refunded before the invoice

BEFORE = {
    "a piece": lambda story, name: [story.give_back(name, gross(part), part) for part in [piece(FULL, 0)]],
    "a line": lambda story, name: [story.give_back(name, gross(part), part) for part in [whole_line(FULL, 1)]],
    "shipping": lambda story, name: [story.give_back(name, gross(part), part) for part in [parcel(FULL)]],
    "an amount": lambda story, name: [story.give_back(name, "7.77")],
    "several": lambda story, name: [
        story.give_back(name, gross(piece(FULL, 1)), piece(FULL, 1)),
        story.give_back(name, "3.33"),
        story.give_back(name, gross(piece(FULL, 0)), piece(FULL, 0)),
    ],
}
LEFT = {
    "a piece": {"WOO-S-001": Decimal(1), "WOO-S-018": Decimal(3)},
    "a line": {"WOO-S-001": Decimal(2)},
    "several": {"WOO-S-001": Decimal(1), "WOO-S-018": Decimal(2)},
}
ALL = {"WOO-S-001": Decimal(2), "WOO-S-018": Decimal(3)}


def test_what_was_refunded_before_the_invoice_is_not_invoiced(bench: Bench) -> None:
    story = Story(bench, [*BEFORE, "tax alone", "gone out", "everything"])
    story.done(**CONFIRM)
    assert set(totals(story.sale_orders()).values()) == {cents(FULL.total)}
    deliver(bench, story, "gone out")
    given = {name: refund(story, name) for name, refund in BEFORE.items()}
    later = {
        "tax alone": story.give_back("tax alone", "5.25", tax_alone(FULL)),
        "gone out": story.give_back("gone out", gross(piece(FULL, 0)), piece(FULL, 0)),
    }
    story.give_back("everything", str(FULL.total))
    story.change("everything", status="refunded")
    found = story.done(**CONFIRM)
    wanted = {name: less(FULL, *refunds) for name, refunds in given.items()}
    wanted |= dict.fromkeys([*later, "everything"], cents(FULL.total))
    assert totals(story.sale_orders()) == wanted
    assert story.to_ship() == {name: LEFT.get(name, ALL) for name in wanted} | {"gone out": {}, "everything": {}}
    assert story.sale_orders()["everything"]["state"] == "cancel"
    assert "refunded in full before it was invoiced" in found["everything"].message
    assert "is credited once the invoice is posted" in found["gone out"].message
    assert f"Refund {later['tax alone'].external_id} is credited" in found["tax alone"].message
    before = story.stamps()
    story.done(**CONFIRM)
    assert story.stamps() == before

    story.done()
    invoices = {name: rows for name, rows in story.moves().items() if name != "everything"}
    assert {name: [cents(row["amount_total"]) for row in rows] for name, rows in invoices.items()} == {
        name: [total] for name, total in wanted.items() if name != "everything"
    }
    assert {row["payment_state"] for rows in invoices.values() for row in rows} == {"paid"}
    assert story.moves()["everything"] == []
    assert {name: len(story.inside(name)) for name in BEFORE} == {name: len(given[name]) for name in BEFORE}

    story.give_back("a piece", "1.00")
    before = story.stamps()
    story.done("a piece", "several", "shipping")
    story.lose_links()
    story.done("a piece", "several", "shipping")
    story.done("a piece", "several", "shipping")
    assert story.stamps() == before
    assert story.inside("a piece") == {given["a piece"][0].external_id}


STATES: dict[str, dict[str, Any]] = {
    "quotation": {"status_steps": {"processing": "quotation"}},
    "draft invoice": DRAFTS,
    "draft invoice alone": {**DRAFTS, "order_becomes": "invoice_payment"},
}


@pytest.mark.parametrize("state", STATES)
def test_a_document_nobody_has_posted_is_written_anew_and_again_where_a_refund_is_deleted(
    bench: Bench, state: str
) -> None:
    story = Story(bench, ["there", "new", "undone", "everything"], **STATES[state])
    story.done("there", "undone", "everything")
    made = {name: story.give_back(name, gross(piece(FULL, 0)), piece(FULL, 0)) for name in ("there", "new", "undone")}
    story.give_back("everything", str(FULL.total))
    story.done()

    def found() -> dict[str, Decimal]:
        rows = story.moves() if "invoice" in state else {n: [r] for n, r in story.sale_orders().items()}
        return {
            name: cents(row["amount_total"]) for name, one in rows.items() for row in one if row["state"] == "draft"
        }

    wanted = {name: less(FULL, refund) for name, refund in made.items()}
    assert found() == wanted
    bench.store.delete_refund(made["undone"])
    story.done("undone")
    assert found() == wanted | {"undone": cents(FULL.total)}
    story.lose_links()
    more = story.give_back("there", "2.00")
    story.done()
    assert found() == wanted | {"undone": cents(FULL.total), "there": less(FULL, made["there"], more)}
    before = story.stamps()
    story.done()
    assert story.stamps() == before


def test_with_credit_everything_is_invoiced_in_full(bench: Bench) -> None:
    story = Story(bench, ["a piece", "everything", "product"], refund_before_invoice="credit")
    story.done(**CONFIRM)
    story.give_back("a piece", gross(piece(FULL, 0)), piece(FULL, 0))
    story.give_back("everything", str(FULL.total))
    story.change("everything", status="refunded")
    story.give_back("product", "7.77")
    story.done("product", refund_before_invoice="reduce", amount_refund_as="product")
    story.done("a piece", "everything")
    invoices = {name: [cents(row["amount_total"]) for row in rows] for name, rows in story.moves().items()}
    assert invoices == {
        "a piece": [cents(FULL.total)],
        "everything": [cents(FULL.total)],
        "product": [Decimal("114.27")],
    }
    story.done("product", amount_refund_as="spread", refund_before_invoice="reduce")
