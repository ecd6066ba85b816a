"""Who carries test runs out: a chore of the connection, so that one worker at a time does, and none is forgotten.

| what it finds                                   | what it does                                            |
|-------------------------------------------------|---------------------------------------------------------|
| a run that is under way, though nobody is at it | its worker was killed: clean it up, it was interrupted  |
| a run that is over and not cleaned up           | clean it up                                             |
| a run that waits                                | carry it out                                            |
| runs that ended lately                          | late doorbells of their records go out of the list      |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ..domain.errors import WoodooError
from ..engine import chores, pump
from ..engine.registry import Chore
from ..live import Live
from . import book, story
from .bench import Bench, Stopped
from .cleaning import clean_up, tidy
from .models import Trial

#: Seconds between two looks for what was left behind.
EVERY = 3600.0
#: After a run: webhooks of deletions are through by then.
_LATE = 120.0
_State = Trial.State


def chore_of(live: Live) -> Chore:
    """Return the chore, as the engine knows it."""
    return Chore(book.CHORE, EVERY, lambda connection_id: look(live), frozenset(), "Run tests")


def look(live: Live) -> Mapping[str, Any]:
    """Do what is to be done about the test runs of a connection."""
    number = live.connection.pk
    for lost in Trial.objects.filter(connection_id=number, state=_State.RUNNING):
        interrupt(lost, live)
    for left in Trial.objects.filter(connection_id=number, cleaned_at__isnull=True, finished_at__isnull=False):
        clean_up(left, live)
    waiting = Trial.objects.filter(connection_id=number, state=_State.WAITING).first()
    if waiting is not None:
        carry_out(waiting, live)
        chores.hint(number, book.CHORE, delay=_LATE, gap=0.0)
    lately = timezone.now() - timedelta(hours=1)
    for ended in Trial.objects.filter(connection_id=number, cleaned_at__gt=lately):
        tidy(ended)
    return {}


def carry_out(trial: Trial, live: Live) -> None:
    """Carry a run out, and end it whatever happens."""
    trial.state = _State.RUNNING
    trial.save(update_fields=["state"])
    try:
        state = story.run(Bench.of(trial, live))
    except Stopped:
        if pump.stopping.is_set():  # the next worker cleans up
            return
        interrupt(trial, live)
    except WoodooError as error:  # no side can even be built
        shown = story.fresh()
        shown[0].state, shown[0].seen, shown[0].fix = story.BAD, error.message, error.fix
        book.note_steps(trial, [vars(one) for one in shown])
        trial.cleaned_at = timezone.now()
        trial.save(update_fields=["cleaned_at"])
        book.end(trial, _State.FAILED)
    else:
        book.end(trial, state)


def interrupt(trial: Trial, live: Live) -> None:
    """Clean up a run that did not come to its end.

    Raises:
        WoodooError: that cannot be done now; it is tried again.
    """
    steps = [dict(step) for step in trial.steps]
    for step in steps:
        if step["state"] in (story.WAITING, story.RUNNING):
            step |= {"state": story.LEFT_OUT, "seen": "Not reached: the run was interrupted."}
    book.note_steps(trial, steps)
    book.end(trial, _State.INTERRUPTED)
    remains = clean_up(trial, live)
    if steps:
        steps[-1] |= {"state": story.OK, "seen": " ".join(remains) or "Everything is gone from both sides."}
        book.note_steps(trial, steps)
