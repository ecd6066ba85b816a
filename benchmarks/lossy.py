"""Webhooks that get lost: how soon the poll finds what they would have told.

Three webhooks in ten are never sent, at random, as when the shop's scheduler loses its jobs. Orders come in, are paid
and changed all the while, through the real service into a real Odoo. A change counts as found with the first event of
its order that Woodoo took in at or after the change, whatever brought it; where there is none, because somebody was at
the order anyway and read it after the change, with that run.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from woodoo.sandbox.day.people import POLLED

from .figures import Figure, percentile
from .screen import Tell, say, step
from .service import until
from .stage import Stage
from .world import World, open_world

#: Share of the webhooks that are lost.
LOST = 0.3
#: Seconds between two polls: a third of the default, so that there are many of them.
POLL = 20
#: Seconds a poll may take beyond its interval: a worker looks every five seconds whether one is due.
SLACK = 8
#: Seconds in which everything happens.
_LENGTH = 100.0
#: Of each ten things done, this many are orders placed.
_PLACED = 6


@dataclass(frozen=True)
class Change:
    """Something that was done to an order."""

    order: str
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class Found:
    """The first event that tells of a change."""

    source: str
    at: datetime


@dataclass(frozen=True)
class Poll:
    """A look at what changed, by the clock of the database."""

    began: datetime
    ended: datetime


def measure(stage: Stage) -> Iterator[Figure]:
    """Let things happen, wait for one more poll, and see which poll each change should have been found by."""
    with open_world(seed=3, poll_seconds=POLL) as world:
        polls: dict[datetime, Poll] = {}
        until(lambda: _note(polls, world), 90, "the first poll")
        world.store.troubles.lost = LOST
        with step(f"{stage.sizes.lossy} things happen, {LOST:.0%} of the webhooks are lost") as tell:
            changes = _let_happen(world, stage.sizes.lossy, polls, tell)
        last = changes[-1].ended
        until(lambda: _note(polls, world) and max(polls) >= last, 3 * POLL, "the poll after the last change")
        with step("what was found is brought over"):
            until(lambda: not world.waiting(), 600, "everything to be at rest", pause=1.0)
        yield from _figures(world, changes, list(polls.values()))
        books = world.balance()
        for complaint in books.complaints[:5]:
            say(f"    {complaint}")
        yield Figure("Lossy webhooks, orders not or not rightly in Odoo in the end", len(books.complaints), "", "== 0")


def _let_happen(world: World, count: int, polls: dict[datetime, Poll], tell: Tell) -> list[Change]:
    changes = []
    begun = time.monotonic()
    for number in range(count):
        while time.monotonic() - begun < number * _LENGTH / count:
            time.sleep(0.05)
            _note(polls, world)
        began = datetime.now(UTC)
        order = world.people.buy() if number % 10 < _PLACED else world.people.do_something(POLLED)
        if order:
            changes.append(Change(str(order), began, datetime.now(UTC)))
        tell(f"{number + 1} done, {world.store.troubles.happened['lost']} webhooks lost")
    return changes


def _note(polls: dict[datetime, Poll], world: World) -> bool:
    """Note the last poll that has ended; return whether there is any."""
    from woodoo.engine.models import Chore

    found = Chore.objects.filter(connection_id=world.connection.pk, name="poll", well_at__isnull=False).first()
    if found and found.well_at and found.ended_at and found.well_at <= found.ended_at:
        polls.setdefault(found.well_at, Poll(found.well_at, found.ended_at))
    return bool(polls)


def _figures(world: World, changes: Sequence[Change], polls: Sequence[Poll]) -> Iterator[Figure]:
    found = [(change, _find(world, change)) for change in changes]
    missed = [change for change, event in found if not _in_time(change, event, polls)]
    for change in missed[:5]:
        say(f"    not found by the next poll: order {change.order}, changed at {change.ended:%H:%M:%S.%f}")
    waits = [(event.at - change.began).total_seconds() for change, event in found if event]
    troubles = world.store.troubles.happened
    between = [(b.began - a.began).total_seconds() for a, b in itertools.pairwise(polls)]
    name = "Lossy webhooks"
    yield Figure(f"{name}, lost of all", 100 * troubles["lost"] / (len(world.store.delivered) + troubles["lost"]), "%")
    yield Figure(f"{name}, changes", len(changes), "changes")
    yield Figure(f"{name}, changes never found", len(changes) - len(waits), "changes", "== 0")
    yield Figure(f"{name}, changes the next poll did not find", len(missed), "changes", "== 0")
    yield Figure(f"{name}, changes found by the poll", sum(e.source == "poll" for _, e in found if e), "changes")
    yield Figure(f"{name}, between two polls, at most", max(between), "s")
    yield Figure(f"{name}, from a change to its event, median", percentile(waits, 50), "s")
    yield Figure(f"{name}, from a change to its event, longest", max(waits), "s", f"<= {POLL + SLACK}")


def _find(world: World, change: Change) -> Found | None:
    """Return the first event since; where none was needed, the run that was at the order anyway.

    Without an event since, the run that ended first after the change read the order after it, or nobody has: then the
    books complain.
    """
    from woodoo.engine.models import Event, Run

    events = Event.objects.filter(connection_id=world.connection.pk, record=change.order, received_at__gte=change.began)
    if event := events.order_by("received_at").first():
        return Found(event.source, event.received_at)
    runs = Run.objects.filter(work__connection_id=world.connection.pk, work__record=change.order)
    run = runs.filter(ended_at__gte=change.ended).order_by("ended_at").first()
    return Found("run", max(run.started_at, change.ended)) if run else None


def _in_time(change: Change, found: Found | None, polls: Sequence[Poll]) -> bool:
    """Whether a change was found at the latest by the first poll that began after it."""
    first = min((poll for poll in polls if poll.began >= change.ended), key=lambda poll: poll.began)
    return found is not None and found.at <= first.ended
