"""Pauses of the engine pass at once: everything a connection waits for moves nearer by the same time.

Decides when that is fair: nobody is at work on the connection, and both sides have ended what they were asked; the
caller sees to the second. Then nothing could happen in the meantime but the waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from ...engine import db


@dataclass(frozen=True)
class Look:
    """How a connection stands."""

    #: Whether nothing is waiting or at work.
    settled: bool
    #: Whether nothing can go on before some time has passed.
    resting: bool
    #: Seconds until the next thing may go on.
    seconds: float


def look(connection_id: int) -> Look:
    """See how a connection stands."""
    ((busy, held, due, seconds),) = db.rows(
        """WITH w AS (SELECT * FROM engine_work WHERE connection_id = %(id)s),
                b AS (SELECT * FROM engine_breaker WHERE connection_id = %(id)s AND failures > 0),
                moments AS (
                    SELECT due_at AS at FROM w WHERE state IN ('ready', 'waiting')
                    UNION ALL SELECT paused_until FROM b
                    UNION ALL SELECT probe_until FROM b
                    UNION ALL SELECT lease_until FROM w WHERE state = 'running'
                    UNION ALL SELECT c.started_at + make_interval(secs => %(call)s)
                                FROM engine_call c JOIN w ON w.lease_token = c.batch
                               WHERE w.state = 'running' AND c.system = 'odoo' AND c.status = '')
           SELECT (SELECT count(*) FROM w WHERE state IN ('ready', 'running', 'waiting')),
                  (SELECT count(*) FROM w WHERE state = 'running' AND lease_until > now()),
                  (SELECT count(*) FROM w WHERE state IN ('ready', 'waiting') AND due_at <= now()
                      AND NOT EXISTS (SELECT 1 FROM b WHERE paused_until > now() OR probe_until > now())),
                  (SELECT extract(epoch FROM min(at) - now())::float8 FROM moments WHERE at > now())""",
        {"id": connection_id, "call": settings.WOODOO_CALL_SECONDS},
    )
    return Look(settled=not busy, resting=bool(busy and not held and not due), seconds=seconds or 0.0)


def forward(connection_id: int, seconds: float) -> None:
    """Let time pass for a connection."""
    params = {"id": connection_id, "by": seconds}
    with transaction.atomic():
        for statement in _FORWARD:
            db.change(statement, params)


def forget_trouble(connection_id: int) -> None:
    """Count neither the attempts nor the vanished workers so far, so that one trial has room for many mishaps."""
    db.change(
        """UPDATE engine_work SET crashes = 0, attempts = CASE WHEN state = 'running' THEN attempts ELSE 0 END
            WHERE connection_id = %s""",
        [connection_id],
    )


_FORWARD = (
    """UPDATE engine_work SET due_at = due_at - make_interval(secs => %(by)s),
              lease_until = lease_until - make_interval(secs => %(by)s) WHERE connection_id = %(id)s""",
    """UPDATE engine_breaker SET paused_until = paused_until - make_interval(secs => %(by)s),
              probe_until = probe_until - make_interval(secs => %(by)s) WHERE connection_id = %(id)s""",
    "UPDATE engine_call SET started_at = started_at - make_interval(secs => %(by)s) WHERE connection_id = %(id)s",
    """UPDATE engine_link SET odoo_hash = (odoo_hash::timestamptz - make_interval(secs => %(by)s))::text
        WHERE connection_id = %(id)s AND kind = 'sent_refund' AND odoo_hash LIKE '____-%%'""",
    """UPDATE engine_run r SET started_at = r.started_at - make_interval(secs => %(by)s)
         FROM engine_work w WHERE w.id = r.work_id AND w.connection_id = %(id)s""",
)
