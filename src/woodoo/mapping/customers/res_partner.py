"""Who an order belongs to in Odoo: one partner per customer, found again before anything is created.

| looked for                                                       | found                                           |
|------------------------------------------------------------------|-------------------------------------------------|
| the setting "customer of all orders"                             | that partner, always                            |
| the partner of this customer's earlier orders                    | that partner, or the contact below its company  |
| company orders: a contact with the e-mail below the same company | that contact and its company                    |
| a top-level partner with the e-mail                              | that partner, as it is                          |
| company orders: a top-level company with the VAT number          | that company, with the person as contact        |
| nothing of these                                                 | created once: by VAT number, e-mail or account  |

Several where one is meant are left to a person, and so are archived ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...domain.errors import ConfigError
from ...domain.order import Order
from ..rules import Rules
from .addresses import address_vals, digest_of, normal, person_name, unknown_place
from .customer_keys import company_key, company_of, email_of, link_keys, made_as
from .customer_refusals import refuse_archived, refuse_nameless, refuse_several
from .customers_seen import Customers, Record, email_in_odoo
from .names import NAME_BYTES, fitting
from .vat import same_vat, vat_number


@dataclass(frozen=True)
class ContactPlan:
    """The person who orders for a company: a contact below it, found or to be created once."""

    vals: Mapping[str, Any]
    digest: str
    odoo_id: int | None = None

    def external_id(self, company_id: int) -> str:
        """Return the external id (without namespace) of the contact below that company."""
        return f"res_partner_{company_id}_contact_{self.digest}"


@dataclass(frozen=True)
class PartnerPlan:
    """The commercial partner of an order: found in Odoo, or to be created once under `external_id`."""

    #: How links remember the customer: "customer_12" or "guest_<hash>"; empty where they need not.
    key: str
    external_id: str
    #: As the order has it: what is created where nothing was found.
    vals: Mapping[str, Any]
    odoo_id: int | None = None
    #: Why this partner: shown in the plan.
    why: str = ""
    contact: ContactPlan | None = None
    #: What of partners Odoo has is to be changed: id → values.
    changes: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    #: What the order says and Odoo does not, for the journey.
    notes: tuple[str, ...] = ()
    #: What of the country and state of a partner to be created Odoo does not have.
    unknown_place: str = ""


def plan_partner(order: Order, customers: Customers, rules: Rules) -> PartnerPlan:
    """Decide which partner the order belongs to.

    Raises:
        DataError: where several partners fit, naming them; where the only one is archived; or nothing names the
            customer.
    """
    if rules.customers.partner_id:
        return _partner_of_all(order, customers, rules)
    plan = _new_partner(order, rules)
    return (
        _linked(plan, order, customers, rules)
        or _contact_of_company(plan, order, customers, rules)
        or _with_email(plan, order, customers)
        or _with_vat(plan, order, customers)
        or _created(plan, order, customers)
    )


def ambiguous_ids(order: Order, customers: Customers, rules: Rules) -> list[int]:
    """Return the partners among which only their external ids can tell which one is the customer."""
    if rules.customers.partner_id or any(key in customers.linked for key in link_keys(order, rules)):
        return []
    same = _same_email(order, customers)
    return [partner["id"] for partner in same] if len(same) > 1 else []


def _new_partner(order: Order, rules: Rules) -> PartnerPlan:
    """Return the customer as it is created where Odoo has none."""
    key = link_keys(order, rules)[0]
    vals = {**address_vals(order.billing, rules), "is_company": False, "vat": vat_number(order, rules)}
    vals |= _language(order, rules) | {"customer_rank": 1}
    contact = None
    if company_of(order, rules):
        person = person_name(order.billing, rules)
        company = {"name": vals["company_name"], "company_name": "", "is_company": True}
        if person:
            contact = ContactPlan(_contact_vals(vals, person), digest_of(made_as(order)))
            company["email"] = ""
        vals |= company
        external_id = f"res_partner_{company_key(order, rules)}"
    else:
        vals["name"] = vals["name"] or address_vals(order.shipping, rules)["name"] or fitting(vals["email"], NAME_BYTES)
        external_id = f"res_partner_{made_as(order)}"
    why = "no customer in Odoo has this e-mail address" if email_of(order) else "the order names no e-mail address"
    place = unknown_place(order.billing, rules)
    return PartnerPlan(key, external_id, vals, None, why, contact, unknown_place=place)


def _contact_vals(vals: Mapping[str, Any], person: str) -> dict[str, Any]:
    """Return the values of a contact; its address is its company's (addons/base `_fields_sync`)."""
    kept = {name: vals[name] for name in ("email", "phone", "lang") if name in vals}
    return {"name": person, "type": "contact", **kept}


def _language(order: Order, rules: Rules) -> dict[str, str]:
    customers = rules.customers
    named = str(order.meta.get(customers.language_meta_key) or "") if customers.language_meta_key else ""
    language = customers.languages.get(named.strip(), customers.language)
    return {"lang": language} if language else {}


def _partner_of_all(order: Order, customers: Customers, rules: Rules) -> PartnerPlan:
    record = customers.find(rules.customers.partner_id)
    if record is None or not record["active"]:
        raise ConfigError(
            f"{order.label}: the customer of all orders, contact {rules.customers.partner_id}, is archived or gone in "
            "Odoo.",
            record=order.label,
            where="settings -> customer of all orders",
            fix="Restore it in Odoo or choose another one in the connection's settings, then retry.",
        )
    return PartnerPlan("", "", record, record["id"], "the settings name it as the customer of all orders")


