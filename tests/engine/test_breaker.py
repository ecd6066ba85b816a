"""A side is down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from woodoo.domain.errors import RemoteDown, RemoteError
from woodoo.engine import breaker, db, lease, pump
from woodoo.engine import work as todo
from woodoo.engine.chores import ring_due
from woodoo.engine.flow import Batch, Item
from woodoo.engine.models import Breaker, Run, State, Work
from woodoo.engine.registry import Chore
from woodoo.engine.sweep import sweep

from .helpers import DONE, OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, let_pass, use, work

pytestmark = pytest.mark.usefixtures("db_committed", "long_pauses")

DOWN = RemoteDown("Odoo does not answer.", side="odoo")


#: The first pause and the longest, as they are outside these tests (`long_pauses`).
USUAL = (breaker.FIRST_PAUSE, breaker.LONGEST_PAUSE)


def moment() -> datetime:
    """What time it is for the database."""
    from woodoo.engine import db

    ((now,),) = db.rows("SELECT clock_timestamp()")
    return now


def rests(seconds: float, *, since: datetime) -> bool:
    """Whether the connection rests for so long from a moment between `since` and now."""
    until = Breaker.objects.get(connection_id=SHOP).paused_until
    assert until is not None
    return since <= until - timedelta(seconds=seconds) <= moment()


def test_an_outage_pauses_the_connection_and_uses_up_no_attempt(flow: ScriptedFlow):
    flow.raises = DOWN
    event()
    assert drain_all() == 1
    assert (work().state, work().attempts, work().message) == (State.WAITING, 0, "Odoo does not answer.")
    state = Breaker.objects.get()
    assert (state.failures, state.side, state.reason) == (1, "odoo", "Odoo does not answer.")
    assert state.since is not None
    assert breaker.paused(SHOP)
    assert drain_all() == 0


def test_other_connections_go_on(flow: ScriptedFlow):
    flow.raises = DOWN
    event()
    drain_all()
    flow.raises = None
    event(shop=OTHER_SHOP)
    assert drain_all(OTHER_SHOP) == 1


def test_the_pause_doubles_with_each_outage_in_a_row_up_to_five_minutes(flow: ScriptedFlow):
    flow.raises = DOWN
    event()
    assert USUAL == (5, 300)
    for usual in (5, 10, 20, 40, 80, 160, 300, 300):
        seconds, before = usual * 60, moment()
        assert drain_all() == 1
        assert rests(seconds, since=before)
        assert drain_all() == 0
        let_pass(seconds + 1)
    assert work().attempts == 0


def test_two_batches_that_fail_at_once_are_one_outage():
    before = moment()
    breaker.trip(SHOP, side="odoo", reason="Odoo does not answer.")
    breaker.trip(SHOP, side="odoo", reason="Odoo does not answer.")
    assert Breaker.objects.get().failures == 1
    assert rests(breaker.FIRST_PAUSE, since=before)


def test_the_other_side_says_how_long_and_is_obeyed(flow: ScriptedFlow):
    flow.raises = RemoteDown("Too many requests.", side="store", retry_after=1200)
    before = moment()
    event()
    drain_all()
    assert rests(1200, since=before)


def test_an_absurd_wish_to_wait_is_cut_to_an_hour():
    before = moment()
    breaker.trip(SHOP, side="store", reason="", retry_after=10**9)
    assert rests(3600, since=before)


def test_after_the_pause_one_record_goes_ahead_and_the_others_follow(flow: ScriptedFlow):
    for record in ("1", "2", "3"):
        event(record)
    flow.raises = DOWN
    drain_all()
    let_pass(breaker.FIRST_PAUSE + 1)
    flow.raises = None
    drain_all()
    assert [len(items) for items in flow.batches] == [3, 1, 2]
    assert Breaker.objects.get().failures == 0
    assert not breaker.paused(SHOP)


def test_only_one_probe_is_out_at_a_time():
    for record in ("1", "2", "3"):
        event(record)
    breaker.trip(SHOP, side="odoo", reason="")
    let_pass(breaker.FIRST_PAUSE + 1)
    probe = lease.claim(SHOP, "orders", slots=4, batch_size=50)
    assert probe is not None
    assert (len(probe.items), probe.probe, probe.more) == (1, True, False)
    assert lease.claim(SHOP, "orders", slots=4, batch_size=50) is None


def test_a_probe_whose_worker_vanished_is_followed_by_another(flow: ScriptedFlow):
    event()
    breaker.trip(SHOP, side="odoo", reason="")
    let_pass(breaker.FIRST_PAUSE + 1)
    assert lease.claim(SHOP, "orders", slots=4, batch_size=50) is not None
    let_pass(61)
    sweep()
    assert drain_all() == 1
    assert work().state == State.DONE


def test_the_probe_is_another_record_each_time(flow: ScriptedFlow):
    flow.answers["poison"] = RemoteDown("502 Bad Gateway", side="odoo")
    event("poison")
    drain_all()
    event("good")
    for _ in range(3):
        let_pass(breaker.LONGEST_PAUSE + 1)
        drain_all()
    assert work("good").state == State.DONE


def test_a_side_that_answers_with_a_fault_is_not_down(flow: ScriptedFlow):
    event()
    breaker.trip(SHOP, side="odoo", reason="")
    let_pass(breaker.FIRST_PAUSE + 1)
    flow.default = RemoteError("Odoo is being updated.")
    drain_all()
    assert Breaker.objects.get().failures == 0


def test_a_change_of_the_connection_ends_the_pause(flow: ScriptedFlow):
    flow.raises = DOWN
    event()
    drain_all()
    flow.raises = None
    todo.connection_changed(SHOP)
    assert drain_all() == 1


def test_a_new_event_does_not_break_the_pause(flow: ScriptedFlow):
    flow.raises = DOWN
    event()
    drain_all()
    event()
    event("2")
    assert drain_all() == 0


def test_nobody_rings_for_a_connection_that_rests(flow: ScriptedFlow):
    store, odoo = (Chore(side, 60.0, lambda number: None, frozenset({side})) for side in ("store", "odoo"))
    use(flow, chores=(store, odoo))
    flow.default = DONE
    event()
    breaker.trip(SHOP, side="odoo", reason="")
    assert sweep() == 0
    assert ring_due([SHOP]) == [(SHOP, "store")], "the store is well, so its news are still asked for"
    let_pass(breaker.FIRST_PAUSE + 1)
    assert sweep() == 1
    assert (SHOP, "odoo") in ring_due([SHOP])


def test_after_an_outage_everything_goes_in_the_order_in_which_it_came(flow: ScriptedFlow):
    """Also what was at work when it began, what was rung for again meanwhile, and what tried and failed."""
    flow.raises = DOWN
    for record in ("5", "3"):
        event(record)
    drain_all()
    for record in ("9", "1", "3", "7"):
        event(record)
    for _ in range(4):
        let_pass(breaker.LONGEST_PAUSE + 1)
        drain_all()
    event("5")
    event("2")
    flow.raises = None
    let_pass(breaker.LONGEST_PAUSE + 1)
    flow.batches.clear()
    use(flow, slots=1, knock=Side().knock)
    drain_all()
    order = list(dict.fromkeys(flow.seen))
    probe, rest = order[0], order[1:]
    assert rest == [record for record in ("5", "3", "9", "1", "7", "2") if record != probe]
    assert set(Work.objects.values_list("state", "attempts")) == {(State.DONE, 1)}


class Side:
    """A side that can be asked for a sign of life."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    def knock(self, side: str) -> None:
        self.asked.append(side)
        if self.error is not None:
            raise self.error


