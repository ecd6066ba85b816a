"""The worker process: answers the ring, sweeps, does chores, and goes on until it is told to stop.

Decides how a worker lives: it survives the database going away, finishes what it is at when asked to stop, gives
back what it cannot finish, and never holds a record that nobody works on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from woodoo.engine import chores, course, db, import_walk, pump, registry, sweep
from woodoo.engine.wake import CHORE_TASK, IMPORT_TASK, PUMP_TASK, QUEUE

log = logging.getLogger(__name__)

#: Seconds between two sweeps, and between two looks at the chores that are due.
SWEEP_SECONDS = 5.0
TIDY_SECONDS = 3600.0
#: Seconds a worker that ends has before another may take over what it could not finish.
_HANDOVER = 2.0


#: Chores that come every few seconds do not wait for the sweep.
QUICK_CHORES = registry.Watch("quick-chores", 1.0, chores.ring_quick)


@app.task(name=PUMP_TASK, queue=QUEUE)
def pump_task(connection_id: int, lane: str) -> None:
    """Run one batch of a lane."""
    pump.drain(connection_id, lane)


@app.task(name=CHORE_TASK, queue=QUEUE)
def chore_task(connection_id: int, name: str) -> None:
    """Do a chore of a connection; where this process is to end, somebody else does."""
    if pump.stopping.is_set():
        chores.give_back(connection_id, name)
    else:
        chores.do(connection_id, name)


@app.task(name=IMPORT_TASK, queue=QUEUE)
def import_task(import_id: int) -> None:
    """Carry an import on."""
    if not pump.stopping.is_set():
        import_walk.walk(import_id)


def run_worker(*, concurrency: int = 8, grace: float = 20.0) -> None:
    """Work until SIGTERM or SIGINT. Returns when everything at hand is finished or given back.

    Flows have to be registered first (`woodoo.engine.registry`).

    Args:
        concurrency: most batches and chores at once in this process.
        grace: seconds the batches at hand get to finish after a signal; then they are given back, and the process
            ends at once.
    """
    Worker(concurrency, grace).run()


def workers_alive() -> int:
    """Return how many worker processes have given a sign of life within the last half minute."""
    ((count,),) = db.rows(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
    )
    return int(count)


class Worker:
    """One worker process."""

    def __init__(self, concurrency: int, grace: float) -> None:
        self._concurrency = concurrency
        self._grace = grace
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Serve, and serve again whenever the database was away, until told to stop."""
        pump.stopping.clear()
        pump.threads = self._concurrency
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._on_signal)
        caretaker = threading.Thread(target=_take_care, name="woodoo-caretaker", daemon=True)
        caretaker.start()
        for one in (QUICK_CHORES, *registry.watches()):
            threading.Thread(target=watch, args=(one,), name=f"woodoo-{one.name}", daemon=True).start()
        pause = 1.0
        while not pump.stopping.is_set():
            begun = time.monotonic()
            try:
                asyncio.run(self._serve())
            except asyncio.CancelledError:
                break
            except Exception as exc:
                log.warning("worker stopped serving", extra={"kind": type(exc).__name__})
            pause = 1.0 if time.monotonic() - begun > 60 else min(pause * 2, 30.0)
            pump.stopping.wait(pause)
        caretaker.join(timeout=5)
        log.info("worker ended")

    def stop(self) -> None:
        """Begin nothing new and end, within `grace` seconds."""
        if pump.stopping.is_set():
            return
        pump.stopping.set()
        last_call = threading.Timer(self._grace, self._leave)
        last_call.daemon = True
        last_call.start()
        if self._loop is not None and self._serving is not None:
            self._loop.call_soon_threadsafe(self._serving.cancel)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        log.info("worker told to stop", extra={"signal": signal.Signals(number).name})
        self.stop()

    async def _serve(self) -> None:
        """Answer rings until cancelled, or until the database goes away (Procrastinate then returns)."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(self._concurrency, thread_name_prefix="woodoo-batch"))
        connector = PsycopgConnector(kwargs=connector_params(), min_size=2, max_size=4, timeout=10)
        with app.replace_connector(connector) as worker_app:
            async with worker_app.open_async():
                log.info("worker ready", extra={"concurrency": self._concurrency})
                self._serving = asyncio.create_task(
                    worker_app.run_worker_async(
                        queues=[QUEUE],
                        concurrency=self._concurrency,
                        install_signal_handlers=False,
                        delete_jobs="always",
                        shutdown_graceful_timeout=self._grace,
                    )
                )
                if pump.stopping.is_set():
                    self._serving.cancel()
                await self._serving

    def _leave(self) -> None:
        """End now. The delay keeps others off the records until this process is gone for certain."""
        try:
            released = pump.let_go(delay=_HANDOVER) + chores.let_go(delay=_HANDOVER)
            log.warning("worker ends in the middle of its work", extra={"count": released})
        finally:
            os._exit(0)


def watch(one: registry.Watch) -> None:
    """Do something again and again until the worker is told to stop, whatever becomes of it."""
    while not pump.stopping.wait(one.seconds):
        try:
            one.run()
        except Exception as exc:  # the database is away: the next one comes
            log.warning("watch failed", exc_info=exc, extra={"action": one.name, "kind": type(exc).__name__})
            connection.close()
    connection.close()


def _take_care() -> None:
    """Sweep, ring for chores and imports, and tidy up, until the worker is told to stop."""
    tidied, well = -TIDY_SECONDS, True
    while True:
        try:
            sweep.sweep()
            connections = registry.connections()
            chores.ring_due(connections)
            import_walk.ring_due()
            course.note_calls(connections)
            if time.monotonic() - tidied > TIDY_SECONDS:
                sweep.tidy()
                tidied = time.monotonic()
            well = True
        except Exception as exc:  # the database is away, or a connection cannot be read: look again in a moment
            if well:
                log.warning("sweep failed", extra={"kind": type(exc).__name__})
            well = False
            connection.close()
        if pump.stopping.wait(SWEEP_SECONDS):
            connection.close()
            return
