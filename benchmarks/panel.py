"""How soon the panel, the API and /metrics answer in a large installation; the application itself is asked."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from woodoo.runtime.postgres import EmbeddedPostgres

from .figures import CannotRun, Figure
from .screen import say, step
from .service import turn_to
from .stage import Stage

#: Milliseconds within which each page has to answer.
GOAL = 300
_STORES = 100
#: Each page is asked so often, after once to warm up.
_ROUNDS = 5


#: As a connection has them that somebody set up.
_SETTINGS = {
    "timezone": "Europe/Madrid",
    "tax_map": {str(rate): 40 + rate for rate in range(1, 9)},
    "journal_map": {"stripe": 7, "paypal": 8, "bacs": 9, "cod": 10},
    "shipping_map": {"flat_rate": 3, "free_shipping": 4, "local_pickup": 5},
}


@dataclass(frozen=True)
class Answer:
    """How long an answer took, and the statement of it that took longest; both in milliseconds."""

    took: float
    queries: int
    slowest: float
    statement: str


def measure(stage: Stage) -> Iterator[Figure]:
    """Fill a database, then ask for each page."""
    with _database():
        with step(f"filling a database: {stage.sizes.records:,} records, {_STORES} stores"):
            first = _fill(stage.sizes.records)
        slowest: tuple[float, str, str] = (0.0, "", "")
        missed = []
        for name, ask in _pages(first):
            ask()
            answers = [_timed(ask) for _ in range(_ROUNDS)]
            usual, worst = median(one.took for one in answers), max(one.took for one in answers)
            one = sorted(answers, key=lambda one: one.slowest)[_ROUNDS // 2]
            slowest = max(slowest, (one.slowest, name, one.statement))
            say(f"  {name}: {usual:.0f} ms, at worst {worst:.0f}; {one.queries} queries, {_in_short(one)}")
            if usual > GOAL:
                missed.append(name)
            yield Figure(f"Panel, {name}", usual, "ms", f"<= {GOAL}")
        took, name, statement = slowest
        say(f"  slowest query: {took:.0f} ms, of {name}: {' '.join(statement.split())[:1500]}")
        say(f"  pages beyond {GOAL} ms: {', '.join(missed) or 'none'}")
        yield Figure("Panel, slowest query", took, "ms")


def _in_short(answer: Answer) -> str:
    """Say which query of an answer took longest, by its beginning."""
    return f"the slowest {answer.slowest:.0f} ms: {' '.join(answer.statement.split())[:90]} …"


@contextmanager
def _database() -> Iterator[None]:
    """Use a database of its own, made and set as an installation's, for the length of a block."""
    home = Path(tempfile.mkdtemp(prefix="woodoo-bench-"))
    home.chmod(0o711)
    server = EmbeddedPostgres(home / "postgres" / "data")
    names = ("WOODOO_HOME", "DATABASE_URL")
    before = {name: os.environ.get(name) for name in names}
    try:
        turn_to({"WOODOO_HOME": str(home), "DATABASE_URL": server.start()})
        yield
    finally:
        turn_to(before)
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _fill(records: int) -> int:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from woodoo.connections.models import Connection

    from .panel_data import fill

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("admin")
    made = [
        Connection.objects.create(
            name=f"Shop {number:03}",
            store_url=f"https://shop{number}.example.com",
            odoo_url="https://odoo.example.com",
            odoo_database="prod",
            settings=_SETTINGS,
        ).pk
        for number in range(_STORES)
    ]
    fill(records, _STORES, made[0])
    return made[0]


