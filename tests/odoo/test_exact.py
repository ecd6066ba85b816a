"""Invented orders of every shape, through the whole flow, on real Odoos: every posted amount equals the store's."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from woodoo.domain.order import Order
from woodoo.mapping.amounts.order_pricing import price_order
from woodoo.mapping.amounts.totals import order_targets
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.proof import Proof, Verdict
from woodoo.sandbox.shapes import CURRENCIES, invent

KINDS = pytest.mark.parametrize("included", [False, True], ids=["excluded", "included"])


@pytest.fixture
def proof(odoo: Endpoint, admin: Admin) -> Callable[..., Proof]:
    """Make a proof whose orders nobody else has."""
    return lambda **options: Proof(odoo, admin, secrets.token_hex(3), **options)


def currencies(proof: Proof) -> Sequence[str]:
    """Return what this Odoo can express: prices with two decimals give no 1.234 KWD."""
    digits = proof.rules.precision.price_digits
    return [code for code in CURRENCIES if digits is None or proof.rules.currencies[code].digits <= digits]


def shapes(proof: Proof, first: int, count: int) -> list[Order]:
    return [invent(number, ("EUR", *currencies(proof))) for number in range(first, first + count)]


def assert_exact(proof: Proof, verdicts: Sequence[Verdict]) -> None:
    assert [verdict for verdict in verdicts if verdict.refused or verdict.differs] == []
    off = [verdict for verdict in verdicts if verdict.order_off]
    if proof.rules.precision.can_pin:
        assert off == []
    assert {verdict.technique for verdict in off} <= {"override"}


@pytest.mark.long("19-excluded", "14-included")
@KINDS
def test_orders_of_every_shape_come_out_exact(proof: Callable[..., Proof], included: bool) -> None:
    made = proof(included=included)
    verdicts = list(made.send(shapes(made, 7000, 30)))
    assert len(verdicts) == 30
    assert_exact(made, verdicts)


@pytest.mark.long("19-percent", "14-line")
@pytest.mark.parametrize("discount_as", ["percent", "line"])
def test_discounts_shown_otherwise_come_out_exact(proof: Callable[..., Proof], discount_as: str) -> None:
    made = proof(included=discount_as == "percent", discount_as=discount_as)
    orders = [order for order in shapes(made, 7100, 60) if order.coupons][:12]
    verdicts = list(made.send(orders))
    assert_exact(made, verdicts)
    if discount_as == "percent":
        assert any("percent" in verdict.lines for verdict in verdicts)


def of_technique(proof: Proof, technique: str, currency: str) -> Iterator[Order]:
    """Yield invented orders in a currency whose taxes this Odoo makes fit in that way."""
    for number in itertools.count(8000):
        order = invent(number, (currency,))
        found = price_order(order, order_targets(order), proof.rules, proof.rules.currencies[currency].digits)
        if found.tax_technique == technique:
            yield order


@KINDS
@pytest.mark.parametrize("currency", ["EUR", "USD", "JPY"])
@pytest.mark.parametrize("pins", [True, False], ids=["pins", "no pins"])
def test_the_last_means_are_exact_in_every_currency(
    proof: Callable[..., Proof], currency: str, included: bool, pins: bool
) -> None:
    """Pins on 19; else the draft's tax, and its net where prices include the tax."""
    made = proof(included=included, pins=pins)
    technique = "pinned" if made.rules.precision.can_pin else "override"
    orders = list(itertools.islice(of_technique(made, technique, currency), 3))
    verdicts = list(made.send(orders))
    assert [verdict.technique for verdict in verdicts] == [technique] * 3
    assert_exact(made, verdicts)


def test_where_odoo_s_tax_counts_orders_come_over_as_it_computes_them(proof: Callable[..., Proof]) -> None:
    made = proof(included=False, tax_computed_by="odoo")
    technique = "pinned" if made.rules.precision.can_pin else "override"
    exact = proof(included=False)
    orders = list(itertools.islice(of_technique(exact, technique, "EUR"), 3))
    verdicts = list(made.send(orders))
    assert [(verdict.technique, verdict.refused) for verdict in verdicts] == [("odoo", "")] * 3
    assert all(verdict.order_off or verdict.differs for verdict in verdicts)
    assert all(abs(verdict.order_off) <= Decimal("0.10") for verdict in verdicts)


def test_what_differs_is_not_confirmed_and_it_is_said_why(proof: Callable[..., Proof]) -> None:
    """Woodoo is made to believe in another precision than this Odoo has."""
    made = proof(included=False)
    is_old = made.rules.precision.price_digits == 2
    wrong = replace(made.rules.precision, price_digits=6 if is_old else 2, round_globally=False, can_pin=False)
    made.rules = replace(made.rules, precision=wrong)
    refused = [verdict.refused for verdict in made.send(shapes(made, 7300, 20)) if verdict.refused]
    assert refused
    assert all("It was not confirmed." in message for message in refused)
    words = "(the precision 'Product Price', or a change by hand)" if is_old else "All its lines are as they were sent"
    assert any(words in message for message in refused)
