"""How long it is kept what happened: events, attempts, calls, ended imports and drift.

Decides that whichever is stricter holds, the age (WOODOO_KEEP_DAYS) or the size (WOODOO_KEEP_MB), and what goes first:

| what                                               | by age | by size                             |
|----------------------------------------------------|--------|-------------------------------------|
| events, attempts, calls of records at rest         | goes   | the oldest go first, until it fits  |
| those of records that wait, are parked or failed   | goes   | stays: a person may need it         |
| a call or an attempt that is under way             | stays  | stays                               |
| the to-do list, links, cursors                     | stays  | stays                               |

Sizes are those of the rows with their indexes. PostgreSQL's files do not shrink; their room is used again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from woodoo.engine import db

log = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """What is kept of what happened."""

    #: Bytes of all of it, and of that which the size limit leaves alone.
    size: int
    needed: int
    #: When the oldest of it happened; None where there is nothing.
    since: datetime | None

    @property
    def megabytes(self) -> float:
        """The size in MB."""
        return self.size / _MEGABYTE


@dataclass(frozen=True)
class _Table:
    """A table of things that happened, and what a row of it takes: its columns, and about so much for the rest."""

    name: str
    moment: str
    columns: tuple[str, ...]
    rest: int
    #: What must not go, as a condition on its row `t`.
    needed: str


_OPEN = "w.state NOT IN ('done', 'skipped')"
_TABLES = (
    _Table(
        "engine_call",
        "started_at",
        ("request", "response", "summary", "error"),
        300,
        f"""t.batch IN (SELECT r.batch FROM engine_run r JOIN engine_work w ON w.id = r.work_id WHERE {_OPEN})
            OR (t.status = '' AND t.started_at > now() - make_interval(secs => %(call)s))""",  # noqa: S608
    ),
    _Table(
        "engine_event",
        "received_at",
        ("raw", "headers"),
        280,
        f"""(t.connection_id, t.lane, t.record) IN (
                SELECT w.connection_id, w.lane, w.record FROM engine_work w WHERE {_OPEN})""",  # noqa: S608
    ),
    _Table(
        "engine_run",
        "started_at",
        ("plan", "message", "fix", "traceback"),
        260,
        f"t.ended_at IS NULL OR t.work_id IN (SELECT w.id FROM engine_work w WHERE {_OPEN})",  # noqa: S608
    ),
)


def expire(days: int) -> int:
    """Delete events, calls, runs, ended imports and ended drift older than `days` and return how many rows it was.

    The to-do list stays.
    """
    return sum(
        db.change(statement, {"days": days})
        for statement in (
            "DELETE FROM engine_event WHERE received_at < now() - make_interval(days => %(days)s)",
            "DELETE FROM engine_call WHERE started_at < now() - make_interval(days => %(days)s)",
            """DELETE FROM engine_run WHERE started_at < now() - make_interval(days => %(days)s)
                  AND ended_at IS NOT NULL""",
            "DELETE FROM engine_import WHERE finished_at < now() - make_interval(days => %(days)s)",
            """DELETE FROM engine_finding f
                WHERE NOT EXISTS (SELECT 1 FROM engine_import i WHERE i.id = f.import_id)""",
            "DELETE FROM engine_drift WHERE ended_at < now() - make_interval(days => %(days)s)",
        )
    )


def fit(megabytes: float) -> int:
    """Delete the oldest of what may go until all of it fits, and return how many rows it was."""
    buckets = _buckets()
    over = sum(size for _, size, _ in buckets) - int(megabytes * _MEGABYTE)
    if over <= 0:
        return 0
    until = _until(buckets, over)
    gone = sum(db.change(_delete(table), {"until": until, **_params()}) for table in _TABLES) if until else 0
    log.info("made room: the oldest of what happened is deleted", extra={"count": gone})
    return gone


def kept() -> Kept:
    """Return how much is kept of what happened, and since when."""
    buckets = _buckets()
    size, free = sum(size for _, size, _ in buckets), sum(free for _, _, free in buckets)
    return Kept(size, size - free, buckets[0][0] if buckets else None)


def _until(buckets: Sequence[tuple[datetime, int, int]], over: int) -> datetime | None:
    """Return the end of the minute with which enough has gone; None where nothing may go."""
    last = None
    for minute, _, free in buckets:
        if over <= 0:
            break
        if free:
            last = minute
            over -= free
    return last


def _buckets() -> list[tuple[datetime, int, int]]:
    """Return, for each minute of the past, the bytes of what happened in it, and those of them that may go."""
    parts = " UNION ALL ".join(_sizes(table) for table in _TABLES)
    found = db.rows(
        f"""SELECT minute, sum(size)::bigint, COALESCE(sum(size) FILTER (WHERE NOT needed), 0)::bigint
              FROM ({parts}) AS each GROUP BY minute ORDER BY minute""",  # noqa: S608
        _params(),
    )
    return [(minute, int(size), int(free)) for minute, size, free in found]


def _sizes(table: _Table) -> str:
    columns = " + ".join(f"COALESCE(pg_column_size(t.{name}), 0)" for name in table.columns)
    return f"""SELECT date_trunc('minute', t.{table.moment}) AS minute, {table.rest} + {columns} AS size,
                      ({table.needed}) AS needed FROM {table.name} t"""  # noqa: S608


def _delete(table: _Table) -> str:
    return f"""DELETE FROM {table.name} t
                WHERE date_trunc('minute', t.{table.moment}) <= %(until)s AND NOT ({table.needed})"""  # noqa: S608


def _params() -> dict[str, float]:
    return {"call": settings.WOODOO_CALL_SECONDS}
