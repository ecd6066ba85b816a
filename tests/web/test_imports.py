"""The page of a connection's history: begin an import, follow it, pause, resume and stop it."""

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
from woodoo.domain.history import OrderRange
from woodoo.engine.models import HISTORY, Import, Work

from . import scene

FRAGMENT = {"HX-Request": "true"}


class Past:
    """A store with some orders in any range."""

    def __init__(self) -> None:
        self.total = 250
        self.asked: list[OrderRange] = []

    def count(self, wanted: OrderRange) -> int:
        self.asked.append(wanted)
        return self.total


@pytest.fixture
def past(shop: Connection) -> Iterator[Past]:
    given = Past()
    with mock.patch("woodoo.wiring.history_of", return_value=given):
        yield given


def text_of(answer: Any) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def look(client: Client, shop: Connection, **how: Any) -> Any:
    return client.get(reverse("history", args=[shop.pk]), **how)


def begin(client: Client, shop: Connection, **given: Any) -> Any:
    return client.post(reverse("import-start", args=[shop.pk]), given, follow=True)


def change(client: Client, of: Import, what: str) -> Any:
    return client.post(reverse("import-change", args=[of.pk, what]), follow=True)


def test_an_import_begins(operator: Client, shop: Connection, past: Past) -> None:
    answer = begin(operator, shop, **{"from": "2025-01-01", "to": "2025-12-31", "status": ["completed", "on-hold"]})
    made = Import.objects.get()
    assert (made.dry_run, made.total, made.state) == (False, 250, "listing")
    assert made.wanted["statuses"] == ["completed", "on-hold"]
    assert made.started_by.startswith("operator-")
    assert f"Import {made.pk} has begun: orders of 2025-01-01 to 2025-12-31, completed or on-hold." in text_of(answer)


def test_a_dry_run_begins(operator: Client, shop: Connection, past: Past) -> None:
    answer = begin(operator, shop, ids="1000-2000", dry_run="1")
    made = Import.objects.get()
    assert (made.dry_run, made.title) == (True, "orders with ids 1000 to 2000")
    assert f"Dry run {made.pk} has begun" in text_of(answer)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Which orders are meant was not said."),
        ({"from": "2025-12-31", "to": "2025-01-01"}, "The range ends before it begins"),
        ({"from": "2999-01-01"}, "lies in the future"),
        ({"ids": "abc"}, "&#x27;abc&#x27; is no range of ids."),
        ({"ids": "<b>9</b>"}, "&#x27;&lt;b&gt;9&lt;/b&gt;&#x27; is no range of ids."),
        ({"ids": "1-2", "from": "2025-01-01"}, "Days and ids were given."),
        ({"ids": "1-2", "status": ["x'; DROP"]}, "is no order status."),
    ],
)
def test_what_cannot_be_imported_is_said_and_what_was_typed_stays(
    operator: Client, shop: Connection, past: Past, given: dict[str, Any], says: str
) -> None:
    answer = begin(operator, shop, **given)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert says in page
    for name in ("from", "to"):
        if name in given:
            assert f'name="{name}" value="{given[name]}"' in page
    assert (past.asked, Import.objects.count()) == ([], 0)


def test_the_chosen_statuses_stay_chosen(operator: Client, shop: Connection, past: Past) -> None:
    page = begin(operator, shop, status=["completed"]).content.decode()
    assert re.findall(r'value="([a-z-]+)" checked', page) == ["completed"]


def test_statuses_of_plugins_can_be_chosen_once_the_settings_name_them(operator: Client, shop: Connection) -> None:
    shop.settings = {"status_steps": {"shipped": "deliver", "checkout-draft": "ignore", "completed": "deliver"}}
    shop.save()
    page = look(operator, shop).content.decode()
    assert re.findall(r'name="status" value="([a-z-]+)"', page)[-3:] == ["refunded", "failed", "shipped"]


def test_a_range_without_orders_a_store_that_is_down_and_a_connection_that_is_off(
    operator: Client, shop: Connection, past: Past
) -> None:
    past.total = 0
    assert "The store has no orders with ids 1 to 2." in text_of(begin(operator, shop, ids="1-2"))
    with mock.patch.object(past, "count", side_effect=RemoteDown("shop.example.com does not answer.", side="store")):
        assert "shop.example.com does not answer." in text_of(begin(operator, shop, ids="1-2"))
    Connection.objects.update(enabled=False)
    assert "Connection Shop NL is switched off, so nothing can be imported." in text_of(
        begin(operator, shop, ids="1-2")
    )
    assert not Import.objects.exists()


