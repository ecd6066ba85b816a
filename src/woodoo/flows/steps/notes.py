"""Read what the shop's staff wrote about the orders that are new in Odoo, where a field takes it."""

from __future__ import annotations

from dataclasses import replace

from ..batch import OrderBatch
from ..context import Context


def fetch_staff_notes(context: Context, batch: OrderBatch) -> None:
    """Give the new orders their notes. One that the store does not give is missed, and said; the order goes on."""
    new = {progress.record: progress for progress in batch if progress.plan.document is None}
    if not context.rules.admin_notes_field or not new:
        return
    fetched = context.store.fetch_notes(list(new))
    for record, texts in fetched.found.items():
        plan = new[record].plan
        new[record].plan = replace(plan, order=replace(plan.order, admin_notes=texts))
    for record, error in fetched.broken.items():
        new[record].notes.append(f"The notes of the shop's staff could not be read: {error.message}")
