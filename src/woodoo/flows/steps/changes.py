"""Bring what the store changed later into what Odoo has already: look how far it has come, reopen, rewrite, readdress.

Only orders whose marks differ from those last written are looked at, so that a repeat costs nothing. What is begun is
marked on the link beforehand, so that the next run knows it for Woodoo's own doing and ends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...domain.errors import WoodooError
from ...domain.money import to_decimal
from ...domain.order import Order
from ...engine.flow import LinkVals
from ...mapping.changes.change_columns import columns_of
from ...mapping.changes.changes import is_looked_at
from ...mapping.changes.fingerprint import Doing, Fingerprint, Part, fingerprint
from ...mapping.changes.standing import History, Standing
from ...mapping.documents.document import Document, Invoice
from ...mapping.documents.sale_order import sale_order_changes
from ...mapping.policy import Do
from ...mapping.refunds.reducing import Reduced
from ...odoo import changing
from ...odoo.changing import Delivery
from ..batch import OrderBatch, Progress, named
from ..context import Context
from .sale_orders import sale_order_row


def read_histories(
    context: Context,
    orders: Sequence[Order],
    documents: Mapping[str, Sequence[Document]],
    reduced: Mapping[str, Reduced] | None = None,
) -> dict[str, History]:
    """Return what was written of each order earlier; and how far its document has come, where that matters now.

    `orders` are as they are to be written, `reduced` says which of them are less what was refunded.
    """
    reduced = reduced or {}
    links = context.links.find("order", [order.external_id for order in orders])
    written = {record: Fingerprint.read(link.odoo_hash) for record, link in links.items()}
    for record, one in reduced.items():
        if one.before is not None and written.get(record) is None:
            written[record] = fingerprint(one.before.order, context.rules, one.before.ids)
    near: dict[str, Document] = {}
    for order in orders:
        record = order.external_id
        own = next((document for document in documents.get(record, ()) if document.ours), None)
        gone = record in reduced and reduced[record].everything
        if own and (gone or is_looked_at(order, own, written.get(record), context.rules)):
            near[record] = own
    former = {record: _former(own, documents.get(record, ())) for record, own in near.items()}
    standings = {record: replace(one, former=former[record]) for record, one in _standings(context, near).items()}
    records = [order.external_id for order in orders]
    reissued = [record for record, mark in written.items() if mark and mark.doing is Doing.REISSUED]
    perhaps_paid = [*near, *reissued]
    paid = context.links.find("payment", perhaps_paid) if perhaps_paid else {}
    return {
        record: History(
            written.get(record),
            standings.get(record),
            paid=record in paid,
            without=reduced[record].ids if record in reduced else frozenset(),
        )
        for record in records
    }


def make_changes(context: Context, batch: OrderBatch) -> None:
    """Reopen, rewrite or write what the store has changed on documents that are there already."""
    changed = batch.where(lambda p: p.plan.document is not None and bool(p.plan.change))
    if not changed:
        return
    _mark(context, [p for p in changed if _invoice_only(p)], new=True)
    orders = [p for p in changed if not _invoice_only(p)]
    _reopen(context, batch, [p for p in orders if p.plan.change.reopens])
    _rewrite(context, batch, [p for p in orders if p.record in batch.orders and p.plan.change.rewrites])
    _write(context, batch, [p for p in orders if p.record in batch.orders and not p.plan.change.rewrites])


def report_conflicts(context: Context, batch: OrderBatch) -> None:
    """Leave to a person what could not be changed, after everything else has been."""
    for progress in batch.where(lambda p: p.plan.change.conflict is not None):
        conflict, done = progress.plan.change.conflict, progress.plan.change.done()
        assert conflict is not None
        progress.written = done.text() if done else ""
        batch.drop(progress, conflict)


def changes_invoice(progress: Progress) -> bool:
    """Say whether a draft invoice has to be written anew whatever it comes to, and be tied to the order's new lines."""
    change = progress.plan.change
    return progress.plan.document is not None and (bool(change.parts) or change.reopens or change.resumes)