def _found(plan: PartnerPlan, record: Record, why: str, contact: ContactPlan | None = None) -> PartnerPlan:
    return PartnerPlan(plan.key, plan.external_id, plan.vals, record["id"], why, contact)


def _linked(plan: PartnerPlan, order: Order, customers: Customers, rules: Rules) -> PartnerPlan | None:
    """Return the partner of the customer's earlier orders, unless it is gone or archived."""
    ids = [customers.linked[key] for key in link_keys(order, rules) if key in customers.linked]
    why = "the partner of this customer's earlier orders"
    for record in filter(None, map(customers.find, ids)):
        if not record["active"]:
            continue
        if not record["parent_id"]:
            return _found(plan, record, why)
        company = customers.find(record["parent_id"])
        if company is not None and company["active"]:
            return _found(plan, company, why, _known_contact(plan, record))
    return None


def _contact_of_company(plan: PartnerPlan, order: Order, customers: Customers, rules: Rules) -> PartnerPlan | None:
    """Return the contact with the order's e-mail address below the company the order names."""
    if not company_of(order, rules):
        return None
    for record in filter(_is_contact, customers.with_email(email_of(order))):
        company = customers.find(record["parent_id"])
        if company is not None and company["active"]:
            same_name = normal(company["name"]) == normal(plan.vals["name"])
            if same_name or same_vat(plan.vals["vat"], str(company["vat"] or ""), _country(order)):
                why = "has the e-mail address of this order and belongs to its company"
                return _found(plan, company, why, _known_contact(plan, record))
    return None


def _with_email(plan: PartnerPlan, order: Order, customers: Customers) -> PartnerPlan | None:
    """Return the one top-level partner with the order's e-mail address."""
    same = _same_email(order, customers)
    ours = [partner for partner in same if customers.external_ids.get(partner["id"]) == plan.external_id]
    if len(ours) == 1:
        return _found(plan, ours[0], "has the e-mail address of this order, and Woodoo made it for this customer")
    if len(same) > 1:
        raise refuse_several(order, same, "e-mail address", "res.partner -> email")
    return _found(plan, same[0], "has the e-mail address of this order") if same else None


def _with_vat(plan: PartnerPlan, order: Order, customers: Customers) -> PartnerPlan | None:
    """Return the one top-level company with the order's VAT number; of several, the one of the same name."""
    if not plan.vals["is_company"] or not plan.vals["vat"]:
        return None
    same = [partner for partner in customers.partners if partner["active"] and _is_company(partner, plan, order)]
    named = [partner for partner in same if normal(partner["name"]) == normal(plan.vals["name"])]
    if len(same) > 1 and len(named) != 1:
        raise refuse_several(order, same, "VAT number", "res.partner -> vat")
    if not same:
        return None
    company = (named or same)[0]
    contact = plan.contact and _contact_below(plan.contact, customers.children.get(company["id"], ()), order)
    return _found(plan, company, "is the company with the VAT number of this order", contact)


def _created(plan: PartnerPlan, order: Order, customers: Customers) -> PartnerPlan:
    """Return the plan to create the customer, unless archived partners or a nameless order speak against it."""
    linked = customers.find(customers.linked.get(plan.key))
    same = [linked] if linked and not linked["active"] else []
    same = same or [p for p in customers.with_email(email_of(order)) if not p["active"] and not p["parent_id"]]
    if plan.vals["is_company"] and plan.vals["vat"]:
        same = same or [p for p in customers.partners if not p["active"] and _is_company(p, plan, order)]
    if same:
        raise refuse_archived(order, same)
    if not plan.vals["name"]:
        raise refuse_nameless(order)
    return plan


def _contact_below(contact: ContactPlan, children: Iterable[Record], order: Order) -> ContactPlan:
    """Return the person among the company's contacts: by e-mail address, else by name."""
    people = [child for child in children if _is_contact(child)]
    same = [child for child in people if email_of(order) and email_in_odoo(child) == email_of(order)]
    same = same or [c for c in people if not c["email"] and normal(c["name"]) == normal(contact.vals["name"])]
    return ContactPlan(contact.vals, contact.digest, same[0]["id"]) if same else contact


def _known_contact(plan: PartnerPlan, record: Record) -> ContactPlan:
    vals = plan.contact.vals if plan.contact else _contact_vals(plan.vals, str(record["name"]))
    return ContactPlan(vals, "", record["id"])


def _is_company(partner: Record, plan: PartnerPlan, order: Order) -> bool:
    """Say whether a partner is a top-level company with the order's VAT number."""
    top = bool(partner["is_company"]) and not partner["parent_id"]
    return top and same_vat(str(plan.vals["vat"]), str(partner["vat"] or ""), _country(order))


def _is_contact(partner: Record) -> bool:
    return bool(partner["active"] and partner["parent_id"]) and partner["type"] == "contact"


def _same_email(order: Order, customers: Customers) -> list[Record]:
    """Return the top-level partners in use that have the order's e-mail address."""
    return [p for p in customers.with_email(email_of(order)) if p["active"] and not p["parent_id"]]


def _country(order: Order) -> str:
    return order.billing.country.strip().upper()
