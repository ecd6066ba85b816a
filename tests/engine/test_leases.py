"""Who is at a record, and what happens when they vanish."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from woodoo.engine import lease, pump, report
from woodoo.engine.flow import Batch, Item, LeaseLost
from woodoo.engine.lease import ALONE_AFTER, GIVE_UP_AFTER, Claim
from woodoo.engine.ledger import LedgerRecorder
from woodoo.engine.models import Run, State
from woodoo.engine.sweep import sweep

from .helpers import DONE, OTHER_SHOP, PATIENCE, SHOP, ScriptedFlow, drain_all, event, let_pass, use, work

pytestmark = pytest.mark.usefixtures("db_committed")


def claim(*, slots: int = 2, batch_size: int = 50, lane: str = "orders", bulk: Sequence[str] = ()) -> Claim | None:
    return lease.claim(SHOP, lane, slots=slots, batch_size=batch_size, bulk=bulk)


def finish(held: Claim) -> list[Item]:
    return report.finish(held, {item.work_id: DONE for item in held.items})


def test_what_is_claimed_is_not_claimed_again():
    event()
    assert claim() is not None
    assert claim() is None


def test_the_slots_share_what_is_due():
    for number in range(5):
        event(str(number))
    first, second = claim(slots=2), claim(slots=2)
    assert first is not None
    assert second is not None
    assert [first.more, second.more] == [True, False]
    assert [item.record for item in first.items] == ["0", "1", "2"]
    assert [item.record for item in second.items] == ["3", "4"]


def test_a_batch_is_no_larger_than_it_may_be():
    for number in range(9):
        event(str(number))
    held = claim(slots=1, batch_size=4)
    assert held is not None
    assert (len(held.items), held.more) == (4, True)


@pytest.mark.parametrize(("threads", "at_work", "goes"), [(4, 3, 0), (4, 2, 1), (2, 1, 1), (0, 9, 1)])
def test_the_last_thread_of_a_process_is_for_connections_of_which_nothing_is_at_work(
    flow: ScriptedFlow, monkeypatch: pytest.MonkeyPatch, threads: int, at_work: int, goes: int
):
    use(flow, slots=5, batch_size=1)
    for number in range(3):
        event(str(number))
    event(shop=OTHER_SHOP)
    assert claim(slots=5, batch_size=1) is not None
    monkeypatch.setattr(pump, "threads", threads)
    monkeypatch.setattr(pump, "_at_work", {uuid4() for _ in range(at_work)})
    assert pump.drain(SHOP, "orders") == goes
    assert pump.drain(OTHER_SHOP, "orders") == 1


def test_two_threads_that_begin_at_the_same_moment_leave_the_last_one_to_others(
    flow: ScriptedFlow, monkeypatch: pytest.MonkeyPatch
):
    """Two of four threads are at work. The first batch goes on until the second has gone or was refused."""
    use(flow, slots=5, batch_size=1)
    for number in range(3):
        event(str(number))
    monkeypatch.setattr(pump, "threads", 4)
    monkeypatch.setattr(pump, "_at_work", {uuid4(), uuid4()})
    really_claim, decided = lease.claim, threading.Semaphore(0)

    def slow_claim(*args: Any, **options: Any) -> Claim | None:
        time.sleep(0.3)
        try:
            return really_claim(*args, **options)
        finally:
            decided.release()

    def wait_for_both(items: Sequence[Item], batch: Batch) -> None:
        for _ in range(2):
            assert decided.acquire(timeout=PATIENCE)
        decided.release(2)

    monkeypatch.setattr(lease, "claim", slow_claim)
    flow.during = wait_for_both
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(drain_and_close, [SHOP] * 2)) == [0, 1]


def drain_and_close(shop: int) -> int:
    try:
        return pump.drain(shop, "orders")
    finally:
        connection.close()


def test_a_connection_never_has_more_batches_at_work_than_slots_over_all_lanes():
    for number in range(9):
        event(str(number))
        event(str(number), lane="stock")
    held = [claim(batch_size=1), claim(batch_size=1, lane="stock")]
    assert all(held)
    assert claim(batch_size=1) is None
    assert claim(batch_size=1, lane="stock") is None
    finish(held[0])
    assert claim(batch_size=1) is not None


def test_many_workers_at_once_do_not_exceed_the_slots():
    for number in range(40):
        event(str(number))
    claims: list[Claim | None] = []

    def grab() -> None:
        claims.append(claim(slots=3, batch_size=2))
        connection.close()

    threads = [threading.Thread(target=grab) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [each for each in claims if each]
    assert len(held) == 3
    records = [item.record for each in held for item in each.items]
    assert len(records) == len(set(records)) == 6


def test_a_bulk_lane_leaves_a_slot_to_the_orders():
    event("1", lane="catalogue")
    event("2", lane="catalogue")
    event("3")
    assert claim(batch_size=1, lane="catalogue", bulk=["catalogue"]) is not None
    assert claim(batch_size=1, lane="catalogue", bulk=["catalogue"]) is None
    assert claim() is not None


def test_a_bulk_lane_may_have_the_only_slot():
    event("1", lane="catalogue")
    assert claim(slots=1, lane="catalogue", bulk=["catalogue"]) is not None


def test_other_connections_have_slots_of_their_own():
    event()
    event(shop=OTHER_SHOP)
    assert claim(slots=1) is not None
    assert lease.claim(OTHER_SHOP, "orders", slots=1, batch_size=50) is not None


def test_a_report_after_the_lease_was_lost_is_refused(caplog: pytest.LogCaptureFixture):
    event()
    held = claim()
    assert held is not None
    let_pass(61)
    sweep()
    taken_over = claim()
    assert taken_over is not None
    assert [item.record for item in finish(held)] == ["1054"]
    assert work().state == State.RUNNING
    assert "report refused" in caplog.text
    assert finish(taken_over) == []
    assert work().state == State.DONE
    assert sorted(Run.objects.values_list("outcome", flat=True)) == ["done", "lost"]


def test_a_report_that_is_late_but_not_taken_over_counts():
    event()
    held = claim()
    assert held is not None
    let_pass(61)
    assert finish(held) == []
    assert work().state == State.DONE


def test_a_worker_that_vanishes_does_not_use_up_an_attempt():
    event()
    claim()
    let_pass(61)
    sweep()
    assert (work().state, work().attempts, work().crashes, work().lease_token) == (State.READY, 0, 1, None)


def test_a_lease_that_was_renewed_is_not_taken_over():
    event()
    held = claim()
    assert held is not None
    let_pass(50)
    lease.renew(held.batch_id, 1)
    let_pass(50)
    sweep()
    assert work().state == State.RUNNING


def test_a_lost_lease_cannot_be_renewed():
    event()
    held = claim()
    assert held is not None
    let_pass(61)
    sweep()
    with pytest.raises(LeaseLost):
        lease.renew(held.batch_id, 1)
    with pytest.raises(LeaseLost):
        lease.renew(uuid4(), 1)


def vanish() -> list[str]:
    """Claim a batch like a worker that is then killed; return what it was at."""
    held = claim(slots=1)
    assert held is not None
    let_pass(61)
    sweep()
    return [item.record for item in held.items]


def test_a_record_that_kills_its_worker_does_not_hold_up_the_others_for_ever():
    for record in ("good", "deadly", "fine"):
        event(record)
    for _ in range(ALONE_AFTER):
        assert sorted(vanish()) == ["deadly", "fine", "good"]
    for _ in range(20):
        held = claim(slots=1)
        if held is None:
            break
        assert len(held.items) == 1, "from now on each runs alone"
        if held.items[0].record == "deadly":
            let_pass(61)
            sweep()
        else:
            finish(held)
    assert {work("good").state, work("fine").state} == {State.DONE}
    assert (work("deadly").state, work("deadly").crashes) == (State.FAILED, GIVE_UP_AFTER)
    assert work("deadly").cause == f"The worker vanished {GIVE_UP_AFTER} times while it was at this record."
    assert "vanished" in work("deadly").message
    assert work("deadly").fix


def test_a_record_that_came_through_alone_goes_with_the_others_again(flow: ScriptedFlow):
    event("1")
    event("2")
    vanish()
    vanish()
    drain_all()
    assert [len(items) for items in flow.batches] == [1, 1]
    event("1")
    event("2")
    drain_all()
    assert len(flow.batches[-1]) == 2


def test_an_event_during_the_last_vanishing_gives_the_record_another_run():
    event()
    for _ in range(GIVE_UP_AFTER - 1):
        vanish()
    assert claim(slots=1) is not None
    event()
    let_pass(61)
    sweep()
    assert work().state == State.READY


def test_what_a_stopping_worker_gives_back_is_as_if_it_had_not_begun():
    event()
    held = claim()
    assert held is not None
    assert lease.release([held.batch_id]) == 1
    assert (work().state, work().attempts, work().crashes) == (State.READY, 0, 0)
    assert Run.objects.get().outcome == "lost"
    assert len(finish(held)) == 1


def test_what_is_given_back_in_the_middle_of_a_call_waits_for_the_call_to_be_over(flow: ScriptedFlow):
    event("1")
    event("2")
    talking, silent = claim(batch_size=1), claim(batch_size=1)
    assert talking is not None
    assert silent is not None
    LedgerRecorder(talking.batch_id, SHOP).begin(system="odoo", summary="account.move action_post", request=None)
    quiet = LedgerRecorder(silent.batch_id, SHOP)
    quiet.end(quiet.begin(system="odoo", summary="account.move action_post", request=None), status="200")
    lease.release([talking.batch_id, silent.batch_id])
    event("1")
    drain_all()
    assert flow.seen == ["2"]
    let_pass(131)
    drain_all()
    assert flow.seen == ["2", "1"]
    assert work("1").state == State.DONE


class Pauses:
    """The pauses of a heartbeat: each is over when the test says so, and the time it asked for has then passed."""

    def __init__(self) -> None:
        self._over: SimpleQueue[bool] = SimpleQueue()
        self._asked: SimpleQueue[float] = SimpleQueue()

    def wait(self, seconds: float) -> bool:
        self._asked.put(seconds)
        return self._over.get()

    def set(self) -> None:
        self._over.put(True)

    def end(self) -> None:
        """Let the pause at hand end; the heart beats once."""
        let_pass(self._asked.get(timeout=PATIENCE))
        self._over.put(False)

    def until_next(self) -> None:
        """Wait until the heart has beaten and pauses again."""
        seconds = self._asked.get(timeout=PATIENCE)
        self._asked.put(seconds)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """The next batch's heart beats when the test says so."""
    told = Pauses()

    class Heartbeat(pump.Heartbeat):
        def __init__(self, batch_id: UUID, count: int) -> None:
            super().__init__(batch_id, count)
            self._over = told  # type: ignore[assignment]

    monkeypatch.setattr(pump, "Heartbeat", Heartbeat)
    return told


