"""Reconcile credit notes with their invoices, and register the money that went back, in the journal of its method.

Decides that money is paid back once: a refund that has a payment with its memo is not paid again, whatever became of
that payment. What an invoice still owes is taken up first; from Odoo 17 on posting does so by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ....domain.errors import DataError, SyncConflict, WoodooError
from ....domain.money import ZERO, round_money, to_decimal
from ....domain.refund import Refund
from ....engine.flow import LinkVals
from ....mapping.documents.document import SETTLED
from ....mapping.refunds.credit_plan import credit_day
from ....mapping.rules import Journal
from ....odoo import workflows
from ....odoo.workflows import PaymentGroup
from ...context import Context
from ...refund_batch import PAYMENT_KIND, RefundBatch, RefundProgress
from ..payments import cancel_extra

Row = Mapping[str, Any]


@dataclass
class _Standing:
    """A posted credit note whose money may be due."""

    progress: RefundProgress
    refund: Refund
    odoo_id: int
    name: str
    invoice_id: int
    memo: str
    day: date
    journal: Journal | None
    #: Made or posted by this run.
    is_new: bool
    #: What is paid back of it; None: all that is open.
    amount: Decimal | None = None
    residual: Decimal = ZERO
    paid_in: str = ""
    failed: bool = False

    @property
    def label(self) -> str:
        return f"{self.refund.label} of {self.progress.label}"


def pay_back(context: Context, batch: RefundBatch) -> None:
    """Reconcile what is posted, pay back what is to be paid back, verify, and say what became of each."""
    standing = _standing(context, batch)
    if standing:
        _reconcile(context, standing)
        _register(context, [one for one in standing if one.journal and one.residual])
    for one in standing:
        if one.is_new or one.paid_in:
            one.progress.words.append(_said(one))
    for progress, note in batch.credit_notes():
        if note.is_draft:
            amount = f"{note.plan.targets.total} {note.plan.order.currency}"
            progress.words.append(f"draft credit note over {amount} for {note.plan.refund.label.lower()}")


def _standing(context: Context, batch: RefundBatch) -> list[_Standing]:
    rules = context.rules
    found = [
        _Standing(
            progress,
            one.refund,
            one.move.odoo_id,
            one.move.name,
            one.move.reverses,
            one.memo,
            credit_day(one.refund, rules),
            one.journal,
            is_new=False,
            amount=one.amount,
        )
        for progress in batch
        for one in progress.plan.there
        if one.move.open
    ]
    found += [
        _Standing(
            progress,
            note.plan.refund,
            note.move["id"],
            str(note.move["name"]),
            note.plan.invoice.odoo_id,
            note.plan.memo,
            note.plan.day,
            note.plan.journal,
            is_new=True,
        )
        for progress, note in batch.credit_notes()
        if note.move.get("state") == "posted"
    ]
    return found


def _reconcile(context: Context, standing: Sequence[_Standing]) -> None:
    """Let each invoice that is open take up its credit notes; look first, for Odoo may have done so."""
    open_ = _residuals(context, standing)
    waiting = [one for one in standing if open_.get(one.odoo_id) and open_.get(one.invoice_id)]
    lines = _open_lines(context, [one.odoo_id for one in waiting])
    for one in waiting:
        for error in _assign(context, one.invoice_id, lines.get(one.odoo_id, ())):
            one.failed = True
            message = f"{one.label}: {one.name} could not be reconciled with its invoice: {error.message}"
            one.progress.fail(DataError(message, where="account.move.line", fix=error.fix))
    if waiting:
        open_ = _residuals(context, standing)
    for one in standing:
        one.residual = open_.get(one.odoo_id, ZERO)


def _assign(context: Context, invoice_id: int, line_ids: Iterable[int]) -> list[WoodooError]:
    """Let an invoice take up lines of credit notes, as its button in Odoo does; return what went wrong."""
    errors: list[WoodooError] = []
    for line_id in line_ids:
        result = context.odoo.action("account.move", "js_assign_outstanding_line", [invoice_id], line_id=line_id)
        errors += result.errors.values()
    return errors


def take_up_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Let open invoices take up the credit notes that people made of them."""
    wanted = [(progress, *pair) for progress in batch for pair in progress.plan.take_up]
    lines = _open_lines(context, [note.odoo_id for _, note, _ in wanted])
    for progress, note, invoice in wanted:
        errors = _assign(context, invoice.odoo_id, lines.get(note.odoo_id, ()))
        for error in errors:
            message = f"{progress.label}: {note.name} could not be reconciled with {invoice.name}: {error.message}"
            progress.fail(DataError(message, where="account.move.line", fix=error.fix))
        if not errors:
            progress.words.append(f"{note.name} reconciled with {invoice.name}")


def _residuals(context: Context, standing: Sequence[_Standing]) -> dict[int, Decimal]:
    """Return what is open on credit notes and invoices, by their ids."""
    ids = {odoo_id for one in standing for odoo_id in (one.odoo_id, one.invoice_id) if odoo_id}
    digits = {odoo_id: one.progress.plan.order.currency_digits for one in standing for odoo_id in (one.odoo_id,)}
    rows = context.odoo.read("account.move", ids, ["amount_residual", "payment_state"])
    return {
        row["id"]: ZERO
        if row["payment_state"] in SETTLED
        else round_money(to_decimal(row["amount_residual"]), digits.get(row["id"], 6))
        for row in rows
    }


