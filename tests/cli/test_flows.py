"""Records that are no orders, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.web import scene
from woodoo.connections.models import Connection
from woodoo.engine.models import Event, Work

from .conftest import Said

Woodoo = Callable[..., Said]


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection("Shop NL")


def test_a_flow_that_is_not_there_names_those_that_are(woodoo: Woodoo, shop: Connection) -> None:
    said = woodoo("sync", "records", "parcels", "1")
    assert said.code == 1
    assert "order" in said.err


def test_records_of_any_flow_are_queued(woodoo: Woodoo, shop: Connection) -> None:
    assert woodoo("sync", "records", "order", "7", "7", "8").code == 0
    assert sorted(Work.objects.values_list("flow", "record")) == [("order", "7"), ("order", "8")]
    assert woodoo("sync", "records", "order", "x1").code == 1


def test_ids_are_those_of_orders_unless_a_flow_is_named(woodoo: Woodoo, shop: Connection) -> None:
    scene.work(shop, "7", "parked")
    other = scene.work(shop, "7", "parked", lane="catalogue", flow="products")
    assert woodoo("skip", "7", "--reason", "by hand").code == 0
    assert Work.objects.get(flow="order").state == "skipped"
    other.refresh_from_db()
    assert other.state == "parked"


def test_erasing_an_order_leaves_records_of_other_flows(woodoo: Woodoo, shop: Connection) -> None:
    order, product = scene.work(shop, "7"), scene.work(shop, "7", lane="catalogue", flow="products", title="MUG")
    scene.event(order)
    scene.event(product)
    assert woodoo("erase", "7", "--yes").code == 0
    assert list(Event.objects.filter(erased_at=None).values_list("lane", flat=True)) == ["catalogue"]
    product.refresh_from_db()
    assert product.title == "MUG"


def test_drift_is_told(woodoo: Woodoo, shop: Connection) -> None:
    assert "No differences" in woodoo("drift").out
    scene.drift(shop, detail="regular price: 12.50 in Odoo, 11.00 [in the store]")
    said = woodoo("drift", "-c", "Shop NL").out
    assert "Product MUG" in said
    assert "11.00 [in the store]" in said
    (row,) = json.loads(woodoo("drift", "--json").out)
    assert (row["group"], row["side"], row["repaired"]) == ("prices", "store", False)
