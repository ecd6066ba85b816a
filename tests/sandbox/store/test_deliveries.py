"""When the double sends its webhooks, and what becomes of those that wait."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from woodoo.sandbox.store import Checkout, StoreDouble, Wish
from woodoo.sandbox.store.state import Record

BUYER = {"first_name": "Ana", "country": "ES", "state": "M", "email": "ana@example.com"}


class Receiver(http.server.ThreadingHTTPServer):
    """Notes every topic and record it is told of."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.answer = 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                topic = self.headers.get("X-WC-Webhook-Topic", "ping")
                receiver.told.append((topic, body.decode() if topic == "ping" else json.loads(body)))
                self.send_response(receiver.answer)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def topics(self) -> list[str]:
        return [topic for topic, _ in self.told if topic != "ping"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def store(receiver: Receiver) -> Iterator[StoreDouble]:
    with StoreDouble() as opened:
        for topic in ("order.created", "order.updated", "product.updated"):
            listen(opened, receiver, topic)
        assert opened.webhooks.wait(300)
        receiver.told.clear()
        yield opened


def listen(store: StoreDouble, receiver: Receiver, topic: str) -> Record:
    """Set up a webhook as if through the API, its greeting already answered."""
    hook = {
        "id": store.shop.next_id("webhook"),
        "name": topic,
        "status": "active",
        "topic": topic,
        "delivery_url": f"http://127.0.0.1:{receiver.server_port}/",
        "secret": "s",
        "date_created": store.shop.now(),
        "date_modified": None,
        "failure_count": 0,
        "pending_ping": False,
    }
    store.shop.tables["webhooks"][hook["id"]] = hook
    return hook


def test_a_placed_order_is_updated_before_it_is_created(store: StoreDouble, receiver: Receiver) -> None:
    store.webhooks.hold()
    store.place_order(Checkout([Wish(11)], BUYER))
    store.webhooks.resume()
    assert store.webhooks.wait(300)
    assert receiver.topics == ["order.updated", "order.created", "product.updated"]


def test_an_open_checkout_is_an_updated_draft(store: StoreDouble, receiver: Receiver) -> None:
    from woodoo.sandbox.store.orders import checkout

    with store.shop.lock:
        checkout.draft(store.shop, Checkout([Wish(11)], BUYER))
    store.webhooks.release()
    assert store.webhooks.wait(300)
    ((topic, order),) = receiver.told
    assert (topic, order["status"], order["created_via"]) == ("order.updated", "checkout-draft", "store-api")


def test_what_waits_twice_is_sent_once_and_shows_the_present(store: StoreDouble, receiver: Receiver) -> None:
    store.webhooks.hold()
    (order,) = store.seed_orders(1, announce=True)
    store.set_status(order, "completed")
    store.set_status(order, "on-hold")
    store.webhooks.resume()
    assert store.webhooks.wait(300)
    updates = [body for topic, body in receiver.told if topic == "order.updated"]
    assert [(body["id"], body["status"]) for body in updates] == [(order, "on-hold")]


def test_what_is_gone_when_it_is_sent_is_an_error(store: StoreDouble, receiver: Receiver) -> None:
    store.webhooks.hold()
    (order,) = store.seed_orders(1, announce=True)
    del store.shop.tables["orders"][order]
    store.webhooks.resume()
    assert store.webhooks.wait(300)
    assert receiver.told[0][1]["code"] == "woocommerce_rest_shop_order_invalid_id"


def test_two_records_in_one_second_share_their_delivery_id(receiver: Receiver) -> None:
    with StoreDouble(clock=lambda: 1_800_000_000.0) as store:
        listen(store, receiver, "order.created")
        store.seed_orders(2, announce=True)
        assert store.webhooks.wait(300)
        ids = {delivery.headers["X-WC-Webhook-Delivery-ID"] for delivery in store.delivered}
        assert (len(store.delivered), len(ids)) == (2, 1)


@pytest.mark.parametrize(("answer", "failures"), [(200, 0), (204, 0), (301, 0), (302, 0), (303, 1), (404, 1), (500, 1)])
def test_which_answers_are_failures(store: StoreDouble, receiver: Receiver, answer: int, failures: int) -> None:
    receiver.answer = answer
    hook = listen(store, receiver, "coupon.updated")
    store.shop.announce("coupon.updated", 70)
    store.webhooks.release()
    assert store.webhooks.wait(300)
    assert hook["failure_count"] == failures


def test_nobody_listening_is_a_failure_and_nothing_is_repeated(store: StoreDouble) -> None:
    hook = next(iter(store.shop.tables["webhooks"].values()))
    hook["delivery_url"] = "http://127.0.0.1:9/"
    store.seed_orders(1, announce=True)
    assert store.webhooks.wait(300)
    sent = [d for d in store.delivered if d.webhook_id == hook["id"]]
    assert [(d.status, hook["failure_count"]) for d in sent] == [(0, 1)]


def test_an_unanswered_greeting_comes_again_after_each_delivery(store: StoreDouble, receiver: Receiver) -> None:
    hook = listen(store, receiver, "coupon.updated")
    hook["pending_ping"] = True
    receiver.answer = 204
    store.shop.announce("coupon.updated", 70)
    store.webhooks.release()
    assert store.webhooks.wait(300)
    receiver.answer = 200
    store.shop.announce("coupon.updated", 70)
    store.webhooks.release()
    assert store.webhooks.wait(300)
    assert [topic for topic, _ in receiver.told] == ["coupon.updated", "ping", "coupon.updated", "ping"]
    assert hook["pending_ping"] is False


def test_a_paused_webhook_is_left_alone(store: StoreDouble, receiver: Receiver) -> None:
    for hook in store.shop.tables["webhooks"].values():
        hook["status"] = "paused"
    store.seed_orders(1, announce=True)
    assert store.webhooks.wait(300)
    assert receiver.told == []
