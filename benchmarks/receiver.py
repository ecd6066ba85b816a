"""How fast deliveries are taken in when eight stores knock at once, and that none is lost, not even in a crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from woodoo.sandbox.store.double import StoreDouble

from .figures import CannotRun, Figure, percentile
from .knock import delivery
from .screen import step
from .service import Service, until
from .stage import Stage

if TYPE_CHECKING:
    from woodoo.connections.models import Connection

SENDERS = 8
#: How often each order is told of.
REPEATS = 2
_STORE = "http://shop.invalid"

Sent = list[tuple[int, float]]


def measure(stage: Stage) -> Iterator[Figure]:
    """Send with the whole service running; the connection is off, so that events wait and Odoo takes no time."""
    service = stage.service
    connection = _connection()
    jobs = _jobs(service, connection, stage.sizes.deliveries)
    with step("getting warm"):
        _knock(_jobs(service, connection, 80))
        _forget(connection)
    with step(f"{stage.sizes.deliveries} deliveries from {SENDERS} senders at once"):
        sent = _knock(jobs)
        _crash_database(service)
    taken = sum(status == 200 for status, _ in sent)
    lost = taken - _kept(connection)
    _forget(connection)
    times = [milliseconds for _, milliseconds in sent]
    yield Figure("Webhook receiver, median", percentile(times, 50), "ms")
    yield Figure("Webhook receiver, p99", percentile(times, 99), "ms", "< 50")
    yield Figure("Webhook receiver, deliveries not answered 200", len(sent) - taken, "deliveries", "== 0")
    yield Figure("Webhook receiver, lost when PostgreSQL was killed", lost, "deliveries", "== 0")


def _connection() -> Connection:
    from woodoo.connections.models import Connection

    return Connection.objects.create(
        name="Receiver",
        store_url=_STORE,
        odoo_url="http://odoo.invalid",
        odoo_database="none",
        enabled=False,
    )


def _jobs(service: Service, connection: Connection, count: int) -> list[dict[str, Any]]:
    """Return what each sender is to send: real orders, each number told of by several senders."""
    place = urlsplit(service.url)
    with StoreDouble() as store:
        made = store.seed_orders(40)
        bodies = [store.view(store.shop.tables["orders"][number]) for number in made]
    distinct = -(-count // REPEATS)
    deliveries = [
        delivery(
            {**bodies[n % len(bodies)], "id": 1000 + n % distinct}, source=_STORE, secret=connection.webhook_secret
        )
        for n in range(count)
    ]
    path = f"/hooks/{connection.hook_token}/"
    return [
        {"host": place.hostname, "port": place.port, "path": path, "deliveries": deliveries[n::SENDERS]}
        for n in range(SENDERS)
    ]


def _knock(jobs: Sequence[dict[str, Any]]) -> Sent:
    """Let all senders begin at the same moment and return what came of each delivery."""
    command = [sys.executable, "-m", "benchmarks.sender"]
    senders = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in jobs]
    try:
        for sender, job in zip(senders, jobs, strict=True):
            assert sender.stdin
            sender.stdin.write(json.dumps(job) + "\n")
            sender.stdin.flush()
        for sender in senders:
            assert sender.stdout
            sender.stdout.readline()
        for sender in senders:
            assert sender.stdin
            sender.stdin.write("go\n")
            sender.stdin.flush()
        said = [sender.communicate(timeout=300)[0] for sender in senders]
    finally:
        for sender in senders:
            sender.kill()
            sender.wait()
    return [(status, milliseconds) for text in said for status, milliseconds in json.loads(text)]


def _crash_database(service: Service) -> None:
    """Kill PostgreSQL as soon as the last answer is there, and wait until the service has brought it back."""
    from django.db import connections

    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if _setting(name) != "on":
            raise CannotRun(f"The database runs with {name} off, so nothing it keeps is safe.")
    pid = _postmaster(service)
    connections.close_all()
    os.kill(pid, signal.SIGKILL)
    until(lambda: _postmaster(service) != pid and service.postgres.answers(), 60, "the database to come back")


def _setting(name: str) -> str:
    from woodoo.engine import db

    return str(db.rows(f"SHOW {name}")[0][0])


def _postmaster(service: Service) -> int:
    try:
        return int((service.postgres.data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _kept(connection: Connection) -> int:
    """Return how many deliveries are in the inbox, each of them counted by its record on the to-do list."""
    from django.db.models import Sum

    from woodoo.engine.models import Event, Work

    events = Event.objects.filter(connection_id=connection.pk).count()
    work = Work.objects.filter(connection_id=connection.pk).aggregate(Sum("generation"))["generation__sum"]
    if work != events:
        raise CannotRun(f"There are {events} events, but the to-do list has counted {work}.")
    return events


def _forget(connection: Connection) -> None:
    from woodoo.engine.models import Event, Work

    Event.objects.filter(connection_id=connection.pk).delete()
    Work.objects.filter(connection_id=connection.pk).delete()
