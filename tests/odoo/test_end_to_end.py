"""The whole way: a store's webhooks, the engine's worker processes, a real Odoo. Nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.db import connection as database
from tests.odoo.lines import SlowLine
from tests.odoo.shop import RECORDINGS, Bench, cents, recorded_orders

from woodoo.connections.models import Connection
from woodoo.engine import db
from woodoo.engine.models import Chore, Link, State, Work
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.webhooks import sign

#: Paid orders of simple and variable products with shipping and tax, guests and registered customers, of both kinds
#: of shop.
RECORDS = ("76", "77", "84", "85", "86", "87", "97", "98", "99", "101", "103", "104", "105", "108", "111", "124", "125")
#: Seconds after which what a test waits for is taken never to happen. No test asserts that it takes less.
PATIENCE = 900
#: Seconds after which a killed worker's records are taken over, here.
LEASE = 5
#: Seconds after which a call whose sender was killed is over, here: these orders take Odoo far less.
CALL = 30


@dataclass
class Way:
    """A store, a connection and a real Odoo, with as many worker processes as a test starts."""

    store: StoreDouble
    connection: Connection
    bench: Bench
    hook_url: str
    start_worker: Callable[[], subprocess.Popen[bytes]]

    def ring(self, record: str, topic: str = "order.updated") -> int:
        """Deliver an event as the store does; return the status."""
        body = json.dumps({"id": int(record), "status": "processing"}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.store.url}/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": "order",
            "X-WC-Webhook-Event": topic.partition(".")[2],
            "X-WC-Webhook-ID": "1",
            "X-WC-Webhook-Signature": sign(body, self.connection.webhook_secret),
        }
        return httpx2.post(self.hook_url, content=body, headers=headers, timeout=PATIENCE).status_code

    def until(self, holds: Callable[[], object]) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, list(Work.objects.values("record", "state", "message"))
            time.sleep(0.1)

    def until_settled(self) -> None:
        """Wait until nothing is waiting or at work."""
        busy = (State.READY, State.RUNNING, State.WAITING)
        self.until(lambda: not Work.objects.filter(state__in=busy).exists())

    def assert_all_there_once(self, records: tuple[str, ...] = RECORDS) -> None:
        """Every record is done, and is one order, one paid invoice and one payment in Odoo, to the cent."""
        states = {work.record: (work.state, work.message) for work in Work.objects.all()}
        assert {record: states[record][0] for record in records} == dict.fromkeys(records, State.DONE), states
        orders, odoo = recorded_orders(), self.bench.odoo
        found = self.bench.sale_orders("amount_total")
        invoices = self.bench.invoices("amount_total", "amount_residual", "state", "payment_state")
        assert set(found) == set(invoices) == set(records)
        for record in records:
            invoice = invoices[record]
            assert cents(invoice["amount_total"]) == cents(orders[record].total), record
            assert (invoice["state"], invoice["payment_state"], cents(invoice["amount_residual"])) == (
                "posted",
                "paid",
                0,
            ), record
        memo = odoo.client.dialect.payment_memo
        prefix = self.bench.prefix
        domain = [(memo, "=like", f"{prefix}%"), ("state", "not in", ["draft", "cancel", "canceled"])]
        payments = Counter(row[memo].split()[0] for row in odoo.search_read("account.payment", domain, [memo]))
        assert payments == Counter(f"{prefix}{record}" for record in records)


@pytest.fixture
def way(
    transactional_db: None, live_server: Any, odoo: Endpoint, admin: Admin, tmp_path: Path, request: Any
) -> Iterator[Way]:
    """Everything set up, no worker started yet."""
    forget_jobs_and_workers()
    orders = {record: order for record, order in recorded_orders().items() if record in RECORDS}
    bench = Bench.set_up(odoo, admin, orders, f"e2e_{request.node.originalname[5:30]}")
    running: list[subprocess.Popen[bytes]] = []
    with StoreDouble() as store:
        paths = [path for path in RECORDINGS.glob("order_[0-9]*.json") if "deleted" not in path.name]
        bodies = [json.loads(path.read_text())["body"] for path in paths]
        store.load_recorded_orders([body for body in bodies if str(body["id"]) in RECORDS])
        connection = Connection.objects.create(
            name="E2E",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url=odoo.url,
            odoo_database=odoo.database,
            odoo_login=odoo.login,
            odoo_key=odoo.secret,
            settings=json.loads(bench.settings.model_dump_json()) | {"batch_size": 6},
        )
        hook_url = f"{live_server.url}/hooks/{connection.hook_token}/"

        def start_worker() -> subprocess.Popen[bytes]:
            log = (tmp_path / f"worker-{len(running)}.log").open("wb")
            command = [sys.executable, "-m", "woodoo.cli", "worker"]
            running.append(subprocess.Popen(command, env=worker_environment(), stderr=log, stdout=log))
            return running[-1]

        yield Way(store, connection, bench, hook_url, start_worker)
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        forget_jobs_and_workers()


def forget_jobs_and_workers() -> None:
    """Empty the tables that are not Django's, which it leaves to the next test as they are."""
    db.change("DELETE FROM procrastinate_jobs")
    db.change("DELETE FROM procrastinate_workers")


