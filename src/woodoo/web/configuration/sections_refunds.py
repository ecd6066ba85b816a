"""The section on refunds, goods that come back, and refunds that Odoo asks the store for."""

from __future__ import annotations

from .kinds import One, Pick, Switch
from .section import Section

AMOUNTS = {"spread": "Spread over the invoice's lines", "product": "One line of the refund product for each tax"}
EARLY = {"reduce": "The order is invoiced without it", "credit": "Invoiced in full, then credited"}
MONEY = {"as_store": "As the store: where the provider paid it back", "always": "Always", "never": "Never"}
DELETED = {"tell": "Told: a person decides", "undo": "Its credit note is cancelled"}
CANCELLED = {"tell": "Told: a person decides", "credit": "Credited: nothing stays open"}
DELIVERED = {"tell": "Credited once they have come back", "credit": "Credited at once"}
UNSENT = {"cancel": "Not sent any more", "send": "Sent all the same"}
GOODS = {"receive": "Received", "wait": "A return waits for the warehouse", "nothing": "Left alone"}

REFUNDS = Section(
    "refunds",
    "Refunds and returns",
    "What the store gives back becomes credit notes; what Odoo credits can become refunds.",
    (
        Pick("refund_payment", "The money is paid back in Odoo", "In the journal of the payment method.", words=MONEY),
        Pick("restock_as", "Goods the store puts back on its shelf are", "", words=GOODS),
    ),
    (
        Pick("amount_refund_as", "A refund of an amount alone is", "", words=AMOUNTS),
        One(
            "refund_product_id",
            "Refund product",
            "Number (id) of the product in Odoo, for refunds of an amount.",
            "service_products",
        ),
        Pick("refund_before_invoice", "A refund before the invoice was posted", "", words=EARLY),
        Switch("post_credit_notes", "Post credit notes", "Off: they stay drafts."),
        Pick("deleted_refunds", "A refund deleted in the store is", "", words=DELETED),
        Pick("cancel_invoiced", "The posted invoice of a cancelled order is", "", words=CANCELLED),
        Pick("cancel_delivered", "... whose goods are with the customer", "", words=DELIVERED),
        Pick(
            "refunded_unsent",
            "Goods not sent yet are, after a refund of everything",
            "Where it does not say for which goods, such as by the status refunded.",
            words=UNSENT,
        ),
        One("return_location_id", "Goods come back to", "", "stock_locations", "As Odoo proposes"),
        Switch(
            "refund_money", "Refunds sent to the store move money", "By its payment provider. Off: noted there only."
        ),
        Switch(
            "restock_in_store", "Refunds sent to the store restock", "Leave it off while stock figures come from Odoo."
        ),
    ),
    "amounts alone, before the invoice, deleted refunds, cancelled orders, from Odoo to the store",
)
