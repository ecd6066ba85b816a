"""PostgreSQL ends under the work of two workers, in order and by a crash, and comes back: they go on by themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from woodoo.runtime.postgres import EmbeddedPostgres, throwaway

from .helpers import PATIENCE, SHOP

ROOT = Path(__file__).parents[2]
RECORDS = [str(number) for number in range(30)]
_PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from woodoo.engine import db
db.change('''CREATE TABLE test_diary (id bigserial, connection_id int, record text, generation bigint, batch uuid,
                                      pid int, what text, at timestamptz DEFAULT clock_timestamp())''')
"""
_RING = f"""
import django; django.setup()
from woodoo.engine.work import enqueue
for record in {RECORDS}:
    enqueue({SHOP}, "orders", "order", [record], source="webhook")
"""


class Installation:
    """A database of its own, and workers on it."""

    def __init__(self, server: EmbeddedPostgres, logs: Path) -> None:
        self.server, self._logs = server, logs
        self._environment = {
            **os.environ,
            "DATABASE_URL": server.url(),
            "DJANGO_SETTINGS_MODULE": "woodoo.settings",
            "WOODOO_LEASE_SECONDS": "3600",
        }
        self.workers: list[subprocess.Popen[bytes]] = []

    def do(self, script: str) -> None:
        subprocess.run([sys.executable, "-c", script], env=self._environment, cwd=ROOT, check=True, timeout=PATIENCE)

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "tests.engine.worker_process", json.dumps({"hold": "go"})]
        with (self._logs / f"worker-{len(self.workers)}.log").open("wb") as log:
            self.workers.append(subprocess.Popen(command, env=self._environment, stderr=log, cwd=ROOT))

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def note(self, what: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute("DELETE FROM test_diary WHERE what = 'go'")
            connection.execute("INSERT INTO test_diary (connection_id, what) VALUES (%s, %s)", [SHOP, what])

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, self.ask("SELECT record, state, message FROM engine_work")
            time.sleep(0.1)

    def at_work(self) -> int:
        ((count,),) = self.ask("SELECT count(*) FROM engine_work WHERE state = 'running'")
        return int(count)

    def all_done(self) -> bool:
        return self.ask("SELECT count(*) FROM engine_work WHERE state <> 'done'") == [(0,)]


@pytest.fixture
def woodoo(tmp_path: Path) -> Iterator[Installation]:
    """A crash must lose nothing that was committed, so this server waits for its own log."""
    with throwaway(settings={"synchronous_commit": "on"}) as server:
        installation = Installation(server, tmp_path)
        installation.do(_PREPARE)
        yield installation
        for worker in installation.workers:
            worker.kill()
            worker.wait(PATIENCE)


def test_workers_go_on_by_themselves_and_nothing_is_lost_or_in_two_hands(woodoo: Installation) -> None:
    woodoo.start_worker()
    woodoo.start_worker()
    for number in (signal.SIGQUIT, signal.SIGINT):
        woodoo.note("wait")
        woodoo.do(_RING)
        woodoo.until(woodoo.at_work)
        pid = woodoo.server.pid
        assert pid
        os.kill(pid, number)
        while woodoo.server.running:
            time.sleep(0.05)
        woodoo.server.start()
        woodoo.note("go")
        woodoo.until(woodoo.all_done)
    assert [worker.poll() for worker in woodoo.workers] == [None, None]
    assert woodoo.ask("SELECT record FROM engine_work ORDER BY record::int") == [(record,) for record in RECORDS]
    assert woodoo.ask("SELECT DISTINCT generation FROM engine_work") == [(2,)]
    missed = """SELECT w.record FROM engine_work w WHERE NOT EXISTS (
                    SELECT 1 FROM test_diary d
                     WHERE d.record = w.record AND d.what = 'end' AND d.generation = w.generation)"""
    assert woodoo.ask(missed) == []
    overlapping = """SELECT a.record FROM test_diary a
                       JOIN test_diary a_end ON a_end.batch = a.batch AND a_end.record = a.record AND a_end.what = 'end'
                       JOIN test_diary b ON b.record = a.record AND b.batch <> a.batch AND b.what = 'begin'
                                        AND b.at BETWEEN a.at AND a_end.at
                      WHERE a.what = 'begin'"""
    assert woodoo.ask(overlapping) == []
