"""What waits for a person, by cause: parked and failed records counted together where one thing holds them up.

Decides that a cause belongs to its connection, since what is missing in one Odoo may be there in another, and that the
remedy shown is that of the record that ran into it last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5

from django.db.models import F, QuerySet, Value
from django.db.models.functions import MD5, Coalesce, Left, NullIf

from woodoo.engine import db
from woodoo.engine.models import State, Work

#: States in which a record waits for a person.
STATES = (State.PARKED, State.FAILED)
#: Causes shown at most; records that are named for each.
MOST, _NAMED = 100, 3
_KEY_LENGTH = 12


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


def held_up(connection_id: int | None = None, *, among: Sequence[int] | None = None, most: int = MOST) -> list[Held]:
    """Return the causes for which records wait for a person, those with most records first.

    Args:
        connection_id: only of this connection.
        among: only of these.
        most: so many causes.
    """
    found = db.rows(
        """WITH held AS (
               SELECT connection_id, COALESCE(NULLIF(cause, ''), message) COLLATE "C" AS said, count(*) AS records,
                      count(*) FILTER (WHERE state = 'failed') AS failed,
                      min(updated_at) AS since, max(updated_at) AS until, array_agg(id ORDER BY updated_at, id) AS ids
                 FROM engine_work
                WHERE state IN ('parked', 'failed') AND NOT trial AND (%(id)s::int IS NULL OR connection_id = %(id)s)
                  AND (%(among)s::int[] IS NULL OR connection_id = ANY(%(among)s))
                GROUP BY 1, 2 ORDER BY 3 DESC, 5 LIMIT %(most)s)
           SELECT h.connection_id, left(md5(h.said), %(length)s), h.said, last.place, last.fix, last.error_kind,
                  h.records, h.failed, h.since, h.until, h.ids[1:%(named)s]
             FROM held h JOIN engine_work last ON last.id = h.ids[h.records] ORDER BY h.records DESC, h.since""",
        {
            "id": connection_id,
            "among": among if among is None else list(among),
            "length": _KEY_LENGTH,
            "named": _NAMED,
            "most": most,
        },
    )
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


def with_cause(rows: QuerySet[Work], key: str) -> QuerySet[Work]:
    """Return those of the rows that wait for a person because of this cause."""
    said = Coalesce(NullIf(F("cause"), Value("")), F("message"))
    return (
        rows.filter(state__in=STATES, trial=False)
        .annotate(cause_key=Left(MD5(said), _KEY_LENGTH))
        .filter(cause_key=key)
    )


def cause_named(key: str, among: Sequence[int]) -> str:
    """Return what holds records of these connections up, by its short name; empty where nothing does."""
    held = with_cause(Work.objects.filter(connection_id__in=list(among)), key).values_list("cause", "message")
    return next((cause or message for cause, message in held[:1]), "")


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
    found = Work.objects.filter(pk__in=work_ids).values_list("pk", "title", "record")
    return {number: title or record for number, title, record in found}
