"""Invoices and credit notes as Odoo has them, made from an order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from woodoo.domain.order import Order
from woodoo.domain.refund import Refund
from woodoo.mapping.amounts.order_pricing import price_order
from woodoo.mapping.amounts.totals import order_targets
from woodoo.mapping.documents.document import Document, Invoice
from woodoo.mapping.refunds.credit_notes import plan_credit_notes
from woodoo.mapping.refunds.credit_plan import CreditPlan
from woodoo.mapping.refunds.refund_plan import RefundPlan
from woodoo.mapping.refunds.seen import Move, MoveLine, SeenOrder
from woodoo.mapping.rules import Rules

ZERO = Decimal(0)


def invoiced(order: Order, rules: Rules, *, state: str = "posted", paid: bool = True) -> SeenOrder:
    """Return what Odoo has of an order once it is invoiced (and paid): lines have the ids 101, 102 …"""
    targets = order_targets(order)
    currency = rules.currencies[order.currency]
    found = price_order(order, targets, rules, currency.digits)
    lines = tuple(
        MoveLine(
            100 + place,
            200 + place,
            getattr(line.target.source, "sku", ""),
            line.name,
            line.quantity,
            line.net,
            line.net + sum(line.tax_amounts.values(), ZERO),
            tuple(tax.odoo_id for tax in line.taxes),
            70,
            (300 + place,),
        )
        for place, line in enumerate(found.lines, 1)
    )
    residual = ZERO if paid else targets.total
    payment_state = "paid" if paid else "not_paid"
    own = Invoice(7, "INV/7", "out_invoice", state, payment_state, targets.total, residual)
    move = Move(
        odoo_id=7,
        name="INV/7" if state == "posted" else "",
        move_type="out_invoice",
        state=state,
        payment_state=payment_state,
        total=targets.total,
        residual=residual,
        currency_id=currency.odoo_id,
        journal_id=3,
        partner_id=40,
        shipping_partner_id=41,
        fiscal_position_id=0,
        origin="S00018",
        lines=lines,
        taxes=found.taxes,
    )
    document = Document(18, "S00018", "sale", targets.total, (own,), delivered=True)
    return SeenOrder(document, (move,))


def planned(order: Order, refunds: tuple[Refund, ...], seen: SeenOrder, rules: Rules) -> RefundPlan:
    return plan_credit_notes(RefundPlan(order, refunds, seen), rules)


def credited(order: Order, refunds: tuple[Refund, ...], seen: SeenOrder, rules: Rules) -> tuple[CreditPlan, ...]:
    """Return the credit notes of refunds that are all to be credited."""
    plan = planned(order, refunds, seen, rules)
    assert not plan.failures, plan.failures
    assert not plan.waits, plan.waits
    return plan.credits


def with_rules(rules: Rules, **changes: object) -> Rules:
    """Return the rules with other settings of refunds."""
    return replace(rules, refunds=replace(rules.refunds, **changes))  # type: ignore[arg-type]
