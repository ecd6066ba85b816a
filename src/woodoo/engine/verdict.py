"""What becomes of a record after an attempt: pure rules, no database.

| outcome        | then                                                                                |
|----------------|-------------------------------------------------------------------------------------|
| done, skipped  | rests until something happens to it                                                 |
| parked         | rests until a person mends it, its data or a setting                                |
| retry          | again at once, after 1, 5 and 15 minutes, or later if the other side asked; then failed |
| down           | keeps its place in the line and waits for the connection; the attempt does not count |
| down, at fault | as retry                                                                            |

A record is at fault where it met a side that was down three times in a row, others came through since, and now it has
met it once more, all by itself: one bad record must not hold up its connection for ever.

An event that came in during the attempt makes the record ready again, whatever came of the attempt; only where the
other side may still be at work for it (`OutcomeUnknown`), the record waits for that to be over first.
"""

from __future__ import annotations

from dataclasses import dataclass

from woodoo.engine.flow import Item, Outcome, OutcomeKind
from woodoo.engine.models import State

#: Seconds to wait after the first, second, … failed attempt; after the one behind the last it has failed.
RETRY_DELAYS = (0.0, 60.0, 300.0, 900.0)
#: A record that met a side that was down this often in a row runs alone.
ALONE_AFTER_TRIPS = 3

_AT_REST = {
    OutcomeKind.DONE: State.DONE,
    OutcomeKind.SKIPPED: State.SKIPPED,
    OutcomeKind.PARKED: State.PARKED,
}


@dataclass(frozen=True)
class Verdict:
    """The next state of a record."""

    state: State
    #: Attempts that count so far.
    attempts: int
    #: Seconds until it is due.
    delay: float = 0.0
    #: Whether it stays where it was in the line, ahead of all that came later.
    keeps_place: bool = False


def at_fault(item: Item, outcome: Outcome, *, probe: bool) -> bool:
    """Say whether it is the record, not the side.

    Args:
        item: as it was claimed. One that tripped often goes alone.
        outcome: what came of it.
        probe: whether the connection was still at rest, and the record out to see if the side is back.
    """
    return outcome.kind is OutcomeKind.DOWN and item.trips >= ALONE_AFTER_TRIPS and not probe


def judge(item: Item, outcome: Outcome, *, generation: int, probe: bool) -> Verdict:
    """Say what becomes of a record.

    Args:
        item: as it was claimed.
        outcome: what came of it.
        generation: of the record by now.
        probe: whether it was out to see if a side is back.
    """
    down = outcome.kind is OutcomeKind.DOWN and not at_fault(item, outcome, probe=probe)
    if generation != item.generation:
        delay = outcome.retry_after or 0.0 if outcome.outcome_unknown else 0.0
        return Verdict(State.WAITING if delay else State.READY, attempts=0, delay=delay, keeps_place=down)
    if outcome.kind in _AT_REST:
        return Verdict(_AT_REST[outcome.kind], item.attempt)
    if down:
        return Verdict(State.WAITING, attempts=item.attempt - 1, keeps_place=True)
    if item.attempt > len(RETRY_DELAYS):
        return Verdict(State.FAILED, item.attempt)
    delay = max(RETRY_DELAYS[item.attempt - 1], outcome.retry_after or 0.0)
    return Verdict(State.WAITING if delay else State.READY, item.attempt, delay)
