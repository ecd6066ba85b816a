"""The books after a day: the store, Woodoo and Odoo compared, order by order.

Decides what it means that nothing was lost, doubled or forgotten: each order the store ever had is at rest in Woodoo,
each document of it is in Odoo once and over the store's total, and Woodoo has seen each as it is in the store now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from woodoo.domain.mark import Mark
from woodoo.domain.money import round_money, to_decimal
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund
from woodoo.engine.models import State, Work
from woodoo.mapping.refunds.reducing import inside_by_amount
from woodoo.odoo.records import Records
from woodoo.stores.base import Store

_AT_REST = (State.DONE, State.SKIPPED, State.PARKED)
#: Statuses whose orders come over, by the settings' defaults.
_COMES_OVER = ("on-hold", "processing", "completed")
_CENT = Decimal("0.01")
#: A row of Odoo.
Document = dict[str, Any]


@dataclass(frozen=True)
class Documents:
    """What Odoo has of one order. Cancelled invoices and payments are left out, as are credit notes."""

    sale_orders: list[Document] = field(default_factory=list)
    invoices: list[Document] = field(default_factory=list)
    payments: list[Document] = field(default_factory=list)
    #: What the store has refunded: what came before the invoice is not in the documents.
    refunds: Sequence[Refund] = ()

    @property
    def doubled(self) -> str:
        """What is there more than once; empty where nothing is."""
        groups = {"sales orders": self.sale_orders, "invoices": self.invoices, "payments": self.payments}
        return ", ".join(f"{len(rows)} {name}" for name, rows in groups.items() if len(rows) > 1)


@dataclass
class Books:
    """What was found; each list holds a line per order, to be read."""

    orders: int = 0
    states: Counter[str] = field(default_factory=Counter)
    #: In the store, and Woodoo does not know of it.
    lost: list[str] = field(default_factory=list)
    #: A document of it is in Odoo twice.
    doubled: list[str] = field(default_factory=list)
    #: Not what the store's order has to become.
    differing: list[str] = field(default_factory=list)
    #: Woodoo has not seen the order as it is in the store now.
    stale: list[str] = field(default_factory=list)
    #: Still waiting or at work.
    unfinished: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.lost, *self.doubled, *self.differing, *self.stale, *self.unfinished]


@dataclass(frozen=True)
class Comparison:
    """Both sides of a connection, and what is known of the orders."""

    connection_id: int
    store: Store
    odoo: Records
    #: What the references of this shop's orders begin with in Odoo.
    prefix: str
    #: Ids of orders that may rightly be left to a person.
    need_a_person: Collection[str] = ()

    def balance(self, placed: Iterable[str], there: Collection[str]) -> Books:
        """Compare.

        Args:
            placed: ids of all orders there ever were.
            there: ids of those the store still has, the trash left out.
        """
        wanted = list(placed)
        orders = self.store.fetch_orders([one for one in wanted if one in there]).found
        refunded = [order for order in orders.values() if order.refund_ids]
        refunds = self.store.refunds.read(refunded).found if refunded else {}
        work = {row.record: row for row in Work.objects.filter(connection_id=self.connection_id)}
        documents = read_documents(self.odoo, self.prefix)
        books = Books(len(wanted), Counter(str(row.state) for row in work.values()))
        for one in wanted:
            has = replace(documents.pop(one, Documents()), refunds=refunds.get(one, ()))
            self._enter(books, one, work.get(one), orders.get(one), has)
        books.doubled += [f"{self.prefix}{one}: in Odoo and in no store" for one in documents]
        return books

    def _enter(self, books: Books, one: str, row: Work | None, order: Order | None, has: Documents) -> None:
        if has.doubled:
            books.doubled.append(f"{one}: {has.doubled}")
        if row is None:
            # An order that was deleted before anybody saw it leaves no trace, and should not.
            if order is not None or has.sale_orders:
                books.lost.append(f"{one}: not known to Woodoo, status {order.status if order else 'gone'}")
        elif row.state not in _AT_REST:
            words = f"{one}: {row.state}, {row.message} {row.fix}"
            (books.differing if row.state == State.FAILED else books.unfinished).append(words)
        elif order is None:
            if row.state == State.DONE:
                books.stale.append(f"{one}: gone from the store, {row.message}")
        elif _content(row) != order.content_hash:
            books.stale.append(f"{one}: {row.state}, changed in the store since, status {order.status}")
        elif wrong := self._wrong(one, row, order, has):
            books.differing.append(f"{one}: {row.state}, {row.message} {wrong}")

    def _wrong(self, one: str, row: Work, order: Order, has: Documents) -> str:
        """Say what is not as it has to be of an order that is at rest; empty where all is."""
        if row.state == State.PARKED:
            return "" if one in self.need_a_person else "needs a person, and nobody gave cause."
        if row.state == State.SKIPPED:
            return f"is {order.status} in the store." if order.status in _COMES_OVER else ""
        return wrong_documents(order, has)


def _content(row: Work) -> str:
    mark = Mark.read(row.seen)
    return mark.content if mark else ""


def wrong_documents(order: Order, has: Documents) -> str:
    """Say how Odoo's documents differ from what an order that is done has to be; empty where they do not."""
    if order.status == "cancelled":
        return "" if all(row["state"] == "cancel" for row in has.sale_orders) else "is not cancelled in Odoo."
    if len(has.sale_orders) != 1:
        return f"has {len(has.sale_orders)} sales orders."
    paid = order.status in ("processing", "completed")
    less = order.total - min(_less(order, has.refunds, row) for row in (*has.invoices, *has.sale_orders))
    off = [row for row in has.invoices if _amount(row) != less]
    # Up to Odoo 18 a sales order may be a cent off; its invoice may not.
    off += [row for row in has.sale_orders if abs(_amount(row) - less) > _CENT]
    if off:
        return f"is over {off[0]['amount_total']} in Odoo and over {order.total} in the store."
    if not paid:
        return "" if not has.invoices else "is invoiced before it was paid."
    settled = [row for row in has.invoices if row["state"] == "posted" and not row["amount_residual"]]
    if (len(settled), len(has.payments)) != (1, 1):
        return f"has {len(settled)} settled invoices and {len(has.payments)} payments."
    return ""


