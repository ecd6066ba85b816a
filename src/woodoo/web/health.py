"""Says in one line of JSON whether the service is well, for machines that watch it.

Decides that it names no store, no address and no count: anybody may ask.

| address         | asks                            | 503 where                                                       |
|-----------------|---------------------------------|-----------------------------------------------------------------|
| `/health`       | is all well?                    | the database does not answer                                    |
| `/health/live`  | does this process still answer? | never; who gets no answer starts it again                       |
| `/health/ready` | may requests be sent here?      | the database does not answer, or its tables are not those of    |
|                 |                                 | this version, or no key opens the secrets                       |
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from woodoo.alerts.conditions import LEAST_DISK
from woodoo.connections import keys
from woodoo.domain.errors import ConfigError
from woodoo.runtime.home import home

#: A worker that said nothing for this long counts as gone.
SILENT = timedelta(seconds=60)
#: Whether the tables were seen to be those of this version; that does not change while a process lives.
_migrated = False


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 where the database answers, else 503. What is not well is named beside it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        workers: int | None = workers_alive()
    except DatabaseError:
        return _json({"status": "down", "database": "unreachable", "reasons": ["database"]}, 503)
    reasons = [*([] if workers else ["no worker"]), *([] if _has_room() else ["disk"])]
    status = "degraded" if reasons else "ok"
    return _json({"status": status, "database": "ok", "workers": workers, "reasons": reasons}, 200)


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer."""
    return _json({"status": "ok"}, 200)


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 where requests can be served here, else 503 with the reasons."""
    reasons = _not_ready()
    return _json({"status": "not ready" if reasons else "ok", "reasons": reasons}, 503 if reasons else 200)


def workers_alive() -> int:
    """Return how many workers have given a sign of life lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s", [timezone.now() - SILENT]
        )
        return int(cursor.fetchone()[0])


def _not_ready() -> list[str]:
    reasons = []
    try:
        if not _tables_fit():
            reasons.append("tables")
    except DatabaseError:
        reasons.append("database")
    try:
        keys.locksmith()
    except ConfigError:
        reasons.append("keys")
    return reasons


def _tables_fit() -> bool:
    global _migrated
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _has_room() -> bool:
    try:
        return shutil.disk_usage(home()).free >= LEAST_DISK
    except OSError:
        return True


def _json(content: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"})
