"""What goes wrong in the double when it is told to, and that nothing does before."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx2
import pytest

from woodoo.domain.errors import RemoteDown
from woodoo.sandbox.store import StoreDouble
from woodoo.sandbox.store.troubles import Down
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

#: Where nobody listens: what matters is what would have been sent.
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def store() -> Any:
    with StoreDouble() as opened:
        for number, topic in enumerate(("order.created", "order.updated"), 1):
            opened.shop.tables["webhooks"][number] = {
                "id": number,
                "status": "active",
                "topic": topic,
                "delivery_url": NOWHERE,
                "secret": "s",
                "failure_count": -1_000,
                "pending_ping": False,
            }
        yield opened


def sent(store: StoreDouble) -> Counter[tuple[str, int]]:
    assert store.webhooks.wait(300)
    return Counter((delivery.topic, delivery.record) for delivery in store.delivered)


def test_no_trouble_unless_it_is_switched_on(store: StoreDouble) -> None:
    made = store.seed_orders(20, announce=True)
    wanted = {(topic, order): 1 for order in made for topic in ("order.created", "order.updated")}
    assert sent(store) == wanted
    assert not store.troubles.happened


def test_a_share_of_the_webhooks_is_lost_for_good(store: StoreDouble) -> None:
    store.troubles.lost = 0.3
    made = store.seed_orders(100, announce=True)
    count = sum(sent(store).values())
    assert count == 200 - store.troubles.happened["lost"]
    assert 30 < store.troubles.happened["lost"] < 90
    assert {order for _, order in store.troubles.lost_ones} <= set(made)


def test_doubled_ones_come_twice_and_late_ones_are_overtaken(store: StoreDouble) -> None:
    store.troubles.doubled, store.troubles.late, store.troubles.lateness = 0.5, 0.5, 0.2
    made = store.seed_orders(40, announce=True)
    counted = sent(store)
    assert set(counted.values()) == {1, 2}
    assert sum(counted.values()) == 80 + store.troubles.happened["doubled"]
    order = [delivery.record for delivery in store.delivered if delivery.topic == "order.created"]
    assert set(order) == set(made)
    assert order != sorted(order)


@pytest.mark.parametrize(("how", "after"), [(Down.MAINTENANCE, 600), (Down.UNREACHABLE, None)])
def test_a_site_that_is_down_is_no_fault_of_any_record(store: StoreDouble, how: Down, after: float | None) -> None:
    client = WooClient(store.url, store.key, store.secret)
    (order,) = store.seed_orders(1)
    store.go_down(how)
    with pytest.raises(RemoteDown) as raised:
        WooCommerceStore(client).fetch_orders([str(order)])
    assert raised.value.retry_after == after
    store.set_status(order, "completed")
    store.come_back()
    assert str(order) in WooCommerceStore(client).fetch_orders([str(order)]).found
    assert sent(store) == {("order.updated", order): 1}


def test_a_site_that_is_unreachable_hangs_up(store: StoreDouble) -> None:
    store.go_down(Down.UNREACHABLE)
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{store.url}/wp-json/")


def test_a_quiet_edit_moves_no_time_and_announces_nothing(store: StoreDouble) -> None:
    (order,) = store.seed_orders(1)
    woo = WooCommerceStore(WooClient(store.url, store.key, store.secret))
    before = woo.fetch_orders([str(order)]).found[str(order)]
    store.change_quantity(order, int(before.lines[0].quantity) + 3, quietly=True)
    after = woo.fetch_orders([str(order)]).found[str(order)]
    assert after.modified_at == before.modified_at
    assert (after.content_hash != before.content_hash, after.total > before.total) == (True, True)
    assert not sent(store)
    store.change_quantity(order, 1)
    assert sent(store) == {("order.updated", order): 1}


def test_only_the_trash_is_told_of(store: StoreDouble) -> None:
    first, second = store.seed_orders(2)
    store.shop.tables["webhooks"][3] = {**store.shop.tables["webhooks"][1], "id": 3, "topic": "order.deleted"}
    store.delete_order(first)
    store.delete_order(second, for_good=True)
    assert sent(store) == {("order.deleted", first): 1}
    assert second not in store.shop.tables["orders"]
