"""How work went in the course of time: what was brought over or held up, how long it took, how fast each side answered.

Decides what is kept, and that keeping it costs next to nothing:

| what              | counted                                                 | kept                                   |
|-------------------|---------------------------------------------------------|----------------------------------------|
| records of a flow | with the report of their batch, in its transaction      | by five minutes at first, later more   |
| calls to a side   | every half minute, of all connections in one statement  | coarsely (`LATER`), for 400 days       |

What is kept is as fine as the charts draw it, and calls are counted for all connections together, too (`TOGETHER`), so
that the charts of a hundred connections are read at once.

A record's time runs from the news that the attempt answers to its report; what an import brought up has none. Times
are kept in classes (`CLASSES`), so that any stretch of time and any number of connections can be put together. When
the last of them was done is kept with them, so that nobody looks for it behind a long backlog.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from woodoo.engine import db
from woodoo.engine.flow import Item, Outcome, OutcomeKind
from woodoo.engine.models import State
from woodoo.engine.verdict import Verdict

#: Upper ends of the classes, in milliseconds: from an answer at once to a record that waits for a day.
CLASSES = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000)
SIDES = ("odoo", "store")
#: In place of a connection: the calls of all there were when they were counted.
TOGETHER = 0
#: Seconds that are counted together at first.
SHORT = 300
#: Hours after which, and seconds that are counted together from then on.
LATER = ((4, 900), (26, 3600), (8 * 24, 6 * 3600))
#: From when on stretches are cut.
ORIGIN = "2000-01-01 00:00:00+00"
#: Days after which they go.
KEPT_DAYS = 400
#: Seconds between two looks at the calls, and after the end of a call until it is counted.
_EVERY, _SETTLED = 30, 5
_CURSOR = "course"
_COUNTS = ("done", "skipped", "parked", "failed", "retried", "timed", "milliseconds")


@dataclass(frozen=True)
class Stretch:
    """What happened of one thing, a flow or a side, in one stretch of time."""

    at: datetime
    name: str
    done: int = 0
    skipped: int = 0
    parked: int = 0
    failed: int = 0
    retried: int = 0
    #: How many of them were timed, and how long they took together.
    timed: int = 0
    milliseconds: int = 0
    #: How many took no longer than each of `CLASSES`.
    within: Sequence[int] = field(default_factory=tuple)

    def percentile(self, percent: float) -> float | None:
        """Return the milliseconds in which so many percent were through, as exactly as classes tell; None for none."""
        if not self.timed:
            return None
        wanted, before, lower = self.timed * percent / 100, 0, 0
        for most, count in zip(CLASSES, self.within, strict=True):
            if count >= wanted:
                return lower + (most - lower) * (wanted - before) / max(1, count - before)
            before, lower = count, most
        return float(CLASSES[-1])


def note(connection_id: int, lane: str, reports: Sequence[tuple[Item, Outcome, Verdict]]) -> None:
    """Count what came of the records of a batch.

    Call it last in the transaction that writes it down: the rows it adds to are those of other batches, too, and
    whoever holds them waits for nothing more.
    """
    if not reports:
        return
    columns = [
        [item.record for item, _, _ in reports],
        [item.flow for item, _, _ in reports],
        [item.generation for item, _, _ in reports],
        [_came(outcome, verdict) for _, outcome, verdict in reports],
    ]
    db.change(_RECORDS, [*columns, connection_id, lane, connection_id])


def note_calls(connection_ids: Iterable[int]) -> int:
    """Count the calls that have ended since the last time, where that is a while ago; return how many rows it was."""
    with transaction.atomic():
        ((mine,),) = db.rows("SELECT pg_try_advisory_xact_lock(hashtextextended('woodoo:course', 0))")
        ((after, until),) = db.rows(
            """SELECT COALESCE((SELECT value::timestamptz FROM engine_cursor WHERE connection_id = 0 AND name = %s),
                               now() - interval '1 hour'), now() - make_interval(secs => %s)""",
            [_CURSOR, _SETTLED],
        )
        if not mine or (until - after).total_seconds() < _EVERY:
            return 0
        count = db.change(_CALLS, {"ids": list(connection_ids), "after": after, "until": until})
        db.change(
            """INSERT INTO engine_cursor (connection_id, name, value, updated_at)
               VALUES (0, %(name)s, %(until)s::timestamptz::text, now())
               ON CONFLICT (connection_id, name) DO UPDATE SET value = EXCLUDED.value, updated_at = now()""",
            {"name": _CURSOR, "until": until},
        )
    return count


def fold() -> int:
    """Put together what is over for long (`LATER`), forget what is old; return how many rows it was."""
    with transaction.atomic():
        steps = [{"hours": hours, "seconds": seconds, "origin": ORIGIN} for hours, seconds in LATER]
        count = sum(db.change(_FOLD, step) for step in steps)
        return count + db.change("DELETE FROM engine_course WHERE at < now() - make_interval(days => %s)", [KEPT_DAYS])


def last_done(connection_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when a record of each connection was done last; those of which none was noted are left out."""
    return dict(db.rows(_LAST_DONE, [list(connection_ids)]))


