"""Make sure that each order's customer and addresses are in Odoo, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...domain.errors import WoodooError
from ...mapping.res_partner import AddressPlan
from ...odoo.records import Row
from ..batch import OrderBatch, Progress, named
from ..context import Context


def ensure_customers(context: Context, batch: OrderBatch) -> None:
    """Create the customers that Odoo does not have. Orders of one new customer share one row, so one partner."""
    new = {p.plan.partner.external_id: p.plan.partner.vals for p in batch if p.plan.partner.odoo_id is None}
    made, failed = _ensure_partners(context, new)
    for progress in batch:
        partner = progress.plan.partner
        if partner.external_id in failed:
            batch.drop(progress, named(progress, failed[partner.external_id], "its customer could not be created"))
        else:
            progress.partner_id = partner.odoo_id or made[partner.external_id]


def ensure_addresses(context: Context, batch: OrderBatch) -> None:
    """Create the invoice and delivery addresses that differ from the customer's own, as its children."""
    new = {
        address.external_id: {**(address.vals or {}), "parent_id": progress.partner_id}
        for progress in batch
        for address in _addresses(progress)
        if not address.is_partner
    }
    made, failed = _ensure_partners(context, new)
    for progress in batch:
        error = next((failed[a.external_id] for a in _addresses(progress) if a.external_id in failed), None)
        if error:
            error.fix = error.fix or "Look at the customer in Odoo, restore it where it is archived; then retry."
            batch.drop(progress, named(progress, error, "its address could not be created"))
            continue
        progress.invoice_partner_id = _address_id(progress, progress.plan.invoice_address, made)
        progress.delivery_partner_id = _address_id(progress, progress.plan.delivery_address, made)


def _addresses(progress: Progress) -> Iterable[AddressPlan]:
    return (progress.plan.invoice_address, progress.plan.delivery_address)


def _address_id(progress: Progress, address: AddressPlan, made: Mapping[str, int]) -> int:
    return progress.partner_id if address.is_partner else made[address.external_id]


def _ensure_partners(
    context: Context, wanted: Mapping[str, Mapping[str, Any]]
) -> tuple[Mapping[str, int], Mapping[str, WoodooError]]:
    if not wanted:
        return {}, {}
    rows = [Row(external_id, _columns(vals)) for external_id, vals in wanted.items()]
    ensured = context.odoo.ensure("res.partner", rows)
    return ensured.ids, ensured.errors


def _columns(vals: Mapping[str, Any]) -> dict[str, Any]:
    """Return partner values as `load` columns: references by database id."""
    references = {"country_id", "state_id", "parent_id"}
    return {f"{field}/.id" if field in references else field: value or "" for field, value in vals.items()}
