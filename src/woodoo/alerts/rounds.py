"""One round of the alerts: look, note, write down what is to be said, send it.

Decides that one process at a time does it, wherever it runs: the right to it is a lock of the database session, which
ends with the process. Workers do it, and web processes, so that somebody tells when no worker is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from woodoo.engine import db
from woodoo.engine.cursors import get_cursor, set_cursor

from . import book, outbox, post
from .conditions import conditions
from .facts import look
from .facts import now as db_now
from .kinds import EVERYWHERE

#: Seconds between two rounds, over all processes.
SECONDS = 10.0
_LOCK = "woodoo:alerts"
#: Where the last round is noted (`engine.cursors`).
_CURSOR = "alerts"


def watch() -> bool:
    """Do a round where the last one, wherever it was, is some seconds ago; return whether it was done here."""
    last, now = last_round(), db_now()
    if last is not None and timedelta(0) <= now - last < timedelta(seconds=SECONDS):
        return False
    return go_round()


def last_round() -> datetime | None:
    """Return when the last round began; None before the first."""
    noted = get_cursor(EVERYWHERE, _CURSOR)
    return datetime.fromisoformat(noted) if noted else None


def go_round() -> bool:
    """Do a round, unless another process is at it, and return whether it was done here."""
    with _alone() as alone:
        if not alone:
            return False
        facts = look()
        set_cursor(EVERYWHERE, _CURSOR, facts.now.isoformat())
        book.note(conditions(facts), facts.now)
        book.forget_connections(one.id for one in facts.connections)
        book.expire(facts.now)
        outbox.write(facts.now)
        post.deliver()
    return True


@contextmanager
def _alone() -> Iterator[bool]:
    ((alone,),) = db.rows("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
    try:
        yield bool(alone)
    finally:
        if alone:
            db.rows("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])
