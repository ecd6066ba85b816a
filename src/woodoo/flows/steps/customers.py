"""Make sure that each order's customer and addresses are in Odoo, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from ...domain.errors import WoodooError
from ...mapping.customers.addresses import AddressPlan
from ...mapping.customers.customer import with_addresses
from ...mapping.customers.customers_seen import Customers
from ...mapping.customers.res_partner import PartnerPlan
from ...odoo.partners import change_partners, ensure_partners
from ..batch import OrderBatch, Progress, named
from ..context import Context

K = TypeVar("K")


def ensure_customers(context: Context, batch: OrderBatch) -> None:
    """Create the customers that Odoo does not have, and change what may be changed of the others."""
    _create_partners(context, batch)
    _create_contacts(context, batch)
    _change_partners(context, batch)


def ensure_addresses(context: Context, batch: OrderBatch) -> None:
    """Create the invoice and delivery addresses that neither the customer nor a contact below it has."""
    new = {
        address.external_id(progress.partner_id): {**address.vals, "parent_id": progress.partner_id}
        for progress in batch
        for address in _addresses(progress)
        if address.vals is not None
    }
    made = ensure_partners(context.odoo, new)
    for progress in batch:
        error = _first_error(made.errors, (a.external_id(progress.partner_id) for a in _addresses(progress)))
        if error:
            error.fix = error.fix or "Look at the customer in Odoo, restore it where it is archived; then retry."
            batch.drop(progress, named(progress, error, "its address could not be created"))
            continue
        plan = progress.plan
        progress.invoice_partner_id = _address_id(progress, plan.invoice_address, made.ids, progress.partner_id)
        progress.delivery_partner_id = _address_id(progress, plan.delivery_address, made.ids, progress.contact_id)


def _create_partners(context: Context, batch: OrderBatch) -> None:
    """Create new customers. Orders of one new customer share one row, so one partner."""
    new = _share_new_partners(context, batch)
    made = ensure_partners(context.odoo, {plan.external_id: plan.vals for plan in new})
    for progress in batch:
        partner = progress.plan.partner
        if partner.odoo_id is not None:
            progress.partner_id = progress.contact_id = partner.odoo_id
        elif partner.external_id in made.errors:
            error = made.errors[partner.external_id]
            batch.drop(progress, named(progress, error, "its customer could not be created"))
        else:
            progress.partner_id = progress.contact_id = made.ids[partner.external_id]
            if partner.external_id in made.refused_vat:
                progress.notes.append(_refused(partner, made.refused_vat[partner.external_id], "its notes in Odoo"))


def _share_new_partners(context: Context, batch: OrderBatch) -> list[PartnerPlan]:
    """Return the customers to be created, as the newest order of each has them.

    What an older order of the same customer says differently becomes an address of its own.
    """
    new = sorted(batch.where(lambda p: p.plan.partner.odoo_id is None), key=lambda p: p.plan.order.created_at)
    by_key: dict[str, str] = {}
    leaders: dict[str, Progress] = {}
    for progress in reversed(new):
        partner = progress.plan.partner
        external_id = by_key.setdefault(partner.key, partner.external_id)
        leader = leaders.setdefault(external_id, progress)
        if leader is not progress:
            _follow(context, progress, leader.plan.partner)
    return [progress.plan.partner for progress in leaders.values()]


def _follow(context: Context, progress: Progress, leader: PartnerPlan) -> None:
    """Let an order belong to the partner that another order of its batch creates."""
    order = progress.plan.order
    partner = replace(progress.plan.partner, external_id=leader.external_id, vals=leader.vals)
    customer = with_addresses(order, partner, Customers(), context.rules)
    progress.plan = replace(
        progress.plan, partner=partner, invoice_address=customer.invoice, delivery_address=customer.delivery
    )


def _create_contacts(context: Context, batch: OrderBatch) -> None:
    """Create the people who order for companies, below them."""
    new = {}
    for progress in batch:
        contact = progress.plan.partner.contact
        if contact and contact.odoo_id is None:
            new[contact.external_id(progress.partner_id)] = {**contact.vals, "parent_id": progress.partner_id}
    made = ensure_partners(context.odoo, new)
    for progress in batch:
        contact = progress.plan.partner.contact
        if not contact:
            continue
        external_id = contact.external_id(progress.partner_id)
        if contact.odoo_id is not None:
            progress.contact_id = contact.odoo_id
        elif external_id in made.errors:
            batch.drop(progress, named(progress, made.errors[external_id], "its contact could not be created"))
        else:
            progress.contact_id = made.ids[external_id]


def _change_partners(context: Context, batch: OrderBatch) -> None:
    """Write what differs of the fields the settings allow; where orders of a batch disagree, the newest counts."""
    wanted: dict[int, dict[str, object]] = {}
    for progress in sorted(batch, key=lambda p: p.plan.order.created_at):
        for odoo_id, vals in progress.plan.partner.changes.items():
            wanted.setdefault(odoo_id, {}).update(vals)
    made = change_partners(context.odoo, wanted)
    for progress in batch:
        changes = progress.plan.partner.changes
        error = _first_error(made.errors, changes)
        if error:
            batch.drop(progress, named(progress, error, "its customer could not be changed"))
            continue
        for odoo_id in made.refused_vat.keys() & changes.keys():
            progress.notes.append(_refused(progress.plan.partner, made.refused_vat[odoo_id], ""))


def _refused(partner: PartnerPlan, error: WoodooError, kept: str) -> str:
    where = f" The customer was made without it; it stands in {kept}." if kept else " It was not written."
    return f"Odoo refused the VAT number {partner.vals['vat']}: {error.message}{where}"


def _first_error(errors: Mapping[K, WoodooError], keys: Iterable[K]) -> WoodooError | None:
    return next((errors[key] for key in keys if key in errors), None)


def _addresses(progress: Progress) -> tuple[AddressPlan, AddressPlan]:
    return (progress.plan.invoice_address, progress.plan.delivery_address)


def _address_id(progress: Progress, address: AddressPlan, made: Mapping[str, int], own: int) -> int:
    if address.is_partner:
        return own
    return address.odoo_id or made[address.external_id(progress.partner_id)]
