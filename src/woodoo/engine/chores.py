"""What is done for a connection again and again: polls, counts, looks after its webhooks.

Decides that one chore of a connection runs at a time, wherever, that none knocks on a side that is down, and that one
whose worker ended in the middle of it does not wait for its next turn.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql.psycopg_any import Jsonb

from woodoo.domain.errors import RemoteDown, WoodooError
from woodoo.engine import breaker, db, registry
from woodoo.engine.registry import Chore
from woodoo.engine.wake import wake_chores

log = logging.getLogger(__name__)

#: Chores this process is at.
_at_work: set[tuple[int, str]] = set()
#: Seconds after which a chore that nobody is at any more is begun again.
_LOST_AFTER = 60.0
#: A chore that comes more often than that, in seconds, is looked at each second (`ring_quick`).
QUICK = 10.0

#: A chore as it is rung for: connection, name, seconds between two, sides.
Wanted = tuple[int, str, float, list[str]]
_quick: list[Wanted] = []


def ring_due(connection_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Ring for the chores that are due and return them. However many hosts ask, each is due once.

    One whose side is down is due as soon as the connection has rested. A connection that cannot be read has none;
    its work says why.
    """
    global _quick
    wanted: list[Wanted] = []
    for number in connection_ids:
        try:
            lanes = registry.resolve(number)
        except WoodooError:
            continue
        wanted += [(number, one.name, one.seconds, sorted(one.sides)) for one in lanes.chores if lanes.enabled]
    _quick = [one for one in wanted if one[2] < QUICK]
    return _ring(wanted)


def ring_quick() -> list[tuple[int, str]]:
    """Ring for the chores among those that come every few seconds, as the last `ring_due` found them.

    One statement, and none at all where no connection has such a chore.
    """
    return _ring(_quick)


def _ring(wanted: Sequence[Wanted]) -> list[tuple[int, str]]:
    if not wanted:
        return []
    found = db.rows(
        """INSERT INTO engine_chore AS c (connection_id, name, due_at, found)
           SELECT v.id, v.name, now() + make_interval(secs => v.seconds), '{}'
             FROM unnest(%(ids)s::int[], %(names)s::text[], %(seconds)s::float8[], %(sides)s::text[])
                  AS v (id, name, seconds, sides)
            WHERE NOT EXISTS (SELECT 1 FROM engine_chore q
                               WHERE q.connection_id = v.id AND q.name = v.name AND q.due_at > now())
              AND NOT EXISTS (SELECT 1 FROM engine_breaker b
                               WHERE b.connection_id = v.id AND b.paused_until > now()
                                 AND b.side = ANY(string_to_array(v.sides, ',')))
            ORDER BY v.id, v.name
           ON CONFLICT (connection_id, name) DO UPDATE SET due_at = EXCLUDED.due_at WHERE c.due_at <= now()
           RETURNING connection_id, name""",
        {
            "ids": [number for number, _, _, _ in wanted],
            "names": [name for _, name, _, _ in wanted],
            "seconds": [float(seconds) for _, _, seconds, _ in wanted],
            "sides": [",".join(sides) for _, _, _, sides in wanted],
        },
    )
    due = [(number, name) for number, name in found]
    wake_chores(due)
    return due


def soon(connection_id: int, *names: str) -> None:
    """Have these chores done now, because something hints that there is news for them."""
    db.change(
        "UPDATE engine_chore SET due_at = now() WHERE connection_id = %s AND name = ANY(%s)",
        [connection_id, list(names)],
    )
    wake_chores((connection_id, name) for name in names)


def hint(connection_id: int, name: str, *, delay: float, gap: float) -> None:
    """Have a chore done soon: in `delay` seconds, but no sooner than `gap` seconds after it began last.

    It may be called as often as one likes: many hints in a row are one.
    """
    db.change(
        """UPDATE engine_chore SET due_at = soon
             FROM (SELECT id, GREATEST(now() + make_interval(secs => %(delay)s),
                                       began_at + make_interval(secs => %(gap)s)) AS soon
                     FROM engine_chore WHERE connection_id = %(id)s AND name = %(name)s) AS wanted
            WHERE engine_chore.id = wanted.id AND due_at > soon""",
        {"id": connection_id, "name": name, "delay": delay, "gap": gap},
    )


