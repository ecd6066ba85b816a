"""How the shop lists: pages, headers, order, times, and what it does with parameters that do not fit."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .store_target import Target


@pytest.fixture
def three(shop: Target) -> list[dict[str, Any]]:
    return [shop.product(), shop.product(), shop.product()]


def _ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_pages_are_counted_in_headers(shop: Target, three: list[dict[str, Any]]) -> None:
    wanted = ",".join(str(i) for i in _ids(three))
    first = shop.call("GET", "products", include=wanted, per_page=2, orderby="id", order="asc")
    second = shop.call("GET", "products", include=wanted, per_page=2, page=2, orderby="id", order="asc")
    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("3", "2")
    assert 'rel="next"' in first.headers["Link"]
    assert 'rel="prev"' in second.headers["Link"]
    assert _ids([*first.body, *second.body]) == sorted(_ids(three))


@pytest.mark.parametrize(("path", "total"), [("orders", "0"), ("refunds", "0")])
def test_orders_forget_their_total_past_the_last_page(shop: Target, path: str, total: str) -> None:
    answer = shop.call("GET", path, page=9999)
    assert (answer.status, answer.body) == (200, [])
    assert answer.headers["X-WP-Total"] == total


def test_products_remember_their_total_past_the_last_page(shop: Target, three: list[dict[str, Any]]) -> None:
    answer = shop.call("GET", "products", page=9999)
    assert answer.body == []
    assert int(answer.headers["X-WP-Total"]) >= len(three)


def test_fields_cut_a_list_but_leave_the_links_of_a_single_record(shop: Target) -> None:
    product = shop.product()
    one = shop.get(f"products/{product['id']}", _fields="id,sku")
    many = shop.get("products", include=product["id"], _fields="id,sku")
    assert sorted(one) == ["_links", "id", "sku"]
    assert [sorted(row) for row in many] == [["id", "sku"]]


def test_fields_reach_into_objects(shop: Target) -> None:
    status = shop.get("system_status", _fields="environment.version,settings.currency")
    assert sorted(status) == ["environment", "settings"]
    assert list(status["environment"]) == ["version"]


@pytest.mark.parametrize(
    ("path", "query", "param", "message"),
    [
        ("orders", {"per_page": 0}, "per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ("orders", {"per_page": 101}, "per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ("orders", {"modified_after": "yesterday"}, "modified_after", "Invalid date."),
        (
            "orders",
            {"orderby": "nope"},
            "orderby",
            "orderby is not one of date, id, include, title, slug, and modified.",
        ),
        (
            "customers",
            {"orderby": "modified"},
            "orderby",
            "orderby is not one of id, include, name, and registered_date.",
        ),
        (
            "products",
            {"type": "variation"},
            "type",
            "type is not one of simple, grouped, external, and variable.",
        ),
    ],
)
def test_parameters_that_do_not_fit_are_named(
    shop: Target, path: str, query: dict[str, Any], param: str, message: str
) -> None:
    answer = shop.call("GET", path, **query)
    assert answer.error == (400, "rest_invalid_param")
    assert answer.body["message"] == f"Invalid parameter(s): {param}"
    assert answer.body["data"]["params"] == {param: message}


def test_unknown_filters_are_passed_over(shop: Target) -> None:
    plain = shop.call("GET", "orders", per_page=1).headers["X-WP-Total"]
    assert shop.call("GET", "orders", per_page=1, number=5, meta_key="x").headers["X-WP-Total"] == plain


# -- times ----------------------------------------------------------------------------------------------------------


def _modified(shop: Target, path: str, wanted: int, since: str, **query: Any) -> bool:
    rows = shop.get(path, modified_after=since, include=wanted, per_page=100, _fields="id", **query)
    return wanted in _ids(rows)


@pytest.mark.parametrize("path", ["orders", "products", "coupons"])
def test_modified_after_is_strict_and_knows_two_right_ways_to_say_utc(shop: Target, path: str) -> None:
    if path == "orders":
        record = shop.order()
    elif path == "products":
        record = shop.product()
    else:
        record = shop.make("coupons", {"code": shop.sku("C"), "amount": "1"})
    stamp = datetime.fromisoformat(record["date_modified_gmt"])
    own, before = stamp.isoformat(), (stamp - timedelta(seconds=1)).isoformat()
    assert not _modified(shop, path, record["id"], own, dates_are_gmt="true")
    assert _modified(shop, path, record["id"], before, dates_are_gmt="true")
    assert _modified(shop, path, record["id"], f"{before}Z")
    assert not _modified(shop, path, record["id"], f"{own}Z")


def test_z_and_the_gmt_flag_together_are_off_by_the_sites_offset(shop: Target) -> None:
    order = shop.order()
    gmt, local = (datetime.fromisoformat(order[name]) for name in ("date_created_gmt", "date_created"))
    if local <= gmt:
        pytest.skip("this site is not east of Greenwich")
    before = (gmt - timedelta(seconds=1)).isoformat()
    assert not _modified(shop, "orders", order["id"], f"{before}Z", dates_are_gmt="true")


def test_local_times_are_the_sites_own(shop: Target) -> None:
    order = shop.order()
    before = (datetime.fromisoformat(order["date_modified"]) - timedelta(seconds=1)).isoformat()
    assert _modified(shop, "orders", order["id"], before)


def test_customers_pass_over_modified_after(shop: Target) -> None:
    customer = shop.make("customers", {"email": f"{shop.sku('c')}@example.com"})
    future = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = shop.get("customers", modified_after=future, email=customer["email"], role="all")
    assert _ids(rows) == [customer["id"]]


def test_orderby_modified_follows_changes(shop: Target) -> None:
    first, second = shop.order(), shop.order()
    time.sleep(1.1)
    shop.put(f"orders/{first['id']}", {})
    wanted = f"{first['id']},{second['id']}"
    rows = shop.get("orders", include=wanted, orderby="modified", order="asc", _fields="id")
    assert _ids(rows) == [second["id"], first["id"]]


# -- the past, order by order -----------------------------------------------------------------------------------------


@pytest.fixture
def five(shop: Target) -> list[dict[str, Any]]:
    return [shop.order(status=status) for status in ("completed", "processing", "completed", "failed", "completed")]


def _past(shop: Target, orders: list[dict[str, Any]], **query: Any) -> list[int]:
    wanted = ",".join(str(order["id"]) for order in orders)
    return _ids(shop.get("orders", include=wanted, orderby="id", order="asc", _fields="id", **query))


def test_orders_by_id_go_on_at_any_place_of_the_list(shop: Target, five: list[dict[str, Any]]) -> None:
    ids = _ids(five)
    assert ids == sorted(ids)
    assert _past(shop, five, per_page=3, offset=0) == ids[:3]
    assert _past(shop, five, per_page=3, offset=2) == ids[2:]
    assert _past(shop, five, per_page=3, offset=9) == []


def test_a_list_that_goes_on_at_a_place_is_counted_as_a_whole(shop: Target, five: list[dict[str, Any]]) -> None:
    wanted = ",".join(str(order["id"]) for order in five)
    answer = shop.call("GET", "orders", include=wanted, orderby="id", order="asc", per_page=1, offset=3)
    assert answer.headers["X-WP-Total"] == "5"


def test_an_order_that_is_deleted_moves_those_behind_it_up(shop: Target, five: list[dict[str, Any]]) -> None:
    ids = _ids(five)
    shop.call("DELETE", f"orders/{ids[1]}")
    assert _past(shop, five, offset=1) == ids[2:]


def test_several_statuses_are_a_comma_list_and_an_unknown_one_is_refused(
    shop: Target, five: list[dict[str, Any]]
) -> None:
    ids = _ids(five)
    assert _past(shop, five, status="completed,failed") == [ids[0], *ids[2:]]
    answer = shop.call("GET", "orders", status="shiped")
    assert answer.error == (400, "rest_invalid_param")
    assert "status" in answer.body["data"]["params"]


def test_creation_times_are_compared_strictly_and_in_gmt(shop: Target, five: list[dict[str, Any]]) -> None:
    stamp = datetime.fromisoformat(five[0]["date_created_gmt"])
    second = timedelta(seconds=1)
    first, gmt = [five[0]], {"dates_are_gmt": "true"}
    assert _past(shop, first, after=stamp.isoformat(), **gmt) == []
    assert _past(shop, first, after=(stamp - second).isoformat(), **gmt) == _ids(first)
    assert _past(shop, first, before=stamp.isoformat(), **gmt) == []
    assert _past(shop, first, before=(stamp + second).isoformat(), **gmt) == _ids(first)


def test_the_statuses_of_orders_are_listed_with_their_names(shop: Target) -> None:
    named = {row["slug"]: row["name"] for row in shop.get("orders/statuses")}
    assert named["on-hold"] == "On hold"
    assert {"pending", "processing", "completed", "cancelled", "refunded", "failed", "checkout-draft"} <= named.keys()
