"""What counting and comparing ask of a shop, through the client that asks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .store_target import Target


@pytest.fixture
def store(shop: Target) -> WooCommerceStore:
    ca = str(shop.ca_file) if shop.ca_file else ""
    return WooCommerceStore(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=ca))


def test_every_order_is_listed_with_its_refunds_and_drafts_apart(shop: Target, store: WooCommerceStore) -> None:
    product = shop.product("10.00")
    sold = shop.order({"product_id": product["id"], "quantity": 1}, status="completed", set_paid=True)
    refund = shop.call("POST", f"orders/{sold['id']}/refunds", {"amount": "1.00", "api_refund": False}).body
    draft = shop.order(status="checkout-draft")
    orders, drafts, cursor, total = {}, set(), "", 0
    while True:
        page = store.every_order(cursor)
        orders |= {one.external_id: one for one in page.orders}
        drafts |= {one.external_id for one in page.drafts}
        cursor, total = page.cursor, page.total or 0
        if not cursor:
            break
    assert orders[str(sold["id"])].refund_ids == {str(refund["id"])}
    assert str(draft["id"]) in drafts
    assert total == len(orders) + len(drafts)


def test_the_newest_orders_are_those_with_the_highest_ids(shop: Target, store: WooCommerceStore) -> None:
    made = [shop.order()["id"] for _ in range(3)]
    page = store.newest_orders(made[0])
    assert {str(one) for one in made} <= {one.external_id for one in page.orders}
    assert max(int(one.external_id) for one in page.orders) >= made[-1]


def test_all_orders_above_an_id_are_listed_however_many(shop: Target, store: WooCommerceStore) -> None:
    made = [shop.order()["id"] for _ in range(60)]
    found = {one.external_id for one in store.newest_orders(made[0] - 1).orders}
    assert {str(one) for one in made} <= found


def test_orders_in_the_trash_are_still_there_and_deleted_ones_are_not(shop: Target, store: WooCommerceStore) -> None:
    listed, trashed, deleted = (shop.order()["id"] for _ in range(3))
    shop.call("DELETE", f"orders/{trashed}")
    shop.call("DELETE", f"orders/{deleted}", force="true")
    found = store.orders_still_there([str(listed), str(trashed), str(deleted)])
    assert {one: change.status for one, change in found.items()} == {str(listed): "pending", str(trashed): "trash"}


def test_deleted_customers_are_not_there_any_more(shop: Target, store: WooCommerceStore) -> None:
    kept, deleted = (
        shop.make("customers", {"email": f"{shop.sku('c').lower()}@example.com", "password": "x" * 16})["id"]
        for _ in range(2)
    )
    shop.call("DELETE", f"customers/{deleted}", force="true")
    assert store.customers_still_there([str(kept), str(deleted)]) == {str(kept)}


def test_the_shop_tells_what_time_it_is(shop: Target, store: WooCommerceStore) -> None:
    assert store.clock() is None
    made = datetime.fromisoformat(shop.order()["date_created_gmt"]).replace(tzinfo=UTC)
    store.newest_orders(0)
    clock = store.clock()
    assert clock is not None
    assert clock >= made - timedelta(seconds=1)
