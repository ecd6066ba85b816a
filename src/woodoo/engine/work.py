"""The to-do list as people and polls use it: put records on it, try again, leave out.

Decides what brings a resting record back: an event, a person, or a change of its connection. And that a few records a
person asks for are news, while many at once wait behind the news, so that no new order waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from woodoo.engine import breaker, db
from woodoo.engine.inbox import accept
from woodoo.engine.models import HISTORY, State, Work
from woodoo.engine.wake import wake

#: More records than this, brought back at once, wait behind the news.
FEW = 50
#: Records brought back or left out in one transaction.
_AT_ONCE = 1000


def enqueue(
    connection_id: int,
    lane: str,
    flow: str,
    records: Iterable[str],
    *,
    source: str,
    topic: str = "",
    behind: bool = False,
) -> int:
    """Put records on the to-do list, each once, and return how many there were.

    Records that are on it already are looked at again; each gets an event that says where this came from.

    Args:
        connection_id: which connection they belong to.
        lane: the queue they wait in.
        flow: which flow of the lane is to look at them.
        records: the store's ids.
        source: "poll", "manual", "reconcile", …
        topic: more about why, in the store's words.
        behind: behind the news, as history; for what was found by the hundred.
    """
    priority = HISTORY if behind else 0
    return accept(connection_id, lane, flow, records, source=source, topic=topic, priority=priority)


def seen_of(connection_id: int, lane: str, records: Sequence[str]) -> dict[str, str]:
    """Return what was noted of these records when they were looked at last (`Outcome.seen`)."""
    found = db.rows(
        "SELECT record, seen FROM engine_work WHERE connection_id = %s AND lane = %s AND record = ANY(%s)",
        [connection_id, lane, list(records)],
    )
    return {record: seen for record, seen in found if seen}


def noted(connection_id: int, lane: str, part: str) -> dict[str, str]:
    """Return the records of a lane of which something with `part` in it was noted (`Outcome.seen`), and what."""
    found = db.rows(
        "SELECT record, seen FROM engine_work WHERE connection_id = %s AND lane = %s AND position(%s in seen) > 0",
        [connection_id, lane, part],
    )
    return dict(found)


def asked_for(connection_id: int, lane: str, records: Sequence[str]) -> frozenset[str]:
    """Return which of these records a person asked for: by an import, by a retry, or by name."""
    found = db.rows(
        """SELECT w.record FROM engine_work w
            WHERE w.connection_id = %(id)s AND w.lane = %(lane)s AND w.record = ANY(%(records)s)
              AND (w.import_id IS NOT NULL
                   OR EXISTS (SELECT 1 FROM engine_event e
                               WHERE e.connection_id = w.connection_id AND e.lane = w.lane AND e.record = w.record
                                 AND e.source IN ('manual', 'retry', 'import')))""",
        {"id": connection_id, "lane": lane, "records": list(records)},
    )
    return frozenset(record for (record,) in found)


def forget_seen(connection_id: int, lane: str, records: Sequence[str]) -> int:
    """Forget what was noted of these records, so that their next look is like the first."""
    return db.change(
        "UPDATE engine_work SET seen = '' WHERE connection_id = %s AND lane = %s AND record = ANY(%s) AND seen <> ''",
        [connection_id, lane, list(records)],
    )


def unsettled(connection_id: int, lane: str, *, most: int) -> dict[str, int]:
    """Return the records of a lane that wait, need somebody or have failed, with their generations, the newest first.

    Without those an import put there.
    """
    found = db.rows(
        """SELECT record, generation FROM engine_work
            WHERE connection_id = %s AND lane = %s AND priority < %s
              AND state IN ('ready', 'waiting', 'running', 'parked', 'failed')
            ORDER BY id DESC LIMIT %s""",
        [connection_id, lane, HISTORY, most],
    )
    return dict(found)


def rested_at(connection_id: int, lane: str, records: Sequence[str]) -> dict[str, datetime]:
    """Return when something happened last to these records; those at work are left out."""
    found = db.rows(
        """SELECT record, updated_at FROM engine_work
            WHERE connection_id = %s AND lane = %s AND record = ANY(%s) AND state <> 'running'""",
        [connection_id, lane, list(records)],
    )
    return dict(found)


def retry(work_ids: Iterable[int], *, source: str = "retry") -> int:
    """Have these records tried again now, with all attempts before them, and return how many there were.

    A record that is being worked on runs once more afterwards; one for which Odoo may still be at work waits for that.
    """
    numbers = list(work_ids)
    priority = 0 if len(numbers) <= FEW else HISTORY
    return sum(_again("id = ANY(%(ids)s)", {"ids": part}, source, priority=priority) for part in _parts(numbers))


def retry_waiting(connection_id: int, lane: str, place: str, words: Sequence[str], *, source: str) -> int:
    """Have parked records tried again whose error names this place and holds any of these words; return how many."""
    parked = Work.objects.filter(connection_id=connection_id, lane=lane, state=State.PARKED, place=place)
    numbers = [work.pk for work in parked if any(word in work.message for word in words)]
    return retry(numbers, source=source)


def connection_changed(connection_id: int) -> int:
    """Have everything tried again that waits for a change of this connection, and return how many records that was.

    Call it after keys, addresses, settings or mappings of the connection were changed. What has failed may have failed
    for them, too; only records at which Woodoo itself made a mistake are left alone.
    """
    breaker.reset(connection_id)
    waits = "state = 'parked' OR (state = 'failed' AND error_kind <> 'InternalError')"
    return _again(f"connection_id = %(id)s AND ({waits})", {"id": connection_id}, "settings")


def skip(work_ids: Sequence[int], reason: str) -> int:
    """Leave these records out, for the reason given, until something happens to them; return how many it was.

    Each gets an event, so that its history tells of it. Records that are being worked on or are done already are not
    touched.
    """
    return sum(_leave_out(part, reason) for part in _parts(work_ids))


def _leave_out(work_ids: Sequence[int], reason: str) -> int:
    return db.change(
        """WITH chosen AS (
               SELECT id FROM engine_work
                WHERE id = ANY(%(ids)s) AND state IN ('ready', 'waiting', 'parked', 'failed')
                ORDER BY record COLLATE "C" FOR UPDATE
           ), left_out AS (
               UPDATE engine_work w SET state = 'skipped', message = %(reason)s, error_kind = '', fix = '',
                                        finished_at = now(), updated_at = now()
               FROM chosen WHERE w.id = chosen.id
               RETURNING w.connection_id, w.lane, w.record, w.generation
           )
           INSERT INTO engine_event (connection_id, source, topic, lane, record, generation, raw, headers)
           SELECT connection_id, 'skip', '', lane, record, generation, '', '{}' FROM left_out""",
        {"ids": list(work_ids), "reason": reason},
    )


def _parts(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut a long list into transactions, none of which holds its records long."""
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))


