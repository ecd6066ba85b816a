"""The sections of the page that follow an order through the shop: statuses, taxes, payments, shipping, products."""

from __future__ import annotations

from ..choices import Choice
from .kinds import Day, Named, One, Pick, Several, Switch, Text, Zone
from .section import Section
from .tables import AnotherRow, Table

BECOMES = {
    "order": "Sales order",
    "order_invoice": "Sales order and invoice, left open",
    "order_invoice_payment": "Sales order, invoice and payment",
    "order_invoice_payment_delivery": "Sales order, invoice, payment and delivery",
    "invoice": "Invoice without a sales order, left open",
    "invoice_payment": "Invoice without a sales order, and payment",
}
DISCOUNTS = {
    "price": "In the price of the line",
    "percent": "As discount % of the line",
    "line": "As a line of their own",
}
STEPS = {
    "": "Left out, and reported",
    "ignore": "Left out",
    "quotation": "Quotation",
    "confirm": "Confirmed sales order",
    "invoice": "Order, invoice and payment",
    "deliver": "All that, and the delivery",
    "cancel": "Cancelled in Odoo",
    "tell": "Told: a person decides",
}
#: Statuses every store has (woocommerce `wc-order-functions.php`, `wc_get_order_statuses`).
STATUSES = tuple(
    Choice(slug, name)
    for slug, name in {
        "pending": "Pending payment",
        "on-hold": "On hold",
        "processing": "Processing",
        "completed": "Completed",
        "cancelled": "Cancelled",
        "refunded": "Refunded",
        "failed": "Failed",
    }.items()
)
#: Keys no store lists but orders made by hand have (woocommerce `class-wc-meta-box-order-data.php`: "N/A", "Other").
BY_HAND = (
    Choice("other", "Other", "chosen by hand in the store's administration"),
    Choice("", "No payment method", "N/A in the store's administration"),
)
#: Products for lines that are no goods.
_PRODUCTS = "service_products"

