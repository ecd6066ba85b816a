"""Real worker processes: they share the work, are killed in the middle of it, stop in order, outlive the database."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from woodoo.domain.history import OrderRange
from woodoo.engine import db, imports
from woodoo.engine.models import Chore, Import, State, Work
from woodoo.engine.schedule import workers_alive
from woodoo.engine.work import enqueue

from .helpers import OTHER_SHOP, PATIENCE, SHOP, event, let_pass

pytestmark = pytest.mark.usefixtures("diary")

SCRIPT = Path(__file__).with_name("worker_process.py")
#: Seconds after which a worker's records are taken over: more than any machine takes for a test.
LEASE = 3600


class WorkerProcess(subprocess.Popen[bytes]):
    """A worker and where it logs."""

    log: Path


Start = Callable[..., WorkerProcess]


@pytest.fixture
def diary(db_committed: None) -> Iterator[None]:
    """The table in which the workers' flow notes what it does."""
    db.change("DROP TABLE IF EXISTS test_diary")
    db.change(
        """CREATE TABLE test_diary (id bigserial, connection_id int, record text, generation bigint, batch uuid,
                                    pid int, what text, at timestamptz DEFAULT clock_timestamp())"""
    )
    yield
    db.change("DROP TABLE test_diary")


@pytest.fixture
def start(diary: None, tmp_path: Path) -> Iterator[Start]:
    """Start worker processes on the test's database, with `worker_process.Options`; they are gone when the test is."""
    running: list[WorkerProcess] = []
    settings = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"host='{settings['HOST']}' port={settings['PORT'] or 5432} user='{settings['USER']}' "
        f"password='{settings['PASSWORD']}' dbname='{settings['NAME']}'",
        "DJANGO_SETTINGS_MODULE": "woodoo.settings",
        "WOODOO_LEASE_SECONDS": str(LEASE),
    }

    def start_one(**options: object) -> WorkerProcess:
        path = tmp_path / f"worker-{len(running)}.log"
        command = [sys.executable, "-m", "tests.engine.worker_process", json.dumps(options)]
        with path.open("wb") as log:
            process = WorkerProcess(command, env=environment, stderr=log, cwd=SCRIPT.parents[2])
        process.log = path
        running.append(process)
        return process

    yield start_one
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, diary_text()
        time.sleep(0.05)


def diary_text() -> str:
    return "\n".join(map(str, db.rows("SELECT record, generation, pid, what, at FROM test_diary ORDER BY id")))


def all_done() -> bool:
    return not Work.objects.exclude(state=State.DONE).exists()


def noted(what: str, *, shop: int = SHOP) -> int:
    ((count,),) = db.rows("SELECT count(*) FROM test_diary WHERE what = %s AND connection_id = %s", [what, shop])
    return int(count)


def note(what: str) -> None:
    db.change("INSERT INTO test_diary (connection_id, what) VALUES (%s, %s)", [SHOP, what])


def looks() -> list[int]:
    """How often each worker has swept and looked for polls that are due."""
    return [
        count for (count,) in db.rows("SELECT count(*) FROM test_diary WHERE what = 'look' GROUP BY pid ORDER BY pid")
    ]


def listening() -> bool:
    """Whether a worker would hear a ring."""
    return bool(
        db.rows(
            """SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle' AND query ILIKE 'listen %%'"""
        )
    )


