"""A few hours of a shop in which everything breaks, on real Odoo; the whole day is in benchmarks/day.py."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from tests.odoo.test_end_to_end import forget_jobs_and_workers, worker_environment

from woodoo import wiring
from woodoo.connections.hook import leads_to
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine.models import Chore, Work
from woodoo.flows.topics import followed_topics
from woodoo.odoo.client import connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.day.books import Books, Comparison, there_now
from woodoo.sandbox.day.gate import Gate
from woodoo.sandbox.day.passing import all_accounted, let_pass, settle
from woodoo.sandbox.day.people import People
from woodoo.sandbox.demo.connect import mappings, prices
from woodoo.sandbox.odoo.fixtures import Admin, prepare
from woodoo.sandbox.store import StoreDouble
from woodoo.sandbox.store.troubles import Down
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.registration import ensure_webhooks
from woodoo.stores.woocommerce.store import WooCommerceStore
from woodoo.stores.woocommerce.webhook_plan import Wanted

#: Seconds after which what a test waits for is taken never to happen.
PATIENCE = 900
HOUR = 3600.0


@dataclass
class Town:
    """A shop with people in it, worker processes, and a gate before Odoo."""

    people: People
    gate: Gate
    connection: Connection
    endpoint: Endpoint
    prefix: str
    start_worker: Callable[[], subprocess.Popen[bytes]]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def store(self) -> StoreDouble:
        return self.people.store

    def live(self, orders: int, doings: int) -> None:
        """Let things happen, and then an hour pass."""
        for _ in range(orders):
            self.people.buy()
        for _ in range(doings):
            self.people.do_something()
        assert self.store.troubles.down or self.store.webhooks.wait(PATIENCE)
        let_pass(HOUR)

    def until(self, holds: Callable[[], object]) -> None:
        """Let hours pass until something holds once all that is due is done."""
        deadline = time.monotonic() + PATIENCE
        settle(self.connection.pk)
        while not holds():
            assert time.monotonic() < deadline, (
                list(Work.objects.values("record", "state", "message")),
                list(Chore.objects.values("name", "due_at", "began_at", "ended_at", "message")),
            )
            let_pass(HOUR)
            settle(self.connection.pk)

    def books(self) -> Books:
        woo = WooCommerceStore(WooClient(self.store.url, self.store.key, self.store.secret))
        need_a_person = {str(order) for order in self.people.need_a_person}
        odoo = Records(connect(self.endpoint), 1)
        comparison = Comparison(self.connection.pk, woo, odoo, self.prefix, need_a_person)
        return comparison.balance(map(str, self.people.placed), there_now(self.store.shop.tables["orders"]))


@pytest.fixture
def town(
    transactional_db: None, live_server: Any, odoo: Endpoint, admin: Admin, tmp_path: Path, request: Any
) -> Iterator[Town]:
    """Everything set up with one worker, nothing broken yet; the shop had orders before it was connected."""
    forget_jobs_and_workers()
    wiring.install()
    past = [3 * 86_400]
    with StoreDouble(clock=lambda: time.time() - past[0]) as store, closing(Gate(odoo.url)) as gate:
        store.seed_orders(3)
        past[0] = 0
        client = WooClient(store.url, store.key, store.secret)
        furnished = prepare(admin, prices(client))
        name = f"day_{crc32(request.node.name.encode()):x}"
        settings = {
            "order_number_format": f"{name}-{{number}}",
            "namespace": name,
            "batch_size": 6,
            "census_seconds": 3600,
        }
        connection = Connection.objects.create(
            name="Day",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url=gate.url,
            odoo_database=odoo.database,
            odoo_login=odoo.login,
            odoo_key=odoo.secret,
            settings=mappings(WooCommerceStore(client), furnished) | settings,
        )
        token = connection.hook_token
        wanted = Wanted(followed_topics(ConnectionSettings()), f"{live_server.url}/hooks/{token}/")
        ensure_webhooks(client, wanted, connection.webhook_secret, partial(leads_to, token=token))

        def start_worker() -> subprocess.Popen[bytes]:
            log = (tmp_path / f"worker-{len(made.workers)}.log").open("wb")
            command = [sys.executable, "-m", "woodoo.cli", "worker"]
            env = worker_environment() | {"WOODOO_URL": live_server.url}
            made.workers.append(subprocess.Popen(command, env=env, stderr=log, stdout=log))
            return made.workers[-1]

        made = Town(People(store, seed=19), gate, connection, odoo, f"{name}-", start_worker)
        made.start_worker()
        yield made
        store.come_back()
        for worker in made.workers:
            worker.terminate()
        for worker in made.workers:
            try:
                worker.wait(60)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        forget_jobs_and_workers()


@pytest.mark.long("14")
def test_hours_in_which_everything_breaks_leave_the_books_complete(town: Town) -> None:
    troubles = town.store.troubles
    troubles.lost, troubles.doubled, troubles.late, troubles.lateness = 0.4, 0.2, 0.2, 0.5
    town.live(5, 2)
    town.until(Work.objects.filter(state="done").exists)
    town.gate.shut()
    town.live(2, 3)
    town.gate.open()
    town.workers[0].kill()
    town.workers[0].wait()
    town.start_worker()
    town.store.go_down(Down.UNREACHABLE)
    town.live(2, 3)
    town.store.come_back()
    town.live(2, 8)
    ended = datetime.now(UTC)
    town.until(lambda: all_accounted(town.connection.pk, ended))
    books = town.books()
    assert not books.complaints
    assert books.orders == len(town.people.placed) == 11
    assert troubles.happened["lost"]
