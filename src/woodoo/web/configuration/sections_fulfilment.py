"""The section on what the store is told of deliveries, numbers and states."""

from __future__ import annotations

from .kinds import Lines, Pick, Switch, Text
from .section import Section
from .tables import AnotherRow, Table

NOTES = {"never": "Never", "first": "Once for each shipment", "corrections": "And once more for a corrected number"}
PLUGINS = {
    "none": "None",
    "shipment_tracking": "WooCommerce Shipment Tracking",
    "ast": "Advanced Shipment Tracking (AST)",
}
WHEN = {"delivered": "It is delivered", "delivered_paid": "It is delivered and paid"}

FULFILMENT = Section(
    "fulfilment",
    "Deliveries and status in the store",
    "Where deliveries are shown, and where the status of an order goes.",
    (
        Pick("shipment_notes", "Note to the customer", "The store mails it.", words=NOTES),
        Switch(
            "store_fulfillments",
            "Make fulfillments of WooCommerce",
            "Where the store has them switched on; the order's meta data tell everything all the same.",
        ),
        Pick("tracking_plugin", "Plugin for tracking numbers", "", words=PLUGINS),
        Table(
            "Delivery method in Odoo",
            (Text("carrier_providers", "Carrier in the store"), Text("tracking_links", "Tracking page")),
            "The carrier as the store or its plugin calls it, such as dhl; the page, where Odoo has none, with "
            "{number} in it.",
            keys="carriers",
            another=AnotherRow("Another delivery method", "Number of the delivery method in Odoo.", r"[0-9]{1,18}"),
            empty="Odoo has no delivery methods.",
            lost="not found in Odoo",
        ),
        Text("delivered_status", "Status of what is delivered", "Empty: it stays as it is."),
        Switch("cancel_in_store", "Cancel in the store what is cancelled in Odoo", "As long as nothing has left."),
    ),
    (
        Lines(
            "shipment_note",
            "What the note says",
            "{delivery}, {carrier}, {tracking}, {items}; a line with nothing to say is left out.",
        ),
        Switch("fulfillment_mails", "The store mails its customer about fulfillments", "Beside the note."),
        Pick(
            "complete_when", "An order is fulfilled when", "A completed order counts as paid in the store.", words=WHEN
        ),
        Text("partial_status", "Status of what is delivered in part", "Such as that of a plugin. Empty: it stays."),
        Text("paid_status", "Status of what was paid in Odoo", "After on hold or pending. Empty: it stays."),
        Text("order_number_key", "Meta data: number of the sales order", "Empty: none."),
        Text("invoice_number_key", "Meta data: numbers of the invoices", "Empty: none."),
        Text(
            "invoice_link_key",
            "Meta data: address of the invoice",
            "As PDF in Odoo's portal; whoever has it needs no login. Empty: none.",
        ),
    ),
    "wording, partial deliveries, payment, numbers",
)