def test_a_flow_that_has_lost_its_lease_is_told_so(flow: ScriptedFlow, pauses: Pauses):
    heard: list[str] = []

    def lose(items: Sequence[Item], batch: Batch) -> None:
        batch.renew()
        lease.release([batch.id])
        pauses.end()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                batch.renew()
            except LeaseLost:
                heard.append("lost")
                raise
            time.sleep(0.02)

    flow.during = lose
    event()
    assert pump.drain(SHOP, "orders") == 1
    assert heard == ["lost"]
    assert work().state == State.READY


def test_a_long_batch_keeps_its_lease_without_doing_anything(flow: ScriptedFlow, pauses: Pauses):
    def dawdle(items: Sequence[Item], batch: Batch) -> None:
        for _ in range(10):
            pauses.end()
            sweep()
            batch.renew()
            pauses.until_next()

    flow.during = dawdle
    event()
    drain_all()
    assert (work().state, work().crashes) == (State.DONE, 0)


def test_a_process_that_is_to_end_begins_nothing_new(flow: ScriptedFlow):
    event()
    pump.stopping.set()
    assert drain_all() == 0
    assert work().state == State.READY


def test_a_flow_that_ends_the_process_gives_its_records_back(flow: ScriptedFlow):
    flow.raises = SystemExit(1)
    event()
    with pytest.raises(SystemExit):
        pump.drain(SHOP, "orders")
    assert (work().state, work().attempts) == (State.READY, 0)


