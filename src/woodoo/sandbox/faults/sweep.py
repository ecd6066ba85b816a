"""All points, one trial after the other on several stands, and what came of them by class and phase.

Decides that a trial that went wrong is followed by one for each of its points, so that it is known which one it was.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from .books import COUNTED, Books, Difference, compare, count_all
from .mishaps import CLASSES
from .points import GETTING_READY, Point, all_points, chains
from .stand import Ground, Stand
from .story import Story
from .trial import Trial, run

#: Told after each trial: how many are done and how many there are.
Tell = Callable[[int, int], None]


@dataclass
class Row:
    """What came of one class of mishaps in one phase."""

    kind: str
    phase: str
    points: int = 0
    runs: int = 0
    lost: int = 0
    doubled: int = 0
    differing: int = 0


@dataclass
class Findings:
    """What came of a sweep."""

    rows: list[Row] = field(default_factory=list)
    #: How many points there are, whether or not they were tried.
    known: int = 0
    trials: int = 0
    kills: int = 0
    rests: int = 0
    #: Model → records the database has more, or fewer, than all trials together should have left.
    astray: dict[str, int] = field(default_factory=dict)
    #: What is wrong, in words.
    told: list[str] = field(default_factory=list)
    #: Points whose call was never made.
    missed: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return asdict(self)


def undisturbed(ground: Ground, log: Path, *, cold: bool, story_of: type[Story] = Story) -> Trial:
    """Make a trial in which nothing happens: what is called, and what the books are to be like.

    Raises:
        RuntimeError: even that does not go well.
    """
    with closing(Stand(ground, log)) as stand:
        trial = run(stand, cold=cold, story_of=story_of)
    if trial.stuck:
        raise RuntimeError(f"Undisturbed, and yet: {trial.stuck}")
    return trial


def sweep(
    ground: Ground,
    log: Path,
    *,
    choose: Callable[[Sequence[Point]], Sequence[Point]] = list,
    stands: int = 2,
    each_phase: int = 4,
    minutes: float = math.inf,
    tell: Tell = lambda done, all_: None,
    story_of: type[Story] = Story,
) -> Findings:
    """Find out which points there are, try those that `choose` returns, and say what came of it.

    Args:
        ground: where.
        log: a file for what the workers log.
        choose: chooses among all points.
        stands: trials at once.
        each_phase: most mishaps in each phase of a trial.
        minutes: after which no further trial is begun.
        tell: told of the progress.
        story_of: what happens in the shop, and which flow sees to it.
    """
    first = undisturbed(ground, log, cold=True, story_of=story_of)
    before = count_all(ground.admin)
    wanted = undisturbed(
        ground, log, cold=False, story_of=story_of
    )  # the first one also brought what only the first one brings
    each = {model: count - before[model] for model, count in count_all(ground.admin).items()}
    points = all_points(wanted.recorded, first.recorded[story_of.phases[0]])
    chosen = list(choose(points))
    tried = _Sweep(
        ground, log, wanted.books, chains(chosen, each_phase, story_of.phases), stands, minutes, tell, story_of
    )
    tried.run()
    findings = tried.findings()
    findings.known = len(points)
    after = count_all(ground.admin)
    made = findings.trials + 1
    astray = {model: after[model] - before[model] - made * each[model] for model in COUNTED}
    findings.astray = {model: count for model, count in astray.items() if count}
    return findings


@dataclass
class _Verdict:
    trial: Trial
    difference: Difference

    @property
    def is_good(self) -> bool:
        return not self.difference and not self.trial.stuck


class _Sweep:
    def __init__(
        self,
        ground: Ground,
        log: Path,
        wanted: Books,
        planned: Sequence[tuple[Point, ...]],
        stands: int,
        minutes: float,
        tell: Tell,
        story_of: type[Story],
    ) -> None:
        self._story_of = story_of
        self._until = time.monotonic() + 60 * minutes
        self._ground, self._log, self._wanted, self._tell = ground, log, wanted, tell
        self._stands, self._planned = stands, len(planned)
        self._queue: SimpleQueue[tuple[Point, ...]] = SimpleQueue()
        for pair in planned:
            self._queue.put(pair)
        self._lock = threading.Lock()
        self._done: list[_Verdict] = []
        self._errors: list[Exception] = []

    def run(self) -> None:
        """Make all trials. A stand that cannot go on leaves the rest to the others.

        Raises:
            Exception: what kept all of them from going on.
        """
        with ExitStack() as stack:
            stands = [stack.enter_context(closing(Stand(self._ground, self._log))) for _ in range(self._stands)]
            threads = [threading.Thread(target=self._work, args=(stand,), daemon=True) for stand in stands]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if len(self._errors) == self._stands:
            raise self._errors[0]

    def _work(self, stand: Stand) -> None:
        from django.db import connection

        try:
            while time.monotonic() < self._until:
                pair = self._queue.get_nowait()
                self._judge(stand, pair)
        except Empty:
            pass
        except Exception as error:
            self._errors.append(error)
        finally:
            connection.close()

    def _judge(self, stand: Stand, pair: tuple[Point, ...]) -> None:
        verdict = self._verdict(stand, pair)
        found = [verdict]
        if not verdict.is_good and len(pair) > 1:
            found = [self._verdict(stand, (point,)) for point in pair]
            if all(one.is_good for one in found):
                found.append(verdict)
        for point in verdict.trial.missed:
            found.append(self._verdict(stand, (point,)))
        with self._lock:
            self._done += found if verdict in found else [_counted_only(verdict), *found]
            self._tell(len(self._done), self._planned)

    def _verdict(self, stand: Stand, points: Sequence[Point]) -> _Verdict:
        trial = run(stand, points, story_of=self._story_of)
        return _Verdict(trial, compare(self._wanted, trial.books))

    def findings(self) -> Findings:
        """Sum up."""
        rows = {
            (kind, phase): Row(kind, phase) for kind in CLASSES for phase in (GETTING_READY, *self._story_of.phases)
        }
        hit: dict[tuple[str, str], set[Point]] = defaultdict(set)
        found = Findings(trials=len(self._done))
        found.told = [f"A stand could not go on: {error}" for error in self._errors]
        for verdict in self._done:
            found.kills += verdict.trial.kills
            found.rests += verdict.trial.rests
            for point in verdict.trial.points:
                if point not in verdict.trial.missed:
                    self._note(rows[point.what.name, point.stage], verdict)
                    hit[point.what.name, point.stage].add(point)
            if not verdict.is_good:
                found.told.append(_told(verdict))
        for key, row in rows.items():
            row.points = len(hit[key])
        every_hit = set().union(*hit.values())
        missed = {point for verdict in self._done for point in verdict.trial.missed}
        found.missed = sorted(map(str, missed - every_hit))
        found.rows = [row for row in rows.values() if row.runs]
        return found

    def _note(self, row: Row, verdict: _Verdict) -> None:
        row.runs += 1
        row.lost += verdict.difference.lost + (1 if verdict.trial.stuck else 0)
        row.doubled += verdict.difference.doubled
        row.differing += verdict.difference.differing


def _counted_only(verdict: _Verdict) -> _Verdict:
    """Return a verdict that stands for a trial whose points are judged by trials of their own."""
    trial = Trial((), kills=verdict.trial.kills, rests=verdict.trial.rests)
    return _Verdict(trial, Difference())


def _told(verdict: _Verdict) -> str:
    where = " and ".join(str(point) for point in verdict.trial.points)
    what = "\n    ".join([*([verdict.trial.stuck] if verdict.trial.stuck else []), *verdict.difference.told])
    return f"{where}:\n    {what}"
