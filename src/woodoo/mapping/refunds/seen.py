"""What Odoo has of an order where its refunds are concerned: invoices and credit notes with their lines.

Amounts are positive on invoices and on credit notes alike, in the currency of the move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...domain.money import ZERO
from ..documents.document import SETTLED, Document
from .goods import Goods

#: What the external ids of credit notes begin with that Woodoo makes for refunds; the refund's id follows.
REFUND_PREFIX = "account_move_refund_"


def credit_note_external_id(refund_id: str) -> str:
    """Return the external id (without namespace) of the credit note of a refund."""
    return f"{REFUND_PREFIX}{refund_id}"


@dataclass(frozen=True)
class MoveLine:
    """A product line of an invoice or a credit note (`account.move.line`)."""

    odoo_id: int
    product_id: int
    #: SKU of its product.
    sku: str
    text: str
    quantity: Decimal
    net: Decimal
    #: Taxes included.
    gross: Decimal
    tax_ids: tuple[int, ...]
    account_id: int
    #: The lines of the sales order it bills.
    order_line_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Move:
    """An invoice or a credit note of the order (`account.move`)."""

    odoo_id: int
    #: Its number; drafts have none.
    name: str
    #: "out_invoice" or "out_refund".
    move_type: str
    #: "draft", "posted" or "cancel".
    state: str
    payment_state: str
    total: Decimal
    #: What is still open on it.
    residual: Decimal
    currency_id: int
    journal_id: int
    partner_id: int
    shipping_partner_id: int
    fiscal_position_id: int
    origin: str
    lines: tuple[MoveLine, ...] = ()
    #: Tax → what it comes to.
    taxes: Mapping[int, Decimal] = field(default_factory=dict)
    #: The invoice it reverses; 0 where none is named.
    reverses: int = 0
    #: The refund of the store it was made for by Woodoo; empty for all others.
    refund_id: str = ""
    #: Woodoo made it: it bears an external id of the connection.
    ours: bool = False
    #: `invoice_date`.
    day: date | None = None
    #: `ref`: what was written, such as the reason given in the wizard of credit notes.
    reference: str = ""

    @property
    def label(self) -> str:
        """How messages name it."""
        kind = "credit note" if self.move_type == "out_refund" else "invoice"
        return f"{kind} {self.name}" if self.state == "posted" and self.name else f"the draft {kind}"

    @property
    def settled(self) -> bool:
        """Nothing is left to be paid."""
        return self.payment_state in SETTLED

    @property
    def open(self) -> Decimal:
        """What is left to be paid; Enterprise shows a residual until the bank statement, though a payment is there."""
        return ZERO if self.settled else self.residual


@dataclass(frozen=True)
class SeenOrder:
    """What Odoo has of one order."""

    #: The sales order, or the invoice where there is none; None where Odoo has nothing of the order.
    document: Document | None = None
    #: Customer invoices that are not cancelled, oldest first.
    invoices: tuple[Move, ...] = ()
    #: Credit notes of these invoices or of the sales order, whoever made them, cancelled ones included.
    credit_notes: tuple[Move, ...] = ()
    #: Its goods; None where Odoo has no sales order of it, or keeps no deliveries.
    goods: Goods | None = None
    #: Credit note → names of other sales orders whose goods it takes back, too.
    others: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    #: Ids of the refunds that the document was written without, for they came before its invoice.
    inside: frozenset[str] = frozenset()

    @property
    def posted(self) -> tuple[Move, ...]:
        """The invoices that are posted."""
        return tuple(invoice for invoice in self.invoices if invoice.state == "posted")

    def credit_note_of(self, refund_id: str) -> Move | None:
        """Return the credit note Woodoo has made for a refund, in whatever state it is by now."""
        return next((move for move in self.credit_notes if move.refund_id == refund_id), None)

    def credited(self, invoice: Move, *, but: str = "") -> Decimal:
        """Return what credit notes take back of an invoice, drafts included; without that of the refund `but`."""
        return sum((move.total for move in self.credits_of(invoice, but=but)), ZERO)

    def credits_of(self, invoice: Move, *, but: str = "") -> tuple[Move, ...]:
        """Return the credit notes of an invoice that are not cancelled; without that of the refund `but`."""
        return tuple(
            move
            for move in self.credit_notes
            if move.reverses == invoice.odoo_id and move.state != "cancel" and not (but and move.refund_id == but)
        )