def jobs() -> int:
    ((count,),) = db.rows("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
    return int(count)


def assert_never_in_two_hands() -> None:
    overlapping = db.rows(
        """SELECT a.record FROM test_diary a
             JOIN test_diary a_end ON a_end.batch = a.batch AND a_end.record = a.record AND a_end.what = 'end'
             JOIN test_diary b ON b.record = a.record AND b.connection_id = a.connection_id AND b.batch <> a.batch
                  AND b.what = 'begin' AND b.at BETWEEN a.at AND a_end.at
            WHERE a.what = 'begin'"""
    )
    assert overlapping == []


def test_two_workers_share_the_work_and_never_touch_the_same_record(start: Start):
    """No batch ends before both are at one, and one alone can hold no more than 4 batches of 5 of the 30 records."""
    options = {"hold": "two at work", "concurrency": 4, "slots": 5}
    first, second = start(**options), start(**options)
    for number in range(60):
        event(str(number % 30))
    until(all_done)
    assert_never_in_two_hands()
    workers = {pid for (pid,) in db.rows("SELECT DISTINCT pid FROM test_diary WHERE what = 'begin'")}
    assert workers == {first.pid, second.pid}
    missed = db.rows(
        """SELECT w.record FROM engine_work w
            WHERE NOT EXISTS (SELECT 1 FROM test_diary d
                               WHERE d.record = w.record AND d.what = 'end' AND d.generation = w.generation)"""
    )
    assert missed == []


def test_events_that_come_in_while_two_workers_are_at_it(start: Start):
    """Many for the same records: each is looked at again after its last one, and never by two at a time."""
    start(concurrency=4, slots=5)
    start(concurrency=4, slots=5)
    until(lambda: workers_alive() == 2)
    numbers = random.Random(1)
    for _ in range(400):
        event(str(numbers.randrange(60)))
    until(all_done)
    assert_never_in_two_hands()
    generations = dict(db.rows("SELECT record, max(generation) FROM test_diary WHERE what = 'end' GROUP BY record"))
    assert generations == dict(Work.objects.values_list("record", "generation"))
    assert sum(generations.values()) == 400


def test_a_small_shop_behind_a_large_one_does_not_wait_for_it(start: Start):
    """None of the large shop's batches ends before all of the small one's are through."""
    start(hold="go", held_shop=OTHER_SHOP)
    start(hold="go", held_shop=OTHER_SHOP)
    enqueue(OTHER_SHOP, "orders", "order", [f"b{n}" for n in range(100)], source="poll")
    until(lambda: noted("begin", shop=OTHER_SHOP) == 10)
    for number in range(20):
        event(str(number))
    until(lambda: Work.objects.filter(connection_id=SHOP, state=State.DONE).count() == 20)
    assert noted("end", shop=OTHER_SHOP) == 0
    assert Work.objects.filter(connection_id=OTHER_SHOP, state=State.RUNNING).count() == 10


def test_a_shop_with_slots_for_all_threads_leaves_one_to_others(start: Start):
    """The large shop could keep all four threads; it begins three batches of five, none of which ends."""
    start(hold="go", held_shop=OTHER_SHOP, slots=5, concurrency=4)
    enqueue(OTHER_SHOP, "orders", "order", [f"b{n}" for n in range(100)], source="poll")
    until(lambda: noted("begin", shop=OTHER_SHOP) == 15)
    for number in range(20):
        event(str(number))
    until(lambda: Work.objects.filter(connection_id=SHOP, state=State.DONE).count() == 20)
    assert noted("begin", shop=OTHER_SHOP) == 15
    assert noted("end", shop=OTHER_SHOP) == 0


def test_a_single_event_is_worked_on_at_once(start: Start):
    """By a worker that would look for it itself only tomorrow."""
    start(looks=False)
    until(lambda: listening() and looks())
    at_first = looks()
    for record in ("1054", "1055"):
        event(record)
        until(all_done)
    assert looks() == at_first


def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(start: Start):
    doomed = start(hold="go")
    enqueue(SHOP, "orders", "order", [str(n) for n in range(8)], source="poll")
    until(lambda: noted("begin") == 8)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait(PATIENCE)
    start()
    event(shop=OTHER_SHOP)
    until(lambda: noted("end", shop=OTHER_SHOP) == 1 and len(looks()) == 2)
    assert noted("end") == 0, "nobody takes over before the lease has run out"
    assert Work.objects.filter(state=State.RUNNING, connection_id=SHOP).count() == 8
    let_pass(LEASE + 1)
    until(all_done)
    assert noted("end") == 8
    assert set(Work.objects.values_list("attempts", "crashes")) == {(1, 0)}


def test_a_worker_told_to_stop_finishes_what_it_is_at(start: Start):
    worker = start(hold="go")
    event()
    until(lambda: noted("begin") == 1)
    worker.send_signal(signal.SIGTERM)
    until(lambda: "worker told to stop" in worker.log.read_text())
    note("go")
    assert worker.wait(PATIENCE) == 0
    assert Work.objects.get().state == State.DONE
    assert workers_alive() == 0


def test_a_worker_that_cannot_finish_in_time_gives_its_records_back(start: Start):
    worker = start(hold="go", grace=1.0)
    event()
    until(lambda: noted("begin") == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    row = Work.objects.get()
    assert (row.state, row.attempts, row.crashes, row.lease_token) == (State.READY, 0, 0, None)
    start()
    until(all_done)


def test_an_import_of_a_worker_told_to_stop_goes_on_elsewhere(start: Start):
    """The page at hand is taken in; no page is asked for twice."""
    worker = start(hold_page=3)
    made = imports.start(SHOP, "orders", "order", OrderRange(first_id=1, last_id=60), title="orders 1 to 60", total=60)
    until(lambda: noted("page") == 3)
    worker.send_signal(signal.SIGTERM)
    until(lambda: "worker told to stop" in worker.log.read_text())
    note("go")
    assert worker.wait(PATIENCE) == 0
    made.refresh_from_db()
    assert (made.state, made.listed) == ("listing", 30)
    start()
    until(lambda: Import.objects.filter(pk=made.pk, finished_at__isnull=False).exists())
    made.refresh_from_db()
    assert (made.state, made.listed, made.result["done"]) == ("done", 60, 60)
    assert noted("page") == 6


def test_a_chore_of_a_worker_told_to_stop_is_finished(start: Start):
    worker = start(hold_chore=True)
    until(lambda: noted("poll") == 1)
    worker.send_signal(signal.SIGTERM)
    until(lambda: "worker told to stop" in worker.log.read_text())
    note("go")
    assert worker.wait(PATIENCE) == 0
    assert Chore.objects.get().well_at is not None


def test_a_chore_that_cannot_be_finished_in_time_is_begun_by_another(start: Start):
    """Its next turn would be tomorrow."""
    worker = start(hold_chore=True, grace=1.0)
    until(lambda: noted("poll") == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert Chore.objects.get().well_at is None
    start()
    until(lambda: noted("poll") == 2 and Chore.objects.get().well_at is not None)


def test_workers_go_on_when_the_database_drops_them(start: Start):
    start()
    until(lambda: workers_alive() == 1)
    for number in range(2):
        db.rows(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        event(str(number))
        until(all_done)


def test_connections_take_turns(start: Start):
    enqueue(SHOP, "orders", "order", [f"a{n}" for n in range(60)], source="poll")
    enqueue(OTHER_SHOP, "orders", "order", [f"b{n}" for n in range(5)], source="poll")
    start(concurrency=1)  # so that the order in which batches begin is the one in which they were rung for
    until(all_done)
    order = [shop for (shop,) in db.rows("SELECT connection_id FROM test_diary WHERE what = 'begin' ORDER BY id")]
    assert order.count(OTHER_SHOP) == 5
    last_of_the_small_shop = max(place for place, shop in enumerate(order) if shop == OTHER_SHOP)
    assert last_of_the_small_shop < 30, "a small shop does not wait for a large one to be through"


def test_an_import_goes_on_where_a_killed_worker_was(start: Start):
    """Killed while it lists the third page; the first two are through."""
    doomed = start(hold_page=3)
    made = imports.start(SHOP, "orders", "order", OrderRange(first_id=1, last_id=60), title="orders 1 to 60", total=60)
    # Reported, not only worked on: what it would still hold is taken over when its lease has run out.
    until(lambda: noted("page") == 3 and Work.objects.filter(state=State.DONE).count() == 20)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait(PATIENCE)
    start()
    start()
    until(lambda: Import.objects.filter(pk=made.pk, finished_at__isnull=False).exists())
    made.refresh_from_db()
    assert (made.state, made.listed, made.result["done"]) == ("done", 60, 60)
    ended = [record for (record,) in db.rows("SELECT record FROM test_diary WHERE what = 'end'")]
    assert sorted(map(int, ended)) == list(range(1, 61))
    assert noted("page") == 7, "the third page was asked for twice, and no other"


def test_news_overtakes_history_in_workers(start: Start):
    """All slots history may have are taken by batches that wait for "go"; news does not wait for them."""
    start(hold="go for history", slots=2)
    made = imports.start(SHOP, "orders", "order", OrderRange(first_id=1, last_id=60), title="orders 1 to 60", total=60)
    until(lambda: noted("begin") == 5 and Import.objects.get().listed == 60)
    event("1054")
    until(lambda: noted("end") == 1)
    assert db.rows("SELECT record FROM test_diary WHERE what = 'end'") == [("1054",)]
    assert noted("begin") == 6
    note("go")
    until(lambda: Import.objects.filter(pk=made.pk, finished_at__isnull=False).exists())
    assert noted("end") == 61


def test_two_workers_poll_once(start: Start):
    start()
    start()
    # A worker that looks for the third time has been through all of it twice.
    until(lambda: len(looks()) == 2 and min(looks()) >= 3)
    until(lambda: noted("poll") >= 1 and jobs() == 0)
    assert noted("poll") == 1
