"""What machines that watch the service are told."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone


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
    assert answer.json() == {"status": "ok", "database": "ok", "workers": 1}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("nobody_works")
def test_without_a_worker_it_is_degraded_but_answers() -> None:
    answer = Client().get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"


@pytest.mark.usefixtures("nobody_works")
def test_without_a_database_it_is_503() -> None:
    with mock.patch("woodoo.web.health.workers_alive", side_effect=OperationalError("gone")):
        answer = Client().get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "unreachable"}
