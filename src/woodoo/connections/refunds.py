"""What becomes of refunds, of goods that come back, and of credit notes made in Odoo.

Decides the defaults: what the store has given back becomes a credit note that is posted, paid back where the payment
provider has done so; nothing of Odoo is refunded in the store until that is switched on, and no money moves.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator


class RefundSettings(BaseModel):
    """Refunds of the store, returns of goods, and refunds that Odoo asks the store for."""

    # From the store

    take_refunds: bool = Field(True, description="A refund in the store becomes a credit note in Odoo.")
    amount_refund_as: Literal["spread", "product"] = Field(
        "spread",
        description="What a refund without lines, an amount alone, becomes: spread over the lines of the invoice, by "
        "what is left of each, or product: one line of the refund product for each tax.",
    )
    refund_product_id: int | None = Field(
        None, description="Odoo product (product.product) for refunds of an amount; needed for product."
    )
    refund_before_invoice: Literal["reduce", "credit"] = Field(
        "reduce",
        description="What becomes of a refund made before the order's invoice was posted: reduce (order and invoice "
        "are written without it) or credit (invoiced in full, then credited).",
    )
    refund_payment: Literal["as_store", "always", "never"] = Field(
        "as_store",
        description="Whether the money goes back in Odoo, in the journal of the payment method: as_store (where the "
        "payment provider has paid it back), always, or never: what the invoice does not take up stays open.",
    )
    post_credit_notes: bool = Field(True, description="Post credit notes. Off: they stay drafts.")
    deleted_refunds: Literal["tell", "undo"] = Field(
        "tell",
        description="A refund that is deleted in the store: tell (a person decides), or undo: its credit note is "
        "cancelled.",
    )

    cancel_invoiced: Literal["tell", "credit"] = Field(
        "tell",
        description="A cancelled order whose invoice is posted: tell (a person decides), or credit: what is left of "
        "the invoice is credited, so that nothing stays open.",
    )

    cancel_delivered: Literal["tell", "credit"] = Field(
        "tell",
        description="A cancelled order whose goods are with the customer, where cancel_invoiced is credit: tell (its "
        "invoice is credited once they have come back), or credit: it is credited at once.",
    )

    # Goods that come back, or are not sent any more

    restock_as: Literal["receive", "wait", "nothing"] = Field(
        "receive",
        description="What becomes of goods the store puts back on its shelf with a refund: receive (a return that is "
        "done), wait (a return for the warehouse to receive), or nothing.",
    )
    refunded_unsent: Literal["cancel", "send"] = Field(
        "cancel",
        description="Goods that have not left yet of an order that was given back in full without saying for which "
        "goods, such as by the status refunded: cancel (they are not sent), or send.",
    )
    return_location_id: int | None = Field(
        None, description="Odoo location (stock.location) goods come back to. Empty: the one Odoo proposes."
    )

    # From Odoo

    send_refunds: bool = Field(False, description="Credit notes made in Odoo become refunds in the store.")
    send_returns: bool = Field(
        False, description="Returns of goods done in Odoo become refunds in the store, too, without a credit note."
    )
    send_refunds_from: date | None = Field(
        None,
        validate_default=True,
        description="Credit notes and returns dated earlier are never sent to the store. Needed where send_refunds or "
        "send_returns is on, so that nothing of the past is refunded.",
    )
    refund_money: bool = Field(
        False,
        description="Refunds that go to the store pay the money back through its payment provider. Off: they are noted "
        "there, and the money is paid back by hand.",
    )
    restock_in_store: bool = Field(
        False,
        description="Refunds that go to the store put the goods back on its shelf. Leave it off while stock figures "
        "come from Odoo.",
    )

    @field_validator("send_refunds_from")
    @classmethod
    def _begins_some_day(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is None and (info.data.get("send_refunds") or info.data.get("send_returns")):
            raise ValueError("give the day from which credit notes and returns are refunded in the store")
        return value
