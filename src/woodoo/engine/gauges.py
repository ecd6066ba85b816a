"""Reads how the to-do list is doing, in figures that go up and down.

Decides what a delayed order is: one that nobody has brought over for so many minutes since it was last heard of,
whatever holds it up. History that is imported is not late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from woodoo.domain.causes import MISMATCHES
from woodoo.engine import db, totals

Rows = list[tuple[Any, ...]]


def records(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, flow, state, count) of all records."""
    return totals.records(connection_ids, trials=False)


def open_records(connection_ids: Sequence[int]) -> Rows:
    """Return (flow, state, count) of the records of these connections that are not at rest."""
    return db.rows(
        """SELECT flow, state, count(*) FROM engine_work
            WHERE connection_id = ANY(%s) AND state IN ('ready', 'running', 'waiting', 'parked', 'failed')
              AND NOT trial
            GROUP BY 1, 2""",
        [list(connection_ids)],
    )


def oldest_due(connection_ids: Sequence[int]) -> Rows:
    """Return (lane, seconds) for how long the first of what is due, and no history, has waited."""
    return db.rows(
        """SELECT lane, GREATEST(0, extract(epoch FROM now() - min(due_at)))::float8 FROM engine_work
            WHERE connection_id = ANY(%s) AND state IN ('ready', 'waiting') AND priority = 0 AND due_at <= now()
              AND NOT trial
            GROUP BY 1""",
        [list(connection_ids)],
    )


def delayed_orders(connection_ids: Sequence[int], minutes: int) -> Rows:
    """Return (connection, count) of orders with news older than that which are neither done nor left out."""
    return db.rows(
        """SELECT w.connection_id, count(*) FROM engine_work w
            WHERE w.connection_id = ANY(%(ids)s) AND w.lane = 'orders' AND w.priority = 0 AND NOT w.trial
              AND w.state IN ('ready', 'running', 'waiting', 'parked', 'failed')
              AND w.created_at < now() - make_interval(mins => %(minutes)s)
              -- Where nothing has happened since, there was no news since.
              AND (w.updated_at < now() - make_interval(mins => %(minutes)s)
                   OR COALESCE((SELECT min(e.received_at) FROM engine_event e
                             WHERE e.connection_id = w.connection_id AND e.lane = w.lane AND e.record = w.record
                               AND e.generation > COALESCE((SELECT max(r.generation) FROM engine_run r
                                                             WHERE r.work_id = w.id
                                                               AND r.outcome IN ('done', 'skipped')), 0)),
                           w.created_at) < now() - make_interval(mins => %(minutes)s))
            GROUP BY 1""",
        {"ids": list(connection_ids), "minutes": minutes},
    )


def mismatches(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, count) of records that wait for a person because amounts are not equal."""
    return db.rows(
        """SELECT connection_id, count(*) FROM engine_work
            WHERE connection_id = ANY(%s) AND state IN ('parked', 'failed') AND NOT trial
              AND COALESCE(NULLIF(cause, ''), message) LIKE ANY(%s) GROUP BY 1""",
        [list(connection_ids), [f"%{words}%" for words in MISMATCHES]],
    )


def queues(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, lane, count, seconds) of what is due, and for how long the first has been."""
    return db.rows(
        """SELECT connection_id, lane, count(*), GREATEST(0, extract(epoch FROM now() - min(due_at)))::float8
             FROM engine_work
            WHERE connection_id = ANY(%s) AND state IN ('ready', 'waiting') AND due_at <= now() AND NOT trial
            GROUP BY 1, 2""",
        [list(connection_ids)],
    )


def sides_down(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, side, seconds) of sides that do not answer."""
    return db.rows(
        """SELECT connection_id, side, COALESCE(extract(epoch FROM now() - since), 0)::float8 FROM engine_breaker
            WHERE connection_id = ANY(%s) AND failures > 0""",
        [list(connection_ids)],
    )


def chores_failing(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, chore) of what is done again and again and fails."""
    return db.rows(
        "SELECT connection_id, name FROM engine_chore WHERE connection_id = ANY(%s) AND failures > 0",
        [list(connection_ids)],
    )


def database_bytes() -> int:
    """Return the size of the database."""
    ((size,),) = db.rows("SELECT pg_database_size(current_database())")
    return int(size)