def worker_environment() -> dict[str, str]:
    """Return the environment of a worker process on the database of the test, impatient with those that vanish."""
    settings = database.settings_dict
    address = (
        f"host='{settings['HOST']}' port={settings['PORT'] or 5432} user='{settings['USER']}' "
        f"password='{settings['PASSWORD']}' dbname='{settings['NAME']}'"
    )
    return {**os.environ, "DATABASE_URL": address, "WOODOO_LEASE_SECONDS": str(LEASE), "WOODOO_CALL_SECONDS": str(CALL)}


@pytest.mark.long("14")
def test_every_event_three_times_in_any_order_from_two_workers_changes_nothing(way: Way) -> None:
    way.start_worker()
    way.start_worker()
    events = [(record, topic) for record in RECORDS for topic in ("order.created", "order.updated", "order.updated")]
    random.Random(11).shuffle(events)
    assert {way.ring(record, topic) for record, topic in events} == {200}
    way.until_settled()
    way.assert_all_there_once()
    for record in RECORDS[:6]:
        way.ring(record)
    way.until_settled()
    way.assert_all_there_once()


@pytest.mark.long("14")
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(way: Way, odoo: Endpoint) -> None:
    """Some orders are in Odoo, others not, and the answer to a call that creates invoices is on its way."""
    with closing(SlowLine(odoo.url, rb'account\.move/load|"account\.move", ?"load"')) as line:
        way.connection.odoo_url = line.url
        way.connection.save()
        victim = way.start_worker()
        for record in RECORDS:
            way.ring(record)
        way.until(line.kept.is_set)
        assert Work.objects.filter(state=State.RUNNING).exists()
        victim.kill()
        victim.wait()
    assert Work.objects.filter(state=State.RUNNING).exists()
    way.connection.odoo_url = odoo.url
    way.connection.save()
    way.start_worker()
    way.until_settled()
    way.assert_all_there_once()


@pytest.mark.long("19")
def test_losing_woodoo_s_own_database_doubles_nothing(way: Way) -> None:
    way.start_worker()
    few = RECORDS[:5]
    for record in few:
        way.ring(record)
    way.until_settled()
    way.assert_all_there_once(few)
    Link.objects.all().delete()
    Work.objects.all().delete()
    for record in few:
        way.ring(record)
    way.until_settled()
    way.assert_all_there_once(few)


def test_the_poll_finds_what_no_webhook_announced(way: Way) -> None:
    way.connection.settings |= {"poll_seconds": 10}
    way.connection.save()
    way.start_worker()
    way.until(Chore.objects.filter(name="poll", well_at__isnull=False).exists)
    for record in RECORDS[:3]:
        way.store.set_status(int(record), "completed")
    way.until(lambda: Work.objects.filter(state=State.DONE).count() >= 3)
    way.assert_all_there_once(RECORDS[:3])


def test_an_unknown_sku_is_parked_and_goes_through_once_the_product_is_there(way: Way) -> None:
    odoo, order = way.bench.odoo, recorded_orders()["77"]
    product = way.bench.shop.products[order.lines[0].sku]
    odoo.client.call("product.product", "write", ids=[product], vals={"default_code": "ELSEWHERE"})
    way.start_worker()
    try:
        way.ring("77")
        way.ring("76")
        way.until_settled()
        parked = Work.objects.get(record="77")
        assert (parked.state, parked.title) == (State.PARKED, "Order #77")
        assert (
            f"product SKU {order.lines[0].sku} was not found in Odoo product.product -> default_code" in parked.message
        )
        assert Work.objects.get(record="76").state == State.DONE
    finally:
        odoo.client.call("product.product", "write", ids=[product], vals={"default_code": order.lines[0].sku})
    way.ring("77")
    way.until_settled()
    way.assert_all_there_once(("76", "77"))
