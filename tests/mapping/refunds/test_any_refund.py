"""Refunds of any kind, of orders of any shape, come out exact in a model of Odoo that shares no code."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.odoo_model import OdooLike, show
from tests.mapping.refunds.books import invoiced, planned, with_rules
from tests.mapping.test_exact import DIGITS, ODOOS, WITHOUT_KWD, differences, rules_of
from woodoo.domain.errors import DataError
from woodoo.domain.money import ZERO, round_money
from woodoo.domain.order import LineTax, Order
from woodoo.domain.refund import Refund, RefundLine
from woodoo.mapping.refunds.credit_plan import CreditPlan
from woodoo.sandbox.shapes import invent

SHOWN = [ODOOS["14"], ODOOS["14, globally"], ODOOS["17"], ODOOS["18, globally"], ODOOS["19"]]
NAMES = ["14", "14, globally", "17", "18, globally", "19"]


def given_back(order: Order, chance: random.Random, number: str) -> Refund:
    """Invent a refund: of pieces, amounts, tax alone or amounts alone."""
    digits = DIGITS[order.currency]
    kind = chance.choice(["pieces", "pieces", "amount", "tax", "alone"])
    lines = []
    if kind != "alone":
        sold = [("product", line) for line in order.lines] + [("shipping", line) for line in order.shipping_lines]
        some = [pair for pair in sold if pair[1].total > 0 and pair[1].total_tax >= 0]
        for what, line in chance.sample(some, k=min(len(some), chance.randint(1, 2))):
            pieces = getattr(line, "quantity", Decimal(1))
            back = Decimal(chance.randint(1, max(int(pieces), 1)))
            share = back / pieces if kind == "pieces" and back <= pieces else Decimal(chance.randint(1, 100)) / 100
            net = ZERO if kind == "tax" else round_money(line.total * share, digits)
            taxes = tuple(LineTax(tax.rate_id, round_money(tax.amount * share, digits)) for tax in line.taxes)
            quantity = back if kind == "pieces" and what == "product" and back <= pieces else ZERO
            tax = sum((one.amount for one in taxes), ZERO)
            lines.append(RefundLine(what, f"9{len(lines)}", line.external_id, "x", quantity, net, tax, taxes))  # type: ignore[arg-type]
    amount = sum((line.gross for line in lines), ZERO)
    if not lines:
        amount = round_money(order.total * Decimal(chance.randint(1, 60)) / 100, digits)
    return Refund(number, order.external_id, amount, "", datetime(2026, 11, 25, tzinfo=UTC), False, tuple(lines))


def assert_exact(credit: CreditPlan, odoo: OdooLike) -> None:
    digits = credit.priced.digits
    assert credit.targets.total == round_money(credit.refund.amount, digits)
    away = differences(show(credit.priced.lines, digits, odoo), credit.targets, credit.priced)
    if credit.priced.tax_technique == "override":
        assert all(abs(amount) <= credit.priced.cent * len(credit.priced.lines) for amount in away.values()), away
    else:
        assert away == {}, credit.priced


@pytest.mark.parametrize("amount_as", ["spread", "product"])
@pytest.mark.parametrize("included", [False, True], ids=["excluded", "included"])
@pytest.mark.parametrize("odoo", SHOWN, ids=NAMES)
@settings(derandomize=True, max_examples=20, deadline=None)
@given(number=st.integers(1, 10**9))
def test_any_refunds_of_any_order_are_exact(number: int, odoo: OdooLike, included: bool, amount_as: str) -> None:
    order = invent(number, WITHOUT_KWD)
    order = replace(order, status="completed", is_vat_exempt=order.is_vat_exempt)
    rules = with_rules(rules_of(odoo, included=included), amount_refund_as=amount_as, refund_product_id=900)
    rules = replace(rules, sale_taxes=tuple(rules.taxes.values()))
    chance = random.Random(number)
    refunds = tuple(given_back(order, chance, str(140 + place)) for place in range(3))
    if order.total <= 0:
        return
    plan = planned(order, refunds, invoiced(order, rules), rules)
    for error in plan.failures:
        assert isinstance(error, DataError)
        assert "are credited already" in error.message or "nothing to credit" in error.message, error.message
    for credit in plan.credits:
        assert_exact(credit, odoo)
    nothing = [refund for refund in refunds if not refund.amount and any(line.quantity for line in refund.lines)]
    assert len(plan.credits) + len(plan.failures) + len(nothing) == len(refunds), plan.waits
    assert sum((credit.targets.total for credit in plan.credits), ZERO) <= order.total
