"""One trial: orders are placed and changed, mishaps happen, workers are started again, and the books are read.

Decides when a worker that waits may go on at once: when both sides have ended what they were asked.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from . import clock
from .books import Books, read_books
from .mishaps import REFUSE
from .points import GETTING_READY, Point, Recording
from .stand import Stand, namespace_of
from .story import Story
from .wire import noted

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ...connections.models import Connection
    from ...engine.models import Call

#: Seconds a phase may take before something must be wrong. No trial is judged by how long it took.
_PATIENCE = 600.0
#: Seconds a worker waits for an answer where the line stalls.
_IMPATIENCE = 5.0
_PAUSE = 0.1


class Stuck(Exception):
    """A trial does not come to its end."""


@dataclass
class Trial:
    """What came of one trial."""

    points: Sequence[Point]
    books: Books = field(default_factory=dict)
    #: Phase → what was called, for a trial in which nothing happens.
    recorded: dict[str, Recording] = field(default_factory=dict)
    #: Points whose mishap never happened, because their call was not made.
    missed: list[Point] = field(default_factory=list)
    #: Why it did not come to its end; empty where it did.
    stuck: str = ""
    #: How often a worker was killed, and the connection rested.
    kills: int = 0
    rests: int = 0
    #: Calls that were made before the first phase.
    opening: int = 0


def run(stand: Stand, points: Sequence[Point] = (), *, cold: bool = False, story_of: type[Story] = Story) -> Trial:
    """Make a trial with these points.

    Args:
        stand: where.
        points: what happens.
        cold: every worker gets ready by itself, as for points at which it does.
        story_of: what happens in the shop, and which flow sees to it.
    """
    name = f"t{secrets.token_hex(5)}"
    trial, story, connection = Trial(points), story_of(stand.shared, name), stand.connection(name, story_of.policy)
    try:
        if opening := story.open():
            _Phase(stand, trial, connection, ()).run(opening, Story, cold=False)
            trial.opening = _calls(connection).count()
        for phase in story.phases:
            chosen = [point for point in points if point.phase == phase]
            getting_ready = any(point.stage == GETTING_READY for point in chosen)
            _Phase(stand, trial, connection, chosen).run(story.tell(phase), story_of, cold=cold or getting_ready)
            if not points:
                trial.recorded[phase] = _recorded(stand, connection, phase, trial)
        if story.hears_back:
            _Phase(stand, trial, connection, ()).run(list(story.orders), story_of, cold=False)
        trial.stuck = open_work(connection)
    except Stuck as stuck:
        trial.stuck = str(stuck)
    finally:
        story.close()
    books = read_books(stand.shared.admin, name, story.orders, story.placed, namespace_of(name))
    trial.books = {**books, **story.read_store()}
    return trial


class _Phase:
    """One phase of a trial, with the workers that carry it out, one after the other."""

    def __init__(self, stand: Stand, trial: Trial, connection: Connection, points: Sequence[Point]) -> None:
        self._stand, self._trial, self._connection, self._points = stand, trial, connection, points
        self._died_at: list[tuple[str, str, int]] = []
        self._tells = stand.log.parent / f"died-{connection.pk}.json"
        self._pid, self._lane = 0, ""
        self._patience = _IMPATIENCE if any(point.what.needs_patience for point in points) else None

    def run(self, records: Sequence[str], story: type[Story], *, cold: bool) -> None:
        """Ring for the records, and see to it that they are carried out."""
        from ...engine.work import enqueue

        for line in self._stand.lines.values():
            line.arm({})
        if not cold:
            self._stand.workers.get_ready(self._connection.pk)
        for side, line in self._stand.lines.items():
            here = [point for point in self._points if point.side == side and not point.what.moment]
            line.arm(
                {point.place: point.what.on_line for point in here if point.what.on_line},
                [point.before for point in here if point.what.name == REFUSE],
            )
        self._lane = story.lane
        enqueue(self._connection.pk, story.lane, story.flow, records, source="manual")
        self._start()
        try:
            self._carry_out()
        finally:
            self._stand.workers.end(self._pid)
            self._trial.missed += [point for point in self._points if not self._happened(point)]

    def _start(self) -> None:
        dies_at = [point.moment for point in self._points if point.what.moment and point.moment not in self._died_at]
        self._pid = self._stand.workers.start(
            connection=self._connection.pk,
            lane=self._lane,
            dies_at=dies_at,
            tells=str(self._tells),
            patience=self._patience,
        )
        for line in self._stand.lines.values():
            line.watch(self._pid)

    def _carry_out(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not (state := clock.look(self._connection.pk)).settled:
            if time.monotonic() > deadline:
                raise Stuck(f"not at its end after {_PATIENCE:.0f} s: {open_work(self._connection)}")
            if not self._stand.workers.alive(self._pid):
                self._bury()
                self._start()
            elif state.resting:
                self._let_time_pass()
            time.sleep(_PAUSE)

    def _bury(self) -> None:
        """Note that a worker was killed, and at which moment where it knew; its lease runs out at once.

        Odoo may still be at what it was asked, and the next worker has to hold back until that must be over.
        """
        self._trial.kills += 1
        clock.forget_trouble(self._connection.pk)
        clock.forward(self._connection.pk, settings.WOODOO_LEASE_SECONDS)
        if self._tells.exists():
            moment, name, count = json.loads(self._tells.read_text())
            self._died_at.append((moment, name, count))
            self._tells.unlink()

    def _let_time_pass(self) -> None:
        """Let the next thing the connection waits for come, once nobody is at anything any more."""
        for line in self._stand.lines.values():
            if not line.await_idle(_PATIENCE):
                raise Stuck("a side has not ended what it was asked")
            line.open_again()
        state = clock.look(self._connection.pk)
        if state.resting and state.seconds:
            self._trial.rests += 1
            clock.forget_trouble(self._connection.pk)
            clock.forward(self._connection.pk, state.seconds + 0.05)

    def _happened(self, point: Point) -> bool:
        if point.what.moment:
            return point.moment in self._died_at
        line = self._stand.lines[point.side]
        return point.before in line.refused if point.what.name == REFUSE else point.place in line.happened


def open_work(connection: Connection) -> str:
    """Say in words what of the connection is not done; empty where all is."""
    from ...engine.models import State, Work

    rows = Work.objects.filter(connection_id=connection.pk).exclude(state__in=(State.DONE, State.SKIPPED))
    return "; ".join(f"{work.title or work.record} is {work.state}: {work.message}" for work in rows)


def _recorded(stand: Stand, connection: Connection, phase: str, trial: Trial) -> Recording:
    came = sorted((moment, side, place) for side, line in stand.lines.items() for moment, place in line.calls)
    calls = _calls(connection).values_list("system", "summary", "request")
    before = trial.opening + sum(len(recording.ledger) for recording in trial.recorded.values())
    ledger = [(system, noted(summary, asked)) for system, summary, asked in calls][before:]
    return Recording([(side, place) for _, side, place in came], ledger)


def _calls(connection: Connection) -> QuerySet[Call]:
    from ...engine.models import Call

    return Call.objects.filter(connection_id=connection.pk).order_by("pk")