ORDERS = Section(
    "orders",
    "What an order becomes",
    "And at which status of the store each step happens.",
    (
        Pick("order_becomes", "An order becomes", "The most that is ever made of an order.", words=BECOMES),
        Text(
            "order_number_format",
            "Reference in Odoo",
            "Such as NL-{number}, to tell stores apart. There are {number}, {id} and {year}.",
        ),
        Zone("timezone", "Time zone of the shop", "Decides on which day an invoice or a payment falls."),
        Table(
            "Orders that are…",
            (Pick("status_steps", "become in Odoo", words=STEPS),),
            "No further than what is chosen above. Nothing is invoiced before it is paid, unless its payment method is "
            "left open.",
            keys="order_statuses",
            fixed=STATUSES,
            fixed_first=True,
            another=AnotherRow("Another status", "Short name of the status, such as shipped.", r"[a-z0-9_-]{1,40}"),
            without=frozenset({"checkout-draft"}),
        ),
    ),
    (
        Switch(
            "confirm_orders",
            "Confirm sales orders",
            "Off: they stay quotations until somebody confirms them in Odoo, and go on from there.",
        ),
        Day("orders_from", "Orders placed from", "Earlier ones come over only where somebody asks for them."),
        Switch("use_order_number", "The reference is the number of the sales order, too", "In place of Odoo's own."),
    ),
    "confirming, numbers, the first day",
)
TAXES = Section(
    "taxes",
    "Taxes",
    "Each tax rate of the store is a sales tax of the same percentage in Odoo.",
    (
        Table(
            "Tax rate in the store",
            (One("tax_map", "Tax in Odoo", source="taxes", empty="Not mapped"),),
            keys="tax_rates",
            another=AnotherRow(
                "Another tax rate", "Number of the rate, as in the message of the parked order.", r"[0-9]{1,18}"
            ),
            empty="The store has no tax rates.",
            wanted=True,
        ),
        Pick(
            "tax_match",
            "Rates that are not mapped",
            words={"mapped": "Park the order", "percent": "Take the one tax of the same percentage"},
            help="If several taxes have the percentage, the order is parked all the same.",
        ),
    ),
    (
        Table(
            "Rules for many rates",
            (One("tax_rule_map", "Tax in Odoo", source="taxes", empty="Choose"),),
            "For rates that are not mapped one by one.",
            another=AnotherRow(
                "standard:ES:21",
                "Class, country and percentage, * for any: standard:ES:21, *:FR:20.",
                r"(\*|[a-z0-9_-]+):(\*|[A-Z]{2}):[0-9]{1,3}(\.[0-9]{1,4})?",
            ),
        ),
        Table(
            "Lines the store did not tax",
            (One("untaxed_map", "Tax of 0 %", source="taxes", empty="Choose"),),
            "Only where your tax return has to show them; else they carry no tax.",
            another=AnotherRow(
                "exempt, US or *",
                "exempt (reverse charge), a country code such as US, or * for all others.",
                r"exempt|\*|[A-Z]{2}",
            ),
        ),
        Pick(
            "tax_computed_by",
            "Whose tax counts",
            "With Odoo's, a difference is shown on the order and not refused.",
            words={"store": "The store's, to the cent", "odoo": "What Odoo computes"},
        ),
        Switch(
            "allow_order_cent",
            "Let a sales order be a cent off where its invoice is exact",
            "Needed now and then up to Odoo 18. Off: such orders are parked.",
        ),
    ),
    "rules, lines without tax, who computes",
)
PAYMENTS = Section(
    "payments",
    "Payments",
    "Where payments are registered. Left open: invoiced without waiting for the money, for the bank statement or the "
    "cash desk.",
    (
        Table(
            "Payment method",
            (
                One("journal_map", "Journal", source="journals", empty="Not mapped"),
                Switch("unpaid_methods", "Left open"),
                One("payment_term_map", "Payment terms", source="payment_terms", empty="As for all"),
            ),
            keys="payment_methods",
            fixed=BY_HAND,
            another=AnotherRow(
                "Another payment method",
                "Its short name, such as stripe: in brackets in the message of the parked order.",
            ),
            empty="The store names no payment methods.",
            wanted=True,
        ),
        One("payment_term_id", "Payment terms for all", "", "payment_terms", "Odoo's choice"),
    ),
)
SHIPPING = Section(
    "shipping",
    "Shipping",
    "What the shipping line of an order is booked on.",
    (
        One("shipping_product_id", "Product for shipping", "For methods without a choice of their own.", _PRODUCTS),
        One("default_carrier_id", "Delivery method", "In place of that product.", "carriers", "None"),
    ),
    (
        Table(
            "Shipping method",
            (
                One("shipping_map", "Delivery method", source="carriers", empty="As for all"),
                One("shipping_product_map", "or product", source=_PRODUCTS, empty="As for all"),
            ),
            "The method of one zone counts before its kind, a delivery method before a product.",
            keys="shipping_methods",
            empty="The store names no shipping methods.",
        ),
        Several("pickup_carrier_ids", "Fetched by the buyer", "Delivery methods that are local pickup.", "carriers"),
        Switch(
            "carriers_for_the_rest",
            "Delivery methods without countries",
            "On: they go to the store's zone of all other places. Off: they are left out.",
        ),
    ),
    "each method on its own, pickup",
)
PRODUCTS = Section(
    "products",
    "Products, discounts and fees",
    "What the lines of an order are booked on.",
    (
        Named("sku_field", "SKUs are looked up in", "Field of the products in Odoo.", "sku_fields"),
        One(
            "placeholder_product_id",
            "Product for unknown SKUs",
            "Its line keeps the store's text. Without one such orders are parked.",
            _PRODUCTS,
            "None: park the order",
        ),
        Pick("discount_as", "Discounts of coupons", "Where they show in Odoo; the total is the same.", words=DISCOUNTS),
        One("discount_product_id", "Product for discounts", "Where they are lines of their own.", _PRODUCTS),
        One("fee_product_id", "Product for fees", "Tips, surcharges, gift cards.", _PRODUCTS),
    ),
    (
        Table(
            "Name of the fee",
            (One("fee_product_map", "Product", source=_PRODUCTS, empty="Choose"),),
            "Fees of this name go to a product of their own.",
            another=AnotherRow("Gift card", "Name of the fee in the store; capitals do not matter."),
        ),
    ),
    "each fee on its own",
)
