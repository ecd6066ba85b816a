"""Asking the store what changed: nothing is passed over, whatever the clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from woodoo.chores import poll
from woodoo.chores.poll import load_seen
from woodoo.engine.models import Chore, Work

from .shop import LANE, Shop, order


def test_what_changed_is_rung_for_once(shop: Shop):
    shop.add(7)
    assert shop.poll() == {"changed": 1, "new": 1, "by_id": 0}
    assert shop.poll() == {"changed": 0, "new": 0, "by_id": 0}
    assert shop.told_by("poll") == ["7"]


def test_a_change_that_was_saved_late_is_within_the_overlap(shop: Shop):
    shop.add(7)
    shop.poll()
    shop.add(6, ago=timedelta(seconds=40))
    assert shop.poll()["new"] == 1


def test_an_order_with_a_date_of_long_ago_is_found_by_its_id(shop: Shop):
    shop.add(7)
    shop.poll()
    shop.add(8, ago=timedelta(days=400))
    assert shop.poll()["by_id"] == 1
    assert shop.told_by("poll") == ["7", "8"]


def test_orders_older_than_the_connection_are_no_news(shop: Shop):
    for number in range(1, 40):
        shop.add(number, ago=timedelta(days=2))
    assert shop.poll() == {"changed": 0, "new": 0, "by_id": 0}
    shop.add(3)
    assert shop.poll()["new"] == 1
    assert shop.told_by("poll") == ["3"]


def test_the_first_orders_of_an_empty_shop_are_news_whatever_their_dates(shop: Shop):
    shop.poll()
    shop.add(1, ago=timedelta(days=400))
    assert shop.poll()["by_id"] == 1


def test_drafts_of_carts_are_no_news(shop: Shop):
    shop.add(7)
    shop.poll()
    shop.add(8, ago=timedelta(days=1), status="checkout-draft")
    assert shop.poll()["by_id"] == 0


def test_a_date_in_the_future_does_not_keep_polls_from_what_comes_meanwhile(shop: Shop):
    shop.add(7, ago=timedelta(days=-365))
    shop.poll()
    shop.add(5)
    assert shop.poll() == {"changed": 1, "new": 1, "by_id": 0}
    assert shop.poll()["changed"] == 0


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(hours=-5)])
def test_a_store_whose_clock_is_off(shop: Shop, ahead: timedelta):
    shop.ahead = ahead
    shop.add(6, ago=timedelta(minutes=59))  # changed after the connection was made, an hour ago
    shop.add(7)
    shop.poll()
    shop.add(8)
    shop.poll()
    assert shop.told_by("poll") == ["6", "7", "8"]


def test_a_clock_that_ran_ahead_and_was_set_back(shop: Shop):
    shop.ahead = timedelta(hours=2)
    shop.add(7)
    shop.poll()
    shop.ahead = timedelta()
    shop.add(5)  # its id is not among the newest, for others came between
    for number in range(100, 140):
        shop.add(number, ago=timedelta(seconds=2))
    shop.poll()
    assert "5" in shop.told_by("poll")
    assert load_seen(shop.live).since <= shop.now + timedelta(seconds=1)


def test_a_store_that_does_not_tell_the_time(shop: Shop):
    shop.tells_time = False
    shop.add(7, ago=timedelta(days=-30))
    shop.poll()
    shop.add(5)
    assert shop.poll()["new"] == 1


def test_very_many_changes_are_taken_in_pieces(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poll, "PIECE", 20)
    for number in range(1, 101):
        shop.add(number, ago=timedelta(minutes=50) - timedelta(seconds=number // 3))
    shop.count()
    found = [shop.poll()["new"] for _ in range(6)]
    assert sum(found) == 100
    assert max(found) <= 22
    assert Work.objects.filter(lane=LANE).count() == 100
    assert shop.standing.complete_at is not None


def test_while_a_piece_is_missing_nothing_is_complete_and_the_next_poll_comes_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(poll, "PIECE", 20)
    number = shop.live.connection.pk
    Chore.objects.create(connection_id=number, name="poll", found={})
    shop.count()
    Chore.objects.update(due_at="2100-01-01T00:00:00Z")
    for one in range(1, 101):
        shop.add(one, ago=timedelta(minutes=50) - timedelta(seconds=one // 3))
    shop.poll()
    assert shop.standing.complete_at is None
    assert Chore.objects.get(name="poll").due_at.year < 2100


def test_a_hundred_changes_in_one_second_do_not_stop_a_piece(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poll, "PIECE", 20)
    moment = shop.now - timedelta(minutes=50)
    for number in range(1, 151):
        shop.orders[number] = order(str(number), moment)
    assert shop.poll()["new"] == 150


def test_an_idle_shop_is_asked_one_thing_by_each_poll(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poll, "END_EVERY", timedelta(days=1))
    for _ in range(5):
        shop.poll()
    assert shop.asked == ["changes", "newest", *["changes"] * 4]
    shop.add(7)
    shop.poll()
    assert shop.asked[-2:] == ["changes", "newest"], "where something happens, the end is looked at, too"


def test_the_end_of_the_list_is_looked_at_again_after_a_while_or_when_the_clock_was_set_back(shop: Shop):
    seen = load_seen(shop.live)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    looked = replace(seen, end_at=now.isoformat())
    every = timedelta(minutes=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(poll, "END_EVERY", every)
        assert seen.end_is_due(now)
        assert not looked.end_is_due(now + every / 2)
        assert looked.end_is_due(now + every)
        assert looked.end_is_due(now - every)
