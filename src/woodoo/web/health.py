"""Says in one line of JSON whether the service is well, for machines that watch it.

Decides that it names no store, no address and no count: anybody may ask.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

#: A worker that said nothing for this long counts as gone.
SILENT = timedelta(seconds=60)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 where the database answers, else 503. Workers are reported beside it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        workers: int | None = workers_alive()
    except DatabaseError:
        return _json({"status": "down", "database": "unreachable"}, 503)
    status = "ok" if workers else "degraded"
    return _json({"status": status, "database": "ok", "workers": workers}, 200)


def workers_alive() -> int:
    """Return how many workers have given a sign of life lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s", [timezone.now() - SILENT]
        )
        return int(cursor.fetchone()[0])


def _json(content: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"})
