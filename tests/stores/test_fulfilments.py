"""What WooCommerce and the plugins for tracking numbers are sent of a shipment."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.stores.conftest import Shop
from woodoo.domain.fulfilment import Content, Fulfilment, OrderChange, Shipment, ShippedItem, Tracking
from woodoo.stores.woocommerce.errors import Refused
from woodoo.stores.woocommerce.store import WooCommerceStore
from woodoo.stores.woocommerce.tracking_meta import tracking_items

SHIPMENT = Shipment(
    "shop.stock_picking_7",
    "WH/OUT/00007",
    datetime(2026, 1, 5, 23, 30, tzinfo=UTC),
    carrier="Paquetería Sur",
    trackings=(Tracking("1Z9", "https://x.example/1Z9"), Tracking("1Z8")),
    items=(ShippedItem("4", Decimal(2)), ShippedItem("5", Decimal("0.5"))),
)
DAYS = {SHIPMENT.key: 1767571200}


def sent_meta(shop: Shop) -> dict[str, Any]:
    body = shop.asked[-1].get_json()
    assert all(entry["id"] == 0 for entry in body["meta_data"]), "entries without an id are dropped"
    return {entry["key"]: entry["value"] for entry in body["meta_data"]}


def test_a_fulfillment_holds_numbers_as_numbers_and_names_its_delivery(shop: Shop) -> None:
    shop.on("orders/76/fulfillments", {"fulfillment": {"id": 1}}, method="POST")
    WooCommerceStore(shop.client()).fulfilments.create("76", SHIPMENT, mail=True)
    assert shop.asked[-1].get_json()["notify_customer"] is True
    assert sent_meta(shop) == {
        "_items": [{"item_id": 4, "qty": 2}, {"item_id": 5, "qty": 0.5}],
        "_woodoo_delivery": "shop.stock_picking_7",
        "_shipping_option": "manual-entry",
        "_tracking_number": "1Z9, 1Z8",
        "_tracking_url": "https://x.example/1Z9",
        "_shipment_provider": "other",
        "_provider_name": "Paquetería Sur",
    }


def test_a_correction_sends_what_others_noted_along(shop: Shop) -> None:
    shop.on("orders/76/fulfillments/9", {"fulfillment": {"id": 9}}, method="PUT")
    present = Fulfilment("9", SHIPMENT.key, Content(), {"_theirs": "kept"})
    WooCommerceStore(shop.client()).fulfilments.change("76", present, SHIPMENT, mail=False)
    assert sent_meta(shop)["_theirs"] == "kept"


def test_a_shop_without_fulfillments_is_asked_once(shop: Shop) -> None:
    store = WooCommerceStore(shop.client())
    order = type("Order", (), {"external_id": "76", "meta": {}})()
    assert not store.fulfilments.available(order)
    assert not store.fulfilments.available(order)
    assert len(shop.asked) == 1


def test_a_refusal_with_the_code_0_is_said_in_the_stores_own_words(shop: Shop) -> None:
    from werkzeug import Response

    said = b'{"code":0,"message":"The fulfillment should contain at least one item.","data":{"status":400}}'
    shop.on("orders/76/fulfillments", Response(said, 400, content_type="application/json"), method="POST")
    with pytest.raises(Refused, match="refuses orders/76/fulfillments: The fulfillment should contain"):
        WooCommerceStore(shop.client()).fulfilments.create("76", SHIPMENT, mail=False)


def test_an_order_is_sent_its_status_and_meta_data_and_never_lines_or_addresses(shop: Shop) -> None:
    shop.on("orders/batch", {"update": [{"id": 76, "status": "completed"}]}, method="POST")
    change = OrderChange("76", "completed", meta={"_woodoo_order": "S00007"})
    assert WooCommerceStore(shop.client()).fulfilments.change_orders([change]) == {}
    wanted = {"id": 76, "status": "completed", "meta_data": [{"key": "_woodoo_order", "value": "S00007"}]}
    assert shop.asked[-1].get_json() == {"update": [wanted]}


def test_a_plugin_gets_an_entry_for_each_number_and_keeps_those_of_others() -> None:
    theirs = {"tracking_id": "f00", "tracking_number": "by hand"}
    first = tracking_items("shipment_tracking", [SHIPMENT], [theirs], DAYS)
    assert first[0] == theirs
    assert [item["tracking_number"] for item in first[1:]] == ["1Z9", "1Z8"]
    assert first[1]["custom_tracking_provider"] == "Paquetería Sur"
    assert first[1]["date_shipped"] == "1767571200"
    assert tracking_items("shipment_tracking", [SHIPMENT], first, DAYS) == first
    assert tracking_items("shipment_tracking", [], first, DAYS) == [theirs]


def test_the_other_plugin_is_told_what_is_in_a_shipment() -> None:
    items = tracking_items("ast", [SHIPMENT], [], DAYS)
    assert items[0]["products_list"][0] == {"product": "", "item_id": "4", "qty": "2"}
    assert items[0]["status_shipped"] == "1"
