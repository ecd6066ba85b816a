"""The store reads many records at once and loses none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug import Request, Response

from woodoo.domain.errors import ConfigError, DataError, RemoteDown, RemoteError
from woodoo.stores.base import Store
from woodoo.stores.woocommerce.answers import Answer
from woodoo.stores.woocommerce.auth import encode_params
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .conftest import Notes, Shop, listed, recorded
from .samples import order, sample

DIGITS = "settings/general/woocommerce_price_num_decimals"


def store_of(shop: Shop, **options: Any) -> WooCommerceStore:
    return WooCommerceStore(shop.client(), **{"currency_digits": 2, **options})


class Orders:
    """Answers `GET /orders` with `include` and `status` as WooCommerce does, over recorded orders."""

    def __init__(self, shop: Shop, *, live: list[dict], trash: list[dict] = (), failing: set[int] = frozenset()):
        self.live = {row["id"]: row for row in live}
        self.trash = {row["id"]: row for row in trash}
        self.failing = failing
        shop.on("orders", self.answer)
        for row in trash:
            shop.on(f"orders/{row['id']}", row)

    def answer(self, request: Request) -> Any:
        ids = [int(one) for one in request.args["include"].split(",")]
        if self.failing.intersection(ids):
            return recorded("err_500_order_zero_qty")
        rows = self.trash if request.args["status"] == "trash" else self.live
        return [rows[one] for one in sorted(ids, reverse=True) if one in rows]


def renumbered(number: int) -> dict[str, Any]:
    return order(76) | {"id": number, "number": str(number)}


def test_it_is_a_store(shop: Shop):
    store: Store = store_of(shop)
    assert store.changed_orders


# --- reading orders ---


def test_a_hundred_orders_are_one_request(shop: Shop):
    Orders(shop, live=[renumbered(number) for number in range(1, 101)])
    fetched = store_of(shop).fetch_orders([str(number) for number in range(1, 101)])
    assert len(fetched.found) == 100
    assert len(shop.asked) == 1
    asked = shop.queries("orders")[0]
    assert (asked["dp"], asked["per_page"], asked["status"]) == ("8", "100", "any")


def test_each_id_is_found_missing_or_broken(shop: Shop):
    bad = renumbered(3)
    bad["line_items"][0]["total"] = "abc"
    trashed = renumbered(4) | {"status": "trash"}
    Orders(shop, live=[renumbered(1), renumbered(2), bad], trash=[trashed])
    shop.on("orders/5", recorded("err_404_order"))
    asked = ["1", "2", "3", "4", "5", "nonsense", "-1", "0", "1", "007"]
    fetched = store_of(shop).fetch_orders(asked)
    assert fetched.found.keys() == {"1", "2", "4"}
    assert fetched.found["4"].status == "trash"
    assert fetched.missing == {"5", "nonsense", "-1", "0", "007"}
    assert fetched.broken["3"].message == "Order #3: line_items.0.total is 'abc', not an amount."


def test_an_order_no_list_shows_is_asked_for_by_its_id(shop: Shop):
    Orders(shop, live=[])
    shop.on("orders/8", renumbered(8) | {"status": "plugin-status"})
    fetched = store_of(shop).fetch_orders(["8"])
    assert fetched.found["8"].status == "plugin-status"
    assert [one["status"] for one in shop.queries("orders")] == ["any", "trash"]


def test_orders_the_store_fails_on_are_told_apart(shop: Shop):
    Orders(shop, live=[renumbered(number) for number in range(1, 101)], failing={1, 2, 77})
    fetched = store_of(shop).fetch_orders([str(number) for number in range(1, 101)])
    assert fetched.broken.keys() == {"1", "2", "77"}
    assert len(fetched.found) == 97
    assert fetched.missing == frozenset()
    assert "Order #77: the store itself fails on it" in fetched.broken["77"].message
    assert len(shop.asked) < 40


def test_an_order_that_spoils_the_answer_of_all_is_told_apart_and_not_quoted(shop: Shop):
    orders = Orders(shop, live=[order(76), renumbered(9), renumbered(10)])

    def answer(request: Request) -> Any:
        rows = orders.answer(request)
        spoilt = json.dumps(rows) + ("<b>Notice" if rows and any(row["id"] == 9 for row in rows) else "")
        return Response(spoilt.replace("<b>", ', "<b>'), 200, content_type="application/json")

    shop.on("orders", answer)
    fetched = store_of(shop).fetch_orders(["9", "10", "76"])
    assert (sorted(fetched.found), sorted(fetched.broken)) == (["10", "76"], ["9"])
    assert "is not JSON" in fetched.broken["9"].message
    assert order(76)["billing"]["email"] not in str(fetched.broken["9"])


def test_a_store_that_fails_on_everything_is_at_fault_itself(shop: Shop):
    Orders(shop, live=[], failing=set(range(1, 200)))
    with pytest.raises(RemoteError):
        store_of(shop).fetch_orders([str(number) for number in range(1, 101)])
    assert len(shop.asked) < 20
    with pytest.raises(RemoteError):
        store_of(shop).fetch_orders(["5"])
    with pytest.raises(RemoteError):
        store_of(shop).fetch_orders(["5", "6"])


def test_a_hidden_order_the_store_fails_on_is_told_apart_too(shop: Shop):
    Orders(shop, live=[renumbered(1)])
    shop.on("orders/2", recorded("err_500_order_zero_qty"))
    fetched = store_of(shop).fetch_orders(["1", "2"])
    assert (fetched.found.keys(), fetched.broken.keys()) == ({"1"}, {"2"})
    with pytest.raises(RemoteError):
        store_of(shop).fetch_orders(["2"])


def test_an_outage_is_no_fault_of_the_orders(shop: Shop):
    shop.on("orders", Response("busy", 503))
    with pytest.raises(RemoteDown):
        store_of(shop).fetch_orders(["1", "2"])


def test_nothing_asked_is_nothing_sent(shop: Shop):
    assert store_of(shop).fetch_orders([]).found == {}
    assert shop.asked == []


def test_the_decimals_are_read_once(shop: Shop):
    Orders(shop, live=[renumbered(1)])
    shop.on(DIGITS, {"id": "woocommerce_price_num_decimals", "value": "3"})
    store = WooCommerceStore(shop.client())
    assert store.fetch_orders(["1"]).found["1"].currency_digits == 3
    assert store.fetch_orders(["1"]).found["1"].currency_digits == 3
    assert len(shop.queries(DIGITS)) == 1


def test_what_one_copy_learns_all_know(shop: Shop):
    Orders(shop, live=[order(97)])
    shop.on(DIGITS, {"id": "woocommerce_price_num_decimals", "value": "2"})
    shop.on("products", [{"id": 41, "sku": "WOO-V-1"}, {"id": 60, "sku": "WOO-V-4"}])
    store = WooCommerceStore(shop.client())
    notes = [Notes(), Notes()]
    for note in notes:
        assert store.recording(note).fetch_orders(["97"]).found
    assert [len(note.begun) for note in notes] == [3, 1]
    assert store.client.calls == 4


# --- SKUs of variations ---


def test_a_variation_without_a_sku_of_its_own_has_none(shop: Shop):
    sold = order(97)
    sold["line_items"][0]["sku"] = "WOO-V-1"
    Orders(shop, live=[sold])
    shop.on("products", [{"id": 41, "sku": "WOO-V-1"}, {"id": 60, "sku": "WOO-V-4"}])
    store = store_of(shop)
    assert [line.sku for line in store.fetch_orders(["97"]).found["97"].lines] == ["", "WOO-V-1-2", "WOO-V-4-3"]
    asked = shop.queries("products")[0]
    assert set(asked.pop("include").split(",")) == {"41", "60"}
    assert asked == {"_fields": "id,sku", "status": "any", "per_page": "100"}
    store.fetch_orders(["97"])
    assert len(shop.queries("products")) == 1


def test_parents_are_asked_again_after_a_while(shop: Shop):
    now = [0.0]
    shop.on("products", [{"id": 41, "sku": "A"}], [{"id": 41, "sku": None}])
    store = store_of(shop, clock=lambda: now[0])
    assert store.parent_skus(["41"]) == {"41": "A"}
    now[0] = 599
    assert store.parent_skus(["41"]) == {"41": "A"}
    now[0] = 601
    assert store.parent_skus(["41"]) == {"41": ""}


def test_a_parent_that_is_gone_is_left_out(shop: Shop):
    shop.on("products", [])
    shop.on("products/41", recorded("err_404_product"))
    assert store_of(shop).parent_skus(["41"]) == {}


# --- changes ---


class ChangeLog:
    """Answers a poll as WooCommerce does: whole seconds, strictly later, ties in any order."""

    def __init__(self, shop: Shop | None, moments: dict[int, datetime], statuses: dict[int, str] | None = None):
        self.moments = moments
        self.statuses = statuses or {}
        self.asked = 0
        self.before_answer: Any = lambda: None
        if shop:
            shop.on("orders", lambda request: self.answer(dict(request.args)))

    def answer(self, args: dict[str, str]) -> Response:
        self.asked += 1
        self.before_answer()
        assert args["dates_are_gmt"] == "true"
        assert "Z" not in args.get("modified_after", "")
        after = datetime.fromisoformat(args.get("modified_after", "1900-01-01T00:00:00")).replace(tzinfo=UTC)
        until = datetime.fromisoformat(args.get("modified_before", "2900-01-01T00:00:00")).replace(tzinfo=UTC)
        ids = [one for one, moment in self.moments.items() if after < moment < until]
        # Ties come in an order that changes from request to request.
        ids.sort(key=lambda one: (self.moments[one], hash((one, self.asked))))
        if args["orderby"] == "id":
            ids.sort()
        size, page = int(args["per_page"]), int(args.get("page", 1))
        rows = [
            {
                "id": one,
                "status": self.statuses.get(one, "processing"),
                "date_modified_gmt": self.moments[one].replace(tzinfo=None).isoformat(),
            }
            for one in ids[(page - 1) * size : page * size]
        ]
        headers = {"X-WP-TotalPages": str(-(-len(ids) // size))}
        return Response(json.dumps(rows), 200, headers, content_type="application/json")


T0 = datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_quiet_shop_is_one_light_request(shop: Shop):
    ChangeLog(shop, {1: T0})
    assert list(store_of(shop).changed_orders(T0 + timedelta(seconds=1))) == []
    assert shop.queries() == [
        {
            "_fields": "id,date_modified_gmt,status",
            "status": "any",
            "orderby": "modified",
            "order": "asc",
            "modified_after": "2026-11-21T10:00:00",
            "dates_are_gmt": "true",
            "per_page": "100",
            "page": "1",
        }
    ]


def test_changes_at_the_very_second_are_seen(shop: Shop):
    ChangeLog(shop, {1: T0, 2: T0 - timedelta(seconds=1), 3: T0 + timedelta(seconds=1)})
    changes = list(store_of(shop).changed_orders(T0 + timedelta(microseconds=900)))
    assert [(one.external_id, one.modified_at, one.status) for one in changes] == [
        ("1", T0, "processing"),
        ("3", T0 + timedelta(seconds=1), "processing"),
    ]


def test_a_poll_in_another_time_zone_asks_in_utc(shop: Shop):
    ChangeLog(shop, {})
    list(store_of(shop).changed_orders(T0.astimezone(timezone(timedelta(hours=5)))))
    assert shop.queries()[0]["modified_after"] == "2026-11-21T09:59:59"


def test_abandoned_carts_are_not_orders(shop: Shop):
    ChangeLog(shop, {1: T0, 2: T0, 3: T0}, {1: "checkout-draft", 2: "auto-draft", 3: "wc-custom"})
    assert [(one.external_id, one.status) for one in store_of(shop).changed_orders(None)] == [("3", "wc-custom")]


def test_a_row_without_a_time_is_still_reported(shop: Shop):
    shop.on("orders", [{"id": 5, "status": "processing", "date_modified_gmt": None}, {"id": None}, {"id": 6}])
    assert [one.external_id for one in store_of(shop).changed_orders(None)] == ["5", "6"]


def test_a_store_that_ignores_the_filter_is_told_apart_from_one_without_end(shop: Shop):
    rows = [
        {"id": one, "status": "processing", "date_modified_gmt": f"2026-11-21T10:{one // 60:02}:{one % 60:02}"}
        for one in range(1, 101)
    ]
    shop.on("orders", rows)
    with pytest.raises(ConfigError, match="takes no notice of modified_after"):
        list(store_of(shop).changed_orders(None))
    assert len(shop.asked) == 2


def test_a_short_page_is_not_taken_for_the_last(shop: Shop):
    first = {"id": 1, "status": "processing", "date_modified_gmt": "2026-11-21T10:00:00"}
    second = {"id": 2, "status": "processing", "date_modified_gmt": "2026-11-21T10:00:05"}
    third = {"id": 3, "status": "processing", "date_modified_gmt": "2026-11-21T10:00:09"}
    shop.on("orders", listed([first, second], total_pages=2), listed([second, third], total_pages=1))
    assert [one.external_id for one in store_of(shop).changed_orders(None)] == ["1", "2", "3"]


class Local(WooClient):
    """A client whose shop is a function."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "ck_1", "cs_1")
        self.log = ChangeLog(None, {})

    def request(self, method: str, path: str, *, params: Any = None, **_: Any) -> Answer:
        response = self.log.answer(dict(encode_params(params or {})))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(200, headers, json.loads(response.get_data()))


