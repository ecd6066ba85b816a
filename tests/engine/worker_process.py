"""A worker process of its own, for tests: its flow notes in a table who worked on what and when.

Arguments: seconds a batch takes, seconds of grace.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
django.setup()

from woodoo import logs  # noqa: E402
from woodoo.engine import db, registry, schedule  # noqa: E402
from woodoo.engine.flow import Batch, Item, Outcome, OutcomeKind  # noqa: E402


def note(items: Sequence[Item], batch: Batch, what: str) -> None:
    db.change(
        """INSERT INTO test_diary (connection_id, record, generation, batch, pid, what)
           SELECT %s, v.record, v.generation, %s, %s, %s
             FROM unnest(%s::text[], %s::bigint[]) AS v (record, generation)""",
        [
            batch.connection_id,
            batch.id,
            os.getpid(),
            what,
            [item.record for item in items],
            [item.generation for item in items],
        ],
    )


def main(seconds: float, grace: float) -> None:
    def flow(items: Sequence[Item], batch: Batch) -> Mapping[int, Outcome]:
        note(items, batch, "begin")
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(0.02)
            batch.renew()
        note(items, batch, "end")
        return {item.work_id: Outcome(OutcomeKind.DONE, "In Odoo.") for item in items}

    def poller(connection_id: int) -> None:
        db.change(
            "INSERT INTO test_diary (connection_id, pid, what) VALUES (%s, %s, 'poll')", [connection_id, os.getpid()]
        )

    lanes = registry.Lanes({"orders": flow}, slots=2, batch_size=5, pollers=(poller,))
    registry.register(lambda connection_id: lanes, polls=lambda: {1: 3600.0})
    schedule.SWEEP_SECONDS = 0.5
    schedule.run_worker(concurrency=4, grace=grace)


if __name__ == "__main__":
    logs.set_up(level="INFO", as_json=True)
    main(float(sys.argv[1]), float(sys.argv[2]))