def do(connection_id: int, name: str) -> bool:
    """Do a chore, unless somebody is at it, and return whether it went well.

    What it raises is noted with it (`engine.models.Chore`); the next one comes.
    """
    with alone(connection_id, name) as mine:
        if not mine:
            return False
        try:
            lanes = registry.resolve(connection_id)
            chore = next((one for one in lanes.chores if one.name == name), None)
            if chore is None or not lanes.enabled or breaker.resting(connection_id, chore.sides):
                return False
            _note_begin(connection_id, name)
            _at_work.add((connection_id, name))
            found = chore.run(connection_id) or {}
        except Exception as exc:
            _note_failure(connection_id, name, exc)
            return False
        finally:
            _at_work.discard((connection_id, name))
        _note_end(connection_id, name, found)
        _tell_breaker(connection_id, chore)
    return True


def let_go(delay: float = 0.0) -> int:
    """Have what this process, which ends now, is at begun again in `delay` seconds; return how many chores."""
    return sum(give_back(connection_id, name, delay=delay) for connection_id, name in list(_at_work))


def give_back(connection_id: int, name: str, *, delay: float = 0.0) -> int:
    """Have a chore begun in `delay` seconds that was rung for and is not done now."""
    return db.change(
        "UPDATE engine_chore SET due_at = now() + make_interval(secs => %s) WHERE connection_id = %s AND name = %s",
        [delay, connection_id, name],
    )


def take_back_lost() -> int:
    """Have the chores begun again that have begun, have not ended, and nobody is at; return how many.

    Whoever is at a chore holds its lock, which ends with the worker's database session.
    """
    return db.change(
        """UPDATE engine_chore c SET due_at = now()
            WHERE c.began_at > COALESCE(c.ended_at, '-infinity') AND c.due_at > now()
              AND c.began_at < now() - make_interval(secs => %(seconds)s)
              AND NOT EXISTS (SELECT 1 FROM pg_locks l
                               WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                                 AND ((l.classid::bigint << 32) | l.objid::bigint)
                                     = hashtextextended('woodoo:chore:' || c.connection_id || ':' || c.name, 0))""",
        {"seconds": _LOST_AFTER},
    )


def _tell_breaker(connection_id: int, chore: Chore) -> None:
    """End the rest of a connection whose side has just answered."""
    if breaker.down(connection_id) in chore.sides:
        breaker.reset(connection_id)


def _note_begin(connection_id: int, name: str) -> None:
    db.change(
        """INSERT INTO engine_chore AS c (connection_id, name, due_at, began_at, found)
           VALUES (%(id)s, %(name)s, now(), now(), '{}')
           ON CONFLICT (connection_id, name) DO UPDATE SET began_at = now()""",
        {"id": connection_id, "name": name},
    )


def _note_end(connection_id: int, name: str, found: Mapping[str, Any]) -> None:
    db.change(
        """UPDATE engine_chore SET ended_at = now(), well_at = began_at, found = %(found)s, message = '',
                  error_kind = '', fix = '', failures = 0, failing_since = NULL
            WHERE connection_id = %(id)s AND name = %(name)s""",
        {"id": connection_id, "name": name, "found": Jsonb(dict(found))},
    )


def _note_failure(connection_id: int, name: str, error: Exception) -> None:
    kind = type(error).__name__ if isinstance(error, WoodooError) else "InternalError"
    where = {"connection": connection_id, "chore": name, "kind": kind}
    if isinstance(error, RemoteDown):
        breaker.trip(connection_id, side=error.side, reason=error.message, retry_after=error.retry_after)
    if isinstance(error, WoodooError):
        log.warning("chore failed", extra=where)
        message, fix = error.message, error.fix
    else:
        log.error("chore failed", extra=where, exc_info=error)
        message, fix = f"Woodoo made a mistake ({type(error).__name__}); the details are in the log.", ""
    db.change(
        """INSERT INTO engine_chore AS c (connection_id, name, due_at, ended_at, found, message, error_kind, fix,
                                          failures, failing_since)
           VALUES (%(id)s, %(name)s, now(), now(), '{}', %(message)s, %(kind)s, %(fix)s, 1, now())
           ON CONFLICT (connection_id, name) DO UPDATE SET
               ended_at = now(), message = EXCLUDED.message, error_kind = EXCLUDED.error_kind, fix = EXCLUDED.fix,
               failures = c.failures + 1, failing_since = COALESCE(c.failing_since, now())""",
        {"id": connection_id, "name": name, "message": message, "kind": kind, "fix": fix},
    )


@contextmanager
def alone(connection_id: int, name: str) -> Iterator[bool]:
    """Hold the right to a chore. It ends with the database session, so a killed worker gives it up."""
    key = f"{connection_id}:{name}"
    ((mine,),) = db.rows("SELECT pg_try_advisory_lock(hashtextextended('woodoo:chore:' || %s, 0))", [key])
    try:
        yield bool(mine)
    finally:
        if mine:
            db.rows("SELECT pg_advisory_unlock(hashtextextended('woodoo:chore:' || %s, 0))", [key])
