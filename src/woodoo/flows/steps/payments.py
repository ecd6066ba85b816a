"""Make sure that each posted invoice is paid, in the journal of its payment method, with the transaction as memo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ...domain.errors import DataError, SyncConflict, WoodooError
from ...domain.money import ZERO, round_money, to_decimal
from ...mapping.documents.document import SETTLED
from ...mapping.policy import Do
from ...odoo import workflows
from ...odoo.workflows import PaymentGroup
from ..batch import OrderBatch, Progress, named
from ..context import Context
from .invoices import read_invoices


def register_payments(context: Context, batch: OrderBatch) -> None:
    """Pay what is unpaid: one wizard per journal, day and currency for all invoices of the batch.

    Paid is what was paid in the store; where Odoo's tax counts and its total differs from that, by a wizard of its own.

    The wizard would pay a partly paid invoice a second time only for what is open, and refuses what is paid; still
    nothing is paid that somebody has begun to pay by hand, nor again what was paid and undone.
    """
    unpaid = batch.where(lambda p: has_payment(p) and p.invoice["payment_state"] not in SETTLED)
    known = context.links.find("payment", [p.record for p in unpaid if p.plan.document])
    for progress in unpaid:
        if progress.record in known:
            batch.drop(progress, _undone(progress, known[progress.record].odoo_name))
        elif _amount(progress, "amount_residual") != _amount(progress, "amount_total"):
            batch.drop(progress, _partly_paid(progress))
    payable = [p for p in unpaid if p.record in batch.orders]
    if not payable:
        return
    failed = workflows.register_payments(context.odoo, _groups(payable)).errors
    for progress in payable:
        error = failed.get(progress.invoice["id"])
        if error:
            batch.drop(progress, named(progress, error, "its payment could not be registered"))


def has_payment(progress: Progress) -> bool:
    """Say whether the order is to be paid in Odoo."""
    return progress.wants(Do.PAYMENT) and progress.plan.journal is not None


def _amount(progress: Progress, field: str) -> Decimal:
    return round_money(to_decimal(progress.invoice[field]), progress.plan.priced.digits)


def _is_off(progress: Progress) -> bool:
    """Say whether the invoice's total is not the store's, which only is where Odoo's tax counts."""
    return _amount(progress, "amount_total") != progress.plan.targets.total


def cancel_doubles(context: Context, batch: OrderBatch) -> None:
    """Note the payment of each order, and cancel what another worker registered for it at the same moment.

    The wizard checks only when it is opened that something is open, so two workers that open it together both pay;
    the second payment then is empty or stays unreconciled. Payments of one order have one memo, so it is found and
    taken back. Whoever comes last sees both. Left alone is what somebody else entered, and what pays anything else:
    a memo need not be of one order only.
    """
    paid = {p.invoice["id"]: p for p in batch if has_payment(p)}
    if not paid:
        return
    memos: dict[str, dict[int, Progress]] = defaultdict(dict)
    for odoo_id, progress in paid.items():
        memos[progress.plan.memo][odoo_id] = progress
    payments = find_payments(context, memos)
    for text, orders in memos.items():
        found = payments.get(text, [])
        for odoo_id, progress in orders.items():
            progress.payment = _real_payment(found, odoo_id, progress) or {}
        real = {p.payment["id"] for p in orders.values() if p.payment}
        if len(real) == len(orders):
            extra = [row for row in found if row["id"] not in real and _is_double(context, row, orders)]
            _cancel(context, extra, next(iter(orders.values())))


