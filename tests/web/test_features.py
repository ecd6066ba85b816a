"""The tabs of a connection, and the page on which flows are switched on and off."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from woodoo.checkup import needs_look
from woodoo.chores.table import CHORES
from woodoo.connections.models import Change, Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.flows.table import FLOWS
from woodoo.flows.topics import followed_topics
from woodoo.web.configuration.sections import CONFIGURATION, FEATURES
from woodoo.web.configuration.sections_features import Feature

from . import scene


def place(shop: Connection) -> str:
    return reverse("features", args=[shop.pk])


def tabs_of(text: str) -> list[str]:
    nav = re.search(r'<nav class="tabs".*?</nav>', text, re.DOTALL)
    assert nav
    return re.findall(r">([^<]+)</a>", nav.group())


def test_there_are_four_tabs_and_every_page_hangs_below_one(shop: Connection, administrator: Client) -> None:
    pages = ("connection", "connection-edit", "connection-changes", "features", "products", "history")
    for name in (*pages, "connection-alerts", "configuration"):
        text = administrator.get(reverse(name, args=[shop.pk])).content.decode()
        assert tabs_of(text) == ["Connection", "Configuration", "Features", "Monitor"]
        assert len(re.findall(r'<nav class="tabs".*?aria-current', text, re.DOTALL)) == 1


def test_a_viewer_sees_the_tabs_with_pages_for_viewers(shop: Connection, viewer: Client) -> None:
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    assert tabs_of(text) == ["Configuration", "Features", "Monitor"]
    assert reverse("products", args=[shop.pk]) in text
    assert place(shop) not in text


def test_flows_are_switched_on_and_off_and_the_rest_stays(shop: Connection, administrator: Client) -> None:
    shop.settings = {"batch_size": 20, "take_refunds": False}
    shop.save()
    given = {"send_stock": ["false", "on"], "take_customers": ["false"], "take_orders": ["false", "on"]}
    answer = administrator.post(place(shop), given)
    assert answer["Location"] == place(shop)
    shop.refresh_from_db()
    assert shop.settings == {"batch_size": 20, "take_refunds": False, "send_stock": True}
    assert Change.objects.filter(what="settings changed").latest("pk").after == {"send_stock": True}


def test_refunds_to_the_store_need_their_day_and_say_so_at_the_field(shop: Connection, administrator: Client) -> None:
    text = administrator.post(place(shop), {"send_refunds": ["false", "on"]}).content.decode()
    assert "Not saved" in text
    assert "invalid-feedback" in text
    shop.refresh_from_db()
    assert shop.settings == {}


def test_a_page_that_was_open_too_long_writes_over_nothing(shop: Connection, administrator: Client) -> None:
    seen = re.search(r'name="seen" value="([^"]+)"', administrator.get(place(shop)).content.decode())
    assert seen
    shop.settings = {"send_stock": True}
    shop.save()
    text = administrator.post(place(shop), {"seen": seen[1], "send_images": ["false", "on"]}).content.decode()
    assert "changed meanwhile" in text


def test_every_feature_says_what_it_does_and_what_it_needs_and_details_lead_to_a_card() -> None:
    cards = {section.key for section in CONFIGURATION}
    for section in FEATURES:
        for part in section.parts:
            if isinstance(part, Feature):
                assert part.said
                assert part.needs
                assert part.details in cards


def test_every_switch_of_a_flow_is_on_the_page() -> None:
    shown = {part.name for section in FEATURES for part in section.parts}
    wanted = {name for name in ConnectionSettings.model_fields if name.startswith(("take_", "create_"))}
    wanted |= {"send_products", "send_images", "send_stock", "send_customers", "send_fulfilment", "send_status"}
    assert wanted - {"create_odoo_customers"} <= shown


def test_without_orders_none_is_looked_for_and_none_brought_over() -> None:
    off = ConnectionSettings(take_orders=False)
    assert not FLOWS["order"].wanted(off)
    assert not [topic for topic in followed_topics(off) if topic.startswith("order.")]
    assert {name for name in ("poll", "contents", "census") if CHORES[name].seconds(off) is None} == {
        "poll",
        "contents",
        "census",
    }
    assert CHORES["poll"].seconds(ConnectionSettings()) is not None


# Who changed what


def test_changes_are_told_in_the_words_of_the_panel(shop: Connection, administrator: Client) -> None:
    shop.settings = {"tax_map": {"1": 7, "2": 8}, "discount_as": "line", "batch_size": 50}
    shop.save()
    shop.settings = {"tax_map": {"1": 7, "2": 9}, "discount_as": "percent"}
    shop.odoo_key = "another-key-99"
    shop.save()
    text = administrator.get(reverse("connection-changes", args=[shop.pk])).content.decode()
    assert re.search(r': 2</span>: <del class="text-secondary">8</del>.*?9', text, re.DOTALL)
    assert "API key or password" in text
    assert "another-key-99" not in text
    for secret in scene.SECRETS.values():
        assert secret not in text


def test_only_the_changes_of_that_connection_are_shown(
    shop: Connection, as_role: Callable[[str], Client], administrator: Client
) -> None:
    other = scene.connection("Shop BE", settings={"batch_size": 33})
    text = administrator.get(reverse("connection-changes", args=[shop.pk])).content.decode()
    assert "Shop BE" not in text
    assert "Shop BE" in administrator.get(reverse("connection-changes", args=[other.pk])).content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "0"])
def test_nonsense_in_the_address_does_no_harm(shop: Connection, administrator: Client, before: Any) -> None:
    place = reverse("connection-changes", args=[shop.pk])
    assert administrator.get(place, {"before": before}).status_code == 200


# What each needs


def test_what_a_flow_lacks_stands_below_its_switch_with_when_it_was_looked_at(
    shop: Connection, administrator: Client
) -> None:
    assert "Nobody has looked yet" in administrator.get(place(shop)).content.decode()

    def look(connection_id: int) -> None:
        seen = {"models": ["sale.order", "account.move"], "refused": [], "product_role": "", "statuses": ["completed"]}
        needs_look.note(connection_id, {**seen, "store_version": "10.3", "shows_pictures": True})

    with mock.patch("woodoo.wiring.look_for_needs", side_effect=look):
        answer = administrator.post(reverse("features-look", args=[shop.pk]))
    text = administrator.get(answer["Location"]).content.decode()
    assert "Both sides were asked for what each needs" in text
    row = text[text.index('name="send_stock"') :]
    assert "Odoo lacks the app Inventory." in row[: row.index('name="send_customers"')]
    orders = text[text.index('name="take_orders"') : text.index('name="take_refunds"')]
    assert "No tax of the store is mapped to one of Odoo." in orders
    shop.settings = {"tax_map": {"1": 7}, "journal_map": {"stripe": 9}}
    shop.save()
    assert "No tax of the store is mapped" not in administrator.get(place(shop)).content.decode(), "settings of now"


def test_a_page_asks_nobody(shop: Connection, administrator: Client) -> None:
    with mock.patch("woodoo.wiring.look_for_needs", side_effect=AssertionError("asked")):
        assert administrator.get(place(shop)).status_code == 200
