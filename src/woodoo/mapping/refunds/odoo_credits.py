"""What Odoo has taken back of an order by itself: credit notes and returns that people made there.

Amounts are positive, in the currency of the credit note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...domain.text import clean, shortened

#: What keys of returns begin with.
PICKING = "picking/"
#: Characters of what was written in Odoo that the reason of a refund shows.
LONGEST_REASON = 160


@dataclass(frozen=True)
class CreditLine:
    """A line of a credit note (`account.move.line`)."""

    #: The line of the store's order it takes back; empty where none can be told.
    of: str
    name: str
    quantity: Decimal
    #: Without tax, and the tax on it, as Odoo rounds them for the line.
    net: Decimal
    tax: Decimal
    tax_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CreditNote:
    """A customer credit note (`account.move` of the type `out_refund`)."""

    odoo_id: int
    #: Its number; empty while it is a draft.
    name: str
    #: "draft", "posted" or "cancel".
    state: str
    #: `invoice_date`.
    day: date | None
    currency: str
    #: Taxes included.
    total: Decimal
    lines: tuple[CreditLine, ...] = ()
    #: `account.tax` → what it comes to on the document.
    taxes: Mapping[int, Decimal] = field(default_factory=dict)
    #: What was written as its reference, such as the reason given in Odoo's wizard.
    reference: str = ""
    #: Woodoo made it, from a refund of the store: it bears an external id of the connection.
    ours: bool = False
    #: Some of it is reconciled: with the invoice, or with money that was paid back.
    settled: bool = False
    #: Sales orders besides this one whose goods it takes back.
    others: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from everything else that is sent."""
        return str(self.odoo_id)

    @property
    def model(self) -> str:
        """Its model in Odoo."""
        return "account.move"

    @property
    def said(self) -> str:
        """What customers of the store read of its reference."""
        return shortened(" ".join(clean(self.reference).split()), LONGEST_REASON)

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"Credit note {self.name or f'(draft, {self.odoo_id})'}"


@dataclass(frozen=True)
class ReturnedLine:
    """Goods of a return."""

    #: The line of the store's order; empty where none can be told.
    of: str
    name: str
    quantity: Decimal


@dataclass(frozen=True)
class Return:
    """A return that is done (`stock.picking` from the customer)."""

    odoo_id: int
    name: str
    day: date
    lines: tuple[ReturnedLine, ...] = ()
    #: Woodoo made it, for goods the store put back on its shelf.
    ours: bool = False

    @property
    def key(self) -> str:
        """What tells it from everything else that is sent."""
        return f"{PICKING}{self.odoo_id}"

    @property
    def model(self) -> str:
        """Its model in Odoo."""
        return "stock.picking"

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"Return {self.name}"


@dataclass(frozen=True)
class OdooCredits:
    """What Odoo has taken back of one order, oldest first."""

    notes: tuple[CreditNote, ...] = ()
    returns: tuple[Return, ...] = ()