def test_while_a_side_gives_no_sign_of_life_no_record_is_touched(flow: ScriptedFlow):
    side = Side(DOWN)
    use(flow, slots=1, knock=side.knock)
    flow.raises = DOWN
    for record in ("5", "3", "4"):
        event(record)
    drain_all()
    assert (len(flow.batches), side.asked) == (1, [])
    for number, usual in enumerate((10, 20, 40, 80, 160, 300, 300), start=1):
        let_pass(breaker.LONGEST_PAUSE + 1)
        event("1")
        before = moment()
        assert drain_all() == 0
        assert rests(usual * 60, since=before)
        assert side.asked == ["odoo"] * number
    assert (len(flow.batches), Run.objects.count()) == (1, 3)
    assert set(Work.objects.values_list("attempts", flat=True)) == {0}
    side.error = flow.raises = None
    let_pass(breaker.LONGEST_PAUSE + 1)
    drain_all()
    assert flow.seen[3:] == ["5", "3", "4", "1"], "exactly as they came"
    assert len(side.asked) == 8


def test_a_side_that_answers_with_a_fault_gives_a_sign_of_life(flow: ScriptedFlow):
    side = Side(RemoteError("Odoo is being updated."))
    use(flow, slots=1, knock=side.knock)
    event()
    breaker.trip(SHOP, side="store", reason="")
    let_pass(breaker.FIRST_PAUSE + 1)
    assert drain_all() == 1
    assert side.asked == ["store"]


