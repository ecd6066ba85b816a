"""What becomes of a record after an attempt: pure rules, no database.

| outcome        | then                                                                                |
|----------------|-------------------------------------------------------------------------------------|
| done, skipped  | rests until something happens to it                                                 |
| parked         | rests until a person mends it, its data or a setting                                |
| retry          | again at once, after 1, 5 and 15 minutes, or later if the other side asked; then failed |
| down           | waits for the connection; the attempt does not count                                |

An event that came in during the attempt makes the record ready again, whatever came of the attempt; only where the
other side may still be at work for it (`OutcomeUnknown`), the record waits for that to be over first.
"""

from __future__ import annotations

from dataclasses import dataclass

from woodoo.engine.flow import Item, Outcome, OutcomeKind
from woodoo.engine.models import State

#: Seconds to wait after the first, second, … failed attempt; after the one behind the last it has failed.
RETRY_DELAYS = (0.0, 60.0, 300.0, 900.0)

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


def judge(item: Item, outcome: Outcome, *, generation: int, others_came_through: bool) -> Verdict:
    """Say what becomes of a record.

    Args:
        item: as it was claimed.
        outcome: what came of it.
        generation: of the record by now.
        others_came_through: whether other records of the same batch are done. A side that is "down" for one record
            only is a fault of that record: the attempt counts, or it would hold up its connection for ever.
    """
    if generation != item.generation:
        delay = outcome.retry_after or 0.0 if outcome.outcome_unknown else 0.0
        return Verdict(State.WAITING if delay else State.READY, attempts=0, delay=delay)
    if outcome.kind in _AT_REST:
        return Verdict(_AT_REST[outcome.kind], item.attempt)
    if outcome.kind is OutcomeKind.DOWN and not others_came_through:
        return Verdict(State.WAITING, attempts=item.attempt - 1)
    if item.attempt > len(RETRY_DELAYS):
        return Verdict(State.FAILED, item.attempt)
    delay = max(RETRY_DELAYS[item.attempt - 1], outcome.retry_after or 0.0)
    return Verdict(State.WAITING if delay else State.READY, item.attempt, delay)
