"""The page of a connection's catalogue: create products and variants, on either side, or try what that would do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.domain.errors import RemoteDown
from woodoo.engine.models import Import

from . import scene

ALL_ON = dict.fromkeys(["send_products", "create_products", "take_products", "create_odoo_products"], True)


class Walk:
    """A side with some products."""

    total = 300

    def count(self) -> int:
        return self.total


@pytest.fixture
def walk() -> Iterator[Walk]:
    given = Walk()
    with (
        mock.patch("woodoo.wiring.catalogue_of", return_value=given),
        mock.patch("woodoo.wiring.shelf_of", return_value=given),
    ):
        yield given


@pytest.fixture
def on(shop: Connection) -> Connection:
    """A connection with everything about products switched on."""
    shop.settings = ALL_ON
    shop.save()
    return shop


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def look(client: Client, shop: Connection, **how: Any) -> Any:
    return client.get(reverse("products", args=[shop.pk]), **how)


def begin(client: Client, shop: Connection, way: str, **given: Any) -> Any:
    return client.post(reverse("products-start", args=[shop.pk, way]), given, follow=True)


@pytest.mark.parametrize(
    ("way", "flow", "title"), [("send", "products", "products of Odoo"), ("take", "product", "products of the store")]
)
def test_a_catalogue_begins_on_its_way(
    operator: Client, on: Connection, walk: Walk, way: str, flow: str, title: str
) -> None:
    answer = begin(operator, on, way)
    made = Import.objects.get()
    assert (made.flow, made.title, made.total, made.dry_run) == (flow, title, 300, False)
    assert made.started_by.startswith("operator-")
    assert f"Import {made.pk} has begun: {title}." in text_of(answer)


@pytest.mark.parametrize("way", ["send", "take"])
def test_a_dry_run_begins_though_all_is_switched_off(operator: Client, shop: Connection, walk: Walk, way: str) -> None:
    said = text_of(begin(operator, shop, way, dry_run="1"))
    made = Import.objects.get()
    assert (made.dry_run, f"Dry run {made.pk} has begun" in said) == (True, True)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("send", "Products do not go to the store of Shop NL: that is switched off. Switch on Products: Odoo → store"),
        (
            "take",
            "Products of the store of Shop NL are not taken over: that is switched off. Switch on",
        ),
    ],
)
def test_what_is_switched_off_does_not_begin(
    operator: Client, shop: Connection, walk: Walk, way: str, says: str
) -> None:
    assert says in text_of(begin(operator, shop, way))
    assert not Import.objects.exists()


def test_a_side_that_is_down_or_empty_a_connection_that_is_off_and_one_that_is_at_it(
    operator: Client, on: Connection, walk: Walk
) -> None:
    with mock.patch.object(walk, "count", side_effect=RemoteDown("Odoo does not answer.", side="odoo")):
        assert "Odoo does not answer." in text_of(begin(operator, on, "send"))
    with mock.patch.object(walk, "total", 0):
        assert "The store has no products." in text_of(begin(operator, on, "take"))
    Connection.objects.update(enabled=False)
    assert "Connection Shop NL is switched off, so no products" in text_of(begin(operator, on, "take"))
    Connection.objects.update(enabled=True)
    made = scene.catalogue(on)
    assert f"Import {made.pk} (products of Odoo) has not ended" in text_of(begin(operator, on, "send"))
    assert Import.objects.count() == 1
    assert operator.post(reverse("products-start", args=[on.pk, "sideways"])).status_code == 404


def test_the_page_says_what_would_come_of_it_by_the_switches(operator: Client, shop: Connection) -> None:
    off = look(operator, shop)
    assert "Products do not go to the store" in text_of(off)
    assert "What Odoo lacks is left out" in text_of(off)
    assert off.content.decode().count("disabled") == 2
    assert "An administrator has to switch it on first." in text_of(off)
    shop.settings = ALL_ON
    shop.save()
    page = look(operator, shop)
    assert "What the store lacks is created" in text_of(page)
    assert page.content.decode().count("Create products and variants") == 2
    assert "disabled" not in page.content.decode()


def test_progress_and_findings_speak_of_products(viewer: Client, shop: Connection) -> None:
    scene.catalogue(shop, "working", listed=300, listed_at=timezone.now())
    found = {"orders": 5, "create": 2, "complete": 1, "there": 2, "skipped": 0, "parked": 0, "totals": {}}
    for way in ("send", "take"):
        scene.catalogue(shop, "done", way=way, dry_run=True, result=found, listed=5, listed_at=timezone.now())
    said = text_of(look(viewer, shop))
    for words in (
        "0 of 300 through",
        "2 would be created in the store",
        "1 would be changed in the store",
        "2 would be created in Odoo",
        "2 are as they should be",
    ):
        assert words in said
    assert "brought over" not in text_of(look(viewer, shop, headers={"HX-Request": "true"}))


def test_catalogues_and_history_stand_on_pages_of_their_own(operator: Client, shop: Connection) -> None:
    catalogue, history = scene.catalogue(shop), scene.history(shop)
    pages = {name: operator.get(reverse(name, args=[shop.pk])).content.decode() for name in ("products", "history")}
    found = {name: re.findall(r'id="import-(\d+)"', page) for name, page in pages.items()}
    assert found == {"products": [str(catalogue.pk)], "history": [str(history.pk)]}
    for made, page in ((catalogue, "products"), (history, "history")):
        answer = operator.post(reverse("import-change", args=[made.pk, "pause"]))
        assert answer.url == reverse(page, args=[shop.pk])
    assert {one.state for one in Import.objects.all()} == {"paused"}
