"""Refunds of WooCommerce come over with the signs a person gives them, a hundred for each request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.stores.conftest import Shop
from woodoo.domain.errors import DataError
from woodoo.domain.order import LineTax, Order
from woodoo.domain.refund import Refund
from woodoo.stores.woocommerce.orders import to_domain
from woodoo.stores.woocommerce.refunds import read_refunds
from woodoo.stores.woocommerce.store import WooCommerceStore

from .samples import sample

NUMBERS = (117, 118, 119, 120, 121, 122, 123, 135)


def refunded(number: int) -> Order:
    return to_domain(sample(f"refunded_order_{number}")["body"], 2)


def refunds_of(number: int) -> tuple[Refund, ...]:
    return read_refunds(sample(f"refunds_of_{number}")["body"], refunded(number))


@pytest.mark.parametrize("number", NUMBERS)
def test_every_recorded_refund_is_read_and_its_lines_come_to_its_amount(number: int) -> None:
    order = refunded(number)
    assert [refund.external_id for refund in refunds_of(number)] == sorted(order.refund_ids, key=int)
    known = {line.external_id for line in (*order.lines, *order.shipping_lines, *order.fee_lines)}
    for refund in refunds_of(number):
        assert {line.of for line in refund.lines} <= known
        if refund.has_amounts:
            assert sum(line.gross for line in refund.lines) == refund.amount


def test_a_refund_by_quantity_comes_over_with_positive_amounts() -> None:
    (refund,) = refunds_of(117)
    assert (refund.external_id, refund.order_id, refund.label) == ("140", "117", "Refund 140")
    assert (refund.amount, refund.reason, refund.by_gateway) == (Decimal("1.20"), "damaged", False)
    assert refund.created_at == datetime(2026, 11, 21, 7, 9, 57, tzinfo=UTC)
    (line,) = refund.lines
    assert (line.kind, line.of, line.name, line.quantity) == ("product", "160", "Ethiopia", 1)
    assert (line.total, line.total_tax, line.taxes) == (
        Decimal("0.99"),
        Decimal("0.21"),
        (LineTax("1", Decimal("0.21")),),
    )


def test_what_refunds_put_back_on_the_shelf_stands_with_the_order() -> None:
    assert refunded(117).restocked == {"160": 1}
    assert refunded(118).restocked == {}


def test_restocking_alone_is_no_other_content() -> None:
    order = refunded(117)
    assert replace(order, restocked={}).content_hash == order.content_hash


def test_a_refund_of_an_amount_has_no_lines() -> None:
    (refund,) = refunds_of(118)
    assert (refund.amount, refund.reason, refund.lines, refund.has_amounts) == (5, "goodwill", (), False)


def test_refunds_of_many_orders_are_one_request(shop: Shop) -> None:
    shop.on("refunds", sample("refunds_global")["body"])
    orders = [refunded(number) for number in NUMBERS]
    found = WooCommerceStore(shop.client()).refunds.read([*orders, replace(orders[0], external_id="1", refund_ids=())])
    assert len(shop.asked) == 1
    assert shop.asked[0].args["include"] == ",".join(i for order in orders for i in order.refund_ids)
    assert found.found == {**{str(number): refunds_of(number) for number in NUMBERS}, "1": ()}


def test_a_shop_without_the_list_over_all_orders_is_asked_order_by_order(shop: Shop) -> None:
    shop.on("orders/117/refunds", sample("refunds_of_117")["body"])
    found = WooCommerceStore(shop.client()).refunds.read([refunded(117)])
    assert found.found == {"117": refunds_of(117)}


def test_a_refund_that_went_meanwhile_is_not_there(shop: Shop) -> None:
    shop.on("refunds", [])
    shop.on("orders/117/refunds", [])
    assert WooCommerceStore(shop.client()).refunds.read([refunded(117)]).found == {"117": ()}


def test_a_refund_woodoo_made_bears_its_mark() -> None:
    row = sample("refunds_of_117")["body"][0]
    row["meta_data"].append({"id": 1, "key": "_woodoo_credit_note", "value": "woodoo_shop/7"})
    assert read_refunds([row], refunded(117))[0].mark == "woodoo_shop/7"


def test_an_amount_nobody_can_read_names_order_field_and_value() -> None:
    row = sample("refunds_of_117")["body"][0] | {"amount": "1,20 €"}
    with pytest.raises(DataError, match=r"Order #117: amount is '1,20 €', not an amount"):
        read_refunds([row], refunded(117))
