"""The cases of refunds, returns and cancellations, and how Odoo and the store stand after each of them.

One row is an order on which something happens in the store or in Odoo. `test_refund_matrix.py` lets all of them happen
on a real Odoo and compares; the page of the docs is written from the same rows:

    python -m tests.odoo.refund_matrix docs/reference/refund-cases.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.odoo.refund_cases import Piece, Refunded

from woodoo.connections.settings import DEFAULT_STATUS_STEPS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "refund-cases.md"

#: Recorded orders: 2 × House Blend at 21 % and 3 × Tea Green at 10 %, with shipping; and one with a fee.
WITHOUT_TAX, WITH_TAX, WITH_FEE = 76, 124, 90
PRICES = {WITHOUT_TAX: "without tax", WITH_TAX: "with tax", WITH_FEE: "without tax"}


# What happens, beside a refund of the store (`Refunded`)


@dataclass(frozen=True)
class Status:
    """The order gets a status in the store."""

    name: str


@dataclass(frozen=True)
class Deleted:
    """The oldest refund is deleted in the store."""


@dataclass(frozen=True)
class Invoiced:
    """The settings let the order be invoiced from now on."""


@dataclass(frozen=True)
class Credited:
    """A person credits the invoice in Odoo: so many pieces of lines by name, or all of it."""

    pieces: Mapping[str, float] | None = None
    post: bool = True


@dataclass(frozen=True)
class Returned:
    """A person takes one piece of the first line back in Odoo."""


Event = Refunded | Status | Deleted | Invoiced | Credited | Returned


@dataclass(frozen=True)
class End:
    """How an order stands in the end, in both systems."""

    #: What the flows of orders and refunds say: done, parked (a person decides), or waits.
    said: str = "done"
    #: Credit notes in Odoo, oldest first; where they are not posted, with their state.
    credit_notes: str = "none"
    #: Payment state and what is open of each invoice.
    invoices: str = "paid, 0.00 open"
    #: What is open of the credit notes: to be paid back by hand.
    to_pay_back: str = "0.00"
    #: Outbound payments.
    paid_back: str = "0.00"
    #: Refunds in the store, oldest first.
    store: str = "none"
    #: Delivered, of each line.
    delivered: str = "2 + 3"
    #: Still to be sent, of each line.
    to_send: str = "0 + 0"
    #: Returns, with their state.
    returns: str = "none"
    #: State of the sales order and what it says about invoicing.
    order: str = "sale, invoiced"


@dataclass(frozen=True)
class Case:
    """One row."""

    name: str
    #: Each of these is followed by a run of the flows; what is in one tuple happens before one run.
    events: tuple[Event | tuple[Event, ...], ...]
    end: End
    order: int = WITHOUT_TAX
    paid: bool = True
    #: What had left the house before: nothing, "part" (2 + 1 pieces), "all".
    sent: str = "all"
    #: Settings of the connection that are not the defaults.
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: How far the order was brought at first.
    brought: Mapping[str, Any] = field(default_factory=dict)
    #: What is otherwise in Odoo 14 to 16.
    before_17: Mapping[str, str] = field(default_factory=dict)
    #: It happens in long runs of the tests only.
    long: bool = False

    def end_on(self, release: str) -> End:
        return self.end if release == "19" else replace(self.end, **self.before_17)

    @property
    def direction(self) -> str:
        return "Odoo → store" if any(isinstance(one, Credited | Returned) for one in self.happens()) else "store → Odoo"

    @property
    def restock(self) -> str:
        goods = [one for one in self.happens() if isinstance(one, Refunded) and any(line.pieces for line in one.lines)]
        return ("yes" if all(one.restock for one in goods) else "no") if goods else "–"

    def happens(self) -> Iterator[Event]:
        for one in self.events:
            yield from one if isinstance(one, tuple) else (one,)


# What is given back

PIECE, TWO = Piece(0, 1), Piece(1, 2)
EVERYTHING = (Piece(0, 2), Piece(1, 3), Piece(2))
#: What every case is set to beside the defaults.
BASE: dict[str, Any] = {
    "unpaid_methods": ("bacs",),
    "cancel_invoiced": "credit",
    "send_refunds": True,
    "send_returns": True,
    "send_refunds_from": date(2026, 1, 1),
    "refund_money": True,
    "status_steps": {**DEFAULT_STATUS_STEPS, "dispute": "tell"},
}
CONFIRMED = {"status_steps": {"processing": "confirm", "cancelled": "cancel", "refunded": "confirm"}}
QUOTATION = {"status_steps": {"processing": "quotation", "cancelled": "cancel", "refunded": "quotation"}}
INVOICE_ALONE, ORDER_ALONE = {"order_becomes": "invoice_payment"}, {"order_becomes": "order"}
AS_PRODUCT, UNDO = {"amount_refund_as": "product"}, {"deleted_refunds": "undo"}
NOT_SENT = {"send_refunds": False, "send_returns": False}
TOLD, BY_HAND = {"cancel_invoiced": "tell"}, {"refund_money": False}


def kept(*lines: Piece, by_gateway: bool = False) -> Refunded:
    """What the customer keeps, or never got."""
    return Refunded(lines, restock=False, by_gateway=by_gateway)


def back(*lines: Piece, by_gateway: bool = False) -> Refunded:
    """What goes back on the shelf."""
    return Refunded(lines, restock=True, by_gateway=by_gateway)


CASES: tuple[Case, ...] = (
    # Goods that were refunded before they were sent
    Case(
        "a piece",
        (kept(PIECE),),
        End(credit_notes="15.12", to_pay_back="15.12", store="15.12", delivered="0 + 0", to_send="1 + 3"),
        sent="no",
        long=True,
    ),
    Case(
        "a piece",
        (back(PIECE, by_gateway=True),),
        End(credit_notes="12.50", paid_back="12.50", store="12.50", delivered="0 + 0", to_send="1 + 3"),
        WITH_TAX,
        sent="no",
    ),
    Case(
        "a piece",
        (kept(PIECE),),
        End(credit_notes="15.12", invoices="partial, 106.92 open", store="15.12", delivered="0 + 0", to_send="1 + 3"),
        paid=False,
        sent="no",
    ),
    Case(
        "a piece",
        (back(PIECE),),
        End(credit_notes="12.50", invoices="partial, 96.49 open", store="12.50", delivered="0 + 0", to_send="1 + 3"),
        WITH_TAX,
        paid=False,
        sent="no",
        long=True,
    ),
    Case(
        "two pieces of three",
        (kept(TWO, by_gateway=True),),
        End(credit_notes="57.20", paid_back="57.20", store="57.20", delivered="2 + 1"),
        sent="part",
    ),
    Case(
        "two pieces of three",
        (back(TWO),),
        End(credit_notes="57.20", to_pay_back="57.20", store="57.20", delivered="2 + 1"),
        sent="part",
        long=True,
    ),
    Case(
        "everything, line by line",
        (kept(*EVERYTHING, by_gateway=True),),
        End(credit_notes="122.04", paid_back="122.04", store="122.04", delivered="0 + 0"),
        sent="no",
    ),
    Case(
        "everything, line by line",
        (kept(*EVERYTHING),),
        End(credit_notes="108.99", invoices="reversed, 0.00 open", store="108.99", delivered="0 + 0"),
        WITH_TAX,
        paid=False,
        sent="no",
        long=True,
    ),
    # Goods that were sent before
    Case(
        "a piece",
        (back(PIECE, by_gateway=True),),
        End(credit_notes="15.12", paid_back="15.12", store="15.12", delivered="1 + 3", returns="1 + 0 done"),
    ),
    Case(
        "a piece",
        (back(PIECE),),
        End(credit_notes="12.50", to_pay_back="12.50", store="12.50", delivered="1 + 3", returns="1 + 0 done"),
        WITH_TAX,
        long=True,
    ),
    Case("a piece", (kept(PIECE),), End(credit_notes="15.12", to_pay_back="15.12", store="15.12"), long=True),
    Case(
        "a piece",
        (kept(PIECE, by_gateway=True),),
        End(credit_notes="12.50", paid_back="12.50", store="12.50"),
        WITH_TAX,
    ),
    Case(
        "a piece",
        (back(PIECE),),
        End(
            credit_notes="15.12",
            invoices="partial, 106.92 open",
            store="15.12",
            delivered="1 + 3",
            returns="1 + 0 done",
        ),
        paid=False,
    ),
    Case(
        "a piece, to be received by the warehouse",
        (back(PIECE),),
        End(credit_notes="15.12", to_pay_back="15.12", store="15.12", returns="1 + 0 waiting"),
        settings={"restock_as": "wait"},
    ),
    Case(
        "a piece, stock left alone",
        (back(PIECE),),
        End(credit_notes="12.50", to_pay_back="12.50", store="12.50"),
        WITH_TAX,
        settings={"restock_as": "nothing"},
        long=True,
    ),
    Case(
        "everything, line by line",
        (back(*EVERYTHING, by_gateway=True),),
        End(credit_notes="122.04", paid_back="122.04", store="122.04", delivered="0 + 0", returns="2 + 3 done"),
        long=True,
    ),
    Case(
        "everything, line by line",
        (back(*EVERYTHING),),
        End(
            credit_notes="108.99",
            invoices="reversed, 0.00 open",
            store="108.99",
            delivered="0 + 0",
            returns="2 + 3 done",
        ),
        WITH_TAX,
        paid=False,
    ),
    # Amounts
    Case(
        "an amount of a line", (kept(Piece(0, net="1.50")),), End(credit_notes="1.82", to_pay_back="1.82", store="1.82")
    ),
    Case(
        "an amount of a line",
        (kept(Piece(0, net="1.50"), by_gateway=True),),
        End(credit_notes="1.82", paid_back="1.82", store="1.82", delivered="0 + 0", to_send="2 + 3"),
        WITH_TAX,
        sent="no",
        long=True,
    ),
    Case("shipping alone", (kept(Piece(2)),), End(credit_notes="5.99", to_pay_back="5.99", store="5.99")),
    Case(
        "shipping alone",
        (kept(Piece(2), by_gateway=True),),
        End(credit_notes="5.99", paid_back="5.99", store="5.99"),
        WITH_TAX,
        long=True,
    ),
    Case(
        "a fee alone",
        (kept(Piece(2)),),
        End(credit_notes="2.00", to_pay_back="2.00", store="2.00", delivered="1", to_send="0"),
        WITH_FEE,
    ),
    Case(
        "tax alone",
        (kept(Piece(0, net="0.00", taxes={"1": "0.50"})),),
        End(credit_notes="0.50", to_pay_back="0.50", store="0.50"),
    ),
    Case(
        "tax alone",
        (kept(Piece(0, net="0.00", taxes={"1": "0.50"})),),
        End(credit_notes="0.50", invoices="partial, 108.49 open", store="0.50"),
        WITH_TAX,
        paid=False,
        long=True,
    ),
    Case(
        "an amount without its tax",
        (kept(Piece(0, net="3.00", taxes={})),),
        End(credit_notes="3.00", to_pay_back="3.00", store="3.00"),
        long=True,
    ),
    Case(
        "an amount without its tax",
        (kept(Piece(0, net="3.00", taxes={})),),
        End(credit_notes="3.00", to_pay_back="3.00", store="3.00"),
        WITH_TAX,
    ),
    Case(
        "an amount without lines, spread",
        (Refunded(amount="5.00", reason="goodwill"),),
        End(credit_notes="5.00", to_pay_back="5.00", store="5.00"),
    ),
    Case(
        "an amount without lines, spread",
        (Refunded(amount="5.00"),),
        End(credit_notes="5.00", invoices="partial, 103.99 open", store="5.00", delivered="0 + 0", to_send="2 + 3"),
        WITH_TAX,
        paid=False,
        sent="no",
        long=True,
    ),
    Case(
        "an amount without lines, as a product",
        (Refunded(amount="5.00"),),
        End(credit_notes="5.00", to_pay_back="5.00", store="5.00"),
        settings=AS_PRODUCT,
    ),
    Case(
        "an amount without lines, as a product",
        (Refunded(amount="5.00"),),
        End(credit_notes="5.00", to_pay_back="5.00", store="5.00"),
        WITH_TAX,
        settings=AS_PRODUCT,
        long=True,
    ),
    # Several, and all that is left
    Case(
        "a piece, an amount and shipping at once",
        ((back(PIECE), Refunded(amount="2.50"), kept(Piece(2))),),
        End(
            credit_notes="15.12 + 2.50 + 5.99",
            to_pay_back="23.61",
            store="15.12 + 2.50 + 5.99",
            delivered="1 + 3",
            returns="1 + 0 done",
        ),
    ),
    Case(
        "a piece, later another one",
        (back(PIECE), back(PIECE, by_gateway=True)),
        End(
            credit_notes="12.50 + 12.50",
            to_pay_back="12.50",
            paid_back="12.50",
            store="12.50 + 12.50",
            delivered="0 + 3",
            returns="1 + 0 done; 1 + 0 done",
        ),
        WITH_TAX,
    ),
    Case(
        "a piece, then the rest without lines",
        (back(PIECE), Refunded(amount="rest")),
        End(
            credit_notes="15.12 + 106.92",
            to_pay_back="122.04",
            store="15.12 + 106.92",
            delivered="1 + 3",
            returns="1 + 0 done",
        ),
    ),
    Case(
        "the status refunded, by hand",
        (Status("refunded"),),
        End(credit_notes="122.04", to_pay_back="122.04", store="122.04", delivered="0 + 0"),
        sent="no",
    ),
    Case(
        "the status refunded, by hand, and sent all the same",
        (Status("refunded"),),
        End(credit_notes="122.04", to_pay_back="122.04", store="122.04", delivered="0 + 0", to_send="2 + 3"),
        sent="no",
        settings={"refunded_unsent": "send"},
        long=True,
    ),
    Case(
        "the status refunded, by hand",
        (Status("refunded"),),
        End(credit_notes="122.04", to_pay_back="122.04", store="122.04", delivered="2 + 1"),
        sent="part",
    ),
    Case(
        "the status refunded, by hand",
        (Status("refunded"),),
        End(credit_notes="108.99", to_pay_back="108.99", store="108.99"),
        WITH_TAX,
        long=True,
    ),
    Case(
        "the status refunded, by hand",
        (Status("refunded"),),
        End(credit_notes="122.04", invoices="reversed, 0.00 open", store="122.04", delivered="0 + 0"),
        paid=False,
        sent="no",
    ),
    # The money
    Case(
        "a piece, paid back always",
        (back(PIECE),),
        End(credit_notes="15.12", paid_back="15.12", store="15.12", delivered="1 + 3", returns="1 + 0 done"),
        settings={"refund_payment": "always"},
        long=True,
    ),
    Case(
        "a piece, never paid back",
        (back(PIECE, by_gateway=True),),
        End(credit_notes="15.12", to_pay_back="15.12", store="15.12", delivered="1 + 3", returns="1 + 0 done"),
        settings={"refund_payment": "never"},
        long=True,
    ),
    Case(
        "a piece, left as a draft",
        (back(PIECE),),
        End(credit_notes="15.12 (draft)", store="15.12", delivered="1 + 3", returns="1 + 0 done"),
        settings={"post_credit_notes": False},
        long=True,
    ),
    Case(
        "a piece, refunds not taken over",
        (back(PIECE),),
        End(store="15.12"),
        settings={"take_refunds": False},
        long=True,
    ),
    # Deleted again
    Case(
        "a piece, deleted again: told",
        (back(PIECE), Deleted()),
        End(said="parked", credit_notes="15.12", to_pay_back="15.12", delivered="1 + 3", returns="1 + 0 done"),
    ),
    Case(
        "a piece, deleted again: undone",
        (kept(PIECE, by_gateway=True), Deleted()),
        End(credit_notes="15.12 (cancelled)"),
        settings=UNDO,
    ),
    # Other forms of the order
    Case(
        "a piece of an order that is an invoice alone",
        (kept(PIECE),),
        End(credit_notes="15.12", to_pay_back="15.12", store="15.12", delivered="–", to_send="–", order="none"),
        sent="no",
        brought=INVOICE_ALONE,
    ),
    Case(
        "a piece of an order without an invoice",
        (kept(PIECE),),
        End(invoices="none", store="15.12", delivered="0 + 0", to_send="1 + 3", order="sale, to invoice"),
        sent="no",
        brought=ORDER_ALONE,
        long=True,
    ),
    # Before the invoice
    Case(
        "a piece before the invoice",
        (kept(PIECE), Invoiced()),
        End(store="15.12", delivered="0 + 0", to_send="1 + 3"),
        sent="no",
        brought=CONFIRMED,
    ),
    Case(
        "a piece before the invoice",
        (back(PIECE), Invoiced()),
        End(credit_notes="12.50", to_pay_back="12.50", store="12.50", delivered="1 + 3", returns="1 + 0 done"),
        WITH_TAX,
        sent="all",
        brought=CONFIRMED,
    ),
    Case(
        "an amount before the invoice",
        (Refunded(amount="5.00"), Invoiced()),
        End(store="5.00", delivered="0 + 0", to_send="2 + 3"),
        sent="no",
        brought=CONFIRMED,
        long=True,
    ),
    Case(
        "a piece of a quotation",
        (kept(PIECE), Invoiced()),
        End(store="12.50", delivered="0 + 0", to_send="1 + 3"),
        WITH_TAX,
        sent="no",
        brought=QUOTATION,
        long=True,
    ),
    Case(
        "a piece before the invoice, credited",
        (kept(PIECE), Invoiced()),
        End(credit_notes="15.12", to_pay_back="15.12", store="15.12", delivered="0 + 0", to_send="1 + 3"),
        sent="no",
        settings={"refund_before_invoice": "credit"},
        brought=CONFIRMED,
    ),
    Case(
        "everything before the invoice",
        (kept(*EVERYTHING), Invoiced()),
        End(invoices="none", store="122.04", delivered="0 + 0", order="cancel, no"),
        sent="no",
        brought=CONFIRMED,
    ),
    Case(
        "before and after the invoice",
        ((kept(PIECE),), Invoiced(), kept(PIECE)),
        End(credit_notes="15.12", to_pay_back="15.12", store="15.12 + 15.12", delivered="0 + 0", to_send="0 + 3"),
        sent="no",
        brought=CONFIRMED,
    ),
    # Cancelled in the store
    Case(
        "a quotation is cancelled",
        (Status("cancelled"),),
        End(invoices="none", delivered="0 + 0", order="cancel, no"),
        sent="no",
        brought=QUOTATION,
        long=True,
    ),
    Case(
        "cancelled before the invoice",
        (Status("cancelled"),),
        End(invoices="none", delivered="0 + 0", order="cancel, no"),
        WITH_TAX,
        sent="no",
        brought=CONFIRMED,
    ),
    Case(
        "cancelled after the invoice",
        (Status("cancelled"),),
        End(credit_notes="122.04", invoices="reversed, 0.00 open", delivered="0 + 0", order="cancel, no"),
        paid=False,
        sent="no",
    ),
    Case(
        "cancelled after the invoice",
        (Status("cancelled"),),
        End(credit_notes="108.99", to_pay_back="108.99", delivered="0 + 0", order="cancel, no"),
        WITH_TAX,
        sent="no",
    ),
    Case(
        "cancelled after the invoice: told",
        (Status("cancelled"),),
        End(said="parked", invoices="not paid, 122.04 open", delivered="0 + 0", order="cancel, no"),
        paid=False,
        sent="no",
        settings=TOLD,
        long=True,
    ),
    Case(
        "cancelled after it was sent",
        (Status("cancelled"),),
        End(said="parked"),
    ),
    Case(
        "cancelled after it was sent, credited at once",
        (Status("cancelled"),),
        End(said="parked", credit_notes="122.04", to_pay_back="122.04"),
        settings={"cancel_delivered": "credit"},
        long=True,
    ),
    Case(
        "a piece, then cancelled",
        (kept(PIECE), Status("cancelled")),
        End(credit_notes="15.12 + 106.92", to_pay_back="122.04", store="15.12", delivered="0 + 0", order="cancel, no"),
        sent="no",
    ),
    Case(
        "the payment failed",
        (Status("failed"),),
        End(invoices="not paid, 108.99 open", delivered="0 + 0", to_send="2 + 3"),
        WITH_TAX,
        paid=False,
        sent="no",
        long=True,
    ),
    Case("a chargeback, a status of its own", (Status("dispute"),), End(said="parked"), long=True),
    Case(
        "cancelled and wanted again, before the invoice",
        (Status("cancelled"), Status("processing")),
        End(invoices="none", delivered="0 + 0", to_send="2 + 3", order="sale, to invoice"),
        sent="no",
        brought=CONFIRMED,
    ),
    Case(
        "cancelled and wanted again, after the invoice",
        (Status("cancelled"), Status("processing")),
        End(
            credit_notes="108.99",
            invoices="reversed, 0.00 open; not paid, 108.99 open",
            delivered="0 + 0",
            to_send="2 + 3",
        ),
        WITH_TAX,
        paid=False,
        sent="no",
    ),
    # Begun in Odoo
    Case(
        "a piece credited",
        (Credited({"House Blend": 1}),),
        End(
            credit_notes="15.13",
            paid_back="15.13",
            store="15.13",
            delivered="0 + 0",
            to_send="2 + 3",
            order="sale, to invoice",
        ),
        sent="no",
    ),
    Case(
        "a piece credited",
        (Credited({"House Blend": 1}),),
        End(
            credit_notes="12.50",
            invoices="partial, 96.49 open",
            store="12.50",
            order="sale, to invoice",
        ),
        WITH_TAX,
        paid=False,
    ),
    Case(
        "everything credited",
        (Credited(),),
        End(
            credit_notes="108.99",
            paid_back="108.99",
            store="108.99",
            delivered="0 + 0",
            to_send="2 + 3",
            order="sale, to invoice",
        ),
        WITH_TAX,
        sent="no",
        long=True,
    ),
    Case(
        "everything credited",
        (Credited(),),
        End(
            credit_notes="122.04",
            invoices="reversed, 0.00 open",
            store="122.04",
            order="sale, to invoice",
        ),
        paid=False,
    ),
    Case(
        "a piece credited, the money goes back by hand",
        (Credited({"Tea Green": 1}),),
        End(credit_notes="28.60", to_pay_back="28.60", store="28.60", order="sale, to invoice"),
        settings=BY_HAND,
        long=True,
    ),
    Case(
        "a piece credited, then the rest",
        (Credited({"House Blend": 1}), Credited({"House Blend": 1, "Tea Green": 3, "Flat rate": 1})),
        End(credit_notes="15.13 + 106.91", paid_back="122.04", store="15.13 + 106.91", order="sale, to invoice"),
        before_17={"credit_notes": "15.13 + 106.92", "to_pay_back": "0.01"},
    ),
    Case(
        "a draft credit note",
        (Credited({"House Blend": 1}, post=False),),
        End(credit_notes="15.13 (draft)", order="sale, to invoice"),
        long=True,
    ),
    Case("a piece taken back", (Returned(),), End(store="15.13", delivered="1 + 3", returns="1 + 0 done")),
    Case(
        "a piece taken back, then credited",
        (Returned(), Credited({"House Blend": 1})),
        End(
            credit_notes="12.50",
            to_pay_back="12.50",
            store="12.50",
            delivered="1 + 3",
            returns="1 + 0 done",
            order="sale, to invoice",
        ),
        WITH_TAX,
    ),
    Case(
        "a piece credited, not switched on",
        (Credited({"House Blend": 1}),),
        End(credit_notes="12.50", to_pay_back="12.50", order="sale, to invoice"),
        WITH_TAX,
        settings=NOT_SENT,
        long=True,
    ),
    # Both ways
    Case(
        "a piece refunded, another one credited",
        (back(PIECE), Credited({"House Blend": 1})),
        End(
            credit_notes="15.12 + 15.13",
            to_pay_back="15.12",
            paid_back="15.13",
            store="15.12 + 15.13",
            delivered="1 + 3",
            returns="1 + 0 done",
            order="sale, to invoice",
        ),
    ),
    # What a person decides
    Case(
        "an amount that is not that of its lines",
        (Refunded((PIECE,), amount="9.99"),),
        End(said="parked", store="9.99"),
    ),
    Case("a refund of nothing", (Refunded(amount="0.00"),), End(said="parked", store="0.00"), WITH_TAX, long=True),
)


def page() -> str:
    """Return the page of the docs."""
    return _INTRODUCTION + "\n".join(_row(case) for case in CASES) + "\n"


def _row(case: Case) -> str:
    paid = "yes" if case.paid else "no"
    cells = [
        f"{case.name}{' ¹' if case.long else ''}",
        case.direction,
        PRICES[case.order],
        paid,
        _SENT[case.sent],
        case.restock,
        _set(case),
    ]
    for name, value in vars(case.end).items():
        older = case.before_17.get(name)
        cells.append(f"{value} (14 to 16: {older})" if older else value)
    return f"| {' | '.join(cells)} |"


def _set(case: Case) -> str:
    """Return the settings that are not the defaults, but for those every case has."""
    said = {**case.brought, **case.settings}
    said.pop("send_refunds_from", None)
    return ", ".join(f"`{name}`" + ("" if value is True else f": {_plain(value)}") for name, value in said.items())


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {one}" for key, one in value.items())
    return {False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)


_SENT = {"no": "nothing", "part": "2 + 1", "all": "2 + 3"}
_HEAD = (
    "what happens", "direction", "prices", "paid", "sent before", "restocked", "settings", "the flows say",
    "credit notes", "invoices", "open to pay back", "paid back", "refunds in the store", "delivered", "to be sent",
    "returns", "sales order",
)  # fmt: skip
_OFTEN = sum(not case.long for case in CASES)
_INTRODUCTION = f"""\
# Refunds, case by case

