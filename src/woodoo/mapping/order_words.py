"""An order's plan in words: what the screen, the dry run and the ledger show."""

from __future__ import annotations

from ..domain.plan import Plan, Step, Total
from .changes.cancelling import CancelPlan
from .changes.change_words import cancel_steps, cancel_summary, change_steps
from .customers.customer_words import customer_notes, customer_steps
from .order_plan import NothingToDo, OrderPlan
from .policy import Do


def order_plan_shown(plan: OrderPlan | CancelPlan | NothingToDo) -> Plan:
    """Return the plan as people read it; amounts in the order's currency, Odoo's side still open."""
    if isinstance(plan, NothingToDo):
        return Plan(plan.order.label, plan.reason, currency=plan.order.currency)
    if isinstance(plan, CancelPlan):
        return Plan(plan.order.label, cancel_summary(plan), cancel_steps(plan), currency=plan.order.currency)
    title = f"{plan.order.label} → {plan.reference}"
    summary = "Bring the order to Odoo" if plan.document is None else f"Complete {plan.document.name} in Odoo"
    return Plan(title, summary, _steps(plan), _totals(plan), plan.order.currency, _notes(plan))


def _notes(plan: OrderPlan) -> tuple[str, ...]:
    return (
        *plan.waits,
        *plan.priced.notes,
        *plan.notes,
        *customer_notes(plan.partner, (plan.invoice_address, plan.delivery_address)),
    )


def _steps(plan: OrderPlan) -> tuple[Step, ...]:
    """Return the steps that are left, up to the one the order goes to."""
    # One that was credited gives way to another one.
    document, invoice = plan.document, plan.document.invoice if plan.document and not plan.change.reissue else None
    steps = _first_steps(plan) if document is None else change_steps(plan.change, document)
    if Do.CONFIRM in plan.steps and (document is None or document.is_quotation):
        steps.append(Step("Confirm the sales order", f"the order is '{plan.order.status}'", "sale.order"))
    if Do.INVOICE in plan.steps and invoice is None:
        steps.append(_invoice_step(plan))
    if Do.POST in plan.steps and (invoice is None or invoice.state == "draft"):
        steps.append(Step("Post the invoice", _POSTED[plan.priced.tax_technique != "odoo"], "account.move"))
    if plan.journal:
        paid = f"{plan.targets.total} {plan.order.currency} on {plan.payment_date}, '{plan.memo}'"
        why = f"'{plan.order.payment_method}' is mapped to {plan.journal.name}"
        steps.append(Step(f"Register the payment in {plan.journal.name}", why, "account.payment", paid))
    if Do.DELIVERY in plan.steps and not (document and document.delivered):
        steps.append(Step("Deliver the goods", f"the order is '{plan.order.status}'", "stock.picking"))
    return tuple(steps)


#: Whether the store's tax counts → why an invoice is posted.
_POSTED = {
    True: "its totals equal the store's to the cent",
    False: "the settings leave the tax to Odoo; a difference is shown",
}
#: How taxes are made to fit → what is said of it.
_TAXES = {
    "as computed": "taxes as Odoo computes them",
    "pinned": "the store's tax amounts on the lines",
    "shifted": "a cent shifted between lines so that the taxes fit",
    "steered": "a line split so that the taxes fit",
    "override": "the draft invoice set to the store's amounts",
    "odoo": "taxes left to Odoo",
}


def _invoice_step(plan: OrderPlan) -> Step:
    if plan.order.paid_at:
        why = "the order is paid"
    elif plan.targets.total:
        why = f"'{plan.order.payment_method}' is invoiced without waiting for the payment"
    else:
        why = "there is nothing to pay"
    if plan.change.reissue:
        why = f"invoice {', '.join(plan.change.standing.credited)} was credited, and the store wants the order again"
    day = f"over {plan.targets.total} {plan.order.currency}, dated {plan.invoice_date:%Y-%m-%d}"
    detail = day if Do.ORDER in plan.steps else f"{day}, {_lines(plan)}"
    return Step("Create the invoice", why, "account.move", detail)


def _first_steps(plan: OrderPlan) -> list[Step]:
    steps = customer_steps(plan.partner, (plan.invoice_address, plan.delivery_address))
    if Do.ORDER in plan.steps:
        why = "Odoo has none with its external id"
        steps.append(Step("Create the sales order", why, "sale.order", _lines(plan)))
    return steps


def _lines(plan: OrderPlan) -> str:
    """Return how many lines there are, under which reference, and which techniques make them exact."""
    count = len(plan.lines)
    prices = " and ".join(dict.fromkeys(line.priced.technique for line in plan.lines))
    taxes = _TAXES.get(plan.priced.tax_technique, plan.priced.tax_technique)
    return f"{count} line{'s' if count != 1 else ''}, reference {plan.reference}, prices {prices}, {taxes}"


def _totals(plan: OrderPlan) -> tuple[Total, ...]:
    names = {tax.odoo_id: tax.name for line in plan.priced.lines for tax in line.taxes}
    taxes = [Total(names.get(tax_id, f"Tax {tax_id}"), amount) for tax_id, amount in plan.priced.taxes.items()]
    return (Total("Untaxed", plan.targets.untaxed), *taxes, Total("Total", plan.targets.total))
