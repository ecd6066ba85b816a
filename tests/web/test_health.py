"""What machines that watch the service are told."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from woodoo.domain.errors import ConfigError
from woodoo.web import health


def heartbeat(seconds_ago: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)",
            [timezone.now() - timedelta(seconds=seconds_ago)],
        )


@pytest.mark.usefixtures("nobody_works")
def test_all_is_well_with_a_worker() -> None:
    heartbeat(0)
    heartbeat(3600)
    answer = Client().get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "workers": 1, "reasons": []}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("nobody_works")
def test_without_a_worker_it_is_degraded_but_answers() -> None:
    answer = Client().get("/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["reasons"]) == ("degraded", ["no worker"])


@pytest.mark.usefixtures("nobody_works")
def test_without_a_database_it_is_503() -> None:
    with mock.patch("woodoo.web.health.workers_alive", side_effect=OperationalError("gone")):
        answer = Client().get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "unreachable", "reasons": ["database"]}


@pytest.mark.usefixtures("nobody_works")
def test_little_room_on_the_disk_is_a_reason() -> None:
    heartbeat(0)
    with mock.patch("woodoo.web.health.shutil.disk_usage", return_value=mock.Mock(free=1024)):
        assert Client().get("/health").json()["reasons"] == ["disk"]


def test_a_process_is_alive_without_a_database() -> None:
    assert Client().get("/health/live").json() == {"status": "ok"}


@pytest.mark.usefixtures("db")
def test_requests_may_come_once_tables_and_keys_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    assert Client().get("/health/ready").json() == {"status": "ok", "reasons": []}
    with mock.patch("woodoo.web.health.keys.locksmith", side_effect=ConfigError("no key")):
        answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["keys"])
    monkeypatch.setattr(health, "_migrated", False)
    with mock.patch("django.db.migrations.executor.MigrationExecutor.migration_plan", return_value=[1]):
        assert Client().get("/health/ready").json()["reasons"] == ["tables"]
    with mock.patch("woodoo.web.health._tables_fit", side_effect=OperationalError("gone")):
        assert Client().get("/health/ready").json()["reasons"] == ["database"]