def read(connection_ids: Sequence[int], *, seconds: int, step: int, whole: bool = False) -> list[Stretch]:
    """Return what happened on these connections in the last so many seconds, in stretches of `step` seconds by name.

    Where they are `whole`, all there are, calls are those of all together.
    """
    params = {"ids": list(connection_ids), "seconds": seconds, "step": step, "origin": ORIGIN}
    found = db.rows(_READ_WHOLE if whole else _READ, params)
    return [_stretch(at, name, rest[: len(_COUNTS)], rest[len(_COUNTS) :]) for at, name, *rest in found]


def lately(connection_ids: Sequence[int], *, hours: int, whole: bool = False) -> list[Stretch]:
    """Return what happened on these connections in the last so many hours, each name once; `whole` as in `read`."""
    found = db.rows(_LATELY_WHOLE if whole else _LATELY, {"ids": list(connection_ids), "hours": hours})
    return [_stretch(at, name, rest[: len(_COUNTS)], rest[len(_COUNTS) :]) for at, name, *rest in found]


def together(stretches: Sequence[Stretch], name: str) -> Stretch | None:
    """Return what happened in all of these stretches of one thing; None where nothing did."""
    mine = [one for one in stretches if one.name == name]
    if not mine:
        return None
    counts = [sum(getattr(one, count) for one in mine) for count in _COUNTS]
    return _stretch(mine[0].at, name, counts, [sum(column) for column in zip(*(o.within for o in mine), strict=True)])


def _stretch(at: datetime, name: str, counts: Sequence[int], within: Sequence[int]) -> Stretch:
    return Stretch(at, name, **dict(zip(_COUNTS, counts, strict=True)), within=tuple(within))


def _came(outcome: Outcome, verdict: Verdict) -> str:
    if verdict.state is State.FAILED:
        return "failed"
    return outcome.kind.value if outcome.kind in _TOLD else "retried"


