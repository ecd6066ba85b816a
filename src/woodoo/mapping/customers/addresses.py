"""Invoice and delivery addresses: the customer's own, or a contact below it that is recognised by what it says.

| the order's address                       | in Odoo                                             |
|-------------------------------------------|-----------------------------------------------------|
| is empty, or says what the customer's does | the customer                                        |
| says what a contact below it does         | that contact, whoever made it                       |
| is new                                    | a contact below the customer, created once          |
| is that of an archived contact            | a new one; archived ones stay archived              |

Two addresses are the same if name and place are, whatever the spelling of capitals and blanks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...domain.customer import Address
from ..rules import Rules
from .names import NAME_BYTES, fitting, tidy, tidy_person, without_controls
from .states import state_id

PLACE = ("street", "street2", "zip", "city", "country_id", "state_id")


@dataclass(frozen=True)
class AddressPlan:
    """An invoice or delivery address: the partner's own (`is_partner`), a contact below it, or one to be created."""

    #: "invoice" or "delivery", as `res.partner` calls its types.
    kind: str
    #: Of the contact to be created.
    vals: Mapping[str, Any] | None = None
    #: The contact Odoo has.
    odoo_id: int | None = None
    #: What the address says, and how many archived contacts say the same.
    digest: str = ""
    #: What of the country and state of an address to be created Odoo does not have.
    unknown_place: str = ""

    @property
    def is_partner(self) -> bool:
        return self.vals is None and self.odoo_id is None

    def external_id(self, parent_id: int) -> str:
        """Return the external id (without namespace) of the contact below that partner."""
        return f"res_partner_{parent_id}_{self.kind}_{self.digest}"


@dataclass(frozen=True)
class Owner:
    """The commercial partner an address would lie below, as Odoo has it or gets it."""

    #: `res.partner` values; references are ids.
    vals: Mapping[str, Any]
    #: The contacts below it.
    children: Sequence[Mapping[str, Any]] = ()
    #: The person who orders for a company.
    contact_name: str = ""


def plan_address(kind: str, address: Address, owner: Owner, rules: Rules) -> AddressPlan:
    """Decide where the invoice (`kind` "invoice") or the goods ("delivery") go."""
    wanted = address_vals(address, rules)
    if address.is_empty or _is_own(kind, wanted, owner):
        return AddressPlan(kind)
    vals = {**wanted, "name": _child_name(wanted, owner), "company_name": "", "type": kind}
    same = [child for child in owner.children if _same_child(kind, child, vals, wanted, owner)]
    alive = [child for child in same if child["active"]]
    if alive:
        rank = {kind: 0, "other": 1, "contact": 2}
        best = min(alive, key=lambda child: (rank.get(str(child.get("type")), 3), child["id"]))
        return AddressPlan(kind, odoo_id=best["id"])
    digest = digest_of(*content(vals)) + (f"_{len(same)}" if same else "")
    return AddressPlan(kind, vals, digest=digest, unknown_place=unknown_place(address, rules))


def address_vals(address: Address, rules: Rules) -> dict[str, Any]:
    """Return the `res.partner` values of an address. Country and state are database ids, or False."""
    country = address.country.strip().upper()
    state = without_controls(address.state)
    return {
        "name": fitting(_person(address, rules) or _company(address, rules), NAME_BYTES),
        "company_name": fitting(_company(address, rules), NAME_BYTES),
        "email": email_text(address.email),
        "street": _text(address.address_1, rules),
        "street2": _text(address.address_2, rules),
        "zip": fitting(without_controls(address.postcode)),
        "city": _city(address, rules),
        "country_id": rules.countries.get(country, False),
        "state_id": state_id(rules.states, country, state) or False,
        "phone": fitting(without_controls(address.phone)),
    }


def person_name(address: Address, rules: Rules) -> str:
    """Return the person an address names, empty where it names none."""
    return fitting(_person(address, rules), NAME_BYTES)


def email_text(text: str) -> str:
    """Return an e-mail address as it is written down: without blanks around it or its @."""
    return fitting("@".join(part.strip() for part in without_controls(text).split("@")))


