"""What came of each order of a batch: the line the screen shows, the plan as it was carried out, and the links."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..domain.errors import WoodooError
from ..domain.money import round_money, to_decimal
from ..domain.plan import join
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.changes.change_words import change_said
from ..mapping.documents.document import QUOTATION
from ..mapping.documents.sale_order import sale_order_external_id
from ..mapping.order_plan import NothingToDo
from ..mapping.order_words import order_plan_shown
from .batch import Progress
from .context import Context
from .gone import NothingLeft
from .signs import observed, signed
from .steps.changes import mark_link


def nothing(plan: NothingToDo) -> Outcome:
    """Return the outcome of an order that stays as it is."""
    kind = OutcomeKind.DONE if plan.complete else OutcomeKind.SKIPPED
    links: tuple[LinkVals, ...] = ()
    if plan.document and plan.written:
        link = mark_link(plan.order, plan.document, plan.written)
        links = (replace(link, store_hash=plan.order.modified_at.isoformat()),)
        links = observed(plan.document, links, plan.order.external_id)
    return Outcome(kind, plan.reason, title=plan.order.label, plan=order_plan_shown(plan).to_json(), links=links)


def refused(error: WoodooError, *, gone: bool) -> Outcome:
    """Return the outcome of an order that cannot be planned: parked, or at rest where nothing is left of it.

    One that is `gone` from the store keeps the name it had; only its id is known.
    """
    if isinstance(error, NothingLeft):
        return Outcome(OutcomeKind.SKIPPED, error.message)
    return Outcome.from_error(error, title="" if gone else error.record)


def done(context: Context, progress: Progress) -> Outcome:
    """Return the outcome of an order that went as far as it goes now."""
    links = links_of(context, progress, done=True)
    return Outcome(OutcomeKind.DONE, message(progress), title=progress.label, plan=_shown(progress), links=links)


def dropped(context: Context, progress: Progress, error: WoodooError) -> Outcome:
    """Return the outcome of an order that dropped out, with what became of it in Odoo until then."""
    links = links_of(context, progress)
    return Outcome.from_error(error, title=progress.label, plan=_shown(progress), links=links)


def message(progress: Progress) -> str:
    """Say in one line what the order is in Odoo now, and what waits: "S00012, INV/7 over 35.00 EUR, paid in Stripe"."""
    plan = progress.plan
    if plan.document and not plan.steps:
        return f"{plan.document.name}: {change_said(plan.change)}."
    words = [_sale_order(progress), _invoice(progress), "delivered" if progress.delivered else ""]
    return " ".join([f"{join(words)}{'.' if progress.plan.waits else ''}", *progress.plan.waits])


def links_of(context: Context, progress: Progress, *, done: bool = False) -> tuple[LinkVals, ...]:
    """Return what the order is in Odoo, as far as it has come. Once done, the link says as of which change.

    The link "order" leads to what stands for the order: the sales order, or the invoice where there is none.
    """
    order, partner = progress.plan.order, progress.plan.partner
    sale_order, invoice = progress.sale_order, progress.invoice
    as_of = order.modified_at.isoformat() if done else ""
    marks = progress.plan.change.wanted.text() if done else progress.written
    links = []
    if progress.partner_id:
        name = str(partner.vals["name"])
        links.append(LinkVals("order_customer", order.external_id, "res.partner", progress.partner_id, name))
    if progress.contact_id and partner.key:
        links.append(LinkVals("customer", partner.key, "res.partner", progress.contact_id))
    if sale_order.get("name"):
        xmlid = f"{context.rules.namespace}.{sale_order_external_id(order)}"
        name = str(sale_order["name"])
        links.append(LinkVals("order", order.external_id, "sale.order", sale_order["id"], name, xmlid, as_of, marks))
    if invoice.get("state"):
        xmlid = f"{context.rules.namespace}.{progress.plan.invoice_external_id}"
        link = LinkVals("invoice", order.external_id, "account.move", invoice["id"], invoice_name(progress), xmlid)
        links.append(link if sale_order else replace(link, kind="order", store_hash=as_of, odoo_hash=marks))
    if progress.payment:
        name = str(progress.payment["name"] or "")
        links.append(LinkVals("payment", order.external_id, "account.payment", progress.payment["id"], name))
    return signed(progress, links)


def invoice_name(progress: Progress) -> str:
    """Return the invoice's number; drafts have none, or one that is not theirs yet."""
    return str(progress.invoice["name"]) if progress.invoice["state"] == "posted" else "draft"


def _sale_order(progress: Progress) -> str:
    order = progress.sale_order
    if not order or progress.invoice:
        return str(order.get("name") or "")
    return f"{order['name']}, quotation" if order["state"] in QUOTATION else f"{order['name']} confirmed"


def _invoice(progress: Progress) -> str:
    plan, invoice = progress.plan, progress.invoice
    if not invoice:
        return ""
    name = "draft invoice" if invoice["state"] == "draft" else f"invoice {invoice['name']}"
    total = round_money(to_decimal(invoice["amount_total"]), plan.order.currency_digits)
    paid = f"paid in {plan.journal.name}" if plan.journal else ""
    left_open = "left open" if invoice["state"] == "posted" and invoice["payment_state"] == "not_paid" else ""
    return join([f"{name} over {total} {plan.order.currency}", paid or left_open])


def _shown(progress: Progress) -> dict[str, Any]:
    """Return the plan as it was carried out: with Odoo's totals as far as they are known, and what was noticed."""
    shown = order_plan_shown(progress.plan)
    totals = progress.totals or shown.totals
    return replace(shown, totals=totals, notes=(*shown.notes, *progress.notes)).to_json()
