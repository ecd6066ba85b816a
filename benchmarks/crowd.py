"""Many events through two worker processes: measured in a process of its own, on a database of its own.

`python -m benchmarks.crowd '{"what": "shared", "events": 10000, "records": 6000}'` prints what it found as one line of
JSON. `what` is a key of `MEASURES`.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
django.setup()

from django.db import connection  # noqa: E402

from woodoo.engine import db, inbox  # noqa: E402
from woodoo.engine.models import State, Work  # noqa: E402
from woodoo.engine.schedule import workers_alive  # noqa: E402
from woodoo.engine.work import enqueue  # noqa: E402

from .crowd_worker import DIARY, Pace  # noqa: E402
from .service import until  # noqa: E402

WORKERS = 2
#: What a batch took Odoo 19 on two processors: 8 or 9 orders a second in batches of 50 on two slots, one alone 0.7 s.
ODOO = Pace(batch=0.45, record=0.22)
SMALL, LARGE = 1, 2
#: Seconds anything here may take before something must be wrong.
_PATIENCE = 900.0
#: Events that are taken in before it is the other's turn.
_TURN = 50


@dataclass(frozen=True)
class Job:
    """What is to be measured."""

    what: str
    #: Events that come in, and the records they are about.
    events: int = 0
    records: int = 0
    #: Stores with a long backlog, and its length.
    crowds: int = 1
    backlog: int = 3000


def main(job: Job) -> None:
    """Measure and print."""
    db.change(DIARY)
    print(json.dumps(MEASURES[job.what](job)))


@contextmanager
def workers(pace: Pace) -> Iterator[None]:
    """Have two worker processes at work for the length of a block."""
    command = [sys.executable, "-m", "benchmarks.crowd_worker", json.dumps(asdict(pace))]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(WORKERS)]
    try:
        until(lambda: workers_alive() == WORKERS, _PATIENCE, "the workers to start")
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


def shared(job: Job) -> dict[str, float]:
    """Let events come in from four stores' hands at once while both workers are at them."""
    chance = random.Random(1)
    numbers = [*range(job.records), *(chance.randrange(job.records) for _ in range(job.events - job.records))]
    chance.shuffle(numbers)
    with workers(Pace(batch=0.02)):
        at_once([lambda part=numbers[n::4]: ring(part) for n in range(4)])  # type: ignore[misc]
        until(rests, _PATIENCE, "everything to be done")
    ((seconds,),) = db.rows(
        """SELECT extract(epoch FROM (SELECT max(finished_at) FROM engine_work)
                                   - (SELECT min(received_at) FROM engine_event))::float8"""
    )
    return {"overlaps": overlaps(), "missed": missed(), "seconds": seconds, "runs": count("engine_run")}


def drained(job: Job) -> dict[str, float]:
    """Have a backlog worked off by an Odoo that takes no time."""
    enqueue(LARGE, "orders", "order", map(str, range(job.records)), source="poll")
    with workers(Pace()):
        until(rests, _PATIENCE, "everything to be done")
    ((seconds,),) = db.rows(
        "SELECT extract(epoch FROM max(finished_at) - (SELECT min(at) FROM crowd_diary))::float8 FROM engine_work"
    )
    return {"overlaps": overlaps(), "missed": missed(), "seconds": seconds}


def fair(job: Job) -> dict[str, float]:
    """Let a small store's events come in once large ones hold all the slots they may, and see how long they wait."""
    with workers(ODOO):
        for store in range(LARGE, LARGE + job.crowds):
            enqueue(store, "orders", "order", map(str, range(job.backlog)), source="poll")
        until(lambda: at_work() >= (2 * job.crowds if job.crowds < 4 else 7), _PATIENCE, "the large stores to begin")
        ring(range(job.events), SMALL)
        small = Work.objects.filter(connection_id=SMALL)
        until(lambda: small.filter(state=State.DONE).count() == job.events, _PATIENCE, "the small store", pause=0.1)
        left = Work.objects.exclude(connection_id=SMALL).exclude(state=State.DONE).count()
        waits = [float(seconds) for (seconds,) in db.rows(_WAITS, [SMALL])]
        db.change("UPDATE engine_work SET state = 'done' WHERE state IN ('ready', 'waiting')")
    return {"median": statistics.median(waits), "longest": max(waits), "left": left}


