"""What the shop tells others, how it signs it, and what it does when nobody listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from .store_target import Target

SECRET = "between us"
#: Seconds after which what a real shop's scheduler has not done is taken never to happen.
PATIENCE = 300.0


@dataclass
class Received:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers.get("x-wc-webhook-topic", "")

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Listener:
    """A web server that notes what comes in and answers as the test wishes."""

    host: str
    answer: int = 200
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                listener.received.append(Received(self.path, headers, body))
                self.send_response(listener.answer if "x-wc-webhook-topic" in headers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        here = "127.0.0.1" if self.host == "127.0.0.1" else "0.0.0.0"  # a real shop may be on another machine
        self.server = http.server.ThreadingHTTPServer((here, 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.server.server_port}/{path}"

    def wait(self, what: Any) -> list[Received]:
        """Wait until `what` finds something among the received."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [one for one in list(self.received) if what(one)]
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing came; received {[(r.topic, r.body[:60]) for r in self.received]}")


@pytest.fixture
def listener(shop: Target) -> Iterator[Listener]:
    if not shop.webhook_host:
        pytest.skip("this shop cannot reach us (WOO_WEBHOOK_HOST)")
    listening = Listener(shop.webhook_host)
    yield listening
    shop.clean()
    listening.server.shutdown()
    listening.server.server_close()


def _webhook(shop: Target, listener: Listener, topic: str, path: str = "hook") -> dict[str, Any]:
    return shop.make("webhooks", {"topic": topic, "delivery_url": listener.url(path), "secret": SECRET})


def _about(topic: str, record: int) -> Any:
    return lambda one: one.topic == topic and one.data.get("id", one.data.get("arg")) == record


def test_a_new_webhook_is_greeted(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "order.updated")
    (ping,) = listener.wait(lambda one: one.body == f"webhook_id={hook['id']}".encode())
    assert ping.headers["content-type"] == "application/x-www-form-urlencoded"
    assert not [name for name in ping.headers if name.startswith("x-wc-")]
    assert (hook["status"], hook["resource"], hook["event"]) == ("active", "order", "updated")
    assert hook["hooks"] == ["woocommerce_update_order", "woocommerce_order_refunded"]
    assert "secret" not in hook


def test_it_is_greeted_before_its_making_is_answered(shop: Target, listener: Listener) -> None:
    """So whoever makes a webhook knows at once whether the shop reaches the address."""
    hook = _webhook(shop, listener, "action.woocommerce_woodoo_probe", "probe")
    assert [one.body for one in listener.received if one.path == "/probe"] == [f"webhook_id={hook['id']}".encode()]


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_a_new_webhook_is_active_whatever_is_asked_for(shop: Target, listener: Listener, status: str) -> None:
    body = {"topic": "order.updated", "delivery_url": listener.url("hook"), "secret": SECRET, "status": status}
    assert shop.make("webhooks", body)["status"] == "active"


def test_another_address_is_greeted_at_once_and_used_from_then_on(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "product.updated", "old")
    shop.put(f"webhooks/{hook['id']}", {"delivery_url": listener.url("new")})
    assert [one.body for one in listener.received if one.path == "/new"] == [f"webhook_id={hook['id']}".encode()]
    product = shop.product()
    shop.put(f"products/{product['id']}", {"regular_price": "4.00"})
    assert {one.path for one in listener.wait(_about("product.updated", product["id"]))} == {"/new"}


def test_the_address_it_has_already_is_not_greeted_again(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "product.updated")
    shop.put(f"webhooks/{hook['id']}", {"delivery_url": listener.url("hook"), "status": "active"})
    assert len([one for one in listener.received if not one.topic]) == 1


def test_the_new_address_of_one_that_is_off_is_not_greeted_neither_then_nor_later(
    shop: Target, listener: Listener
) -> None:
    hook = _webhook(shop, listener, "product.updated", "old")
    for change in ({"status": "paused"}, {"delivery_url": listener.url("new")}, {"status": "active"}):
        shop.put(f"webhooks/{hook['id']}", change)
    assert [one.path for one in listener.received if not one.topic] == ["/old"]


def test_another_secret_signs_from_the_next_delivery_on(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "product.updated")
    shop.put(f"webhooks/{hook['id']}", {"secret": "another secret"})
    product = shop.product()
    shop.put(f"products/{product['id']}", {"regular_price": "4.00"})
    came = listener.wait(_about("product.updated", product["id"]))[0]
    digest = hmac.new(b"another secret", came.body, hashlib.sha256).digest()
    assert came.headers["x-wc-webhook-signature"] == base64.b64encode(digest).decode()


def test_what_happens_while_one_is_off_is_never_told(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "product.updated")
    missed, told = shop.product(), shop.product()
    shop.put(f"webhooks/{hook['id']}", {"status": "paused"})
    shop.put(f"products/{missed['id']}", {"regular_price": "4.00"})
    shop.put(f"webhooks/{hook['id']}", {"status": "active"})
    shop.put(f"products/{told['id']}", {"regular_price": "4.00"})
    listener.wait(_about("product.updated", told["id"]))
    assert not [one for one in listener.received if one.topic and one.data["id"] == missed["id"]]


def test_webhooks_are_deleted_for_good_or_not_at_all(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "order.updated")
    refused = shop.call("DELETE", f"webhooks/{hook['id']}")
    assert refused.error == (501, "woocommerce_rest_trash_not_supported")
    assert shop.call("DELETE", f"webhooks/{hook['id']}?force=true").status == 200
    gone = "woocommerce_rest_shop_webhook_invalid_id"
    assert shop.call("GET", f"webhooks/{hook['id']}").error == (404, gone)
    assert shop.call("PUT", f"webhooks/{hook['id']}", {"status": "active"}).error == (400, gone)


