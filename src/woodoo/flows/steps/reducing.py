"""Look at refunds of orders whose invoice is not posted yet: what they are written without.

Refunds are read only where they matter to the order's documents: an order that is invoiced and was written in full is
the business of the flow `refund` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...domain.errors import WoodooError
from ...domain.order import Order
from ...domain.refund import Refund
from ...mapping.changes.fingerprint import Fingerprint
from ...mapping.documents.document import Document
from ...mapping.refunds.before_invoice import is_invoiced, plan_reduction, refunds_inside
from ...mapping.refunds.reducing import Reduced
from ...mapping.refunds.seen import SeenOrder
from ...odoo import changing
from ..context import Context

Documents = Mapping[str, Sequence[Document]]


@dataclass(frozen=True)
class Reductions:
    """What becomes of the refunds of a batch of orders."""

    #: Order id → what it is written as; orders without refunds that matter are left out.
    found: Mapping[str, Reduced] = field(default_factory=dict)
    #: Order id → why its refunds could not be read.
    unread: Mapping[str, WoodooError] = field(default_factory=dict)


def read_reductions(context: Context, orders: Sequence[Order], documents: Documents) -> Reductions:
    """Read the refunds of these orders where they matter, and decide what each order is written as."""
    refunded = [order for order in orders if order.refund_ids]
    if not refunded:
        return Reductions()
    links = context.links.find("order", [order.external_id for order in refunded])
    written = {record: Fingerprint.read(link.odoo_hash) for record, link in links.items()}
    own = {order.external_id: _own(documents.get(order.external_id, ())) for order in refunded}
    wanted = [o for o in refunded if _matters(context, o, own[o.external_id], written.get(o.external_id))]
    if not wanted:
        return Reductions()
    fetched = context.store.refunds.read(wanted)
    stuck = _stuck(context, own)
    found = {
        order.external_id: plan_reduction(
            order,
            fetched.found[order.external_id],
            own[order.external_id],
            written.get(order.external_id),
            context.rules,
            stuck=stuck.get(order.external_id, ""),
        )
        for order in wanted
        if order.external_id in fetched.found
    }
    return Reductions(found, dict(fetched.broken))


def observe_inside(
    context: Context,
    orders: Mapping[str, Order],
    refunds: Mapping[str, Sequence[Refund]],
    seen: Mapping[str, SeenOrder],
) -> dict[str, SeenOrder]:
    """Add which refunds the documents of these orders were written without: those are not credited."""
    wanted = [record for record in seen if record in orders and refunds.get(record)]
    links = context.links.find("order", wanted) if wanted else {}
    written = {record: Fingerprint.read(link.odoo_hash) for record, link in links.items()}
    inside = {
        record: refunds_inside(
            orders[record], refunds[record], seen[record].document, written.get(record), context.rules
        )
        for record in wanted
    }
    return {record: replace(one, inside=inside.get(record, frozenset())) for record, one in seen.items()}


def _own(documents: Sequence[Document]) -> Document | None:
    return next((document for document in documents if document.ours), None)


def _matters(context: Context, order: Order, document: Document | None, written: Fingerprint | None) -> bool:
    """Say whether what was refunded is, or may be, missing from the order's document."""
    refunds = context.rules.refunds
    if written is not None and written.refunds:
        return True
    if document is not None and (written is None or is_invoiced(document)):
        return written is None
    if document is None and context.rules.policy.status_steps.get(order.status, "ignore") in {"ignore", "cancel"}:
        return False
    return refunds.take_refunds and refunds.refund_before_invoice == "reduce"


def _stuck(context: Context, documents: Mapping[str, Document | None]) -> dict[str, str]:
    """Say of orders that are confirmed and not invoiced why their lines cannot be changed any more."""
    near = {
        document.sale_order_id: record
        for record, document in documents.items()
        if document and document.sale_order_id and not (document.is_quotation or is_invoiced(document))
    }
    if not near:
        return {}
    locked = changing.read_locks(context.odoo, near)
    found: dict[str, str] = {}
    for odoo_id, deliveries in changing.read_deliveries(context.odoo, near).items():
        if done := [delivery.name for delivery in deliveries if delivery.state == "done"]:
            found[near[odoo_id]] = f"{', '.join(done)} has left"
    return {near[odoo_id]: "its sales order is locked" for odoo_id in locked} | found
