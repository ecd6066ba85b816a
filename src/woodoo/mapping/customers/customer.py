"""The customer of an order as a whole: partner, person, invoice and delivery address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...domain.order import Order
from ..rules import Rules
from .addresses import AddressPlan, Owner, plan_address
from .customer_changes import customer_changes, vat_note
from .customers_seen import Customers
from .res_partner import PartnerPlan, plan_partner


@dataclass(frozen=True)
class CustomerPlan:
    """Who an order belongs to, where its invoice and its goods go."""

    partner: PartnerPlan
    invoice: AddressPlan
    delivery: AddressPlan


def plan_customer(order: Order, customers: Customers, rules: Rules, *, may_change: bool = True) -> CustomerPlan:
    """Decide on the customer of one order.

    `may_change` is False for orders Odoo has already: an old order that comes again must not undo what a newer one
    has changed.

    Raises:
        DataError: where the customer is ambiguous, archived or nameless.
    """
    partner = plan_partner(order, customers, rules)
    if may_change:
        partner = replace(partner, changes=customer_changes(order, partner, customers, rules))
    partner = replace(partner, notes=vat_note(order, partner, customers, rules))
    return with_addresses(order, partner, customers, rules)


def with_addresses(order: Order, partner: PartnerPlan, customers: Customers, rules: Rules) -> CustomerPlan:
    """Decide on the addresses of an order that belongs to this partner."""
    record = customers.find(partner.odoo_id)
    vals = partner.vals if record is None else {**record, **partner.changes.get(record["id"], {})}
    children = customers.children.get(partner.odoo_id or 0, ())
    owner = Owner(vals, children, str(partner.contact.vals["name"]) if partner.contact else "")
    return CustomerPlan(
        partner,
        plan_address("invoice", order.billing, owner, rules),
        plan_address("delivery", order.shipping, owner, rules),
    )


def parents_to_search(plans: Iterable[CustomerPlan]) -> dict[str, set[int]]:
    """Return the partners below which contacts are to be looked for: "contacts" of people, "addresses"."""
    wanted: dict[str, set[int]] = {"contacts": set(), "addresses": set()}
    for plan in plans:
        odoo_id, contact = plan.partner.odoo_id, plan.partner.contact
        if odoo_id is None:
            continue
        if contact and contact.odoo_id is None:
            wanted["contacts"].add(odoo_id)
        if not (plan.invoice.is_partner and plan.delivery.is_partner):
            wanted["addresses"].add(odoo_id)
    return wanted
