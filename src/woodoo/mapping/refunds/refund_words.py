"""The plan for an order's refunds in words: what the screen, the dry run and the ledger show."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.money import ZERO, round_money
from ...domain.plan import Plan, Step, Total, join
from .credit_plan import CreditPlan
from .goods_words import goods_steps
from .refund_plan import RefundPlan
from .to_store import sending_steps

_TAXES = {
    "pinned": "the store's tax amounts on the lines",
    "shifted": "a cent shifted between lines so that the taxes fit",
    "steered": "a line split so that the taxes fit",
    "override": "the draft set to the store's amounts",
}


def refund_plan_shown(plan: RefundPlan) -> Plan:
    """Return the plan as people read it, with the money effect; amounts in the order's currency."""
    notes = (*plan.waits, *plan.notes, *(error.message for error in plan.failures))
    totals = tuple(total for credit in plan.credits for total in _totals(credit))
    return Plan(plan.label, summary(plan), tuple(_steps(plan)), totals, plan.order.currency, notes)


def summary(plan: RefundPlan) -> str:
    """Say in one line how much was given back, and what stands for it in Odoo."""
    order = plan.order
    if not plan.refunds and plan.cancellations:
        return f"{order.label} is cancelled; its invoice is credited."
    if not plan.refunds:
        return "The store has given nothing back."
    total = round_money(sum((refund.amount for refund in plan.refunds), ZERO), order.currency_digits)
    count = len(plan.refunds)
    given = f"The store has given back {total} {order.currency} in {count} refund{'s' if count != 1 else ''}"
    names = ", ".join(dict.fromkeys(one.move.name for one in plan.there))
    return f"{given}; in Odoo: {names}." if names else f"{given}."


def _steps(plan: RefundPlan) -> Iterator[Step]:
    for credit in plan.credits:
        yield from _credit_steps(credit)
    for one in plan.there:
        if one.journal:
            why = f"{one.refund.label} is paid back"
            amount = one.amount if one.amount is not None else one.move.open
            open_ = f"{round_money(amount, plan.order.currency_digits)} {plan.order.currency}"
            yield Step(f"Pay back in {one.journal.name}", why, "account.payment", f"{open_}, '{one.memo}'")
    for note, invoice in plan.take_up:
        taken = round_money(min(note.open, invoice.open), plan.order.currency_digits)
        why, detail = f"{invoice.label} is open", f"{taken} {plan.order.currency} less to be paid"
        yield Step(f"Reconcile {note.label} with {invoice.name}", why, "account.move.line", detail)
    for move in plan.undo:
        why = f"refund {move.refund_id} was deleted in the store"
        total = round_money(move.total, plan.order.currency_digits)
        detail = f"over {total} {plan.order.currency}, with what Woodoo has paid back of it"
        yield Step(f"Cancel {move.label}", why, "account.move", detail)
    yield from goods_steps(plan.goods)
    yield from sending_steps(plan.sending)


def _credit_steps(credit: CreditPlan) -> Iterator[Step]:
    refund, currency, invoice = credit.refund, credit.order.currency, credit.invoice
    count = len(credit.entries)
    taxes = _TAXES.get(credit.priced.tax_technique, "")
    lines = f"{count} line{'s' if count != 1 else ''}, dated {credit.day:%Y-%m-%d}"
    amount = f"{credit.targets.total} {currency} of {invoice.label}"
    why = join([refund.label, f"'{refund.reason}'" if refund.reason else ""])
    yield Step("Create the credit note", why, "account.move", join([amount, lines, taxes]))
    taken = min(max(round_money(invoice.open, credit.priced.digits), ZERO), credit.targets.total)
    if taken:
        why = f"{invoice.label} is open"
        yield Step("Reconcile it with the invoice", why, "account.move.line", f"{taken} {currency} less to be paid")
    rest = credit.targets.total - taken
    if credit.journal:
        why = "the payment provider has paid it back" if refund.by_gateway else "the settings say so"
        detail = f"{rest} {currency} on {credit.day:%Y-%m-%d}, '{credit.memo}'"
        yield Step(f"Pay back in {credit.journal.name}", why, "account.payment", detail)
    elif rest:
        why = "nobody has paid it back yet" if not refund.by_gateway else "the settings say so"
        why = "a cancellation moves no money" if refund.is_cancellation else why
        yield Step("Leave the credit note open", why, "account.move", f"{rest} {currency} to the customer's credit")


def _totals(credit: CreditPlan) -> tuple[Total, ...]:
    names = {tax.odoo_id: tax.name for line in credit.priced.lines for tax in line.taxes}
    taxes = (Total(names.get(tax_id, f"Tax {tax_id}"), amount) for tax_id, amount in credit.priced.taxes.items())
    return (Total("Untaxed", credit.targets.untaxed), *taxes, Total("Total", credit.targets.total))
