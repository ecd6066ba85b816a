"""A paid shop order becomes a confirmed, invoiced and paid order in Odoo.

    fetch    the orders as the store has them now
    observe  what Odoo has of them
    plan     what is missing, and whether it may be done (`woodoo.mapping.order_plan`)
    apply    customers, addresses, sales orders, confirmation, invoices, cents, posting, payments
    verify   read back: settled, and equal to the cent

Every step takes the whole batch and may be repeated: a run that was cut off anywhere is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..domain.errors import DataError, WoodooError
from ..domain.plan import Plan, join
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.account_move import invoice_external_id
from ..mapping.document import QUOTATION
from ..mapping.order_plan import NothingToDo, OrderPlan, plan_order
from ..mapping.order_words import order_plan_shown
from ..mapping.res_partner import customer_key
from ..mapping.sale_order import sale_order_external_id
from .batch import OrderBatch, Progress
from .context import Context
from .steps.customers import ensure_addresses, ensure_customers
from .steps.invoices import ensure_invoices, post_invoices, settle_cents
from .steps.observe import observe_orders
from .steps.payments import cancel_doubles, register_payments, verify_paid
from .steps.sale_orders import confirm_sale_orders, ensure_sale_orders

#: The order in which a batch goes through Odoo.
STEPS = (
    ensure_customers,
    ensure_addresses,
    ensure_sale_orders,
    confirm_sale_orders,
    ensure_invoices,
    settle_cents,
    post_invoices,
    register_payments,
    cancel_doubles,
    verify_paid,
)


@dataclass(frozen=True)
class Planned:
    """What would be done with each order, and why some cannot be planned."""

    plans: Mapping[str, OrderPlan | NothingToDo]
    failures: Mapping[str, WoodooError]

    def shown(self) -> dict[str, Plan]:
        """Return the plans in words, by order id: the dry run."""
        return {record: order_plan_shown(plan) for record, plan in self.plans.items()}


def sync_orders(context: Context, external_ids: Sequence[str]) -> dict[str, Outcome]:
    """Bring these orders to where they should be. Returns an outcome for each; raises only for the batch as a whole."""
    planned = plan_orders(context, external_ids)
    work = {record: plan for record, plan in planned.plans.items() if isinstance(plan, OrderPlan)}
    batch = OrderBatch.of(work)
    apply_plans(context, batch)
    outcomes = {record: _nothing(plan) for record, plan in planned.plans.items() if isinstance(plan, NothingToDo)}
    outcomes |= {progress.record: _done(context, progress) for progress in batch}
    outcomes |= {record: Outcome.from_error(error, title=error.record) for record, error in planned.failures.items()}
    outcomes |= {record: _dropped(context, *dropped) for record, dropped in batch.dropped.items()}
    return outcomes


def plan_orders(context: Context, external_ids: Sequence[str]) -> Planned:
    """Fetch, observe and plan, writing nothing: the whole of a dry run."""
    fetched = context.store.fetch_orders(external_ids)
    failures: dict[str, WoodooError] = dict(fetched.broken)
    for record in fetched.missing:
        failures[record] = DataError(
            f"Order {record} is not in the store any more.",
            record=f"Order {record}",
            where="store -> orders",
            fix="Skip this record; if Odoo has the order, decide there what becomes of it.",
        )
    plans: dict[str, OrderPlan | NothingToDo] = {}
    seen = observe_orders(context, list(fetched.found.values())) if fetched.found else None
    for record, order in fetched.found.items():
        assert seen is not None
        try:
            plans[record] = plan_order(order, seen, context.rules)
        except WoodooError as error:
            failures[record] = error
    return Planned(plans, failures)


def apply_plans(context: Context, batch: OrderBatch) -> None:
    """Carry the plans out, step by step, for the whole batch."""
    for step in STEPS:
        if not batch:
            return
        context.still_ours()
        step(context, batch)


def _nothing(plan: NothingToDo) -> Outcome:
    shown = order_plan_shown(plan)
    kind = OutcomeKind.DONE if plan.complete else OutcomeKind.SKIPPED
    return Outcome(kind, plan.reason, title=plan.order.label, plan=shown.to_json())


def _done(context: Context, progress: Progress) -> Outcome:
    message = done_message(progress)
    links = _links(context, progress, done=True)
    return Outcome(OutcomeKind.DONE, message, title=progress.label, plan=_shown(progress), links=links)


def done_message(progress: Progress) -> str:
    """Say in one line what the order is in Odoo now, and what waits."""
    plan, invoice = progress.plan, progress.invoice
    name = str(progress.sale_order.get("name") or "")
    if invoice:
        amount = f"{plan.targets.total} {plan.order.currency}"
        paid = f"paid in {plan.journal.name}" if plan.journal else ""
        said = join([name, f"invoice {invoice['name'] or 'draft'} over {amount}", paid])
    else:
        said = f"{name}, {'quotation' if progress.sale_order['state'] in QUOTATION else 'confirmed'}"
    return f"{said}. {' '.join(plan.waits)}" if plan.waits else said


def _dropped(context: Context, progress: Progress, error: WoodooError) -> Outcome:
    links = _links(context, progress)
    return Outcome.from_error(error, title=progress.label, plan=_shown(progress), links=links)


def _shown(progress: Progress) -> dict[str, Any]:
    """Return the plan as it was carried out: with Odoo's totals as far as they are known, and what was noticed."""
    shown = order_plan_shown(progress.plan)
    totals = progress.totals or shown.totals
    return replace(shown, totals=totals, notes=(*shown.notes, *progress.notes)).to_json()


def _links(context: Context, progress: Progress, *, done: bool = False) -> tuple[LinkVals, ...]:
    """Return what the order is in Odoo, as far as it has come. Once done, the link says as of which change."""
    order, namespace = progress.plan.order, context.rules.namespace
    sale_order, invoice, partner = progress.sale_order, progress.invoice, progress.plan.partner
    as_of = order.modified_at.isoformat() if done else ""
    links = []
    if progress.partner_id:
        name = str(partner.vals["name"])
        links.append(LinkVals("customer", customer_key(order), "res.partner", progress.partner_id))
        links.append(LinkVals("order_customer", order.external_id, "res.partner", progress.partner_id, name))
    if sale_order.get("name"):
        xmlid = f"{namespace}.{sale_order_external_id(order)}"
        name = sale_order["name"]
        links.append(LinkVals("order", order.external_id, "sale.order", sale_order["id"], name, xmlid, as_of))
    if invoice.get("state"):
        xmlid = f"{namespace}.{invoice_external_id(order)}"
        name = invoice["name"] or "draft"
        if not sale_order:
            links.append(LinkVals("order", order.external_id, "account.move", invoice["id"], name, xmlid, as_of))
        links.append(LinkVals("invoice", order.external_id, "account.move", invoice["id"], name, xmlid))
    if progress.payment:
        name = str(progress.payment["name"] or "")
        links.append(LinkVals("payment", order.external_id, "account.payment", progress.payment["id"], name))
    return tuple(links)
