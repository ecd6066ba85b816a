"""What is in Odoo of one trial, in a form that is the same for every trial that went well.

Decides what counts: every document and every line of it, states, amounts, what is open, days, who and where, and how
many external ids. Numbers Odoo gives, ids and the name of the trial do not. It is read by an administrator, not by
Woodoo's own client.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from ..odoo.fixtures import Admin

#: Kind of record → the records, each as text, in order.
Books = Mapping[str, Sequence[str]]

_PARTNER = ("name", "email", "phone", "type", "is_company", "street", "zip", "city", "vat", "comment")
_SALE_ORDER = ("client_order_ref", "state", "invoice_status", "amount_untaxed", "amount_tax", "amount_total", "note")
_SALE_LINE = ("name", "product_uom_qty", "price_unit", "discount", "price_subtotal", "qty_invoiced", "qty_delivered")
_MOVE = (
    *("move_type", "ref", "invoice_origin", "state", "payment_state", "invoice_date", "date"),
    *("amount_untaxed", "amount_tax", "amount_total", "amount_residual"),
)
_MOVE_LINE = ("debit", "credit", "quantity", "price_unit", "reconciled", "amount_residual")
_PAYMENT = ("amount", "payment_type", "partner_type", "state", "is_reconciled", "date")
_PICKING = ("state", "origin")
_STOCK_MOVE = ("product_uom_qty", "state")
#: What the shop calls a payment.
_TRANSACTION = re.compile("pi_[0-9a-f]{24}")
#: What the shop calls a refund.
_REFUND = re.compile(r"(?i)\b(refund) \d+")
#: What is counted over the whole database, so that nothing strays unseen: model → which records.
COUNTED: Mapping[str, list[Any]] = {
    **{model: [] for model in ("res.partner", "sale.order", "account.move", "account.payment", "stock.picking")},
    "ir.model.data": [("module", "=like", "woodoo_%")],
}


@dataclass(frozen=True)
class Difference:
    """How the books of a trial differ from those of the undisturbed one."""

    lost: int = 0
    doubled: int = 0
    differing: int = 0
    told: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.differing)


def compare(wanted: Books, found: Books) -> Difference:
    """Say what is missing, what is there too often, and what is there but otherwise."""
    lost = doubled = differing = 0
    told: list[str] = []
    for kind in sorted({*wanted, *found}):
        here, there = Counter(wanted.get(kind, ())), Counter(found.get(kind, ()))
        missing, extra = list((here - there).elements()), list((there - here).elements())
        lost += max(0, len(missing) - len(extra))
        doubled += max(0, len(extra) - len(missing))
        differing += min(len(missing), len(extra))
        told += [f"{kind}: not there: {one}" for one in missing] + [f"{kind}: there instead: {one}" for one in extra]
    return Difference(lost, doubled, differing, tuple(told))


def count_all(admin: Admin) -> dict[str, int]:
    """Return how many records of each model the database has."""
    return {model: len(admin.search_read(model, domain, ["id"])) for model, domain in COUNTED.items()}


def read_books(admin: Admin, trial: str, orders: Mapping[str, str], placed: Mapping[str, str], namespace: str) -> Books:
    """Read what is in Odoo of a trial.

    Args:
        admin: who reads.
        trial: its name, which e-mails and references hold.
        orders: order id → what it is called.
        placed: order id → when it was placed, as Odoo writes it.
        namespace: of its external ids.
    """
    return _Reader(admin, trial, orders, placed, namespace).read()


class _Reader:
    def __init__(
        self, admin: Admin, trial: str, orders: Mapping[str, str], placed: Mapping[str, str], namespace: str
    ) -> None:
        self._admin, self._trial, self._namespace = admin, trial, namespace
        self._words = {f"{trial}-{order}": f"<{name}>" for order, name in orders.items()}
        self._words |= {f"Order #{order}": f"Order <{name}>" for order, name in orders.items()}
        self._placed = {f"{trial}-{order}": moment for order, moment in placed.items()}
        days = {moment[:10] for moment in placed.values()} | {datetime.now(UTC).date().isoformat()}
        self._words |= dict.fromkeys(days, "<day>")
        self._partners: dict[int, str] = {}

    def read(self) -> Books:
        found = {"partner": self._read_partners()}
        of_them = [("partner_id", "in", list(self._partners))]
        found |= self._read_sales(of_them)
        found |= self._read_moves(of_them)
        found["payment"] = self._read_payments(of_them)
        found |= self._read_pickings(of_them)
        rows = self._admin.search_read("ir.model.data", [("module", "=", self._namespace)], ["model"])
        found["external id"] = [row["model"] for row in rows]
        return {kind: sorted(rows) for kind, rows in found.items()}

    def _read_partners(self) -> list[str]:
        domain = ["|", ("email", "=like", f"%@{self._trial}.example"), ("name", "like", self._trial)]
        roots = [row["id"] for row in self._admin.search_read("res.partner", domain, ["id"])]
        rows = self._admin.search_read("res.partner", [("id", "child_of", roots)], [*_PARTNER, "parent_id"])
        self._partners = {row["id"]: self._text([row["name"], row["street"]]) for row in rows}
        return [self._text(_of(row, _PARTNER) | {"below": self._name(row["parent_id"])}) for row in rows]

    def _read_sales(self, domain: list[Any]) -> dict[str, list[str]]:
        fields = [*_SALE_ORDER, "name", "date_order", "partner_id", "partner_invoice_id", "partner_shipping_id"]
        rows = self._admin.search_read("sale.order", domain, fields)
        self._words |= {row["name"]: self._words.get(row["client_order_ref"], "?") for row in rows}
        said = [
            self._text(
                _of(row, _SALE_ORDER)
                | {"dated as in the store": row["date_order"] == self._placed.get(row["client_order_ref"])}
                | {"to": self._name(row["partner_id"])}
                | {"invoice to": self._name(row["partner_invoice_id"]), "for": self._name(row["partner_shipping_id"])}
            )
            for row in rows
        ]
        of_them = [("order_id", "in", [row["id"] for row in rows])]
        lines = self._lines("sale.order.line", of_them, _SALE_LINE, "order_id")
        return {"sales order": said, "sales order line": lines}

    def _read_moves(self, domain: list[Any]) -> dict[str, list[str]]:
        rows = self._admin.search_read("account.move", domain, [*_MOVE, "partner_id", "journal_id"])
        said = [
            self._text(_of(row, _MOVE) | {"to": self._name(row["partner_id"]), "journal": row["journal_id"][1]})
            for row in rows
        ]
        of_them = [("move_id", "in", [row["id"] for row in rows])]
        lines = self._admin.search_read("account.move.line", of_them, [*_MOVE_LINE, "account_id", "move_id"])
        refs = {row["id"]: row["ref"] for row in rows}
        items = [
            self._text(_of(row, _MOVE_LINE) | {"account": row["account_id"][1], "of": refs[row["move_id"][0]]})
            for row in lines
            if row["account_id"]
        ]
        return {"journal entry": said, "journal item": items}

    def _read_payments(self, domain: list[Any]) -> list[str]:
        memo = _known(self._admin, "account.payment", "memo", "ref")
        rows = self._admin.search_read("account.payment", domain, [*_PAYMENT, memo, "journal_id"])
        return [self._text(_of(row, _PAYMENT) | {"memo": row[memo], "in": row["journal_id"][1]}) for row in rows]

    def _read_pickings(self, domain: list[Any]) -> dict[str, list[str]]:
        rows = self._admin.search_read("stock.picking", domain, [*_PICKING, "name"])
        self._words |= {row["name"]: f"delivery of {self._words.get(row['origin'], '?')}" for row in rows}
        done = _known(self._admin, "stock.move", "quantity_done", "quantity")
        of_them = [("picking_id", "in", [row["id"] for row in rows])]
        moves = self._lines("stock.move", of_them, (*_STOCK_MOVE, done), "picking_id")
        return {"delivery": [self._text(_of(row, _PICKING)) for row in rows], "goods moved": moves}

    def _lines(self, model: str, domain: list[Any], fields: Sequence[str], parent: str) -> list[str]:
        rows = self._admin.search_read(model, domain, [*fields, "product_id", parent])
        return [
            self._text(_of(row, fields) | {"product": _label(row["product_id"]), "of": _label(row[parent])})
            for row in rows
        ]

    def _name(self, reference: Any) -> str:
        return self._partners.get(reference[0], "somebody else") if reference else ""

    def _text(self, value: Any) -> str:
        """Return a value as text, with the words that are the same in every trial."""
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        for word in sorted(self._words, key=len, reverse=True):
            text = text.replace(word, self._words[word])
        text = _REFUND.sub(r"\1 <number>", _TRANSACTION.sub("<transaction>", text))
        return text.replace(self._trial, "<trial>")


@lru_cache(maxsize=16)
def _known(admin: Admin, model: str, name: str, other: str) -> str:
    """Return whichever of two names a field has in this Odoo."""
    return name if name in admin.fields(model) else other


def _label(reference: Any) -> str:
    return str(reference[1]) if reference else ""


def _of(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    return {name: round(row[name], 2) if isinstance(row[name], float) else row[name] for name in fields}
