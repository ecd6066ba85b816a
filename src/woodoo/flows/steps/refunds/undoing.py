"""Cancel the credit notes of refunds that were deleted in the store, with what Woodoo paid back for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ....domain.errors import DataError
from ....mapping.refunds.seen import Move
from ....odoo import changing
from ...context import Context
from ...refund_batch import RefundBatch, RefundProgress
from ..payments import cancel_payments


def undo_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Take each of them back: its payment cancelled, then itself. Odoo refuses what is in closed books."""
    undone = [(progress, move) for progress in batch for move in progress.plan.undo]
    if not undone:
        return
    payments = _payments(context, [move for _, move in undone])
    for progress, move in undone:
        _undo(context, progress, move, payments[move.odoo_id])


def _undo(context: Context, progress: RefundProgress, move: Move, payments: Sequence[Mapping[str, Any]]) -> None:
    foreign = [row for row in payments if row["create_uid"] != context.odoo.client.uid]
    if foreign:
        names = ", ".join(str(row["name"]) for row in foreign)
        progress.fail(_refused(progress, move, f"{names} pays it back, which Woodoo did not register."))
        return
    _, failed = cancel_payments(context, [row["id"] for row in payments]) if payments else ((), {})
    for error in failed.values():
        progress.fail(_refused(progress, move, error.message))
        return
    if move.state == "posted":
        result = changing.reset_invoices(context.odoo, [move.odoo_id])
        for error in result.errors.values():
            progress.fail(_refused(progress, move, error.message))
            return
    for error in changing.cancel_invoices(context.odoo, [move.odoo_id]).errors.values():
        progress.fail(_refused(progress, move, error.message))
        return
    progress.words.append(f"{move.label} of the deleted refund {move.refund_id} cancelled")


def _payments(context: Context, moves: Sequence[Move]) -> Mapping[int, list[Mapping[str, Any]]]:
    """Return the payments that are reconciled with these credit notes, by credit note."""
    ids = [move.odoo_id for move in moves if move.state == "posted"]
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    if not ids:
        return found
    partners = sorted({move.partner_id for move in moves})
    domain = [
        ("partner_id", "child_of", partners),
        ("payment_type", "=", "outbound"),
        ("state", "not in", ["draft", "cancel", "canceled", "rejected"]),
    ]
    fields = ["name", "create_uid", "reconciled_invoice_ids"]
    for row in context.odoo.search_read("account.payment", domain, fields):
        for odoo_id in set(row["reconciled_invoice_ids"]) & set(ids):
            found[odoo_id].append(row)
    return found


def _refused(progress: RefundProgress, move: Move, why: str) -> DataError:
    return DataError(
        f"Refund {move.refund_id} of {progress.label} was deleted in the store, but {move.label} could not be "
        f"cancelled: {why}",
        where="account.move -> state",
        fix="Cancel it by hand in Odoo, or skip this record.",
    )