def test_a_second_import_of_the_same_orders_is_refused(operator: Client, shop: Connection, past: Past) -> None:
    first = scene.history(shop)
    assert f"Import {first.pk} (orders of 2025-01-01 to 2025-12-31) has not ended" in text_of(
        begin(operator, shop, ids="1-2")
    )


def test_progress_is_shown_and_refreshes_itself(viewer: Client, shop: Connection) -> None:
    made = scene.history(shop, "working", listed=1240, known=40, listed_at=timezone.now())
    for number, state in enumerate(
        ["done"] * 6 + ["parked"] * 2 + ["skipped", "failed", "running", "ready", "waiting"]
    ):
        scene.work(shop, str(number), state, import_id=made.pk, priority=HISTORY)
    page = look(viewer, shop)
    said = text_of(page)
    for words in ("50 of 1240 through", "40 there already", "6 done", "2 parked", "1 failed", "2 queued", "1 running"):
        assert words in said
    assert '<progress class="through" max="100" value="4"' in page.content.decode()
    assert f'hx-get="{reverse("history", args=[shop.pk])}" hx-trigger="every 3s"' in page.content.decode()
    part = look(viewer, shop, headers=FRAGMENT)
    assert "50 of 1240 through" in text_of(part)
    assert "<html" not in part.content.decode()


def test_what_a_dry_run_found(viewer: Client, shop: Connection) -> None:
    found = {
        "orders": 1240, "create": 1100, "complete": 1, "there": 20, "skipped": 105, "parked": 14,
        "skipped_because": [{"reason": "… is 'cancelled' in the store.", "count": 105, "examples": ["7", "8"]}],
        "parked_because": [{"reason": "SKU <b>X</b> was not found.", "count": 14, "examples": ["9"]}],
        "waits_because": [],
        "totals": {"EUR": "84210.55", "USD": "320.00"},
    }  # fmt: skip
    scene.history(
        shop, "done", dry_run=True, result=found, listed=1240, listed_at=timezone.now(), finished_at=timezone.now()
    )
    page = look(viewer, shop)
    said = text_of(page)
    assert "1100 would be brought over (in all 84210.55 EUR, 320.00 USD)" in said
    assert "105 … is &#x27;cancelled&#x27; in the store. (7, 8, …)" in said
    assert "SKU &lt;b&gt;X&lt;/b&gt; was not found." in page.content.decode()
    assert "1240 of 1240 through" in said


def test_an_import_that_has_failed_says_why(viewer: Client, shop: Connection) -> None:
    scene.history(shop, "failed", message="The store refuses the key.", fix="Enter a new one.")
    assert "The store refuses the key. Enter a new one." in text_of(look(viewer, shop))


def test_pause_resume_and_stop(operator: Client, shop: Connection) -> None:
    made = scene.history(shop)
    for what, state, says in (
        ("pause", "paused", "is paused."),
        ("resume", "listing", "goes on."),
        ("stop", "stopped", "is stopped; what it has brought over stays."),
    ):
        said = text_of(change(operator, made, what))
        made.refresh_from_db()
        assert (made.state, f"Import {made.pk} {says}" in said) == (state, True)
    said = text_of(change(operator, made, "resume"))
    assert f"Import {made.pk} cannot be resumed: it is stopped." in said
    assert "Nothing was changed" in text_of(change(operator, made, "explode"))
    assert operator.post(reverse("import-change", args=[made.pk + 1, "stop"])).status_code == 404


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("listing", {"pause", "stop"}),
        ("working", {"pause", "stop"}),
        ("paused", {"resume", "stop"}),
        ("failed", {"resume", "stop"}),
        ("done", set()),
        ("stopped", set()),
    ],
)
def test_only_what_makes_sense_is_offered(operator: Client, shop: Connection, state: str, offered: set[str]) -> None:
    made = scene.history(shop, state)
    page = look(operator, shop).content.decode()
    assert set(re.findall(rf'action="/imports/{made.pk}/(\w+)/"', page)) == offered


def test_a_viewer_follows_and_changes_nothing(viewer: Client, shop: Connection) -> None:
    scene.history(shop)
    page = look(viewer, shop).content.decode()
    assert "orders of 2025-01-01 to 2025-12-31" in page
    assert "/imports/" not in page
    assert reverse("import-start", args=[shop.pk]) not in page


def test_imports_of_other_connections_are_not_shown(viewer: Client, shop: Connection) -> None:
    scene.history(scene.connection("Other"))
    assert "Nothing was imported yet" in text_of(look(viewer, shop))


def test_orders_of_an_import_say_where_they_come_from(operator: Client, shop: Connection) -> None:
    order = scene.work(shop, "7")
    scene.event(order, "import 3", source="import")
    assert Work.objects.get().pk == order.pk
    assert "An import of history came to it import 3" in text_of(operator.get(reverse("journey", args=[order.pk])))