def counted(job: Job) -> dict[str, float]:
    """Take events in while it is counted how many records there are, and while it is not, by turns; compare medians."""
    took: dict[tuple[bool, bool], list[float]] = {(kept, new): [] for kept in (True, False) for new in (True, False)}
    for turn in range(0, job.records, _TURN):
        for kept in (True, False) if turn // _TURN % 2 else (False, True):
            db.change(f"ALTER TABLE engine_work {'ENABLE' if kept else 'DISABLE'} TRIGGER USER")
            ring([-1, -1])  # the first statements after that are planned anew
            numbers = range(turn * 2 + kept * _TURN, turn * 2 + (kept + 1) * _TURN)
            for new in (True, False):
                for number in numbers:
                    began = time.perf_counter()
                    ring([number])
                    took[kept, new].append(time.perf_counter() - began)
    usual = {what: statistics.median(each) for what, each in took.items()}
    return {name: usual[True, new] / usual[False, new] for name, new in (("new", True), ("known", False))}


_WAITS = """SELECT extract(epoch FROM min(d.at) - e.received_at) FROM engine_event e
              JOIN crowd_diary d ON d.connection_id = e.connection_id AND d.record = e.record
                   AND d.generation >= e.generation AND d.what = 'begin'
             WHERE e.connection_id = %s GROUP BY e.id"""


def ring(numbers: Sequence[int] | range, store: int = LARGE) -> None:
    """Let an event about each of these records come in, one after the other."""
    for number in numbers:
        inbox.receive(
            store,
            source="webhook",
            topic="order.updated",
            lane="orders",
            flow="order",
            record=str(number),
            raw=b"{}",
            headers={},
        )


def at_once(parts: Sequence[Callable[[], None]]) -> None:
    """Do several things at the same time."""

    def one(part: Callable[[], None]) -> None:
        try:
            part()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[part]) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rests() -> bool:
    """Say whether nothing is left to do."""
    return not Work.objects.exclude(state=State.DONE).exists()


def at_work() -> int:
    """Return how many batches are at work."""
    ((batches,),) = db.rows("SELECT count(DISTINCT lease_token) FROM engine_work WHERE state = 'running'")
    return int(batches)


def count(table: str) -> int:
    """Return how many rows a table of ours has."""
    ((number,),) = db.rows(f"SELECT count(*) FROM {table}")
    return int(number)


def overlaps() -> int:
    """Return how often two batches were at the same record at the same moment."""
    ((number,),) = db.rows(
        """WITH turns AS (
               SELECT connection_id, record, batch, min(at) AS began, max(at) AS ended FROM crowd_diary
                GROUP BY connection_id, record, batch)
           SELECT count(*) FROM turns a JOIN turns b USING (connection_id, record)
            WHERE a.batch < b.batch AND a.began < b.ended AND b.began < a.ended"""
    )
    return int(number)


def missed() -> int:
    """Return how many records nobody looked at again after their last event."""
    ((number,),) = db.rows(
        """SELECT count(*) FROM engine_work w WHERE NOT EXISTS (
               SELECT 1 FROM crowd_diary d WHERE d.connection_id = w.connection_id AND d.record = w.record
                  AND d.what = 'end' AND d.generation = w.generation)"""
    )
    return int(number)


MEASURES: dict[str, Callable[[Job], dict[str, float]]] = {
    "shared": shared,
    "drained": drained,
    "fair": fair,
    "counted": counted,
}

if __name__ == "__main__":
    main(Job(**json.loads(sys.argv[1])))
