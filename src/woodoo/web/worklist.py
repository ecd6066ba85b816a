"""Finds the work a reader asks for: by state, connection, kind, text, reason and day, in the order asked for.

Decides that pages are cut by position, not by number: a page far down costs no more than the first; and that no list
counts a million: what is asked for by state, connection and kind alone is known (`engine.totals`), the records of some
days are counted up to `COUNTED`. And what "all that match" means where they are tried again or left out together:

| the filter's state                  | tried again        | left out           |
|-------------------------------------|--------------------|--------------------|
| none, or "needs a person"           | parked and failed  | parked and failed  |
| parked, failed, retrying            | those              | those              |
| queued                              | nothing            | those              |
| done, skipped                       | those              | nothing            |
| running                             | nothing            | nothing            |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from woodoo.engine import db, totals
from woodoo.engine.finding import Search, connections_with_work
from woodoo.engine.held import causes_named, is_key, with_cause
from woodoo.engine.models import Work
from woodoo.flows.table import FLOWS

from .reach import Reach, Role
from .words import ATTENTION, RETRYABLE, SKIPPABLE, STATES, state_words

PAGE = 50
#: Records of a state are counted so far; then "10,000+" is said.
COUNTED = 10_000
#: Records read at once for a file.
_AT_ONCE = 1000
#: Order of the list → its words, and whether it goes by the time of the last change, and backwards.
SORTS = {
    "": (gettext_lazy("Latest change first"), True, True),
    "oldest": (gettext_lazy("Oldest change first"), True, False),
    "new": (gettext_lazy("Latest on the list first"), False, True),
    "old": (gettext_lazy("Oldest on the list first"), False, False),
}


@dataclass(frozen=True)
class Tallied:
    """How many records there are, or that there are more than anybody counts."""

    count: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.count:,}{'+' if self.more else ''}"

    def __add__(self, other: Tallied) -> Tallied:
        return Tallied(self.count + other.count, self.more or other.more)

    def __bool__(self) -> bool:
        return bool(self.count or self.more)


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
    #: Only records whose last change was on these days, in this zone; the days are both within.
    since: date | None = None
    until: date | None = None
    zone: str = ""
    #: One of `SORTS`.
    sort: str = ""
    #: Only records after this one, in the order of the list: the time of its last change, and its number.
    before: tuple[datetime, int] | None = None
    #: Only records of these connections, whatever else is asked for: those its reader reaches. None: all.
    among: tuple[int, ...] | None = None
    #: On these connections the reader may look for people; None: on all.
    people_on: tuple[int, ...] | None = ()

    @classmethod
    def of(cls, given: QueryDict) -> Query:
        """Read the query string; what makes no sense is left out."""
        state = given.get("state", "")
        connection = given.get("connection", "")
        cause = given.get("cause", "")
        sort = given.get("sort", "")
        return cls(
            state=state if state in STATES or state == "attention" else "",
            connection=int(connection)
            if connection.isascii() and connection.isdigit() and len(connection) < 10
            else None,
            flow=flow if (flow := given.get("flow", "")) in FLOWS else "",
            text=given.get("q", "").replace("\x00", "").strip()[:100],
            cause=cause if is_key(cause) else "",
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            zone=zone if _is_zone(zone := given.get("zone", "")) else "",
            sort=sort if sort in SORTS else "",
            before=position(given.get("before", "")),
        )

    @property
    def first(self) -> bool:
        """Whether this is the first page."""
        return self.before is None

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.state or self.connection or self.flow or self.text or self.cause or self.since or self.until)

    @property
    def is_plain(self) -> bool:
        """Whether it asks for states, connections and flows alone."""
        return not (self.text or self.cause or any(self.span))

    @property
    def as_string(self) -> str:
        """The query string of the first page."""
        parts: dict[str, object] = {"state": self.state, "connection": self.connection or "", "flow": self.flow}
        parts |= {"q": self.text, "cause": self.cause, "since": self.since or "", "until": self.until or ""}
        parts |= {"zone": self.zone if self.since or self.until else "", "sort": self.sort}
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

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The moments from which and before which the last change was."""
        return _midnight(self.since, self.zone), _midnight(self.until, self.zone, after=1)

    @cached_property
    def connections(self) -> Sequence[int]:
        """The connections whose records are looked through."""
        if self.connection:
            return [self.connection] if self.among is None or self.connection in self.among else []
        return connections_with_work() if self.among is None else self.among


