"""Everything goes wrong at once: a line that breaks, workers that are killed, a database that drops its connections."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.odoo.lines import BadLine
from tests.odoo.test_end_to_end import PATIENCE, RECORDS, Way, way

from woodoo.engine import breaker, db
from woodoo.engine import work as todo
from woodoo.engine.models import State, Work
from woodoo.odoo.endpoint import Endpoint

__all__ = ["way"]

#: Seconds after which Odoo has ended whatever it was at, here.
ENDED = 15
#: Accidents of the line that have to have happened before it is enough.
ACCIDENTS = 6
FEW = RECORDS[:8]
_DROP_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


@pytest.fixture
def line(odoo: Endpoint) -> Iterator[BadLine]:
    with closing(BadLine(odoo.url, seed=5)) as line:
        yield line


def hurry() -> None:
    """Let pass what the service waits for: pauses, and the time after which a call must be over."""
    db.change(
        """UPDATE engine_work w SET due_at = now() WHERE state = 'waiting' AND NOT EXISTS (
               SELECT 1 FROM engine_run r
                WHERE r.work_id = w.id AND r.started_at > now() - make_interval(secs => %s))""",
        [ENDED + 2],
    )
    db.change("UPDATE engine_breaker SET paused_until = LEAST(paused_until, now())")


@pytest.mark.long("14")
def test_whatever_breaks_every_order_is_there_once_in_the_end(
    way: Way, line: BadLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WOODOO_CALL_SECONDS", str(ENDED))
    way.connection.odoo_url = line.url
    way.connection.save()
    chance = random.Random(7)
    workers = [way.start_worker(), way.start_worker()]
    line.accidents = 60
    deadline = time.monotonic() + PATIENCE
    dropped = killed = False
    while not (len(line.happened) >= ACCIDENTS and dropped and killed):
        assert time.monotonic() < deadline, (line.happened, dropped, killed)
        for record in chance.sample(FEW, 3):
            assert way.ring(record) == 200
        time.sleep(chance.uniform(0.5, 2.0))
        hurry()
        if len(line.happened) >= ACCIDENTS / 2 and not dropped:
            db.rows(_DROP_CONNECTIONS)
            dropped = True
        elif dropped and not killed:
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            killed = True
        workers = [worker for worker in workers if worker.poll() is None]
        workers += [way.start_worker() for _ in range(2 - len(workers))]
    line.accidents = 0
    for record in FEW:
        way.ring(record)
    todo.retry(Work.objects.filter(state=State.FAILED).values_list("pk", flat=True))
    breaker.reset(way.connection.pk)
    deadline = time.monotonic() + PATIENCE
    while Work.objects.filter(state__in=(State.READY, State.RUNNING, State.WAITING)).exists():
        assert time.monotonic() < deadline, list(Work.objects.values("record", "state", "message"))
        time.sleep(0.5)
        hurry()
    way.assert_all_there_once(FEW)
