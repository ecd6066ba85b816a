"""The double's answers held against recorded answers of a WooCommerce 10.2.4: same keys, types and, where the same
request makes the same shop, the same values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from woodoo.sandbox.store import StoreDouble
from woodoo.sandbox.store.seed import read_recordings

SAMPLES = Path(__file__).parents[1] / "data" / "woocommerce"
RECORDED_HOME = "https://127.0.0.1:8143"
#: What a shop decides for itself: numbers drawn, times, what sold meanwhile, and the order of what is alike.
VOLATILE = frozenset({
    "date_created", "date_created_gmt", "date_modified", "date_modified_gmt", "date_paid", "date_paid_gmt",
    "date_completed", "date_completed_gmt", "order_key", "payment_url", "related_ids", "total_sales",
    "stock_quantity", "usage_count", "used_by",
})  # fmt: skip


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def store() -> Iterator[StoreDouble]:
    """A shop with the recorded orders and refunds in it."""
    with StoreDouble(tls=True) as opened:
        orders = read_recordings(SAMPLES, "order_[0-9]*.json")
        refunded = {body["id"]: body for body in read_recordings(SAMPLES, "refunded_order_*.json")}
        bodies = {body["id"]: body for body in orders if "after_product" not in body}
        plain = read_recordings(SAMPLES, "order_76_excl*.json")[0]
        opened.load_recorded_orders({**bodies, 76: plain, **refunded}.values(), sample("refunds_global")["body"])
        yield opened


def ask(store: StoreDouble, method: str, url: str, body: Any = None) -> httpx2.Response:
    """Send a recorded request to the double."""
    how: dict[str, Any] = {"auth": (store.key, store.secret)}
    if body is not None:
        how["json"] = body
    with httpx2.Client(verify=False, timeout=300, trust_env=False) as client:
        return client.request(method, url.replace(RECORDED_HOME, store.https_url), **how)


def shape(value: Any) -> Any:
    """Return the keys and types of an answer; amounts are told from other texts."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__
    return "number"


def _is_marked(item: Any) -> bool:
    """Say whether this is the meta entry that marked the recorded shop's records."""
    return isinstance(item, dict) and item.get("key") in ("_bench_ref", "wc_last_active")


