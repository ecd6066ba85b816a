"""Refunds as Woodoo reads them, by lines and by amount, of several orders at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .store_target import Target


@pytest.fixture
def store(shop: Target) -> WooCommerceStore:
    ca = shop.ca_file.read_text() if shop.ca_file else ""
    return WooCommerceStore(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=ca))


def test_refunds_of_several_orders_come_with_lines_reason_mark_and_what_was_restocked(
    shop: Target, store: WooCommerceStore
) -> None:
    product = shop.product("10.00", manage_stock=True, stock_quantity=10)
    first = shop.order({"product_id": product["id"], "quantity": 3}, status="processing", payment_method="bacs")
    second = shop.order({"product_id": product["id"], "quantity": 1}, status="processing", payment_method="bacs")
    line = {"id": first["line_items"][0]["id"], "quantity": 2, "refund_total": 20.0}
    mark = [{"key": "_woodoo_credit_note", "value": "woodoo_shop/7"}]
    body = {"api_refund": False, "reason": "too big", "line_items": [line], "meta_data": mark}
    shop.call("POST", f"orders/{first['id']}/refunds", body)
    shop.call("POST", f"orders/{second['id']}/refunds", {"api_refund": False, "amount": "1.50"})
    orders = store.fetch_orders([str(first["id"]), str(second["id"])]).found
    before = store.client.calls
    found = store.refunds.read(list(orders.values())).found
    assert store.client.calls == before + 1
    (by_line,), (by_amount,) = found[str(first["id"])], found[str(second["id"])]
    assert (by_line.amount, by_line.reason, by_line.mark) == (20, "too big", "woodoo_shop/7")
    assert [(one.of, one.quantity, one.total) for one in by_line.lines] == [(str(line["id"]), 2, 20)]
    assert orders[str(first["id"])].restocked == {str(line["id"]): 2}
    assert (by_amount.amount, by_amount.lines, by_amount.by_gateway) == (Decimal("1.50"), (), False)


def test_a_refund_that_was_deleted_is_not_read(shop: Target, store: WooCommerceStore) -> None:
    sold = shop.order({"product_id": shop.product()["id"], "quantity": 1}, status="processing", payment_method="bacs")
    record = str(sold["id"])
    made = shop.call("POST", f"orders/{record}/refunds", {"api_refund": False, "amount": "1.50"}).body
    seen = store.fetch_orders([record]).found[record]
    shop.call("DELETE", f"orders/{record}/refunds/{made['id']}", force="true")
    assert store.refunds.read([seen]).found == {record: ()}
