"""Make sure that each refund has a posted credit note that equals it to the cent, total and each tax."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ....domain.errors import DataError, WoodooError
from ....domain.money import ZERO, to_decimal
from ....engine.flow import LinkVals
from ....mapping.amounts.apart import Apart
from ....mapping.refunds.account_move import credit_note_lines, credit_note_vals
from ....odoo import workflows
from ....odoo.invoice_taxes import Wanted, override_taxes
from ....odoo.records import Row
from ...context import Context
from ...refund_batch import CREDIT_NOTE_KIND, KIND, CreditNote, RefundBatch
from ..invoices import FIELDS, compare


def create_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Create each credit note once, as a draft, and read all of them back.

    A draft that does not come to the refund's amounts, left from before, gets its lines written anew.
    """
    for with_accounts in (True, False):
        rows = {
            note.plan.external_id: (progress, note, _row(context, note))
            for progress, note in batch.credit_notes()
            if note.plan.names_accounts is with_accounts
        }
        if not rows:
            continue
        ensured = workflows.ensure_invoices(context.odoo, [row for _, _, row in rows.values()])
        for external_id, (progress, note, _) in rows.items():
            if external_id in ensured.errors:
                progress.fail(_named(note, ensured.errors[external_id], "its credit note could not be created"), note)
            else:
                note.move = {"id": ensured.ids[external_id]}
    read_credit_notes(context, batch)
    stale = [pair for pair in batch.credit_notes() if pair[1].is_draft and not _apart(pair[1]).is_cents]
    for progress, note in stale:
        try:
            context.odoo.rewrite("account.move", note.move["id"], _row(context, note))
        except DataError as error:
            progress.fail(_named(note, error, "its draft credit note could not be brought up to date"), note)
    if stale:
        read_credit_notes(context, batch)


def settle_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Set taxes and net of draft credit notes to the store's amounts where rounding drove them apart by cents."""
    apart = [pair for pair in batch.credit_notes() if pair[1].is_draft and _apart(pair[1])]
    if not apart:
        return
    wanted = {note.move["id"]: _wanted(note) for _, note in apart}
    digits = context.rules.currencies[context.rules.company_currency].digits
    failed = override_taxes(context.odoo, wanted, credit_notes=True, company_digits=digits)
    for progress, note in apart:
        error = failed.get(note.move["id"])
        if error:
            progress.fail(_named(note, error, "the tax of its credit note could not be set"), note)
        else:
            progress.notes.append(f"{note.label}: the draft was set to the store's amounts: {_apart(note).arithmetic}.")
    read_credit_notes(context, batch)


def post_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Post the credit notes that equal their refund; what differs by a cent stays a draft and is parked."""
    for progress, note in batch.credit_notes():
        note.totals = compare(note.plan, note.move, note.taxes)
        if any(not total.equal for total in note.totals):
            progress.fail(_mismatch(note), note)
    drafts = [pair for pair in batch.credit_notes() if pair[1].is_draft]
    if drafts and context.rules.refunds.post_credit_notes:
        failed: dict[int, WoodooError] = {}
        for together in one_of_each_invoice(note for _, note in drafts):
            failed |= workflows.post_invoices(context.odoo, [note.move["id"] for note in together]).errors
        for progress, note in drafts:
            error = failed.get(note.move["id"])
            if error:
                progress.fail(_named(note, error, "its credit note could not be posted"), note)
        read_credit_notes(context, batch)


def one_of_each_invoice(notes: Iterable[CreditNote]) -> list[list[CreditNote]]:
    """Put credit notes together that are posted at once: none of the same invoice.

    From Odoo 17 on, posting pairs the credit notes one by one with the invoices they reverse, each of which it counts
    once (account_move.py, `_reconcile_reversed_moves`): after a second one of the same invoice, all others would be
    reconciled with the invoices of other orders.
    """
    rounds: list[list[CreditNote]] = []
    often: Counter[int] = Counter()
    for note in notes:
        place = often[note.plan.invoice.odoo_id]
        often[note.plan.invoice.odoo_id] += 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(note)
    return rounds


def remember_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Note what stands for each refund, and for the refunds of each order; also where a later part fails."""
    for progress in batch:
        own = [one for one in progress.plan.there if one.move.refund_id == one.refund.external_id]
        there = [(one.refund.external_id, one.move.odoo_id, one.move.name) for one in own]
        made = [
            (note.plan.refund.external_id, note.move["id"], str(note.move.get("name") or "draft"))
            for note in progress.credit_notes
            if note.move.get("state")
        ]
        for refund_id, odoo_id, name in (*there, *made):
            xmlid = f"{context.rules.namespace}.account_move_refund_{refund_id}"
            link = LinkVals(CREDIT_NOTE_KIND, refund_id, "account.move", odoo_id, name, xmlid)
            progress.links += [link, replace(link, kind=KIND, external_id=f"{progress.record}/{refund_id}")]
        if last := [*there, *made][-1:]:
            progress.links.append(LinkVals(KIND, progress.record, "account.move", last[0][1], last[0][2]))


def read_credit_notes(context: Context, batch: RefundBatch) -> None:
    """Read the credit notes as they are now, and what each tax of them comes to."""
    by_id = {note.move["id"]: note for _, note in batch.credit_notes() if note.move}
    if not by_id:
        return
    for row in context.odoo.read("account.move", by_id, list(FIELDS)):
        by_id[row["id"]].move = row
    found: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    domain = [("move_id", "in", list(by_id)), ("tax_line_id", "!=", False)]
    fields = ["move_id", "tax_line_id", "amount_currency"]
    for row in context.odoo.search_read("account.move.line", domain, fields, order="id"):
        found[row["move_id"]][row["tax_line_id"]] += to_decimal(row["amount_currency"])
    for odoo_id, note in by_id.items():
        note.taxes = dict(found[odoo_id])


def _row(context: Context, note: CreditNote) -> Row:
    display_type = context.odoo.client.dialect.product_display_type
    lines = credit_note_lines(note.plan, context.rules, product_display_type=display_type)
    return Row(note.plan.external_id, credit_note_vals(note.plan, context.rules), {"invoice_line_ids": lines})


def _apart(note: CreditNote) -> Apart:
    return Apart.between(note.plan.priced, note.plan.targets, to_decimal(note.move["amount_untaxed"]), note.taxes)


def _wanted(note: CreditNote) -> Wanted:
    apart, plan = _apart(note), note.plan
    taxes = {tax: plan.priced.taxes[tax] for tax in apart.taxes}
    return Wanted(taxes, plan.targets.untaxed if apart.untaxed else None)


def _named(note: CreditNote, error: WoodooError, doing: str) -> WoodooError:
    message = f"{note.label}: {doing}: {error.message}"
    if isinstance(error, DataError):
        return DataError(message, record=note.plan.order.label, where=error.where, fix=error.fix)
    error.message = message
    error.record = note.plan.order.label
    return error


def _mismatch(note: CreditNote) -> DataError:
    rows = [f"{t.name} {t.store} in the store, {t.odoo} in Odoo" for t in note.totals if not t.equal]
    return DataError(
        f"{note.label} was not posted, because its credit note differs from the store: {'; '.join(rows)}.",
        record=note.plan.order.label,
        where="account.move",
        fix="Check the tax mapping, and whether somebody changed the draft credit note in Odoo; then retry.",
    )
