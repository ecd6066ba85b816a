"""Every recorded refund becomes a credit note that a model of Odoo computes to the same cents, in every release."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.mapping.odoo_model import OdooLike, show
from tests.mapping.refunds.books import credited, invoiced, planned, with_rules
from tests.mapping.test_exact import ODOOS, differences, rules_of
from tests.stores.samples import sample
from woodoo.domain.errors import DataError
from woodoo.domain.money import round_money
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund
from woodoo.mapping.rules import Rules, Tax
from woodoo.stores.woocommerce.orders import to_domain
from woodoo.stores.woocommerce.refunds import read_refunds

NUMBERS = (117, 118, 119, 120, 121, 122, 135)


def recorded(number: int) -> tuple[Order, tuple[Refund, ...]]:
    order = to_domain(sample(f"refunded_order_{number}")["body"], 2)
    return order, read_refunds(sample(f"refunds_of_{number}")["body"], order)


def rules_for(order: Order, odoo: OdooLike, *, included: bool) -> Rules:
    rules = rules_of(odoo, included=included)
    taxes = {
        rate.rate_id: Tax(10 + int(rate.rate_id), rate.label, rate.percent, included=included)
        for rate in order.tax_rates
    }
    return replace(rules, taxes=taxes)


def taxes_of(refund: Refund) -> dict[int, Decimal]:
    """What the store gave back of each tax, by its id in Odoo."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for line in refund.lines:
        for tax in line.taxes:
            found[10 + int(tax.rate_id)] += round_money(tax.amount)
    return dict(found)


@pytest.mark.parametrize("amount_as", ["spread", "product"])
@pytest.mark.parametrize("included", [False, True], ids=["excluded", "included"])
@pytest.mark.parametrize("odoo", ODOOS.values(), ids=ODOOS.keys())
@pytest.mark.parametrize("number", NUMBERS)
def test_a_recorded_refund_comes_to_its_amount_and_its_taxes(
    number: int, odoo: OdooLike, included: bool, amount_as: str
) -> None:
    order, refunds = recorded(number)
    rules = with_rules(rules_for(order, odoo, included=included), amount_refund_as=amount_as, refund_product_id=900)
    made = credited(order, refunds, invoiced(order, rules), rules)
    assert [credit.refund for credit in made] == list(refunds)
    for credit in made:
        assert credit.targets.total == credit.refund.amount
        if credit.refund.has_amounts:
            assert {t: a for t, a in credit.priced.taxes.items() if a} == taxes_of(credit.refund)
        shown = show(credit.priced.lines, credit.priced.digits, odoo)
        away = differences(shown, credit.targets, credit.priced)
        if credit.priced.tax_technique == "override":
            assert all(abs(amount) <= credit.priced.cent * len(credit.priced.lines) for amount in away.values())
        else:
            assert away == {}, credit.priced


def test_a_refund_of_nothing_is_left_to_a_person_and_the_other_one_is_credited() -> None:
    order, refunds = recorded(123)
    rules = rules_for(order, ODOOS["19"], included=False)
    plan = planned(order, refunds, invoiced(order, rules), rules)
    assert [credit.refund.external_id for credit in plan.credits] == ["148"]
    assert [type(error) for error in plan.failures] == [DataError]
    assert "Refund 147 of Order #123 is over 0.00 EUR and has no lines" in plan.failures[0].message


def test_pieces_show_as_pieces_at_what_was_given_back() -> None:
    order, refunds = recorded(117)
    rules = rules_for(order, ODOOS["14"], included=False)
    (credit,) = credited(order, refunds, invoiced(order, rules), rules)
    (line,) = credit.priced.lines
    assert (line.quantity, line.price_unit, credit.text) == (1, Decimal("0.99"), "Refund 140 of Order #117: damaged")
    (entry,) = credit.entries
    assert (entry.product_id, entry.account_id, entry.order_line_ids) == (201, 70, ())


def test_several_refunds_of_one_order_share_what_is_left() -> None:
    order, refunds = recorded(122)
    rules = rules_for(order, ODOOS["19"], included=False)
    rest = replace(refunds[0], external_id="999", amount=order.total - sum(r.amount for r in refunds), lines=())
    made = credited(order, (*refunds, rest), invoiced(order, rules), rules)
    taxes: dict[int, Decimal] = defaultdict(Decimal)
    for credit in made:
        for tax_id, amount in credit.priced.taxes.items():
            taxes[tax_id] += amount
    assert sum(credit.targets.total for credit in made) == order.total
    wanted = {10 + int(rate.rate_id): rate.tax_total + rate.shipping_tax_total for rate in order.tax_rates}
    assert taxes == wanted
