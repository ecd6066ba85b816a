"""Mishaps that are not those of one call: databases that end or are lost, clocks, two workers, outages.

Each is tried with the story of the sweep (`story`), in both its phases and at several moments of the work, and the
books are compared with those of a trial in which nothing happened.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ...runtime.postgres import EmbeddedPostgres
from . import clock
from .books import Books, compare, read_books
from .stand import Stand, namespace_of
from .story import PHASES, Story
from .sweep import Row
from .trial import open_work

if TYPE_CHECKING:
    from ...connections.models import Connection

#: Seconds a phase may take before something must be wrong. No trial is judged by how long it took.
_PATIENCE = 600.0
_PAUSE = 0.1
_HOUR = 3600.0
#: What has a time in it, by table: the clock is put by moving all of it the other way.
_TIMES = {
    "engine_work": ("due_at", "lease_until", "updated_at", "created_at", "finished_at"),
    "engine_breaker": ("paused_until", "probe_until", "since"),
    "engine_chore": ("due_at", "began_at", "ended_at", "well_at", "failing_since"),
    "engine_event": ("received_at",),
    "engine_run": ("started_at", "ended_at"),
    "engine_call": ("started_at",),
}


class Round:
    """One trial, with as many workers as a mishap needs."""

    def __init__(self, stand: Stand, server: EmbeddedPostgres) -> None:
        self.stand, self.server = stand, server
        self.name = f"t{secrets.token_hex(5)}"
        self.story = Story(stand.shared, self.name)
        self.connection: Connection = stand.connection(self.name)
        self.chance = random.Random(3)
        self._pids: list[int] = []
        self._calls_before = 0

    def begin(self) -> None:
        """Count calls from here on."""
        self._calls_before = self._calls()

    def ring(self, records: Sequence[str]) -> None:
        """Let an event about each of these come in, one after the other."""
        from ...engine.work import enqueue

        for record in records:
            enqueue(self.connection.pk, Story.lane, Story.flow, [record], source="manual")

    def start_workers(self, count: int = 1) -> None:
        self._pids += [self.stand.workers.start(connection=self.connection.pk, lane=Story.lane) for _ in range(count)]

    def end_workers(self, *, kill: bool = False) -> None:
        for pid in self._pids:
            if kill:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.stand.workers.end(pid)
        self._pids.clear()

    def until_call(self, count: int) -> None:
        """Wait until so many calls have begun, or all is done."""
        deadline = time.monotonic() + _PATIENCE
        while self._calls() - self._calls_before < count and not clock.look(self.connection.pk).settled:
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)

    def settle(self) -> str:
        """Wait until nothing is waiting or at work; say what is not at its end where that does not come."""
        from django.db import Error, connection

        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                state = clock.look(self.connection.pk)
                if state.settled:
                    return open_work(self.connection)
                if state.resting and state.seconds and self._idle():
                    clock.forward(self.connection.pk, state.seconds + 0.05)
            except Error:
                connection.close()
            time.sleep(_PAUSE)
        return f"not at its end after {_PATIENCE:.0f} s"

    def lose_database(self) -> None:
        """Everything Woodoo knew is gone; the connection is set up anew."""
        from ...engine import db

        self.end_workers(kill=True)
        if not self._idle():
            raise RuntimeError("A side has not ended what it was asked.")
        ((tables,),) = db.rows(
            """SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
                WHERE schemaname = 'public' AND tablename ~ '^(engine|connections|alerts)_'"""
        )
        db.change(f"TRUNCATE {tables} CASCADE")
        self.connection = self.stand.connection(self.name)
        self._calls_before = 0

    def put_clock(self, seconds: float) -> None:
        """Put the database's clock ahead, or back where they are negative."""
        from django.db import transaction

        from ...engine import db

        with transaction.atomic():
            for table, columns in _TIMES.items():
                moved = ", ".join(f"{name} = {name} - make_interval(secs => %(by)s)" for name in columns)
                db.change(f"UPDATE {table} SET {moved}", {"by": seconds})
            db.change(
                """UPDATE engine_cursor SET value = (value::float8 - %(by)s)::text
                    WHERE connection_id = 0 AND name = 'clock'""",
                {"by": seconds},
            )

    def books(self) -> Books:
        admin = self.stand.shared.admin
        return read_books(admin, self.name, self.story.orders, self.story.placed, namespace_of(self.name))

    def close(self) -> None:
        self.end_workers()
        self.story.close()

    def _calls(self) -> int:
        from ...engine.models import Call

        return Call.objects.filter(connection_id=self.connection.pk).count()

    def _idle(self) -> bool:
        return all(line.await_idle(_PATIENCE) for line in self.stand.lines.values())


#: Given the round, the orders that have news, and the how-manieth call at which it happens; says what got stuck.
Mishap = Callable[[Round, Sequence[str], int], str]


def nothing(round_: Round, records: Sequence[str], at: int) -> str:
    round_.ring(records)
    round_.start_workers()
    return round_.settle()


def two_workers(round_: Round, records: Sequence[str], at: int) -> str:
    """Two workers, and every record is rung for again and again while they are at it."""
    round_.start_workers(2)
    for wait in (0, at):
        round_.ring(round_.chance.sample(records, len(records)))
        round_.until_call(wait)
    round_.ring(records)
    return round_.settle()


