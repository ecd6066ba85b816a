"""A customer of Odoo as its account in the store should have it.

Decides what of a contact goes to an account, and what of that differs there. Nothing is emptied in the store but the
parts of an address that is written as a whole; a contact without a delivery address of its own leaves that of the
account alone. Of several delivery addresses the account has one that says what it says already, else it gets the one
that was written last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...domain.account import Account
from ...domain.customer import Address
from ..rules import Rules
from .account import billing_of
from .addresses import PLACE, address_vals, email_text, normal, place
from .customer_keys import email_in
from .customers_seen import Record
from .states import state_id
from .vat import same_vat, vat_in

#: (country code, state id of Odoo) → the store's code; empty where it has none.
StateCode = Callable[[str, int], str]
#: Odoo's fields of a place → the store's; country and state are ids.
_TEXTS = {"street": "address_1", "street2": "address_2", "zip": "postcode", "city": "city"}


@dataclass(frozen=True)
class Contact:
    """Somebody who buys, with the company above and the delivery addresses below."""

    #: `res.partner` with `PARTNER_FIELDS`. A contact of a company has its address and VAT number (addons/base
    #: `_fields_sync`).
    person: Record
    company: Record | None = None
    #: Contacts of the type delivery that are not archived, the one written last first.
    deliveries: Sequence[Record] = ()
    #: How many contacts (people) there are below the company.
    people: int = 0

    @property
    def company_name(self) -> str:
        """The company it buys for; empty for a private customer."""
        record = self.person if self.person["is_company"] else self.company
        return str(record["name"] or "") if record is not None and record["is_company"] else ""

    @property
    def person_name(self) -> str:
        """The name of the person; empty for a company that nobody stands for."""
        return "" if self.person["is_company"] else str(self.person["name"] or "")


def contact_card(contact: Contact, fields: Collection[str]) -> dict[str, Any]:
    """Return what of a contact goes over, as it is, to notice changes of it. `fields`: those of the settings."""
    person = contact.person
    parts: dict[str, Any] = {
        "name": (contact.person_name, contact.company_name),
        "email": person["email"] or "",
        "phone": person["phone"] or "",
        "address": [person[field] or "" for field in PLACE],
        "delivery": sorted([[str(one[field] or "") for field in ("name", *PLACE)] for one in contact.deliveries]),
        "vat": person["vat"] or "",
    }
    return {name: value for name, value in parts.items() if name in fields}


@dataclass(frozen=True)
class Wanted:
    """By what a contact is turned into values of an account."""

    fields: Collection[str]
    rules: Rules
    state_code: StateCode
    #: Key of an account's meta data that takes the VAT number, where none has one yet.
    vat_key: str = ""


def account_vals(contact: Contact, account: Account, wanted: Wanted) -> dict[str, Any]:
    """Return what is to be written on an account so that it says what Odoo does; nothing where it does."""
    vals: dict[str, Any] = {}
    billing: dict[str, str] = {}
    if "name" in wanted.fields:
        vals |= _names(contact, account, billing)
    if "email" in wanted.fields:
        vals |= _email(contact, account, billing)
    if (
        "phone" in wanted.fields
        and contact.person["phone"]
        and _differs(contact.person["phone"], account.billing.phone)
    ):
        billing["phone"] = str(contact.person["phone"]).strip()
    if "address" in wanted.fields and _place_differs(contact.person, account.billing, wanted.rules):
        billing |= place_payload(contact.person, wanted)
    if billing:
        vals["billing"] = billing
    if "delivery" in wanted.fields and (shipping := _shipping(contact, account, wanted)):
        vals["shipping"] = shipping
    if "vat" in wanted.fields:
        vals |= _vat(contact, account, wanted)
    return vals


def new_account_vals(contact: Contact, wanted: Wanted) -> dict[str, Any]:
    """Return a new account for a contact: all its fields, whatever may be changed later."""
    fields = ("name", "email", "phone", "address", "delivery", "vat")
    vals = account_vals(contact, Account("0"), Wanted(fields, wanted.rules, wanted.state_code, wanted.vat_key))
    vals["billing"] = {**vals.get("billing", {}), "email": vals["email"]}
    return vals


def place_payload(record: Record, wanted: Wanted) -> dict[str, str]:
    """Return an address of Odoo as the store takes it, all its parts."""
    rules = wanted.rules
    country = next((code for code, odoo_id in rules.countries.items() if odoo_id == record["country_id"]), "")
    state = wanted.state_code(country, int(record["state_id"])) if country and record["state_id"] else ""
    texts = {name: str(record[field] or "").strip() for field, name in _TEXTS.items()}
    return {**texts, "country": country, "state": state}


def store_state(codes: Sequence[str], states: Mapping[tuple[str, str], int], country: str, odoo_id: int) -> str:
    """Return which of the store's codes of a country's states is Odoo's state; empty where none is."""
    return next((code for code in codes if state_id(states, country, code) == odoo_id), "")