def _again(which: str, params: dict[str, object], source: str, *, priority: int | None = None) -> int:
    """Begin a new generation of the records that `which` (a condition of ours, never input) selects.

    Without a `priority` each keeps its own, history that was parked stays behind the news; many go there.
    """
    with transaction.atomic():
        found = db.rows(
            f"""WITH chosen AS (
                    SELECT id, state = 'waiting' AND error_kind = 'OutcomeUnknown' AND due_at > now() AS held
                      FROM engine_work WHERE {which} ORDER BY record COLLATE "C" FOR UPDATE
                ), again AS (
                    UPDATE engine_work w SET
                        generation = w.generation + 1,
                        priority = COALESCE(%(priority)s, CASE WHEN (SELECT count(*) FROM chosen) <= %(few)s
                                                               THEN w.priority
                                                               ELSE GREATEST(w.priority, %(behind)s) END),
                        state = CASE WHEN w.state = 'running' OR chosen.held THEN w.state ELSE 'ready' END,
                        attempts = CASE WHEN w.state = 'running' THEN w.attempts ELSE 0 END,
                        crashes = CASE WHEN w.state = 'running' THEN w.crashes ELSE 0 END,
                        due_at = CASE WHEN w.state = 'running' OR chosen.held THEN w.due_at
                                      WHEN w.state IN ('ready', 'waiting') THEN LEAST(w.due_at, now())
                                      ELSE now() END,
                        finished_at = NULL, updated_at = now()
                    FROM chosen WHERE w.id = chosen.id
                    RETURNING w.connection_id, w.lane, w.record, w.generation
                ), noted AS (
                    INSERT INTO engine_event (connection_id, source, topic, lane, record, generation, raw, headers)
                    SELECT connection_id, %(source)s, '', lane, record, generation, '', '{{}}' FROM again
                )
                SELECT connection_id, lane FROM again""",  # noqa: S608
            {**params, "source": source, "priority": priority, "few": FEW, "behind": HISTORY},
        )
        for connection_id, lane in sorted(set(found)):
            wake(connection_id, lane)
    return len(found)