def revive_invoices(context: Context, batch: OrderBatch) -> bool:
    """Set invoices back to draft that were cancelled together with the orders Woodoo reopens."""
    opened = batch.where(lambda p: p.plan.change.reopens or p.plan.change.resumes)
    dead = [p for p in opened if p.wants(Do.INVOICE) and p.invoice.get("state") == "cancel"]
    if not dead:
        return False
    failed = changing.reset_invoices(context.odoo, [p.invoice["id"] for p in dead]).errors
    _drop(batch, dead, {p.record: failed[p.invoice["id"]] for p in dead if p.invoice["id"] in failed}, "reopened")
    return True


# --- how far documents have come -------------------------------------------------------------------------------------


def _standings(context: Context, documents: Mapping[str, Document]) -> dict[str, Standing]:
    confirmed = [d.sale_order_id for d in documents.values() if d.sale_order_id and not d.is_quotation]
    locked = changing.read_locks(context.odoo, confirmed)
    deliveries = changing.read_deliveries(context.odoo, confirmed)
    left = [order_id for order_id, found in deliveries.items() if any(one.state == "done" for one in found)]
    away = changing.read_away(context.odoo, left)
    posted = {record: _posted(document) for record, document in documents.items()}
    credited = changing.read_credits(context.odoo, [i.odoo_id for invoices in posted.values() for i in invoices])
    return {
        record: _standing(
            posted[record],
            {i.odoo_id: to_decimal(credited.get(i.odoo_id, 0)) for i in posted[record]},
            deliveries.get(document.sale_order_id or 0, []),
            locked=document.sale_order_id in locked,
            came_back=document.sale_order_id in left and document.sale_order_id not in away,
            alone=document.sale_order_id is None,
        )
        for record, document in documents.items()
    }


def _standing(
    posted: Sequence[Invoice],
    credited: Mapping[int, Any],
    deliveries: Sequence[Delivery],
    *,
    locked: bool,
    came_back: bool,
    alone: bool,
) -> Standing:
    # An invoice without a sales order has nothing that could be written anew, so it stands even where it was credited.
    gone = [i for i in posted if not alone and i.total and credited[i.odoo_id] >= i.total]
    stands = [i for i in posted if i not in gone]
    open_ones = [d for d in deliveries if d.is_open]
    return Standing(
        locked=locked,
        invoiced=tuple(i.name for i in stands),
        invoiced_total=sum((i.total - credited[i.odoo_id] for i in stands), to_decimal(0)),
        credited=tuple(i.name for i in gone),
        delivered=tuple(d.name for d in deliveries if d.state == "done"),
        to_deliver=tuple(d.name for d in open_ones),
        open_pickings=tuple(d.odoo_id for d in open_ones),
        came_back=came_back,
    )


def _former(own: Document, documents: Sequence[Document]) -> int:
    """Return how many invoices of an order its sales order shows no more, because its lines were written anew."""
    if own.sale_order_id is None:
        return 0
    return sum(1 for one in documents if one.ours and one.sale_order_id is None and one.state == "posted")


def _posted(document: Document) -> list[Invoice]:
    return [i for i in document.invoices if i.move_type == "out_invoice" and i.state == "posted"]


# --- making the changes ----------------------------------------------------------------------------------------------


def _reopen(context: Context, batch: OrderBatch, wanted: Sequence[Progress]) -> None:
    """Cancel what is confirmed and set everything back to quotation; the next steps write and confirm it."""
    if not wanted:
        return
    _mark(context, wanted)
    confirmed = [p for p in wanted if _state(p) not in {"draft", "sent", "cancel"}]
    if confirmed:
        failed = changing.cancel_orders(context.odoo, [_order_id(p) for p in confirmed]).errors
        _drop(batch, confirmed, _by_record(confirmed, failed), "reopened")
    closed = [p for p in wanted if p.record in batch.orders and _state(p) not in {"draft", "sent"}]
    if closed:
        failed = changing.reset_orders(context.odoo, [_order_id(p) for p in closed]).errors
        _drop(batch, closed, _by_record(closed, failed), "reopened")


