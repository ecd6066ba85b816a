"""Looking for what no event told."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.engine import breaker, db, registry
from woodoo.engine.cursors import get_cursor, set_cursor
from woodoo.engine.models import Breaker, Poll
from woodoo.engine.poll import poll
from woodoo.engine.sweep import poll_due

from .helpers import OTHER_SHOP, PATIENCE, SHOP, ScriptedFlow, let_pass, use

pytestmark = pytest.mark.usefixtures("db_committed")


def test_each_connection_is_due_once_per_period_however_many_hosts_ask():
    assert poll_due({SHOP: 60.0, OTHER_SHOP: 300.0}) == [SHOP, OTHER_SHOP]
    assert poll_due({SHOP: 60.0, OTHER_SHOP: 300.0}) == []
    let_pass(61)
    assert poll_due({SHOP: 60.0, OTHER_SHOP: 300.0}) == [SHOP]
    assert db.rows("SELECT queueing_lock FROM procrastinate_jobs ORDER BY 1") == [("poll:1",), ("poll:2",)]


def test_hosts_that_ask_at_the_same_moment_do_not_poll_double():
    poll_due({SHOP: 60.0})
    let_pass(61)
    due: list[int] = []
    gate = threading.Barrier(6)

    def ask() -> None:
        gate.wait()
        due.extend(poll_due({SHOP: 60.0}))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert due == [SHOP]


def test_pollers_run_one_after_the_other(flow: ScriptedFlow):
    seen: list[object] = []
    use(flow, pollers=(lambda number: seen.append(("orders", number)), lambda number: seen.append(("stock", number))))
    assert poll(SHOP)
    assert seen == [("orders", SHOP), ("stock", SHOP)]
    assert Poll.objects.get().message == ""
    assert Poll.objects.get().polled_at is not None


def test_a_poll_that_takes_long_is_not_joined_by_another(flow: ScriptedFlow):
    inside, over, second = threading.Event(), threading.Event(), []

    def slow(number: int) -> None:
        inside.set()
        over.wait(PATIENCE)

    use(flow, pollers=(slow,))

    def first() -> None:
        poll(SHOP)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(PATIENCE)
    second.append(poll(SHOP))
    over.set()
    thread.join()
    assert second == [False]
    assert poll(SHOP)


@pytest.mark.usefixtures("long_pauses")
def test_a_side_that_is_down_pauses_the_connection_and_the_poll_waits(flow: ScriptedFlow):
    calls: list[int] = []

    def down(number: int) -> None:
        calls.append(number)
        raise RemoteDown("The store does not answer.", side="store")

    use(flow, pollers=(down,))
    assert not poll(SHOP)
    assert breaker.paused(SHOP)
    assert (Poll.objects.get().message, Poll.objects.get().error_kind) == ("The store does not answer.", "RemoteDown")
    assert not poll(SHOP)
    assert calls == [SHOP]
    let_pass(breaker.FIRST_PAUSE + 1)
    use(flow, pollers=(calls.append,))
    assert poll(SHOP)
    assert Breaker.objects.get().failures == 0
    assert Poll.objects.get().message == ""


def test_a_poll_that_fails_says_why_and_what_to_do(flow: ScriptedFlow):
    def refused(number: int) -> None:
        raise ConfigError("The store refuses the key.", fix="Enter a new one.")

    use(flow, pollers=(refused,))
    assert not poll(SHOP)
    assert (Poll.objects.get().message, Poll.objects.get().fix) == ("The store refuses the key.", "Enter a new one.")


def test_a_mistake_in_a_poller_is_noted_without_its_text(flow: ScriptedFlow):
    def wrong(number: int) -> None:
        raise KeyError("zoe@example.com")

    use(flow, pollers=(wrong,))
    assert not poll(SHOP)
    assert "KeyError" in Poll.objects.get().message
    assert "zoe" not in Poll.objects.get().message


def test_a_connection_that_is_switched_off_is_not_polled(flow: ScriptedFlow):
    calls: list[int] = []
    use(flow, pollers=(calls.append,), enabled=False)
    assert not poll(SHOP)
    assert calls == []


def test_a_poll_remembers_how_far_it_came():
    assert get_cursor(SHOP, "orders") == ""
    set_cursor(SHOP, "orders", "2026-11-21T09:00:00Z")
    set_cursor(SHOP, "orders", "2026-11-21T10:00:00Z")
    assert get_cursor(SHOP, "orders") == "2026-11-21T10:00:00Z"
    assert get_cursor(OTHER_SHOP, "orders") == ""


def test_the_registry_is_told_what_to_poll():
    registry.register(lambda number: registry.Lanes({}), polls=lambda: {SHOP: 60.0})
    assert registry.polls() == {SHOP: 60.0}
