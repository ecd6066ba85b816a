"""What is kept of what happened: no longer than the days, no more than the megabytes, and never less than is needed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from woodoo.engine import retention, sweep
from woodoo.engine.models import Call, Event, Run, State, Work

from .helpers import SHOP

pytestmark = pytest.mark.usefixtures("db_committed")

BODY = "x" * 1000


def order(record: str, hours: int, state: str = State.DONE) -> Work:
    """An order that came in so many hours ago, with an event, a run and a call about it."""
    then = timezone.now() - timedelta(hours=hours)
    made = Work.objects.create(connection_id=SHOP, lane="orders", flow="order", record=record, state=state)
    Event.objects.create(
        connection_id=SHOP, source="webhook", lane="orders", record=record, raw=BODY.encode(), received_at=then
    )
    batch = uuid4()
    Run.objects.create(work=made, batch=batch, attempt=1, generation=1, started_at=then, ended_at=then, message=BODY)
    Call.objects.create(
        batch=batch, connection_id=SHOP, system="odoo", summary=BODY, status="200", records=[record], started_at=then
    )
    return made


def left() -> list[set[str]]:
    """The records of which an event, a run, a call is still there."""
    return [
        set(Event.objects.values_list("record", flat=True)),
        set(Run.objects.values_list("work__record", flat=True)),
        {record for records in Call.objects.values_list("records", flat=True) for record in records},
    ]


def half_of_all() -> float:
    return retention.kept().megabytes / 2


def test_what_fits_stays():
    order("1", 5)
    assert retention.fit(1) == 0
    assert left() == [{"1"}] * 3


def test_the_oldest_go_first_until_it_fits():
    for hours in range(1, 11):
        order(str(hours), hours)
    size = half_of_all()
    assert retention.fit(size) == 15
    assert left() == [{"1", "2", "3", "4", "5"}] * 3
    assert retention.kept().megabytes <= size
    assert Work.objects.count() == 10
    assert retention.fit(size) == 0


def test_what_open_work_needs_stays_however_old_it_is():
    states = (State.PARKED, State.FAILED, State.READY, State.WAITING)
    for hours, state in enumerate(states, start=20):
        order(state, hours, state)
    for hours in range(1, 5):
        order(str(hours), hours)
    assert retention.fit(half_of_all()) == 12
    assert left() == [set(states)] * 3
    assert retention.fit(0.0001) == 0, "nothing is left that may go"
    kept = retention.kept()
    assert kept.needed == kept.size > 0


def test_the_calls_of_a_batch_stay_while_one_of_its_records_needs_them():
    done, parked = order("1", 9), order("2", 9, State.PARKED)
    shared = Run.objects.get(work=parked).batch
    Run.objects.filter(work=done).update(batch=shared)
    Call.objects.update(batch=shared)
    retention.fit(0.0001)
    assert Call.objects.count() == 2
    assert set(Event.objects.values_list("record", flat=True)) == {"2"}


def test_a_call_and_an_attempt_under_way_stay():
    """Others wait until the call must be over; without it they would begin too early."""
    made = order("1", 1)
    Run.objects.filter(work=made).update(ended_at=None)
    Call.objects.update(status="", started_at=timezone.now())
    retention.fit(0.0001)
    assert (Call.objects.count(), Run.objects.count(), Event.objects.count()) == (1, 1, 0)
    Call.objects.update(started_at=timezone.now() - timedelta(hours=1))
    retention.fit(0.0001)
    assert Call.objects.count() == 0, "nobody carries on with it any more"


def test_calls_of_no_record_go_too():
    then = timezone.now() - timedelta(hours=1)
    Call.objects.create(batch=uuid4(), connection_id=SHOP, system="store", summary=BODY, status="200", started_at=then)
    assert retention.fit(0.0001) == 1


def test_it_says_how_much_is_kept_and_since_when():
    assert retention.kept() == retention.Kept(0, 0, None)
    order("1", 7)
    order("2", 3)
    kept = retention.kept()
    assert kept.size > 6000
    assert kept.needed == 0
    assert kept.since is not None
    assert kept.since == Event.objects.get(record="1").received_at.replace(second=0, microsecond=0)


def test_tidying_up_heeds_both(settings):
    settings.WOODOO_KEEP_DAYS, settings.WOODOO_KEEP_MB = 2, 1
    order("old", 24 * 3, State.PARKED)
    order("new", 1)
    sweep.tidy()
    assert left() == [{"new"}] * 3
    settings.WOODOO_KEEP_MB = 0.0001
    sweep.tidy()
    assert left() == [set()] * 3
