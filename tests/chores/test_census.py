"""Counting the orders of a store, and what "complete as of" means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from woodoo.domain.errors import RemoteError
from woodoo.engine import completeness
from woodoo.engine.models import Work
from woodoo.engine.work import enqueue
from woodoo.stores.base import Changed

from .shop import LANE, Shop

DAY = timedelta(days=1)


def test_nobody_can_tell_before_all_was_counted(shop: Shop):
    shop.add(7)
    shop.poll()
    assert shop.standing.complete_at is None
    shop.count()
    shop.poll()
    assert shop.standing.complete_at is not None


def test_complete_as_of_the_moment_before_the_last_poll_asked(shop: Shop):
    shop.count()
    before = completeness.now()
    shop.poll()
    at = shop.standing.complete_at
    assert at is not None
    assert before <= at <= completeness.now()
    shop.fails = RemoteError("no")
    with pytest.raises(RemoteError):
        shop.poll()
    assert shop.standing.complete_at == at


def test_a_count_that_comes_before_the_first_poll_brings_no_old_order_over(shop: Shop):
    for number in range(1, 26):
        shop.add(number, ago=DAY)
    found = shop.count()
    assert (found["before"], found["gaps"]) == (25, 0)
    shop.poll()
    assert not Work.objects.exists()


def test_orders_older_than_the_connection_are_counted_and_left_alone(shop: Shop):
    for number in range(1, 26):
        shop.add(number, ago=DAY)
    shop.add(30)
    shop.poll()
    found = shop.count()
    assert (found["listed"], found["before"], found["gaps"]) == (26, 25, 0)
    assert (shop.standing.in_store, shop.standing.before) == (26, 25)
    assert list(Work.objects.values_list("record", flat=True)) == ["30"]


def test_an_order_nobody_told_of_is_a_gap_and_is_rung_for(shop: Shop):
    shop.add(40)
    shop.poll()
    shop.work_off()
    shop.let_pass(0)
    shop.add(41, ago=timedelta(minutes=30))
    shop.add(80)
    shop.hidden = {41}
    shop.poll()
    shop.hidden = set()
    # Another fifty came, so the end of the list does not show it any more.
    for number in range(100, 160):
        shop.add(number)
    shop.poll()
    found = shop.count()
    assert found["gaps"] == 1
    assert shop.told_by("census") == ["41"]
    assert (shop.standing.gap, shop.standing.gap_count) == (("41",), 1)
    assert shop.standing.gap_since is not None


def test_a_gap_is_over_when_a_count_finds_nothing_missing(shop: Shop):
    _gap(shop)
    shop.work_off()
    assert shop.count()["gaps"] == 1  # of the last count: the next one is not due yet
    shop.let_pass(3601)
    assert shop.count()["gaps"] == 0
    assert (shop.standing.gap, shop.standing.gap_count, shop.standing.gap_since) == ((), 0, None)


def test_while_a_count_that_found_a_gap_goes_on_the_time_stands_still(shop: Shop):
    _gap(shop, counts=False)
    shop.let_pass(10**6)
    for number in range(1000, 1400):
        shop.add(number)
    shop.poll()
    at = shop.standing.complete_at
    shop.piece()
    assert shop.standing.count.under_way
    shop.poll()
    assert shop.standing.complete_at == at
    shop.count()
    shop.poll()
    assert shop.standing.complete_at is not None
    assert at is None or shop.standing.complete_at > at


def _gap(shop: Shop, *, counts: bool = True) -> None:
    shop.add(40)
    shop.add(200)
    shop.poll()
    shop.count()
    shop.poll()
    shop.add(41, ago=timedelta(minutes=30))
    shop.work_off()
    shop.let_pass(10**6)
    if counts:
        shop.count()


def test_a_count_goes_on_where_it_was(shop: Shop):
    for number in range(1, 600):
        shop.add(number, ago=DAY)
    shop.poll()
    assert shop.piece()["listed"] == 200
    assert shop.standing.count.under_way
    assert shop.count()["listed"] == 599
    assert shop.asked.count("page") == 60


def test_the_next_count_comes_when_it_is_due(shop: Shop):
    shop.count()
    asked = len(shop.asked)
    shop.piece()
    assert len(shop.asked) == asked
    shop.let_pass(86_401)
    shop.piece()
    assert len(shop.asked) > asked


def test_an_order_deleted_for_good_is_rung_for_once(shop: Shop):
    for number in (1, 2, 3):
        shop.add(number)
    shop.poll()
    shop.work_off()
    del shop.orders[2]
    assert shop.count()["gone"] == 1
    assert shop.told_by("census") == ["2"]
    shop.work_off()
    shop.let_pass(86_401)
    assert shop.count()["gone"] == 0


def test_an_order_that_was_gone_and_is_put_back_is_rung_for(shop: Shop):
    shop.add(1, ago=timedelta(minutes=50))
    shop.add(2)
    shop.poll()
    shop.work_off()
    kept = shop.orders.pop(1)
    shop.count()
    shop.work_off()
    shop.orders[1] = kept
    shop.let_pass(86_401)
    assert shop.count()["changed"] == 1
    assert shop.told_by("census") == ["1", "1"]


def test_the_last_orders_of_the_list_may_be_gone_too(shop: Shop):
    for number in (1, 2, 3):
        shop.add(number)
    shop.poll()
    shop.work_off()
    del shop.orders[3]
    shop.count()
    assert shop.told_by("census") == ["3"]


def test_a_shop_that_shows_nothing_at_all_is_out_of_order(shop: Shop):
    shop.add(1)
    shop.poll()
    shop.work_off()
    shop.orders.clear()
    assert shop.count()["gone"] == 0
    assert shop.told_by("census") == []


def test_an_order_in_the_trash_is_a_change_and_then_known(shop: Shop):
    shop.add(1)
    shop.add(2)
    shop.poll()
    shop.work_off()
    shop.trash = {1}
    assert shop.count()["changed"] == 1
    assert shop.told_by("census") == ["1"]
    row = Work.objects.get(record="1")
    row.state, row.seen = "skipped", shop.orders[1].mark.text().replace("processing", "trash")
    row.save()
    shop.let_pass(86_401)
    assert shop.count()["changed"] == 0


def test_what_a_plugin_hides_is_told(shop: Shop):
    for number in range(1, 31):
        shop.add(number)
    shop.poll()
    shop.hidden = {5, 6}
    assert shop.count()["hidden"] == 2


def test_a_change_no_poll_showed_is_rung_for(shop: Shop):
    shop.add(1, ago=timedelta(minutes=50))
    shop.add(2)
    shop.poll()
    shop.work_off()
    shop.add(1, ago=timedelta(minutes=40))  # dated back by a plugin
    assert shop.count()["changed"] == 1
    assert shop.told_by("census") == ["1"]


def test_a_refund_that_was_deleted_is_a_change(shop: Shop):
    shop.add(1, ago=timedelta(minutes=50), refund_ids=("11", "12"))
    shop.add(2)
    shop.poll()
    shop.work_off()
    shop.edit(1, refund_ids=("11",))
    assert shop.count()["changed"] == 1
    assert shop.told_by("census") == ["1"]


def test_what_the_next_poll_shows_is_news_and_no_gap(shop: Shop):
    shop.add(1)
    shop.poll()
    shop.add(2)
    assert shop.count()["gaps"] == 0
    assert shop.told_by("census") == ["2"]


def test_what_is_at_work_is_left_alone(shop: Shop):
    shop.add(1)
    enqueue(shop.live.connection.pk, LANE, "order", ["99"], source="webhook")
    assert shop.count()["gone"] == 0


def test_very_many_that_are_gone_are_rung_for_in_pieces(shop: Shop):
    for number in range(1, 700):
        shop.add(number)
    shop.poll()
    shop.work_off()
    for number in range(1, 650):
        del shop.orders[number]
    found = shop.piece()
    assert (found["gone"], found["under_way"]) == (500, True)
    found = shop.count()
    assert (found["gone"], found["listed"]) == (649, 50)
    assert len(shop.told_by("census")) == 649


def test_orders_a_plugin_hides_are_not_gone_and_not_rung_for(shop: Shop):
    for number in range(1, 301):
        shop.add(number)
    shop.poll()
    shop.work_off()
    shop.hidden = set(range(1, 251))
    found = shop.count()
    assert (found["gone"], found["changed"], found["hidden"]) == (0, 0, 250)
    assert shop.told_by("census") == []


def test_a_count_that_is_killed_anywhere_goes_on_and_rings_for_nothing_twice(shop: Shop):
    for number in range(1, 400):
        shop.add(number)
    shop.poll()
    shop.work_off()
    for number in range(1, 380, 2):
        del shop.orders[number]
    real, calls = shop.orders_still_there, [0]

    def failing(ids: Sequence[str]) -> Mapping[str, Changed]:
        calls[0] += 1
        if calls[0] % 2:
            raise RemoteError("killed")
        return real(ids)

    shop.orders_still_there = failing  # type: ignore[method-assign]
    for _ in range(200):
        try:
            if not shop.piece()["under_way"]:
                break
        except RemoteError:
            continue
    assert sorted(shop.told_by("census"), key=int) == [str(number) for number in range(1, 380, 2)]


def test_what_is_found_by_the_hundred_goes_behind_the_news(shop: Shop):
    for number in range(1, 121):
        shop.add(number, ago=timedelta(minutes=30))
    shop.add(200)
    shop.poll()
    Work.objects.exclude(record="200").delete()
    shop.work_off()
    assert shop.count()["gaps"] == 120
    news = Work.objects.filter(priority=0, state="ready").count()
    assert 0 < news <= 60
    assert Work.objects.filter(priority__gt=0, state="ready").count() == 120 - news
