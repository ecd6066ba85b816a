"""How the connections are doing: counts per state, pauses, last signs of life."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from woodoo.checkup.book import health_of
from woodoo.connections.models import Connection
from woodoo.engine import course, db, gauges

from .completeness import Told, told_of
from .pauses import Pause, pauses_of
from .words import ATTENTION, state_words

#: Connection → state → records.
Counts = Mapping[int, Mapping[str, int]]


@dataclass(frozen=True)
class Status:
    """Whether a connection works: "on", "paused" or "off"."""

    state: str
    pauses: tuple[Pause, ...] = ()
    #: The worst of the last health check: "ok", "warn", "bad"; empty before the first.
    health: str = ""


@dataclass(frozen=True)
class Tally:
    """How many records are in one state."""

    state: str
    label: str
    meaning: str
    count: int


@dataclass(frozen=True)
class Card:
    """One connection on the overview."""

    connection: Connection
    status: Status
    tallies: tuple[Tally, ...]
    last_done: datetime | None
    last_event: datetime | None
    completeness: Told

    def to_json(self) -> dict[str, Any]:
        """Return it for other programs; moments are aware UTC datetimes."""
        return {
            "id": self.connection.pk,
            "name": self.connection.name,
            "state": self.status.state,
            "pauses": [pause.to_json() for pause in self.status.pauses],
            "counts": {tally.state: tally.count for tally in self.tallies},
            "last_done": self.last_done,
            "last_event": self.last_event,
            **self.completeness.to_json(),
        }


@dataclass(frozen=True)
class Known:
    """What a page tells of its connections in several places, read once."""

    #: (connection, flow, state, count) of all records.
    records: gauges.Rows
    #: By connection and state.
    counts: Counts
    statuses: Mapping[int, Status]
    last_done: Mapping[int, datetime | None]


def known_of(connections: Sequence[Connection]) -> Known:
    """Read what is known of these connections, in a fixed number of queries."""
    ids = [connection.pk for connection in connections]
    records = gauges.records(ids)
    counts = _by_state(records)
    return Known(records, counts, _statuses(connections, counts), _last_done(ids, counts))


def cards(connections: Sequence[Connection], known: Known | None = None) -> list[Card]:
    """Return how each connection is doing, in a fixed number of queries; `known`: what was read of them before."""
    ids = [connection.pk for connection in connections]
    known = known or known_of(connections)
    events = last_events(ids)
    told = told_of(connections)
    return [
        Card(
            connection,
            known.statuses[connection.pk],
            tallies_of(known.counts[connection.pk]),
            known.last_done.get(connection.pk),
            events[connection.pk],
            told[connection.pk],
        )
        for connection in connections
    ]


def troubled_first(connections: Sequence[Connection], known: Known) -> list[Connection]:
    """Return the connections that rest, are switched off or have most records that need a person before the others."""

    def held(one: Connection) -> int:
        return sum(known.counts[one.pk].get(state, 0) for state in ATTENTION)

    return sorted(connections, key=lambda one: (known.statuses[one.pk].state == "on", -held(one)))


def _by_state(records: gauges.Rows) -> Counts:
    """Return, per connection, how many records are in each state; those of test runs count nowhere."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for connection_id, _, state, count in records:
        counts[connection_id][state] += count
    return counts


def tallies_of(counts: Mapping[str, int]) -> tuple[Tally, ...]:
    """Return all states in their order, with their counts."""
    return tuple(Tally(name, word.label, word.meaning, counts.get(name, 0)) for name, word in state_words().items())


def connection_statuses(connections: Sequence[Connection]) -> Mapping[int, Status]:
    """Return which connections are on, paused by an outage, or switched off."""
    return _statuses(connections, None)


def _statuses(connections: Sequence[Connection], counts: Counts | None) -> Mapping[int, Status]:
    ids = [connection.pk for connection in connections]
    pauses, health = pauses_of(ids, counts), health_of(ids)
    return {one.pk: replace(_status(one, pauses.get(one.pk)), health=health[one.pk].state) for one in connections}


def _status(connection: Connection, pause: Pause | None) -> Status:
    if not connection.enabled:
        return Status("off")
    return Status("paused", (pause,)) if pause else Status("on")


def _last_done(connection_ids: Sequence[int], counts: Counts) -> Mapping[int, datetime | None]:
    """Return, per connection, when a record was brought to where it should be last.

    Where that was not noted, the records themselves are asked; if there is no such record, nobody looks for one.
    """
    noted = course.last_done(connection_ids)
    asked = [number for number in connection_ids if number not in noted and counts[number].get("done")]
    return {**noted, **_last_of_records(asked)}


def _last_of_records(connection_ids: Sequence[int]) -> dict[int, datetime | None]:
    if not connection_ids:
        return {}
    return dict(
        db.rows(
            """SELECT wanted.id, (SELECT w.finished_at FROM engine_work w
                                   WHERE w.connection_id = wanted.id AND w.state = 'done' AND NOT w.trial
                                   ORDER BY w.updated_at DESC, w.id DESC LIMIT 1)
                 FROM unnest(%s::int[]) AS wanted (id)""",
            [list(connection_ids)],
        )
    )


def last_event(connection_id: int) -> datetime | None:
    """Return when the store last reported something that was taken in."""
    return last_events([connection_id])[connection_id]


def last_events(connection_ids: Sequence[int]) -> Mapping[int, datetime | None]:
    """Return, per connection, when its store last reported something that was taken in."""
    return dict(
        db.rows(
            """SELECT wanted.id, (SELECT received_at FROM engine_event e
                                   WHERE e.connection_id = wanted.id AND e.source IN ('webhook', 'poll')
                                   ORDER BY received_at DESC LIMIT 1)
                 FROM unnest(%s::int[]) AS wanted (id)""",
            [list(connection_ids)],
        )
    )