def unknown_place(address: Address, rules: Rules) -> str:
    """Return what of an address's country and state Odoo does not have: "state ES-XX", "country ZZ"; else nothing."""
    country, state = address.country.strip().upper(), without_controls(address.state)
    if country and country not in rules.countries:
        return f"country {country}"
    return "" if not state or state_id(rules.states, country, state) else f"state {country}-{state}"


def _city(address: Address, rules: Rules) -> str:
    """Return the city, with the state and the country beside it that Odoo does not have."""
    city, country, state = _text(address.city, rules), address.country.strip().upper(), without_controls(address.state)
    lost = [state] if state and not state_id(rules.states, country, state) else []
    lost += [country] if country and country not in rules.countries else []
    return fitting(", ".join([*filter(None, [city]), *(one for one in lost if one.lower() not in city.lower())]))


def content(vals: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what makes two addresses the same: name and place, whatever the spelling of cases and blanks."""
    return (normal(vals.get("name")), *place(vals))


def place(vals: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where an address lies, to be compared."""
    return tuple(str(vals.get(f) or 0) if f.endswith("_id") else normal(vals.get(f)) for f in PLACE)


def normal(text: object) -> str:
    """Return a text of either side as it is compared."""
    return " ".join(str(text or "").split()).casefold()


def digest_of(*texts: str) -> str:
    """Return a short name for these texts, to be a part of an external id."""
    return hashlib.sha256("|".join(texts).encode()).hexdigest()[:16]


def _is_own(kind: str, wanted: Mapping[str, Any], owner: Owner) -> bool:
    """Say whether the owner's own name and address are what the order says."""
    if place(wanted) != place(owner.vals):
        return False
    own_name, own_company = normal(owner.vals.get("name")), normal(owner.vals.get("company_name"))
    name, company = normal(wanted["name"]) or own_name, normal(wanted["company_name"])
    if owner.vals.get("is_company"):
        of_company = company in ("", own_name) or name == own_name
        to_person = kind == "invoice" or not owner.contact_name
        return of_company and (to_person or name in (normal(owner.contact_name), own_name))
    return name == own_name and company in ("", own_name, own_company)


def _child_name(wanted: Mapping[str, Any], owner: Owner) -> str:
    """Return the name of a contact below the owner, with the company it is at.

    Odoo keeps no company name on contacts (addons/base `ResPartner.create`). In front of their name it shows the
    owner's, where that is a company.
    """
    name, company = str(wanted["name"]), str(wanted["company_name"])
    shown = normal(owner.vals.get("name")) if owner.vals.get("is_company") else ""
    if normal(company) in ("", normal(name), shown):
        return name
    return fitting(f"{company}, {name}", NAME_BYTES)


def _same_child(
    kind: str, child: Mapping[str, Any], vals: Mapping[str, Any], wanted: Mapping[str, Any], owner: Owner
) -> bool:
    """Say whether a contact is this address. Without a name it has its owner's, as Odoo shows it.

    Private addresses are those of employees (up to Odoo 16).
    """
    if place(child) != place(vals) or child["type"] == "private":
        return False
    own_name = normal(owner.vals.get("name"))
    name = normal(child.get("name")) or own_name
    to_company = kind == "invoice" and bool(owner.vals.get("is_company"))
    of_company = to_company and name == own_name and normal(wanted["company_name"]) in ("", own_name)
    return of_company or name == (normal(vals["name"]) or own_name)


def _person(address: Address, rules: Rules) -> str:
    first, last = without_controls(address.first_name), without_controls(address.last_name)
    if rules.customers.clean_names:
        first, last = tidy_person(first, last)
    return _joined((first, last))


def _company(address: Address, rules: Rules) -> str:
    company = without_controls(address.company)
    if not any(one.isalnum() for one in company):
        return ""
    return " ".join(company.split()) if rules.customers.clean_names else company


def _text(text: str, rules: Rules) -> str:
    text = without_controls(text)
    return fitting(tidy(text) if rules.customers.clean_names else text)


def _joined(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
