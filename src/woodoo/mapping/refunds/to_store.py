"""The parts of the plan that speak of the other direction: what refunds stand for, and what the store is sent."""

from __future__ import annotations

from dataclasses import replace

from ...domain.plan import Step
from ...domain.refund import Refund
from ..fulfilment.shipments import plain
from ..rules import Rules
from .echo import standing_for
from .refund_plan import RefundPlan
from .send_plan import Sending, SendPlan
from .sending import plan_sending
from .sending_rules import SendRules
from .taken_back import taken_back


def plan_standing(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Note which refunds stand for something of Odoo: they get no credit note of Woodoo's. Comes first."""
    seen = taken_back(plan.order, plan.seen, rules)
    credited = {one.external_id for one in plan.refunds if plan.seen.credit_note_of(one.external_id)}
    standing = standing_for(plan.refunds, seen, rules.namespace, credited=credited, sent=plan.before.sent)
    return replace(plan, standing=standing)


def plan_to_store(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Plan what the store is sent. Comes last: it has to know which refunds get a credit note."""
    if not rules.refunds.sends:
        return plan
    found = send_plan(plan, plan.refunds, rules)
    for error in found.errors:
        plan = plan.with_failure(error)
    for remark in found.remarks:
        plan = plan.with_note(remark)
    return replace(plan, sending=found)


def send_plan(plan: RefundPlan, refunds: tuple[Refund, ...], rules: Rules) -> SendPlan:
    """Return what is sent where these are the refunds the store has."""
    wanted = rules.refunds
    send_rules = SendRules(
        rules.namespace,
        send_refunds=wanted.send_refunds,
        send_returns=wanted.send_returns,
        since=wanted.send_refunds_from,
        refund_money=wanted.refund_money,
        restock=wanted.restock_in_store,
        gateways=plan.before.paying_back,
    )
    seen = taken_back(plan.order, plan.seen, rules)
    return plan_sending(plan.order, refunds, seen, send_rules, credited=credited(plan), sent=plan.before.sent)


def credited(plan: RefundPlan) -> frozenset[str]:
    """Return the refunds that have a credit note Woodoo made, get it in this run, or need none."""
    made = {refund.external_id for refund in plan.refunds if plan.seen.credit_note_of(refund.external_id)}
    made |= {one.refund.external_id for one in plan.there} | {one.refund.external_id for one in plan.credits}
    return frozenset(made | plan.seen.inside)


def sending_steps(sending: SendPlan) -> tuple[Step, ...]:
    """Return what is sent in words, with what it does to money."""
    return tuple(_step(one) for one in sending.send)


def _step(one: Sending) -> Step:
    refund = one.refund
    why = f"{one.source.label} is {'posted' if one.source.model == 'account.move' else 'done'} in Odoo"
    lines = ", ".join(f"{plain(line.quantity)} × {line.name}" if line.quantity else line.name for line in refund.lines)
    stock = "goods go back on its shelf" if refund.restock else ""
    said = [f"{refund.amount:f}", one.money, lines, stock, one.remark]
    return Step("Refund in the store", why, one.source.model, "; ".join(filter(None, said)))