def within(query: Query, reach: Reach, role: Role) -> Query:
    """Return a query that keeps to the connections somebody reaches in that role, and to what may be read there."""
    among = reach.connections(role)
    people = None if reach.personal_data else tuple(sorted(reach.data_on))
    return replace(query, among=None if among is None else tuple(among), people_on=people)


@dataclass(frozen=True)
class Pill:
    """One state to filter by."""

    label: str
    meaning: str
    #: None: nobody has counted them.
    count: Tallied | None
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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and len(name) < 64 and ZoneInfo(name) is not None
    except (ValueError, OSError, KeyError):
        return False


def _midnight(day: date | None, zone: str, *, after: int = 0) -> datetime | None:
    if day is None or not date.min + timedelta(2) < day < date.max - timedelta(2):
        return None
    return datetime.combine(day + timedelta(days=after), time.min, ZoneInfo(zone or "UTC"))


@dataclass(frozen=True)
class Found:
    """Records that fit a query in any state."""

    rows: QuerySet[Work]
    #: There are so many that counting them is not worth it.
    broad: bool = False
    #: There are so few that they are named.
    few: bool = False
    #: What holds them up, in words, where it was asked for and holds any up.
    cause: str = ""


def found(query: Query) -> Found:
    """Return what fits the query in any state."""
    rows = Work.objects.filter(connection_id__in=list(query.connections))
    if query.flow:
        rows = rows.filter(flow=query.flow)
    since, until = query.span
    if since:
        rows = rows.filter(updated_at__gte=since)
    if until:
        rows = rows.filter(updated_at__lt=until)
    causes = causes_named(query.cause, query.connections) if query.cause else []
    cause = next((one.said for one in causes), "")
    if query.cause:
        rows = with_cause(rows, causes)
    if not query.text:
        return Found(rows, few=bool(query.cause), cause=cause)
    lanes = sorted({flow.lane for flow in FLOWS.values()})
    everywhere = query.among is None and not query.connection
    rows, few = Search(query.text, query.connections, lanes, query.people_on, everywhere).narrow(rows)
    return Found(rows, broad=not few, few=few, cause=cause)


def to_retry(query: Query, counted_at: datetime | None = None) -> list[int]:
    """Return the numbers of all that match and can be tried again together, as they were counted then."""
    return _numbers(query, RETRYABLE, counted_at)


def to_skip(query: Query, counted_at: datetime | None = None) -> list[int]:
    """Return the numbers of all that match and can be left out together, as they were counted then."""
    return _numbers(query, SKIPPABLE, counted_at)


def _numbers(query: Query, allowed: tuple[str, ...], counted_at: datetime | None) -> list[int]:
    states = set(_together(query)) & set(allowed)
    rows = found(query).rows.filter(state__in=states)
    if counted_at:  # what came to match since was not among those that were shown
        rows = rows.filter(updated_at__lte=counted_at)
    return list(rows.order_by("pk").values_list("pk", flat=True)) if states else []


def _together(query: Query) -> tuple[str, ...]:
    return (query.state,) if query.state in STATES else ATTENTION


def page_of(query: Query, there: Found | None = None) -> tuple[list[Work], str]:
    """Return one page of work, and the query string of the next one ("" on the last)."""
    shown, more = rows_of(query, PAGE, there)
    return shown, query.older_than(shown[-1].updated_at, shown[-1].pk) if more else ""


def rows_of(query: Query, size: int, there: Found | None = None) -> tuple[list[Work], bool]:
    """Return so many records in the order asked for, and whether more come after them."""
    rows = (there or found(query)).rows
    if query.flow:
        rows = rows.filter(lane=FLOWS[query.flow].lane)  # it follows from the flow, and there is an index of lanes
    _, by_change, backwards = SORTS[query.sort]
    if query.before:
        rows = rows.filter(_after(*query.before, by_change=by_change, backwards=backwards))
    sign = "-" if backwards else ""
    order = (f"{sign}updated_at", f"{sign}pk") if by_change else (f"{sign}pk",)
    rows = rows.order_by(*order)
    if query.state == "attention":  # each state from its own index: what is tried again by itself is not passed
        some = [one for state in ATTENTION for one in rows.filter(state=state)[: size + 1]]
        batch = sorted(some, key=lambda one: (one.updated_at, one.pk) if by_change else (one.pk,), reverse=backwards)
    else:
        batch = list((rows.filter(state=query.state) if query.state else rows)[: size + 1])
    return batch[:size], len(batch) > size


