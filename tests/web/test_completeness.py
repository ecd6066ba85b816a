"""As of when all orders are accounted for, as screen and command tell it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from woodoo.connections.models import Connection
from woodoo.engine import completeness
from woodoo.engine.completeness import Count
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Chore, Completeness, Link
from woodoo.web.completeness import Told, told_of

ENDED = Count(began_at="2026-11-21T03:00:00+00:00", ended_at="2026-11-21T03:10:00+00:00", listed=1234, total=1234)


def standing(shop: Connection, count: Count = ENDED, **changes: Any) -> Told:
    """Note what is known of a shop, and return what is told of it."""
    vals = {"complete_at": completeness.now(), "counted_at": completeness.now(), "in_store": count.listed, **changes}
    Completeness.objects.create(connection_id=shop.pk, lane="orders", **vals)
    completeness.save_count(shop.pk, "orders", count)
    return told_of([shop])[shop.pk]


def test_all_is_well(shop: Connection):
    told = standing(shop, before=134)
    assert (told.is_well, told.gap, told.late) == (True, "", False)
    assert told.facts == ("1234 orders in the store: 1100 on the list, 134 older than the connection.",)


def test_nothing_is_known_before_the_first_count(shop: Connection):
    assert "have not been counted" in told_of([shop])[shop.pk].unknown
    count = Count(began_at="2026-11-21T03:00:00+00:00", listed=3400, total=10000)
    completeness.save_count(shop.pk, "orders", count)
    told = told_of([shop])[shop.pk]
    assert (told.complete_at, told.unknown) == (None, "not known yet: 3400 of 10000 orders are counted")


def test_a_time_that_stands_still_is_remarked_on(shop: Connection):
    told = standing(shop, complete_at=completeness.now() - timedelta(minutes=6))
    assert (told.late, told.is_well) == (True, False)


def test_a_shop_that_is_seldom_polled_may_be_later(shop: Connection):
    shop.settings = {"poll_seconds": 3600}
    shop.save()
    assert not standing(shop, complete_at=completeness.now() - timedelta(minutes=90)).late


def test_a_gap_names_some_orders_and_counts_the_rest(shop: Connection):
    gap = [str(number) for number in range(100, 130)]
    told = standing(shop, gap=gap, gap_count=30, gap_since=completeness.now())
    assert "30 orders of which neither" in told.gap
    assert "109 and 20 more" in told.gap
    assert "110" not in told.gap
    assert not told.is_well


def test_hidden_orders_are_told(shop: Connection):
    told = standing(shop, replace(ENDED, total=1237))
    assert "counts 3 orders more than it shows" in " ".join(told.facts)
    assert "more than it shows" not in " ".join(standing_of(shop, replace(ENDED, total=1237, ended_at="")).facts)


def standing_of(shop: Connection, count: Count) -> Told:
    completeness.save_count(shop.pk, "orders", count)
    return told_of([shop])[shop.pk]


def test_deleted_accounts_are_told_for_a_while(shop: Connection):
    standing(shop)
    Links(shop.pk).upsert([LinkVals("customer", "customer_5", "res.partner", 57, store_hash="gone")])
    assert "res.partner 57" in " ".join(told_of([shop])[shop.pk].facts)
    Link.objects.update(updated_at=completeness.now() - timedelta(days=31))
    assert "res.partner" not in " ".join(told_of([shop])[shop.pk].facts)


@pytest.fixture
def broken(shop: Connection) -> Connection:
    """A shop with a gap, whose list can no longer be counted."""
    standing(shop, gap=["1054"], gap_count=1, gap_since=completeness.now())
    Chore.objects.create(
        connection_id=shop.pk,
        name="census",
        found={},
        failures=3,
        failing_since=completeness.now(),
        message="The store cannot list its orders one after the other.",
        fix="Look for a plugin.",
    )
    return shop


def test_the_overview_says_it(viewer: Client, broken: Connection):
    page = viewer.get("/").content.decode()
    assert "Complete as of" in page
    assert "neither a webhook nor a poll had told: 1054" in page


def test_the_page_of_the_connection_says_what_is_in_the_way(viewer: Client, broken: Connection):
    page = viewer.get(f"/connections/{broken.pk}/").content.decode()
    assert "Counting the store&#x27;s orders does not work" in page
    assert "cannot list its orders" in page
    assert "1234 orders in the store" in page


def test_any_number_of_connections_take_the_same_number_of_queries(
    shop: Connection, django_assert_num_queries: Callable[[int], Any]
):
    standing(shop)
    others = [Connection.objects.create(name=f"Shop {n}", store_url="https://s", odoo_url="https://o") for n in "abc"]
    with django_assert_num_queries(5):
        told_of([shop])
    with django_assert_num_queries(5):
        assert len(told_of([shop, *others])) == 4


def test_other_programs_get_it_as_json(broken: Connection):
    data = json.loads(json.dumps(told_of([broken])[broken.pk].to_json(), default=str))
    assert datetime.fromisoformat(data["complete_as_of"])
    assert (data["late"], "1054" in data["gap"]) == (False, True)
