"""An event comes in: it is noted as it arrived, and its record goes on the to-do list, both or neither.

Decides that an event is only a doorbell: however often and in whatever order it rings, the record is one row whose
`generation` grows, and is looked at afresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.postgresql.psycopg_any import Jsonb

from woodoo.engine import db
from woodoo.engine.redact import redact
from woodoo.engine.wake import wake

# Records are locked in one order everywhere (by code point), so that bulk writers cannot block each other.
# A record that is being worked on keeps its row as it is; that its generation has moved makes it run again. One for
# which Odoo may still be at work keeps waiting for that.
# One that waits already keeps its place in the line.
# Answered is how the lane was before: where something was due already, somebody has rung for it.
_ACCEPT = """
    WITH accepted AS (
        INSERT INTO engine_work AS w (connection_id, lane, flow, record, title, state, attempts, crashes,
                                      generation, priority, message, error_kind, fix)
        SELECT %(connection_id)s, %(lane)s, %(flow)s, record, '', 'ready', 0, 0, 1, %(priority)s, '', '', ''
          FROM unnest(%(records)s::text[]) AS record
        ON CONFLICT (connection_id, lane, record) DO UPDATE SET
            flow = EXCLUDED.flow,
            generation = w.generation + 1,
            priority = CASE WHEN w.state IN ('done', 'skipped', 'parked', 'failed') THEN EXCLUDED.priority
                            ELSE LEAST(w.priority, EXCLUDED.priority) END,
            state = CASE WHEN w.state = 'running' OR (w.state = 'waiting' AND w.error_kind = 'OutcomeUnknown')
                         THEN w.state ELSE 'ready' END,
            attempts = CASE WHEN w.state = 'running' THEN w.attempts ELSE 0 END,
            due_at = CASE WHEN w.state = 'running' OR (w.state = 'waiting' AND w.error_kind = 'OutcomeUnknown')
                          THEN w.due_at WHEN w.state IN ('ready', 'waiting') THEN LEAST(w.due_at, now())
                          ELSE now() END,
            finished_at = NULL,
            updated_at = now()
        RETURNING w.record, w.generation
    )
    INSERT INTO engine_event (connection_id, source, topic, lane, record, generation, raw, headers)
    SELECT %(connection_id)s, %(source)s, %(topic)s, %(lane)s, record, generation, %(raw)s, %(headers)s
      FROM accepted
    RETURNING EXISTS (SELECT 1 FROM engine_work
                       WHERE connection_id = %(connection_id)s AND lane = %(lane)s AND state = 'ready'
                         AND due_at <= now())
"""


def receive(
    connection_id: int,
    *,
    source: str,
    topic: str,
    lane: str,
    flow: str,
    record: str,
    raw: bytes,
    headers: Mapping[str, str],
) -> None:
    """Take in one event about one record. Once this returns it is on the disk and will be acted on.

    Args:
        connection_id: which connection it belongs to.
        source: where it came from: "webhook", "poll", "manual".
        topic: what the store calls it, such as "order.updated".
        lane: the queue its record waits in.
        flow: which flow of the lane is to look at the record.
        record: the store's id of the record.
        raw: the body as it arrived.
        headers: its headers; secrets among them are not kept.

    Raises:
        django.db.DatabaseError: it was not taken in; the sender has to send it again.
    """
    accept(connection_id, lane, flow, [record], source=source, topic=topic, raw=raw, headers=headers)


def accept(
    connection_id: int,
    lane: str,
    flow: str,
    records: Iterable[str],
    *,
    source: str,
    topic: str = "",
    raw: bytes = b"",
    headers: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> int:
    """Take in one event for each of these records and return how many there were. One statement, one commit.

    `priority` is that of `Work`; records that wait already keep the better one of both.

    A ring for each event of a burst would keep the workers busy with finding nothing to do. Whoever takes from a lane
    rings for what is left, so only the first event rings; what comes in while it is being taken waits for the end of
    that batch, or for the sweep.
    """
    wanted = sorted(set(records))
    if not wanted:
        return 0
    ((was_due, *_), *_) = db.rows(
        _ACCEPT,
        {
            "connection_id": connection_id,
            "lane": lane,
            "flow": flow,
            "records": wanted,
            "source": source,
            "topic": topic,
            "priority": priority,
            "raw": raw,
            "headers": Jsonb(redact(dict(headers or {}))),
        },
    )
    if not was_due:
        wake(connection_id, lane)
    return len(wanted)
