"""The customer's part of a plan in words."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.plan import Step
from .addresses import AddressPlan
from .res_partner import PartnerPlan


def customer_steps(partner: PartnerPlan, addresses: Iterable[AddressPlan]) -> list[Step]:
    """Return what is done about the customer, the person who orders for a company, and the addresses."""
    steps = [_partner_step(partner)]
    if partner.contact:
        steps.append(_contact_step(partner))
    for odoo_id, vals in partner.changes.items():
        fields = ", ".join(field.removesuffix("_id") for field in vals)
        steps.append(Step(f"Change contact {odoo_id}", "the settings allow it, and the order differs", _MODEL, fields))
    steps += [_address_step(address) for address in addresses if not address.is_partner]
    return steps


def customer_notes(partner: PartnerPlan, addresses: Iterable[AddressPlan]) -> tuple[str, ...]:
    """Return what is remarkable about the customer."""
    places = dict.fromkeys([partner.unknown_place, *(address.unknown_place for address in addresses)])
    unknown = (f"Odoo knows no {place}; it is written beside the city." for place in places if place)
    return (*partner.notes, *unknown)


_MODEL = "res.partner"


def _partner_step(partner: PartnerPlan) -> Step:
    name = str(partner.vals["name"])
    if partner.odoo_id is not None:
        return Step(f"Use customer {partner.odoo_id}", partner.why, _MODEL, name)
    do = "Create the company" if partner.vals["is_company"] else "Create the customer"
    return Step(do, partner.why, _MODEL, name)


def _contact_step(partner: PartnerPlan) -> Step:
    contact = partner.contact
    assert contact is not None
    name = str(contact.vals["name"])
    if contact.odoo_id is not None:
        return Step(f"Use contact {contact.odoo_id}", "orders for the company", _MODEL, name)
    return Step("Create or find the contact", "orders for the company", _MODEL, name)


def _address_step(address: AddressPlan) -> Step:
    why = f"the {address.kind} address differs from the customer's own"
    if address.odoo_id is not None:
        return Step(f"Use address {address.odoo_id}", f"{why}; it says the same", _MODEL)
    return Step(f"Create or find the {address.kind} address", why, _MODEL)
