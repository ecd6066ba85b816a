"""What an order may change on a customer that Odoo has: the fields the settings allow, and only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domain.order import Order
from ..rules import Rules
from .addresses import PLACE, normal, place
from .customer_keys import email_of
from .customers_seen import Customers, Record
from .res_partner import PartnerPlan
from .vat import same_vat, vat_number


def customer_changes(
    order: Order, plan: PartnerPlan, customers: Customers, rules: Rules
) -> Mapping[int, Mapping[str, Any]]:
    """Return what is to be written on the partner and on the person below it, by id; nothing where all is as it is.

    Nothing is ever emptied, but the parts of an address that is written as a whole.
    """
    record, allowed = customers.find(plan.odoo_id), rules.customers.update_fields
    if record is None or rules.customers.partner_id or not allowed:
        return {}
    person = _person(plan, customers) or record
    wanted: dict[int, dict[str, Any]] = {record["id"]: {}, person["id"]: {}}
    if "name" in allowed:
        wanted[record["id"]] |= _name(plan, record)
    if "address" in allowed and any(plan.vals[field] for field in PLACE) and place(plan.vals) != place(record):
        wanted[record["id"]] |= {field: plan.vals[field] for field in PLACE}
    if "vat" in allowed and plan.vals["vat"] and not _has_vat(order, plan.vals["vat"], record):
        wanted[record["id"]]["vat"] = plan.vals["vat"]
    wanted[person["id"]] |= _personal(order, plan, person, customers, rules)
    return {odoo_id: vals for odoo_id, vals in wanted.items() if vals}


def vat_note(order: Order, plan: PartnerPlan, customers: Customers, rules: Rules) -> tuple[str, ...]:
    """Return a remark where the order names a VAT number that its customer does not have in Odoo and will not get."""
    record, number = customers.find(plan.odoo_id), vat_number(order, rules)
    if record is None or not number or _has_vat(order, number, record) or "vat" in plan.changes.get(record["id"], {}):
        return ()
    return (f"The order names the VAT number {number}; {record['name']} has {record['vat'] or 'none'} in Odoo.",)


def _person(plan: PartnerPlan, customers: Customers) -> Record | None:
    if plan.contact is None or plan.contact.odoo_id is None:
        return None
    children = customers.children.get(plan.odoo_id or 0, ())
    return customers.find(plan.contact.odoo_id) or next(
        (child for child in children if child["id"] == plan.contact.odoo_id), None
    )


def _name(plan: PartnerPlan, record: Record) -> dict[str, Any]:
    """Return the name of the partner itself: a company's by orders that name one, a person's by the others."""
    name = plan.vals["name"]
    if bool(record["is_company"]) != bool(plan.vals["is_company"]) or not name or name == record["name"]:
        return {}
    return {"name": name}


def _personal(order: Order, plan: PartnerPlan, person: Record, customers: Customers, rules: Rules) -> dict[str, Any]:
    """Return name, e-mail, telephone and language of the person who orders, as far as they differ."""
    source = plan.contact.vals if plan.contact else plan.vals
    allowed = rules.customers.update_fields
    vals: dict[str, Any] = {field: source.get(field) for field in ("phone", "lang") if field in allowed}
    if plan.contact and "name" in allowed and person["id"] != plan.odoo_id:
        vals["name"] = source["name"]
    if "email" in allowed and normal(source.get("email")) != normal(person["email"]):
        others = (p for p in customers.partners if p["id"] != person["id"] and p["active"] and not p["parent_id"])
        if email_of(order) not in {normal(other["email_normalized"] or other["email"]) for other in others}:
            vals["email"] = source.get("email")
    return {field: value for field, value in vals.items() if value and value != person[field]}


def _has_vat(order: Order, number: str, record: Record) -> bool:
    return same_vat(number, str(record["vat"] or ""), order.billing.country.strip().upper())
