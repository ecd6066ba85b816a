"""Make sure that each order is a confirmed sales order in Odoo, with the store's totals and date."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.errors import DataError
from ...domain.money import ZERO, quantum, round_money, to_decimal
from ...domain.plan import Total
from ...mapping.documents.document import QUOTATION
from ...mapping.documents.sale_order import sale_order_external_id, sale_order_line_vals, sale_order_vals
from ...mapping.policy import Do
from ...odoo import workflows
from ...odoo.records import Row
from ..batch import OrderBatch, Progress, named
from ..context import Context
from .why import why_orders_differ

FIELDS = (
    "name",
    "state",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "currency_id",
    "date_order",
    "invoice_ids",
    "partner_invoice_id",
    "partner_shipping_id",
)


def ensure_sale_orders(context: Context, batch: OrderBatch) -> None:
    """Create the sales orders Odoo does not have and read all of them back, with their lines.

    A quotation of ours that does not come to the store's total is left from an attempt under other settings, or from
    before the order was changed in the store: it was never confirmed, so its lines are written anew.
    """
    wanted = batch.where(lambda p: p.wants(Do.ORDER))
    if not wanted:
        return
    _use_existing(wanted)
    _create(context, batch, [p for p in wanted if not p.sale_order])
    _read(context, batch.where(lambda p: p.wants(Do.ORDER)))
    stale = batch.where(lambda p: may_be_rewritten(p) and _is_draft(p) and not _fits(context, p))
    for progress in stale:
        try:
            context.odoo.rewrite("sale.order", progress.sale_order["id"], sale_order_row(context, progress))
        except DataError as error:
            batch.drop(
                progress, named(progress, error, f"{progress.sale_order['name']} could not be brought up to date")
            )
    _read(context, [p for p in stale if p.record in batch.orders])
    for progress in batch.where(lambda p: p.wants(Do.ORDER)):
        progress.totals = _compare(progress)
    differing = {p.sale_order["id"]: p for p in batch.where(lambda p: p.wants(Do.ORDER) and not _fits(context, p))}
    for odoo_id, why in why_orders_differ(context, differing).items():
        batch.drop(differing[odoo_id], _mismatch(differing[odoo_id], why))


def confirm_sale_orders(context: Context, batch: OrderBatch) -> None:
    """Confirm the quotations and give back the store's date, which confirming overwrites with now."""
    wanted = batch.where(lambda p: p.wants(Do.CONFIRM))
    drafts = [p for p in wanted if p.sale_order["state"] in QUOTATION]
    if drafts:
        failed = workflows.confirm_orders(context.odoo, [p.sale_order["id"] for p in drafts]).errors
        for progress in drafts:
            error = failed.get(progress.sale_order["id"])
            if error:
                batch.drop(progress, named(progress, error, f"{progress.sale_order['name']} could not be confirmed"))
            else:
                progress.sale_order = {**progress.sale_order, "state": "sale"}
    dates = {p.sale_order["id"]: p.plan.order.created_at for p in wanted if p in drafts or not _has_date(p)}
    if dates:
        workflows.restore_order_dates(context.odoo, dates)


def may_be_rewritten(progress: Progress) -> bool:
    """Say whether a draft that differs may be written anew: not where only people in Odoo have changed it since."""
    change = progress.plan.change
    return progress.plan.document is not None and (change.written is None or change.rewrites or change.reopens)


def _is_draft(progress: Progress) -> bool:
    return bool(progress.sale_order) and progress.sale_order["state"] == "draft"


def _has_date(progress: Progress) -> bool:
    return str(progress.sale_order["date_order"]) == f"{progress.plan.order.created_at:%Y-%m-%d %H:%M:%S}"


def _use_existing(wanted: Sequence[Progress]) -> None:
    for progress in wanted:
        document = progress.plan.document
        if document and document.sale_order_id:
            progress.sale_order = {"id": document.sale_order_id}


