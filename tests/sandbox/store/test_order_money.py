"""Every recorded order of a real shop, ordered again in the double: the same money to the cent, line by line."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx2
import pytest

from woodoo.sandbox.store import Checkout, StoreDouble, Wish
from woodoo.sandbox.store.state import Record

SAMPLES = Path(__file__).parents[2] / "data" / "woocommerce"
SEED = json.loads((SAMPLES / "_seed_index.json").read_text("utf-8"))
RECORDED: dict[int, Record] = {
    body["id"]: body
    for body in (json.loads(path.read_text("utf-8"))["body"] for path in sorted(SAMPLES.glob("order_[0-9]*.json")))
    # One order was read a second time, after a product and a rate of it were deleted.
    if all(line["product_id"] for line in body["line_items"])
}
REST = [order for order in SEED["orders"] if "request" in order]
STOREFRONT = [order for order in RECORDED.values() if order["created_via"] == "store-api"]
REFUNDED = sorted({made["order_id"] for made in SEED["refunds"] if made["status"] == 201})

HEADS = (
    "status", "currency", "prices_include_tax", "discount_total", "discount_tax", "shipping_total", "shipping_tax",
    "cart_tax", "total", "total_tax", "customer_id", "billing", "shipping", "payment_method",
    "payment_method_title", "customer_note", "needs_payment", "is_editable", "needs_processing", "currency_symbol",
)  # fmt: skip
GROUPS: dict[str, tuple[str, ...]] = {
    "line_items": (
        "name", "product_id", "variation_id", "quantity", "tax_class", "subtotal", "subtotal_tax", "total",
        "total_tax", "taxes", "sku", "global_unique_id", "price", "image", "parent_name",
    ),
    "shipping_lines": ("method_title", "method_id", "instance_id", "total", "total_tax", "taxes", "tax_status"),
    "fee_lines": ("name", "total", "total_tax", "taxes", "amount", "tax_class", "tax_status"),
    "tax_lines": (
        "rate_code", "rate_id", "label", "compound", "tax_total", "shipping_tax_total", "rate_percent",
    ),
    "coupon_lines": ("code", "discount", "discount_tax", "discount_type", "nominal_amount", "free_shipping"),
}  # fmt: skip


def content(order: Record) -> Record:
    """Return what an order says, without the numbers and times its shop drew for it."""
    found: Record = {name: order[name] for name in HEADS}
    found["paid"] = order["date_paid"] is not None
    found["completed"] = order["date_completed"] is not None
    for group, names in GROUPS.items():
        found[group] = [{name: line[name] for name in names} for line in order[group]]
    found["line meta"] = [
        [(e["key"], e["value"], e["display_key"], e["display_value"]) for e in line["meta_data"]]
        for line in order["line_items"]
    ]
    found["meta"] = [
        (entry["key"], entry["value"]) for entry in order["meta_data"] if not entry["key"].endswith("_hash")
    ]
    return found


def shop_of(label: str) -> dict[str, str]:
    """Return the settings under which a recorded order was made."""
    settings = {}
    if label.startswith("incl"):
        settings["woocommerce_prices_include_tax"] = "yes"
    if "round at subtotal" in label:
        settings["woocommerce_tax_round_at_subtotal"] = "yes"
    if label.startswith("taxes disabled"):
        settings["woocommerce_calc_taxes"] = "no"
    return settings


def afterwards(store: StoreDouble, settings: dict[str, str]) -> None:
    """Set the shop back, as it was when the orders were read."""
    for name in settings:
        store.set_option(name, "yes" if name == "woocommerce_calc_taxes" else "no")


def call(store: StoreDouble, method: str, path: str, body: Any = None) -> Any:
    context = ssl.create_default_context(cafile=store.ca_file)
    with httpx2.Client(verify=context, timeout=300, trust_env=False) as client:
        url = f"{store.https_url}/wp-json/wc/v3/{path}"
        return client.request(method, url, json=body, auth=(store.key, store.secret)).json()


def test_the_recordings_are_all_there() -> None:
    assert len(REST) + len(STOREFRONT) == len(RECORDED) == 77


@pytest.mark.parametrize("recorded", REST, ids=lambda order: f"{order['id']} {order['label']}")
def test_an_order_made_through_rest(recorded: Record) -> None:
    settings = shop_of(recorded["label"])
    with StoreDouble(tls=True, settings=settings) as store:
        made = call(store, "POST", "orders", recorded["request"])
        if recorded["id"] in REFUNDED:
            _refund_again(store, recorded["id"], made)
        afterwards(store, settings)
        found = call(store, "GET", f"orders/{made['id']}")
    expected = _as_it_ended(recorded["id"])
    assert content(found) == content(expected)
    assert [(r["total"], r["reason"]) for r in found["refunds"]] == [
        (r["total"], r["reason"]) for r in expected["refunds"]
    ]


def _as_it_ended(order_id: int) -> Record:
    path = SAMPLES / f"refunded_order_{order_id}.json"
    body: Record = json.loads(path.read_text("utf-8"))["body"] if path.exists() else RECORDED[order_id]
    return body


def _refund_again(store: StoreDouble, order_id: int, made: Record) -> None:
    """Give money back on the new order as it was done on the recorded one, and compare each refund."""
    groups = ("line_items", "fee_lines", "shipping_lines")
    theirs = [item["id"] for group in groups for item in RECORDED[order_id][group]]
    mine = [item["id"] for group in groups for item in made[group]]
    number = dict(zip(theirs, mine, strict=True))
    for refund in SEED["refunds"]:
        if refund["order_id"] != order_id:
            continue
        request = json.loads(json.dumps(refund["request"]))
        for line in request.get("line_items", ()):
            line["id"] = number[line["id"]]
        found = call(store, "POST", f"orders/{made['id']}/refunds", {"api_refund": False, **request})
        assert _refund_content(found) == _refund_content(refund["response"])
    if order_id == 123:
        # The last recorded one was made by setting the status.
        call(store, "PUT", f"orders/{made['id']}", {"status": "refunded"})


def _refund_content(refund: Record) -> Record:
    if "code" in refund:
        return refund
    names = ("amount", "reason", "refunded_payment")
    found: Record = {name: refund[name] for name in names}
    for group in ("line_items", "shipping_lines", "fee_lines", "tax_lines"):
        found[group] = [{name: line[name] for name in GROUPS[group]} for line in refund[group]]
    return found


@pytest.mark.parametrize("recorded", STOREFRONT, ids=lambda order: str(order["id"]))
def test_an_order_placed_at_the_storefront(recorded: Record) -> None:
    settings = {"woocommerce_prices_include_tax": "yes"} if recorded["prices_include_tax"] else {}
    checkout = Checkout(
        [Wish(line["variation_id"] or line["product_id"], line["quantity"]) for line in recorded["line_items"]],
        recorded["billing"],
        recorded["shipping"],
        payment_method=recorded["payment_method"],
        coupons=[line["code"] for line in recorded["coupon_lines"]],
        instance_id=int(recorded["shipping_lines"][0]["instance_id"]),
        note=recorded["customer_note"],
    )
    with StoreDouble(settings=settings) as store:
        made = store.place_order(checkout)
        afterwards(store, settings)
        found = store.view(store.shop.tables["orders"][made["id"]])
    assert content(found) == content(recorded)
    assert [e["value"] for e in found["shipping_lines"][0]["meta_data"]] == [
        e["value"] for e in recorded["shipping_lines"][0]["meta_data"]
    ]


@pytest.mark.parametrize("name", ["order_dp6", "order_dp6_rest_incl"])
def test_six_decimals_are_the_recorded_ones(name: str) -> None:
    recorded = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))["body"]
    origin = next((order for order in REST if order["id"] == recorded["id"]), None)
    with StoreDouble(tls=True, settings={"woocommerce_prices_include_tax": "yes"}) as store:
        if origin is not None:
            made = call(store, "POST", "orders", origin["request"])["id"]
        else:
            wishes = [Wish(line["product_id"], line["quantity"]) for line in recorded["line_items"]]
            coupons = [line["code"] for line in recorded["coupon_lines"]]
            made = store.place_order(Checkout(wishes, recorded["billing"], coupons=coupons))["id"]
        found = call(store, "GET", f"orders/{made}?dp=6")
    money = ("subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price")
    assert [[line[n] for n in money] for line in found["line_items"]] == [
        [line[n] for n in money] for line in recorded["line_items"]
    ]
    heads = HEADS[3:10]
    assert [found[n] for n in heads] == [recorded[n] for n in heads]
