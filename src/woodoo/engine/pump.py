"""Runs a flow on what is due: one batch, then to the back of the queue, so that all connections take their turn.

Decides that a flow may fail in any way without taking the engine along: what it raises becomes the outcome of the
records it has not reported on. And that the lanes of a connection take turns: a slot that is free again goes to the
lane that has waited longest since its last batch, so no backlog keeps another lane waiting for good.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from woodoo.domain.errors import ConfigError, OutcomeUnknown, RemoteDown, RemoteError, WoodooError
from woodoo.engine import breaker, lease, registry, report
from woodoo.engine.flow import Batch, Handler, Item, LeaseLost, Outcome, OutcomeKind
from woodoo.engine.lease import Claim
from woodoo.engine.ledger import LedgerRecorder
from woodoo.engine.registry import Lanes
from woodoo.engine.wake import wake, wake_due

log = logging.getLogger(__name__)

#: Parts of a batch that fail in a row after which no smaller ones are tried: then it is not the records.
GIVE_UP_AFTER = 6

#: Batches this process is at, and how many it may be at; 0: as many as it likes.
_at_work: set[UUID] = set()
threads = 0
#: (Connection, lane) → when this process began a batch of it last.
_begun: dict[tuple[int, str], float] = {}
#: With more threads than this, the last one is for connections of which nothing is at work.
_FEW_THREADS = 2
#: Held from the look at the threads until the batch counts as at work, so that two cannot both see the last one free.
_beginning = threading.Lock()
#: Set when this process is to end: nothing new is begun.
stopping = threading.Event()


def drain(connection_id: int, lane: str) -> int:
    """Run one batch of what is due in a lane, ring for what is left, and return how many records it was."""
    if stopping.is_set():
        return 0
    lanes = _lanes(connection_id, lane)
    if not lanes.enabled or not _answers(connection_id, lanes):
        return 0
    held = _begin(connection_id, lane, lanes)
    if held is None:
        return 0
    try:
        if held.more and lanes.slots > 1:
            wake(connection_id, lane)  # another slot may be free
        _run(held, lanes)
    finally:
        _at_work.discard(held.batch_id)
    wake_due(connection_id, turn=lambda other: _begun.get((connection_id, other), 0.0))
    return len(held.items)


def _begin(connection_id: int, lane: str, lanes: Lanes) -> Claim | None:
    """Claim the next batch of a lane, which then counts as at work in this process; None where nothing may go now."""
    with _beginning:
        held = lease.claim(
            connection_id,
            lane,
            slots=1 if _last_thread() else lanes.slots,
            batch_size=lanes.sizes.get(lane, lanes.batch_size),
            bulk=lanes.bulk,
            # Where a lane has a size of its own, few large requests are what counts.
            whole=lane in lanes.sizes,
        )
        if held is not None:
            _at_work.add(held.batch_id)
            _begun[connection_id, lane] = time.monotonic()
    return held


def _last_thread() -> bool:
    """Whether this is the last thread of the process, so that stores with a long backlog do not keep others waiting.

    A connection that is refused here has a batch at work, at whose end somebody rings for it again.
    """
    return threads > _FEW_THREADS and len(_at_work) >= threads - 1


def forget_turns() -> None:
    """Forget which lane had its turn when, as a new process does. For tests."""
    _begun.clear()


def let_go(delay: float) -> int:
    """Give back what this process is at, due again in `delay` seconds. For a process that ends now."""
    return lease.release(list(_at_work), delay=delay)


def _answers(connection_id: int, lanes: Lanes) -> bool:
    """Whether records may go: where a side was down and the connection has rested, whether it gives a sign of life.

    No record is touched for that, so an outage leaves all as they were, and in their order. A side that answers with a
    fault is there.
    """
    if lanes.knock is None:
        return True
    side = breaker.rested(connection_id, settings.WOODOO_CALL_SECONDS)
    if not side:
        return side is not None
    try:
        lanes.knock(side)
    except RemoteDown as exc:
        breaker.trip(connection_id, side=exc.side, reason=exc.message, retry_after=exc.retry_after)
        return False
    except WoodooError as exc:
        log.info("a side is there again", extra={"connection": connection_id, "kind": type(exc).__name__})
    except BaseException:
        breaker.give_back(connection_id)
        raise
    breaker.give_back(connection_id)
    return True


def _lanes(connection_id: int, lane: str) -> Lanes:
    """Return the flows of a connection; where it has none for this lane, one that says so."""
    try:
        lanes = registry.resolve(connection_id)
    except WoodooError as exc:
        return Lanes(handlers={lane: _refuse(exc)})
    if lane not in lanes.handlers:
        error = ConfigError(
            f"There is no flow for records of the kind {lane}.",
            where=lane,
            fix="Update Woodoo on this machine: another one already knows them.",
        )
        return Lanes(handlers={lane: _refuse(error)}, enabled=lanes.enabled)
    return lanes


def _refuse(error: WoodooError) -> Handler:
    def handler(items: Sequence[Item], batch: Batch) -> Mapping[int, Outcome]:
        raise error

    return handler


def _run(held: Claim, lanes: Lanes) -> None:
    started = time.monotonic()
    recorder = LedgerRecorder(held.batch_id, held.connection_id, secrets=lanes.secrets)
    where = {"connection": held.connection_id, "lane": held.lane, "batch": str(held.batch_id)}
    try:
        with Heartbeat(held.batch_id, len(held.items)) as heartbeat:
            batch = Batch(held.batch_id, held.connection_id, held.lane, recorder, heartbeat.check)
            outcomes = _outcomes(lanes.handlers[held.lane], held.items, batch)
    except LeaseLost:
        released = lease.release([held.batch_id])
        log.warning("batch given up: the lease was lost", extra={**where, "count": released})
        return
    except BaseException:
        lease.release([held.batch_id])
        raise
    _report(held, outcomes)
    log.info("batch done", extra={**where, **_counted(outcomes.values()), "seconds": time.monotonic() - started})


def _report(held: Claim, outcomes: Mapping[int, Outcome]) -> None:
    """Report, and again while the database is away: what was done remotely need not be done twice for that.

    After the length of a lease others have taken over, and the report would be refused.
    """
    deadline = time.monotonic() + lease.lease_seconds()
    while True:
        try:
            report.finish(held, outcomes)
            return
        except (OperationalError, InterfaceError) as exc:
            log.warning("report failed", extra={"batch": str(held.batch_id), "kind": type(exc).__name__})
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)


def _outcomes(handler: Handler, items: Sequence[Item], batch: Batch) -> dict[int, Outcome]:
    """Run a flow and return an outcome for each item, whatever it did.

    Where it fails on all of them because of what one of them is like, the halves are tried by themselves, and so on,
    until that one stands alone.
    """
    outcomes: dict[int, Outcome] = {}
    pending = [list(items)]
    alone = 0
    while pending:
        part = pending.pop()
        try:
            outcomes |= _said(handler, part, batch)
            alone = 0
            continue
        except LeaseLost:
            raise
        except Exception as exc:
            error = exc
        if not isinstance(error, WoodooError):
            log.error("the flow failed", exc_info=error, extra={"lane": batch.lane, "batch": str(batch.id)})
        if len(part) > 1 and alone < GIVE_UP_AFTER and _may_be_one(error, part):
            half = len(part) // 2
            pending += [part[half:], part[:half]]
            continue
        alone += 1
        outcomes |= dict.fromkeys((item.work_id for item in part), Outcome.from_error(error))
    return outcomes


def _said(handler: Handler, items: Sequence[Item], batch: Batch) -> dict[int, Outcome]:
    said = handler(items, batch)
    silent = Outcome.from_error(RuntimeError("The flow did not report on this record."))
    return {item.work_id: said.get(item.work_id, silent) for item in items}


def _may_be_one(error: Exception, items: Sequence[Item]) -> bool:
    """Say whether one record may be why a flow failed on all of them.

    Settings and outages concern all. A failure that may pass is first tried again with all together.
    """
    if isinstance(error, ConfigError | RemoteDown | OutcomeUnknown):
        return False
    return not isinstance(error, RemoteError) or any(item.attempt > 1 for item in items)


def _counted(outcomes: Iterable[Outcome]) -> dict[str, int]:
    counts = dict.fromkeys((kind.value for kind in OutcomeKind), 0)
    for outcome in outcomes:
        counts[outcome.kind.value] += 1
    return {kind: count for kind, count in counts.items() if count}


class Heartbeat:
    """Prolongs the lease of a batch while its flow works, in a thread of its own."""

    def __init__(self, batch_id: UUID, count: int) -> None:
        self._batch_id = batch_id
        self._count = count
        self._seconds = lease.lease_seconds()
        self._renewed = time.monotonic()
        self._lost = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="woodoo-lease", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Make sure that the batch is still ours.

        Raises:
            LeaseLost: it is not, or nobody can tell because the database has been away for the length of a lease.
        """
        if self._lost.is_set() or time.monotonic() - self._renewed > self._seconds:
            raise LeaseLost(f"Batch {self._batch_id} is no longer ours.")

    def _beat(self) -> None:
        try:
            while not self._over.wait(self._seconds / 3):
                begun = time.monotonic()
                try:
                    lease.renew(self._batch_id, self._count)
                    self._renewed = begun
                except LeaseLost:
                    self._lost.set()
                    return
                except DatabaseError as exc:
                    log.warning("lease not renewed", extra={"kind": type(exc).__name__})
                    connection.close()
        finally:
            connection.close()