def _after(moment: datetime, number: int, *, by_change: bool, backwards: bool) -> Q:
    """Say which records come after that one. The bound on the time alone lets the index begin there."""
    beyond = "lt" if backwards else "gt"
    if not by_change:
        return Q(**{f"pk__{beyond}": number})
    later = Q(**{f"updated_at__{beyond}": moment}) | Q(updated_at=moment, **{f"pk__{beyond}": number})
    return Q(**{f"updated_at__{beyond}e": moment}) & later


def every_page(query: Query) -> Iterator[list[Work]]:
    """Yield all that match in the order asked for, a thousand at once however many there are."""
    while True:
        batch, more = rows_of(query, _AT_ONCE)
        yield batch
        if not more:
            return
        query = replace(query, before=(batch[-1].updated_at, batch[-1].pk))


@dataclass(frozen=True)
class Together:
    """How many records all that match are, to be tried again and to be left out."""

    retry: Tallied
    skip: Tallied


def together(query: Query, counts: Mapping[str, Tallied]) -> Together:
    """Say how many records go together, by what is counted per state."""
    states = _together(query)
    none = Tallied(0)
    return Together(
        sum((counts.get(state, none) for state in states if state in RETRYABLE), none),
        sum((counts.get(state, none) for state in states if state in SKIPPABLE), none),
    )


def counts_of(query: Query, there: Found | None = None) -> dict[str, Tallied]:
    """Return how many records fit the query in each state, those of some days each counted up to `COUNTED`.

    Nothing for a broad search.
    """
    there = there or found(query)
    if there.broad or not query.connections:
        return {}
    if there.few or query.is_plain:
        return {state: Tallied(count) for state, count in exact_counts(query, there).items()}
    parts, params = [], []
    for state in STATES:
        some = there.rows.filter(state=state).order_by().values_list(Value(1))[: COUNTED + 1]
        sql, given = some.query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({sql}) AS one")  # noqa: S608 - written by Django
        params += [state, *given]
    rows = db.rows(" UNION ALL ".join(parts), params)
    return {state: Tallied(min(count, COUNTED), count > COUNTED) for state, count in rows if count}


def counts_at_once(query: Query, there: Found) -> tuple[dict[str, Tallied], Mapping[int, Mapping[str, int]] | None]:
    """Return what `counts_of` does, and how many records of each connection are in each state.

    The latter without those of test runs, and None where not all records of the connections were counted anyway: a
    long backlog is counted once for a page.
    """
    if not query.is_plain or query.flow:
        return counts_of(query, there), None
    by_state: Counter[str] = Counter()
    by_connection: dict[int, Counter[str]] = {number: Counter() for number in query.connections}
    for number, _, state, count, trial in totals.with_trials(query.connections):
        by_state[state] += count
        by_connection[number][state] += 0 if trial else count
    return {state: Tallied(count) for state, count in by_state.items()}, by_connection


def exact_counts(query: Query, there: Found | None = None) -> dict[str, int]:
    """Return how many records fit the query in each state, however many they are."""
    if query.is_plain:
        counts: Counter[str] = Counter()
        for _, _, state, count, _ in totals.with_trials(query.connections, query.flow):
            counts[state] += count
        return dict(counts)
    rows = (there or found(query)).rows
    return dict(rows.order_by().values_list("state").annotate(number=Count("*")))


def pills(query: Query, counts: Mapping[str, Tallied], *, counted: bool = True) -> list[Pill]:
    """Return the states to filter by, with how many records each has under the same search."""
    none = Tallied(0)
    attention = sum((counts.get(state, none) for state in ATTENTION), none)
    rows = [
        ("", gettext("All"), gettext("Everything"), sum(counts.values(), none)),
        ("attention", gettext("Needs a person"), gettext("Parked and failed"), attention),
        *((name, word.label, word.meaning, counts.get(name, none)) for name, word in state_words().items()),
    ]
    return [
        Pill(label, meaning, count if counted else None, query.with_state(state), state == query.state)
        for state, label, meaning, count in rows
    ]
