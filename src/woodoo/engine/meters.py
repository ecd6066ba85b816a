"""Counts what only ever grows, for those who draw curves: remote calls by how long they took, and webhooks taken in.

Decides that nothing is counted while work is done: whoever asks adds up what has been written down since the last one
asked. Calls are counted once the longest of them must be over, so figures are about two minutes old, and none is
counted twice or, however late it ended, left out. What was there more than an hour before the first one asked is not
counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from woodoo.engine import db

#: Upper ends of the classes calls are counted in, in milliseconds.
CLASSES = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)
#: Name of the meter of deliveries that became events.
WEBHOOKS = "webhooks"
_CURSOR = "meters"
#: Seconds between two additions.
_EVERY = 10


@dataclass(frozen=True)
class Meter:
    """What was counted of one thing on one connection."""

    connection_id: int
    #: "odoo" and "store" for calls, or `WEBHOOKS`.
    name: str
    count: int
    milliseconds: int
    #: How many of them took no longer than each of `CLASSES`; empty where nothing was timed.
    within: Sequence[int]


def read(connection_ids: Iterable[int]) -> list[Meter]:
    """Add up what is new, and return all meters of these connections."""
    ids = list(connection_ids)
    _add_up(ids)
    found = db.rows(
        "SELECT connection_id, name, count, milliseconds, within FROM engine_meter WHERE connection_id = ANY(%s)"
        " ORDER BY 1, 2",
        [ids],
    )
    return [Meter(*row) for row in found]


def _add_up(connection_ids: Sequence[int]) -> None:
    with transaction.atomic():
        db.rows("SELECT pg_advisory_xact_lock(hashtextextended('woodoo:meters', 0))")
        spans = db.rows(
            """WITH until AS (SELECT now() - make_interval(secs => %(over)s) AS at), told AS (
                   SELECT wanted.id, COALESCE(c.value::timestamptz, now() - interval '1 hour') AS at
                     FROM unnest(%(ids)s::int[]) AS wanted (id)
                     LEFT JOIN engine_cursor c ON c.connection_id = wanted.id AND c.name = %(name)s)
               SELECT told.id, told.at, until.at FROM told, until
                WHERE until.at - told.at > make_interval(secs => %(every)s)""",
            {"ids": list(connection_ids), "name": _CURSOR, "over": settings.WOODOO_CALL_SECONDS, "every": _EVERY},
        )
        if not spans:
            return
        ids, after, until = (list(column) for column in zip(*spans, strict=True))
        params = {"ids": ids, "after": after, "until": until, "name": _CURSOR}
        db.change(_CALLS, params)
        db.change(_EVENTS, {**params, "webhooks": WEBHOOKS})
        db.change(
            """INSERT INTO engine_cursor (connection_id, name, value, updated_at)
               SELECT v.id, %(name)s, v.until::text, now()
                 FROM unnest(%(ids)s::int[], %(until)s::timestamptz[]) AS v (id, until)
               ON CONFLICT (connection_id, name) DO UPDATE SET value = EXCLUDED.value, updated_at = now()""",
            params,
        )


_ADDED = """
    ON CONFLICT (connection_id, name) DO UPDATE SET
        count = m.count + EXCLUDED.count, milliseconds = m.milliseconds + EXCLUDED.milliseconds,
        within = ARRAY(SELECT COALESCE(a, 0) + COALESCE(b, 0)
                         FROM unnest(m.within, EXCLUDED.within) WITH ORDINALITY AS u (a, b, place) ORDER BY place)
"""
_WITHIN = ", ".join(f"count(*) FILTER (WHERE c.duration_ms <= {most})" for most in CLASSES)
_SPANS = "unnest(%(ids)s::int[], %(after)s::timestamptz[], %(until)s::timestamptz[]) AS v (id, after, until)"
_CALLS = f"""
    INSERT INTO engine_meter AS m (connection_id, name, count, milliseconds, within)
    SELECT v.id, c.system, count(*), sum(c.duration_ms), ARRAY[{_WITHIN}]
      FROM {_SPANS} JOIN engine_call c
        ON c.connection_id = v.id AND c.started_at > v.after AND c.started_at <= v.until AND c.duration_ms IS NOT NULL
     GROUP BY v.id, c.system
{_ADDED}"""  # noqa: S608 - our own numbers
_EVENTS = f"""
    INSERT INTO engine_meter AS m (connection_id, name, count, milliseconds, within)
    SELECT v.id, %(webhooks)s, count(*), 0, '{{}}'
      FROM {_SPANS} JOIN engine_event e
        ON e.connection_id = v.id AND e.source = 'webhook' AND e.received_at > v.after AND e.received_at <= v.until
     GROUP BY v.id
{_ADDED}"""  # noqa: S608 - no input