def find_payments(context: Context, memos: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the payments that stand, by memo."""
    memo = context.odoo.client.dialect.payment_memo
    domain = [
        (memo, "in", sorted(memos)),
        ("company_id", "=", context.rules.company_id),
        ("state", "not in", ["draft", "cancel", "canceled", "rejected"]),
    ]
    fields = [memo, "name", "amount", "is_reconciled", "reconciled_invoice_ids", "journal_id", "create_uid"]
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in context.odoo.search_read("account.payment", domain, fields):
        rows[row[memo]].append(row)
    return rows


def _real_payment(found: Sequence[Mapping[str, Any]], invoice: int, progress: Progress) -> Mapping[str, Any] | None:
    """Return the payment that pays the invoice; None where it is not clear which one that is."""
    total, digits = progress.plan.targets.total, progress.plan.priced.digits
    # A payment over more than the invoice is reconciled for a part only.
    paying = [
        row for row in found if (row["is_reconciled"] or _is_off(progress)) and invoice in row["reconciled_invoice_ids"]
    ]
    return next((row for row in paying if round_money(to_decimal(row["amount"]), digits) == total), None)


def _is_double(context: Context, row: Mapping[str, Any], orders: Mapping[int, Progress]) -> bool:
    """Say whether Woodoo made the payment for one of these orders, and it pays nothing else."""
    journals = {p.plan.journal.odoo_id for p in orders.values() if p.plan.journal}
    ours = row["create_uid"] == context.odoo.client.uid and row["journal_id"] in journals
    return ours and set(row["reconciled_invoice_ids"]) <= orders.keys()


def _cancel(context: Context, extra: Sequence[Mapping[str, Any]], progress: Progress) -> None:
    if extra:
        progress.notes += cancel_extra(context, extra)


def cancel_extra(context: Context, extra: Sequence[Mapping[str, Any]]) -> list[str]:
    """Cancel payments that another worker made at the same moment, and return what is to be noted of it."""
    done, left = cancel_payments(context, [int(row["id"]) for row in extra])
    notes = []
    if done:
        ids = ", ".join(str(odoo_id) for odoo_id in done)
        notes.append(f"Another worker had paid at the same moment; payment {ids} was cancelled.")
    return notes + [
        f"Payment {odoo_id} was registered twice and could not be cancelled: {error.message}"
        for odoo_id, error in left.items()
    ]


def cancel_payments(context: Context, ids: Sequence[int]) -> tuple[tuple[int, ...], dict[int, WoodooError]]:
    """Cancel payments. Returns those that are cancelled now, and why others are not."""
    done = tuple(ids)
    left: dict[int, WoodooError] = {}
    for method in context.odoo.client.dialect.payment_cancel:
        result = context.odoo.action("account.payment", method, done)
        done, left = result.done, {**left, **result.errors}
    return done, left


def _groups(payable: Sequence[Progress]) -> list[PaymentGroup]:
    members: dict[tuple[int, date, str], list[int]] = defaultdict(list)
    alone = []
    for progress in payable:
        plan, invoice_id = progress.plan, progress.invoice["id"]
        if not plan.journal or not plan.payment_date:
            continue
        if _is_off(progress):
            alone.append(PaymentGroup(plan.journal.odoo_id, plan.payment_date, (invoice_id,), plan.targets.total))
        else:
            members[plan.journal.odoo_id, plan.payment_date, plan.order.currency].append(invoice_id)
    return [PaymentGroup(journal_id, day, tuple(ids)) for (journal_id, day, _), ids in members.items()] + alone


def verify_paid(context: Context, batch: OrderBatch) -> None:
    """Read the invoices once more and drop what is not settled; note what is open where Odoo's total is another one."""
    read_invoices(context, batch, taxes=False)
    for progress in batch.where(has_payment):
        state, residual = progress.invoice["payment_state"], _amount(progress, "amount_residual")
        away = _amount(progress, "amount_total") - progress.plan.targets.total
        if away and residual == max(away, ZERO):
            progress.notes.append(_left_open(progress, away))
        elif state not in SETTLED:
            batch.drop(
                progress,
                DataError(
                    f"{progress.label}: its payment is in Odoo, but invoice {progress.invoice['name']} still shows "
                    f"{residual} open ({state}).",
                    record=progress.label,
                    where="account.move -> payment_state",
                    fix="Look at the payment in Odoo and reconcile it with the invoice, then retry.",
                ),
            )


def _left_open(progress: Progress, away: Decimal) -> str:
    name, currency = progress.invoice["name"], progress.plan.order.currency
    if away > 0:
        return f"{away} {currency} stay open on {name}: its total is Odoo's, the payment is what was paid in the store."
    return (
        f"The payment is {-away} {currency} more than {name}, whose total is Odoo's; the rest is the customer's credit."
    )


def _undone(progress: Progress, payment: str) -> SyncConflict:
    return SyncConflict(
        f"{progress.label} is paid in the store, but its payment {payment} was cancelled or taken off invoice "
        f"{progress.invoice['name']} in Odoo.",
        record=progress.label,
        where="account.payment -> state",
        choices=(
            "Pay the invoice in Odoo, then retry.",
            "Keep Odoo as it is: skip this record.",
        ),
    )


def _partly_paid(progress: Progress) -> DataError:
    residual, total = _amount(progress, "amount_residual"), _amount(progress, "amount_total")
    return DataError(
        f"{progress.label}: {residual} of {total} {progress.plan.order.currency} are open on "
        f"invoice {progress.invoice['name']}, so somebody has paid a part of it in Odoo already.",
        record=progress.label,
        where="account.move -> amount_residual",
        fix="Complete the payment in Odoo, then retry.",
    )
