"""The double as a whole: what it keeps, what a person can do on its page, how it is run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.address import keys_page
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.key_check import check_writing


@pytest.fixture
def store() -> Iterator[StoreDouble]:
    with StoreDouble() as opened:
        yield opened


@pytest.fixture
def browser(store: StoreDouble) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=store.url, timeout=300, trust_env=False, follow_redirects=True) as client:
        yield client


GUEST = {
    "product1": "11", "quantity1": "2", "product2": "42", "quantity2": "1", "customer": "0", "payment": "stripe",
    "first_name": "Ana", "last_name": "<b>García</b>", "country": "ES", "state": "M", "email": "ana@example.com",
}  # fmt: skip


def _said(page: httpx2.Response) -> str:
    found = re.search(r'role="status">(.*?)</p>', page.text)
    assert found, page.text[:500]
    return found[1]


def _order(store: StoreDouble) -> dict[str, Any]:
    return max(store.shop.tables["orders"].values(), key=lambda order: order["id"])


def test_the_front_page_shows_what_there_is(browser: httpx2.Client) -> None:
    page = browser.get("/")
    assert page.status_code == 200
    assert all(text in page.text for text in ("House Blend", "WOO-V-1-1", "Place order", "No orders yet"))
    assert not re.search(r'(src|href)="(?!/)', page.text)


@pytest.mark.parametrize(
    ("payment", "status"), [("stripe", "processing"), ("cod", "processing"), ("bacs", "on-hold"), ("cheque", "on-hold")]
)
def test_a_guest_orders_by_hand(store: StoreDouble, browser: httpx2.Client, payment: str, status: str) -> None:
    page = browser.post("/checkout", data={**GUEST, "payment": payment, "coupon": "PCT10"})
    order = _order(store)
    assert _said(page) == f"Order {order['id']} is placed."
    assert (order["status"], order["customer_id"], order["created_via"]) == (status, 0, "store-api")
    assert [(line["name"], line["quantity"]) for line in order["line_items"]] == [
        ("House Blend", 2),
        ("Variable 1 - Red, S", 1),
    ]
    assert [line["code"] for line in order["coupon_lines"]] == ["pct10"]
    assert (order["date_paid"] is not None) is (payment == "stripe")
    assert "<b>García" not in page.text


def test_a_registered_customer_orders_with_their_own_address(store: StoreDouble, browser: httpx2.Client) -> None:
    browser.post("/checkout", data={**GUEST, "customer": "2"})
    assert (_order(store)["customer_id"], _order(store)["billing"]["email"]) == (2, "cust1@example.com")


def test_status_and_refund_by_hand(store: StoreDouble, browser: httpx2.Client) -> None:
    browser.post("/checkout", data=GUEST)
    order = _order(store)
    path = f"/orders/{order['id']}"
    assert "Completed" in _said(browser.post(f"{path}/status", data={"status": "completed"}))
    line = order["line_items"][0]["id"]
    assert _said(browser.post(f"{path}/refund", data={f"line{line}": "1"})) == "15.13 was given back."
    assert _said(browser.post(f"{path}/refund", data={"amount": "2.50"})) == "2.5 was given back."
    assert (order["status"], len(order["refund_ids"])) == ("completed", 2)
    assert store.shop.tables["products"][11]["stock_quantity"] == 50


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"product1": "38"}, "There is not enough of “Sticker” in stock."),
        ({"product1": ""}, "The cart is empty."),
        ({"payment": "shells"}, "Please choose a payment method."),
        ({"coupon": "nope"}, "Coupon “nope” cannot be applied because it does not exist."),
        ({"country": "JP"}, "No shipping method is available for this address."),
    ],
)
def test_a_checkout_that_cannot_go_on_says_why(
    store: StoreDouble, browser: httpx2.Client, data: dict[str, str], sentence: str
) -> None:
    page = browser.post("/checkout", data={**GUEST, "product2": "", **data})
    assert _said(page) == sentence
    assert not store.shop.tables["orders"]


@pytest.mark.parametrize(
    ("amount", "sentence"), [("9999", "Invalid refund amount."), ("", "Say how many pieces, or an amount.")]
)
def test_a_refund_that_cannot_be_says_why(
    store: StoreDouble, browser: httpx2.Client, amount: str, sentence: str
) -> None:
    browser.post("/checkout", data=GUEST)
    assert _said(browser.post(f"/orders/{_order(store)['id']}/refund", data={"amount": amount})) == sentence


def test_forms_of_other_sites_are_refused(store: StoreDouble, browser: httpx2.Client) -> None:
    page = browser.post("/checkout", data=GUEST, headers={"Origin": "http://elsewhere.example"})
    assert page.status_code == 403
    assert not store.shop.tables["orders"]


# -- what is kept ---------------------------------------------------------------------------------------------------


def test_a_key_is_made_by_hand_and_shown_once(store: StoreDouble, browser: httpx2.Client) -> None:
    page = browser.get(keys_page(""))
    assert "Generate API key" in page.text
    made = browser.post("/wp-admin/admin.php", data={"description": "Woodoo", "permissions": "read_write"}).text
    key, secret = (re.search(f'id="key_consumer_{name}" readonly value="([^"]+)"', made) for name in ("key", "secret"))
    assert key
    assert secret
    with WooClient(store.url, key[1], secret[1]) as client:
        check_writing(client)
    assert secret[1] not in browser.get(keys_page("")).text


def test_the_shop_is_found_again(tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    with StoreDouble(file=file) as first:
        made = first.seed_orders(3)
        first.refund(made[0], reason="back", lines=[])
        first.set_option("woocommerce_prices_include_tax", "yes")
        before = first.shop.as_data()
        known = (first.key, first.secret)
    assert file.stat().st_mode & 0o077 == 0
    with StoreDouble(file=file) as second:
        assert json.loads(json.dumps(second.shop.as_data())) == json.loads(json.dumps(before))
        assert (second.key, second.secret) == known
        assert second.seed_orders(1, first=9)[0] > max(made)
        assert second.shop.sku_index["woo-s-001"] == 11


def test_the_same_seed_makes_the_same_orders() -> None:
    def orders() -> list[tuple[Any, ...]]:
        shop = StoreDouble(clock=lambda: 1_800_000_000.0)
        shop.seed_orders(20, lines=3)
        rows = shop.shop.tables["orders"].values()
        return [(o["id"], o["total"], o["billing"]["email"], len(o["line_items"])) for o in rows]

    assert orders() == orders()
    assert {row[3] for row in orders()} == {3}


def test_the_command_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    credentials, file = tmp_path / "credentials.json", tmp_path / "shop.json"
    arguments = ["--port", "0", "--orders", "2", "--file", str(file), "--credentials", str(credentials), "--tls"]
    process = subprocess.Popen(
        [sys.executable, "-m", "woodoo.sandbox", "store", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Shop: http://127.0.0.1:")
        known = json.loads(credentials.read_text())
        assert credentials.stat().st_mode & 0o077 == 0
        assert httpx2.get(known["url"], timeout=300, trust_env=False).status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=300) == 0
    assert len(json.loads(file.read_text())["tables"]["orders"]) == 2
