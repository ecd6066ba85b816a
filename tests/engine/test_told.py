"""How much of what changes in a store its webhooks tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from woodoo.engine.models import Event
from woodoo.engine.told import FAILING, PATIENCE, Told, look_back

from .helpers import OTHER_SHOP, SHOP

pytestmark = pytest.mark.django_db

SINCE = timedelta(days=30)


def came(source: str, record: str, hours_ago: float, shop: int = SHOP, lane: str = "orders") -> None:
    moment = timezone.now() - timedelta(hours=hours_ago)
    Event.objects.create(connection_id=shop, source=source, lane=lane, record=record, received_at=moment)


def told(since: timedelta = SINCE) -> Told:
    return look_back(SHOP, timezone.now() - since)


def test_where_nothing_happened_nothing_is_missed():
    assert (told().told, told().missed, told().failing) == (0, 0, False)


def test_a_change_that_only_the_poll_found_is_missed():
    came("webhook", "1", 2)
    came("poll", "2", 3)
    assert (told().told, told().missed, told().missed_since) == (1, 1, 0)


@pytest.mark.parametrize("minutes", [-14, -1, 1, 14])
def test_a_webhook_before_or_soon_after_the_poll_has_told_it(minutes: int):
    came("poll", "1", 3)
    came("webhook", "1", 3 - minutes / 60)
    assert told().missed == 0


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_webhook_of_another_time_has_not(minutes: int):
    came("poll", "1", 3)
    came("webhook", "1", 3 - minutes / 60)
    assert told().missed == 1


def test_what_was_found_just_now_is_given_time():
    came("poll", "1", (PATIENCE - 60) / 3600)
    assert told().missed == 0


def test_what_was_found_before_the_webhooks_were_set_up_is_not_counted():
    came("poll", "1", 5)
    assert told(timedelta(hours=4)).missed == 0
    assert told(timedelta(hours=6)).missed == 1


def test_a_day_is_looked_back_on():
    came("poll", "1", 25)
    came("webhook", "2", 25)
    assert (told().told, told().missed) == (0, 0)


def test_other_connections_and_other_ways_do_not_count():
    came("poll", "1", 3, shop=OTHER_SHOP)
    for source in ("manual", "import", "retry", "contents", "census"):
        came(source, "2", 3)
    assert told().missed == 0


def test_some_missed_in_a_row_with_none_told_since_are_a_fault():
    came("webhook", "1", 9)
    for number in range(FAILING - 1):
        came("poll", f"2{number}", 8 - number)
    assert not told().failing
    came("poll", "30", 2)
    assert told().failing
    came("webhook", "31", 1)
    assert not told().failing
    assert told().missed == FAILING