def test_only_one_worker_asks_for_a_sign_of_life(flow: ScriptedFlow):
    side = Side()

    def ask_while_asking(name: str) -> None:
        side.knock(name)
        assert pump.drain(SHOP, "orders") == 0

    use(flow, slots=4, knock=ask_while_asking)
    event()
    breaker.trip(SHOP, side="odoo", reason="")
    let_pass(breaker.FIRST_PAUSE + 1)
    assert drain_all() == 1
    assert side.asked == ["odoo"]


def test_a_mistake_in_asking_leaves_the_question_to_the_next(flow: ScriptedFlow):
    side = Side(KeyError("ours"))
    use(flow, slots=1, knock=side.knock)
    event()
    breaker.trip(SHOP, side="odoo", reason="")
    let_pass(breaker.FIRST_PAUSE + 1)
    with pytest.raises(KeyError):
        pump.drain(SHOP, "orders")
    side.error = None
    assert drain_all() == 1


def test_an_outage_that_begins_in_the_middle_of_a_batch_burns_no_attempt(flow: ScriptedFlow):
    flow.answers["2"] = DOWN
    event("1")
    event("2")
    drain_all()
    assert (work("1").state, work("2").state, work("2").attempts) == (State.DONE, State.WAITING, 0)


def test_one_that_always_meets_a_side_that_is_down_takes_its_batch_along_three_times_at_most(flow: ScriptedFlow):
    """The whole batch fails because of it, and the side answers whoever asks."""

    def fail(items: Sequence[Item], batch: Batch) -> None:
        if any(item.record == "13" for item in items):
            raise RemoteDown("502 Bad Gateway", side="odoo")

    flow.during = fail
    use(flow, slots=1, knock=Side().knock)
    for number in range(1, 31):
        event(str(number))
    for _ in range(80):
        drain_all()
        let_pass(breaker.LONGEST_PAUSE + 1)
    assert {row.record for row in Work.objects.exclude(state=State.DONE)} == {"13"}
    assert work("13").state == State.FAILED
    assert sum(len(items) > 1 and "13" in [one.record for one in items] for items in flow.batches) <= 3


def test_a_person_ends_the_rest_and_the_side_is_asked_at_once(flow: ScriptedFlow):
    flow.raises = DOWN
    event()
    drain_all()
    assert breaker.paused(SHOP)
    db.change("DELETE FROM procrastinate_jobs")
    assert breaker.try_now(SHOP)
    assert db.rows("SELECT queueing_lock FROM procrastinate_jobs") == [(f"pump:{SHOP}:orders",)]
    began = moment()
    assert drain_all() == 1
    assert Breaker.objects.get().failures == 2
    assert rests(2 * breaker.FIRST_PAUSE, since=began)
    flow.raises = None
    assert breaker.try_now(SHOP)
    drain_all()
    assert work().state == State.DONE
    assert not breaker.try_now(SHOP)
