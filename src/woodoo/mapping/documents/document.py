"""What Odoo has of a shop order: a sales order with its invoices, or an invoice without a sales order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ...domain.errors import WoodooError
from ...domain.money import ZERO
from ..changes.standing import History
from ..customers.customers_seen import Customers
from ..policy import Do
from ..refunds.reducing import Reduced

#: Invoice payment states after which nothing is left to pay (Enterprise: `in_payment` until the bank statement).
SETTLED = frozenset({"paid", "in_payment", "reversed"})
#: States of a sales order that is not confirmed yet.
QUOTATION = frozenset({"draft", "sent"})


@dataclass(frozen=True)
class Invoice:
    """An invoice or credit note as Odoo has it."""

    odoo_id: int
    name: str
    move_type: str
    state: str
    payment_state: str
    total: Decimal
    #: What is still open on it.
    residual: Decimal = ZERO

    def is_paid(self, total: Decimal, *, exact: bool) -> bool:
        """Say whether it is settled, or paid as in the store (`total`) where its own total may differ (not `exact`)."""
        return self.payment_state in SETTLED or (not exact and self.total - self.residual == total)


@dataclass(frozen=True)
class Document:
    """What stands for an order in Odoo: the sales order, or the invoice where there is no sales order."""

    #: None where the order became an invoice only.
    sale_order_id: int | None
    name: str
    #: Of the sales order, else of the invoice.
    state: str
    total: Decimal
    invoices: tuple[Invoice, ...] = ()
    #: Made by Woodoo for this very order: it carries the order's external id.
    ours: bool = True
    #: Nothing of the sales order is left to be delivered.
    delivered: bool = False

    @property
    def invoice(self) -> Invoice | None:
        """The order's own invoice: the first customer invoice that is not cancelled, nor credited in place of paid."""
        own = [i for i in self.invoices if i.move_type == "out_invoice" and i.state != "cancel"]
        return next((i for i in own if i.payment_state != "reversed"), own[0] if own else None)

    @property
    def is_quotation(self) -> bool:
        return self.sale_order_id is not None and self.state in QUOTATION

    @property
    def model(self) -> str:
        """The Odoo model of what stands for the order."""
        return "account.move" if self.sale_order_id is None else "sale.order"


def done_steps(document: Document, total: Decimal, *, exact: bool = True) -> frozenset[Do]:
    """Return the steps that need nothing any more.

    `total` is the store's; where Odoo's own total may differ from it (not `exact`), what is there counts. It may
    where Odoo's tax counts, and where the store has changed nothing since the document was written.
    """
    invoice, done = document.invoice, set()
    if not exact or document.total == total or (invoice and invoice.total == total):
        done.add(Do.ORDER)
    if not document.is_quotation:
        done.add(Do.CONFIRM)
    if invoice and (not exact or invoice.total == total):
        done.add(Do.INVOICE)
    if invoice and invoice.state == "posted":
        done.add(Do.POST)
        if invoice.is_paid(total, exact=exact):
            done.add(Do.PAYMENT)
    if document.delivered:
        done.add(Do.DELIVERY)
    return frozenset(done)


@dataclass(frozen=True)
class Seen:
    """What was observed in Odoo for a batch of orders."""

    customers: Customers = field(default_factory=Customers)
    #: SKU → products that have it.
    products: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    #: Order id → the document made for it, and those of others that carry its reference.
    documents: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    #: Order ids whose document Woodoo made earlier and Odoo no longer has, with its name.
    gone: Mapping[str, str] = field(default_factory=dict)
    #: Order id → what was written of it earlier, and how far its document has come where that matters.
    histories: Mapping[str, History] = field(default_factory=dict)
    #: Order ids whose reference cannot be the name of their sales order, with who has that name.
    taken_names: Mapping[str, str] = field(default_factory=dict)
    #: Order id → what it is written as, where something was refunded before its invoice; why that could not be read.
    reduced: Mapping[str, Reduced] = field(default_factory=dict)
    unread: Mapping[str, WoodooError] = field(default_factory=dict)
    #: When it was looked at.
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
