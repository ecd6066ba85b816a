"""What no webhook told of the store's products: changes by their date, deletions by their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from woodoo.chores.store_products import count_products, poll_products
from woodoo.connections.models import Connection
from woodoo.engine import completeness
from woodoo.engine.cursors import get_cursor, set_cursor
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Event, Work
from woodoo.live import Live
from woodoo.stores.base import Changed
from woodoo.stores.catalogue import Owned


@dataclass
class Shelf:
    """A store's products: id → when each was changed."""

    live: Live
    products: dict[str, datetime] = field(default_factory=dict)

    @property
    def catalogue(self) -> Shelf:
        return self

    def clock(self) -> datetime:
        return completeness.now()

    def changed_products(self, since: datetime) -> Iterator[Changed]:
        found = sorted((moment, one) for one, moment in self.products.items() if moment >= since)
        return iter([Changed(one, moment, "publish") for moment, one in found])

    def every_product(self) -> Iterator[Owned]:
        return iter([Owned(one, "", "", "", "simple") for one in self.products])

    def change(self, *ids: str, ago: float = 20) -> None:
        self.products |= dict.fromkeys(ids, completeness.now() - timedelta(seconds=ago))

    def rung(self) -> list[str]:
        found = sorted(Event.objects.values_list("record", flat=True))
        Event.objects.all().delete()
        return found

    def count(self) -> Any:
        """Count as if it were due."""
        number = self.live.connection.pk
        set_cursor(number, "store:product:ids", get_cursor(number, "store:product:ids").replace('_at": "2', '_at": "1'))
        return count_products(self.live)

    def link(self, *ids: str) -> None:
        links = (LinkVals("product", one, "product.template", int(one)) for one in ids)
        Links(self.live.connection.pk).upsert(links)


@pytest.fixture
def shelf(db: None) -> Shelf:
    connection = Connection.objects.create(
        name="Shop",
        store_url="https://shop.example.com",
        odoo_url="https://odoo.example.com",
        odoo_database="odoo",
        settings={"take_products": True},
    )
    Connection.objects.update(created_at=completeness.now() - timedelta(hours=1))
    connection.refresh_from_db()
    found = Shelf(Live(connection, connection.rules))
    found.live.store = lambda recorder: found  # type: ignore[assignment, method-assign, return-value]
    return found


def test_each_change_rings_once_and_what_is_older_than_the_connection_does_not(shelf: Shelf):
    shelf.change("1", "2")
    shelf.change("3", ago=7200)
    assert poll_products(shelf.live) == {"changed": 2, "new": 2}
    assert shelf.rung() == ["1", "2"]
    assert poll_products(shelf.live)["new"] == 0
    shelf.change("2", ago=10)
    poll_products(shelf.live)
    assert shelf.rung() == ["2"]


def test_a_change_of_the_same_second_is_not_passed_over(shelf: Shelf):
    moment = completeness.now() - timedelta(seconds=10)
    shelf.products["1"] = moment
    poll_products(shelf.live)
    shelf.products["2"] = moment
    poll_products(shelf.live)
    assert shelf.rung() == ["1", "2"]


def test_what_was_seen_within_its_own_second_is_looked_at_once_more(shelf: Shelf):
    shelf.change("1", ago=0)
    poll_products(shelf.live)
    assert shelf.rung() == ["1"]
    poll_products(shelf.live)
    assert shelf.rung() == ["1"]


def test_a_date_in_the_future_does_not_keep_the_poll_from_what_comes(shelf: Shelf):
    shelf.change("1", ago=-86400)
    poll_products(shelf.live)
    shelf.change("2", ago=5)
    poll_products(shelf.live)
    assert {"1", "2"} <= set(shelf.rung())


def test_products_deleted_for_good_are_found_once_and_an_empty_list_deletes_nothing(shelf: Shelf):
    shelf.change("1", "2", ago=7200)
    shelf.link("1", "2", "3")
    assert shelf.count()["gone"] == 1
    assert shelf.rung() == ["3"]
    Work.objects.filter(record="3").update(seen="gone")
    assert shelf.count()["gone"] == 0
    assert shelf.rung() == []
    shelf.products.clear()
    assert shelf.count()["gone"] == 0
    assert shelf.rung() == []


def test_a_product_nobody_told_of_is_found_by_its_id_but_not_those_that_were_there_before(shelf: Shelf):
    shelf.change("1", ago=7200)
    shelf.count()
    assert shelf.rung() == []
    shelf.change("2", ago=7200)
    assert shelf.count()["new"] == 1
    assert shelf.rung() == ["2"]
    assert shelf.count()["new"] == 0


def test_the_count_waits_until_it_is_due(shelf: Shelf):
    first = count_products(shelf.live)
    shelf.change("9", ago=7200)
    assert count_products(shelf.live) == first


def test_nothing_is_asked_where_products_are_switched_off(shelf: Shelf):
    shelf.live = replace(shelf.live, settings=shelf.live.settings.model_copy(update={"take_products": False}))
    assert poll_products(shelf.live) == {}
    assert count_products(shelf.live) == {}
