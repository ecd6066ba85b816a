"""Who an order belongs to in Odoo: one partner per customer, and addresses recognised again by what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.customer import Address
from ..domain.errors import DataError
from ..domain.order import Order
from .rules import Rules

#: What is read of a partner to recognise it and its address.
PARTNER_FIELDS = (
    "name",
    "email",
    "email_normalized",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
    "state_id",
    "parent_id",
    "company_id",
)


@dataclass(frozen=True)
class PartnerPlan:
    """The customer of an order: found in Odoo, or to be created once under `external_id`."""

    #: How links remember the customer: "customer:12" or "guest:<hash>".
    key: str
    external_id: str
    vals: Mapping[str, Any]
    odoo_id: int | None = None
    #: Why this partner: shown in the plan.
    why: str = ""


@dataclass(frozen=True)
class AddressPlan:
    """An invoice or delivery address: the partner's own (`vals` empty), or a child created once."""

    kind: str
    external_id: str = ""
    vals: Mapping[str, Any] | None = None
    #: The country the address lies in has no such state in Odoo.
    unknown_state: str = ""

    @property
    def is_partner(self) -> bool:
        return self.vals is None


def email_of(order: Order) -> str:
    """Return the customer's e-mail address as it is compared: trimmed, lower case."""
    return order.billing.email.strip().lower()


def customer_key(order: Order) -> str:
    """Return what identifies the customer in the store: the account, else the e-mail, else the order itself."""
    if order.customer_id:
        return f"customer_{order.customer_id}"
    if email_of(order):
        return f"guest_{_digest(email_of(order))}"
    return f"order_{order.external_id}"


def plan_partner(
    order: Order, linked_id: int | None, partners: Sequence[Mapping[str, Any]], rules: Rules
) -> PartnerPlan:
    """Decide which partner the order belongs to.

    `linked_id` is the partner this customer had before; `partners` are top-level partners of the company that have
    one of the e-mail addresses in question (fields `PARTNER_FIELDS`).

    Raises:
        DataError: where several partners share the e-mail address, naming them; or nothing names the customer.
    """
    key = customer_key(order)
    plan = PartnerPlan(key, f"res_partner_{key}", partner_vals(order, rules))
    if linked_id is not None and any(partner["id"] == linked_id for partner in partners):
        return PartnerPlan(key, plan.external_id, plan.vals, linked_id, "the partner of this customer's earlier orders")
    email = email_of(order)
    same = [partner for partner in partners if email and _email(partner) == email]
    if len(same) > 1:
        names = ", ".join(f"{partner['name']} (id {partner['id']})" for partner in same)
        raise DataError(
            f"{order.label}: {len(same)} customers in Odoo have the e-mail address of this order: {names}.",
            record=order.label,
            where="res.partner -> email",
            fix="Merge them in Odoo, or change the e-mail address of those that are not meant, then retry.",
        )
    if same:
        return PartnerPlan(key, plan.external_id, plan.vals, same[0]["id"], "has the e-mail address of this order")
    if not plan.vals["name"]:
        raise DataError(
            f"{order.label} has neither a name nor a company nor an e-mail address in its billing address.",
            record=order.label,
            where="billing",
            fix="Fill in the billing address in the store, then retry.",
        )
    why = "no customer in Odoo has this e-mail address" if email else "the order names no e-mail address"
    return PartnerPlan(key, plan.external_id, plan.vals, None, why)


def plan_address(
    kind: str, address: Address, order: Order, partner: Mapping[str, Any] | None, rules: Rules
) -> AddressPlan:
    """Decide where the invoice (`kind` "invoice") or the goods ("delivery") go.

    `partner` is the customer as Odoo has it, None where it is created from the billing address. An address with the
    same content gets the same external id, so the next order finds it again.
    """
    own = partner_vals(order, rules) if partner is None else partner
    wanted = address_vals(address, rules)
    if address.is_empty or _content(wanted) == _content(own):
        return AddressPlan(kind)
    digest = _digest("|".join(_content(wanted)))
    external_id = f"res_partner_{customer_key(order)}_{kind}_{digest}"
    return AddressPlan(kind, external_id, {**wanted, "type": kind}, _unknown_state(address, rules))


def partner_vals(order: Order, rules: Rules) -> dict[str, Any]:
    """Return the `res.partner` values of the order's customer."""
    billing = order.billing
    vals = address_vals(billing, rules)
    vals["name"] = vals["name"] or billing.email.strip() or order.shipping.name
    vals["email"] = billing.email.strip()
    vals["customer_rank"] = 1
    return vals


def address_vals(address: Address, rules: Rules) -> dict[str, Any]:
    """Return the `res.partner` values of an address. Country and state are database ids, or False."""
    country = address.country.strip().upper()
    state_id = rules.states.get((country, address.state.strip().upper()), False)
    city = address.city.strip()
    if _unknown_state(address, rules) and address.state.strip().lower() not in city.lower():
        city = f"{city}, {address.state.strip()}" if city else address.state.strip()
    return {
        "name": address.name.strip(),
        "company_name": address.company.strip(),
        "street": address.address_1.strip(),
        "street2": address.address_2.strip(),
        "zip": address.postcode.strip(),
        "city": city,
        "country_id": rules.countries.get(country, False),
        "state_id": state_id,
        "phone": address.phone.strip(),
    }


def _unknown_state(address: Address, rules: Rules) -> str:
    country, state = address.country.strip().upper(), address.state.strip()
    if not state or (country, state.upper()) in rules.states:
        return ""
    return f"{country}-{state}"


def _content(vals: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what makes two addresses the same: name and place, whatever the spelling of cases and blanks."""
    texts = (vals.get(field) or "" for field in ("name", "street", "street2", "zip", "city"))
    ids = (vals.get(field) or 0 for field in ("country_id", "state_id"))
    return (*(" ".join(str(text).split()).casefold() for text in texts), *(str(value) for value in ids))


def _email(partner: Mapping[str, Any]) -> str:
    return str(partner.get("email_normalized") or partner.get("email") or "").strip().lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
