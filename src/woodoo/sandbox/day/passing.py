"""Lets time pass for whatever Woodoo waits for: retries, the pauses of a connection, the next turn of its chores.

Decides what does not pass: leases, and the time in which Odoo may still be at a call. A real request is under way then,
and to say that it must have ended would be a lie no clock tells.
"""

from __future__ import annotations

import time
from datetime import datetime

from django.db.models import F

from woodoo.engine import chores, completeness, db, registry, sweep
from woodoo.engine.models import Chore, Work

_WAITS = (
    """UPDATE engine_work SET due_at = due_at - make_interval(secs => %(s)s)
        WHERE state = 'waiting' AND error_kind <> 'OutcomeUnknown'""",
    "UPDATE engine_import SET due_at = due_at - make_interval(secs => %(s)s)",
    "UPDATE engine_breaker SET paused_until = paused_until - make_interval(secs => %(s)s)",
    "UPDATE engine_chore SET due_at = due_at - make_interval(secs => %(s)s)",
    # The next count of all orders is due so long after the end of the last one.
    """UPDATE engine_cursor SET value = jsonb_set(value::jsonb, '{ended_at}',
              to_jsonb((value::jsonb ->> 'ended_at')::timestamptz - make_interval(secs => %(s)s)))::text
        WHERE name LIKE 'count:%%' AND value::jsonb ->> 'ended_at' > ''""",
)


def let_pass(seconds: float) -> None:
    """Bring what Woodoo waits for that much nearer, and look for what is due, as each worker does every few seconds.

    The clocks stay as they are: what was written down keeps its time. `woodoo.wiring.install` was called before.
    """
    for shift in _WAITS:
        db.change(shift, {"s": seconds})
    sweep.sweep()
    chores.ring_due(registry.connections())


def settle(connection_id: int, *, patience: float = 5.0) -> None:
    """Wait until all that is due has been done, but no longer than `patience` seconds."""
    deadline = time.monotonic() + patience
    while _at_work(connection_id) and time.monotonic() < deadline:
        time.sleep(0.2)


def all_accounted(connection_id: int, since: datetime) -> bool:
    """Whether all is at rest, and Woodoo calls itself complete by looks and a count that began after `since`."""
    (standing,) = completeness.standings([connection_id]).values()
    counted = standing.count.ended_at and datetime.fromisoformat(standing.count.began_at) > since
    complete = standing.complete_at and standing.complete_at > since and not standing.gap_count
    looks = Chore.objects.filter(connection_id=connection_id, name__in=("poll", "contents"), well_at__gt=since)
    looked = looks.count() == 2
    return bool(counted and complete and looked and not _at_work(connection_id) and not waiting(connection_id))


def waiting(connection_id: int) -> int:
    """Return how many records wait or are at work."""
    return Work.objects.filter(connection_id=connection_id, state__in=("ready", "running", "waiting")).count()


def _at_work(connection_id: int) -> bool:
    """Whether something was rung for, or somebody is at a record or a chore."""
    ((rung,),) = db.rows("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    chores_begun = Chore.objects.filter(connection_id=connection_id, began_at__gt=F("ended_at"))
    records = Work.objects.filter(connection_id=connection_id, state__in=("ready", "running"))
    return bool(rung or chores_begun.exists() or records.exists())
