"""The plan in words, for every policy: which steps, why, with which technique, and what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order, make_rate, make_rules
from woodoo.domain.order import Order
from woodoo.domain.plan import Plan
from woodoo.mapping.documents.document import Document, Invoice, Seen
from woodoo.mapping.order_plan import plan_order
from woodoo.mapping.order_words import order_plan_shown
from woodoo.mapping.policy import Policy

SEEN = Seen(products={"MUG": [{"id": 50, "display_name": "Mug", "active": True}]})
CUSTOMER, ORDER, CONFIRM = "Create the customer", "Create the sales order", "Confirm the sales order"
INVOICE, POST, PAY = "Create the invoice", "Post the invoice", "Register the payment in Stripe"
DELIVER = "Deliver the goods"


def order(**changes: Any) -> Order:
    made = make_order(make_line("10.00", tax="2.10"), total="12.10", tax_rates=(make_rate("2.10"),))
    return replace(made, **{"status": "completed", **changes})


def shown(one: Order, document: Document | None = None, **policy: Any) -> Plan:
    seen = replace(SEEN, documents={"1054": [document]} if document else {})
    return order_plan_shown(plan_order(one, seen, make_rules(policy=Policy(**policy))))


@pytest.mark.parametrize(
    ("becomes", "steps"),
    [
        ("order", [CUSTOMER, ORDER, CONFIRM]),
        ("order_invoice", [CUSTOMER, ORDER, CONFIRM, INVOICE, POST]),
        ("order_invoice_payment", [CUSTOMER, ORDER, CONFIRM, INVOICE, POST, PAY]),
        ("order_invoice_payment_delivery", [CUSTOMER, ORDER, CONFIRM, INVOICE, POST, PAY, DELIVER]),
        ("invoice", [CUSTOMER, INVOICE, POST]),
        ("invoice_payment", [CUSTOMER, INVOICE, POST, PAY]),
    ],
)
def test_each_form_says_its_steps_and_why(becomes: str, steps: list[str]) -> None:
    plan = shown(order(), order_becomes=becomes)
    assert [step.do for step in plan.steps] == steps
    assert all(step.why for step in plan.steps)
    written = next(step for step in plan.steps if step.do in {ORDER, INVOICE})
    assert "1 line, reference 1054, prices net, taxes as Odoo computes them" in written.detail


def test_a_plan_says_what_waits() -> None:
    assert shown(order(paid_at=None)).notes == (
        "The invoice waits for the payment (Card, no payment date in the store).",
    )
    plan = shown(order(), confirm_orders=False)
    assert [step.do for step in plan.steps] == [CUSTOMER, ORDER]
    assert plan.notes == ("It stays a quotation until somebody confirms it in Odoo.",)
    plan = shown(order(), post_invoices_from=date(2027, 1, 1))
    assert [step.do for step in plan.steps] == [CUSTOMER, ORDER, CONFIRM, INVOICE]
    assert plan.notes[0].startswith("The invoice is dated 2026-11-20, before 2027-01-01")


@pytest.mark.parametrize(
    ("changes", "policy", "why"),
    [
        ({}, {}, "the order is paid"),
        ({"paid_at": None}, {"unpaid_methods": frozenset({"stripe"})},
         "'stripe' is invoiced without waiting for the payment"),
    ],
)  # fmt: skip
def test_the_invoice_says_why_it_is_made_now(changes: Any, policy: Any, why: str) -> None:
    assert next(step.why for step in shown(order(**changes), **policy).steps if step.do == INVOICE) == why


def test_only_what_is_left_is_planned() -> None:
    paid = Invoice(7, "INV/7", "out_invoice", "posted", "paid", Decimal("12.10"))
    document = Document(18, "S00018", "sale", Decimal("12.10"), (paid,))
    plan = shown(order(), document, order_becomes="order_invoice_payment_delivery")
    assert [step.do for step in plan.steps] == [DELIVER]
    delivered = replace(document, delivered=True)
    plan = shown(order(), delivered, order_becomes="order_invoice_payment_delivery")
    assert plan.steps == ()
    assert plan.summary == "Order #1054 is complete in Odoo: S00018, INV/7, with the same total."


def test_what_is_complete_for_now_says_what_it_waits_for() -> None:
    document = Document(18, "S00018", "sale", Decimal("12.10"))
    plan = shown(order(paid_at=None), document)
    assert plan.summary.startswith("Order #1054 is in Odoo as far as it goes now: S00018. The invoice waits for")
