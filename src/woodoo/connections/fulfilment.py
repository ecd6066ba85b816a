"""How deliveries, numbers and states of Odoo are told to the store.

Decides the defaults: a customer is told once of each shipment, and the order's own meta data always hold everything.
"""

from __future__ import annotations

from string import Formatter
from typing import Literal

from pydantic import BaseModel, Field, field_validator

#: What a note to the customer says; lines with nothing to say are left out.
NOTE = (
    "Your order is on its way (delivery {delivery}).",
    "Carrier: {carrier}",
    "Tracking: {tracking}",
    "Contents: {items}",
)
_PARTS = frozenset({"delivery", "carrier", "tracking", "items"})


class FulfilmentSettings(BaseModel):
    """Where shipments are shown, and how the status of orders moves."""

    # Shipments

    store_fulfillments: bool = Field(
        True,
        description="Where WooCommerce's own fulfillments are switched on in the store, each delivery becomes one.",
    )
    fulfillment_mails: bool = Field(
        False, description="The store mails its customer about each of these fulfillments and its corrections."
    )
    tracking_plugin: Literal["none", "shipment_tracking", "ast"] = Field(
        "none",
        description="Plugin of the store that is given the tracking numbers, too: none, shipment_tracking (WooCommerce "
        "Shipment Tracking) or ast (Advanced Shipment Tracking).",
    )
    shipment_notes: Literal["never", "first", "corrections"] = Field(
        "first",
        description="Note to the customer, which the store mails: never, once for each shipment (first), or once more "
        "when its tracking is corrected.",
    )
    shipment_note: tuple[str, ...] = Field(
        NOTE,
        max_length=30,
        description="Lines of that note: {delivery} is the delivery's number in Odoo, by which the note is found "
        "again; {carrier}, {tracking} and {items} its carrier, numbers with links, and contents. A line with nothing "
        "to say is left out.",
    )
    carrier_providers: dict[str, str] = Field(
        default_factory=dict,
        description="Id of an Odoo delivery method (delivery.carrier) → what the store calls the carrier, such as dhl. "
        "Others are shown by their name.",
    )
    tracking_links: dict[str, str] = Field(
        default_factory=dict,
        description="Id of an Odoo delivery method → address of its tracking page with {number} in it, where Odoo has "
        "none.",
    )

    # Status

    delivered_status: str = Field(
        "completed", description="Status of an order of which everything is delivered. Empty: it stays as it is."
    )
    partial_status: str = Field(
        "",
        description="Status of an order of which a part is delivered, such as that of a plugin. Empty: it stays as it "
        "is.",
    )
    complete_when: Literal["delivered", "delivered_paid"] = Field(
        "delivered",
        description="When an order counts as fulfilled: once it is delivered, or once it is delivered and paid, in the "
        "store or in Odoo. WooCommerce takes a completed order for a paid one.",
    )
    paid_status: str = Field(
        "processing",
        description="Status of an order that waited for its money once its invoice is paid in Odoo. Empty: it stays "
        "as it is.",
    )
    cancel_in_store: bool = Field(
        False, description="An order that is cancelled in Odoo is cancelled in the store, as long as nothing has left."
    )

    # Numbers

    order_number_key: str = Field(
        "_woodoo_order",
        max_length=100,
        description="Key of an order's meta data that takes the number of its sales order. Empty: none.",
    )
    invoice_number_key: str = Field(
        "_woodoo_invoice",
        max_length=100,
        description="Key of an order's meta data that takes the numbers of its posted invoices. Empty: none.",
    )
    invoice_link_key: str = Field(
        "",
        max_length=100,
        description="Key of an order's meta data that takes the address of the invoice as PDF in Odoo's portal, which "
        "whoever has it can open without a login. Empty: none.",
    )

    @field_validator("shipment_note")
    @classmethod
    def _names_the_delivery(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            parts = [part for line in value for part in Formatter().parse(line) if part[1] is not None]
        except ValueError:
            raise ValueError("a brace stands alone; {delivery} is written so") from None
        if any(name not in _PARTS or spec or how for _, name, spec, how in parts):
            raise ValueError("only {delivery}, {carrier}, {tracking} and {items} can stand in braces")
        if not any(name == "delivery" for _, name, _, _ in parts):
            raise ValueError("it has to hold {delivery}, or a note could not be told from that of another shipment")
        return value

    @field_validator("tracking_links")
    @classmethod
    def _links_hold_the_number(cls, value: dict[str, str]) -> dict[str, str]:
        for link in value.values():
            if "{number}" not in link or not link.startswith(("https://", "http://")):
                raise ValueError(f"{link!r} is no address with {{number}} in it")
        return value

    @field_validator("delivered_status", "partial_status", "paid_status")
    @classmethod
    def _bare_status(cls, value: str) -> str:
        return value.strip().removeprefix("wc-")
