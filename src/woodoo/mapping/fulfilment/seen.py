"""What Odoo has of an order: its lines, what left the warehouse and came back, its invoices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

#: Payment states of an invoice whose money has come; a reversed one is settled, too, but not paid.
PAID = frozenset({"paid", "in_payment"})


@dataclass(frozen=True)
class OdooLine:
    """A line of the sales order that sells something."""

    odoo_id: int
    product_id: int
    sku: str
    text: str
    ordered: Decimal
    #: As Odoo counts it, kits by their parts, returns taken off.
    delivered: Decimal
    is_delivery: bool = False


@dataclass(frozen=True)
class Moved:
    """So much of a product moved for a line of the sales order."""

    line_id: int
    product_id: int
    quantity: Decimal
    #: What of it has come back.
    returned: Decimal = Decimal(0)


@dataclass(frozen=True)
class Delivery:
    """A transfer to the customer that is done (`stock.picking`)."""

    odoo_id: int
    name: str
    done_at: datetime
    moved: tuple[Moved, ...] = ()
    carrier_id: int | None = None
    carrier: str = ""
    #: `carrier_tracking_ref` and `carrier_tracking_url`, as Odoo has them.
    tracking: str = ""
    tracking_url: str = ""

    @property
    def all_back(self) -> bool:
        """Everything of it has come back."""
        gone = [one for one in self.moved if one.quantity]
        return bool(gone) and all(one.returned >= one.quantity for one in gone)


@dataclass(frozen=True)
class OdooInvoice:
    """An invoice of the order."""

    odoo_id: int
    number: str
    state: str
    payment_state: str


@dataclass(frozen=True)
class OdooOrder:
    """What stands for an order in Odoo: a sales order, or an invoice without one."""

    model: str
    odoo_id: int
    name: str
    state: str
    lines: tuple[OdooLine, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    #: Something of it is still to leave.
    open: bool = False
    #: Goods that are to leave and for which there is no transfer yet, such as what a supplier is to send.
    unplanned: tuple[str, ...] = ()
    #: (line, product) → pieces that were to leave in all, done or not: how kits are counted.
    demand: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    invoices: tuple[OdooInvoice, ...] = ()

    @property
    def cancelled(self) -> bool:
        return self.state == "cancel"

    @property
    def has_left(self) -> bool:
        """Something of it has left, and not come back as a whole."""
        return any(not delivery.all_back for delivery in self.deliveries)

    @property
    def posted(self) -> tuple[OdooInvoice, ...]:
        return tuple(invoice for invoice in self.invoices if invoice.state == "posted")

    @property
    def paid(self) -> bool:
        """All of its posted invoices are paid, and there are some."""
        return bool(self.posted) and all(invoice.payment_state in PAID for invoice in self.posted)
