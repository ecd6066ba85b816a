"""Refunds as Woodoo makes them: lines, taxes, shipping, marks, money, stock, and what a shop refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.new_refund import NewRefund
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund
from woodoo.mapping.refunds.refundable import refundable
from woodoo.stores.refunds import RefundRefused
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .store_target import Target

ADDRESS = {"country": "ES", "state": "M", "city": "Madrid", "postcode": "28013", "address_1": "Gran Vía 1"}


@pytest.fixture
def store(shop: Target) -> WooCommerceStore:
    ca = shop.ca_file.read_text() if shop.ca_file else ""
    return WooCommerceStore(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=ca))


@pytest.fixture
def goods(shop: Target) -> dict[str, Any]:
    return shop.product("10.00", manage_stock=True, stock_quantity=10)


@pytest.fixture
def sold(shop: Target, store: WooCommerceStore, goods: dict[str, Any]) -> Order:
    """Three pieces at 10.00, shipping and a fee, taxed as the shop does."""
    made = shop.order(
        {"product_id": goods["id"], "quantity": 3},
        status="processing",
        payment_method="bacs",
        billing=ADDRESS,
        shipping=ADDRESS,
        shipping_lines=[{"method_id": "flat_rate", "method_title": "Flat rate", "total": "5.00"}],
        fee_lines=[{"name": "Gift wrap", "total": "2.00"}],
    )
    return store.fetch_orders([str(made["id"])]).found[str(made["id"])]


def read(store: WooCommerceStore, order: Order) -> tuple[Order, tuple[Refund, ...]]:
    now = store.fetch_orders([order.external_id]).found[order.external_id]
    return now, store.refunds.read([now]).found[order.external_id]


def asked(order: Order, amount: str, **changes: Any) -> NewRefund:
    return replace(NewRefund(order.external_id, Decimal(amount), "RINV/7: broken", "woodoo_shop/7"), **changes)


def stock(shop: Target, goods: dict[str, Any]) -> int:
    return int(shop.get(f"products/{goods['id']}")["stock_quantity"])


def test_a_refund_of_everything_takes_products_shipping_and_fees_and_turns_the_order_refunded(
    shop: Target, store: WooCommerceStore, goods: dict[str, Any], sold: Order
) -> None:
    left = refundable(sold, ())
    assert left.gross_of_lines == sold.total
    lines = tuple(line.as_line() for line in left.lines.values())
    made = store.refunds.create(sold, asked(sold, str(sold.total), lines=lines))
    order, (seen,) = read(store, sold)
    assert (made.external_id, made.mark, made.reason) == (seen.external_id, "woodoo_shop/7", "RINV/7: broken")
    assert (order.status, seen.amount, seen.by_gateway) == ("refunded", sold.total, False)
    assert {(one.kind, one.of, one.quantity, one.total, one.total_tax) for one in seen.lines} == {
        (one.kind, one.of, one.quantity, one.total, one.total_tax) for one in lines
    }
    rates = {(one.of, tax.rate_id, tax.amount) for one in lines for tax in one.taxes}
    assert {(one.of, tax.rate_id, tax.amount) for one in seen.lines for tax in one.taxes} == rates
    assert refundable(order, (seen,)).gross_of_lines == 0
    assert stock(shop, goods) == 7


def test_goods_go_back_on_the_shelf_only_where_that_is_asked_for(
    shop: Target, store: WooCommerceStore, goods: dict[str, Any], sold: Order
) -> None:
    line = replace(refundable(sold, ()).lines[sold.lines[0].external_id].as_line(), quantity=Decimal(1))
    store.refunds.create(sold, asked(sold, "12.10", lines=(line,), restock=True))
    assert stock(shop, goods) == 8
    store.refunds.create(sold, asked(sold, "12.10", lines=(line,), mark="woodoo_shop/8"))
    assert stock(shop, goods) == 8
    order, _ = read(store, sold)
    assert order.restocked == {line.of: 1}


def test_more_than_is_left_is_refused_and_nothing_is_made(store: WooCommerceStore, sold: Order) -> None:
    store.refunds.create(sold, asked(sold, "1.00"))
    with pytest.raises(RefundRefused) as refused:
        store.refunds.create(sold, asked(sold, str(sold.total)))
    assert refused.value.reason == "Invalid refund amount."
    assert len(read(store, sold)[1]) == 1


def test_a_provider_that_does_not_pay_back_refuses_and_leaves_nothing(store: WooCommerceStore, sold: Order) -> None:
    assert "bacs" not in store.refunds.paying_back()
    with pytest.raises(RefundRefused, match="does not support automatic refunds"):
        store.refunds.create(sold, asked(sold, "1.00", by_gateway=True))
    order, refunds = read(store, sold)
    assert (order.refund_ids, refunds) == ((), ())


def test_of_a_line_too_much_and_of_none_is_taken_as_it_comes(store: WooCommerceStore, sold: Order) -> None:
    line = refundable(sold, ()).lines[sold.lines[0].external_id].as_line()
    twice = replace(line, quantity=Decimal(9), total=Decimal("1.00"), total_tax=Decimal(0), taxes=())
    store.refunds.create(sold, asked(sold, "2.00", lines=(twice, replace(twice, of="999999999"))))
    (seen,) = read(store, sold)[1]
    assert [(one.of, one.quantity, one.total) for one in seen.lines] == [(line.of, 9, 1)]
    assert seen.amount == 2


def test_what_was_made_moves_the_time_of_the_order(store: WooCommerceStore, sold: Order, shop: Target) -> None:
    shop.put(f"orders/{sold.external_id}", {"meta_data": [{"key": "_x", "value": "1"}]})
    before = read(store, sold)[0].modified_at
    store.refunds.create(sold, asked(sold, "1.00"))
    assert read(store, sold)[0].modified_at >= before


def test_whoever_refunds_at_the_same_moment_is_seen_afterwards(
    shop: Target, store: WooCommerceStore, sold: Order
) -> None:
    """A shop may let more through than it has; what counts is that all of it is read."""

    def refund(number: int) -> str:
        body = {"amount": str(sold.total), "api_refund": False, "reason": f"by {number}"}
        return str(shop.call("POST", f"orders/{sold.external_id}/refunds", body).body.get("id", ""))

    with ThreadPoolExecutor(4) as pool:
        made = {one for one in pool.map(refund, range(4)) if one}
    _, refunds = read(store, sold)
    assert {refund.external_id for refund in refunds} == made
    assert made
