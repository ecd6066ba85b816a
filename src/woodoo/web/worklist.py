"""Finds the work a reader asks for: by state, connection and text, newest change first.

Decides that pages are cut by position, not by number: a page far down costs no more than the first. And what "all that
match" means where they are tried again or left out together:

| the filter's state                  | tried again        | left out           |
|-------------------------------------|--------------------|--------------------|
| none, or "needs a person"           | parked and failed  | parked and failed  |
| parked, failed, retrying            | those              | those              |
| queued                              | nothing            | those              |
| done, skipped                       | those              | nothing            |
| running                             | nothing            | nothing            |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from woodoo.engine.held import is_key, with_cause
from woodoo.engine.models import Work
from woodoo.flows.table import FLOWS

from .words import ATTENTION, RETRYABLE, SKIPPABLE, STATES

PAGE = 50


@dataclass(frozen=True)
class Query:
    """What the reader asked for."""

    state: str = ""
    connection: int | None = None
    #: Only records of this flow.
    flow: str = ""
    text: str = ""
    #: Short name of what holds the records up (`engine.held`).
    cause: str = ""
    #: Only records changed before this one: its time and number.
    before: tuple[datetime, int] | None = None
    #: Only records of these connections, whatever else is asked for: those its reader reaches. None: all.
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, given: QueryDict) -> Query:
        """Read the query string; what makes no sense is left out."""
        state = given.get("state", "")
        connection = given.get("connection", "")
        cause = given.get("cause", "")
        return cls(
            state=state if state in STATES or state == "attention" else "",
            connection=int(connection)
            if connection.isascii() and connection.isdigit() and len(connection) < 10
            else None,
            flow=flow if (flow := given.get("flow", "")) in FLOWS else "",
            text=given.get("q", "").replace("\x00", "").strip()[:100],
            cause=cause if is_key(cause) else "",
            before=position(given.get("before", "")),
        )

    @property
    def first(self) -> bool:
        """Whether this is the newest page."""
        return self.before is None

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.state or self.connection or self.flow or self.text or self.cause)

    @property
    def as_string(self) -> str:
        """The query string of the first page."""
        parts = {"state": self.state, "connection": self.connection or "", "flow": self.flow, "q": self.text}
        parts["cause"] = self.cause
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def page_string(self) -> str:
        """The query string of this very page."""
        return self.as_string if self.before is None else self.older_than(*self.before)

    def older_than(self, moment: datetime, number: int) -> str:
        """Return the query string of the page after that record."""
        position = urlencode({"before": f"{moment.isoformat()},{number}"})
        return f"{self.as_string}&{position}" if self.as_string else position

    def with_state(self, state: str) -> str:
        """Return the query string of the same search in another state."""
        return replace(self, state=state, before=None).as_string

    @property
    def without_cause(self) -> str:
        """The query string of the same search whatever holds the records up."""
        return replace(self, cause="", before=None).as_string


@dataclass(frozen=True)
class Pill:
    """One state to filter by."""

    label: str
    meaning: str
    count: int
    query: str
    current: bool


def position(text: str) -> tuple[datetime, int] | None:
    """Read where a page begins: the time of the last change of the record before it, and its number."""
    moment, _, number = text.rpartition(",")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if at.tzinfo is None or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return at, int(number)


def found(query: Query) -> QuerySet[Work]:
    """Return what fits the query in any state."""
    rows = Work.objects.all()
    if query.among is not None:
        rows = rows.filter(connection_id__in=query.among)
    if query.connection:
        rows = rows.filter(connection_id=query.connection)
    if query.flow:
        rows = rows.filter(flow=query.flow)
    if query.text:
        bare = query.text.removeprefix("#")
        rows = rows.filter(Q(record=bare) | Q(title__icontains=query.text) | Q(message__icontains=query.text))
    return with_cause(rows, query.cause) if query.cause else rows


def to_retry(query: Query) -> list[int]:
    """Return the numbers of all that match and can be tried again together."""
    return _numbers(query, RETRYABLE)


def to_skip(query: Query) -> list[int]:
    """Return the numbers of all that match and can be left out together."""
    return _numbers(query, SKIPPABLE)


def _numbers(query: Query, allowed: tuple[str, ...]) -> list[int]:
    states = set(_together(query)) & set(allowed)
    return list(found(query).filter(state__in=states).order_by("pk").values_list("pk", flat=True)) if states else []


def _together(query: Query) -> tuple[str, ...]:
    return (query.state,) if query.state in STATES else ATTENTION


def page_of(query: Query) -> tuple[list[Work], str]:
    """Return one page of work, and the query string of the next older one ("" on the last)."""
    shown, more = rows_of(query, PAGE)
    return shown, query.older_than(shown[-1].updated_at, shown[-1].pk) if more else ""


def rows_of(query: Query, size: int) -> tuple[list[Work], bool]:
    """Return so many records, newest change first, and whether there are older ones."""
    rows = found(query)
    if query.state:
        rows = rows.filter(state__in=ATTENTION if query.state == "attention" else (query.state,))
    if query.before:
        moment, number = query.before
        rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=number))
    batch = list(rows.order_by("-updated_at", "-pk")[: size + 1])
    return batch[:size], len(batch) > size


@dataclass(frozen=True)
class Together:
    """How many records all that match are, to be tried again and to be left out."""

    retry: int
    skip: int


def together(query: Query, counts: Mapping[str, int]) -> Together:
    """Say how many records go together, by what is counted per state."""
    states = _together(query)
    return Together(
        sum(counts.get(state, 0) for state in states if state in RETRYABLE),
        sum(counts.get(state, 0) for state in states if state in SKIPPABLE),
    )


def counts_of(query: Query) -> dict[str, int]:
    """Return how many records fit the query in each state."""
    return dict(found(query).values_list("state").annotate(Count("pk")))


def pills(query: Query, counts: Mapping[str, int]) -> list[Pill]:
    """Return the states to filter by, with how many records each has under the same search."""
    attention = sum(counts.get(state, 0) for state in ATTENTION)
    rows = [
        ("", "All", "Everything", sum(counts.values())),
        ("attention", "Needs a person", "Parked and failed", attention),
        *((name, word.label, word.meaning, counts.get(name, 0)) for name, word in STATES.items()),
    ]
    return [
        Pill(label, meaning, count, query.with_state(state), state == query.state)
        for state, label, meaning, count in rows
    ]
