"""A shop with people in it, the service and a real Odoo, and what can be broken between them.

The store is the store double in this process, so that people can do in it what no API offers. The service is `woodoo
run` with a home of its own; only its patience with workers that vanish is shorter than by default, see `IMPATIENT`.
Odoo is a fresh database of the sandbox's Odoo 19, or yours, behind a gate that can be shut.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from woodoo.odoo.client import connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.day.gate import Gate
from woodoo.sandbox.day.people import People
from woodoo.sandbox.demo.connect import mappings, prices
from woodoo.sandbox.odoo.fixtures import prepare
from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.registration import ensure_webhooks
from woodoo.stores.woocommerce.store import WooCommerceStore
from woodoo.stores.woocommerce.webhook_plan import Wanted

from .memory import family
from .screen import step
from .service import Service, running, until
from .shop import open_odoo

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.sandbox.day.books import Books

#: Seconds after which a silent worker's records are taken over, and after which a call to Odoo must have ended though
#: nobody waits for it any more: these orders take Odoo far less.
IMPATIENT = {"WOODOO_LEASE_SECONDS": "10", "WOODOO_CALL_SECONDS": "30"}
#: Orders the shop had before it was connected; nobody asked for them.
_EARLIER = 20
_DAYS = 3 * 86_400


@dataclass
class World:
    """Everything, with the switches."""

    store: StoreDouble
    people: People
    gate: Gate
    odoo: Endpoint
    service: Service
    connection: Connection
    #: What the orders' references begin with in Odoo.
    prefix: str
    #: What was broken, how often.
    broken: Counter[str] = field(default_factory=Counter)

    @property
    def woo(self) -> WooCommerceStore:
        """Woodoo's own way into the store."""
        return WooCommerceStore(WooClient(self.store.url, self.store.key, self.store.secret))

    def balance(self) -> Books:
        """Compare the store, Woodoo and Odoo."""
        from woodoo.sandbox.day.books import Comparison, there_now

        odoo = Records(connect(self.odoo), 1)
        need_a_person = {str(order) for order in self.people.need_a_person}
        comparison = Comparison(self.connection.pk, self.woo, odoo, self.prefix, need_a_person)
        return comparison.balance(map(str, self.people.placed), there_now(self.store.shop.tables["orders"]))

    def waiting(self) -> int:
        """Return how many records wait or are at work."""
        from woodoo.sandbox.day.passing import waiting

        return waiting(self.connection.pk)

    def kill_workers(self, count: int = 1) -> None:
        """Kill worker processes in the middle of whatever they do; the service starts others."""
        workers = [pid for pid in family(self.service.process.pid) if _is_worker(pid)]
        for pid in workers[:count]:
            os.kill(pid, signal.SIGKILL)
            self.broken["workers killed"] += 1

    def restart_database(self, how: signal.Signals) -> None:
        """End PostgreSQL, by SIGKILL as in a crash or by SIGINT in order, and wait until the service has it back."""
        from django.db import connections

        before = self._postmaster()
        connections.close_all()
        os.kill(before, how)
        self.broken["PostgreSQL killed" if how is signal.SIGKILL else "PostgreSQL restarted"] += 1
        back = self.service.postgres.answers
        until(lambda: self._postmaster() not in (0, before) and back(), 60, "the database to come back")

    def _postmaster(self) -> int:
        try:
            return int((self.service.postgres.data_dir / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return 0


def _is_worker(pid: int) -> bool:
    try:
        return b"woodoo.cli\0worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@contextmanager
def open_world(seed: int, **settings: object) -> Iterator[World]:
    """Bring everything up for the length of a block, with webhooks registered and nothing broken.

    Args:
        seed: what people do follows from it.
        settings: of the connection, beside the mappings.
    """
    with ExitStack() as stack:
        with step("a store, and a fresh Odoo 19 that knows its goods"):
            past = [_DAYS]
            store = stack.enter_context(StoreDouble(clock=lambda: time.time() - past[0]))
            store.seed_orders(_EARLIER)
            past[0] = 0
            odoo, admin = stack.enter_context(open_odoo())
            woo = WooClient(store.url, store.key, store.secret)
            furnished = prepare(admin, prices(woo))
        gate = stack.enter_context(closing(Gate(odoo.url)))
        service = stack.enter_context(running(**IMPATIENT))
        run = secrets.token_hex(3)
        wanted = {**mappings(WooCommerceStore(woo), furnished), "order_number_format": f"{run}-{{number}}"}
        wanted |= {"namespace": f"woodoo_{run}", "batch_size": 10, **settings}
        connection = _connect(store, odoo, gate, wanted)
        _register(woo, service, connection)
        yield World(store, People(store, seed), gate, odoo, service, connection, f"{run}-")


def _register(woo: WooClient, service: Service, connection: Connection) -> None:
    from woodoo.connections.hook import leads_to
    from woodoo.flows.topics import followed_topics

    token = connection.hook_token
    wanted = Wanted(followed_topics(connection.rules), f"{service.url}/hooks/{token}/")
    ensure_webhooks(woo, wanted, connection.webhook_secret, lambda address: leads_to(address, token))


def _connect(store: StoreDouble, odoo: Endpoint, gate: Gate, settings: dict[str, object]) -> Connection:
    from woodoo import wiring
    from woodoo.connections.models import Connection

    wiring.install()
    return Connection.objects.create(
        name="Shop",
        store_url=store.url,
        store_key=store.key,
        store_secret=store.secret,
        odoo_url=gate.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
        settings=settings,
    )
