"""An event comes in."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from woodoo.engine import db, inbox
from woodoo.engine.models import HISTORY, Event, State, Work
from woodoo.engine.work import enqueue, skip

from .helpers import OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, work

pytestmark = pytest.mark.usefixtures("db_committed")


def rings() -> list[str]:
    return [
        lock for (lock,) in db.rows("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
    ]


def test_an_event_is_kept_as_it_arrived_and_its_record_is_on_the_list():
    inbox.receive(
        SHOP,
        source="webhook",
        topic="order.created",
        lane="orders",
        flow="order",
        record="1054",
        raw='{"id": 1054, "name": "Zoë"}'.encode(),
        headers={"X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Signature": "c2lnbmF0dXJl"},
    )
    kept = Event.objects.get()
    assert kept.payload == {"id": 1054, "name": "Zoë"}
    assert kept.headers["X-WC-Webhook-Topic"] == "order.created"
    assert "c2ln" not in str(kept.headers)
    assert (work().state, work().flow, work().generation) == (State.READY, "order", 1)


def test_the_same_event_three_times_is_one_record_to_do():
    for _ in range(3):
        event()
    assert work().generation == 3
    assert Event.objects.count() == 3
    assert list(Event.objects.order_by("id").values_list("generation", flat=True)) == [1, 2, 3]


def test_many_events_ring_once_while_nobody_has_answered():
    for number in range(5):
        event(str(number))
    event("7", lane="stock")
    event("7", shop=OTHER_SHOP)
    assert rings() == ["pump:1:orders", "pump:1:stock", "pump:2:orders"]


def test_an_event_rings_only_where_nothing_was_due(flow: ScriptedFlow):
    event("1")
    db.change("DELETE FROM procrastinate_jobs")  # the ring is being answered
    event("2")
    assert rings() == []
    drain_all()
    assert [work(record).state for record in ("1", "2")] == [State.DONE, State.DONE]
    db.change("DELETE FROM procrastinate_jobs")
    event("1")
    assert rings() == ["pump:1:orders"]


def test_an_event_within_a_transaction_that_fails_leaves_nothing_and_does_not_ring():
    with transaction.atomic():
        event()
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert not Work.objects.exists()
    assert rings() == []


def test_an_event_brings_a_record_at_rest_back(flow: ScriptedFlow):
    event()
    drain_all()
    assert work().state == State.DONE
    event()
    assert work().state == State.READY
    assert work().finished_at is None
    drain_all()
    assert flow.seen == ["1054", "1054"]


def test_an_event_brings_a_record_back_that_was_left_out(flow: ScriptedFlow):
    event()
    assert skip([work().pk], "Placed by mistake.") == 1
    drain_all()
    assert (work().state, work().message, flow.seen) == (State.SKIPPED, "Placed by mistake.", [])
    event()
    drain_all()
    assert flow.seen == ["1054"]


def test_a_record_keeps_its_place_in_the_line_when_more_events_come(flow: ScriptedFlow):
    event("1")
    event("2")
    event("1")
    drain_all()
    assert flow.seen == ["1", "2"]


def test_many_records_are_put_on_the_list_at_once_each_once():
    assert enqueue(SHOP, "orders", "order", ["3", "1", "2", "1"], source="poll") == 3
    assert sorted(Work.objects.values_list("record", flat=True)) == ["1", "2", "3"]
    assert set(Event.objects.values_list("source", flat=True)) == {"poll"}


def test_senders_who_overlap_do_not_block_each_other():
    errors: list[Exception] = []

    def send(records: list[str]) -> None:
        try:
            for _ in range(20):
                enqueue(SHOP, "orders", "order", records, source="poll")
        except Exception as exc:
            errors.append(exc)
        finally:
            connection.close()

    numbers = [str(n) for n in range(30)]
    threads = [threading.Thread(target=send, args=(each,)) for each in (numbers, numbers[::-1], numbers[10:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Work.objects.get(record="15").generation == 60


def test_what_is_put_behind_the_news_stays_news_where_it_waits_already():
    event("1")
    event("2")
    Work.objects.filter(record="2").update(state="done")
    enqueue(SHOP, "orders", "order", ["1", "2", "3"], source="census", behind=True)
    assert dict(Work.objects.values_list("record", "priority")) == {"1": 0, "2": HISTORY, "3": HISTORY}
    event("3")
    assert work("3").priority == 0