def _create(context: Context, batch: OrderBatch, wanted: Sequence[Progress]) -> None:
    if not wanted:
        return
    rows = [sale_order_row(context, progress) for progress in wanted]
    ensured = context.odoo.ensure("sale.order", rows)
    for progress in wanted:
        external_id = sale_order_external_id(progress.plan.order)
        if external_id in ensured.errors:
            batch.drop(progress, named(progress, ensured.errors[external_id], "could not be created in Odoo"))
        else:
            progress.sale_order = {"id": ensured.ids[external_id]}


def sale_order_row(context: Context, progress: Progress) -> Row:
    """Return the sales order as it is to be written."""
    plan, rules = progress.plan, context.rules
    header = sale_order_vals(
        plan.order,
        rules,
        partner_id=progress.contact_id,
        invoice_id=progress.invoice_partner_id,
        shipping_id=progress.delivery_partner_id,
        carrier=plan.carrier,
    )
    taxes_field = context.odoo.client.dialect.order_line_taxes
    lines = [sale_order_line_vals(line, rules, plan.order.currency, taxes_field=taxes_field) for line in plan.lines]
    return Row(sale_order_external_id(plan.order), header, {"order_line": lines})


def _read(context: Context, wanted: Sequence[Progress]) -> None:
    if not wanted:
        return
    by_id = {progress.sale_order["id"]: progress for progress in wanted}
    for row in context.odoo.read("sale.order", list(by_id), [*FIELDS, "order_line"]):
        by_id[row["id"]].sale_order = row
        by_id[row["id"]].order_line_ids = tuple(sorted(row["order_line"]))
    _leave_out_words(context, [p for p in wanted if len(p.order_line_ids) != len(p.plan.lines)])


def _leave_out_words(context: Context, wanted: Sequence[Progress]) -> None:
    """Take the sections and notes that people add to a sales order out of its lines: they have no amount."""
    if not wanted:
        return
    ids = [line for progress in wanted for line in progress.order_line_ids]
    domain = [("id", "in", ids), ("display_type", "=", False)]
    goods = {row["id"] for row in context.odoo.search_read("sale.order.line", domain, ["id"])}
    for progress in wanted:
        progress.order_line_ids = tuple(line for line in progress.order_line_ids if line in goods)


def _fits(context: Context, progress: Progress) -> bool:
    """Say whether the sales order comes to the store's total, as far as its line taxes allow.

    Where Odoo's tax counts, it does not have to.
    """
    plan, order = progress.plan, progress.sale_order
    if len(progress.order_line_ids) != len(plan.lines):
        return False
    slack = plan.priced.order_slack if context.rules.allow_order_cent else ZERO
    total = round_money(to_decimal(order["amount_total"]), plan.priced.digits)
    return not context.rules.exact or abs(total - plan.targets.total) <= slack


def _compare(progress: Progress) -> tuple[Total, ...]:
    """Return the store's totals beside those of the sales order."""
    order, targets, digits = progress.sale_order, progress.plan.targets, progress.plan.priced.digits
    pairs = (("Untaxed", targets.untaxed), ("Tax", targets.tax), ("Total", targets.total))
    return tuple(
        Total(name, store, round_money(to_decimal(order[f"amount_{name.lower()}"]), digits)) for name, store in pairs
    )


def _mismatch(progress: Progress, why: str) -> DataError:
    order, targets = progress.sale_order, progress.plan.targets
    untaxed, tax, total = (to_decimal(order[f"amount_{name}"]) for name in ("untaxed", "tax", "total"))
    cent = quantum(progress.plan.priced.digits)
    stopped = "confirmed" if order["state"] in QUOTATION else "invoiced"
    return DataError(
        f"{progress.label} comes to {targets.untaxed} + {targets.tax} tax = {targets.total} "
        f"{progress.plan.order.currency} in the store, but {order['name']} in Odoo to {untaxed.quantize(cent)} + "
        f"{tax.quantize(cent)} tax = {total.quantize(cent)}. It was not {stopped}. {why}",
        record=progress.label,
        where="sale.order -> amount_total",
        fix="Check the tax mapping, and whether somebody changed the order in Odoo; then retry.",
    )
