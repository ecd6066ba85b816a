"""What an order comes to on both sides, on its page and for programs: asked once, kept, asked again when it changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.domain.errors import RemoteDown
from woodoo.domain.plan import Total
from woodoo.engine.models import Work
from woodoo.mapping.documents.money import Money
from woodoo.web.models import MoneySeen

from . import scene
from .api import program

FOUND = Money(
    (
        Total("Total", Decimal("121.00"), Decimal("121.00")),
        Total("Refunded", Decimal("30.00"), Decimal("0.00")),
        Total("Open", Decimal("0.00")),
    ),
    "EUR",
    ("There is no invoice yet.",),
)


@pytest.fixture
def order(shop: Connection) -> Work:
    return scene.work(shop, "1054")


@pytest.fixture
def asked() -> Iterator[mock.Mock]:
    with mock.patch("woodoo.wiring.look_at_money", return_value=FOUND) as both:
        yield both


def page(client: Client, order: Work) -> str:
    return client.get(reverse("journey", args=[order.pk])).content.decode()


def compare(client: Client, order: Work) -> str:
    address = reverse("money", args=[order.pk])
    return client.post(address, headers={"HX-Request": "true"}).content.decode()


def test_an_order_is_compared_when_somebody_opens_it_and_kept(
    order: Work, viewer: Client, operator: Client, asked: mock.Mock
) -> None:
    assert f'hx-post="{reverse("money", args=[order.pk])}" hx-trigger="load"' in page(viewer, order)
    assert not asked.called, "the page itself asks nobody"
    card = compare(viewer, order)
    for words in ("Total", "121.00", "Refunded", "30.00", "Open", "Different", "differs", "There is no invoice yet."):
        assert words in card
    assert "—" in card, "what Odoo does not have yet"
    text = page(operator, order)
    assert "Different" in text
    assert 'hx-trigger="load"' not in text, "the next reader asks nobody"


def test_it_is_compared_again_when_the_order_has_changed(order: Work, viewer: Client, asked: mock.Mock) -> None:
    compare(viewer, order)
    MoneySeen.objects.update(at=timezone.now() - timedelta(minutes=5))
    Work.objects.update(updated_at=timezone.now())
    text = page(viewer, order)
    assert "The order changed since." in text
    assert 'hx-trigger="load"' in text
    compare(viewer, order)
    assert asked.call_count == 2
    assert 'hx-trigger="load"' not in page(viewer, order)


def test_many_clicks_ask_once(order: Work, viewer: Client, asked: mock.Mock) -> None:
    for _ in range(4):
        compare(viewer, order)
    assert asked.call_count == 1


def test_a_side_that_is_down_is_a_sentence_and_what_was_known_stays(
    order: Work, viewer: Client, asked: mock.Mock
) -> None:
    compare(viewer, order)
    MoneySeen.objects.update(at=timezone.now() - timedelta(minutes=5))
    asked.side_effect = RemoteDown("Odoo does not answer.", side="odoo", fix="Look whether it runs.")
    card = compare(viewer, order)
    assert "Odoo does not answer. Look whether it runs." in card
    assert "121.00" in card


def test_an_order_on_its_way_and_a_product_are_not_compared(shop: Connection, viewer: Client) -> None:
    waiting = scene.work(shop, "1", "parked")
    assert 'hx-trigger="load"' not in page(viewer, waiting)
    product = scene.work(shop, "9", lane="catalogue", flow="products")
    assert "Money on both sides" not in page(viewer, product)
    assert viewer.post(reverse("money", args=[product.pk])).status_code == 404


def test_without_javascript_it_is_a_button(order: Work, viewer: Client, asked: mock.Mock) -> None:
    answer = viewer.post(reverse("money", args=[order.pk]))
    assert answer["Location"] == reverse("journey", args=[order.pk])


def test_programs_compare_it_too(order: Work, asked: mock.Mock) -> None:
    asks = program("viewer")
    assert asks.get(f"/work/{order.pk}/money")["at"] is None
    said = asks.post(f"/work/{order.pk}/money")
    assert said["totals"][1] == {"name": "Refunded", "store": "30.00", "odoo": "0.00", "equal": False}
    assert asks.get(f"/work/{order.pk}/money")["totals"] == said["totals"]
