"""Listing the past of a shop: every order once, however the list moves meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request, Response

from woodoo.domain.errors import ConfigError, DataError, WoodooError
from woodoo.domain.history import OrderRange
from woodoo.stores.woocommerce.answers import Answer
from woodoo.stores.woocommerce.auth import encode_params
from woodoo.stores.woocommerce.history import count_orders, list_orders

from .conftest import Shop

EVERYTHING = OrderRange(begin=datetime(2020, 1, 1, tzinfo=UTC))
MODIFIED = "2025-03-01T12:00:00"


class Past:
    """A shop's list of orders by id, as WooCommerce answers it; stands in for the client."""

    def __init__(self, ids: Any, *, hidden: Any = (), drafts: Any = ()) -> None:
        self.ids, self.hidden, self.drafts = set(ids), set(hidden), set(drafts)
        self.asked: list[dict[str, str]] = []
        self.before_answer: Callable[[], Any] = lambda: None

    def request(self, method: str, path: str, *, params: Any) -> Answer:
        self.before_answer()
        args = dict(encode_params(params))
        self.asked.append(args)
        assert (method, path, args["orderby"], args["order"]) == ("GET", "orders", "id", "asc")
        listed = sorted(self.ids)
        start = int(args["offset"])
        cut = listed[start : start + int(args["per_page"])]
        rows = [
            {
                "id": one,
                "date_modified_gmt": MODIFIED,
                "status": "checkout-draft" if one in self.drafts else "completed",
            }
            for one in cut
            if one not in self.hidden
        ]
        return Answer(200, {"x-wp-total": str(len(listed) if cut else 0)}, data=rows)


def walk(past: Past, wanted: OrderRange = EVERYTHING, most: int = 400) -> list[int]:
    """List all of a range."""
    seen: list[int] = []
    cursor = ""
    for _ in range(most):
        page = list_orders(past, wanted, cursor)  # type: ignore[arg-type]
        seen += [int(order.external_id) for order in page.orders]
        cursor = page.cursor
        if not cursor:
            return seen
    raise AssertionError("It never comes to an end.")


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 200, 1000])
def test_every_order_once_by_ascending_id(count: int):
    past = Past(range(10, 10 + count))
    assert walk(past) == list(range(10, 10 + count))
    assert len(past.asked) <= count // 99 + 1


def test_what_is_asked_of_the_store(shop: Shop):
    shop.on("orders", [{"id": 7, "status": "completed", "date_modified_gmt": MODIFIED}])
    begin, end = datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)
    page = list_orders(shop.client(), OrderRange(begin, end, statuses=("completed", "processing")), "")
    assert [(one.external_id, one.status, one.modified_at) for one in page.orders] == [
        ("7", "completed", datetime(2025, 3, 1, 12, tzinfo=UTC))
    ]
    assert page.cursor == ""
    assert shop.queries() == [
        {
            "_fields": "id,date_modified_gmt,status",
            "status": "completed,processing",
            "orderby": "id",
            "order": "asc",
            "after": "2024-12-31T22:59:59",
            "before": "2025-12-31T23:00:00",
            "dates_are_gmt": "true",
            "per_page": "100",
            "offset": "0",
        }
    ]


def test_drafts_of_carts_are_no_orders():
    assert walk(Past(range(1, 300), drafts=range(50, 250))) == [*range(1, 50), *range(250, 300)]


@pytest.mark.parametrize(("first", "last"), [(1, 5000), (1000, 2000), (1500, 1500), (4999, 9999), (8000, 9000), (3, 4)])
def test_a_range_of_ids_is_found_without_reading_what_lies_before(first: int, last: int):
    past = Past(range(7, 5000, 3))
    wanted = OrderRange(first_id=first, last_id=last)
    expected = [one for one in range(7, 5000, 3) if first <= one <= last]
    assert count_orders(past, wanted) == len(expected)  # type: ignore[arg-type]
    past.asked.clear()
    assert walk(past, wanted) == expected
    assert sum(int(args["per_page"]) for args in past.asked) <= 100 * (len(expected) // 99 + 2) + 20


@given(
    st.sets(st.integers(1, 900), max_size=450),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 120)), max_size=8),
    st.sampled_from([EVERYTHING, OrderRange(first_id=200, last_id=700)]),
)
def test_nothing_is_passed_over_or_met_twice_while_orders_come_and_go(
    ids: set[int], moves: list[tuple[int, int]], wanted: OrderRange
):
    past = Past(ids)
    there_all_the_while = set(ids)
    pending = list(moves)

    def move() -> None:
        """Delete some orders, anywhere, and add new ones at the end."""
        if not pending:
            return
        start, count = pending.pop()
        gone = set(range(start, start + count))
        past.ids -= gone
        there_all_the_while.difference_update(gone)
        past.ids |= set(range(2000 + 10 * len(pending), 2005 + 10 * len(pending)))

    past.before_answer = move
    seen = walk(past, wanted)
    first, last = wanted.first_id or 0, wanted.last_id or 9999
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
    assert set(seen) >= {one for one in there_all_the_while if first <= one <= last}
    assert all(first <= one <= last for one in seen)


