"""Reading orders again whose change the store did not date."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.order import Order
from woodoo.stores.base import Fetched

from .shop import Shop


@pytest.fixture
def settled(shop: Shop) -> Shop:
    """A shop with recent, open and old orders, all looked at."""
    shop.add(1)
    shop.add(2, status="completed")
    shop.add(3, status="completed", ago=timedelta(days=20))
    shop.add(4, status="on-hold", ago=timedelta(days=200))
    number = shop.live.connection.pk
    from woodoo.engine.work import enqueue

    enqueue(number, "orders", "order", ["1", "2", "3", "4"], source="manual")
    shop.work_off()
    return shop


def test_nothing_changed_rings_for_nothing(settled: Shop):
    assert settled.compare() == {"compared": 3, "changed": 0, "unsteady": 0, "all": 1}
    assert settled.asked == ["orders"]


@pytest.mark.parametrize(("number", "rung"), [(1, ["1"]), (2, ["2"]), (3, []), (4, ["4"])])
def test_recent_and_open_orders_are_read_again(settled: Shop, number: int, rung: list[str]):
    settled.edit(number, total=Decimal("7.50"))
    settled.compare()
    assert settled.told_by("contents") == rung


def test_a_time_that_moved_alone_is_no_change(settled: Shop):
    settled.edit(1, modified_at=settled.now + timedelta(seconds=9))
    assert settled.compare()["changed"] == 0


def test_an_order_that_was_deleted_is_found_early(settled: Shop):
    del settled.orders[1]
    settled.compare()
    assert settled.told_by("contents") == ["1"]
    settled.work_off()
    assert settled.compare()["changed"] == 0


def test_a_refund_that_was_deleted_is_found(settled: Shop):
    settled.edit(1, refund_ids=("9",))
    settled.compare()
    assert settled.told_by("contents") == ["1"]


def test_an_order_that_never_reads_the_same_twice_is_left_alone(settled: Shop, monkeypatch: pytest.MonkeyPatch):
    read, times = settled.fetch_orders, iter(range(100))

    def restless(ids: Any) -> Fetched[Order]:
        found = dict(read(ids).found)
        if "1" in found:
            found["1"] = replace(found["1"], customer_note=f"seen {next(times)} times")
        return Fetched(found)

    monkeypatch.setattr(settled, "fetch_orders", restless)
    settled.edit(2, total=Decimal(5))
    assert settled.compare() == {"compared": 3, "changed": 1, "unsteady": 1, "all": 1}
    assert settled.told_by("contents") == ["2"]


def test_what_a_person_skipped_before_anybody_looked_is_left_alone(shop: Shop):
    from woodoo.engine.models import Work
    from woodoo.engine.work import enqueue

    shop.add(1)
    enqueue(shop.live.connection.pk, "orders", "order", ["1"], source="manual")
    Work.objects.update(state="skipped")
    assert shop.compare()["compared"] == 0


def test_many_orders_are_read_in_pieces(shop: Shop):
    for number in range(1, 701):
        shop.add(number)
    shop.poll()
    shop.work_off()
    shop.edit(650, total=Decimal(1))
    assert shop.compare() == {"compared": 500, "changed": 0, "unsteady": 0, "all": 0}
    assert shop.compare() == {"compared": 200, "changed": 1, "unsteady": 0, "all": 1}
