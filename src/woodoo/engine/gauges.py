"""Reads how the to-do list is doing, in figures that go up and down.

Decides what a delayed order is: one that nobody has brought over for so many minutes since it was last heard of,
whatever holds it up. History that is imported is not late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from woodoo.domain.causes import MISMATCHES
from woodoo.engine import db, totals
from woodoo.engine.held import COUNTED

Rows = list[tuple[Any, ...]]

_ORDERS = "connection_id = ANY(%(ids)s) AND lane = 'orders' AND priority = 0 AND NOT trial"
_BEFORE = "now() - make_interval(mins => %(minutes)s)"
#: Each part is read in an index alone. Where nothing has happened since, there was no news since; only the others are
#: looked at.
_DELAYED = f"""
    WITH open AS (
        SELECT id, connection_id, updated_at FROM engine_work WHERE state IN ('ready', 'waiting') AND {_ORDERS}
         UNION ALL
        SELECT id, connection_id, updated_at FROM engine_work WHERE state IN ('parked', 'failed') AND {_ORDERS}
         UNION ALL
        SELECT id, connection_id, updated_at FROM engine_work WHERE state = 'running' AND {_ORDERS})
    SELECT o.connection_id, count(*) FROM open o
     WHERE o.updated_at < {_BEFORE}
        OR (SELECT w.created_at < {_BEFORE}
               AND COALESCE((SELECT min(e.received_at) FROM engine_event e
                              WHERE e.connection_id = w.connection_id AND e.lane = w.lane AND e.record = w.record
                                AND e.generation > COALESCE((SELECT max(r.generation) FROM engine_run r
                                                              WHERE r.work_id = w.id
                                                                AND r.outcome IN ('done', 'skipped')), 0)),
                            w.created_at) < {_BEFORE}
              FROM engine_work w WHERE w.id = o.id)
     GROUP BY 1"""  # noqa: S608 - our own


def records(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, flow, state, count) of all records."""
    return totals.records(connection_ids)


def oldest_due(connection_ids: Sequence[int], lanes: Sequence[str]) -> Rows:
    """Return (lane, seconds) for how long the first of what is due in these lanes, and no history, has waited."""
    return db.rows(
        """SELECT lane, GREATEST(0, extract(epoch FROM now() - min(due_at)))::float8 FROM (
               SELECT lane, (SELECT w.due_at FROM engine_work w
                              WHERE w.connection_id = wanted.id AND w.lane = lanes.lane AND w.priority = 0
                                AND w.state IN ('ready', 'waiting') AND w.due_at <= now() AND NOT w.trial
                              ORDER BY w.due_at, w.id LIMIT 1) AS due_at
                 FROM unnest(%s::int[]) AS wanted (id), unnest(%s::text[]) AS lanes (lane)) AS first
            WHERE due_at IS NOT NULL GROUP BY lane""",
        [list(connection_ids), list(lanes)],
    )


def delayed_orders(connection_ids: Sequence[int], minutes: int) -> Rows:
    """Return (connection, count) of orders with news older than that which are neither done nor left out."""
    return db.rows(_DELAYED, {"ids": list(connection_ids), "minutes": minutes})


def mismatches(connection_ids: Sequence[int]) -> Rows:
    """Return (connection, count) of records that wait for a person because amounts are not equal."""
    return db.rows(
        f"""WITH counted AS MATERIALIZED ({COUNTED})
            SELECT connection_id, sum(records)::bigint FROM counted WHERE said LIKE ANY(%(words)s) GROUP BY 1""",  # noqa: S608
        {"ids": list(connection_ids), "words": [f"%{words}%" for words in MISMATCHES]},
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