def doubled_events(round_: Round, records: Sequence[str], at: int) -> str:
    """Every event three times, in no order, the last ones while the first are worked on."""
    events = list(records) * 3
    round_.chance.shuffle(events)
    round_.ring(events[: len(records)])
    round_.start_workers()
    round_.until_call(at)
    round_.ring(events[len(records) :])
    return round_.settle()


def clock_put(round_: Round, records: Sequence[str], at: int, *, seconds: float) -> str:
    round_.ring(records)
    round_.start_workers(2)
    round_.until_call(at)
    round_.put_clock(seconds)
    return round_.settle()


def database_ends(round_: Round, records: Sequence[str], at: int, *, number: signal.Signals) -> str:
    """PostgreSQL ends under the work, in order or by a crash, and comes back a second later."""
    from django.db import connection

    round_.ring(records)
    round_.start_workers(2)
    round_.until_call(at)
    pid = round_.server.pid
    assert pid
    os.kill(pid, number)
    while round_.server.running:
        time.sleep(0.05)
    time.sleep(1.0)
    round_.server.start()
    connection.close()
    return round_.settle()


def database_lost(round_: Round, records: Sequence[str], at: int) -> str:
    """Workers and database end in the middle of the work, and everything is imported again; then once more."""
    round_.ring(records)
    round_.start_workers()
    round_.until_call(at)
    for _ in range(2):
        round_.lose_database()
        round_.ring(records)
        round_.start_workers()
        stuck = round_.settle()
        if stuck:
            return stuck
    return ""


def side_down(round_: Round, records: Sequence[str], at: int, *, side: str) -> str:
    """A side is down before the first record is tried, for several pauses, while events keep coming."""
    from ...engine.models import Breaker, Work

    round_.stand.lines[side].arm({}, [None])
    round_.start_workers()
    deadline = time.monotonic() + _PATIENCE
    for failures in (1, 2, 3):
        round_.ring(round_.chance.sample(records, len(records)))
        down = Breaker.objects.filter(connection_id=round_.connection.pk, failures__gte=failures)
        while not down.exists():
            if time.monotonic() > deadline:
                return f"nobody noticed that {side} is down"
            time.sleep(_PAUSE)
        clock.forward(round_.connection.pk, clock.look(round_.connection.pk).seconds + 0.05)
    burnt = Work.objects.filter(connection_id=round_.connection.pk, attempts__gt=1).count()
    round_.stand.lines[side].open_again()
    return round_.settle() or (f"{burnt} attempts were used up" if burnt else "")


@dataclass(frozen=True)
class Kind:
    """A mishap, and at how many moments of a phase it can happen."""

    name: str
    happens: Mishap
    #: False: only at one moment.
    anywhere: bool = True


KINDS = (
    Kind("two workers", two_workers),
    Kind("events again", doubled_events),
    Kind("clock put back", partial(clock_put, seconds=-_HOUR)),
    Kind("clock put ahead", partial(clock_put, seconds=_HOUR)),
    Kind("database restarted", partial(database_ends, number=signal.SIGINT)),
    Kind("database crashed", partial(database_ends, number=signal.SIGQUIT)),
    Kind("database lost", database_lost),
    Kind("odoo down", partial(side_down, side="odoo"), anywhere=False),
    Kind("store down", partial(side_down, side="store"), anywhere=False),
)

#: Told after each trial what it was and what is wrong with it; empty where nothing is.
Tell = Callable[[str, str], None]


def try_losses(
    stand: Stand, server: EmbeddedPostgres, *, only: str = "", moments: int = 5, tell: Tell = lambda what, wrong: None
) -> Iterator[Row]:
    """Try all kinds, at so many moments each, and give a row for each kind and phase.

    Raises:
        RuntimeError: even a trial in which nothing happens does not go well.
    """
    _play(stand, server, nothing, 0)  # the first one also brings what only the first one brings
    wanted, stuck, calls = _play(stand, server, nothing, 0)
    if stuck:
        raise RuntimeError(f"Undisturbed, and yet: {stuck}")
    for kind in KINDS:
        if only and only not in kind.name:
            continue
        row = Row(kind.name, "both phases")
        for at in _spread(calls, moments) if kind.anywhere else (0,):
            books, stuck, _ = _play(stand, server, kind.happens, at)
            found = compare(wanted, books)
            row.points += len(PHASES)
            row.runs += 1
            row.lost += found.lost + bool(stuck)
            row.doubled += found.doubled
            row.differing += found.differing
            tell(f"{kind.name} at call {at}", "\n".join([*([stuck] if stuck else []), *found.told]))
        yield row


def _play(stand: Stand, server: EmbeddedPostgres, happens: Mishap, at: int) -> tuple[Books, str, int]:
    """Play the story with a mishap in each phase; return the books, what got stuck, and the calls of a phase."""
    round_ = Round(stand, server)
    calls = []
    try:
        for phase in PHASES:
            for line in stand.lines.values():
                line.arm({})
            records = round_.story.tell(phase)
            round_.begin()
            stuck = happens(round_, records, at)
            calls.append(sum(len(line.calls) for line in stand.lines.values()))
            round_.end_workers()
            if stuck:
                break
        return round_.books(), stuck, min(calls)
    finally:
        round_.close()


def _spread(calls: int, moments: int) -> list[int]:
    """Return so many moments of a phase that has so many calls, the first and the last among them."""
    if moments == 1:
        return [max(1, calls * 2 // 3)]
    return sorted({1 + round(place * (calls - 1) / (moments - 1)) for place in range(min(moments, calls))})
