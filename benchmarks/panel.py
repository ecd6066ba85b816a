"""How soon the panel, the API and /metrics answer in a large installation; the application itself is asked."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
#: Of so many stores a reader may see the records who is no reader of all.
_SOME = 10


#: The name of a page, and how it is asked for.
Page = tuple[str, Callable[[], Any]]

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


@dataclass
class Looked:
    """What was found so far: the slowest query with its page, and the pages that took too long."""

    slowest: tuple[float, str, str] = (0.0, "", "")
    missed: list[str] = field(default_factory=list)

    def at(self, name: str, ask: Callable[[], Any]) -> Figure:
        """Ask for a page, and tell of it."""
        ask()
        answers = [_timed(ask) for _ in range(_ROUNDS)]
        usual, worst = median(one.took for one in answers), max(one.took for one in answers)
        one = sorted(answers, key=lambda one: one.slowest)[_ROUNDS // 2]
        self.slowest = max(self.slowest, (one.slowest, name, one.statement))
        say(f"  {name}: {usual:.0f} ms, at worst {worst:.0f}; {one.queries} queries, {_in_short(one)}")
        if usual > GOAL:
            self.missed.append(name)
        return Figure(f"Panel, {name}", usual, "ms", f"<= {GOAL}")


def measure(stage: Stage) -> Iterator[Figure]:
    """Fill a database, then ask for each page; let a backlog come, and ask for those again that show it."""
    backlog = stage.sizes.records * 3 // 10
    with _database():
        with step(f"filling a database: {stage.sizes.records:,} records, {_STORES} stores"):
            first = _fill(stage.sizes.records)
        looked = Looked()
        for name, ask in (*_pages(first), *_pages_of_some(first)):
            yield looked.at(name, ask)
        with step(f"putting {backlog:,} records more on the list"):
            _queue(first, backlog)
        for name, ask in _pages_of_a_backlog(first):
            yield looked.at(f"behind {backlog:,} waiting: {name}", ask)
        took, name, statement = looked.slowest
        say(f"  slowest query: {took:.0f} ms, of {name}: {' '.join(statement.split())[:1500]}")
        say(f"  pages beyond {GOAL} ms: {', '.join(looked.missed) or 'none'}")
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


def _queue(first: int, records: int) -> None:
    from .panel_data import queue

    queue(records, first)


def _pages(first: int) -> Iterator[Page]:
    """Yield each page by name, and how it is asked for."""
    from woodoo.engine.models import Work
    from woodoo.web.course import RANGES

    person, program = _person("admin"), _program("bench")
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
    yield "money card, looked at a moment ago", _card_of_money(person, done.pk)
    for name, address in {
        "API, records": "/api/v1/work?limit=200",
        "API, records that failed": "/api/v1/work?state=failed",
        "API, counts": "/api/v1/work/counts",
        "API, connections": "/api/v1/connections",
    }.items():
        yield name, _asking(program, address)
    yield "/metrics", _figures(program)


def _pages_of_some(first: int) -> Iterator[Page]:
    """Yield what somebody looks at who may see some of the stores, the large one among them."""
    from django.contrib.auth.models import User

    from woodoo.web.course import RANGES
    from woodoo.web.models import ConnectionRole

    reader = User.objects.create_user("reader")
    numbers = range(first, first + _STORES, _STORES // _SOME)
    ConnectionRole.objects.bulk_create(
        ConnectionRole(user=reader, connection_id=number, role="operator") for number in numbers
    )
    person, program = _person("reader"), _program("some", numbers)
    pages = {
        "home": "/",
        **{f"home, charts of {span}": f"/course/?span={span}" for span in RANGES},
        "list of work": "/work/",
        "list, needs a person": "/work/?state=attention",
        "list, done": "/work/?state=done",
        "search, given name": "/work/?q=given7",
        "search, words of a message": "/work/?q=was not found",
        "causes": "/work/causes/",
        "drift": "/work/drift/",
        "connections": "/connections/",
        "alerts": "/alerts/",
    }
    for name, address in pages.items():
        yield f"{_SOME} of {_STORES}: {name}", _asking(person, address)
    yield f"{_SOME} of {_STORES}: /metrics", _figures(program)


def _pages_of_a_backlog(first: int) -> Iterator[Page]:
    """Yield what shows that many records of one store wait."""
    person, program = _person("admin"), _program("backlog")
    pages = {
        "home": "/",
        "list of work": "/work/",
        "list, needs a person": "/work/?state=attention",
        "list, done": "/work/?state=done",
        "list, queued": "/work/?state=ready",
        "list, retrying": "/work/?state=waiting",
        "list, the large store": f"/work/?connection={first}",
        "list, the large store, done": f"/work/?connection={first}&state=done",
        "list, the large store, failed": f"/work/?connection={first}&state=failed",
        "search, words of a message": "/work/?q=was not found",
        "search, given name": "/work/?q=given7",
        "causes": "/work/causes/",
        "connections": "/connections/",
        "connection, large": f"/connections/{first}/",
        "alerts": "/alerts/",
    }
    for name, address in pages.items():
        yield name, _asking(person, address)
    for name, address in {"API, counts": "/api/v1/work/counts", "API, connections": "/api/v1/connections"}.items():
        yield name, _asking(program, address)
    yield "/metrics", _figures(program)


def _person(name: str) -> Any:
    """Return the browser of somebody who has signed in."""
    from django.contrib.auth.models import User
    from django.test import Client

    browser = Client(headers={"host": "localhost"})
    browser.force_login(User.objects.get(username=name))
    return browser


def _program(name: str, on: Sequence[int] = ()) -> Any:
    """Return a program with a token of its own for these stores, or for all."""
    from django.test import Client

    from woodoo.web import tokens
    from woodoo.web.reach import Role

    _, key = tokens.make(name, Role.ADMINISTRATOR, connections=on, personal_data=True)
    return Client(headers={"host": "localhost", "Authorization": f"Bearer {key}"})


def _figures(program: Any) -> Callable[[], Any]:
    """Return how /metrics is asked for when nobody has asked before."""
    from woodoo.web import metrics

    def ask() -> Any:
        metrics.forget()
        return _asking(program, "/metrics")()

    return ask


def _card_of_money(person: Any, work_id: int) -> Callable[[], Any]:
    """Return how the card is asked for while both sides need not be: it is what they said a moment ago."""
    from django.utils import timezone

    from woodoo.web.models import MoneySeen

    names = ("Total", "Tax", "Refunded", "Paid", "Open")
    totals = [{"name": name, "store": "35.00", "odoo": "35.00", "equal": True} for name in names]

    def ask() -> Any:
        given = {"at": timezone.now(), "currency": "EUR", "totals": totals}
        MoneySeen.objects.update_or_create(work_id=work_id, defaults=given)
        return _well(person.post(f"/work/{work_id}/money/", headers={"HX-Request": "true"}))

    return ask


def _cause() -> str:
    from woodoo.engine.held import held_up

    return held_up()[0].key


def _asking(client: Any, address: str) -> Callable[[], Any]:
    return lambda: _well(client.get(address))


def _well(answer: Any) -> Any:
    if answer.status_code != 200:
        raise CannotRun(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    return answer


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