How Odoo and the store stand after a refund, a return or a cancellation: {len(CASES)} cases. All of them happen on a
real Odoo 19 and a real Odoo 14 in the tests of Woodoo (`tests/odoo/test_refund_matrix.py`), which compare each cell;
this page is written from the same table. {_OFTEN} of them do with every run of the tests, the others,
marked ¹, in long ones (`pytest --long`). Afterwards every event is repeated, with Woodoo's own database and without,
and nothing may change in Odoo or the store.

The order is of 2 × 12.50 at 21 %, 3 × 26.00 at 10 % and 4.95 for shipping: 122.04, or 108.99 in a shop whose prices
have the tax in them; with the fee, it is another one. Amounts are in euros, with tax. Each credit note comes to its
refund's amount, and to its tax by rate where the refund has lines. "Delivered" and "to be sent" are pieces of the two
lines; where Odoo 14 to 16 do otherwise by themselves, it says so.

Beside the defaults, these settings hold: credit notes and returns of Odoo go to the store with their money
(`send_refunds`, `send_returns`, `refund_money`), cancelled orders are credited (`cancel_invoiced`: credit), and bank
transfers are invoiced before they are paid. "To invoice" after a credit note that a person makes in Odoo is what Odoo
says of what was credited and not taken back. [Refunds](../explanation/refunds.md) explains why all this is so.

| {" | ".join(_HEAD)} |
|{"---|" * len(_HEAD)}
"""


if __name__ == "__main__":
    Path(sys.argv[1] if sys.argv[1:] else PAGE).write_text(page(), encoding="utf-8")