def settled(store: StoreDouble, value: Any) -> Any:
    """Return an answer without what a shop decides for itself, with its address made alike."""
    if isinstance(value, dict):
        return {key: settled(store, item) for key, item in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [settled(store, item) for item in value if not _is_marked(item)]
    if isinstance(value, str):
        return value.replace(store.https_url, RECORDED_HOME).replace(store.url, RECORDED_HOME)
    return value


# -- the same request, the same answer ------------------------------------------------------------------------------

ORDERS = sorted(path.stem for path in SAMPLES.glob("order_[0-9]*.json") if "after_product" not in path.stem)


@pytest.mark.parametrize("name", ORDERS)
def test_a_recorded_order_reads_the_same(store: StoreDouble, name: str) -> None:
    recorded = sample(name)
    answer = ask(store, "GET", recorded["request"]["url"]).json()
    if recorded["body"]["id"] in _refunded_later():
        recorded["body"].update({key: answer[key] for key in ("status", "refunds")})
        for mine, theirs in zip(answer["line_items"], recorded["body"]["line_items"], strict=True):
            mine["meta_data"] = theirs["meta_data"]
    assert settled(store, answer) == settled(store, recorded["body"])
    assert answer["date_created_gmt"] == recorded["body"]["date_created_gmt"]
    assert answer["date_created"] == recorded["body"]["date_created"]


def _refunded_later() -> set[int]:
    return {body["parent_id"] for body in sample("refunds_global")["body"]}


def _names(*patterns: str) -> list[str]:
    return sorted(path.stem for pattern in patterns for path in SAMPLES.glob(f"{pattern}.json"))


SAME = _names(
    "refunded_order_1*", "refunds_*", "taxes", "tax_classes", "shipping_*", "payment_gateways", "settings_tax",
    "settings_products", "settings_groups", "orders_statuses", "data_*", "coupon_by_code", "coupons",
    "customer_one", "customer_by_email", "products_attribute*", "products_tags", "products_shipping_classes",
    "system_status_fields", "product_simple*", "product_variable*", "product_outofstock", "product_backorder",
    "product_downloadable", "product_nomanage", "variation_*", "err_400_bad_date", "err_400_bad_orderby",
    "err_400_bad_status", "err_400_per_page*", "err_404*", "err_fulfillments_flag_off", "orders_beyond_last_page",
    "products_type_variation",
)  # fmt: skip
#: Headers that say something; the rest is the web server's.
HEADERS = (
    "Content-Type",
    "X-Robots-Tag",
    "X-WP-Total",
    "X-WP-TotalPages",
    "Link",
    "Allow",
    "Location",
    "Cache-Control",
)


@pytest.mark.parametrize("name", SAME)
def test_the_same_request_has_the_same_answer(store: StoreDouble, name: str) -> None:
    recorded = sample(name)
    response = ask(store, recorded["request"]["method"], recorded["request"]["url"])
    body = response.json()
    assert response.status_code == recorded["status"]
    assert settled(store, body) == settled(store, recorded["body"])
    mine = {name: settled(store, response.headers.get(name)) for name in HEADERS}
    assert mine == {name: recorded["headers"].get(name) for name in HEADERS}


ALIKE = _names(
    "customers*", "products_categories", "products_list*", "products_by_sku_multi", "variations_*", "orders_list*",
    "order_notes", "system_status", "products_beyond_last_page", "shipping_zone_*",
)  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_the_same_request_has_an_answer_of_the_same_shape(store: StoreDouble, name: str) -> None:
    recorded = sample(name)
    if name == "order_notes":
        store.set_status(76, "completed")
    response = ask(store, recorded["request"]["method"], recorded["request"]["url"])
    assert response.status_code == recorded["status"]
    body = recorded["body"]
    if name == "system_status":
        body["database"]["database_tables"] = {"woocommerce": {}, "other": {}}
    assert shape(settled(store, response.json())) == shape(settled(store, body))


# -- refusals that need a body --------------------------------------------------------------------------------------

WRITTEN: dict[str, Any] = {
    "err_400_duplicate_sku": {"name": "x", "sku": "WOO-S-001"},
    "err_400_duplicate_gtin": {"name": "x", "global_unique_id": "8400000000001"},
    "err_400_duplicate_sku_variation": {"sku": "WOO-S-002"},
    "err_400_missing_name_type": {"name": "x", "regular_price": 5},
    "err_400_dup_customer_email": {"email": "cust1@example.com"},
    "err_400_dup_coupon": {"code": "PCT10"},
    "err_400_order_bad_customer": {"customer_id": 99999},
    "err_400_order_bad_status": {"status": "bogus"},
    "err_400_order_bad_coupon": {"coupon_lines": [{"code": "nope"}], "line_items": [{"product_id": 11}]},
    "err_400_order_frac_qty": None,
    "err_order_line_without_product": None,
    "err_refund_too_much": {"amount": "9999", "api_refund": False},
    "err_refund_api_refund_true_no_gateway": {"amount": "1"},
    "err_batch_empty": {},
    "err_413_batch_101": {"update": [{"id": 11}] * 101},
    "webhook_bad_topic": None,
    "webhook_bad_url": None,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_mistake_has_the_same_refusal(store: StoreDouble, name: str) -> None:
    recorded = sample(name)
    body = WRITTEN[name] if WRITTEN[name] is not None else recorded["request"]["body"]
    response = ask(store, recorded["request"]["method"], recorded["request"]["url"], body)
    answer = response.json()
    if "new_draft_order_id" in str(answer):
        answer["data"]["new_draft_order_id"] = recorded["body"]["data"]["new_draft_order_id"]
    assert response.status_code == recorded["status"]
    assert answer == recorded["body"]


def test_broken_json_is_named(store: StoreDouble) -> None:
    recorded = sample("err_400_bad_json")
    with httpx2.Client(verify=False, timeout=300, trust_env=False) as client:
        response = client.post(
            f"{store.https_url}/wp-json/wc/v3/products",
            content=b"{broken",
            headers={"Content-Type": "application/json"},
            auth=(store.key, store.secret),
        )
    assert (response.status_code, response.json()) == (400, recorded["body"])


def test_an_order_with_no_pieces_breaks_the_shop(store: StoreDouble) -> None:
    recorded = sample("err_500_order_zero_qty")
    response = ask(store, "POST", recorded["request"]["url"], {"line_items": [{"product_id": 11, "quantity": 0}]})
    answer = response.json()
    assert (response.status_code, answer["code"], answer["message"]) == (
        500,
        recorded["body"]["code"],
        recorded["body"]["message"],
    )


# -- webhooks -------------------------------------------------------------------------------------------------------

DELIVERIES = sorted(path.stem for path in SAMPLES.glob("delivery_sync_*.json"))


@pytest.mark.parametrize("name", DELIVERIES)
def test_a_delivery_looks_like_the_recorded_one(store: StoreDouble, name: str) -> None:
    recorded = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    topic = dict(recorded["headers"])["X-WC-Webhook-Topic"]
    known = {"order": 100, "product": 11, "customer": 2, "coupon": 70, "action": 100}
    payload = store._payload(topic, known[topic.partition(".")[0]])
    assert set(shape(payload)) == set(shape(recorded["body"]))
    mine = store.webhooks._headers({"id": 1, "topic": topic, "secret": "s"}, b"{}")
    theirs = {header for header, _ in recorded["headers"]} - {
        "Host", "Accept-Encoding", "Connection", "Content-Length",
    }  # fmt: skip
    assert set(mine) == theirs


def test_a_delivery_about_something_gone_is_an_error_that_is_signed(store: StoreDouble) -> None:
    recorded = json.loads((SAMPLES / "delivery_late_object_gone.json").read_text("utf-8"))
    resource = dict(recorded["headers"])["X-WC-Webhook-Resource"]
    assert store._payload(f"{resource}.updated", 999999) == recorded["body"]


# -- writes that were recorded, in their order ----------------------------------------------------------------------

STOCK_WRITES = ("product_put_stock", "product_put_stock_unmanaged_ignored", "products_batch_stock", "product_trash")
FULFILLMENTS = (
    "fulfillment_list_empty", "fulfillment_create_partial", "fulfillment_create_too_many", "fulfillment_create_rest",
    "fulfillment_create_no_items", "fulfillment_list", "fulfillment_get_one", "fulfillment_update",
    "fulfillment_meta_get", "fulfillment_bad_id", "fulfillment_bad_order", "fulfillment_delete",
)  # fmt: skip


def replay(store: StoreDouble, name: str) -> tuple[dict[str, Any], httpx2.Response]:
    """Send a recorded request once more; return what was recorded and the double's answer."""
    recorded = sample(name)
    request = recorded["request"]
    return recorded, ask(store, request["method"], request["url"], request["body"])


@pytest.mark.parametrize("name", STOCK_WRITES)
def test_a_recorded_write_has_the_same_answer(store: StoreDouble, name: str) -> None:
    recorded, response = replay(store, name)
    assert response.status_code == recorded["status"]
    assert settled(store, response.json()) == settled(store, recorded["body"])


def _undated(value: Any) -> Any:
    """Return a fulfillment without its times."""
    if isinstance(value, dict):
        dated = value.get("key") == "_date_fulfilled"
        return {k: _undated(v) for k, v in value.items() if k != "date_updated" and not (dated and k == "value")}
    return [_undated(item) for item in value] if isinstance(value, list) else value


def test_the_recorded_life_of_fulfillments(store: StoreDouble) -> None:
    store.set_option("woocommerce_feature_fulfillments_enabled", "yes")
    for name in FULFILLMENTS:
        recorded, response = replay(store, name)
        assert response.status_code == recorded["status"], name
        assert _undated(response.json()) == _undated(recorded["body"]), name


def test_a_recorded_note_has_the_same_answer(store: StoreDouble) -> None:
    recorded, response = replay(store, "order_note_create")
    assert response.status_code == recorded["status"]
    assert shape(response.json()) == shape(recorded["body"])
