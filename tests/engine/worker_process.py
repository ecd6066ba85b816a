"""A worker process of its own, for tests: its flow notes in a table who worked on what and when.

Takes its options as JSON; see `Options`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
django.setup()

from woodoo import logs  # noqa: E402
from woodoo.domain.history import OrderRange  # noqa: E402
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


#: What a batch waits for once it has begun, so that a test need not guess how long it takes.
HOLDS = {
    "": "SELECT true",
    "go": "SELECT EXISTS (SELECT 1 FROM test_diary WHERE what = 'go')",
    "go for history": "SELECT EXISTS (SELECT 1 FROM test_diary WHERE what = 'go')",
    "two at work": "SELECT count(DISTINCT pid) > 1 FROM test_diary WHERE what = 'begin'",
}


@dataclass
class Options:
    """How this worker works."""

    #: A key of HOLDS.
    hold: str = ""
    #: The connection for which it holds; 0: for all.
    held_shop: int = 0
    grace: float = 600.0
    concurrency: int = 4
    #: Most batches of a connection at once, over all workers.
    slots: int = 2
    #: The page of the past, counted from 1, before which it waits for "go"; 0: none.
    hold_page: int = 0
    #: Whether its chore waits for "go".
    hold_chore: bool = False
    #: Whether it looks for work every now and then. Otherwise nothing but a ring makes it begin.
    looks: bool = True


@dataclass
class Past:
    """Sixty orders of the past, ten to a page."""

    hold_page: int

    def list(self, wanted: OrderRange, cursor: str) -> registry.Listing:
        db.change("INSERT INTO test_diary (connection_id, pid, what) VALUES (1, %s, 'page')", [os.getpid()])
        first = int(cursor or 1)
        while first == 10 * self.hold_page - 9 and not db.rows(HOLDS["go"])[0][0]:
            time.sleep(0.02)
        return registry.Listing([str(first + place) for place in range(10)], 0, str(first + 10) if first < 51 else "")

    def try_out(self, listing: registry.Listing, findings: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


def main(options: Options) -> None:
    def flow(items: Sequence[Item], batch: Batch) -> Mapping[int, Outcome]:
        note(items, batch, "begin")
        news = options.hold == "go for history" and any(int(item.record) > 60 for item in items)
        free = news or options.held_shop not in (0, batch.connection_id)
        while not free and not db.rows(HOLDS[options.hold])[0][0]:
            time.sleep(0.02)
            batch.renew()
        note(items, batch, "end")
        return {item.work_id: Outcome(OutcomeKind.DONE, "In Odoo.") for item in items}

    def note_poll(connection_id: int, what: str) -> None:
        db.change(
            "INSERT INTO test_diary (connection_id, pid, what) VALUES (%s, %s, %s)", [connection_id, os.getpid(), what]
        )

    def poll(connection_id: int) -> None:
        note_poll(connection_id, "poll")
        while options.hold_chore and not db.rows(HOLDS["go"])[0][0]:
            time.sleep(0.02)

    def connections() -> list[int]:
        note_poll(1, "look")
        return [1]

    lanes = registry.Lanes(
        {"orders": flow},
        slots=options.slots,
        batch_size=5,
        chores=(registry.Chore("poll", 86400.0, poll),),
        archives={"orders": Past(options.hold_page)},
    )
    registry.register(lambda connection_id: lanes, connections=connections)
    schedule.SWEEP_SECONDS = 0.5 if options.looks else 86400.0
    if not options.looks:
        schedule.app.worker_defaults["fetch_job_polling_interval"] = 86400.0
    schedule.run_worker(concurrency=options.concurrency, grace=options.grace)


if __name__ == "__main__":
    logs.set_up(level="INFO", as_json=True)
    main(Options(**json.loads(sys.argv[1])))