@given(st.sets(st.integers(1, 700), max_size=600), st.sets(st.integers(1, 700), max_size=650))
def test_rows_a_plugin_hides_do_not_hide_others(ids: set[int], hidden: set[int]):
    assert walk(Past(ids, hidden=hidden)) == sorted(ids - hidden)


def test_a_cursor_that_has_lain_for_long_goes_on_where_it_was():
    past = Past(range(1, 1001))
    page = list_orders(past, EVERYTHING, "")  # type: ignore[arg-type]
    past.ids -= set(range(1, 90)) | set(range(95, 131))
    seen = [int(one.external_id) for one in page.orders]
    while page.cursor:
        page = list_orders(past, EVERYTHING, page.cursor)  # type: ignore[arg-type]
        seen += [int(one.external_id) for one in page.orders]
    assert seen == [*range(1, 101), *range(131, 1001)]


def test_a_list_of_which_only_the_seen_part_is_left_has_ended():
    past = Past(range(1, 500))
    page = list_orders(past, EVERYTHING, "")  # type: ignore[arg-type]
    past.ids -= set(range(50, 500))
    assert list_orders(past, EVERYTHING, page.cursor).orders == ()  # type: ignore[arg-type]
    assert list_orders(past, EVERYTHING, page.cursor).cursor == ""  # type: ignore[arg-type]


def test_a_store_that_ignores_offset_is_told_apart_from_one_without_end(shop: Shop):
    rows = [{"id": one, "status": "completed", "date_modified_gmt": MODIFIED} for one in range(1, 101)]
    answer = Response(json.dumps(rows), 200, {"X-WP-Total": "1000"}, content_type="application/json")
    shop.on("orders", answer)
    page = list_orders(shop.client(), EVERYTHING, "")
    with pytest.raises(ConfigError, match="takes no notice of offset"):
        list_orders(shop.client(), EVERYTHING, page.cursor)


def test_a_store_that_ignores_the_order_is_told(shop: Shop):
    shop.on("orders", [{"id": one, "status": "completed", "date_modified_gmt": MODIFIED} for one in (9, 4)])
    with pytest.raises(ConfigError, match="no notice of orderby=id"):
        list_orders(shop.client(), EVERYTHING, "")


def test_a_store_that_does_not_count_is_told(shop: Shop):
    shop.on("orders", [])
    with pytest.raises(ConfigError, match="does not say how many orders it has"):
        count_orders(shop.client(), EVERYTHING)


def test_a_status_the_store_does_not_know_is_named(shop: Shop):
    def refuse(request: Request) -> Response:
        body = {
            "code": "rest_invalid_param",
            "message": "Invalid parameter(s): status",
            "data": {"status": 400, "params": {"status": "status[0] is not one of any, trash."}},
        }
        return Response(json.dumps(body), 400, content_type="application/json")

    shop.on("orders", refuse)
    with pytest.raises(WoodooError, match="no order status 'shiped'") as caught:
        count_orders(shop.client(), OrderRange(begin=EVERYTHING.begin, statuses=("shiped",)))
    assert not isinstance(caught.value, DataError)


def test_counting_days_is_one_request():
    past = Past(range(1, 4000))
    assert count_orders(past, OrderRange(EVERYTHING.begin, EVERYTHING.begin + timedelta(days=1))) == 3999  # type: ignore[arg-type, operator]
    assert len(past.asked) == 1
