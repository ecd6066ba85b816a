"""A side is down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from woodoo.domain.errors import RemoteDown, RemoteError
from woodoo.engine import breaker, lease
from woodoo.engine import work as todo
from woodoo.engine.chores import ring_due
from woodoo.engine.models import Breaker, State
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
