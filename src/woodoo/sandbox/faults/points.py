"""Where what can happen: every remote call of an undisturbed trial, with every class of mishap.

Decides that a point is a call by its name and how-manieth, not by its place in the sequence, which other work on the
same Odoo may shift; and which points go first where not all are tried:

| rank | calls                                                        | mishaps |
|------|--------------------------------------------------------------|---------|
| 0    | every call of the flow                                       | kills   |
| 1    | those of them that write                                     | line    |
| 2    | those that read, and those of a worker that gets ready       | all     |
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from random import Random

from ...odoo.transport import READS
from .line import Place
from .mishaps import CLASSES, REFUSE, Class

#: What a worker does once: it finds out which Odoo it has, and reads what the settings point at.
GETTING_READY = "getting ready"
_REPORT = Place("")


@dataclass(frozen=True)
class Point:
    """One mishap at one call."""

    #: In which phase of the story.
    phase: str
    #: The phase, or that the worker gets ready.
    stage: str
    #: "store" or "odoo"; empty for what happens between calls.
    side: str
    place: Place
    what: Class
    #: How many calls come before it in its phase.
    position: int
    #: Whether no other call of its phase has its name: then it can be told after earlier mishaps, too.
    is_single: bool
    #: The call before it on the same line, which a refused connection comes behind.
    before: Place | None = None

    def __str__(self) -> str:
        call = f"{self.side} {self.place}" if self.side else "the report"
        return f"{self.what.name} at {call}, {self.stage}"

    @property
    def moment(self) -> tuple[str, str, int]:
        """The moment in which the worker kills itself, as `worker` takes it."""
        return self.what.moment, self.place.name, self.place.count

    @property
    def writes(self) -> bool:
        """Whether the call changes something in Odoo."""
        return self.side == "odoo" and "/" not in self.place.name and self.method not in READS

    @property
    def call(self) -> str:
        """The call without how many fields it is about: "sale.order.load"."""
        return self.place.name.partition("(")[0]

    @property
    def method(self) -> str:
        """The method of Odoo."""
        return self.call.rpartition(".")[2]

    @property
    def rank(self) -> int:
        """Which points go first."""
        if self.stage == GETTING_READY:
            return 2
        return 0 if self.what.kills else 1 if self.writes else 2


@dataclass(frozen=True)
class Recording:
    """The calls of one phase of an undisturbed trial."""

    #: (side, call) on the lines, in their order.
    lines: Sequence[tuple[str, Place]]
    #: (side, name) of each call in the ledger, in their order.
    ledger: Sequence[tuple[str, str]]


def all_points(recorded: Mapping[str, Recording], cold: Recording) -> list[Point]:
    """Return every point there is.

    Args:
        recorded: the phases of a trial whose workers were ready.
        cold: the first phase of one whose worker had to get ready: by all that comes before the store is asked.
    """
    points = [point for phase, recording in recorded.items() for point in _points(phase, phase, recording)]
    return points + list(_points(next(iter(recorded)), GETTING_READY, _before_the_store(cold)))


def _before_the_store(cold: Recording) -> Recording:
    lines = list(takewhile(lambda call: call[0] != "store", cold.lines))
    return Recording(lines, list(takewhile(lambda call: call[0] != "store", cold.ledger)))


def _points(phase: str, stage: str, recording: Recording) -> Iterator[Point]:
    on_lines = list(_placed(recording.lines, 0))
    # What finds out which Odoo there is, is not in the ledger; it comes first.
    in_ledger = list(_placed(_numbered(recording.ledger), len(recording.lines) - len(recording.ledger)))
    for what in CLASSES.values():
        if what.moment == "report" and stage == GETTING_READY:
            continue
        if what.moment == "report":
            yield Point(phase, phase, "", _REPORT, what, len(recording.lines), is_single=True)
        elif what.moment:
            for call in in_ledger:
                yield Point(phase, stage, call.side, call.place, what, call.position, call.is_single)
        else:
            last: dict[str, _Call] = {}
            for call in on_lines:
                before = last.get(call.side)
                single = call.is_single and (what.name != REFUSE or (before is not None and before.is_single))
                place = before.place if before else None
                yield Point(phase, stage, call.side, call.place, what, call.position, single, place)
                last[call.side] = call


@dataclass(frozen=True)
class _Call:
    side: str
    place: Place
    position: int
    is_single: bool


def _numbered(calls: Sequence[tuple[str, str]]) -> list[tuple[str, Place]]:
    counts: Counter[str] = Counter()
    found = []
    for side, name in calls:
        counts[name] += 1
        found.append((side, Place(name, counts[name])))
    return found


def _placed(calls: Sequence[tuple[str, Place]], first: int) -> Iterator[_Call]:
    often = Counter(place.name for _, place in calls)
    for position, (side, place) in enumerate(calls, first):
        yield _Call(side, place, position, often[place.name] == 1)


def spread(points: Sequence[Point], most: int | None) -> list[Point]:
    """Choose so many points, by rank; of the last rank each class and stage has its share."""
    if most is None or most >= len(points):
        return list(points)
    chosen: list[Point] = []
    for rank in sorted({point.rank for point in points}):
        chosen += _shared_out([point for point in points if point.rank == rank])
    return chosen[:most]


def _shared_out(points: Sequence[Point]) -> list[Point]:
    """Order points so that classes and stages take turns."""
    groups: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        groups[point.stage, point.what.name].append(point)
    chance = Random(4)
    for members in groups.values():
        chance.shuffle(members)
    return [point for turn in zip_longest(*groups.values()) for point in turn if point is not None]


def chains(points: Sequence[Point], most: int, phases: Sequence[str]) -> list[tuple[Point, ...]]:
    """Put points together that one trial has room for: up to `most` in each of its phases."""

    def of(stage: str) -> list[list[Point]]:
        return _chained([point for point in points if point.stage == stage], most)

    # A worker either gets ready by itself, in the first phase, or knows it already.
    by_phase = [[*of(phases[0]), *of(GETTING_READY)], *(of(phase) for phase in phases[1:])]
    return [tuple(point for chain in chains for point in chain) for chains in zip_longest(*by_phase, fillvalue=())]


def _chained(points: Sequence[Point], most: int) -> list[list[Point]]:
    """Chain points of one stage.

    After a mishap calls are made again, and the how-manieth tells nothing any more. So the first of a chain may be any
    call, and all others are calls that are the only ones of their name.
    """
    pool = list(points)
    Random(len(pool)).shuffle(pool)
    pool.sort(key=lambda point: (point.is_single, 0 if point.is_single else point.position))
    found = []
    while pool:
        chain = [pool.pop(0)]
        for point in list(pool):
            if len(chain) < most and _fits(point, chain):
                chain.append(point)
                pool.remove(point)
        found.append(chain)
    return found


def _fits(point: Point, chain: Sequence[Point]) -> bool:
    first = chain[0]
    apart = all(abs(point.position - other.position) > 1 for other in chain)
    return point.is_single and apart and (first.is_single or point.position > first.position)
