"""An order's plan in words: what the screen, the dry run and the ledger show."""

from __future__ import annotations

from ..domain.plan import Plan, Step, Total
from .order_plan import NothingToDo, OrderPlan
from .policy import Do


def order_plan_shown(plan: OrderPlan | NothingToDo) -> Plan:
    """Return the plan as people read it; amounts in the order's currency, Odoo's side still open."""
    if isinstance(plan, NothingToDo):
        return Plan(plan.order.label, plan.reason, currency=plan.order.currency)
    title = f"{plan.order.label} → {plan.reference}"
    summary = "Bring the order to Odoo" if plan.document is None else f"Complete {plan.document.name} in Odoo"
    return Plan(title, summary, _steps(plan), _totals(plan), plan.order.currency, _notes(plan))


def _notes(plan: OrderPlan) -> tuple[str, ...]:
    addresses = (plan.invoice_address, plan.delivery_address)
    unknown = dict.fromkeys(address.unknown_state for address in addresses if address.unknown_state)
    return (
        *plan.waits,
        *plan.priced.notes,
        *(f"Odoo knows no state {state}; it is written beside the city." for state in unknown),
    )


def _steps(plan: OrderPlan) -> tuple[Step, ...]:
    invoice = plan.document.invoice if plan.document else None
    steps: list[Step] = []
    if plan.document is None:
        steps += _first_steps(plan)
    if Do.CONFIRM in plan.steps and (plan.document is None or plan.document.is_quotation):
        steps.append(Step("Confirm the sales order", "the store has taken it", "sale.order"))
    if Do.INVOICE in plan.steps and invoice is None:
        day = f"{plan.invoice_date:%Y-%m-%d}"
        steps.append(Step("Create the invoice", "the order is paid", "account.move", f"dated {day}"))
    if Do.POST in plan.steps and (invoice is None or invoice.state == "draft"):
        steps.append(Step("Post the invoice", "its totals equal the store's to the cent", "account.move"))
    if Do.PAYMENT in plan.steps and plan.journal:
        paid = f"{plan.targets.total} {plan.order.currency} on {plan.payment_date}, '{plan.memo}'"
        why = f"'{plan.order.payment_method}' is mapped to {plan.journal.name}"
        steps.append(Step(f"Register the payment in {plan.journal.name}", why, "account.payment", paid))
    return tuple(steps)


def _first_steps(plan: OrderPlan) -> list[Step]:
    partner = plan.partner
    do = "Create the customer" if partner.odoo_id is None else f"Use customer {partner.odoo_id}"
    steps = [Step(do, partner.why, "res.partner", str(partner.vals["name"]))]
    for address in (plan.invoice_address, plan.delivery_address):
        if address and not address.is_partner:
            why = f"the {address.kind} address differs from the customer's own"
            steps.append(Step(f"Create or find the {address.kind} address", why, "res.partner"))
    if Do.ORDER not in plan.steps:
        return steps
    lines = len(plan.lines)
    detail = f"{lines} line{'s' if lines != 1 else ''}, reference {plan.reference}"
    steps.append(Step("Create the sales order", "Odoo has none with its external id", "sale.order", detail))
    return steps


def _totals(plan: OrderPlan) -> tuple[Total, ...]:
    names = {tax.odoo_id: tax.name for line in plan.priced.lines for tax in line.taxes}
    taxes = [Total(names.get(tax_id, f"Tax {tax_id}"), amount) for tax_id, amount in plan.priced.taxes.items()]
    return (Total("Untaxed", plan.targets.untaxed), *taxes, Total("Total", plan.targets.total))
