"""Make sure that each order has a posted invoice that equals the store to the cent, total and each tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from ...domain.errors import DataError
from ...domain.money import ZERO, round_money, to_decimal
from ...domain.plan import Total
from ...mapping.amounts.apart import Apart
from ...mapping.amounts.priced import Priced
from ...mapping.amounts.totals import Targets
from ...mapping.documents.account_move import invoice_lines, invoice_vals
from ...mapping.policy import Do
from ...odoo import workflows
from ...odoo.invoice_taxes import Wanted, override_taxes
from ...odoo.records import Row
from ..batch import OrderBatch, Progress, named
from ..context import Context
from .changes import changes_invoice, revive_invoices
from .sale_orders import may_be_rewritten
from .why import why_invoices_differ


class Compared(Protocol):
    """What an invoice or a credit note has to come to."""

    @property
    def priced(self) -> Priced: ...

    @property
    def targets(self) -> Targets: ...


FIELDS = ("name", "state", "payment_state", "amount_untaxed", "amount_tax", "amount_total", "amount_residual")


def ensure_invoices(context: Context, batch: OrderBatch) -> None:
    """Create the invoices the sales orders do not have, and read all of them back.

    A draft that does not come to the store's amounts, left from before, gets its lines written anew.
    """
    _use_existing(batch)
    _create(context, batch, batch.where(lambda p: p.wants(Do.INVOICE) and not p.invoice))
    read_invoices(context, batch)
    if revive_invoices(context, batch):
        read_invoices(context, batch)
    _refuse_cancelled(batch)
    stale = batch.where(lambda p: is_draft(p) and (changes_invoice(p) or (_may_differ(context, p) and not _fits(p))))
    for progress in stale:
        try:
            context.odoo.rewrite("account.move", progress.invoice["id"], _row(context, progress))
        except DataError as error:
            batch.drop(progress, named(progress, error, "its draft invoice could not be brought up to date"))
    if stale:
        read_invoices(context, batch)


def _may_differ(context: Context, progress: Progress) -> bool:
    """Say whether a draft that differs from the store is to be written anew."""
    return context.rules.exact and may_be_rewritten(progress)


def settle_cents(context: Context, batch: OrderBatch) -> None:
    """Set taxes and net of draft invoices to the store's amounts where rounding drove them apart by cents."""
    if not context.rules.exact:
        return
    apart = batch.where(lambda p: is_draft(p) and bool(_apart(p)) and _apart(p).is_cents)
    if not apart:
        return
    wanted = {p.invoice["id"]: _wanted(p) for p in apart}
    digits = context.rules.currencies[context.rules.company_currency].digits
    failed = override_taxes(context.odoo, wanted, company_digits=digits)
    for progress in apart:
        error = failed.get(progress.invoice["id"])
        if error:
            batch.drop(progress, named(progress, error, "the tax of its invoice could not be set"))
        else:
            progress.notes.append(f"The draft invoice was set to the store's amounts: {_apart(progress).arithmetic}.")
    read_invoices(context, batch)


def post_invoices(context: Context, batch: OrderBatch) -> None:
    """Post the invoices that equal the store; what differs by a cent stays a draft and is parked.

    Where Odoo's tax counts, the difference is noted instead.
    """
    for progress in batch.where(lambda p: p.wants(Do.INVOICE)):
        progress.totals = compare(progress.plan, progress.invoice, progress.invoice_taxes)
    differing = {p.invoice["id"]: p for p in batch.where(lambda p: context.rules.exact and _differs(p))}
    for odoo_id, why in why_invoices_differ(context, differing).items():
        batch.drop(differing[odoo_id], _mismatch(differing[odoo_id], why))
    drafts = batch.where(lambda p: p.wants(Do.POST) and is_draft(p))
    if not drafts:
        return
    failed = workflows.post_invoices(context.odoo, [p.invoice["id"] for p in drafts]).errors
    for progress in drafts:
        error = failed.get(progress.invoice["id"])
        if error:
            batch.drop(progress, named(progress, error, "its invoice could not be posted"))


def is_draft(progress: Progress) -> bool:
    """Say whether the order has an invoice that is to be written and is not posted yet."""
    return progress.wants(Do.INVOICE) and progress.invoice["state"] == "draft"


def compare(plan: Compared, invoice: Mapping[str, Any], found: Mapping[int, Decimal]) -> tuple[Total, ...]:
    """Return the store's totals beside those of the invoice: untaxed, each tax (`found`), total."""
    digits = plan.priced.digits
    names = {tax.odoo_id: tax.name for line in plan.priced.lines for tax in line.taxes}

    def amount(field: str) -> Decimal:
        return round_money(to_decimal(invoice[field]), digits)

    strangers = {tax: ZERO for tax in found if tax not in plan.priced.taxes}
    taxes = tuple(
        Total(names.get(tax, f"Tax {tax}"), wanted, round_money(found.get(tax, ZERO), digits))
        for tax, wanted in {**plan.priced.taxes, **strangers}.items()
    )
    return (
        Total("Untaxed", plan.targets.untaxed, amount("amount_untaxed")),
        *taxes,
        Total("Total", plan.targets.total, amount("amount_total")),
    )


