"""What surveys have found: kept while they go on, counted and named for the pages that show it.

A survey is an import that only looks (`engine/import_walk.py`): it is paused, resumed and stopped like one. Decides
that what the one before had found is kept until the next one is through, and that lists are read in pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from json import loads

from django.db.models import Count, F, QuerySet

from woodoo.engine import db
from woodoo.engine.models import Finding, Import
from woodoo.engine.registry import Found

#: Causes shown at most, and records named for each.
MOST_CAUSES, NAMED = 100, 5
#: Rows read at once for a file.
_PIECE = 2000


@dataclass(frozen=True)
class Cause:
    """One reason, and the records it holds for."""

    kind: str
    cause: str
    place: str
    fix: str
    count: int
    #: The first ones: their ids and names.
    named: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shared:
    """Something that only one record should have, and how many have it."""

    record: str
    count: int
    #: Of the first ones.
    titles: tuple[str, ...]
    facts: tuple[dict[str, object], ...]


def keep(import_id: int, found: Sequence[Found]) -> None:
    """Keep what a piece of a survey has found."""
    Finding.objects.bulk_create(
        [
            Finding(
                import_id=import_id,
                kind=one.kind,
                record=one.record.replace("\x00", ""),
                title=one.title.replace("\x00", ""),
                cause=one.cause.replace("\x00", ""),
                message=one.message.replace("\x00", ""),
                fix=one.fix,
                place=one.place,
                facts=dict(one.facts),
            )
            for one in found
        ],
        batch_size=1000,
    )


def forget_older(done: Import) -> None:
    """Forget what earlier surveys of the same kind had found."""
    older = Import.objects.filter(connection_id=done.connection_id, lane=done.lane, pk__lt=done.pk)
    Finding.objects.filter(import_id__in=older.values("pk")).delete()


def newest(connection_id: int, lane: str) -> Import | None:
    """Return the survey that was begun last; None where there is none."""
    return Import.objects.filter(connection_id=connection_id, lane=lane).order_by("-pk").first()


def through(connection_id: int, lane: str) -> Import | None:
    """Return the last survey that has come to its end; None where there is none."""
    done = Import.objects.filter(connection_id=connection_id, lane=lane, state=Import.State.DONE)
    return done.order_by("-pk").first()


def findings(import_id: int, *kinds: str) -> QuerySet[Finding]:
    """Return what a survey has found, of these kinds or of all, in the order in which it was found."""
    every = Finding.objects.filter(import_id=import_id).order_by("pk")
    return every.filter(kind__in=kinds) if kinds else every


def counts(import_id: int) -> dict[str, int]:
    """Return how many findings of each kind there are."""
    found = Finding.objects.filter(import_id=import_id).values_list("kind").annotate(count=Count("pk"))
    return dict(found.order_by("kind"))


def causes(import_id: int, *kinds: str) -> list[Cause]:
    """Return the reasons of findings of these kinds, those with most records first."""
    found = db.rows(
        """SELECT kind, cause, min(place), (array_agg(fix ORDER BY id DESC))[1], count(*),
                  (array_agg(record ORDER BY id))[1:%(named)s], (array_agg(title ORDER BY id))[1:%(named)s]
             FROM engine_finding WHERE import_id = %(id)s AND kind = ANY(%(kinds)s)
            GROUP BY kind, cause ORDER BY count(*) DESC, kind, cause LIMIT %(most)s""",
        {"id": import_id, "kinds": list(kinds), "named": NAMED, "most": MOST_CAUSES},
    )
    return [
        Cause(kind, cause, place, fix, count, tuple(zip(records, titles, strict=True)))
        for kind, cause, place, fix, count, records, titles in found
    ]


def shared(import_id: int, kind: str, *, limit: int | None = None) -> list[Shared]:
    """Return what several findings of a kind have in common, by their `record`: SKUs that two products have."""
    found = db.rows(
        """SELECT record, count(*), (array_agg(title ORDER BY id))[1:%(named)s],
                  to_jsonb((array_agg(facts ORDER BY id))[1:%(named)s])::text
             FROM engine_finding WHERE import_id = %(id)s AND kind = %(kind)s AND record <> ''
            GROUP BY record HAVING count(*) > 1 ORDER BY count(*) DESC, record LIMIT %(limit)s""",
        {"id": import_id, "kind": kind, "named": NAMED, "limit": limit},
    )
    return [Shared(record, count, tuple(titles), tuple(loads(facts))) for record, count, titles, facts in found]


def members(import_id: int, kind: str) -> QuerySet[Finding]:
    """Return the findings of a kind that share their `record` with others, side by side."""
    own = Finding.objects.filter(import_id=import_id, kind=kind).exclude(record="")
    several = own.values("record").annotate(count=Count("pk")).filter(count__gt=1)
    return own.filter(record__in=several.values("record")).order_by("record", "pk")


def count_shared(import_id: int, kind: str) -> int:
    """Return how many such things there are."""
    ((count,),) = db.rows(
        """SELECT count(*) FROM (SELECT 1 FROM engine_finding WHERE import_id = %s AND kind = %s AND record <> ''
                                  GROUP BY record HAVING count(*) > 1) AS several""",
        [import_id, kind],
    )
    return int(count)


def count_in_lists(import_id: int, kind: str, name: str) -> tuple[int, dict[str, int]]:
    """Return how many different records of a kind there are, and how many have each word in the list `name`."""
    ((total,),) = db.rows(
        "SELECT count(DISTINCT record) FROM engine_finding WHERE import_id = %s AND kind = %s", [import_id, kind]
    )
    found = db.rows(
        """SELECT word, count(DISTINCT record) FROM engine_finding f, jsonb_array_elements_text(f.facts -> %s) AS word
            WHERE import_id = %s AND kind = %s GROUP BY word ORDER BY word""",
        [name, import_id, kind],
    )
    return int(total), {word: int(count) for word, count in found}


def only_in(import_id: int, kind: str, other: str) -> QuerySet[Finding]:
    """Return the findings of a kind whose `record` none of another kind has: SKUs the other side does not know."""
    there = Finding.objects.filter(import_id=import_id, kind=other).values("record")
    found = Finding.objects.filter(import_id=import_id, kind=kind).exclude(record="").exclude(record__in=there)
    return found.order_by("record", "pk").distinct("record")


def in_pieces(rows: QuerySet[Finding]) -> Iterable[Finding]:
    """Read rows piece by piece, for a file of any length."""
    return _pieces(rows.order_by(F("pk").asc()))


def _pieces(rows: QuerySet[Finding]) -> Iterator[Finding]:
    last = 0
    while piece := list(rows.filter(pk__gt=last)[:_PIECE]):
        yield from piece
        last = piece[-1].pk
