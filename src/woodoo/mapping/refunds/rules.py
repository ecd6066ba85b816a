"""The settings of refunds, as pure code reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RefundRules:
    """Each is a setting of the same name (`woodoo.connections.refunds`)."""

    take_refunds: bool = True
    amount_refund_as: str = "spread"
    refund_product_id: int | None = None
    refund_before_invoice: str = "reduce"
    refund_payment: str = "as_store"
    post_credit_notes: bool = True
    deleted_refunds: str = "tell"
    cancel_invoiced: str = "tell"
    cancel_delivered: str = "tell"
    restock_as: str = "receive"
    refunded_unsent: str = "cancel"
    return_location_id: int | None = None
    send_refunds: bool = False
    send_returns: bool = False
    send_refunds_from: date | None = None
    refund_money: bool = False
    restock_in_store: bool = False

    @property
    def sends(self) -> bool:
        """Whether anything of Odoo is refunded in the store."""
        return self.send_refunds or self.send_returns
