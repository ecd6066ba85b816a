"""Records of test runs are shown as such, and count nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.engine import gauges
from woodoo.engine.held import held_up
from woodoo.engine.models import Breaker, Work
from woodoo.web.overview import known_of
from woodoo.web.pauses import pauses_of

from . import scene


@pytest.fixture
def shop(shop: Connection) -> Connection:
    scene.work(shop, "1", "done")
    scene.work(shop, "2", "parked", message="No journal.", cause="No journal")
    for record, state in (("901", "parked"), ("902", "failed"), ("903", "done"), ("904", "waiting"), ("905", "ready")):
        scene.work(shop, record, state, trial=True, message="Of a test.", cause="Of a test")
    return shop


def test_tallies_and_figures_leave_them_out(shop: Connection) -> None:
    assert dict(known_of([shop]).counts[shop.pk]) == {"done": 1, "parked": 1}
    assert sorted(gauges.records([shop.pk])) == [(shop.pk, "order", "done", 1), (shop.pk, "order", "parked", 1)]
    assert gauges.queues([shop.pk]) == []
    assert gauges.oldest_due([shop.pk], ["orders"]) == []
    assert [one.cause for one in held_up(shop.pk)] == ["No journal"]


def test_the_last_record_that_was_done_is_one_of_the_shop(shop: Connection) -> None:
    Work.objects.filter(record="1").update(finished_at=timezone.now() - timedelta(days=1))
    assert known_of([shop]).last_done[shop.pk] == Work.objects.get(record="1").finished_at


def test_what_waits_for_a_side_that_is_down_is_counted_without_them(shop: Connection) -> None:
    Breaker.objects.create(connection_id=shop.pk, failures=1, side="odoo", paused_until=timezone.now())
    assert pauses_of([shop.pk])[shop.pk].waiting == 0


def test_pages_and_metrics_leave_them_out(shop: Connection, administrator: Client) -> None:
    home = administrator.get(reverse("home")).content.decode()
    assert "No journal." in home
    assert "Of a test." not in home
    causes = administrator.get(reverse("causes")).content.decode()
    assert "No journal" in causes
    assert "Of a test" not in causes


def test_the_list_shows_them_with_their_mark(shop: Connection, administrator: Client) -> None:
    text = administrator.get(reverse("work")).content.decode()
    assert text.count('title="Of a test run: it counts nowhere"') == 5
    page = administrator.get(reverse("journey", args=[Work.objects.get(record="901").pk])).content.decode()
    assert 'title="Of a test run: it counts nowhere"' in page