_TOLD = (OutcomeKind.DONE, OutcomeKind.SKIPPED, OutcomeKind.PARKED)
_BIN = f"date_bin(interval '{SHORT} seconds', %s, timestamptz '{ORIGIN}')"
_WITHIN = ", ".join(f"count(*) FILTER (WHERE took <= {most})" for most in CLASSES)
_SUMS = ", ".join(f"{name} = m.{name} + EXCLUDED.{name}" for name in _COUNTS)
_PLACES = range(1, len(CLASSES) + 1)
_COLUMNS = f"connection_id, name, seconds, at, {', '.join(_COUNTS)}, within, done_at"
_ADDED = f"""
    ON CONFLICT (connection_id, at, name, seconds) DO UPDATE SET
        {_SUMS}, within = ARRAY[{", ".join(f"m.within[{n}] + EXCLUDED.within[{n}]" for n in _PLACES)}],
        done_at = GREATEST(m.done_at, EXCLUDED.done_at)
"""
_RECORDS = f"""
    WITH reported AS (
        SELECT v.flow, v.came, news.took
          FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) AS v (record, flow, generation, came)
          LEFT JOIN LATERAL (
              SELECT (extract(epoch FROM now() - e.received_at) * 1000)::bigint AS took
                FROM (SELECT received_at, generation, source FROM engine_event
                       WHERE connection_id = %s AND lane = %s AND record = v.record ORDER BY id DESC LIMIT 20) AS e
               WHERE e.generation = v.generation AND e.source <> 'import' LIMIT 1) AS news ON v.came = 'done')
    INSERT INTO engine_course AS m ({_COLUMNS})
    SELECT %s, flow, {SHORT}, {_BIN.replace("%s", "now()")},
           count(*) FILTER (WHERE came = 'done'), count(*) FILTER (WHERE came = 'skipped'),
           count(*) FILTER (WHERE came = 'parked'), count(*) FILTER (WHERE came = 'failed'),
           count(*) FILTER (WHERE came = 'retried'), count(took), COALESCE(sum(took), 0), ARRAY[{_WITHIN}],
           CASE WHEN count(*) FILTER (WHERE came = 'done') > 0 THEN now() END
      FROM reported GROUP BY flow ORDER BY flow
{_ADDED}"""  # noqa: S608 - our own numbers
_CALLS = f"""
    WITH ended AS (
        SELECT connection_id, system, error, duration_ms AS took,
               started_at + make_interval(secs => duration_ms / 1000.0) AS over
          FROM engine_call
         WHERE connection_id = ANY(%(ids)s) AND started_at > %(after)s - interval '15 minutes'
           AND duration_ms IS NOT NULL)
    INSERT INTO engine_course AS m ({_COLUMNS})
    SELECT COALESCE(connection_id, {TOGETHER}), system, {SHORT}, {_BIN.replace("%s", "over")},
           count(*) FILTER (WHERE error = ''), 0, 0,
           count(*) FILTER (WHERE error <> ''), 0, count(*), sum(took), ARRAY[{_WITHIN}], NULL::timestamptz
      FROM ended WHERE over > %(after)s AND over <= %(until)s
     GROUP BY GROUPING SETS ((connection_id, 2, 4), (2, 4)) ORDER BY 1, 4, 2
{_ADDED}"""  # noqa: S608 - our own numbers
_SUMMED = ", ".join(f"sum({name})::bigint" for name in _COUNTS)
_FOLD = f"""
    WITH gone AS (
        DELETE FROM engine_course WHERE seconds < %(seconds)s
           AND at < date_bin(make_interval(secs => %(seconds)s), now() - make_interval(hours => %(hours)s),
                             %(origin)s::timestamptz) RETURNING *)
    INSERT INTO engine_course AS m ({_COLUMNS})
    SELECT connection_id, name, %(seconds)s,
           date_bin(make_interval(secs => %(seconds)s), at, %(origin)s::timestamptz), {_SUMMED},
           ARRAY[{", ".join(f"sum(within[{n}])::bigint" for n in _PLACES)}], max(done_at)
      FROM gone GROUP BY 1, 2, 4
{_ADDED}"""  # noqa: S608 - our own numbers
# Stretches of one length follow each other, and longer ones lie before shorter ones: the last to begin has the last.
_LAST_DONE = f"""
    WITH latest AS (
        SELECT wanted.id, (SELECT c.at FROM engine_course c
                            WHERE c.connection_id = wanted.id AND NOT c.name IN {SIDES} AND c.done > 0
                            ORDER BY c.at DESC LIMIT 1) AS at
          FROM unnest(%s::int[]) AS wanted (id))
    SELECT l.id, max(c.done_at) FROM latest l
      JOIN engine_course c ON c.connection_id = l.id AND c.at = l.at AND NOT c.name IN {SIDES}
       AND c.done_at IS NOT NULL GROUP BY l.id
"""  # noqa: S608 - our own names
_ALL = f"{_SUMMED}, {', '.join(f'sum(within[{n}])::bigint' for n in _PLACES)}"
_SINCE = """at >= date_bin(make_interval(secs => %(step)s), now() - make_interval(secs => %(seconds)s),
                          %(origin)s::timestamptz)"""
_HOURS = "at > now() - make_interval(hours => %(hours)s)"


def _of(when: str, *, whole: bool) -> str:
    """Return what is read of a stretch of time."""
    if not whole:
        return f"engine_course WHERE connection_id = ANY(%(ids)s) AND {when}"
    return f"""(SELECT * FROM engine_course WHERE connection_id = ANY(%(ids)s) AND NOT name IN {SIDES} AND {when}
                 UNION ALL
                SELECT * FROM engine_course WHERE connection_id = {TOGETHER} AND {when}) AS found"""  # noqa: S608


_READ, _READ_WHOLE = (
    f"""SELECT date_bin(make_interval(secs => %(step)s), at, %(origin)s::timestamptz) AS begins, name, {_ALL}
          FROM {_of(_SINCE, whole=whole)} GROUP BY 1, 2 ORDER BY 1, 2"""  # noqa: S608 - our own numbers
    for whole in (False, True)
)
_LATELY, _LATELY_WHOLE = (
    f"SELECT min(at), name, {_ALL} FROM {_of(_HOURS, whole=whole)} GROUP BY 2 ORDER BY 2"  # noqa: S608
    for whole in (False, True)
)
