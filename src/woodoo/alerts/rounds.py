"""One round of the alerts: look, note, write down what is to be said, send it.

Decides that one process at a time does it, wherever it runs: the right to it is a lock of the database session, which
ends with the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from woodoo.engine import db

from . import book, outbox, post
from .conditions import conditions
from .facts import look

#: Seconds between two rounds.
SECONDS = 10.0
_LOCK = "woodoo:alerts"


def go_round() -> bool:
    """Do a round, unless another process is at it, and return whether it was done here."""
    with _alone() as alone:
        if not alone:
            return False
        facts = look()
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
