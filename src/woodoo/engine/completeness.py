"""As of when every record of a store is accounted for, and what is known of those that are not.

Decides what "complete as of" means. A record is accounted for where it is on the to-do list, in whatever state, or is
older than its connection and was never asked for.

| what is known                                           | complete as of                                       |
|---------------------------------------------------------|------------------------------------------------------|
| the store's records were never counted to the end       | nobody can tell                                      |
| a poll went well, and the last count has ended          | the moment before it asked, by the database's clock  |
| a poll failed, or could read a part of the changes only | as before                                            |
| the count under way has found a gap                     | as before, until it has ended: there may be more     |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from woodoo.domain.mark import GONE
from woodoo.engine import db
from woodoo.engine.cursors import get_cursor, set_cursor
from woodoo.engine.models import Completeness, Cursor

#: Records of a gap that are named; the rest are counted.
MOST_NAMED = 100
#: States in which nobody is at a record, nor will be by itself.
_REST = "('done', 'skipped', 'parked', 'failed')"
_IS_NUMBER = "record ~ '^[0-9]{1,18}$'"


@dataclass(frozen=True)
class Count:
    """How far a count of a store's records has come; once it has ended, what it found."""

    began_at: str = ""
    ended_at: str = ""
    #: Where in the store's list it goes on, as the store wrote it; empty at the beginning, and once all is listed.
    cursor: str = ""
    all_listed: bool = False
    #: The highest id the list has shown, and up to which id it was looked whether what is on the to-do list is there.
    reached: int = 0
    checked: int = 0
    #: Records the store listed, drafts of carts apart; and how many it says there are, drafts included.
    listed: int = 0
    drafts: int = 0
    total: int | None = None
    #: Of those listed: older than the connection, and never asked for.
    before: int = 0
    #: What was rung for: records nobody had told of, changes nobody had told of, records that are gone from the store.
    gaps: int = 0
    changed: int = 0
    gone: int = 0

    @property
    def hidden(self) -> int:
        """Records the store counts but does not show; 0 where it shows all, or does not say how many there are."""
        return max(0, (self.total or 0) - self.listed - self.drafts)

    @classmethod
    def read(cls, text: str) -> Count:
        """Read what `save_count` wrote."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in json.loads(text or "{}").items() if name in known})

    @property
    def under_way(self) -> bool:
        return bool(self.began_at) and not self.ended_at


@dataclass(frozen=True)
class Known:
    """A record on the to-do list."""

    record: str
    resting: bool
    #: `Work.seen`.
    seen: str


@dataclass(frozen=True)
class Standing:
    """What is known of the completeness of one kind of record of one connection."""

    lane: str = "orders"
    complete_at: datetime | None = None
    counted_at: datetime | None = None
    in_store: int | None = None
    before: int = 0
    gap: Sequence[str] = ()
    gap_count: int = 0
    gap_since: datetime | None = None
    count: Count = field(default_factory=Count)


def now() -> datetime:
    """Return what time it is by the clock of the database."""
    moment: datetime
    ((moment,),) = db.rows("SELECT clock_timestamp()")
    return moment


def load_count(connection_id: int, lane: str) -> Count:
    """Return how far the count of a lane has come."""
    return Count.read(get_cursor(connection_id, _name(lane)))


def save_count(connection_id: int, lane: str, count: Count) -> None:
    """Note how far a count has come. Do it together with what it found."""
    set_cursor(connection_id, _name(lane), json.dumps(asdict(count)))


def polled(connection_id: int, lane: str, asked_at: datetime) -> None:
    """Note that all the store had at `asked_at`, by the database's clock, is on the list, as far as a poll can tell.

    A clock that was set back counts like any other: the last poll tells.
    """
    count = load_count(connection_id, lane)
    if count.under_way and count.gaps:
        return
    db.change(
        """UPDATE engine_completeness SET complete_at = %s
            WHERE connection_id = %s AND lane = %s AND counted_at IS NOT NULL""",
        [asked_at, connection_id, lane],
    )


def gap_found(connection_id: int, lane: str, records: Sequence[str]) -> None:
    """Note records of which neither an event nor a poll had told. They are on the list now."""
    if not records:
        return
    db.change(
        """INSERT INTO engine_completeness AS c (connection_id, lane, gap, gap_count, gap_since)
           VALUES (%(connection)s, %(lane)s, (%(records)s::text[])[:%(most)s], %(count)s, now())
           ON CONFLICT (connection_id, lane) DO UPDATE SET
               gap = (c.gap || EXCLUDED.gap)[:%(most)s], gap_count = c.gap_count + EXCLUDED.gap_count,
               gap_since = COALESCE(c.gap_since, EXCLUDED.gap_since)""",
        {
            "connection": connection_id,
            "lane": lane,
            "records": list(records),
            "count": len(records),
            "most": MOST_NAMED,
        },
    )


def counted(connection_id: int, lane: str, count: Count) -> None:
    """Note that a count has ended. One that found nothing missing ends a gap that was known."""
    db.change(
        """INSERT INTO engine_completeness AS c (connection_id, lane, gap, counted_at, in_store, before)
           VALUES (%(connection)s, %(lane)s, '{}', now(), %(listed)s, %(before)s)
           ON CONFLICT (connection_id, lane) DO UPDATE SET
               counted_at = EXCLUDED.counted_at, in_store = EXCLUDED.in_store, before = EXCLUDED.before,
               gap = CASE WHEN %(clean)s THEN '{}' ELSE c.gap END,
               gap_count = CASE WHEN %(clean)s THEN 0 ELSE c.gap_count END,
               gap_since = CASE WHEN %(clean)s THEN NULL ELSE c.gap_since END""",
        {
            "connection": connection_id,
            "lane": lane,
            "listed": count.listed,
            "before": count.before,
            "clean": not count.gaps,
        },
    )


def on_the_list(connection_id: int, lane: str, records: Iterable[str]) -> Mapping[str, Known]:
    """Return which of these records are on the to-do list."""
    found = db.rows(
        f"""SELECT record, state IN {_REST}, seen FROM engine_work
             WHERE connection_id = %s AND lane = %s AND record = ANY(%s)""",  # noqa: S608
        [connection_id, lane, list(records)],
    )
    return {record: Known(record, resting, seen) for record, resting, seen in found}


def between(connection_id: int, lane: str, after: int, until: int, but: Iterable[str], *, most: int) -> list[Known]:
    """Return resting records with ids above `after` up to `until`, the lowest first; not those named nor those gone."""
    found = db.rows(
        f"""SELECT record, seen FROM engine_work
             WHERE connection_id = %s AND lane = %s AND {_IS_NUMBER}
               AND record::bigint > %s AND record::bigint <= %s
               AND NOT record = ANY(%s) AND seen <> %s AND state IN {_REST}
             ORDER BY record::bigint LIMIT %s""",  # noqa: S608
        [connection_id, lane, after, until, list(but), GONE, most],
    )
    return [Known(record, True, seen) for record, seen in found]


def standings(connection_ids: Iterable[int], lane: str = "orders") -> Mapping[int, Standing]:
    """Return what is known of the completeness of each connection."""
    ids = list(connection_ids)
    rows = {row.connection_id: row for row in Completeness.objects.filter(connection_id__in=ids, lane=lane)}
    cursors = Cursor.objects.filter(connection_id__in=ids, name=_name(lane)).values_list("connection_id", "value")
    counts = {number: Count.read(text) for number, text in cursors}
    return {number: _standing(lane, rows.get(number), counts.get(number, Count())) for number in ids}


def _standing(lane: str, row: Completeness | None, count: Count) -> Standing:
    if row is None:
        return Standing(lane, count=count)
    return Standing(
        lane=lane,
        complete_at=row.complete_at,
        counted_at=row.counted_at,
        in_store=row.in_store,
        before=row.before,
        gap=tuple(row.gap),
        gap_count=row.gap_count,
        gap_since=row.gap_since,
        count=count,
    )


def _name(lane: str) -> str:
    return f"count:{lane}"