def _rewrite(context: Context, batch: OrderBatch, wanted: Sequence[Progress]) -> None:
    if not wanted:
        return
    rows = {}
    for progress in wanted:
        columns = _columns(context, progress, progress.plan.change.parts, rewrites=True)
        rows[_order_id(progress)] = replace(sale_order_row(context, progress), values=columns)
    failed = changing.rewrite_orders(context.odoo, rows)
    _drop(batch, wanted, _by_record(wanted, failed), "brought up to date")
    _mark(context, [p for p in wanted if p.record in batch.orders], new=True)


def _write(context: Context, batch: OrderBatch, wanted: Sequence[Progress]) -> None:
    """Write header and addresses on confirmed orders, and the delivery address on their open deliveries."""
    parts = {p.record: p.plan.change.parts for p in wanted}
    rows = {_order_id(p): _columns(context, p, parts[p.record], rewrites=False) for p in wanted if parts[p.record]}
    pickings = {
        picking: p.delivery_partner_id
        for p in wanted
        if Part.SHIPPING in parts[p.record]
        for picking in p.plan.change.standing.open_pickings
    }
    owners = {picking: p for p in wanted for picking in p.plan.change.standing.open_pickings}
    failed = _by_record(wanted, changing.write_headers(context.odoo, rows))
    for picking, error in changing.readdress_deliveries(context.odoo, pickings).items():
        failed.setdefault(owners[picking].record, error)
    _drop(batch, wanted, failed, "brought up to date")
    for progress in wanted:
        document = progress.plan.document
        if document and not progress.plan.steps:
            progress.sale_order = {"id": document.sale_order_id, "name": document.name, "state": document.state}


def _columns(context: Context, progress: Progress, parts: Collection[Part], *, rewrites: bool) -> dict[str, Any]:
    following = sale_order_changes(progress.plan.order, context.rules)
    return columns_of(parts, sale_order_row(context, progress).values, following, rewrites=rewrites)


def _mark(context: Context, wanted: Sequence[Progress], *, new: bool = False) -> None:
    """Remember what is being done: before it, with the marks of what Odoo has; after it (`new`), with the new ones."""
    links = []
    for progress in wanted:
        change, document = progress.plan.change, progress.plan.document
        assert document is not None
        marks = change.wanted if new or change.written is None else change.written
        doing = Doing.REISSUING if change.reissue else Doing.REOPENING
        if not change.reopens and document.sale_order_id is not None:
            doing = change.wanted.doing
        links.append(mark_link(progress.plan.order, document, marks.while_(doing)))
    if links:
        context.links.upsert(links)


def mark_link(order: Order, document: Document, marks: Fingerprint) -> LinkVals:
    """Return the link that keeps the marks of an order, without saying that it is done."""
    odoo_id = document.sale_order_id or document.invoices[0].odoo_id
    return LinkVals("order", order.external_id, document.model, odoo_id, document.name, odoo_hash=marks.text())


def _drop(batch: OrderBatch, wanted: Iterable[Progress], failed: Mapping[str, WoodooError], doing: str) -> None:
    for progress in wanted:
        error = failed.get(progress.record)
        if error and progress.record in batch.orders:
            name = progress.plan.document.name if progress.plan.document else "it"
            batch.drop(progress, named(progress, error, f"{name} could not be {doing}"))


def _by_record(wanted: Iterable[Progress], failed: Mapping[int, WoodooError]) -> dict[str, WoodooError]:
    return {p.record: failed[_order_id(p)] for p in wanted if _order_id(p) in failed}


def _order_id(progress: Progress) -> int:
    document = progress.plan.document
    assert document is not None
    assert document.sale_order_id is not None
    return document.sale_order_id


def _state(progress: Progress) -> str:
    return progress.plan.document.state if progress.plan.document else ""


def _invoice_only(progress: Progress) -> bool:
    return progress.plan.document is not None and progress.plan.document.sale_order_id is None
