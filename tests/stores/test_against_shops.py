"""The whole client against running shops: the store double over http and https, and a real WooCommerce if one is set.

`WOO_URL`, `WOO_KEY`, `WOO_SECRET` (and `WOO_CA`, a CA bundle) name a shop to try it on; what a test makes there it
removes again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from woodoo.domain.errors import ConfigError, WoodooError
from woodoo.domain.history import OrderRange
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.base import Changed, Store
from woodoo.stores.woocommerce.auth import Scheme
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.errors import NotFound, Refused
from woodoo.stores.woocommerce.registration import ensure_webhooks
from woodoo.stores.woocommerce.store import WooCommerceStore
from woodoo.stores.woocommerce.webhook_plan import Do, Wanted
from woodoo.stores.woocommerce.webhooks import Ping, StoreEvent, parse, same_store, verify

SHOPS = ["http", "https", *(["real"] if os.environ.get("WOO_URL") else [])]


@pytest.fixture(scope="module")
def double() -> Iterator[StoreDouble]:
    with StoreDouble(tls=True) as shop:
        shop.seed_orders(7)
        yield shop


def connect(double: StoreDouble, kind: str) -> WooClient:
    if kind == "real":
        environ = os.environ
        return WooClient(
            environ["WOO_URL"], environ["WOO_KEY"], environ["WOO_SECRET"], ca_bundle=environ.get("WOO_CA", "")
        )
    if kind == "https":
        return WooClient(double.https_url, double.key, double.secret, ca_bundle=str(double.ca_file))
    return WooClient(double.url, double.key, double.secret)


@pytest.fixture(params=SHOPS)
def client(request: pytest.FixtureRequest, double: StoreDouble) -> Iterator[WooClient]:
    with connect(double, request.param) as made:
        yield made


@pytest.fixture
def sold(client: WooClient) -> Iterator[dict[str, Any]]:
    """Sell two variations, one of them without a SKU of its own."""
    parent = client.post(
        "products",
        {
            "name": "Test shirt",
            "type": "variable",
            "sku": "TEST-SHIRT",
            "attributes": [{"name": "Size", "variation": True, "options": ["S", "M"]}],
        },
    )
    variations = [
        client.post(f"products/{parent['id']}/variations", {**body, "regular_price": "10.00"})
        for body in (
            {"attributes": [{"name": "Size", "option": "S"}]},
            {"attributes": [{"name": "Size", "option": "M"}], "sku": "TEST-SHIRT-M"},
        )
    ]
    items = [{"product_id": parent["id"], "variation_id": one["id"], "quantity": 2} for one in variations]
    placed = client.post("orders", {"status": "processing", "line_items": items})
    yield placed
    for path in (f"orders/{placed['id']}", f"products/{parent['id']}"):
        try:
            client.delete(path, {"force": True})
        except NotFound:
            continue


def test_it_says_what_the_shop_is(client: WooClient):
    identity = WooCommerceStore(client).identify()
    assert identity.url == client.url
    assert identity.version.split(".")[0].isdecimal()
    assert (len(identity.currency), identity.currency_digits) == (3, 2)
    assert identity.timezone_offset_minutes == 60 or "WOO_URL" in os.environ
    assert client.scheme is (Scheme.BASIC if client.url.startswith("https") else Scheme.OAUTH)


def test_every_order_of_the_shop_comes_over(client: WooClient, sold: dict[str, Any]):
    store = WooCommerceStore(client)
    changes = list(store.changed_orders(None))
    assert str(sold["id"]) in {one.external_id for one in changes}
    assert [one.modified_at for one in changes] == sorted(one.modified_at for one in changes)
    fetched = store.fetch_orders([one.external_id for one in changes])
    assert list(fetched.found) == list(dict.fromkeys(one.external_id for one in changes))
    assert (fetched.missing, fetched.broken) == (frozenset(), {})
    assert {key: order.status for key, order in fetched.found.items()} == {
        one.external_id: one.status for one in changes
    }


def test_a_poll_sees_the_second_it_asks_for_and_nothing_before(client: WooClient, sold: dict[str, Any]):
    store = WooCommerceStore(client)
    changes = list(store.changed_orders(None))
    moment = changes[len(changes) // 2].modified_at
    wanted = {one.external_id for one in changes if one.modified_at >= moment}
    assert {one.external_id for one in store.changed_orders(moment)} == wanted
    assert list(store.changed_orders(datetime.now(UTC) + timedelta(days=1))) == []


@pytest.mark.parametrize("page", [1, 2, 3])
def test_small_pages_lose_nothing_among_orders_of_one_second(
    client: WooClient, sold: dict[str, Any], page: int, monkeypatch: pytest.MonkeyPatch
):
    store = WooCommerceStore(client)
    since = list(store.changed_orders(None))[-10:][0].modified_at
    before = {one.external_id for one in store.changed_orders(since)}
    with monkeypatch.context() as patched:
        patched.setattr("woodoo.stores.woocommerce.changes.PAGE", page)
        walked = {one.external_id for one in store.changed_orders(since)}
    # Others may work in a real shop meanwhile: what was there all the time has to be seen.
    there = before & {one.external_id for one in store.changed_orders(since)}
    assert str(sold["id"]) in there
    assert there <= walked


def test_the_past_is_listed_by_day_by_id_and_by_status(client: WooClient, sold: dict[str, Any]):
    store = WooCommerceStore(client)
    changes = {one.external_id: one for one in store.changed_orders(None)}
    days = OrderRange(begin=datetime(2000, 1, 1, tzinfo=UTC))
    assert {one.external_id: one for one in whole(store, days)} == changes
    assert store.count_orders(days) >= len(changes)
    ids = sorted(map(int, changes))
    cut = len(ids) // 4
    inner = ids[cut : len(ids) - cut]
    part = OrderRange(first_id=inner[0], last_id=inner[-1])
    assert [int(one.external_id) for one in whole(store, part)] == inner
    assert store.count_orders(part) >= len(inner)
    paid = OrderRange(first_id=1, last_id=sold["id"], statuses=("processing", "completed"))
    assert {one.external_id for one in whole(store, paid)} == {
        one.external_id for one in changes.values() if one.status in ("processing", "completed")
    }
    assert store.count_orders(OrderRange(end=datetime(2000, 1, 1, tzinfo=UTC))) == 0
    with pytest.raises(WoodooError, match="no order status 'shiped'"):
        store.count_orders(OrderRange(first_id=1, statuses=("shiped",)))


def whole(store: Store, wanted: OrderRange) -> list[Changed]:
    """Return everything of a range."""
    page = store.orders_in(wanted)
    orders = [*page.orders]
    while page.cursor:
        page = store.orders_in(wanted, page.cursor)
        orders += page.orders
    return orders


def test_a_variation_without_a_sku_of_its_own_has_none(client: WooClient, sold: dict[str, Any]):
    assert [line["sku"] for line in sold["line_items"]] == ["TEST-SHIRT", "TEST-SHIRT-M"]
    fetched = WooCommerceStore(client).fetch_orders([str(sold["id"])])
    lines = fetched.found[str(sold["id"])].lines
    assert [line.sku for line in lines] == ["", "TEST-SHIRT-M"]
    assert [line.options for line in lines] == [(("Size", "S"),), (("Size", "M"),)]


def test_notes_of_the_staff_come_without_those_of_the_shop(client: WooClient, sold: dict[str, Any]):
    notes = f"orders/{sold['id']}/notes"
    client.post(notes, {"note": "Gift wrap, please", "added_by_user": True})
    client.post(notes, {"note": "Sent on by a plugin"})
    first, *_ = sold["line_items"]
    client.put(f"products/{first['product_id']}/variations/{first['variation_id']}", {"manage_stock": True})
    client.put(f"orders/{sold['id']}", {"line_items": [{"id": first["id"], "quantity": 3}]})
    assert [row["author"] for row in client.rows(notes) if "Adjusted stock" in row["note"]] == ["admin"]
    found = WooCommerceStore(client).fetch_notes([str(sold["id"])]).found
    assert found == {str(sold["id"]): ("Gift wrap, please",)}


def test_trashed_and_deleted_orders_are_told_apart(client: WooClient, sold: dict[str, Any]):
    store, external_id = WooCommerceStore(client), str(sold["id"])
    client.delete(f"orders/{external_id}")
    assert store.fetch_orders([external_id]).found[external_id].status == "trash"
    assert external_id not in {one.external_id for one in store.changed_orders(None)}
    client.delete(f"orders/{external_id}", {"force": True})
    assert store.fetch_orders([external_id]).missing == {external_id}


def test_what_mappings_are_made_of(client: WooClient):
    store = WooCommerceStore(client)
    assert {rate.percent for rate in store.tax_rates()}
    assert {one.key for one in store.payment_methods()} >= {"bacs", "cod"}
    keys = {one.key for one in store.shipping_methods()}
    assert "flat_rate" in keys
    assert any(key.startswith("flat_rate:") for key in keys)


def test_a_batch_reports_its_bad_items(client: WooClient):
    result = client.batch("products", update=[{"id": 999999999, "name": "x"}])
    assert isinstance(result.update[0].error, Refused)


def test_what_the_shop_refuses(client: WooClient):
    with pytest.raises(NotFound):
        client.get("orders/999999999")
    with pytest.raises(Refused, match="orderby"):
        client.get("orders", {"orderby": "nonsense"})


@pytest.mark.parametrize("kind", SHOPS)
def test_a_wrong_key_and_a_wrong_secret_are_told_apart(double: StoreDouble, kind: str):
    right = connect(double, kind)
    key, secret = (double.key, double.secret) if kind != "real" else (os.environ["WOO_KEY"], os.environ["WOO_SECRET"])
    bundle = os.environ.get("WOO_CA", "") if kind == "real" else str(double.ca_file)
    for used_key, used_secret, words in (
        (f"{key[:-1]}x", secret, "does not know the consumer key"),
        (key, f"{secret[:-1]}x", "secret is wrong"),
    ):
        with pytest.raises(ConfigError, match=words):
            WooClient(right.url, used_key, used_secret, ca_bundle=bundle).get("orders")


def test_a_key_without_a_right(double: StoreDouble):
    reader = WooClient(double.url, *double.add_key("read"))
    with pytest.raises(ConfigError, match="may not write"):
        reader.post("products", {"name": "x"})
    writer = WooClient(double.url, *double.add_key("write"))
    with pytest.raises(ConfigError, match="may not read"):
        writer.get("orders")


def test_webhooks_are_set_up_once_and_their_deliveries_stand(double: StoreDouble, httpserver):
    httpserver.expect_request("/hooks/abc").respond_with_data("", 200)
    client, address = connect(double, "http"), httpserver.url_for("/hooks/abc")
    topics = ["order.created", "order.updated"]
    first = ensure_webhooks(client, Wanted(topics, address), "a secret", address.__eq__)
    assert [one.step.do for one in first] == [Do.CREATE] * 2
    wanted = Wanted(topics, address, with_secret=[one.step.webhook_id for one in first])
    assert [one.step.do for one in ensure_webhooks(client, wanted, "a secret", address.__eq__)] == [Do.KEEP] * 2
    placed = double.seed_orders(1, announce=True)
    assert double.webhooks.wait(300)
    read = [(request, parse(request.headers, request.get_data())) for request, _ in httpserver.log]
    assert len([event for _, event in read if isinstance(event, Ping)]) == 2
    events = [(request, event) for request, event in read if isinstance(event, StoreEvent)]
    assert {event.topic for _, event in events} <= set(topics)
    assert {event.external_id for _, event in events} == {str(number) for number in placed}
    for request, event in events:
        signature = request.headers["X-WC-Webhook-Signature"]
        assert verify(request.get_data(), signature, "a secret")
        assert not verify(request.get_data(), signature, "another secret")
        assert same_store(event.source, double.url)
