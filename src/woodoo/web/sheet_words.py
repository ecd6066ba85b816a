"""What the sheet of mappings says, in the reader's language: what orders become, why something is proposed, what to do.

Decides that names of records and methods stay as both systems have them, and that a sentence nobody knows here stays
in English.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from .stored_words import rows, said_by

_WORDS = rows(
    # What orders become (woodoo.mapping.evidence.others).
    (r"Left out", _("Left out")),
    (r"Quotation", _("Quotation")),
    (r"Sales order", _("Sales order")),
    (r"Sales order, invoice and payment", _("Sales order, invoice and payment")),
    (r"All, and delivered", _("All, and delivered")),
    (r"Cancelled in Odoo", _("Cancelled in Odoo")),
    (r"A person decides", _("A person decides")),
    (r"such orders are never made in Odoo", _("such orders are never made in Odoo")),
    (
        r"orders in it are left out until you say how far they go",
        _("orders in it are left out until you say how far they go"),
    ),
    (r"Say what they become\.", _("Say what they become.")),
    # Currencies.
    (r"(?P<code>\w+) is not an active currency in Odoo", _("%(code)s is not an active currency in Odoo")),
    (r"Activate (?P<code>\w+) in Odoo\.", _("Activate %(code)s in Odoo.")),
    (r"the pricelist of these orders", _("the pricelist of these orders")),
    (r"the company's currency; no pricelist is needed", _("the company's currency; no pricelist is needed")),
    (r"active in Odoo; invoices alone need no pricelist", _("active in Odoo; invoices alone need no pricelist")),
    (r"it is the one pricelist in (?P<code>\w+)", _("it is the one pricelist in %(code)s")),
    (r"Odoo has no pricelists in (?P<code>\w+)", _("Odoo has no pricelist in %(code)s")),
    (r"Odoo has (?P<count>\d+) pricelists in (?P<code>\w+)", _("Odoo has %(count)s pricelists in %(code)s")),
    (r"Choose a pricelist in (?P<code>\w+)\.", _("Choose a pricelist in %(code)s.")),
    (
        r"Make a pricelist in (?P<code>\w+) in Odoo, then choose it\.",
        _("Make a pricelist in %(code)s in Odoo, then choose it."),
    ),
    # Warehouse, SKUs, categories.
    (r"Orders are delivered from", _("Orders are delivered from")),
    (r"the only one in Odoo", _("the only one in Odoo")),
    (
        r"Odoo has (?P<count>\d+), and would take this one by itself",
        _("Odoo has %(count)s, and would take this one by itself"),
    ),
    (r"SKUs of the store are in", _("SKUs of the store are in")),
    (r"no SKU of a past order was looked up yet", _("no SKU of a past order was looked up yet")),
    (
        r"(?P<share>\d+) % of (?P<total>\d+) SKUs sold are in (?P<field>\w+)",
        _("%(share)s %% of %(total)s SKUs sold are in %(field)s"),
    ),
    (
        r"Give the products of Odoo the SKUs they have in the store, or have the products made\.",
        _("Give the products of Odoo the SKUs they have in the store, or have the products made."),
    ),
    (r"Product categories", _("Product categories")),
    (r"By their names", _("By their names")),
    (
        r"(?P<same>\d+) of (?P<all>\d+) have one of the same name in Odoo",
        _("%(same)s of %(all)s have one of the same name in Odoo"),
    ),
    (
        r"(?P<same>\d+) of (?P<all>\d+) have one of the same name in Odoo; the others? (?:are|is) made as products .+",
        _("%(same)s of %(all)s have one of the same name in Odoo; the rest is made as products come over"),
    ),
    # Payment and shipping methods, fees.
    (r"its payments are registered there", _("its payments are registered there")),
    (r"No journal needed", _("No journal needed")),
    (r"orders come over without their payment", _("orders come over without their payment")),
    (r"Left open", _("Left open")),
    (
        r"its invoices wait for the bank statement or the cash desk",
        _("its invoices wait for the bank statement or the cash desk"),
    ),
    (
        r"Choose a bank or cash journal, or name it among those invoiced without waiting for the payment\.",
        _("Choose a bank or cash journal, or name it among those invoiced without waiting for the payment."),
    ),
    (r"the method bears its name", _("the method bears its name")),
    (r"it is the only journal for (?P<name>.+)", _("it is the only journal for %(name)s")),
    (r"several could be meant: (?P<names>.+)", _("several could be meant: %(names)s")),
    (r"no bank or cash journal bears its name", _("no bank or cash journal bears its name")),
    (r"delivery method of Odoo", _("delivery method of Odoo")),
    (r"on this product", _("on this product")),
    (r"it has the same name", _("it has the same name")),
    (r"by the delivery method for all that is not mapped", _("by the delivery method for all that is not mapped")),
    (r"by the product for shipping", _("by the product for shipping")),
    (
        r"no delivery method of Odoo has its name, and no product is set for shipping",
        _("no delivery method of Odoo has its name, and no product is set for shipping"),
    ),
    (
        r"Choose a delivery method or a product for it, or one for all\.",
        _("Choose a delivery method or a product for it, or one for all."),
    ),
    (r"A fee without a name", _("A fee without a name")),
    (r"Choose the product for fees\.", _("Choose the product for fees.")),
    (r"no product is set for fees", _("no product is set for fees")),
    # Taxes.
    (r"same percentage", _("same percentage")),
    (r"the one sales tax of its percentage is taken", _("the one sales tax of its percentage is taken")),
    (
        r"it is mapped to '(?P<name>.+)' of (?P<percent>\S+ ?%)",
        _("it is mapped to '%(name)s' of %(percent)s"),
    ),
    (r"Map it to a tax of the same percentage\.", _("Map it to a tax of the same percentage.")),
    (
        r"Choose a sales tax of that percentage, or make one in Odoo\.",
        _("Choose a sales tax of that percentage, or make one in Odoo."),
    ),
    (r"Odoo has no sales tax of (?P<percent>\S+ ?%)", _("Odoo has no sales tax of %(percent)s")),
    (r"Odoo has several of (?P<percent>\S+ ?%): (?P<names>.+)", _("Odoo has several of %(percent)s: %(names)s")),
    (
        r"it is the company's default sales tax, of (?P<percent>\S+ ?%) too",
        _("it is the company's default sales tax, of %(percent)s too"),
    ),
    (r"it is the one sales tax with (?P<percent>\S+ ?%)", _("it is the one sales tax with %(percent)s")),
    (
        r"it is the one sales tax of (?P<country>\w+) with (?P<percent>\S+ ?%)",
        _("it is the one sales tax of %(country)s with %(percent)s"),
    ),
    (r"included in prices", _("included in prices")),
)


def sheet_said(text: str) -> str:
    """Return what the sheet says in the reader's language; as it is where it is no sentence of ours."""
    if known := said_by(_WORDS, text):
        return known
    parts = [said_by(_WORDS, part) or part for part in text.split(", ")]
    return ", ".join(parts)
