"""Imports of history: every order once, whatever happens on the way; and people can follow, pause and stop them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from woodoo.domain.errors import ConfigError, DataError, RemoteDown, RemoteError, WoodooError
from woodoo.domain.history import OrderRange
from woodoo.engine import breaker, db, import_walk, imports, pump, registry
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.import_walk import GIVE_UP_AFTER, ring_due, walk
from woodoo.engine.imports import progress
from woodoo.engine.models import HISTORY, Event, Import, State, Work
from woodoo.engine.registry import Lanes, Listing
from woodoo.engine.work import retry

from .helpers import OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, let_pass, work

pytestmark = pytest.mark.usefixtures("db_committed")


class PastOrders:
    """What a store has of the past: ids by ascending order, some of them brought over already."""

    def __init__(self, count: int = 0, *, known: Iterable[str] = (), page: int = 100) -> None:
        self.ids = list(range(1, count + 1))
        self.known, self.page = set(known), page
        self.asked: list[str] = []
        self.raises: BaseException | None = None
        self.during: Callable[[], Any] = lambda: None

    def list(self, wanted: OrderRange, cursor: str) -> Listing:
        self.asked.append(cursor)
        self.during()
        if self.raises is not None:
            raise self.raises
        left = [one for one in self.ids if one > int(cursor or 0) and one <= (wanted.last_id or 10**9)]
        ids = [str(one) for one in left[: self.page]]
        records = [one for one in ids if one not in self.known]
        return Listing(records, len(ids) - len(records), ids[-1] if len(left) > self.page else "")

    def try_out(self, listing: Listing, findings: Mapping[str, Any]) -> dict[str, Any]:
        return {"seen": [*findings.get("seen", []), *listing.records]}


def use(flow: ScriptedFlow, past: PastOrders, **options: Any) -> None:
    """Register a flow and a past for every connection."""
    lanes = Lanes({"orders": flow}, archives={"orders": past}, **{"slots": 2, **options})
    registry.register(lambda connection_id: lanes)


def start(*, first: int = 1, last: int = 10**6, shop: int = SHOP, **options: Any) -> Import:
    wanted = OrderRange(first_id=first, last_id=last)
    return imports.start(shop, "orders", "order", wanted, title=wanted.in_words(UTC), **options)


def go(made: Import, *, most: int = 200) -> Import:
    """Let workers carry an import to its end."""
    for _ in range(most):
        ring_due()
        walk(made.pk)
        drain_all(made.connection_id)
        made.refresh_from_db()
        if made.finished_at:
            return made
    raise AssertionError("It never comes to an end.")


def test_every_order_of_the_past_is_brought_over_once(flow: ScriptedFlow):
    use(flow, PastOrders(431))
    made = go(start(total=431, started_by="ana"))
    assert sorted(map(int, flow.seen)) == list(range(1, 432))
    assert (made.state, made.listed, made.known, made.result["done"]) == ("done", 431, 0, 431)
    assert made.listed_at is not None
    assert made.started_by == "ana"
    assert set(Work.objects.values_list("priority", "import_id", "generation")) == {(HISTORY, made.pk, 1)}
    assert set(Event.objects.values_list("source", "topic")) == {("import", f"import {made.pk}")}
    now = progress(made)
    assert (now.total, now.through, now.percent, now.queued, now.seconds_left) == (431, 431, 100, 0, None)


def test_an_import_of_nothing_is_through_at_once(flow: ScriptedFlow):
    use(flow, PastOrders(0))
    made = go(start())
    assert (made.state, made.listed, progress(made).percent) == ("done", 0, 0)


def test_orders_brought_over_as_of_their_last_change_are_not_queued(flow: ScriptedFlow):
    use(flow, PastOrders(250, known=map(str, range(1, 201))))
    made = go(start())
    assert sorted(map(int, flow.seen)) == list(range(201, 251))
    assert (made.listed, made.known, progress(made).through) == (250, 200, 250)


def test_a_second_import_of_the_same_orders_looks_at_each_once_more(flow: ScriptedFlow):
    use(flow, PastOrders(120))
    first = go(start())
    second = go(start())
    assert len(flow.seen) == 240
    assert Work.objects.count() == 120
    assert (first.result["done"], second.result["done"]) == (120, 120)
    assert set(Work.objects.values_list("import_id", "generation")) == {(second.pk, 2)}


def test_what_is_queued_for_another_reason_keeps_its_place_and_counts(flow: ScriptedFlow):
    event("1")
    flow.answers["2"] = RemoteError("Busy.")
    event("2")
    use(flow, PastOrders(3), slots=1)
    pump.drain(SHOP, "orders")
    pump.drain(SHOP, "orders")
    assert (work("2").state, work("2").attempts) == (State.WAITING, 2)
    event("1")
    made = start()
    walk(made.pk)
    assert (work("1").priority, work("1").generation, work("1").state) == (0, 2, State.READY)
    assert (work("2").priority, work("2").attempts, work("2").state) == (0, 2, State.WAITING)
    assert set(Work.objects.values_list("import_id", flat=True)) == {made.pk}


def test_a_record_at_work_is_not_run_again_for_an_import(flow: ScriptedFlow):
    use(flow, PastOrders(3), slots=1)
    made = start()
    flow.during = lambda items, batch: walk(made.pk)
    event("2")
    assert drain_all() == 3
    assert sorted(flow.seen) == ["1", "2", "3"]
    assert work("2").generation == 1


def test_no_more_is_queued_than_workers_need(flow: ScriptedFlow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_walk, "MOST_QUEUED", 150)
    past = PastOrders(1000)
    use(flow, past)
    made = start()
    for _ in range(5):
        walk(made.pk)
    assert Work.objects.count() == 200
    pump.drain(SHOP, "orders")
    pump.drain(SHOP, "orders")
    walk(made.pk)
    assert Work.objects.filter(state=State.READY).count() == 200
    made = go(made)
    assert sorted(map(int, flow.seen)) == list(range(1, 1001))


def test_the_room_is_shared_by_the_imports_of_a_lane_but_not_with_paused_ones(
    flow: ScriptedFlow, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_walk, "MOST_QUEUED", 100)
    use(flow, PastOrders(1000))
    first, second = start(last=500), start(first=501)
    walk(first.pk)
    walk(second.pk)
    assert Work.objects.count() == 100
    imports.pause(first.pk)
    walk(second.pk)
    assert Work.objects.count() == 200


def test_an_event_during_an_import_goes_first(flow: ScriptedFlow):
    use(flow, PastOrders(300), slots=1, batch_size=50)
    made = start()
    walk(made.pk)
    event("1054")
    event("300")
    pump.drain(SHOP, "orders")
    assert sorted(flow.seen) == ["1054", "300"]
    made = go(made)
    assert len(flow.seen) == len(set(flow.seen)) == 301
    assert made.result["done"] == 300


def test_the_end_waits_for_what_news_has_brought_forward_but_not_for_ever(flow: ScriptedFlow):
    use(flow, PastOrders(3), slots=1)
    made = start()
    walk(made.pk)
    event("2")
    flow.answers["2"] = RemoteError("Busy.")
    drain_all()
    walk(made.pk)
    assert (work("2").priority, work("2").state) == (0, State.WAITING)
    made.refresh_from_db()
    assert (made.state, made.finished_at) == (Import.State.WORKING, None)
    Work.objects.filter(state=State.DONE).update(finished_at=timezone.now() - timedelta(minutes=11))
    walk(made.pk)
    made.refresh_from_db()
    assert (made.state, made.result["done"], made.result["waiting"]) == (Import.State.DONE, 2, 1)


# Interrupted


@pytest.mark.parametrize("moment", ["before the page", "after the page"])
def test_a_walk_that_breaks_off_goes_on_without_gaps_or_doubles(flow: ScriptedFlow, moment: str):
    past = PastOrders(1000)
    use(flow, past)
    made = start()

    class Killed(BaseException):
        pass

    def die() -> None:
        if len(past.asked) % 3 == 0:
            raise Killed

    real = import_walk._queue
    if moment == "before the page":
        past.during = die
    else:

        def queue_and_die(found: Import, records: Any) -> None:
            real(found, records)
            die()

        import_walk._queue = queue_and_die
    try:
        for _ in range(40):
            with contextlib.suppress(Killed):
                walk(made.pk)
    finally:
        import_walk._queue = real
    made = go(made)
    assert sorted(map(int, flow.seen)) == list(range(1, 1001))
    assert set(Work.objects.values_list("generation", flat=True)) == {1}
    assert (made.listed, made.state) == (1000, "done")


def test_a_page_is_taken_in_whole_or_not_at_all(flow: ScriptedFlow, monkeypatch: pytest.MonkeyPatch):
    use(flow, PastOrders(300))
    made = start()
    monkeypatch.setattr(import_walk, "wake", lambda *_: 1 / 0)
    assert not walk(made.pk)
    made.refresh_from_db()
    assert (made.cursor, made.listed, Work.objects.count(), Event.objects.count()) == ("", 0, 0, 0)


def test_two_workers_do_not_walk_the_same_way(flow: ScriptedFlow):
    past = PastOrders(300)
    use(flow, past)
    made = start()
    inside, over = threading.Event(), threading.Event()

    def hold() -> None:
        inside.set()
        assert over.wait(300)

    past.during = hold

    def first() -> None:
        walk(made.pk)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(300)
    assert not walk(made.pk)
    assert len(past.asked) == 1
    over.set()
    thread.join()
    assert go(made).listed == 300


def test_orders_that_come_and_go_during_the_walk(flow: ScriptedFlow):
    past = PastOrders(500)
    use(flow, past)
    made = start()

    def change() -> None:
        if len(past.asked) == 2:
            past.ids = [one for one in past.ids if one not in (5, 150, 499)] + [501, 502]

    past.during = change
    go(made)
    assert sorted(map(int, flow.seen)) == [*[one for one in range(1, 501) if one not in (150, 499)], 501, 502]


def test_a_worker_that_is_to_stop_lists_nothing_more(flow: ScriptedFlow):
    past = PastOrders(1000)
    past.during = pump.stopping.set
    use(flow, past)
    made = start()
    walk(made.pk)
    assert len(past.asked) == 1
    assert Work.objects.count() == 100
    pump.stopping.clear()
    past.during = lambda: None
    assert go(made).listed == 1000


# Pause, resume, stop


def test_a_paused_import_neither_lists_nor_works_and_then_goes_on(flow: ScriptedFlow):
    past = PastOrders(2500)
    use(flow, past, slots=1)
    made = start()
    walk(made.pk)
    pump.drain(SHOP, "orders")
    imports.pause(made.pk)
    asked = len(past.asked)
    ring_due()
    assert (walk(made.pk), drain_all()) == (True, 0)
    assert (len(past.asked), len(flow.seen)) == (asked, 50)
    now = progress(Import.objects.get())
    assert (now.queued, now.done, now.seconds_left) == (Work.objects.count() - 50, 50, None)
    imports.resume(made.pk)
    assert go(made).state == "done"
    assert sorted(map(int, flow.seen)) == list(range(1, 2501))


def test_a_pause_holds_what_falls_back_into_the_queue(flow: ScriptedFlow):
    use(flow, PastOrders(3), slots=1)
    flow.default = RemoteError("Busy.")
    made = start()
    walk(made.pk)
    flow.during = lambda items, batch: imports.pause(made.pk)
    pump.drain(SHOP, "orders")
    ring_due()
    let_pass(3600)
    assert drain_all() == 0
    imports.resume(made.pk)
    flow.default = ScriptedFlow().default
    flow.during = lambda items, batch: None
    assert go(made).result["done"] == 3


def test_a_pause_during_a_page_leaves_that_page_for_later(flow: ScriptedFlow):
    past = PastOrders(300)
    use(flow, past)
    made = start()
    past.during = lambda: imports.pause(made.pk) if len(past.asked) == 2 else None
    walk(made.pk)
    assert (Work.objects.count(), Import.objects.get().state) == (100, "paused")
    past.during = lambda: None
    imports.resume(made.pk)
    go(made)
    assert sorted(map(int, flow.seen)) == list(range(1, 301))


def test_news_of_a_paused_order_and_a_retry_by_hand_do_not_wait_for_it(flow: ScriptedFlow):
    use(flow, PastOrders(5))
    made = start()
    walk(made.pk)
    imports.pause(made.pk)
    event("2")
    retry([work("4").pk])
    ring_due()
    drain_all()
    assert sorted(flow.seen) == ["2", "4"]


def test_a_stopped_import_leaves_out_what_it_has_not_come_to(flow: ScriptedFlow):
    use(flow, PastOrders(300), slots=1, batch_size=20)
    made = start()
    walk(made.pk)
    event("7")
    flow.during = lambda items, batch: imports.stop(made.pk) if len(flow.batches) == 2 else None
    drain_all()
    ring_due()
    walk(made.pk)
    made.refresh_from_db()
    assert (made.state, made.finished_at is not None) == ("stopped", True)
    assert {key: count for key, count in made.result.items() if count and key != "lately"} == {
        "done": 21,
        "skipped": 279,
    }
    row = Work.objects.filter(state=State.SKIPPED).first()
    assert row is not None
    assert row.message == f"Import {made.pk} was stopped before it came to this record."
    assert drain_all() == 0


def test_a_stopped_import_waits_for_what_is_at_work(flow: ScriptedFlow):
    use(flow, PastOrders(3), slots=1)
    made = start()
    walk(made.pk)

    def stop_and_look(items: Any, batch: Any) -> None:
        imports.stop(made.pk)
        walk(made.pk)
        assert Import.objects.get().finished_at is None

    flow.during = stop_and_look
    drain_all()
    walk(made.pk)
    assert Import.objects.get().result["done"] == 3


@pytest.mark.parametrize(
    ("state", "change", "says"),
    [
        ("paused", imports.pause, "cannot be paused: it is paused"),
        ("done", imports.pause, "cannot be paused: it is done"),
        ("listing", imports.resume, "cannot be resumed: it is listing"),
        ("stopped", imports.resume, "cannot be resumed: it is stopped"),
        ("done", imports.stop, "cannot be stopped: it is done"),
    ],
)
def test_what_cannot_be_done_to_an_import_is_said(state: str, change: Callable[[int], Import], says: str):
    made = start()
    Import.objects.update(state=state)
    with pytest.raises(WoodooError, match=says):
        change(made.pk)
    assert Import.objects.get().state == state


def test_an_import_that_is_not_there():
    with pytest.raises(WoodooError, match="There is no import 77"):
        imports.pause(77)


# Failures


def test_a_store_that_is_down_pauses_the_connection_and_the_import_goes_on_by_itself(flow: ScriptedFlow):
    past = PastOrders(200)
    use(flow, past)
    made = start()
    past.raises = RemoteDown("The store does not answer.", side="store")
    assert not walk(made.pk)
    assert breaker.paused(SHOP)
    assert ring_due() == []
    assert not walk(made.pk)
    assert len(past.asked) == 1
    made.refresh_from_db()
    assert (made.state, made.failures, made.message) == ("listing", 0, "The store does not answer.")
    past.raises = None
    let_pass(breaker.FIRST_PAUSE + 1)
    assert ring_due() == [made.pk]
    made = go(made)
    assert (made.listed, made.message) == (200, "")


def test_what_may_pass_is_tried_again_a_few_times(flow: ScriptedFlow):
    past = PastOrders(200)
    past.raises = RemoteError("The store failed.", fix="Look at its log.")
    use(flow, past)
    made = start()
    for number in range(1, GIVE_UP_AFTER + 1):
        assert ring_due() == [made.pk]
        walk(made.pk)
        made.refresh_from_db()
        assert (made.failures, made.message, made.fix) == (number, "The store failed.", "Look at its log.")
        assert ring_due() == []
        let_pass(import_walk.PAUSE * number + 1)
    assert made.state == "failed"
    past.raises = None
    imports.resume(made.pk)
    made = go(made)
    assert (made.state, made.listed, made.message, made.failures) == ("done", 200, "", 0)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            ConfigError("The store refuses the key.", fix="Enter a new one."),
            "ConfigError",
            "The store refuses the key.",
        ),
        (DataError("The store refuses the list."), "DataError", "The store refuses the list."),
        (KeyError("zoe@example.com"), "InternalError", "Woodoo made a mistake (KeyError); the details are in the log."),
    ],
)
def test_what_does_not_pass_waits_for_a_person(flow: ScriptedFlow, error: Exception, kind: str, message: str):
    past = PastOrders(200)
    past.during = lambda: setattr(past, "raises", error if len(past.asked) == 2 else None)
    use(flow, past)
    made = start()
    walk(made.pk)
    made.refresh_from_db()
    assert (made.state, made.error_kind, made.message) == ("failed", kind, message)
    assert made.fix == getattr(error, "fix", "")
    drain_all()
    assert len(flow.seen) == 100, "what was listed is brought over"
    assert ring_due() == []


def test_a_connection_without_a_past_says_so(flow: ScriptedFlow):
    registry.register(lambda connection_id: Lanes({"orders": flow}))
    made = start()
    walk(made.pk)
    assert "no history of records of the kind orders" in Import.objects.get(pk=made.pk).message


def test_a_connection_that_is_switched_off_waits(flow: ScriptedFlow):
    past = PastOrders(5)
    use(flow, past, enabled=False)
    made = start()
    walk(made.pk)
    assert (past.asked, Import.objects.get().state) == ([], "listing")
    use(flow, past)
    assert go(made).result["done"] == 5


# One at a time, and followed


def test_imports_that_may_share_orders_are_refused():
    first = start(last=500)
    with pytest.raises(WoodooError, match=rf"Import {first.pk} \(orders with ids 1 to 500\) has not ended"):
        start(first=500)
    start(first=501)
    start(last=500, shop=OTHER_SHOP)
    imports.pause(first.pk)
    with pytest.raises(WoodooError):
        start(first=100, last=200)
    imports.stop(first.pk)
    start(first=100, last=200)


def test_of_many_who_start_the_same_import_at_once_one_does():
    gate = threading.Barrier(6)
    refused: list[str] = []

    def begin() -> None:
        gate.wait()
        try:
            start()
        except WoodooError as error:
            refused.append(error.message)
        connection.close()

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Import.objects.count(), len(refused)) == (1, 5)


def test_progress_while_it_goes_on(flow: ScriptedFlow):
    use(flow, PastOrders(400, known=["1", "2"]), slots=1, batch_size=10)
    flow.answers = {
        "10": DataError("No SKU."),
        "11": RemoteError("Busy."),
        "12": Outcome(OutcomeKind.SKIPPED, "Cancelled."),
    }
    made = start(total=410)
    walk(made.pk)
    db.change("UPDATE engine_import SET created_at = created_at - interval '100 seconds'")
    pump.drain(SHOP, "orders")
    now = progress(Import.objects.get())
    assert (now.known, now.done, now.skipped, now.parked, now.running) == (2, 7, 1, 1, 0)
    assert (now.total, now.listed, now.queued, now.through, now.percent) == (400, 400, 389, 11, 2)
    assert now.per_second == pytest.approx(9 / 60)
    assert now.seconds_left == pytest.approx(389 / (9 / 60))


def test_before_anything_is_listed_the_store_s_count_is_what_is_expected(flow: ScriptedFlow):
    made = start(total=410)
    now = progress(made)
    assert (now.total, now.percent, now.per_second, now.seconds_left) == (410, 0, 0.0, None)


# Dry runs


def test_a_dry_run_queues_nothing_and_keeps_what_it_found(flow: ScriptedFlow):
    past = PastOrders(250, known=["7"])
    use(flow, past)
    made = start(dry_run=True, total=250)
    made = go(made)
    assert (made.state, made.listed, made.known) == ("done", 250, 1)
    assert made.result["seen"] == [str(one) for one in range(1, 251) if one != 7]
    assert (Work.objects.count(), flow.seen) == (0, [])
    assert progress(made).percent == 100


def test_a_dry_run_does_not_stand_in_the_way_of_the_import(flow: ScriptedFlow):
    start(dry_run=True)
    start()
    with pytest.raises(WoodooError):
        start(dry_run=True)


def test_a_dry_run_can_be_paused_and_stopped(flow: ScriptedFlow):
    past = PastOrders(1000)
    use(flow, past)
    made = start(dry_run=True)
    past.during = lambda: imports.pause(made.pk) if len(past.asked) == 3 else None
    walk(made.pk)
    imports.resume(made.pk)
    past.during = lambda: imports.stop(made.pk) if len(past.asked) == 6 else None
    walk(made.pk)
    made.refresh_from_db()
    assert (made.state, made.listed) == ("stopped", 400)
    assert len(made.result["seen"]) == 400
    assert made.finished_at is not None
