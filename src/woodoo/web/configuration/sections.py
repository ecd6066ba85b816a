"""What stands where on the pages Configuration and Features, and in which words.

Decides the order: first what an order becomes, as the shop sees it, then its documents in Odoo.
"""

from __future__ import annotations

from .kinds import Day, Fraction, Lines, Named, Number, One, Pick, Pricelist, Several, Switch, Text, Ticks
from .section import Section
from .sections_accounts import ACCOUNTS
from .sections_alerts import ALERTS
from .sections_catalogue import CATALOGUE
from .sections_features import INBOUND, NEW_PRODUCTS, OUTBOUND, OWNERSHIP, PRICES
from .sections_fulfilment import FULFILMENT
from .sections_refunds import REFUNDS
from .sections_stock import STOCK
from .sections_store import ORDERS, PAYMENTS, PRODUCTS, SHIPPING, TAXES
from .tables import AnotherRow, Table

INVOICE_DATES = {
    "order": "Day of the order",
    "paid": "Day of the payment",
    "completed": "Day of the completion",
    "today": "Day it is made",
}
UPDATES = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "address": "Address",
    "vat": "VAT number",
    "lang": "Language",
}

CUSTOMERS = Section(
    "customers",
    "Customers",
    "Odoo's customers are recognised; only what is ticked here is changed on them.",
    (
        Switch(
            "company_contacts",
            "Companies with contacts",
            "An order that names a company makes the company and, below it, the person. Off: one contact.",
        ),
        Named("language", "Language of new customers", "", "languages", "Odoo's choice"),
        Ticks("customer_update_fields", "An order may change", "The rest belongs to Odoo once made.", words=UPDATES),
    ),
    (
        Switch("clean_names", "Tidy names and addresses", '"ANA  PRUEBA" becomes "Ana Prueba".'),
        One(
            "customer_partner_id",
            "One customer for all orders",
            "Number (id) of the contact in Odoo, as in the address of its page. No customers are made then.",
            "partners",
        ),
        Lines(
            "vat_meta_keys",
            "Where the VAT number is",
            "Keys of the order's meta data, one on each line; the first that is filled counts.",
        ),
        Text(
            "language_meta_key",
            "Where the order's language is",
            "Key of the order's meta data, such as wpml_language. Empty: the language above.",
        ),
        Table(
            "Language in the store",
            (Named("language_map", "Language in Odoo", source="languages", empty="Choose"),),
            another=AnotherRow("es", "As the store names it, such as es."),
        ),
    ),
    "VAT numbers, languages, one customer for all",
)
INVOICES = Section(
    "invoices",
    "Invoices",
    "",
    (
        Pick(
            "invoice_date",
            "Date of the invoice",
            "Where the store has no such day yet, the day of the order.",
            words=INVOICE_DATES,
        ),
        One("invoice_journal_id", "Journal", "A sales journal.", "sale_journals", "The company's default"),
    ),
    (
        Day(
            "post_invoices_from",
            "Post invoices from",
            "Invoices dated earlier stay drafts, neither posted nor paid: for years that are closed.",
        ),
        One(
            "sales_account_id",
            "Income account",
            "For invoices without a sales order.",
            "income_accounts",
            "That of the product",
        ),
    ),
    "closed years, income account",
)
HEADER = Section(
    "header",
    "Sales order",
    "What stands on each order in Odoo. What is empty is left to Odoo.",
    (
        One("warehouse_id", "Warehouse", "", "warehouses", "The company's default"),
        One("team_id", "Sales team", "", "teams", "Odoo's choice"),
        Several("tag_ids", "Tags", "", "tags"),
    ),
    (
        One(
            "fiscal_position_id",
            "Fiscal position",
            "It decides accounts; the taxes stay those of the store.",
            "fiscal_positions",
            "Odoo's choice",
        ),
        Table(
            "Country of delivery",
            (One("fiscal_position_map", "Fiscal position", source="fiscal_positions", empty="Choose"),),
            another=AnotherRow(
                "US, or exempt",
                "A country code such as US, or exempt for customers who are exempt of tax.",
                r"exempt|[A-Z]{2}",
            ),
        ),
        Table(
            "Analytic account",
            (Fraction("analytic_distribution", "Percent"),),
            "Put on every line. Odoo 14 and 15 take one account with 100.",
            another=AnotherRow("Another account", "Number (id) of the account.", r"[0-9]{1,18}", "analytic_accounts"),
        ),
    ),
    "fiscal position, analytic accounts",
)
CURRENCIES = Section(
    "currencies",
    "Pricelists and currencies",
    "Odoo takes an order's currency from its pricelist: one for each currency of your orders.",
    (
        Pricelist("pricelist_id", "Company's currency", "", "pricelists", "Odoo's choice"),
        Table(
            "Currency",
            (Pricelist("pricelist_map", "Pricelist", source="pricelists", empty="Not mapped"),),
            keys="currencies",
            empty="Only the company's currency is active in Odoo.",
            lost="not active in Odoo",
        ),
    ),
)
NOTES = Section(
    "notes",
    "Notes and extra data",
    "Into which fields of the order in Odoo they go.",
    (
        Named("customer_note_field", "The customer's note", "", "text_fields", "Not carried over"),
        Named(
            "admin_notes_field",
            "Notes of the shop's staff",
            "One more request to the store for each new order.",
            "text_fields",
            "Not carried over",
        ),
    ),
    (
        Table(
            "Key of the order's meta data",
            (Named("meta_fields", "Field in Odoo", source="value_fields", empty="Choose"),),
            "Such as the wish for a day of delivery that a plugin asks for.",
            another=AnotherRow("_delivery_day", "As the plugin names it, such as _delivery_day."),
        ),
    ),
    "meta data of plugins",
)
PACE = Section(
    "pace",
    "Pace and identity",
    "Good as they are for most shops.",
    (),
    (
        Number("poll_seconds", "Seconds between polls", "How often the store is asked what changed, beside webhooks."),
        Number(
            "contents_seconds",
            "Seconds between looks at contents",
            "How often recent and open orders are read again, for changes the store does not date.",
        ),
        Number("contents_days", "Days an order is recent", "Counted from its last change."),
        Number(
            "census_seconds",
            "Seconds between counts",
            "How often all orders of the store are counted and compared with the list; 86400 is a day.",
        ),
        Switch(
            "manage_webhooks",
            "Look after the store's webhooks",
            "Set them up, repair them, bring them back when the store gave them up. Off: by hand.",
        ),
        Number(
            "odoo_poll_seconds",
            "Seconds between looks at Odoo",
            "How often Odoo is asked what people changed there; invoices every second time, the rest every sixth.",
        ),
        Number("odoo_slots", "Batches at once", "No more than Odoo has workers."),
        Number("batch_size", "Records per batch", "How many go to Odoo together."),
        Fraction("odoo_requests_per_second", "Requests per second", "Empty: modest on Odoo Online, free elsewhere."),
        Text(
            "namespace",
            "Prefix of external ids",
            "How Woodoo knows its records in Odoo again. Empty: made from the store's address. Set it before the store "
            "moves to another address, or its orders would be created again.",
        ),
    ),
    "polls, batches, external ids",
)

#: The page Configuration.
CONFIGURATION = (
    ORDERS, TAXES, PAYMENTS, SHIPPING, PRODUCTS, CUSTOMERS, INVOICES, HEADER, CURRENCIES, NOTES, CATALOGUE,
    NEW_PRODUCTS, PRICES, STOCK, ACCOUNTS, FULFILMENT, REFUNDS, OWNERSHIP, ALERTS, PACE,
)  # fmt: skip
#: The page Features.
FEATURES = (OUTBOUND, INBOUND)
#: Every setting, once.
PAGE = CONFIGURATION + FEATURES