def split_name(name: str, first: str, last: str) -> tuple[str, str]:
    """Return a full name as first and last name, cut where the present name is if a part of it stayed.

    Without that the first word is the first name.
    """
    words, firsts, lasts = name.split(), len(first.split()), len(last.split())
    if 0 < lasts < len(words) and normal(" ".join(words[-lasts:])) == normal(last):
        return " ".join(words[:-lasts]), " ".join(words[-lasts:])
    if 0 < firsts < len(words) and normal(" ".join(words[:firsts])) == normal(first):
        return " ".join(words[:firsts]), " ".join(words[firsts:])
    return (words[0] if words else ""), " ".join(words[1:])


def _names(contact: Contact, account: Account, billing: dict[str, str]) -> dict[str, str]:
    vals: dict[str, str] = {}
    now = billing_of(account)
    if contact.person_name and _differs(contact.person_name, f"{now.first_name} {now.last_name}"):
        first, last = split_name(contact.person_name, now.first_name, now.last_name)
        billing |= {"first_name": first, "last_name": last}
        vals = {"first_name": first, "last_name": last}
    if contact.company_name and _differs(contact.company_name, account.billing.company):
        billing["company"] = contact.company_name
    return vals


def _email(contact: Contact, account: Account, billing: dict[str, str]) -> dict[str, str]:
    mine = email_in(email_text(str(contact.person["email"] or "")))
    if not mine or mine == account.email.lower():
        return {}
    if account.billing.email.lower() in ("", account.email.lower()):
        billing["email"] = mine
    return {"email": mine}


def _shipping(contact: Contact, account: Account, wanted: Wanted) -> dict[str, str]:
    """Return the delivery address, where Odoo has some and none of them is the account's."""
    if not contact.deliveries or any(
        _is_delivery(one, contact, account.shipping, wanted) for one in contact.deliveries
    ):
        return {}
    if not account.shipping.is_empty and not _place_differs(contact.person, account.shipping, wanted.rules):
        return {}
    chosen = contact.deliveries[0]
    name = str(chosen["name"] or "") or contact.person_name or contact.company_name
    first, last = split_name(name, account.shipping.first_name, account.shipping.last_name)
    return {"first_name": first, "last_name": last, **place_payload(chosen, wanted)}


def _is_delivery(record: Record, contact: Contact, shipping: Address, wanted: Wanted) -> bool:
    if shipping.is_empty or _place_differs(record, shipping, wanted.rules):
        return False
    vals = address_vals(shipping, wanted.rules)
    names = {normal(vals["name"]), normal(f"{vals['company_name']}, {vals['name']}"), normal(vals["company_name"])}
    own = normal(record["name"]) or normal(contact.person_name or contact.company_name)
    return own in names or normal(vals["name"]) == ""


def _vat(contact: Contact, account: Account, wanted: Wanted) -> dict[str, Any]:
    number = str(contact.person["vat"] or "")
    known = vat_in(account.meta, wanted.rules.customers.vat_meta_keys)
    country = next((c for c, one in wanted.rules.countries.items() if one == contact.person["country_id"]), "")
    if not number or same_vat(known, number, country):
        return {}
    held = [key for key in wanted.rules.customers.vat_meta_keys if str(account.meta.get(key) or "").strip()]
    key = held[0] if held else wanted.vat_key
    return {"meta": {key: number}} if key else {}


def _place_differs(record: Record, address: Address, rules: Rules) -> bool:
    return any(record[field] for field in PLACE) and place(record) != place(address_vals(address, rules))


def _differs(mine: object, theirs: object) -> bool:
    return normal(mine) != normal(theirs)
