"""What identifies a customer: under which key links remember it, and under which external id it is made once."""

from __future__ import annotations

import re

from ...domain.order import Order
from ..rules import Rules
from .addresses import digest_of, email_text, normal
from .names import without_controls
from .vat import vat_key, vat_number

_EMAIL = re.compile(r"[^\s,;<>\"()]+@[^\s,;<>\"()]+")


def email_of(order: Order) -> str:
    """Return the customer's e-mail address as it is compared: lower case; the first where there are several."""
    return email_in(email_text(order.billing.email))


def email_in(text: str) -> str:
    """Return the first e-mail address of a text, lower case; empty where there is none."""
    found = _EMAIL.search(text)
    return found[0].lower() if found else ""


def customer_key(order: Order) -> str:
    """Return what identifies the customer in the store: the account, else the e-mail, else the order itself."""
    if order.customer_id:
        return f"customer_{order.customer_id}"
    return email_key(order) or f"order_{order.external_id}"


def made_as(order: Order) -> str:
    """Return what the customer is made once under: e-mail, else account, else name and place, else the order.

    The e-mail counts for guests and accounts alike, so a guest who opens an account, or two orders that come at the
    same moment, make one partner.
    """
    if not order.customer_id:
        return email_key(order) or _person_key(order) or customer_key(order)
    return email_key(order) or customer_key(order)


def email_key(order: Order) -> str:
    """Return what identifies the customer by the e-mail address; empty where there is none."""
    return f"guest_{digest_of(email_of(order))}" if email_of(order) else ""


def link_keys(order: Order, rules: Rules) -> tuple[str, ...]:
    """Return the keys under which links may remember the order's customer, the one it is remembered under first.

    A person who orders for a company is another contact than the same person privately.
    """
    keys = dict.fromkeys((customer_key(order), made_as(order)) if order.customer_id else (made_as(order),))
    company = normal(company_of(order, rules))
    return tuple(f"{key}_at_{digest_of(company)}" if company else key for key in keys)


def company_of(order: Order, rules: Rules) -> str:
    """Return the company an order is one of, with or without a person who orders; empty for private orders.

    Marks like "-", and the person's own name once more, are no company.
    """
    company = without_controls(order.billing.company)
    if not rules.customers.companies or not any(one.isalnum() for one in company):
        return ""
    person = f"{order.billing.first_name} {order.billing.last_name}"
    return "" if normal(company) == normal(without_controls(person)) else company


def company_key(order: Order, rules: Rules) -> str:
    """Return what a company is made once under: its VAT number, else its name together with the customer."""
    vat = vat_number(order, rules)
    if vat:
        return f"company_{digest_of(vat_key(vat, order.billing.country.strip().upper()))}"
    return f"company_{digest_of(made_as(order), normal(company_of(order, rules)))}"


def _person_key(order: Order) -> str:
    address = order.billing
    if not (address.name and address.address_1 and (address.city or address.postcode)):
        return ""
    said = (address.name, address.company, address.address_1, address.address_2, address.postcode, address.city)
    return f"person_{digest_of(*map(normal, said), address.country.strip().upper())}"
