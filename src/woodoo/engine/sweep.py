"""Puts right what was left lying: records of workers that vanished, retries that are due, rings that got lost.

Decides how often a host looks (every few seconds, one host at a time), so that nothing depends on a ring arriving.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction

from woodoo.engine import chores, clock, course, db, finding, lease, retention, totals
from woodoo.engine.wake import wake

log = logging.getLogger(__name__)


def sweep() -> int:
    """Free what workers left behind, ring for every lane in which something may go, and return how many lanes."""
    with transaction.atomic():
        if not _mine("sweep"):
            return 0
        clock.heed()
        freed = lease.take_back_expired()
        if freed:
            log.warning("took records back from a worker that vanished", extra={"count": len(freed)})
        lost = chores.take_back_lost()
        if lost:
            log.warning("took chores back from a worker that vanished", extra={"count": lost})
        due = db.rows(
            """SELECT DISTINCT w.connection_id, w.lane
                 FROM engine_work w LEFT JOIN engine_breaker b USING (connection_id)
                WHERE w.state IN ('ready', 'waiting') AND w.due_at <= now()
                  AND (b.paused_until IS NULL OR b.paused_until <= now())"""
        )
        for connection_id, lane in sorted(due):
            wake(connection_id, lane)
    return len(due)


def tidy() -> int:
    """Delete what is too old or too much (retention.py), and jobs of workers that are gone; return how many rows."""
    with transaction.atomic():
        if not _mine("tidy"):
            return 0
        gone = retention.expire(settings.WOODOO_KEEP_DAYS) + retention.fit(settings.WOODOO_KEEP_MB)
        finding.forget_people(settings.WOODOO_KEEP_DAYS)
        course.fold()
        totals.fold()
        # A worker that was killed leaves its job "doing" for ever; Procrastinate forgets the worker after a while.
        gone += db.change(
            """DELETE FROM procrastinate_jobs j
                WHERE j.status NOT IN ('todo', 'doing')
                   OR (j.status = 'doing' AND j.worker_id IS NULL
                       AND NOT EXISTS (SELECT 1 FROM procrastinate_events e
                                        WHERE e.job_id = j.id AND e.at > now() - interval '1 hour'))"""
        )
    return gone


def _mine(chore: str) -> bool:
    """Whether this host may do the chore now; held until the end of the transaction."""
    ((taken,),) = db.rows("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"woodoo:{chore}"])
    return bool(taken)
