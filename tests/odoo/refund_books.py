"""How orders stand in a real Odoo and in the store double after their refunds, in a few reads for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.odoo.refund_cases import RefundBench
from tests.odoo.refund_matrix import End
from tests.odoo.shop import cents

Rows = list[dict[str, Any]]


class Books:
    """What is there of some orders, read at one moment."""

    def __init__(self, shop: RefundBench, records: Sequence[str]) -> None:
        self.shop = shop
        self._record = {f"{shop.bench.prefix}{record}": record for record in records}
        self._read_orders()
        self._read_moves()
        self._read_goods()

    def ends(self, said: Mapping[str, str]) -> dict[str, End]:
        return {record: self._end(record, said[record]) for record in self._record.values()}

    def stamps(self) -> list[Any]:
        """Return what changes when anything is written or made."""
        stored = {record: sorted(self.shop.amounts(record)) for record in self._record.values()}
        return [self.orders, self.invoices, self.notes, self.payments, self.outbound, self.pickings, self.moves, stored]

    # Odoo

    def _read_orders(self) -> None:
        fields = ["client_order_ref", "state", "invoice_status", "write_date"]
        rows = self._search("sale.order", [("client_order_ref", "in", list(self._record))], fields)
        self.orders = {self._record[row["client_order_ref"]]: row for row in rows}
        self._of_order = {row["id"]: record for record, row in self.orders.items()}
        skus = set(self.shop.bench.shop.products.values())
        self.lines: dict[str, Rows] = defaultdict(list)
        fields = ["order_id", "product_id", "qty_delivered", "product_uom_qty"]
        for row in self._search("sale.order.line", [("order_id", "in", list(self._of_order))], fields):
            if row["product_id"] in skus:
                self.lines[self._of_order[row["order_id"]]].append(row)

    def _read_moves(self) -> None:
        fields = ["ref", "state", "payment_state", "amount_total", "amount_residual", "write_date"]
        domain = [("ref", "in", list(self._record)), ("move_type", "=", "out_invoice")]
        self.invoices, self.notes = defaultdict(list), defaultdict(list)
        owner: dict[int, str] = {}
        for row in self._search("account.move", domain, fields):
            owner[row["id"]] = self._record[row["ref"]]
            self.invoices[owner[row["id"]]].append(row)
        fields = [*fields, "reversed_entry_id"]
        domain = [("reversed_entry_id", "in", list(owner)), ("move_type", "=", "out_refund")]
        for row in self._search("account.move", domain, fields):
            self.notes[owner[row["reversed_entry_id"]]].append(row)
        owner |= {row["id"]: record for record, rows in self.notes.items() for row in rows}
        notes = [row["id"] for rows in self.notes.values() for row in rows]
        domain = [("credit_move_id.move_id", "in", notes), ("debit_move_id.move_id.move_type", "=", "entry")]
        rows = self._search("account.partial.reconcile", domain, ["credit_move_id", "amount"])
        lines = self.shop.bench.odoo.read("account.move.line", {row["credit_move_id"] for row in rows}, ["move_id"])
        move_of = {line["id"]: line["move_id"] for line in lines}
        self.payments: dict[str, Rows] = defaultdict(list)
        for row in rows:
            self.payments[owner[move_of[row["credit_move_id"]]]].append(row)
        memo = self.shop.bench.odoo.client.dialect.payment_memo
        domain = [(memo, "=like", f"{self.shop.bench.prefix}%"), ("payment_type", "=", "outbound")]
        self.outbound = self._search("account.payment", domain, ["amount", "state"])

    def _read_goods(self) -> None:
        domain = [("sale_id", "in", list(self._of_order))]
        rows = self._search("stock.picking", domain, ["sale_id", "state", "picking_type_code", "write_date"])
        self.pickings: dict[str, Rows] = defaultdict(list)
        for row in rows:
            self.pickings[self._of_order[row["sale_id"]]].append(row)
        fields = ["picking_id", "product_id", "product_uom_qty", "state"]
        self.moves: dict[int, Rows] = defaultdict(list)
        for row in self._search("stock.move", [("picking_id", "in", [row["id"] for row in rows])], fields):
            self.moves[row["picking_id"]].append(row)

    def _search(self, model: str, domain: list[Any], fields: list[str]) -> Rows:
        return self.shop.bench.odoo.search_read(model, domain, fields, order="id")

    # In words

    def _end(self, record: str, said: str) -> End:
        notes, order = self.notes[record], self.orders.get(record)
        standing = [row for row in notes if row["state"] == "posted"]
        return End(
            said,
            " + ".join(_note(row) for row in notes) or "none",
            "; ".join(_invoice(row) for row in self.invoices[record]) or "none",
            str(_sum(row["amount_residual"] for row in standing)),
            str(_sum(row["amount"] for row in self.payments[record])),
            " + ".join(str(cents(amount)) for amount in self.shop.amounts(record).values()) or "none",
            self._delivered(record),
            self._to_send(record),
            self._returns(record),
            f"{'sale' if order['state'] == 'done' else order['state']}, {order['invoice_status']}" if order else "none",
        )

    def _delivered(self, record: str) -> str:
        delivered: dict[int, float] = dict.fromkeys(self._products(record), 0.0)
        for row in self.lines[record]:
            delivered[row["product_id"]] += row["qty_delivered"]
        return _pieces(delivered.values())

    def _products(self, record: str) -> list[int]:
        """Return the products of an order; a line of the store may be two in Odoo, for its cents."""
        return list(dict.fromkeys(row["product_id"] for row in self.lines[record]))

    def _to_send(self, record: str) -> str:
        waiting: dict[int, float] = defaultdict(float)
        for picking in self.pickings[record]:
            if picking["picking_type_code"] == "outgoing" and picking["state"] not in ("done", "cancel"):
                for move in self.moves[picking["id"]]:
                    if move["state"] != "cancel":
                        waiting[move["product_id"]] += move["product_uom_qty"]
        return _pieces(waiting[product] for product in self._products(record))

    def _returns(self, record: str) -> str:
        found = []
        for picking in self.pickings[record]:
            if picking["picking_type_code"] == "incoming":
                pieces: dict[int, float] = defaultdict(float)
                for move in self.moves[picking["id"]]:
                    pieces[move["product_id"]] += move["product_uom_qty"]
                words = _pieces(pieces[product] for product in self._products(record))
                found.append(f"{words} {'waiting' if picking['state'] == 'assigned' else picking['state']}")
        return "; ".join(found) or "none"


def _pieces(counts: Iterable[float]) -> str:
    return " + ".join(f"{count:g}" for count in counts) or "–"


def _note(row: Mapping[str, Any]) -> str:
    amount = str(cents(row["amount_total"]))
    return amount if row["state"] == "posted" else f"{amount} ({'cancelled' if row['state'] == 'cancel' else 'draft'})"


def _invoice(row: Mapping[str, Any]) -> str:
    state = row["payment_state"].replace("_", " ") if row["state"] == "posted" else row["state"]
    return f"{state}, {cents(row['amount_residual'])} open"


def _sum(amounts: Any) -> Decimal:
    return sum((cents(one) for one in amounts), Decimal("0.00"))
