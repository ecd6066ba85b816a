"""What is done for a connection again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.engine import breaker, chores, db, pump, registry, schedule
from woodoo.engine import models as tables
from woodoo.engine.cursors import get_cursor, set_cursor
from woodoo.engine.models import Breaker
from woodoo.engine.registry import Chore

from .helpers import OTHER_SHOP, PATIENCE, SHOP, ScriptedFlow, let_pass, use

pytestmark = pytest.mark.usefixtures("db_committed")


def chore(
    run: Callable[[int], Any] = lambda number: None, name: str = "poll", seconds: float = 60.0, side: str = "store"
) -> Chore:
    return Chore(name, seconds, run, frozenset({side}))


def noted(name: str = "poll") -> tables.Chore:
    return tables.Chore.objects.get(name=name)


def test_each_chore_is_due_once_per_period_however_many_hosts_ask(flow: ScriptedFlow):
    use(flow, chores=(chore(), chore(name="census", seconds=300.0)))
    assert chores.ring_due([SHOP, OTHER_SHOP]) == [
        (SHOP, "census"),
        (SHOP, "poll"),
        (OTHER_SHOP, "census"),
        (OTHER_SHOP, "poll"),
    ]
    assert chores.ring_due([SHOP, OTHER_SHOP]) == []
    let_pass(61)
    assert chores.ring_due([SHOP, OTHER_SHOP]) == [(SHOP, "poll"), (OTHER_SHOP, "poll")]
    locks = db.rows("SELECT queueing_lock FROM procrastinate_jobs ORDER BY 1")
    assert locks == [("chore:1:census",), ("chore:1:poll",), ("chore:2:census",), ("chore:2:poll",)]


def test_chores_that_come_every_few_seconds_do_not_wait_for_the_sweep(flow: ScriptedFlow):
    use(flow, chores=(chore(), chore(name="stock", seconds=3.0)))
    chores.ring_due([SHOP])
    assert chores.ring_quick() == []
    let_pass(61)
    assert chores.ring_quick() == [(SHOP, "stock")]
    use(flow, chores=(chore(),))
    chores.ring_due([SHOP])
    let_pass(61)
    assert chores.ring_quick() == []


def test_hosts_that_ask_at_the_same_moment_do_not_begin_it_twice(flow: ScriptedFlow):
    use(flow, chores=(chore(),))
    chores.ring_due([SHOP])
    let_pass(61)
    due: list[tuple[int, str]] = []
    gate = threading.Barrier(6)

    def ask() -> None:
        gate.wait()
        due.extend(chores.ring_due([SHOP]))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert due == [(SHOP, "poll")]


def test_a_hint_makes_a_chore_due_now(flow: ScriptedFlow):
    use(flow, chores=(chore(),))
    chores.ring_due([SHOP])
    db.change("DELETE FROM procrastinate_jobs")
    chores.soon(SHOP, "poll")
    assert db.rows("SELECT queueing_lock FROM procrastinate_jobs") == [("chore:1:poll",)]
    assert chores.ring_due([SHOP]) == [(SHOP, "poll")]


def test_what_a_chore_found_is_kept_for_the_screen(flow: ScriptedFlow):
    use(flow, chores=(chore(lambda number: {"new": number}),))
    assert chores.do(SHOP, "poll")
    assert (noted().found, noted().message) == ({"new": SHOP}, "")
    assert noted().well_at == noted().began_at
    assert noted().ended_at is not None


def test_a_chore_that_takes_long_is_not_joined_by_another(flow: ScriptedFlow):
    inside, over, second = threading.Event(), threading.Event(), []

    def slow(number: int) -> None:
        inside.set()
        over.wait(PATIENCE)

    use(flow, chores=(chore(slow), chore(name="census")))

    def first() -> None:
        chores.do(SHOP, "poll")
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(PATIENCE)
    second.append(chores.do(SHOP, "poll"))
    second.append(chores.do(SHOP, "census"))
    over.set()
    thread.join()
    assert second == [False, True]
    assert chores.do(SHOP, "poll")


@pytest.mark.usefixtures("long_pauses")
def test_a_side_that_is_down_pauses_the_connection_and_the_chore_waits(flow: ScriptedFlow):
    calls: list[int] = []

    def down(number: int) -> None:
        calls.append(number)
        raise RemoteDown("The store does not answer.", side="store")

    use(flow, chores=(chore(down),))
    assert not chores.do(SHOP, "poll")
    assert breaker.paused(SHOP)
    assert (noted().message, noted().error_kind, noted().failures) == ("The store does not answer.", "RemoteDown", 1)
    assert noted().failing_since is not None
    assert not chores.do(SHOP, "poll")
    assert calls == [SHOP]
    let_pass(breaker.FIRST_PAUSE + 1)
    use(flow, chores=(chore(calls.append),))
    assert chores.do(SHOP, "poll")
    assert Breaker.objects.get().failures == 0
    assert (noted().message, noted().failures, noted().failing_since) == ("", 0, None)


@pytest.mark.usefixtures("long_pauses")
def test_while_one_side_is_down_the_chores_of_the_other_go_on_and_prove_nothing(flow: ScriptedFlow):
    breaker.trip(SHOP, side="odoo", reason="")
    use(flow, chores=(chore(),))
    assert chores.do(SHOP, "poll")
    assert breaker.paused(SHOP)


def test_a_chore_that_fails_says_why_and_what_to_do(flow: ScriptedFlow):
    def refused(number: int) -> None:
        raise ConfigError("The store refuses the key.", fix="Enter a new one.")

    use(flow, chores=(chore(refused),))
    assert not chores.do(SHOP, "poll")
    assert (noted().message, noted().fix) == ("The store refuses the key.", "Enter a new one.")


def test_a_mistake_in_a_chore_is_noted_without_its_text(flow: ScriptedFlow):
    def wrong(number: int) -> None:
        raise KeyError("zoe@example.com")

    use(flow, chores=(chore(wrong),))
    assert not chores.do(SHOP, "poll")
    assert "KeyError" in noted().message
    assert "zoe" not in noted().message


def test_a_connection_that_is_switched_off_has_no_chores(flow: ScriptedFlow):
    calls: list[int] = []
    use(flow, chores=(chore(calls.append),), enabled=False)
    assert chores.ring_due([SHOP]) == []
    assert not chores.do(SHOP, "poll")
    assert calls == []


def test_a_chore_nobody_knows_any_more_is_let_go(flow: ScriptedFlow):
    use(flow)
    assert not chores.do(SHOP, "forgotten")


def test_a_poll_remembers_how_far_it_came():
    assert get_cursor(SHOP, "orders") == ""
    set_cursor(SHOP, "orders", "2026-11-21T09:00:00Z")
    set_cursor(SHOP, "orders", "2026-11-21T10:00:00Z")
    assert get_cursor(SHOP, "orders") == "2026-11-21T10:00:00Z"
    assert get_cursor(OTHER_SHOP, "orders") == ""


def test_the_registry_is_told_whose_chores_to_do():
    registry.register(lambda number: registry.Lanes({}), connections=lambda: [SHOP])
    assert registry.connections() == [SHOP]


# A worker that ends in the middle of it


def in_the_middle(check: Callable[[], None]) -> None:
    """Check something while a chore is under way, in another thread as it would be in another process."""
    inside, over = threading.Event(), threading.Event()

    def slow(number: int) -> None:
        inside.set()
        over.wait(PATIENCE)

    use(ScriptedFlow(), chores=(chore(slow, seconds=3600.0),))

    def work() -> None:
        chores.do(SHOP, "poll")
        connection.close()

    chores.ring_due([SHOP])
    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert inside.wait(PATIENCE)
        check()
    finally:
        over.set()
        thread.join()


def test_a_chore_somebody_is_at_is_not_begun_again_however_long_it_takes(flow: ScriptedFlow):
    def check() -> None:
        let_pass(1800)
        assert chores.take_back_lost() == 0
        assert chores.ring_due([SHOP]) == []

    in_the_middle(check)


def test_a_chore_whose_worker_vanished_is_begun_again(flow: ScriptedFlow):
    """Its lock has gone with the worker; its next turn would be in an hour."""
    use(flow, chores=(chore(seconds=3600.0),))
    chores.ring_due([SHOP])
    chores._note_begin(SHOP, "poll")
    assert chores.take_back_lost() == 0, "it has only just begun: its worker may not have the lock yet"
    let_pass(61)
    assert chores.ring_due([SHOP]) == []
    assert chores.take_back_lost() == 1
    assert chores.ring_due([SHOP]) == [(SHOP, "poll")]
    assert chores.do(SHOP, "poll")
    let_pass(61)
    assert chores.take_back_lost() == 0


def test_what_a_process_that_ends_is_at_is_begun_by_another(flow: ScriptedFlow):
    def check() -> None:
        assert chores.let_go() == 1
        assert chores.ring_due([SHOP]) == [(SHOP, "poll")]

    in_the_middle(check)
    assert chores.let_go() == 0


def test_a_chore_that_is_rung_for_in_a_process_that_ends_is_left_to_another(flow: ScriptedFlow):
    done: list[int] = []
    use(flow, chores=(chore(done.append, seconds=3600.0),))
    chores.ring_due([SHOP])
    pump.stopping.set()
    schedule.chore_task(SHOP, "poll")
    assert done == []
    assert chores.ring_due([SHOP]) == [(SHOP, "poll")]
