"""What waits for a person, by cause: parked and failed records counted together where one thing holds them up.

Decides that a cause belongs to its connection, since what is missing in one Odoo may be there in another, and that the
remedy shown is that of the record that ran into it last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5

from django.db.models import Q, QuerySet

from woodoo.engine import db
from woodoo.engine.finding import connections_with_work
from woodoo.engine.models import State, Work

#: States in which a record waits for a person.
STATES = (State.PARKED, State.FAILED)
#: Causes shown at most; records that are named for each.
MOST, _NAMED = 100, 3
_KEY_LENGTH = 12
#: Every cause of these connections with its records, counted within an index (`engine_work_cause`). A record of before
#: there were causes goes by its message; those are looked for on each connection, for the database takes them for many.
COUNTED = """
    SELECT connection_id, cause AS said, count(*) AS records, count(*) FILTER (WHERE state = 'failed') AS failed,
           min(updated_at) AS since, max(updated_at) AS until, false AS bare
      FROM engine_work
     WHERE connection_id = ANY(%(ids)s) AND state IN ('parked', 'failed') AND NOT trial AND cause <> ''
     GROUP BY connection_id, cause
     UNION ALL
    SELECT w.connection_id, w.message, count(*), count(*) FILTER (WHERE w.state = 'failed'),
           min(w.updated_at), max(w.updated_at), true
      FROM unnest(%(ids)s::int[]) AS wanted (id)
      JOIN LATERAL (SELECT * FROM engine_work w WHERE w.connection_id = wanted.id AND w.cause = ''
                       AND w.state IN ('parked', 'failed') AND NOT w.trial) AS w ON true
     GROUP BY w.connection_id, w.message"""


def _some(order: str, most: str) -> str:
    """Return what reads the first of the records of a cause, each of both parts from its index."""
    held = "w.connection_id = h.connection_id AND w.state IN ('parked', 'failed') AND NOT w.trial"
    parts = (
        f"(SELECT w.id, w.updated_at FROM engine_work w WHERE {held} AND {said} ORDER BY {order} LIMIT {most})"  # noqa: S608
        for said in ("h.said <> '' AND w.cause = h.said", "h.bare AND w.cause = '' AND w.message = h.said")
    )
    return f"SELECT w.id FROM ({' UNION ALL '.join(parts)}) AS w ORDER BY {order} LIMIT {most}"  # noqa: S608


_HELD = f"""
    WITH counted AS ({COUNTED}), held AS (
        SELECT connection_id, said, sum(records)::bigint AS records, sum(failed)::bigint AS failed,
               min(since) AS since, max(until) AS until, bool_or(bare) AS bare
          FROM counted GROUP BY connection_id, said ORDER BY 3 DESC, 5 LIMIT %(most)s)
    SELECT h.connection_id, left(md5(h.said), %(length)s), h.said, last.place, last.fix, last.error_kind,
           h.records, h.failed, h.since, h.until, ARRAY({_some("w.updated_at, w.id", "%(named)s")})
      FROM held h JOIN engine_work last ON last.id = ({_some("w.updated_at DESC, w.id DESC", "1")})
     ORDER BY h.records DESC, h.since"""  # noqa: S608 - our own
_NAMED_SO = f"""
    WITH counted AS MATERIALIZED ({COUNTED})
    SELECT said, array_agg(connection_id), bool_or(bare) FROM counted
     WHERE left(md5(said), {_KEY_LENGTH}) = %(key)s GROUP BY said"""  # noqa: S608 - our own


@dataclass(frozen=True)
class Record:
    """One of the records, to look at."""

    work_id: int
    name: str


@dataclass(frozen=True)
class Held:
    """One cause and what it holds up."""

    connection_id: int
    #: Short name of the cause, for addresses and the command line.
    key: str
    #: What is wrong, without names of records or persons.
    cause: str
    #: The place that is wrong, such as "settings -> taxes".
    place: str
    fix: str
    error_kind: str
    count: int
    #: How many of them have failed; the others are parked.
    failed: int
    #: When the first and the last of them were tried last.
    since: datetime
    until: datetime
    #: The ones that wait longest.
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Cause:
    """What holds records up, wherever it does."""

    #: In words.
    said: str
    connections: Sequence[int]
    #: Some of the records have no cause and go by their message.
    by_message: bool


def held_up(connection_id: int | None = None, *, among: Sequence[int] | None = None, most: int = MOST) -> list[Held]:
    """Return the causes for which records wait for a person, those with most records first.

    Args:
        connection_id: only of this connection.
        among: only of these.
        most: so many causes.
    """
    ids = _wanted(connection_id, among)
    found = db.rows(_HELD, {"ids": ids, "length": _KEY_LENGTH, "named": _NAMED, "most": most})
    names = _names([number for row in found for number in row[-1]])
    return [
        Held(
            connection_id=row[0],
            key=row[1],
            cause=row[2],
            place=row[3],
            fix=row[4],
            error_kind=row[5],
            count=row[6],
            failed=row[7],
            since=row[8],
            until=row[9],
            records=tuple(Record(number, names[number]) for number in row[10] if number in names),
        )
        for row in found
    ]


def causes_named(key: str, among: Sequence[int] | None = None) -> list[Cause]:
    """Return what holds records up by its short name, on these connections or on all; nothing where nothing does."""
    return [Cause(*row) for row in db.rows(_NAMED_SO, {"ids": _wanted(None, among), "key": key})]


def with_cause(rows: QuerySet[Work], causes: Sequence[Cause]) -> QuerySet[Work]:
    """Return those of the rows that wait for a person because of one of these causes."""
    fits = Q(pk__in=())
    for one in causes:
        goes_by = Q(cause=one.said) | Q(cause="", message=one.said) if one.by_message else Q(cause=one.said)
        fits |= Q(goes_by, connection_id__in=one.connections)
    return rows.filter(fits, state__in=STATES, trial=False)


def _wanted(connection_id: int | None, among: Sequence[int] | None) -> list[int]:
    """Return the connections whose records are asked for."""
    if connection_id is not None:
        return [connection_id] if among is None or connection_id in among else []
    return connections_with_work() if among is None else list(among)


def others_with(work: Work) -> tuple[str, int]:
    """Return the short name of what holds a record up, and how many others of its connection it holds up."""
    if work.state not in STATES or not work.cause:
        return "", 0
    same = Work.objects.filter(connection_id=work.connection_id, cause=work.cause, state__in=STATES, trial=False)
    return md5(work.cause.encode(), usedforsecurity=False).hexdigest()[:_KEY_LENGTH], same.exclude(pk=work.pk).count()


def is_key(text: str) -> bool:
    """Return whether this can be the short name of a cause."""
    return len(text) == _KEY_LENGTH and all(letter in "0123456789abcdef" for letter in text)


def _names(work_ids: Sequence[int]) -> dict[int, str]:
    return {one.pk: one.name for one in Work.objects.filter(pk__in=work_ids).only("title", "lane", "record", "state")}