LOCAL = Local()


def store_over(log: ChangeLog) -> WooCommerceStore:
    LOCAL.log = log
    return WooCommerceStore(LOCAL)


@given(
    seconds=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 260)), max_size=6),
    since=st.none() | st.integers(-1, 13),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_change_is_seen_once_however_many_share_a_second(seconds, since):
    moments: dict[int, datetime] = {}
    for second, count in seconds:
        for _ in range(count):
            moments[len(moments) + 1] = T0 + timedelta(seconds=second)
    start = None if since is None else T0 + timedelta(seconds=since)
    seen = list(store_over(ChangeLog(None, moments)).changed_orders(start))
    wanted = {one for one, moment in moments.items() if start is None or moment >= start}
    assert sorted(int(one.external_id) for one in seen) == sorted(wanted)
    assert [one.modified_at for one in seen] == sorted(one.modified_at for one in seen)


@given(
    crowd=st.integers(0, 450),
    spread=st.integers(0, 250),
    moves=st.lists(st.integers(0, 699), max_size=12),
    since=st.booleans(),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_change_is_passed_over_while_changes_go_on(crowd, spread, moves, since):
    """Orders that change during the walk move to its end; none that stays put is skipped, none that moved is lost."""
    moments = {number: T0 + timedelta(seconds=3) for number in range(1, crowd + 1)}
    moments |= {crowd + 1 + number: T0 + timedelta(seconds=number // 3) for number in range(spread)}
    log = ChangeLog(None, moments)
    pending: Iterator[int] = iter(moves)

    def change_one() -> None:
        number = next(pending, None)
        if number in moments:
            moments[number] = T0 + timedelta(seconds=1000 + log.asked)

    log.before_answer = change_one
    seen: dict[int, datetime] = {}
    for one in store_over(log).changed_orders(T0 if since else None):
        seen[int(one.external_id)] = one.modified_at
    assert seen.keys() == moments.keys()
    later = [number for number in moments if seen[number] != moments[number]]
    # What moved after it was seen for the last time is what the next poll finds: it lies past the walk's end.
    assert all(moments[number] >= max(seen.values()) for number in later)


# --- what the shop is ---


def settings_rows(**values: str) -> list[dict[str, str]]:
    return [{"id": name, "value": value} for name, value in values.items()]


GENERAL = settings_rows(woocommerce_currency="EUR", woocommerce_price_num_decimals="2", woocommerce_calc_taxes="yes")


def test_it_says_what_the_shop_is(shop: Shop):
    shop.on("settings/general", GENERAL)
    shop.on("settings/tax", sample("settings_tax")["body"])
    shop.on("system_status", sample("system_status_fields")["body"])
    shop.on("orders", recorded("orders_list"))
    store = WooCommerceStore(shop.client())
    identity = store.identify()
    assert (identity.url, identity.version) == (shop.url, "10.2.4")
    assert (identity.currency, identity.currency_digits) == ("EUR", 2)
    assert (identity.prices_include_tax, identity.tax_round_at_subtotal) == (False, False)
    assert identity.timezone_offset_minutes == 60
    assert len(shop.asked) == 4
    assert store.currency_digits() == 2
    assert len(shop.asked) == 4


def test_a_shop_with_prices_including_tax(shop: Shop):
    shop.on("settings/general", settings_rows(woocommerce_currency="JPY", woocommerce_price_num_decimals="0"))
    shop.on(
        "settings/tax", settings_rows(woocommerce_prices_include_tax="yes", woocommerce_tax_round_at_subtotal="yes")
    )
    shop.on("system_status", {})
    shop.on("orders", [])
    identity = store_of(shop, currency_digits=None).identify()
    assert (identity.prices_include_tax, identity.tax_round_at_subtotal) == (True, True)
    assert (identity.currency_digits, identity.timezone_offset_minutes, identity.version) == (0, None, "")


def test_a_shop_without_taxes_has_no_tax_settings(shop: Shop):
    shop.on("settings/general", GENERAL)
    gone = {"code": "rest_setting_setting_group_invalid", "message": "Invalid setting group.", "data": {"status": 404}}
    shop.on("settings/tax", Response(json.dumps(gone), 404, content_type="application/json"))
    shop.on("system_status", {})
    shop.on("orders", [])
    assert store_of(shop).identify().prices_include_tax is False


def test_a_key_that_may_not_read_orders_fails_the_connection_test(shop: Shop):
    shop.on("settings/general", GENERAL)
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot.", "data": {"status": 403}}
    shop.on("orders", Response(json.dumps(body), 403, content_type="application/json"))
    with pytest.raises(ConfigError, match="may not read orders"):
        store_of(shop).identify()


def test_tax_rates(shop: Shop):
    shop.on("taxes", recorded("taxes"))
    rates = store_of(shop).tax_rates()
    assert len(rates) == 9
    assert (rates[0].rate_id, rates[0].name, rates[0].percent) == ("1", "IVA 21%", Decimal("21.0000"))
    assert (rates[0].country, rates[0].tax_class, rates[0].compound) == ("ES", "standard", False)


def test_a_tax_rate_that_cannot_be_read_is_named(shop: Shop):
    shop.on("taxes", [{"id": 4, "rate": "x"}])
    with pytest.raises(DataError, match="Tax rate #4: rate is 'x', not an amount"):
        store_of(shop).tax_rates()


STATUSES = ["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"]


def test_order_statuses_without_drafts_of_carts(shop: Shop):
    shop.on("orders/statuses", recorded("orders_statuses"))
    found = store_of(shop).order_statuses()
    assert [one.key for one in found] == STATUSES
    assert (found[0].key, found[0].title) == ("pending", "Pending payment")


def test_order_statuses_of_a_shop_without_a_list_of_them(shop: Shop):
    shop.on("reports/orders/totals", recorded("reports_orders_totals"))
    assert {one.key for one in store_of(shop).order_statuses()} == set(STATUSES)


def test_order_statuses_of_plugins(shop: Shop):
    shop.on("orders/statuses", [{"slug": "shipped", "name": "Shipped &amp; gone"}, {"slug": "packed"}])
    assert [(one.key, one.title) for one in store_of(shop).order_statuses()] == [
        ("shipped", "Shipped & gone"),
        ("packed", "packed"),
    ]


def test_payment_methods(shop: Shop):
    shop.on("payment_gateways", recorded("payment_gateways"))
    assert [(one.key, one.title) for one in store_of(shop).payment_methods()] == [
        ("bacs", "Direct bank transfer"),
        ("cheque", "Check payments"),
        ("cod", "Cash on delivery"),
    ]


def test_shipping_methods_by_kind_and_by_use(shop: Shop):
    shop.on("shipping_methods", recorded("shipping_methods"))
    shop.on("shipping/zones", recorded("shipping_zones"))
    for zone in range(4):
        shop.on(f"shipping/zones/{zone}/methods", recorded(f"shipping_zone_{zone}_methods"))
    choices = {one.key: one.title for one in store_of(shop).shipping_methods()}
    assert choices["flat_rate"] == "Flat rate"
    assert choices["flat_rate:1"] == "Flat rate (Spain)"
    used = {line["method_id"] + ":" + line["instance_id"] for line in order(103)["shipping_lines"]}
    assert used <= choices.keys()


def test_a_shop_that_does_not_ship(shop: Shop):
    shop.on("shipping_methods", recorded("shipping_methods"))
    assert {one.key for one in store_of(shop).shipping_methods()} >= {"flat_rate", "free_shipping"}