def _less(order: Order, refunds: Sequence[Refund], row: Document) -> Decimal:
    """Return what was refunded before a document was posted, as far as its total tells."""
    inside = inside_by_amount(order, refunds, _amount(row)) or frozenset()
    return sum((refund.amount for refund in refunds if refund.external_id in inside), Decimal(0))


def _amount(row: Document) -> Decimal:
    return round_money(to_decimal(row["amount_total"]), 2)


def read_documents(odoo: Records, prefix: str) -> dict[str, Documents]:
    """Return what Odoo has of the orders whose references begin with `prefix`, by what follows it."""
    found: dict[str, Documents] = defaultdict(Documents)
    memo = odoo.client.dialect.payment_memo
    live = ("state", "not in", ["cancel", "canceled"])
    fields = ["state", "amount_total"]
    for row in odoo.search_read(
        "sale.order", [("client_order_ref", "=like", f"{prefix}%")], ["client_order_ref", *fields]
    ):
        found[_id(row["client_order_ref"], prefix)].sale_orders.append(row)
    invoices = [("ref", "=like", f"{prefix}%"), ("move_type", "=", "out_invoice"), live]
    for row in odoo.search_read("account.move", invoices, ["ref", "amount_residual", *fields]):
        found[_id(row["ref"], prefix)].invoices.append(row)
    for row in odoo.search_read("account.payment", [(memo, "=like", f"{prefix}%"), live], [memo, "state"]):
        if row["state"] != "draft":
            found[_id(row[memo], prefix)].payments.append(row)
    return found


def _id(reference: str, prefix: str) -> str:
    return reference.removeprefix(prefix).split()[0]


def there_now(orders: Mapping[int, Mapping[str, Any]]) -> set[str]:
    """Return the ids of the orders a store double shows: those in the trash are left out."""
    return {str(number) for number, order in orders.items() if order["status"] != "trash"}
