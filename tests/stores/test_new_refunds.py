"""What WooCommerce is sent of a refund, and what its answers mean."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug import Response

from tests.mapping.orders import make_line, make_order
from tests.stores.conftest import Shop
from woodoo.domain.errors import OutcomeUnknown
from woodoo.domain.new_refund import NewRefund
from woodoo.domain.order import LineTax
from woodoo.domain.refund import RefundLine
from woodoo.stores.refunds import RefundRefused
from woodoo.stores.woocommerce.new_refunds import refund_payload
from woodoo.stores.woocommerce.store import WooCommerceStore

from .samples import sample

ORDER = make_order(make_line("10.33", tax="2.17"), total="12.50", external_id="124", number="124")
LINE = RefundLine("product", "", "195", "Blend", Decimal(1), Decimal("10.33"), Decimal("2.17"))
REFUND = NewRefund("124", Decimal("12.50"), "RINV/7: broken", "woodoo_shop/7", (LINE,))


def test_whether_money_moves_and_goods_go_back_is_always_said() -> None:
    line = RefundLine(
        "product", "", "195", "", Decimal(1), Decimal("10.33"), Decimal("2.17"), (LineTax("1", Decimal("2.17")),)
    )
    refund = NewRefund("124", Decimal("12.50"), "RINV/7", "woodoo_shop/7", (line,))
    assert refund_payload(refund) == {
        "amount": "12.50",
        "reason": "RINV/7",
        "api_refund": False,
        "api_restock": False,
        "meta_data": [{"key": "_woodoo_credit_note", "value": "woodoo_shop/7"}],
        "line_items": [
            {
                "id": 195,
                "quantity": 1,
                "refund_total": "10.33",
                "refund_tax": [{"id": 1, "refund_total": "2.17"}],
            }
        ],
    }


def test_an_amount_alone_has_no_lines() -> None:
    assert "line_items" not in refund_payload(NewRefund("124", Decimal("1E+1"), "x", "woodoo_shop/7"))
    assert refund_payload(NewRefund("124", Decimal("1E+1"), "x", "woodoo_shop/7"))["amount"] == "10"


def test_the_refund_that_was_made_comes_back(shop: Shop) -> None:
    shop.on("orders/124/refunds", sample("refund_create_line")["body"], method="POST")
    made = WooCommerceStore(shop.client()).refunds.create(ORDER, REFUND)
    assert (made.external_id, made.amount, made.by_gateway) == ("172", Decimal("12.50"), False)


def test_a_refund_the_shop_does_not_make_is_told_in_its_own_words(shop: Shop) -> None:
    said = b'{"code":"woocommerce_rest_cannot_create_order_refund","message":"Invalid refund amount.","data":500}'
    shop.on("orders/124/refunds", Response(said, 500, content_type="application/json"), method="POST")
    with pytest.raises(RefundRefused) as refused:
        WooCommerceStore(shop.client()).refunds.create(ORDER, REFUND)
    assert refused.value.reason == "Invalid refund amount."
    assert refused.value.message == "Order #124: the store does not make the refund: Invalid refund amount."


@pytest.mark.parametrize("body", [b"[]", b'{"ok": true}'])
def test_an_answer_without_a_refund_leaves_open_whether_it_was_made(shop: Shop, body: bytes) -> None:
    shop.on("orders/124/refunds", Response(body, 201, content_type="application/json"), method="POST")
    with pytest.raises(OutcomeUnknown):
        WooCommerceStore(shop.client()).refunds.create(ORDER, REFUND)


def test_payment_methods_that_pay_back_are_known_by_what_they_support(shop: Shop) -> None:
    rows = [{"id": "stripe", "method_supports": ["products", "refunds"]}, {"id": "bacs", "method_supports": []}]
    shop.on("payment_gateways", rows)
    assert WooCommerceStore(shop.client()).refunds.paying_back() == {"stripe"}