def test_a_webhook_to_nowhere_is_active_all_the_same(shop: Target) -> None:
    body = {"topic": "order.updated", "delivery_url": "http://127.0.0.1:9/nobody", "secret": SECRET}
    assert shop.make("webhooks", body)["status"] == "active"


def test_deliveries_are_signed_over_the_raw_body(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "product.updated")
    product = shop.product()
    shop.put(f"products/{product['id']}", {"regular_price": "3.00"})
    came = listener.wait(_about("product.updated", product["id"]))[0]
    digest = hmac.new(SECRET.encode(), came.body, hashlib.sha256).digest()
    assert came.headers["x-wc-webhook-signature"] == base64.b64encode(digest).decode()
    expected = {"resource": "product", "event": "updated", "id": str(hook["id"])}
    assert {name: came.headers[f"x-wc-webhook-{name}"] for name in expected} == expected
    assert came.headers["x-wc-webhook-source"].endswith("/")
    assert len(came.headers["x-wc-webhook-delivery-id"]) == 32
    assert "Hookshot" in came.headers["user-agent"]
    assert came.headers["content-type"] == "application/json"
    assert came.data["regular_price"] == "3.00"


def test_one_rest_order_tells_of_itself_twice_and_of_its_goods(shop: Target, listener: Listener) -> None:
    goods = shop.product(manage_stock=True, stock_quantity=5)
    for topic in ("order.created", "order.updated", "product.updated"):
        _webhook(shop, listener, topic)
    order = shop.order({"product_id": goods["id"], "quantity": 1}, status="processing")
    for topic, record in (
        ("order.created", order["id"]),
        ("order.updated", order["id"]),
        ("product.updated", goods["id"]),
    ):
        assert listener.wait(_about(topic, record))


def test_a_refund_updates_its_order_and_is_an_action(shop: Target, listener: Listener) -> None:
    goods = shop.product("9.00", tax_status="none")
    order = shop.order({"product_id": goods["id"], "quantity": 1}, status="completed")
    for topic in ("order.updated", "action.woocommerce_order_refunded"):
        _webhook(shop, listener, topic)
    shop.call("POST", f"orders/{order['id']}/refunds", {"amount": "2.00", "api_refund": False})
    updated = listener.wait(_about("order.updated", order["id"]))[0]
    assert [refund["total"] for refund in updated.data["refunds"]] == ["-2.00"]
    action = listener.wait(lambda one: one.topic == "action.woocommerce_order_refunded")[0]
    assert action.data == {"action": "woocommerce_order_refunded", "arg": order["id"]}


def test_the_trash_is_told_with_the_id_alone(shop: Target, listener: Listener) -> None:
    order = shop.order()
    _webhook(shop, listener, "order.deleted")
    shop.call("DELETE", f"orders/{order['id']}")
    assert listener.wait(_about("order.deleted", order["id"]))[0].data == {"id": order["id"]}


def test_of_a_variation_the_variation_alone_is_told(shop: Target, listener: Listener) -> None:
    product = shop.product(type="variable")
    path = f"products/{product['id']}/variations"
    variation = shop.make(path, {"regular_price": "5"})
    _webhook(shop, listener, "product.updated")
    shop.put(f"{path}/{variation['id']}", {"regular_price": "6"})
    told = listener.wait(_about("product.updated", variation["id"]))[0]
    assert (told.data["type"], told.data["parent_id"]) == ("variation", product["id"])
    last = shop.product()
    shop.put(f"products/{last['id']}", {"name": "last"})
    listener.wait(_about("product.updated", last["id"]))
    assert not [one for one in listener.received if one.topic and one.data["id"] == product["id"]]


def test_failures_are_counted_and_disable(shop: Target, listener: Listener) -> None:
    hook = _webhook(shop, listener, "product.updated")
    product = shop.product()
    listener.answer = 500

    def provoke() -> None:
        before = len(listener.received)
        shop.put(f"products/{product['id']}", {"menu_order": before})
        listener.wait(lambda _: len([r for r in listener.received if r.topic]) > count)

    def until_not_active() -> str:
        """Wait until the shop has drawn its conclusion, and return it."""
        until = time.monotonic() + PATIENCE
        while (status := shop.get(f"webhooks/{hook['id']}")["status"]) == "active" and time.monotonic() < until:
            time.sleep(0.05)
        return str(status)

    for number in range(7):
        assert shop.get(f"webhooks/{hook['id']}")["status"] == "active", number
        count = len([r for r in listener.received if r.topic])
        provoke()
    assert until_not_active() == "disabled"
    shop.put(f"webhooks/{hook['id']}", {"status": "active"})
    count = len([r for r in listener.received if r.topic])
    provoke()
    assert until_not_active() == "disabled"
    # A success after activation gives it seven lives again.
    shop.put(f"webhooks/{hook['id']}", {"status": "active"})
    listener.answer = 200
    count = len([r for r in listener.received if r.topic])
    provoke()
    listener.answer = 500
    for _ in range(6):
        count = len([r for r in listener.received if r.topic])
        provoke()
    assert shop.get(f"webhooks/{hook['id']}")["status"] == "active"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"topic": "order.refunded"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": "action.other_hook"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": "order.created", "delivery_url": "ftp://x"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
    ],
)
def test_webhooks_that_are_refused(shop: Target, body: dict[str, str], code: str) -> None:
    answer = shop.call("POST", "webhooks", {"delivery_url": "http://127.0.0.1:9/x", **body})
    assert answer.error == (400, code)
