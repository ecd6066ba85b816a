"""What both sides answer to a test where all is well, in the reader's language.

Decides that only good answers, and hints that hold nothing up, are known here: what is wrong is said as it was found,
in English, and so can be looked up and asked about.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from .stored_words import rows, said_by

#: What was looked at, as `woodoo.wiring` and `woodoo.odoo.checks` call it → its word.
_NAMES = {
    "Store": _("Store"),
    "Encryption": _("Encryption"),
    "Settings": _("Settings"),
    "Currency": _("Currency"),
    "Tax rates": _("Tax rates"),
    "Shipping methods": _("Shipping methods"),
    "Policies": _("Policies"),
    "version": _("version"),
    "encryption": _("encryption"),
    "login": _("login"),
    "company": _("company"),
    "apps": _("apps"),
    "inventory": _("inventory"),
    "delivery_costs": _("delivery costs"),
    "rights": _("rights"),
    "product_rights": _("rights on products"),
    "amounts": _("amounts"),
    "rounding": _("rounding"),
    "price_precision": _("decimals of prices"),
}
_ANSWERS = rows(
    (r"A shop is at (?P<url>\S+)\.", _("A shop is at %(url)s.")),
    (
        r"(?P<name>[^.]+) is at (?P<url>\S+)\. The address that was entered leads there\.",
        _("%(name)s is at %(url)s. The address that was entered leads there."),
    ),
    (r"(?P<name>.+) is at (?P<url>\S+)\.", _("%(name)s is at %(url)s.")),
    (
        r"The store is on http\. What is said with it can be read on the way: names, addresses, orders\.",
        _("The store is on http. What is said with it can be read on the way: names, addresses, orders."),
    ),
    (
        r"Odoo is on http\. What is said with it can be read on the way: names, addresses, orders\.",
        _("Odoo is on http. What is said with it can be read on the way: names, addresses, orders."),
    ),
    (r"Give the store an https address\.", _("Give the store an https address.")),
    (r"Put Odoo behind https\.", _("Put Odoo behind https.")),
    (
        r"WooCommerce (?P<version>\S+) at (?P<url>\S+), prices in (?P<currency>\w+) with (?P<digits>\d+) decimals\.",
        _("WooCommerce %(version)s at %(url)s, prices in %(currency)s with %(digits)s decimals."),
    ),
    (
        r"Odoo (?P<version>.+), spoken with over (?P<protocol>\S+)\.",
        _("Odoo %(version)s, spoken with over %(protocol)s."),
    ),
    (
        r"Logged in to '(?P<database>.+)' as (?P<name>.+) \((?P<login>\S+)\)\.",
        _("Logged in to '%(database)s' as %(name)s (%(login)s)."),
    ),
    (
        r"Working in (?P<name>.+)\. The user may also work in (?P<count>\d+) other companies, which are left alone\.",
        _("Working in %(name)s. The user may also work in %(count)s other companies, which are left alone."),
    ),
    (r"Working in (?P<company>.+)\.", _("Working in %(company)s.")),
    (r"Sales and Invoicing are installed\.", _("Sales and Invoicing are installed.")),
    (
        r"Inventory is not installed\. Orders come over, but stock and deliveries do not\.",
        _("Inventory is not installed. Orders come over, but stock and deliveries do not."),
    ),
    (
        r"Delivery Costs is not installed\. Shipping is put on a plain service line\.",
        _("Delivery Costs is not installed. Shipping is put on a plain service line."),
    ),
    (r"(?P<app>[\w ]+) is installed\.", _("%(app)s is installed.")),
    (r"Install (?P<app>.+) in Odoo if wanted\.", _("Install %(app)s in Odoo if wanted.")),
    (r"The API user may do everything orders need\.", _("The API user may do everything orders need.")),
    (r"The API user may make and change products\.", _("The API user may make and change products.")),
    (
        r"Odoo rounds taxes line by line, as WooCommerce does unless set otherwise\.",
        _("Odoo rounds taxes line by line, as WooCommerce does unless set otherwise."),
    ),
    (
        r"Odoo rounds taxes once per document\. Where that differs by a cent, Woodoo gives the taxes of each line\.",
        _("Odoo rounds taxes once per document. Where that differs by a cent, Woodoo gives the taxes of each line."),
    ),
    (r"Odoo keeps prices as exact as they come\.", _("Odoo keeps prices as exact as they come.")),
    (r"Odoo keeps prices with (?P<digits>\d+) decimals\.", _("Odoo keeps prices with %(digits)s decimals.")),
    (
        r"Every tax rate of the store \((?P<count>\d+)\) has its tax in Odoo\.",
        _("Every tax rate of the store (%(count)s) has its tax in Odoo."),
    ),
    (
        r"Payments, shipping and discounts have all they need\.",
        _("Payments, shipping and discounts have all they need."),
    ),
    (r"What the settings point at is there in Odoo\.", _("What the settings point at is there in Odoo.")),
    (
        r"Amounts in (?P<currency>\w+) come over with (?P<store>\d+) decimals in the store and (?P<odoo>\d+) in Odoo\.",
        _("Amounts in %(currency)s come over with %(store)s decimals in the store and %(odoo)s in Odoo."),
    ),
)


def name_said(name: str) -> str:
    """Return what was looked at, in the reader's language; a name nobody knows stays."""
    side, dot, what = name.partition(": ")
    if dot and what in _NAMES:
        return f"{side}: {gettext(_NAMES[what])}"
    return gettext(_NAMES[name]) if name in _NAMES else name


def answer_said(answer: str) -> str:
    """Return a good answer in the reader's language; any other stays as it was given."""
    return said_by(_ANSWERS, answer) or answer
