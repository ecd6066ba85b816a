"""Refunds made in the store double, credited in a real Odoo: what cases are told with, and how Odoo is read.

A case is an order (a copy of a recorded one), refunds of it, and what Odoo has then. Many cases share one Odoo and one
batch of the flow: what a matrix of cases is made from.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.odoo.shop import RECORDINGS, Bench, cents

from woodoo.engine.flow import Outcome
from woodoo.flows.context import Context
from woodoo.flows.order import sync_orders
from woodoo.flows.refund import Planned, plan_refunds, sync_refunds
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin, set_stock
from woodoo.sandbox.store.double import StoreDouble
from woodoo.sandbox.store.orders import refunds as double_refunds
from woodoo.sandbox.store.orders import status
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.orders import to_domain
from woodoo.stores.woocommerce.store import WooCommerceStore

Row = Mapping[str, Any]
#: Where the copies of recorded orders begin to count.
FIRST = 20_001


def recording(number: int) -> dict[str, Any]:
    """Return the body of a recorded order, as it was before it was refunded."""
    (path,) = [one for one in RECORDINGS.glob(f"order_{number}_*.json") if "deleted" not in one.name]
    body: dict[str, Any] = json.loads(path.read_text())["body"]
    return body | {"refunds": []}


@dataclass(frozen=True)
class Piece:
    """So much of a line of the order given back: `place` counts product lines, then shipping, then fees, from 0."""

    place: int
    pieces: int = 0
    #: Net; None: the share of the pieces in the line, all of it without pieces.
    net: str | None = None
    #: By rate id; None: the share of the net in the line's taxes.
    taxes: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Refunded:
    """A refund as somebody makes it in the shop."""

    lines: tuple[Piece, ...] = ()
    #: Gross; None: what the lines come to.
    amount: str | None = None
    reason: str = ""
    restock: bool = True
    by_gateway: bool = False


@dataclass
class RefundBench:
    """A store double and a real Odoo, moved by hand: no worker but the test."""

    bench: Bench
    double: StoreDouble
    store: WooCommerceStore
    #: Settings of every run.
    settings: dict[str, Any] = field(default_factory=dict)
    _next: int = FIRST

    @classmethod
    @contextmanager
    def open(cls, endpoint: Endpoint, admin: Admin, namespace: str, numbers: Sequence[int]) -> Iterator[RefundBench]:
        """Prepare an Odoo for copies of these recorded orders."""
        recorded = {str(number): to_domain(recording(number), 2) for number in numbers}
        bench = Bench.set_up(endpoint, admin, recorded, namespace)
        bench.rules = {}
        set_stock(admin, dict.fromkeys(bench.shop.products.values(), Decimal(10_000)))
        with StoreDouble() as double:
            yield cls(bench, double, WooCommerceStore(WooClient(double.url, double.key, double.secret)))

    # In the store

    def copy(self, number: int, **changes: Any) -> str:
        """Place a recorded order once more, under a number of its own."""
        body = copy.deepcopy(recording(number))
        body |= {"id": self._next, "number": str(self._next), **changes}
        self._next += 1
        self.double.load_recorded_orders([body])
        return str(body["id"])

    def order(self, record: str) -> dict[str, Any]:
        return self.double.shop.tables["orders"][int(record)]

    def refund(self, record: str, what: Refunded) -> str:
        """Give money back as the shop's back office does; return the refund's id."""
        order = self.order(record)
        lines = [self._line(order, piece) for piece in what.lines]
        with self.double.shop.lock:
            made = double_refunds.refund(
                self.double.shop,
                order,
                amount=Decimal(what.amount) if what.amount is not None else None,
                reason=what.reason,
                lines=lines,
                restock=what.restock,
            )
            made["refunded_payment"] = what.by_gateway
        return str(made["id"])

    def set_status(self, record: str, wanted: str) -> None:
        """Put an order into a status by hand."""
        with self.double.shop.lock:
            status.change(self.double.shop, self.order(record), wanted)

    def delete_refund(self, record: str, refund_id: str) -> None:
        """Delete a refund in the back office."""
        order = self.order(record)
        order["refund_ids"] = [one for one in order["refund_ids"] if str(one) != refund_id]
        del self.double.shop.tables["refunds"][int(refund_id)]

    def change_refund(self, record: str, refund_id: str, *, line: str = "", created: str = "") -> None:
        """Have a refund name another line of the order, or have been made at another time (UTC)."""
        made = self.double.shop.tables["refunds"][int(refund_id)]
        assert made["parent_id"] == int(record)
        if created:
            made["date_created"] = created
        for item in made["line_items"] if line else ():
            (meta,) = [one for one in item["meta_data"] if one["key"] == "_refunded_item_id"]
            meta["value"] = line

    def amounts(self, record: str) -> dict[str, Decimal]:
        """Return refund → its amount."""
        rows = self.double.shop.tables["refunds"].values()
        return {str(row["id"]): Decimal(row["amount"]) for row in rows if row["parent_id"] == int(record)}

    @staticmethod
    def _line(order: dict[str, Any], piece: Piece) -> dict[str, Any]:
        line = [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]][piece.place]
        whole = Decimal(str(line["total"]))
        if piece.net is not None:
            net = Decimal(piece.net)
        else:
            net = whole * piece.pieces / Decimal(str(line["quantity"])) if piece.pieces else whole
        share = net / whole if whole else Decimal(0)
        taxes = piece.taxes
        if taxes is None:
            own = line["taxes"]
            taxes = {rate: str((Decimal(str(tax)) * share).quantize(Decimal("0.01"))) for rate, tax in own.items()}
        return {
            "id": line["id"],
            "quantity": piece.pieces,
            "refund_total": str(net.quantize(Decimal("0.01"))),
            "refund_tax": [{"id": int(rate), "refund_total": tax} for rate, tax in taxes.items()],
        }

    # Between them

    def context(self, **changes: Any) -> Context:
        found = self.bench.context(**{**self.settings, **changes})
        return Context(self.store, found.odoo, found.rules, self.bench.links)

    def bring(self, *records: str, **changes: Any) -> dict[str, Outcome]:
        """Bring orders to Odoo as a worker does."""
        outcomes = sync_orders(self.context(**changes), list(records))
        self.bench.links.take(outcomes)
        return outcomes

    def sync(self, *records: str, **changes: Any) -> dict[str, Outcome]:
        """Bring their refunds over as a worker does."""
        outcomes = sync_refunds(self.context(**changes), list(records))
        self.bench.links.take(outcomes)
        return outcomes

    def plan(self, *records: str, **changes: Any) -> Planned:
        """Try them out."""
        return plan_refunds(self.context(**changes), list(records))

    # In Odoo

    def sale_order(self, record: str, *fields: str) -> dict[str, Any]:
        return self.bench.odoo.read("sale.order", [self._linked("order", record)], list(fields))[0]

    def order_lines(self, record: str, *fields: str) -> list[dict[str, Any]]:
        domain = [("order_id", "=", self._linked("order", record))]
        return self.bench.odoo.search_read("sale.order.line", domain, list(fields))

    def invoice(self, record: str, *fields: str) -> dict[str, Any]:
        return self.bench.odoo.read("account.move", [self._linked("invoice", record)], list(fields))[0]

    def credit_notes(self, record: str, *fields: str) -> list[dict[str, Any]]:
        """Return the credit notes that reverse an order's invoice, oldest first, whoever made them."""
        domain = [("reversed_entry_id", "=", self._linked("invoice", record)), ("move_type", "=", "out_refund")]
        return self.bench.odoo.search_read("account.move", domain, ["name", "state", *fields])

    def taxes(self, move_id: int) -> dict[int, Decimal]:
        """Return what each tax of a credit note comes to."""
        found: dict[int, Decimal] = {}
        domain = [("move_id", "=", move_id), ("tax_line_id", "!=", False)]
        for row in self.bench.odoo.search_read("account.move.line", domain, ["tax_line_id", "amount_currency"]):
            found[row["tax_line_id"]] = found.get(row["tax_line_id"], Decimal(0)) + cents(row["amount_currency"])
        return {tax: amount for tax, amount in found.items() if amount}

    def wanted_taxes(self, refund_id: str) -> dict[int, Decimal]:
        """Return what the store gave back of each tax, by its id in Odoo."""
        found: dict[int, Decimal] = {}
        made = self.double.shop.tables["refunds"][int(refund_id)]
        for line in (*made["line_items"], *made["shipping_lines"], *made["fee_lines"]):
            for rate, tax in line["taxes"].items():
                odoo_id = self.bench.settings.tax_map[str(rate)]
                found[odoo_id] = found.get(odoo_id, Decimal(0)) - cents(tax)
        return {tax: amount for tax, amount in found.items() if amount}

    def to_send(self, record: str) -> list[int]:
        """Return what the open deliveries of an order hold, move by move."""
        domain = [("picking_id.sale_id", "=", self._linked("order", record)), ("state", "not in", ["done", "cancel"])]
        rows = self.bench.odoo.search_read("stock.move", domain, ["product_uom_qty"], order="id")
        return [int(row["product_uom_qty"]) for row in rows]

    def payments_back(self, record: str) -> list[dict[str, Any]]:
        """Return the outbound payments of an order's credit notes that stand."""
        memo = self.bench.odoo.client.dialect.payment_memo
        domain = [
            (memo, "=like", f"{self.bench.prefix}{record} refund %"),
            ("payment_type", "=", "outbound"),
            ("state", "not in", ["draft", "cancel", "canceled", "rejected"]),
        ]
        return self.bench.odoo.search_read("account.payment", domain, ["name", "amount", "journal_id", memo, "date"])

    def _linked(self, kind: str, record: str) -> int:
        return self.bench.links.known[kind, record].odoo_id
