"""Rings for a worker when there is something to do.

Decides that ringing may fail or come too late without harm: the sweep rings again within seconds. It is therefore
done after the record is safely on the to-do list, without waiting for the disk, and never in the way of it.

Procrastinate carries the ring: one waiting job for each connection and lane, told apart by its queueing lock
(procrastinate/sql/schema.sql, index `procrastinate_jobs_queueing_lock_idx_v1`). The row is written directly, because
the library's own call raises where a job waits already, which ends the transaction around it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial

from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import Jsonb

from woodoo.engine import db

QUEUE = "woodoo"
PUMP_TASK = "woodoo.pump"
CHORE_TASK = "woodoo.chore"
IMPORT_TASK = "woodoo.import"

log = logging.getLogger(__name__)

_DEFER = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    SELECT %(queue)s, %(task)s, 0, job.lock, job.args
      FROM unnest(%(locks)s::text[], %(args)s::jsonb[]) WITH ORDINALITY AS job (lock, args, place)
     WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
     ORDER BY job.place
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


def wake(connection_id: int, *lanes: str) -> None:
    """Ring for these lanes once the transaction at hand is through; at once where there is none."""
    jobs = [(f"pump:{connection_id}:{lane}", {"connection_id": connection_id, "lane": lane}) for lane in lanes]
    _ring(PUMP_TASK, jobs)


def wake_chores(due: Iterable[tuple[int, str]]) -> None:
    """Ring for somebody to do these chores, each (connection, name)."""
    _ring(CHORE_TASK, [(f"chore:{number}:{name}", {"connection_id": number, "name": name}) for number, name in due])


def wake_imports(import_ids: Iterable[int]) -> None:
    """Ring for somebody to carry these imports on."""
    _ring(IMPORT_TASK, [(f"import:{number}", {"import_id": number}) for number in import_ids])


def wake_due(connection_id: int, *, turn: Callable[[str], float] = lambda lane: 0.0) -> None:
    """Ring for every lane of a connection in which something is due, those first for which `turn` says the least."""
    due = db.rows(
        """SELECT DISTINCT lane FROM engine_work
            WHERE connection_id = %s AND state IN ('ready', 'waiting') AND due_at <= now()""",
        [connection_id],
    )
    wake(connection_id, *sorted((lane for (lane,) in due), key=lambda lane: (turn(lane), lane)))


def _ring(task: str, jobs: list[tuple[str, dict[str, object]]]) -> None:
    if jobs:
        transaction.on_commit(partial(_defer, task, jobs), robust=True)


def _defer(task: str, jobs: list[tuple[str, dict[str, object]]]) -> None:
    try:
        db.change(
            _DEFER,
            {
                "queue": QUEUE,
                "task": task,
                "locks": [lock for lock, _ in jobs],
                "args": [Jsonb(args) for _, args in jobs],
            },
        )
    except DatabaseError as exc:
        log.warning("wake failed, the sweep will ring", extra={"kind": type(exc).__name__})
