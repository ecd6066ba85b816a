"""What is measured: every figure, by the connections its reader reaches, and for nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from woodoo.connections.models import Connection
from woodoo.engine import meters
from woodoo.engine.models import Breaker, Call, Completeness, Event
from woodoo.runtime.addresses import networks_in
from woodoo.web import metrics, tallies
from woodoo.web.tallies import Reason

from . import scene
from .api import Program, program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_FRESH", 0.0)
    monkeypatch.setattr(meters, "_EVERY", 0)


def figures(asks: Program) -> dict[tuple[str, ...], float]:
    """Name and labels, in the order of their names → figure."""
    answer = asks.client.get("/metrics")
    assert answer.status_code == 200, answer.content
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_strangers_read_nothing(shop: Connection) -> None:
    assert Client().get("/metrics").status_code == 401
    assert Program("woodoo_" + "a" * 43).client.get("/metrics").status_code == 401


def test_a_network_that_may_read_needs_no_token(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOODOO_METRICS_NETWORKS", "192.0.2.0/24")
    monkeypatch.setattr(settings, "WOODOO_METRICS_NETWORKS", networks_in("WOODOO_METRICS_NETWORKS"))
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="198.51.100.7").get("/metrics").status_code == 401


def test_a_token_for_one_connection_reads_of_that_one_alone(shop: Connection) -> None:
    other = scene.connection("Other", store_url="https://other.example.com")
    scene.work(shop, "1"), scene.work(other, "2", "parked", message="No journal.")
    found = figures(program("viewer", on=[shop.pk]))
    assert ("woodoo_records", "Shop NL", "order", "done") in found
    assert not [key for key in found if "Other" in key]
    assert not [key for key in found if key[0].startswith(("woodoo_info", "woodoo_workers", "woodoo_disk"))]
    everything = figures(program("viewer"))
    assert [key for key in everything if "Other" in key]
    assert everything["woodoo_disk_free_bytes",] > 0


def test_records_queues_and_causes_are_counted(shop: Connection) -> None:
    now = timezone.now()
    for number in ("1", "2"):
        scene.work(shop, number, "parked", message="No journal.", cause="No journal", place="settings -> journals")
    scene.work(shop, "3", "failed", cause="its total differs from the store", place="account.move")
    scene.work(shop, "4", "ready", due_at=now - timedelta(seconds=90))
    scene.work(shop, "5", "waiting", due_at=now + timedelta(hours=1))
    found = figures(program("viewer"))
    assert found["woodoo_records", "Shop NL", "order", "parked"] == 2
    assert found["woodoo_queue_due", "Shop NL", "orders"] == 1
    assert found["woodoo_queue_oldest_seconds", "Shop NL", "orders"] > 60
    assert found["woodoo_mismatches", "Shop NL"] == 1
    held = {key[4:]: value for key, value in found.items() if key[0] == "woodoo_records_held_up" and value}
    assert held == {("settings -> journals", "parked"): 2, ("account.move", "failed"): 1}


def test_an_order_is_delayed_from_its_news_on_not_from_its_first_day(shop: Connection) -> None:
    now, old = timezone.now(), timezone.now() - timedelta(days=3)
    late = scene.work(shop, "1", "parked", created_at=old)
    scene.event(late, at=old)
    again = scene.work(shop, "2", "parked", created_at=old, generation=2)  # done once, changed a minute ago
    scene.run(again, "done", at=old)
    scene.event(again, at=now - timedelta(minutes=1))
    Event.objects.filter(record="2").update(generation=2)
    scene.work(shop, "3", "done", created_at=old)
    scene.work(shop, "4", "ready", created_at=old, priority=10)  # history
    assert figures(program("viewer"))["woodoo_orders_delayed", "Shop NL"] == 1


def test_calls_are_counted_once_by_how_long_they_took(shop: Connection) -> None:
    work = scene.work(shop, "1")
    run = scene.run(work, at=timezone.now() - timedelta(minutes=10))
    for took in (40, 84, 700, 90_000):
        scene.call(run, "sale.order load", duration_ms=took)
    scene.call(run, "under way", duration_ms=None)
    scene.call(run, "too new", started_at=timezone.now())
    for _ in range(2):
        found = figures(program("viewer"))
        assert found["woodoo_remote_call_seconds_count", "Shop NL", "odoo"] == 4
        assert found["woodoo_remote_call_seconds_sum", "Shop NL", "odoo"] == pytest.approx(90.824)
        assert found["woodoo_remote_call_seconds_bucket", "Shop NL", "0.05", "odoo"] == 1
        assert found["woodoo_remote_call_seconds_bucket", "Shop NL", "1.0", "odoo"] == 3
        assert found["woodoo_remote_call_seconds_bucket", "Shop NL", "60.0", "odoo"] == 3
    Call.objects.all().delete()
    assert figures(program("viewer"))["woodoo_remote_call_seconds_count", "Shop NL", "odoo"] == 4


def test_calls_of_later_are_added(shop: Connection) -> None:
    work = scene.work(shop, "1")
    run = scene.run(work, at=timezone.now() - timedelta(minutes=10))
    scene.call(run, "one", batch=uuid.uuid4())
    figures(program("viewer"))
    connection_moves_back(minutes=5)
    scene.call(run, "two", started_at=timezone.now() - timedelta(minutes=4))
    assert figures(program("viewer"))["woodoo_remote_call_seconds_count", "Shop NL", "odoo"] == 2


def connection_moves_back(minutes: int) -> None:
    """As if what was added up last had been so long ago."""
    from woodoo.engine import db

    db.change(
        "UPDATE engine_cursor SET value = (value::timestamptz - make_interval(mins => %s))::text WHERE name = 'meters'",
        [minutes],
    )


def test_webhooks_taken_in_and_refused_are_counted(shop: Connection) -> None:
    work = scene.work(shop, "1")
    for source in ("webhook", "webhook", "poll"):
        scene.event(work, source=source, at=timezone.now() - timedelta(minutes=10))
    tallies.tally(shop.pk, Reason.SIGNATURE)
    found = figures(program("viewer"))
    assert found["woodoo_webhooks_received_total", "Shop NL"] == 2
    assert found["woodoo_webhooks_without_work_total", "Shop NL", "signature"] == 1


def test_sides_that_are_down_and_completeness_are_told(shop: Connection) -> None:
    now = timezone.now()
    Breaker.objects.create(connection_id=shop.pk, failures=2, side="odoo", since=now - timedelta(minutes=2))
    Completeness.objects.create(
        connection_id=shop.pk, lane="orders", complete_at=now - timedelta(minutes=3), counted_at=now, gap_count=4
    )
    found = figures(program("viewer"))
    assert found["woodoo_side_down_seconds", "Shop NL", "odoo"] > 90
    assert found["woodoo_complete_as_of_age_seconds", "Shop NL"] > 150
    assert found["woodoo_gap_orders", "Shop NL"] == 4
    assert found["woodoo_connection_on", "Shop NL"] == 1


def test_no_figure_names_a_record_or_a_person(db: None) -> None:
    scene.busy_shop()
    text = program("viewer").client.get("/metrics").content.decode()
    assert "1057" not in text
    assert "Ana" not in text
