"""Fulfillments, status and notes of orders, as Woodoo writes them; a shop without the feature is told from one with."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.fulfilment import OrderChange, Shipment, ShippedItem, Tracking
from woodoo.sandbox.store.resources.fulfillments import FEATURE
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.errors import NotFound, Refused
from woodoo.stores.woocommerce.store import WooCommerceStore

from .store_target import Target


@pytest.fixture
def store(shop: Target) -> WooCommerceStore:
    ca = shop.ca_file.read_text() if shop.ca_file else ""
    return WooCommerceStore(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=ca))


@pytest.fixture
def order(shop: Target) -> dict[str, Any]:
    """An order of two and three pieces; the feature is on where the shop is the double."""
    if shop.double is not None:
        shop.double.set_option(FEATURE, "yes")
        double = shop.double
        shop.undo.append(lambda: double.set_option(FEATURE, "no"))
    lines = [{"product_id": shop.product()["id"], "quantity": quantity} for quantity in (2, 3)]
    return shop.order(*lines, status="processing", payment_method="bacs")


@pytest.fixture
def feature(shop: Target, order: dict[str, Any]) -> None:
    """Leave out what a shop without the feature does not have."""
    if shop.call("GET", f"orders/{order['id']}/fulfillments").status == 404:
        pytest.skip("this shop has fulfillments switched off")


def shipment(order: dict[str, Any], *pieces: int, key: str = "woodoo.stock_picking_7", **changes: Any) -> Shipment:
    items = tuple(
        ShippedItem(str(line["id"]), Decimal(quantity))
        for line, quantity in zip(order["line_items"], pieces, strict=False)
        if quantity
    )
    values: dict[str, Any] = {"carrier": "Paquetería Sur", "trackings": (Tracking("1Z9", "https://x.example/1Z9"),)}
    return Shipment(key, "WH/OUT/00007", datetime(2026, 1, 5, tzinfo=UTC), items=items, **{**values, **changes})


def test_a_shipment_comes_back_as_it_was_written(feature: None, store: WooCommerceStore, order: dict[str, Any]) -> None:
    record = str(order["id"])
    wanted = shipment(order, 1, 3)
    assert not store.fulfilments.has_some(store.fetch_orders([record]).found[record])
    store.fulfilments.create(record, wanted, mail=False)
    (made,) = store.fulfilments.read([record]).found[record]
    assert (made.key, made.content) == (wanted.key, wanted.content)
    after = store.fetch_orders([record]).found[record]
    assert store.fulfilments.has_some(after)
    assert after.status == "processing"
    assert after.meta["_fulfillment_status"] == "partially_fulfilled"


def test_a_correction_keeps_what_others_noted_and_a_removed_one_leaves_nothing(
    feature: None, shop: Target, store: WooCommerceStore, order: dict[str, Any]
) -> None:
    record = str(order["id"])
    store.fulfilments.create(record, shipment(order, 2, 3), mail=False)
    (made,) = store.fulfilments.read([record]).found[record]
    path = f"orders/{record}/fulfillments/{made.external_id}"
    shop.put(path, {"meta_data": [*_sent(shop, path), {"id": 0, "key": "_theirs", "value": "kept"}]})
    (there,) = store.fulfilments.read([record]).found[record]
    other = shipment(order, 2, 3, carrier="DHL", provider="dhl", trackings=(Tracking("A"), Tracking("B")))
    store.fulfilments.change(record, there, other, mail=False)
    (after,) = store.fulfilments.read([record]).found[record]
    assert after.content == other.content
    assert after.more["_theirs"] == "kept"
    store.fulfilments.remove(record, after.external_id, mail=False)
    store.fulfilments.remove(record, after.external_id, mail=False)
    assert store.fulfilments.read([record]).found[record] == ()
    assert not store.fulfilments.has_some(store.fetch_orders([record]).found[record])


def _sent(shop: Target, path: str) -> list[dict[str, Any]]:
    return list(shop.get(path)["fulfillment"]["meta_data"])


def test_what_is_made_twice_is_there_twice(feature: None, store: WooCommerceStore, order: dict[str, Any]) -> None:
    record = str(order["id"])
    for _ in range(2):
        store.fulfilments.create(record, shipment(order, 2), mail=False)
    assert [one.key for one in store.fulfilments.read([record]).found[record]] == ["woodoo.stock_picking_7"] * 2


def test_a_fulfillment_without_items_is_refused_with_the_stores_own_words(
    feature: None, store: WooCommerceStore, order: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="should contain at least one item"):
        store.fulfilments.create(str(order["id"]), shipment(order), mail=False)


def test_an_order_that_is_gone_has_no_fulfillments(
    feature: None, store: WooCommerceStore, order: dict[str, Any]
) -> None:
    assert store.fulfilments.read(["99999999"]).missing == {"99999999"}
    with pytest.raises(NotFound):
        store.fulfilments.create("99999999", shipment(order, 1), mail=False)


def test_a_shop_with_the_feature_switched_off_is_known(shop: Target, store: WooCommerceStore) -> None:
    order = shop.order({"product_id": shop.product()["id"]}, status="processing")
    record = str(order["id"])
    there = shop.call("GET", f"orders/{record}/fulfillments").status != 404
    assert store.fulfilments.available(store.fetch_orders([record]).found[record]) is there


def test_status_and_meta_data_of_many_orders_go_together_each_judged_alone(
    shop: Target, store: WooCommerceStore, order: dict[str, Any]
) -> None:
    record = str(order["id"])
    meta = {"_woodoo_shipments": [{"delivery": "WH/OUT/00007", "items": [{"line_item": "1", "quantity": "2"}]}]}
    failed = store.fulfilments.change_orders(
        [OrderChange(record, "completed", meta=meta), OrderChange("99999999", "completed")]
    )
    assert set(failed) == {"99999999"}
    after = store.fetch_orders([record]).found[record]
    assert (after.status, after.meta["_woodoo_shipments"]) == ("completed", meta["_woodoo_shipments"])
    assert after.total == Decimal(order["total"])


def test_a_status_the_shop_does_not_have_is_noticed(store: WooCommerceStore, order: dict[str, Any]) -> None:
    failed = store.fulfilments.change_orders([OrderChange(str(order["id"]), "no-such-status")])
    assert "was to become 'no-such-status', and the store made it 'pending'" in failed[str(order["id"])].message


def test_a_paid_order_moves_on_by_itself_and_is_dated(shop: Target, store: WooCommerceStore) -> None:
    line = {"product_id": shop.product()["id"], "quantity": 1}
    pending = shop.order(line, status="pending", payment_method="bacs")
    on_hold = shop.order(line, status="on-hold", payment_method="bacs")
    changes = [OrderChange(str(pending["id"]), paid=True), OrderChange(str(on_hold["id"]), "processing")]
    assert store.fulfilments.change_orders(changes) == {}
    for made in (pending, on_hold):
        after = store.fetch_orders([str(made["id"])]).found[str(made["id"])]
        assert after.status == "processing"
        assert after.paid_at is not None


def test_a_note_to_the_customer_is_found_again(store: WooCommerceStore, order: dict[str, Any]) -> None:
    record, text = str(order["id"]), "On its way (WH/OUT/00007).\nTracking: 1Z9 https://x.example/?a=1&b=2"
    assert store.fulfilments.customer_notes(record) == ()
    store.fulfilments.tell_customer(record, text)
    assert store.fulfilments.customer_notes(record) == (text,)


# -- what the shop itself makes of it ---------------------------------------------------------------------------


def _body(order: dict[str, Any], quantity: Any = 1, **more: Any) -> dict[str, Any]:
    items = [{"item_id": order["line_items"][0]["id"], "qty": quantity}]
    return {"status": "fulfilled", "meta_data": [{"id": 0, "key": "_items", "value": items}], **more}


def _create(shop: Target, order: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    answer = shop.call("POST", f"orders/{order['id']}/fulfillments", body)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.body["fulfillment"]
    return made


@pytest.mark.parametrize(
    ("sent", "fulfilled"),
    [
        ({}, True),
        ({"is_fulfilled": False}, True),
        ({"status": "unfulfilled", "is_fulfilled": True}, False),
        ({"status": "nope"}, False),
    ],
)
def test_the_status_alone_says_whether_it_is_fulfilled(
    feature: None, shop: Target, order: dict[str, Any], sent: dict[str, Any], fulfilled: bool
) -> None:
    made = _create(shop, order, _body(order, **sent))
    assert (made["is_fulfilled"], made["status"]) == (fulfilled, "fulfilled" if fulfilled else "unfulfilled")


@pytest.mark.parametrize(
    ("quantity", "words"), [(0, "Invalid item."), (-1, "Invalid item."), ("1", "Invalid item."), (99, ""), (1.5, "")]
)
def test_pieces_are_numbers_above_nothing(
    feature: None, shop: Target, order: dict[str, Any], quantity: Any, words: str
) -> None:
    answer = shop.call("POST", f"orders/{order['id']}/fulfillments", _body(order, quantity))
    assert answer.status == (400 if words else 201)
    assert answer.body.get("message", "") == words


def test_entries_without_an_id_are_dropped_at_creation(feature: None, shop: Target, order: dict[str, Any]) -> None:
    body = _body(order)
    del body["meta_data"][0]["id"]
    answer = shop.call("POST", f"orders/{order['id']}/fulfillments", body)
    assert answer.error == (400, 0)
    assert answer.body["message"] == "The fulfillment should contain at least one item."


def test_a_change_needs_its_meta_data_and_replaces_what_was_there(
    feature: None, shop: Target, order: dict[str, Any]
) -> None:
    body = _body(order)
    body["meta_data"].append({"id": 0, "key": "_tracking_number", "value": "T1"})
    path = f"orders/{order['id']}/fulfillments/{_create(shop, order, body)['id']}"
    assert shop.call("PUT", path, {"status": "unfulfilled"}).error == (400, "rest_missing_callback_param")
    changed = shop.put(path, {"meta_data": [{"key": "_items", "value": body["meta_data"][0]["value"]}]})["fulfillment"]
    assert (changed["status"], [entry["key"] for entry in changed["meta_data"]]) == (
        "fulfilled",
        ["_items", "_date_fulfilled"],
    )
    assert shop.get(f"{path}/metadata")["meta_data"] == changed["meta_data"]


def test_one_that_is_not_there(feature: None, shop: Target, order: dict[str, Any]) -> None:
    path = f"orders/{order['id']}/fulfillments"
    made = _create(shop, order, _body(order))
    other = shop.order({"product_id": shop.product()["id"], "quantity": 1})
    foreign = shop.call("GET", f"orders/{other['id']}/fulfillments/{made['id']}")
    assert (foreign.error, foreign.body["message"]) == ((400, 0), "Invalid fulfillment ID.")
    unknown = shop.call("GET", f"{path}/99999999")
    assert (unknown.error, unknown.body["message"]) == ((400, 0), "Fulfillment not found.")
    for _ in range(2):
        assert shop.call("DELETE", f"{path}/{made['id']}").body == {"message": "Fulfillment deleted successfully."}
    assert shop.call("GET", f"{path}/{made['id']}").error == (400, 404)
    assert shop.call("GET", "orders/99999999/fulfillments").body["data"] == {"status": "404"}
