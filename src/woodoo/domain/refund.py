"""Money a shop has given back on an order, and what of the order it was for.

All amounts are **positive** and in the order's currency, net of tax where a tax field stands beside them; times are
aware UTC datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from .money import ZERO
from .order import LineTax

#: What the id of a cancelled order's own refund begins with, which no store has (`woodoo.mapping.refunds.cancelled`).
CANCELLATION = "cancel_"
#: What a line of a refund gives back: a product, shipping or a fee.
RefundKind = Literal["product", "shipping", "fee"]


@dataclass(frozen=True)
class RefundLine:
    """What is given back of one line of the order."""

    kind: RefundKind
    external_id: str
    #: The store's id of the order's line; empty where the store does not tell.
    of: str
    name: str
    #: Pieces; 0 where only an amount is given back. Shipping and fees have none.
    quantity: Decimal
    total: Decimal
    total_tax: Decimal
    taxes: tuple[LineTax, ...] = ()

    @property
    def gross(self) -> Decimal:
        """What the line gives back, taxes included."""
        return self.total + sum((tax.amount for tax in self.taxes), ZERO)


@dataclass(frozen=True)
class Refund:
    """One refund of an order."""

    external_id: str
    order_id: str
    #: Gross; what the customer gets.
    amount: Decimal
    #: What the shop's staff wrote.
    reason: str
    created_at: datetime
    #: The payment provider has paid the money back; else somebody does so by hand.
    by_gateway: bool
    #: None where only an amount was given back.
    lines: tuple[RefundLine, ...] = ()
    #: What Woodoo wrote on a refund it made itself: "<namespace>/<account.move id>" or "<namespace>/picking/<id>".
    mark: str = ""

    @property
    def label(self) -> str:
        """How messages name it: "Refund 140"."""
        return "The cancellation" if self.is_cancellation else f"Refund {self.external_id}"

    @property
    def is_cancellation(self) -> bool:
        """The store has given nothing back, but cancelled the order: its invoice is credited, no money goes back."""
        return self.external_id.startswith(CANCELLATION)

    @property
    def has_amounts(self) -> bool:
        """Whether its lines say what the money is for; else it is an amount, whatever came back to the shelf."""
        return any(line.total or any(tax.amount for tax in line.taxes) for line in self.lines)
