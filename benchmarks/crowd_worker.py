"""A worker process whose Odoo only takes time: what is measured is the engine, which is the real one.

Takes its `Pace` as JSON, and notes in the table `crowd_diary` which records it began and ended, and when.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
django.setup()

from woodoo import logs  # noqa: E402
from woodoo.engine import db, registry, schedule  # noqa: E402
from woodoo.engine.flow import Batch, Item, Outcome, OutcomeKind  # noqa: E402

DIARY = """CREATE UNLOGGED TABLE IF NOT EXISTS crowd_diary (
    connection_id int, record text, generation bigint, batch uuid, pid int, what text,
    at timestamptz DEFAULT clock_timestamp())"""


@dataclass
class Pace:
    """How long the other side takes."""

    #: Seconds for a batch, and for each of its records on top of that.
    batch: float = 0.0
    record: float = 0.0


def note(items: Sequence[Item], batch: Batch, what: str) -> None:
    """Write down that these records begin or end."""
    db.change(
        """INSERT INTO crowd_diary (connection_id, record, generation, batch, pid, what)
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


def main(pace: Pace) -> None:
    """Work with the defaults of the service until told to stop."""

    def flow(items: Sequence[Item], batch: Batch) -> Mapping[int, Outcome]:
        note(items, batch, "begin")
        time.sleep(pace.batch + pace.record * len(items))
        note(items, batch, "end")
        return {item.work_id: Outcome(OutcomeKind.DONE, "In Odoo.") for item in items}

    lanes = registry.Lanes({"orders": flow})
    registry.register(lambda connection_id: lanes)
    schedule.run_worker(concurrency=4)


if __name__ == "__main__":
    logs.set_up(level="WARNING", as_json=True)
    main(Pace(**json.loads(sys.argv[1])))
