"""The section on customers with an account, both ways."""

from __future__ import annotations

from .kinds import Number, One, Pick, Switch, Text, Ticks
from .section import Section

FIELDS = {
    "name": "Name and company",
    "email": "E-mail",
    "phone": "Phone",
    "address": "Address",
    "delivery": "Delivery address",
    "vat": "VAT number",
}
MAKES = {"never": "Never", "buyers": "Those who have paid an order", "all": "All, also those who only registered"}

ACCOUNTS = Section(
    "accounts",
    "Customers with an account",
    "What of them goes over; whether it does is switched on above, and whose values hold is set under Who has the say.",
    (
        Ticks("account_fields_in", "Accounts may change in Odoo", "Where the store has the say.", words=FIELDS),
        Ticks(
            "account_fields_out",
            "Odoo may change on accounts",
            "Where Odoo has the say. Customers sign in with their e-mail address; WordPress mails the old one when it "
            "is changed.",
            words=FIELDS,
        ),
    ),
    (
        Pick(
            "create_odoo_customers",
            "Accounts without an order become customers",
            "Where Odoo does not know them.",
            words=MAKES,
        ),
        One("account_tag_id", "Tag of contacts that get an account", "", "partner_tags", "Nobody gets one"),
        Switch(
            "account_mails",
            "The store may mail them",
            'Off: as long as the store sends its mail "New account", none are made.',
        ),
        Text("account_vat_key", "Where accounts keep the VAT number", "Key of their meta data, such as vat_number."),
        Number(
            "accounts_seconds",
            "Seconds between walks through all accounts",
            "For changes no webhook told of; 21600 are six hours.",
        ),
    ),
    "new customers, new accounts",
)
