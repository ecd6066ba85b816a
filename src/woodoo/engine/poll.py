"""Looks at what changed on both sides, for events that never arrived.

Decides that one poll of a connection runs at a time, wherever, and that none runs while the connection rests.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from woodoo.domain.errors import RemoteDown, WoodooError
from woodoo.engine import breaker, db, registry
from woodoo.engine.models import Breaker

log = logging.getLogger(__name__)


def poll(connection_id: int) -> bool:
    """Run the pollers of a connection and return whether all of them came through.

    What a poller raises is noted with the connection (`Poll.message`) and ends this poll; the next one comes.
    """
    with _alone(connection_id) as alone:
        if not alone or breaker.paused(connection_id):
            return False
        try:
            lanes = registry.resolve(connection_id)
            if not lanes.enabled:
                return False
            for poller in lanes.pollers:
                poller(connection_id)
        except Exception as exc:
            _note_failure(connection_id, exc)
            return False
        _note(connection_id)
        if Breaker.objects.filter(connection_id=connection_id, failures__gt=0, side="store").exists():
            breaker.reset(connection_id)  # the pollers have just heard from the store
    return True


def _note_failure(connection_id: int, error: Exception) -> None:
    kind = type(error).__name__ if isinstance(error, WoodooError) else "InternalError"
    if isinstance(error, RemoteDown):
        breaker.trip(connection_id, side=error.side, reason=error.message, retry_after=error.retry_after)
    if isinstance(error, WoodooError):
        log.warning("poll failed", extra={"connection": connection_id, "kind": kind})
        _note(connection_id, error.message, kind, error.fix)
    else:
        log.error("poll failed", extra={"connection": connection_id, "kind": kind}, exc_info=error)
        _note(connection_id, f"Woodoo made a mistake ({type(error).__name__}); the details are in the log.", kind)


def _note(connection_id: int, message: str = "", kind: str = "", fix: str = "") -> None:
    db.change(
        """INSERT INTO engine_poll (connection_id, due_at, polled_at, message, error_kind, fix)
           VALUES (%(id)s, now(), now(), %(message)s, %(kind)s, %(fix)s)
           ON CONFLICT (connection_id) DO UPDATE SET
               polled_at = now(), message = EXCLUDED.message, error_kind = EXCLUDED.error_kind, fix = EXCLUDED.fix""",
        {"id": connection_id, "message": message, "kind": kind, "fix": fix},
    )


@contextmanager
def _alone(connection_id: int) -> Iterator[bool]:
    """Hold the right to poll a connection. It ends with the database session, so a killed worker gives it up."""
    ((alone,),) = db.rows("SELECT pg_try_advisory_lock(hashtextextended('woodoo:poll', %s))", [connection_id])
    try:
        yield bool(alone)
    finally:
        if alone:
            db.rows("SELECT pg_advisory_unlock(hashtextextended('woodoo:poll', %s))", [connection_id])
