"""What the connection test says of policies that lack a journal or a product."""

from __future__ import annotations

import pytest

from tests.mapping.orders import make_rules
from woodoo.flows.policy_check import check_policies
from woodoo.mapping.policy import Policy
from woodoo.stores.base import StoreChoice

STRIPE, COD = StoreChoice("stripe", "Card"), StoreChoice("cod", "Cash on delivery")


def test_all_is_well_where_every_method_has_a_journal() -> None:
    assert check_policies([STRIPE], make_rules())[0] is True


def test_methods_without_a_journal_are_named() -> None:
    right, message, fix = check_policies([STRIPE, COD], make_rules())
    assert right is None
    assert "payment methods without a journal (Cash on delivery)" in message
    assert "left open" in fix


@pytest.mark.parametrize(
    "policy", [Policy(unpaid_methods=frozenset({"cod"})), Policy(order_becomes="order_invoice"), Policy("order")]
)
def test_a_journal_is_asked_for_only_where_payments_are_registered(policy: Policy) -> None:
    assert check_policies([STRIPE, COD], make_rules(policy=policy))[0] is True


def test_products_for_discounts_and_shipping_are_missed() -> None:
    right, message, _ = check_policies([STRIPE], make_rules(discount_as="line", carriers={}))
    assert right is None
    assert "discounts as lines without a product" in message
    assert "shipping without a delivery method or a product" in message
    rules = make_rules(discount_as="line", discount_product_id=4, carriers={}, shipping_product_id=5)
    assert check_policies([STRIPE], rules)[0] is True