def read_invoices(context: Context, batch: OrderBatch, *, taxes: bool = True) -> None:
    """Read the invoices as they are now, and (`taxes`) what each tax of them comes to."""
    by_id = {progress.invoice["id"]: progress for progress in batch if progress.wants(Do.INVOICE)}
    if not by_id:
        return
    for row in context.odoo.read("account.move", list(by_id), list(FIELDS)):
        by_id[row["id"]].invoice = row
    if not taxes:
        return
    found: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    domain = [("move_id", "in", list(by_id)), ("tax_line_id", "!=", False)]
    for row in context.odoo.search_read(
        "account.move.line", domain, ["move_id", "tax_line_id", "amount_currency"], order="id"
    ):
        found[row["move_id"]][row["tax_line_id"]] -= to_decimal(row["amount_currency"])
    for odoo_id, progress in by_id.items():
        progress.invoice_taxes = dict(found[odoo_id])


def _use_existing(batch: OrderBatch) -> None:
    for progress in batch:
        document = progress.plan.document
        if document and document.invoice and progress.wants(Do.INVOICE) and not progress.plan.change.reissue:
            progress.invoice = {"id": document.invoice.odoo_id}


def _refuse_cancelled(batch: OrderBatch) -> None:
    """Leave to a person an invoice that was cancelled: it keeps its external id, so no other one takes its place."""
    for progress in batch.where(lambda p: p.wants(Do.INVOICE) and p.invoice["state"] == "cancel"):
        name = progress.invoice["name"] or "its invoice"
        batch.drop(
            progress,
            DataError(
                f"{progress.label}: its invoice {name} is cancelled in Odoo.",
                record=progress.label,
                where="account.move -> state",
                fix="Set the invoice back to draft in Odoo, or delete it so that a new one is made; then retry.",
            ),
        )


def _create(context: Context, batch: OrderBatch, wanted: Sequence[Progress]) -> None:
    if not wanted:
        return
    ensured = workflows.ensure_invoices(context.odoo, [_row(context, progress) for progress in wanted])
    for progress in wanted:
        external_id = progress.plan.invoice_external_id
        if external_id in ensured.errors:
            batch.drop(progress, named(progress, ensured.errors[external_id], "its invoice could not be created"))
        else:
            progress.invoice = {"id": ensured.ids[external_id]}


def _row(context: Context, progress: Progress) -> Row:
    plan, rules, order = progress.plan, context.rules, progress.sale_order
    header = invoice_vals(
        plan.order,
        rules,
        day=plan.invoice_date,
        order_name=order["name"] if order else "",
        invoice_id=order["partner_invoice_id"] if order else progress.invoice_partner_id,
        shipping_id=order["partner_shipping_id"] if order else progress.delivery_partner_id,
        memo=plan.memo,
    )
    lines = invoice_lines(plan.lines, progress.order_line_ids, rules, plan.order.currency)
    return Row(plan.invoice_external_id, header, {"invoice_line_ids": lines})


def _apart(progress: Progress) -> Apart:
    """Return by how much the invoice is away from the store."""
    untaxed = to_decimal(progress.invoice["amount_untaxed"])
    return Apart.between(progress.plan.priced, progress.plan.targets, untaxed, progress.invoice_taxes)


def _wanted(progress: Progress) -> Wanted:
    """Return what its draft has to be set to: the taxes that differ, and the net where it does."""
    apart, plan = _apart(progress), progress.plan
    taxes = {tax: plan.priced.taxes[tax] for tax in apart.taxes}
    return Wanted(taxes, plan.targets.untaxed if apart.untaxed else None)


def _fits(progress: Progress) -> bool:
    return _apart(progress).is_cents


def _differs(progress: Progress) -> bool:
    return progress.wants(Do.INVOICE) and any(not total.equal for total in progress.totals)


def _mismatch(progress: Progress, why: str) -> DataError:
    rows = [f"{t.name} {t.store} in the store, {t.odoo} in Odoo" for t in progress.totals if not t.equal]
    return DataError(
        f"{progress.label} was not posted, because its invoice differs from the store: {'; '.join(rows)}. {why}",
        record=progress.label,
        where="account.move",
        fix="Check the tax mapping, and whether somebody changed the draft invoice in Odoo; then retry.",
    )