def _pages(first: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each page by name, and how it is asked for."""
    from django.contrib.auth.models import User
    from django.test import Client

    from woodoo.engine.models import Work
    from woodoo.web import metrics, tokens
    from woodoo.web.course import RANGES
    from woodoo.web.reach import Role

    person = Client(headers={"host": "localhost"})
    person.force_login(User.objects.get())
    _, key = tokens.make("bench", Role.ADMINISTRATOR, personal_data=True)
    program = Client(headers={"host": "localhost", "Authorization": f"Bearer {key}"})
    parked = Work.objects.filter(state="parked", flow="order").latest("pk")
    done = Work.objects.filter(state="done", flow="order", pk__lt=parked.pk, pk__gt=parked.pk - 900).earliest("pk")
    key = _cause()
    older = f"before={done.updated_at.isoformat().replace('+', '%2B')},{done.pk}"
    number = done.pk
    pages = {
        "home": "/",
        **{f"home, charts of {span}": f"/course/?span={span}" for span in RANGES},
        "list of work": "/work/",
        "list, needs a person": "/work/?state=attention",
        "list, parked": "/work/?state=parked",
        "list, done": "/work/?state=done",
        "list, skipped": "/work/?state=skipped",
        "list, running (none)": "/work/?state=running",
        "list, the large store": f"/work/?connection={first}",
        "list, a small store, failed": f"/work/?connection={first + 7}&state=failed",
        "list, refunds": "/work/?flow=refund",
        "list, shipping methods (none)": "/work/?flow=shipping_methods",
        "list, refunds that failed": "/work/?flow=refund&state=failed",
        "list, a cause": f"/work/?cause={key}",
        "list, a week": "/work/?since=2026-06-01&until=2026-06-07&zone=Europe/Madrid",
        "list, oldest change first": "/work/?sort=oldest",
        "list, oldest change first, parked": "/work/?sort=oldest&state=parked",
        "list, page far down": f"/work/?{older}",
        "search, order number": f"/work/?q={done.record}",
        "search, document in Odoo": f"/work/?q=INV/2026/{done.record}",
        "search, e-mail address": f"/work/?q=given{number % 300}.{number}@example.com",
        "search, family name": "/work/?q=family77",
        "search, given name": "/work/?q=given7",
        "search, what all have": "/work/?q=example.com",
        "search, what all have, failed": "/work/?q=example.com&state=failed",
        "search, SKU": "/work/?q=SKU-1234",
        "search, SKU of a small store": f"/work/?q=SKU-1234&connection={first + 7}",
        "search, words of a message": "/work/?q=was not found",
        "search, nothing": "/work/?q=nobody",
        "journey, parked": f"/work/{parked.pk}/",
        "journey, done": f"/work/{done.pk}/",
        "causes": "/work/causes/",
        "drift": "/work/drift/",
        "connections": "/connections/",
        "connection, large": f"/connections/{first}/",
        "connection, large, charts": f"/course/?span=30d&connection={first}",
        "connection, small": f"/connections/{first + 7}/",
        "alerts": "/alerts/",
        "changes": "/changes/",
    }
    for name, address in pages.items():
        yield name, _asking(person, address)
    for name, address in {
        "API, records": "/api/v1/work?limit=200",
        "API, records that failed": "/api/v1/work?state=failed",
        "API, counts": "/api/v1/work/counts",
        "API, connections": "/api/v1/connections",
    }.items():
        yield name, _asking(program, address)

    def figures() -> Any:
        metrics.forget()
        return _asking(program, "/metrics")()

    yield "/metrics", figures


def _cause() -> str:
    from woodoo.engine.held import held_up

    return held_up()[0].key


def _asking(client: Any, address: str) -> Callable[[], Any]:
    def ask() -> Any:
        answer = client.get(address)
        if answer.status_code != 200:
            raise CannotRun(f"{address} answered {answer.status_code}")
        return answer

    return ask


def _timed(ask: Callable[[], Any]) -> Answer:
    from django.db import connection

    spent: list[tuple[float, str]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(((time.perf_counter() - began) * 1000, sql))

    with connection.execute_wrapper(note):
        began = time.perf_counter()
        ask()
        took = (time.perf_counter() - began) * 1000
    return Answer(took, len(spent), *max(spent, default=(0.0, "")))