def _open_lines(context: Context, move_ids: Sequence[int]) -> dict[int, list[int]]:
    if not move_ids:
        return {}
    receivable = context.odoo.client.dialect.receivable_line_domain
    domain = [("move_id", "in", list(move_ids)), ("reconciled", "=", False), *receivable]
    found: dict[int, list[int]] = defaultdict(list)
    for row in context.odoo.search_read("account.move.line", domain, ["move_id"]):
        found[row["move_id"]].append(row["id"])
    return found


def _register(context: Context, due: Sequence[_Standing]) -> None:
    """Pay back what is open: one wizard per journal, day and currency for all credit notes of the batch."""
    due = [one for one in due if not one.failed]
    if not due:
        return
    before = _payments(context, due)
    known = context.links.find(PAYMENT_KIND, [one.refund.external_id for one in due])
    for one in due:
        link = known.get(one.refund.external_id)
        payment = next(iter(before[one.memo]), None)
        if link or payment:
            one.failed = True
            name = link.odoo_name if link else str((payment or {})["name"] or "")
            one.progress.fail(_undone(one, name))
            if payment:
                one.progress.links.append(_link(one, payment))
    payable = [one for one in due if not one.failed]
    if not payable:
        return
    failed = workflows.register_payments(context.odoo, _groups(payable)).errors
    for one in payable:
        if error := failed.get(one.odoo_id):
            one.failed = True
            message = f"{one.label}: its payment back could not be registered: {error.message}"
            one.progress.fail(DataError(message, where=error.where, fix=error.fix))
    _note_payments(context, [one for one in payable if not one.failed])


def _groups(payable: Sequence[_Standing]) -> list[PaymentGroup]:
    members: dict[tuple[int, date, str], list[int]] = defaultdict(list)
    some = [one for one in payable if one.amount is not None]
    for one in payable:
        assert one.journal is not None
        if one in some:
            continue
        members[one.journal.odoo_id, one.day, one.progress.plan.order.currency].append(one.odoo_id)
    whole = [PaymentGroup(journal_id, day, tuple(ids)) for (journal_id, day, _), ids in members.items()]
    parts = [PaymentGroup(one.journal.odoo_id, one.day, (one.odoo_id,), one.amount) for one in some if one.journal]
    return [*whole, *parts]


def _note_payments(context: Context, paid: Sequence[_Standing]) -> None:
    """Note the payment of each, cancel what another worker registered at the same moment, and verify."""
    if not paid:
        return
    payments = _payments(context, paid, standing=True)
    open_ = _residuals(context, paid)
    for one in paid:
        found = payments[one.memo]
        real = next((row for row in found if one.odoo_id in row["reconciled_invoice_ids"]), None)
        if real is not None:
            extra = [row for row in found if row["id"] != real["id"] and _is_double(row, one)]
            one.progress.notes += cancel_extra(context, extra) if extra else []
            one.progress.links.append(_link(one, real))
            one.paid_in = one.journal.name if one.journal else ""
        left = open_.get(one.odoo_id, ZERO)
        if left and (one.amount is None or left != one.residual - one.amount):
            one.failed = True
            one.progress.fail(
                DataError(
                    f"{one.label}: its payment back is in Odoo, but {one.name} still shows {left} open.",
                    where="account.move -> payment_state",
                    fix="Look at the payment in Odoo and reconcile it with the credit note, then retry.",
                )
            )
        one.residual = open_.get(one.odoo_id, ZERO)


def _payments(context: Context, wanted: Iterable[_Standing], *, standing: bool = False) -> Mapping[str, list[Row]]:
    """Return the payments that bear the memos of these refunds; only those that stand, if `standing`."""
    memo = context.odoo.client.dialect.payment_memo
    domain: list[Any] = [
        (memo, "in", sorted({one.memo for one in wanted})),
        ("company_id", "=", context.rules.company_id),
        ("create_uid", "=", context.odoo.client.uid),
    ]
    if standing:
        domain.append(("state", "not in", ["draft", "cancel", "canceled", "rejected"]))
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in context.odoo.search_read("account.payment", domain, [memo, "name", "journal_id", _RECONCILED]):
        rows[row[memo]].append(row)
    return rows


_RECONCILED = "reconciled_invoice_ids"


def _is_double(row: Row, one: _Standing) -> bool:
    same = one.journal is not None and row["journal_id"] == one.journal.odoo_id
    return same and set(row[_RECONCILED]) <= {one.odoo_id}


def _link(one: _Standing, payment: Row) -> LinkVals:
    name = str(payment["name"] or "")
    return LinkVals(PAYMENT_KIND, one.refund.external_id, "account.payment", payment["id"], name)


def _undone(one: _Standing, payment: str) -> SyncConflict:
    return SyncConflict(
        f"{one.label} is paid back, but its payment {payment} was cancelled or taken off {one.name} in Odoo.",
        where="account.payment -> state",
        choices=(
            "Pay the credit note in Odoo, then retry.",
            "Keep Odoo as it is: skip this record.",
        ),
    )


def _said(one: _Standing) -> str:
    order = one.progress.plan.order
    amount = f"{round_money(one.refund.amount, order.currency_digits)} {order.currency}"
    credited = f"credit note {one.name} over {amount}"
    if one.paid_in:
        return f"{credited}, paid back in {one.paid_in}"
    return f"{credited}, {one.residual} left open" if one.residual else credited