def test_a_batch_rings_for_what_is_left_other_lanes_first(flow: ScriptedFlow):
    from woodoo.engine import db

    use(flow, lanes=("orders", "stock"), slots=1, batch_size=1)
    for record in ("1", "2"):
        event(record)
        event(record, lane="stock")
    db.change("DELETE FROM procrastinate_jobs")
    pump.drain(SHOP, "orders")
    locks = db.rows("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
    assert [lock for (lock,) in locks] == ["pump:1:stock", "pump:1:orders"]


def test_a_report_is_repeated_while_the_database_is_away(flow: ScriptedFlow):
    from woodoo.engine import db

    def hang_up(items: Sequence[Item], batch: Batch) -> None:
        ((pid,),) = db.rows("SELECT pg_backend_pid()")
        with connection.copy().cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
            deadline = time.monotonic() + PATIENCE
            while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
                assert time.monotonic() < deadline
                time.sleep(0.02)
        other.db.close()

    flow.during = hang_up
    event()
    assert pump.drain(SHOP, "orders") == 1
    assert (work().state, work().attempts, len(flow.batches)) == (State.DONE, 1, 1)


def test_the_sweep_rings_for_what_is_due_and_not_for_what_is_not():
    from woodoo.engine import db

    event("1")
    event("2", lane="stock")
    skipped = work("2", lane="stock")
    type(skipped).objects.filter(pk=skipped.pk).update(state=State.DONE)
    db.change("DELETE FROM procrastinate_jobs")
    assert sweep() == 1
    locks = db.rows("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo'")
    assert locks == [("pump:1:orders",)]
