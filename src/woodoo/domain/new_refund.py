"""A refund as a store is asked to make it.

Amounts are positive and in the order's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .refund import RefundLine


@dataclass(frozen=True)
class NewRefund:
    """What the store is asked for."""

    order_id: str
    #: Gross; what the customer gets.
    amount: Decimal
    #: Shown to the customer.
    reason: str
    #: What it stands for in Odoo; the store keeps it (`Refund.mark`).
    mark: str
    #: None where only an amount is given back.
    lines: tuple[RefundLine, ...] = ()
    #: The payment provider is to pay the money back.
    by_gateway: bool = False
    #: The goods go back on the store's shelf.
    restock: bool = False
