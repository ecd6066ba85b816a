"""What is told of the course of time agrees with the records and calls themselves."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from woodoo.domain.errors import DataError, RemoteError
from woodoo.engine import course, db
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.models import Call, Course, Work

from .helpers import DONE, OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, let_pass, work

pytestmark = pytest.mark.usefixtures("db_committed")

DAY = {"seconds": 86_400, "step": 300}


def told(name: str = "order", shop: int = SHOP) -> course.Stretch | None:
    return course.together(course.read([shop], **DAY), name)


def age(seconds: float) -> None:
    db.change("UPDATE engine_course SET at = at - make_interval(secs => %s)", [seconds])


def test_records_are_counted_as_they_stand(flow: ScriptedFlow):
    for number in range(20):
        flow.answers[str(number)] = (
            Outcome.from_error(DataError("No.")) if number < 3 else Outcome(OutcomeKind.SKIPPED) if number < 5 else DONE
        )
        event(str(number))
    drain_all()
    told_ = told()
    assert told_
    states = dict(Work.objects.values_list("record", "state"))
    assert (told_.done, told_.skipped, told_.parked) == (15, 2, 3)
    for state in ("done", "skipped", "parked"):
        assert getattr(told_, state) == list(states.values()).count(state)
    assert (told_.failed, told_.retried) == (0, 0)


def test_records_of_test_runs_are_not_counted(flow: ScriptedFlow):
    event("1")
    event("901")
    Work.objects.filter(record="901").update(trial=True)
    drain_all()
    assert set(Work.objects.values_list("state", flat=True)) == {"done"}
    told_ = told()
    assert told_
    assert told_.done == 1


def test_one_that_fails_in_the_end_was_tried_again_before(flow: ScriptedFlow):
    flow.default = Outcome.from_error(RemoteError("Odoo is being updated."))
    event()
    for _ in range(6):
        drain_all()
        let_pass(1000)
    assert work().state == "failed"
    told_ = told()
    assert told_
    assert (told_.failed, told_.retried, told_.done) == (1, 4, 0)


def test_the_time_of_a_record_runs_from_the_news_it_answers(flow: ScriptedFlow):
    event()
    let_pass(40)
    event()  # news of it again, of which the attempt takes account
    let_pass(20)
    drain_all()
    told_ = told()
    assert told_
    assert told_.timed == 1
    assert 20_000 <= told_.milliseconds < 40_000
    median = told_.percentile(50)
    assert median is not None
    assert 10_000 <= median <= 30_000


def test_calls_are_counted_once_by_side_when_they_are_over(flow: ScriptedFlow):
    now = timezone.now()
    for took, error in ((40, ""), (800, ""), (90, "It refused."), (None, "")):
        Call.objects.create(
            batch=uuid.uuid4(),
            connection_id=SHOP,
            system="odoo",
            summary="read",
            error=error,
            duration_ms=took,
            started_at=now,
        )
    let_pass(60)
    course.note_calls([SHOP])
    assert course.note_calls([SHOP]) == 0
    db.change("UPDATE engine_cursor SET value = (value::timestamptz - interval '40 seconds')::text")
    course.note_calls([SHOP])
    told_ = told("odoo")
    assert told_
    assert (told_.done, told_.failed, told_.timed, told_.milliseconds) == (2, 1, 3, 930)
    assert told_.within[:5] == (1, 2, 2, 2, 3)


def test_what_is_over_for_long_is_put_together_and_says_the_same(flow: ScriptedFlow):
    for number in range(7):
        event(str(number))
    drain_all()
    age(300)
    event("7")
    drain_all()
    before = told()
    assert before
    waited = 0
    for hours, seconds in course.LATER:
        age((hours + seconds / 3600 - waited) * 3600)
        waited = hours + seconds / 3600
        assert course.fold() > 0
        assert set(Course.objects.values_list("seconds", flat=True)) == {seconds}
        after = course.together(course.read([SHOP], seconds=30 * 86_400, step=6 * 3600), "order")
        assert after
        assert (after.done, after.timed, after.milliseconds, after.within) == (
            before.done,
            before.timed,
            before.milliseconds,
            before.within,
        )
    age(course.KEPT_DAYS * 86_400)
    course.fold()
    assert not Course.objects.exists()


def test_the_last_day_is_no_longer_than_a_day(flow: ScriptedFlow):
    event("1")
    drain_all()
    age(25 * 3600)
    event("2")
    drain_all()
    assert [(one.name, one.done) for one in course.lately([SHOP], hours=24)] == [("order", 1)]


def test_what_was_not_timed_has_no_percentile():
    assert course.Stretch(timezone.now(), "order").percentile(50) is None


@pytest.mark.parametrize(("percent", "expected"), [(50, 75.0), (100, 100.0), (25, 62.5)])
def test_percentiles_lie_within_their_class(percent: float, expected: float):
    within = (0, *[4] * (len(course.CLASSES) - 1))
    assert course.Stretch(timezone.now(), "odoo", timed=4, within=within).percentile(percent) == expected


def test_calls_of_all_connections_together_are_those_of_each(flow: ScriptedFlow):
    for shop, took in ((SHOP, 40), (SHOP, 800), (OTHER_SHOP, 90)):
        Call.objects.create(batch=uuid.uuid4(), connection_id=shop, system="odoo", summary="read", duration_ms=took)
    event("1")
    event("2", shop=OTHER_SHOP)
    drain_all()
    drain_all(OTHER_SHOP)
    db.change("UPDATE engine_call SET started_at = started_at - interval '60 s'")
    course.note_calls([SHOP, OTHER_SHOP])
    shops = [SHOP, OTHER_SHOP]
    for seconds in (300, *(seconds for _, seconds in course.LATER)):
        span = {"seconds": 86_400, "step": seconds}
        assert course.read(shops, **span, whole=True) == course.read(shops, **span)
    assert course.lately(shops, hours=24, whole=True) == course.lately(shops, hours=24)
    assert [(one.name, one.timed) for one in course.lately(shops, hours=24)] == [("odoo", 3), ("order", 2)]


def test_when_the_last_record_was_done_is_known_whatever_came_after_it(flow: ScriptedFlow):
    for record in "12":
        event(record)
        drain_all()
    ended = work("2").finished_at
    flow.answers["3"] = Outcome(OutcomeKind.SKIPPED)
    flow.answers["4"] = Outcome.from_error(DataError("No."))
    for record in "34":
        event(record)
        drain_all()
    assert course.last_done([SHOP, OTHER_SHOP]) == {SHOP: ended}
    event("2")  # it is at work again, and was done all the same
    assert course.last_done([SHOP]) == {SHOP: ended}
    for hours, seconds in course.LATER:
        age((hours + seconds / 3600) * 3600)
        course.fold()
        assert course.last_done([SHOP]) == {SHOP: ended}


def test_a_record_of_a_test_run_is_not_the_last_that_was_done(flow: ScriptedFlow):
    event("901")
    Work.objects.filter(record="901").update(trial=True)
    drain_all()
    assert course.last_done([SHOP]) == {}
