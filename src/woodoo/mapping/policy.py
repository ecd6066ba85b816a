"""What a business wants made of its orders, and how far each order may go now.

| status table | an order in that status                                            |
|--------------|--------------------------------------------------------------------|
| `ignore`     | is not brought over; what Odoo has of it stays as it is            |
| `quotation`  | is a quotation                                                     |
| `confirm`    | is a confirmed sales order                                         |
| `invoice`    | is invoiced, and paid where its payment method has a journal       |
| `deliver`    | is delivered, too                                                  |
| `cancel`     | is cancelled where Odoo has it, as far as that can still be done   |

`order_becomes` limits this, and nothing is invoiced before it is paid but what `unpaid_methods` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Do(StrEnum):
    """A step on an order's way through Odoo."""

    ORDER = "order"
    CONFIRM = "confirm"
    INVOICE = "invoice"
    PAYMENT = "payment"
    DELIVERY = "delivery"


#: Setting `order_becomes` → the steps there are at all.
BECOMES: Mapping[str, frozenset[Do]] = {
    "order": frozenset({Do.ORDER, Do.CONFIRM}),
    "order_invoice": frozenset({Do.ORDER, Do.CONFIRM, Do.INVOICE}),
    "order_invoice_payment": frozenset({Do.ORDER, Do.CONFIRM, Do.INVOICE, Do.PAYMENT}),
    "order_invoice_payment_delivery": frozenset(Do),
    "invoice": frozenset({Do.INVOICE}),
    "invoice_payment": frozenset({Do.INVOICE, Do.PAYMENT}),
}
#: What the status table says → the steps it allows.
STATUS_STEPS: Mapping[str, frozenset[Do]] = {
    "ignore": frozenset(),
    "quotation": frozenset({Do.ORDER}),
    "confirm": frozenset({Do.ORDER, Do.CONFIRM}),
    "invoice": frozenset({Do.ORDER, Do.CONFIRM, Do.INVOICE, Do.PAYMENT}),
    "deliver": frozenset(Do),
    "cancel": frozenset(),
}


@dataclass(frozen=True)
class Policy:
    """The policies of one connection; each is a setting of the same name."""

    order_becomes: str = "order_invoice_payment"
    #: Store status → a key of `STATUS_STEPS`.
    status_steps: Mapping[str, str] = field(
        default_factory=lambda: {"on-hold": "quotation", "processing": "invoice", "completed": "deliver"}
    )
    confirm_orders: bool = True
    unpaid_methods: frozenset[str] = frozenset()
    #: "order", "paid", "completed" or "today".
    invoice_date: str = "order"
    #: Invoices dated earlier stay drafts.
    post_invoices_from: date | None = None

    @property
    def with_sale_order(self) -> bool:
        return Do.ORDER in BECOMES[self.order_becomes]
