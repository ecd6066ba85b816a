"""Polls, contents and counts against a shop that answers over HTTP, in any time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from woodoo.chores.census import count_orders
from woodoo.chores.contents import compare_contents
from woodoo.chores.poll import poll_orders
from woodoo.connections.models import Connection
from woodoo.domain.mark import GONE
from woodoo.engine import completeness
from woodoo.engine.models import Event, Work
from woodoo.live import Live
from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore


@dataclass
class Street:
    """A shop and its connection."""

    double: StoreDouble
    live: Live
    store: WooCommerceStore

    def poll(self) -> list[str]:
        """Poll, look at what is due as a flow would, and return which orders that was."""
        poll_orders(self.live)
        return self.work_off()

    def work_off(self) -> list[str]:
        due = list(Work.objects.filter(state="ready").order_by("record"))
        fetched = self.store.fetch_orders([row.record for row in due])
        for row in due:
            order = fetched.found.get(row.record)
            row.state, row.seen = "done", order.mark.text() if order else GONE
            row.save()
        return [row.record for row in due]

    def count(self) -> dict[str, int]:
        found = dict(count_orders(self.live))
        while found["under_way"]:
            found = dict(count_orders(self.live))
        return found


@pytest.fixture
def street(db: None, request: pytest.FixtureRequest) -> Iterator[Street]:
    """The parameter is the offset of the shop's time zone in minutes."""
    with StoreDouble(timezone_offset_minutes=getattr(request, "param", 60)) as double:
        connection = Connection.objects.create(
            name="Street", store_url=double.url, odoo_url="https://odoo.example.com", odoo_database="odoo"
        )
        store = WooCommerceStore(WooClient(double.url, double.key, double.secret))
        live = Live(connection, connection.rules)
        live.store = lambda recorder: store  # type: ignore[method-assign, assignment, return-value]
        yield Street(double, live, store)


def ids(numbers: list[int]) -> list[str]:
    return sorted(str(number) for number in numbers)


@pytest.mark.parametrize("street", [-660, -300, 0, 60, 345, 840], indirect=True)
def test_a_shop_in_any_time_zone(street: Street):
    street.poll()
    made = street.double.seed_orders(3)
    assert street.poll() == ids(made)
    assert street.poll() == []


def test_summer_time_begins_and_ends(street: Street):
    street.poll()
    first = street.double.seed_orders(2)
    assert street.poll() == ids(first)
    street.double.shop.offset += timedelta(hours=1)
    second = street.double.seed_orders(2, first=3)
    assert street.poll() == ids(second)
    street.double.shop.offset -= timedelta(hours=1)
    third = street.double.seed_orders(2, first=5)
    assert street.poll() == ids(third)
    assert street.count()["gaps"] == 0


def test_a_hundred_and_fifty_orders_in_one_second(street: Street):
    street.poll()
    made = street.double.seed_orders(150, lines=1)
    stamp = street.double.shop.now()
    with street.double.shop.lock:
        for number in made:
            street.double.shop.tables["orders"][number]["date_modified"] = stamp
    assert street.poll() == ids(made)


def test_a_change_without_a_date_a_deletion_and_a_deleted_refund(street: Street):
    street.poll()
    one, two, three = street.double.seed_orders(3)
    refund = street.double.refund(three, amount=Decimal(1))
    with street.double.shop.lock:  # as if all that was some while ago
        for row in street.double.shop.tables["orders"].values():
            row["date_modified"] = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert street.poll() == ids([one, two, three])
    street.double.change_quantity(one, 7, quietly=True)
    street.double.delete_order(two, for_good=True)
    with street.double.shop.lock:
        street.double.shop.tables["orders"][three]["refund_ids"] = []
        del street.double.shop.tables["refunds"][refund["id"]]
    assert street.poll() == []
    compare_contents(street.live)
    assert street.work_off() == ids([one, two, three])
    compare_contents(street.live)
    assert street.work_off() == []


def test_the_count_finds_what_no_poll_shows(street: Street):
    street.poll()
    made = street.double.seed_orders(220, lines=1)
    street.poll()
    hidden, trashed, deleted = made[10], made[120], made[200]
    Work.objects.filter(record=str(hidden)).delete()
    street.double.delete_order(trashed)
    street.double.delete_order(deleted, for_good=True)
    with street.double.shop.lock:  # long ago, as polls see it
        for row in street.double.shop.tables["orders"].values():
            row["date_modified"] = "2020-01-01T00:00:00"
    for row in Work.objects.all():
        row.seen = row.seen.replace(row.seen.split("|")[2], "2020-01-01T00:00:00+00:00")
        row.save()
    found = street.count()
    assert (found["listed"], found["changed"], found["gone"], found["hidden"]) == (218, 1, 1, 0)
    # Dated before the connection was made, but it was not there when the connection was made.
    assert sorted(Event.objects.filter(source="census").values_list("record", flat=True)) == ids(
        [hidden, trashed, deleted]
    )
    street.work_off()
    at = completeness.standings([street.live.connection.pk])[street.live.connection.pk]
    assert at.counted_at is not None
    street.poll()
    assert completeness.standings([street.live.connection.pk])[street.live.connection.pk].complete_at is not None
