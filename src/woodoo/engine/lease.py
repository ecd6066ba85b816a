"""Who is at a record, and until when.

Decides, in this order, what a batch gets: nothing while its connection rests or all slots of the connection are
taken; one record where a side has to be probed, of those that did so least often the one that waits longest; one
record alone where its worker vanished twice or it met a side that was down three times; else a fair share of what is
due, of news or of history (turn.py), those first that wait longest. A batch holds its slot as long as it holds its
records, so a worker that vanishes keeps the slot, too, until its lease has run out: the other side may still be at
work for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from woodoo.engine import breaker, db
from woodoo.engine.breaker import Gate
from woodoo.engine.flow import Item, LeaseLost
from woodoo.engine.models import State
from woodoo.engine.turn import Turn, load_of, whose_turn
from woodoo.engine.verdict import ALONE_AFTER_TRIPS

#: A record whose worker vanished this often in a row runs alone; this often, and it has failed.
ALONE_AFTER, GIVE_UP_AFTER = 2, 5


@dataclass(frozen=True)
class Claim:
    """Records that are ours until the lease runs out."""

    batch_id: UUID
    connection_id: int
    lane: str
    items: Sequence[Item]
    #: Whether more was due than one batch takes.
    more: bool
    #: Whether it is out to see if a side is back.
    probe: bool


def lease_seconds() -> float:
    """How long a batch may be silent before others take its records over."""
    return float(settings.WOODOO_LEASE_SECONDS)


def claim(
    connection_id: int, lane: str, *, slots: int, batch_size: int, bulk: Collection[str] = (), whole: bool = False
) -> Claim | None:
    """Take what is due in a lane, begin a run of each record, and return it; None where nothing may go now.

    Args:
        connection_id: of which connection.
        lane: of which of its lanes.
        slots: most batches of the connection at once, over all lanes.
        batch_size: most records.
        bulk: lanes of whole catalogues, which leave a slot to the others.
        whole: take whatever is due, in place of a fair share for each free slot.
    """
    with transaction.atomic():
        # One claim of a connection at a time, so that two cannot both see the last slot free.
        db.rows("SELECT pg_advisory_xact_lock(hashtextextended('woodoo:claim', %s))", [connection_id])
        load = load_of(connection_id, lane, slots * batch_size + 1, bulk)
        turn = whose_turn(load, slots=slots, batch_size=batch_size, bulk=lane in bulk, whole=whole)
        if turn is None:
            return None
        gate = breaker.gate(connection_id, lease_seconds())
        if gate is Gate.SHUT:
            return None
        if gate is Gate.PROBE:
            turn = replace(turn, size=1)
        batch_id = uuid4()
        items = _take(connection_id, lane, turn, batch_id, probe=gate is Gate.PROBE)
        if not items and gate is Gate.PROBE:
            breaker.give_back(connection_id)
    if not items:
        return None
    more = load.news + load.history > len(items) and gate is Gate.OPEN
    return Claim(batch_id, connection_id, lane, items, more, gate is Gate.PROBE)


def _take(connection_id: int, lane: str, turn: Turn, batch_id: UUID, *, probe: bool) -> list[Item]:
    # The outage itself is no reason to let others go first, only having met it as a probe.
    order = "GREATEST(trips, 1), priority, due_at, id" if probe else "priority, due_at, id"
    found = db.rows(
        f"""WITH due AS (
               SELECT id, crashes >= %(crashes)s OR trips >= %(trips)s AS alone,
                      row_number() OVER (ORDER BY {order}) AS place FROM (
                   SELECT id, crashes, trips, priority, due_at FROM engine_work
                    WHERE connection_id = %(id)s AND lane = %(lane)s AND state IN ('ready', 'waiting')
                      AND priority BETWEEN %(from)s AND %(to)s AND due_at <= now()
                    ORDER BY {order} LIMIT %(size)s FOR UPDATE SKIP LOCKED) AS locked
           ), chosen AS (
               SELECT id, place FROM due
                WHERE CASE WHEN (SELECT alone FROM due WHERE place = 1) THEN place = 1 ELSE NOT alone END
           ), claimed AS (
               UPDATE engine_work w SET
                   state = 'running', attempts = w.attempts + 1, lease_token = %(batch)s,
                   lease_until = now() + make_interval(secs => %(lease)s), finished_at = NULL, updated_at = now()
               FROM chosen WHERE w.id = chosen.id
               RETURNING w.id, w.record, w.generation, w.attempts, w.flow, w.trips, chosen.place
           ), begun AS (
               INSERT INTO engine_run (work_id, batch, attempt, generation,
                                       outcome, message, error_kind, fix, traceback)
               SELECT id, %(batch)s, attempts, generation, '', '', '', '', '' FROM claimed ORDER BY place
           )
           SELECT id, record, generation, attempts, flow, trips FROM claimed ORDER BY place""",  # noqa: S608
        {
            "id": connection_id,
            "lane": lane,
            "size": turn.size,
            "from": turn.priorities[0],
            "to": turn.priorities[1],
            "batch": batch_id,
            "lease": lease_seconds(),
            "crashes": ALONE_AFTER,
            "trips": ALONE_AFTER_TRIPS,
        },
    )
    return [Item(*row) for row in found]


def renew(batch_id: UUID, count: int) -> None:
    """Prolong the lease of a batch of `count` records.

    Raises:
        LeaseLost: one of them at least was taken over.
    """
    held = db.change(
        """UPDATE engine_work SET lease_until = now() + make_interval(secs => %s)
            WHERE lease_token = %s AND state = 'running'""",
        [lease_seconds(), batch_id],
    )
    if held != count:
        raise LeaseLost(f"Batch {batch_id} holds {held} of its {count} records.")


def release(batch_ids: Collection[UUID], *, delay: float = 0.0) -> int:
    """Give back what these batches still hold, as if they had not begun, and return how many records it was.

    Records for which a call to Odoo is under way wait until that call must be over, like those of a lost answer.
    """
    return db.change(
        """WITH held AS (
               SELECT id, lease_token FROM engine_work
                WHERE lease_token = ANY(%(ids)s) AND state = 'running'
                ORDER BY record COLLATE "C" FOR UPDATE
           ), runs AS (
               UPDATE engine_run r SET outcome = 'lost', ended_at = now(), message = 'The worker was stopped.'
                 FROM held WHERE r.work_id = held.id AND r.batch = held.lease_token AND r.outcome = ''
           ), calls AS (
               SELECT batch, max(started_at) + make_interval(secs => %(call)s) AS over FROM engine_call
                WHERE batch = ANY(%(ids)s) AND system = 'odoo' AND status = '' GROUP BY batch
           )
           UPDATE engine_work w SET attempts = GREATEST(0, w.attempts - 1), lease_token = NULL, lease_until = NULL,
                  state = CASE WHEN calls.over > now() THEN 'waiting' ELSE 'ready' END,
                  error_kind = CASE WHEN calls.over > now() THEN 'OutcomeUnknown' ELSE w.error_kind END,
                  message = CASE WHEN calls.over > now() THEN %(message)s ELSE w.message END,
                  due_at = GREATEST(now() + make_interval(secs => %(delay)s), calls.over), updated_at = now()
             FROM held LEFT JOIN calls ON calls.batch = held.lease_token WHERE w.id = held.id""",
        {
            "ids": list(batch_ids),
            "delay": delay,
            "call": settings.WOODOO_CALL_SECONDS,
            "message": "The worker was stopped while Odoo was at it. It goes on once Odoo must have ended.",
        },
    )


def take_back_expired() -> list[tuple[int, str]]:
    """Free the records of batches that fell silent and return (connection, lane) of each that may go again.

    A batch that fell silent within a call is left alone until that call must be over: Odoo carries on with a request
    whose sender is gone, and what it does cannot be seen before it is done.
    """
    return [
        (connection_id, lane)
        for connection_id, lane, state in db.rows(
            """WITH gone AS (
                   SELECT id, lease_token FROM engine_work w WHERE state = 'running' AND lease_until < now()
                      AND NOT EXISTS (SELECT 1 FROM engine_call c
                                       WHERE c.batch = w.lease_token AND c.system = 'odoo' AND c.status = ''
                                         AND c.started_at > now() - make_interval(secs => %(call)s))
                    ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
               ), runs AS (
                   UPDATE engine_run r SET outcome = 'lost', ended_at = now(),
                          message = 'The worker vanished before it could report.'
                     FROM gone WHERE r.work_id = gone.id AND r.batch = gone.lease_token AND r.outcome = ''
                   RETURNING r.work_id, r.generation
               )
               UPDATE engine_work w SET
                   state = CASE WHEN w.crashes + 1 >= %(most)s AND w.generation = runs.generation
                                THEN 'failed' ELSE 'ready' END,
                   finished_at = CASE WHEN w.crashes + 1 >= %(most)s AND w.generation = runs.generation
                                      THEN now() END,
                   message = CASE WHEN w.crashes + 1 >= %(most)s THEN %(message)s ELSE w.message END,
                   error_kind = CASE WHEN w.crashes + 1 >= %(most)s THEN 'InternalError' ELSE w.error_kind END,
                   fix = CASE WHEN w.crashes + 1 >= %(most)s THEN %(fix)s ELSE w.fix END,
                   cause = CASE WHEN w.crashes + 1 >= %(most)s THEN %(message)s ELSE w.cause END,
                   place = CASE WHEN w.crashes + 1 >= %(most)s THEN '' ELSE w.place END,
                   crashes = w.crashes + 1, attempts = GREATEST(0, w.attempts - 1),
                   lease_token = NULL, lease_until = NULL, due_at = now(), updated_at = now()
                 FROM gone LEFT JOIN runs ON runs.work_id = gone.id WHERE w.id = gone.id
               RETURNING w.connection_id, w.lane, w.state""",
            {
                "call": settings.WOODOO_CALL_SECONDS,
                "most": GIVE_UP_AFTER,
                "message": f"The worker vanished {GIVE_UP_AFTER} times while it was at this record.",
                "fix": "See in the log of the worker why it ended, then retry.",
            },
        )
        if state == State.READY
    ]
