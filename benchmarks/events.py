"""How fast two workers take what has come in, that no two are at one record, and how long a small store waits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from woodoo.runtime.postgres import EmbeddedPostgres

from .figures import CannotRun, Figure
from .screen import step
from .stage import Stage

#: Events of the small store.
_FEW = 20


def measure(stage: Stage) -> Iterator[Figure]:
    """Measure each on an empty database of its own, one that waits for the disk."""
    events = stage.sizes.events
    records, backlog = events * 6 // 10, events * 3 // 10
    with step(f"{events} events for {records} records, two workers"):
        found = _measured(what="shared", events=events, records=records)
    yield Figure("Events, records in two hands at once", found["overlaps"], "records", "== 0")
    yield Figure("Events, records not looked at after their last one", found["missed"], "records", "== 0")
    yield Figure("Events, from the first to the last record done", events / found["seconds"], "events/s")
    with step(f"a backlog of {records} records"):
        found = _measured(what="drained", records=records)
    yield Figure("Events, a backlog drained", records / found["seconds"], "records/s")
    with step(f"{_FEW} events behind a store with {backlog}"):
        found = _measured(what="fair", events=_FEW, backlog=backlog)
    yield Figure(f"{_FEW} events behind another store's {backlog}, median wait", found["median"], "s", "< 1")
    yield Figure(f"{_FEW} events behind another store's {backlog}, longest wait", found["longest"], "s")
    with step(f"{_FEW} events behind four stores with {backlog} each"):
        found = _measured(what="fair", events=_FEW, backlog=backlog, crowds=4)
    yield Figure(f"{_FEW} events behind four stores' {backlog}, median wait", found["median"], "s")
    with step(f"{records // 3} records taken in while they are counted, and as many while they are not"):
        found = _measured(what="counted", records=records // 3)
    yield Figure("Events, a new record taken in, counted against not counted", found["new"], "times", "<= 1.05")
    yield Figure("Events, news of a known record, counted against not counted", found["known"], "times", "<= 1.05")


def _measured(**job: Any) -> dict[str, float]:
    """Measure in a process that sees nothing but an empty database."""
    with _database() as env:
        command = [sys.executable, "-m", "benchmarks.crowd", json.dumps(job)]
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"the measure '{job['what']}' ended with code {done.returncode}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """Bring up a database with the service's own settings, and return the environment of processes that use it."""
    with tempfile.TemporaryDirectory(prefix="woodoo-events-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # the database's account passes through
        env = {k: v for k, v in os.environ.items() if not k.startswith(("WOODOO_", "DATABASE_URL", "DJANGO_"))}
        with EmbeddedPostgres(home / "postgres" / "data") as postgres:
            env |= {"WOODOO_HOME": str(home), "DATABASE_URL": postgres.url(), "WOODOO_LOG_LEVEL": "WARNING"}
            subprocess.run([sys.executable, "-m", "woodoo.cli", "migrate"], env=env, check=True, capture_output=True)
            yield env
