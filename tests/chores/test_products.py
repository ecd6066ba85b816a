"""Products that are to be compared with the store are read there, and only those that are linked."""

from __future__ import annotations

from typing import Any

import pytest

from woodoo import catalogues
from woodoo.chores import products
from woodoo.chores.products import compare_products, compare_seconds, follow_products, seconds
from woodoo.connections.models import Connection
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Work
from woodoo.live import Live
from woodoo.mapping.catalogue.known import Known


@pytest.fixture
def live(db: None) -> Live:
    connection = Connection.objects.create(
        name="Shop",
        store_url="https://shop.example.com",
        odoo_url="https://odoo.example.com",
        odoo_database="odoo",
        settings={"send_products": True, "products_seconds": 60},
    )
    kept = {"odoo_hash": '{"names":"a"}', "store_hash": '{"names":"b"}', "odoo_seen": '{"filled":["sku"]}'}
    links = (LinkVals("product", str(one), "product.template", one * 10, **kept) for one in (5, 6))
    Links(connection.pk).upsert([*links, LinkVals("product_begun", "70", "product.template", 70)])
    return Live(connection, connection.rules)


def looks(live: Live) -> list[str]:
    """Return the products of the store that are to be read with the next look."""
    found = Links(live.connection.pk).find("product", ["5", "6"])
    return [one for one, x in found.items() if Known.of(one, x.odoo_hash, x.store_hash, x.odoo_seen).look]


def test_all_linked_products_are_compared(live: Live) -> None:
    assert compare_products(live) == {"compared": 2}
    assert looks(live) == ["5", "6"]
    assert sorted(Work.objects.values_list("lane", "record")) == [("catalogue", "50"), ("catalogue", "60")]
    # What was known besides is kept.
    assert Links(live.connection.pk).find("product", ["5"])["5"].odoo_hash == '{"names":"a"}'


def test_those_named_are_sent_and_compared_on_request(live: Live) -> None:
    assert catalogues.bring(live.connection, catalogues.SEND, ["50"], look=True) == 1
    assert looks(live) == ["5"]
    assert catalogues.bring(live.connection, catalogues.SEND, ["60"]) == 1
    assert looks(live) == ["5"]


def test_nothing_is_asked_where_products_do_not_go_to_the_store(live: Live) -> None:
    off = live.settings.model_copy(update={"send_products": False})
    assert (seconds(live.settings), compare_seconds(live.settings)) == (60, 86_400)
    assert (seconds(off), compare_seconds(off)) == (None, None)


@pytest.mark.parametrize(
    ("linked", "there", "rung"),
    [((50, 60), [60], ["50"]), ((50, 60), [50, 60], []), (range(100, 140), range(122, 140), [])],
    ids=["one is gone", "all are there", "most are gone, so it is believed that they are hidden"],
)
def test_what_was_deleted_in_odoo_is_rung_for_once(
    live: Live, monkeypatch: pytest.MonkeyPatch, linked: Any, there: Any, rung: list[str]
) -> None:
    links = (LinkVals("product", str(one), "product.template", one, odoo_hash="x") for one in linked if one > 60)
    Links(live.connection.pk).upsert(links)
    asked: list[Any] = []

    class Odoo:
        def search(self, model: str, domain: Any, **how: Any) -> list[int]:
            asked.append((model, domain, how))
            return [*there, *([50, 60] if linked[0] > 60 else [])]

    monkeypatch.setattr(Live, "odoo", lambda self, recorder: Odoo())
    monkeypatch.setattr(products, "_news", lambda odoo: [])
    assert follow_products(live)["gone"] == len(rung)
    assert follow_products(live)["gone"] == 0
    assert sorted(Work.objects.values_list("record", flat=True)) == rung
    assert len(asked) == 2
