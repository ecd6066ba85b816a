"""The clock of the database is put back or ahead while there is work."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from woodoo.domain.errors import OutcomeUnknown, RemoteError
from woodoo.engine import breaker, clock, db, lease, report
from woodoo.engine.models import Breaker, Chore, State, Work
from woodoo.engine.sweep import sweep

from .helpers import DONE, SHOP, ScriptedFlow, drain_all, event, let_pass, work

pytestmark = pytest.mark.usefixtures("db_committed")

HOUR = 3600.0


@pytest.fixture(autouse=True)
def put() -> Iterator[Callable[[float], None]]:
    """Put the clock ahead by so many seconds, back where they are negative.

    As the database sees it, everything it holds a time for lies that much further back.
    """
    clock._last = None

    def put_clock(seconds: float) -> None:
        let_pass(seconds)
        db.change(
            "UPDATE engine_cursor SET value = (value::float8 - %s)::text WHERE connection_id = 0 AND name = 'clock'",
            [seconds],
        )
        if clock._last:
            clock._last = (clock._last[0] - seconds, clock._last[1])

    yield put_clock
    clock._last = None


def test_where_nobody_puts_it_nothing_is_moved():
    event()
    for _ in range(3):
        sweep()
        with transaction.atomic():
            assert clock.heed() == 0.0


@pytest.mark.parametrize("restarted", [False, True])
def test_put_back_by_an_hour_nothing_waits_an_hour_longer(
    flow: ScriptedFlow, put: Callable[[float], None], restarted: bool
):
    """Also where the worker was started anew at the same time, so that its own clock tells nothing."""
    flow.answers = {"1": RemoteError("Busy.")}
    for record in ("1", "2"):
        event(record)
    drain_all()
    event("3")
    breaker.trip(SHOP, side="odoo", reason="")
    Chore.objects.create(connection_id=SHOP, name="poll")
    db.change("UPDATE engine_chore SET due_at = now() + interval '20 seconds'")
    sweep()
    put(-HOUR)
    if restarted:
        clock._last = None
    assert drain_all() == 0
    sweep()
    let_pass(70)
    flow.answers = {}
    sweep()
    assert drain_all() == 2
    assert {row.state for row in Work.objects.all()} == {State.DONE}
    assert Breaker.objects.get().failures == 0
    ((due,),) = db.rows("SELECT due_at <= now() FROM engine_chore")
    assert due


def test_put_back_what_a_lost_worker_held_is_taken_over_as_soon_as_ever(put: Callable[[float], None]):
    event()
    sweep()
    assert lease.claim(SHOP, "orders", slots=1, batch_size=5)
    put(-HOUR)
    sweep()
    assert work().state == State.RUNNING
    let_pass(lease.lease_seconds() + 1)
    sweep()
    assert work().state == State.READY


def test_put_ahead_a_batch_keeps_what_it_holds(put: Callable[[float], None]):
    event()
    sweep()
    held = lease.claim(SHOP, "orders", slots=1, batch_size=5)
    assert held
    put(HOUR)
    sweep()
    assert work().state == State.RUNNING
    assert report.finish(held, {item.work_id: DONE for item in held.items}) == []
    assert work().state == State.DONE


def test_put_ahead_a_call_under_way_is_still_waited_for(put: Callable[[float], None], flow: ScriptedFlow):
    flow.default = OutcomeUnknown("No answer came back.", retry_after=130)
    event()
    drain_all()
    sweep()
    put(HOUR)
    sweep()
    flow.default = DONE
    assert drain_all() == 0
    let_pass(131)
    assert drain_all() == 1


def test_each_step_is_moved_once_however_many_hosts_notice_it(put: Callable[[float], None]):
    event()
    sweep()
    lease.claim(SHOP, "orders", slots=1, batch_size=5)
    mine = clock._last
    put(HOUR)
    sweep()
    until = work().lease_until
    assert mine
    clock._last = (mine[0] - HOUR, mine[1])  # another host that looked before, and looks now
    sweep()
    assert work().lease_until == until
