"""The clock of the database is put back or ahead: nothing waits longer for that, and no batch loses what it holds.

| the clock is put | what is set by it                                   | is moved |
|------------------|-----------------------------------------------------|----------|
| back             | what is due, pauses, chores, leases                 | back     |
| ahead            | leases at work, calls under way and what waits for them | ahead |

Decides that it is noticed by comparing with the own clock of a worker process that cannot be put (monotonic), and with
what the sweep before noted. Steps that are too small to matter, and what was written since, are left alone.
"""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings

from woodoo.engine import db
from woodoo.engine.breaker import LONGEST_RETRY_AFTER

log = logging.getLogger(__name__)

#: Seconds by which the clock has to be put back, or ahead, to be moved along with. Ahead has to be more than there is
#: between two sweeps, for then what was written before and after can be told apart.
BACK, AHEAD = 2.0, 15.0

#: When this process looked last, by the clock of the database and by its own.
_last: tuple[float, float] | None = None
_lock = threading.Lock()


def heed() -> float:
    """Move along with the clock where it was put, and return by how many seconds it was; 0.0 where it was not.

    Call it within the transaction of a sweep, of which there is one at a time over all hosts: each step is moved once.
    """
    marked, now = _mark()
    measured = _measured(now)
    if marked is None:
        return 0.0
    if now < marked - BACK:
        jump = min(measured, now - marked)
        _back(-jump)
    elif measured > AHEAD and marked < now - measured / 2:
        jump = measured
        _ahead(jump)
    else:
        return 0.0
    log.warning("the clock of the database was put", extra={"seconds": round(jump, 1)})
    return jump


def _mark() -> tuple[float | None, float]:
    """Note the time for the next sweep, of whatever host; return what the one before noted, and what time it is."""
    ((marked, now),) = db.rows(
        """WITH before AS (SELECT value FROM engine_cursor WHERE connection_id = 0 AND name = 'clock'),
                noted AS (
                    INSERT INTO engine_cursor (connection_id, name, value, updated_at)
                    SELECT 0, 'clock', extract(epoch FROM now())::text, now()
                    ON CONFLICT (connection_id, name) DO UPDATE SET value = EXCLUDED.value, updated_at = now())
           SELECT (SELECT value::float8 FROM before), extract(epoch FROM now())::float8"""
    )
    return marked, float(now)


def _measured(now: float) -> float:
    """Return by how much more the database's clock has gone on than ours since this process looked last."""
    global _last
    own = time.monotonic()
    with _lock:
        before, _last = _last, (now, own)
    return 0.0 if before is None else (now - before[0]) - (own - before[1])


def _back(seconds: float) -> None:
    """What was to be in the future, as the clock went before, comes as soon as was meant.

    Held back for years is what an import that is paused has put on the list. What waits for Odoo to end a call is moved
    only where that was written before.
    """
    params = {"by": seconds, "lease": settings.WOODOO_LEASE_SECONDS, "most": seconds + 2 * LONGEST_RETRY_AFTER}
    for statement in (
        """UPDATE engine_work SET due_at = due_at - make_interval(secs => %(by)s),
                                  updated_at = LEAST(updated_at, now())
            WHERE due_at > now() AND due_at < now() + make_interval(secs => %(most)s)
              AND state IN ('ready', 'waiting') AND (error_kind <> 'OutcomeUnknown' OR updated_at > now())""",
        """UPDATE engine_work SET lease_until = lease_until - make_interval(secs => %(by)s)
            WHERE state = 'running' AND lease_until > now() + make_interval(secs => %(lease)s)""",
        """UPDATE engine_breaker SET paused_until = paused_until - make_interval(secs => %(by)s),
                                     probe_until = probe_until - make_interval(secs => %(by)s),
                                     since = LEAST(since, now())
            WHERE GREATEST(paused_until, probe_until) > now()""",
        "UPDATE engine_chore SET due_at = due_at - make_interval(secs => %(by)s) WHERE due_at > now()",
        """UPDATE engine_import SET due_at = due_at - make_interval(secs => %(by)s)
            WHERE due_at > now() AND finished_at IS NULL""",
    ):
        db.change(statement, params)


def _ahead(seconds: float) -> None:
    """Who was at work when the clock was put still is, and Odoo is no nearer to the end of a call."""
    params = {"by": seconds, "lease": settings.WOODOO_LEASE_SECONDS}
    for statement in (
        """UPDATE engine_call SET started_at = started_at + make_interval(secs => %(by)s)
            WHERE status = '' AND system = 'odoo' AND started_at < now() - make_interval(secs => %(by)s)
              AND batch IN (SELECT lease_token FROM engine_work WHERE state = 'running')""",
        """UPDATE engine_work SET lease_until = lease_until + make_interval(secs => %(by)s)
            WHERE state = 'running' AND lease_until < now() + make_interval(secs => %(lease)s - %(by)s)""",
        """UPDATE engine_work SET due_at = due_at + make_interval(secs => %(by)s)
            WHERE state = 'waiting' AND error_kind = 'OutcomeUnknown'
              AND due_at > now() - make_interval(secs => %(by)s)
              AND updated_at < now() - make_interval(secs => %(by)s)""",
    ):
        db.change(statement, params)
