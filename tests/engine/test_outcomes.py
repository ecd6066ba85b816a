"""What becomes of a record after an attempt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from woodoo.domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown, RemoteError
from woodoo.engine import breaker, pump, registry
from woodoo.engine import work as todo
from woodoo.engine.flow import LinkVals, Outcome, OutcomeKind
from woodoo.engine.links import Links
from woodoo.engine.models import Event, Run, State, Work

from .helpers import DONE, SHOP, ScriptedFlow, drain_all, event, let_pass, use, work

pytestmark = pytest.mark.usefixtures("db_committed")

BAD_SKU = DataError("Order #1054: SKU TSHIRT-M-BLK was not found in Odoo.", fix="Create the product in Odoo.")


def wait() -> timedelta:
    """How long the record waits from its last report on."""
    return work().due_at - work().updated_at


def test_what_came_of_it_is_on_the_record_and_on_its_run(flow: ScriptedFlow):
    flow.default = Outcome(OutcomeKind.DONE, "Invoiced and paid.", "Order #1054", plan={"steps": ["create"]})
    event()
    drain_all()
    run = Run.objects.get()
    assert (work().state, work().title, work().message) == (State.DONE, "Order #1054", "Invoiced and paid.")
    assert (run.outcome, run.message, run.plan) == ("done", "Invoiced and paid.", {"steps": ["create"]})
    assert (run.attempt, run.generation, run.ended_at is not None) == (1, 1, True)
    assert work().finished_at is not None


def test_links_are_kept_with_the_report(flow: ScriptedFlow):
    link = LinkVals("order", "1054", "sale.order", 7, "S00007", "woodoo.order_1_1054", "h1", "h2")
    flow.default = Outcome(OutcomeKind.DONE, links=(link,))
    event()
    drain_all()
    assert Links(SHOP).find("order", ["1054", "1055"]) == {"1054": link}


def test_a_record_rings_for_others_with_its_report(flow: ScriptedFlow):
    registry.register(registry._resolver, flows={"refund": "refunds"})
    flow.default = Outcome(OutcomeKind.DONE, rings=(("refund", "1054"), ("refund", "1054")))
    event()
    drain_all()
    rung = work(lane="refunds")
    assert (rung.flow, rung.state, rung.generation) == ("refund", State.READY, 1)
    assert Event.objects.get(lane="refunds").source == "flow"


def test_a_passing_fault_is_tried_again_at_once_then_after_1_5_and_15_minutes_then_it_has_failed(flow: ScriptedFlow):
    flow.default = Outcome.from_error(RemoteError("Odoo is being updated."))
    event()
    assert drain_all() == 2  # the first try, and the one at once
    for attempts, minutes in ((2, 1), (3, 5), (4, 15)):
        assert (work().attempts, work().state, wait()) == (attempts, State.WAITING, timedelta(minutes=minutes))
        let_pass(minutes * 60 - 50)
        assert drain_all() == 0
        let_pass(50)
        assert drain_all() == 1
    assert (work().attempts, work().state) == (5, State.FAILED)
    assert work().message == "Odoo is being updated."
    let_pass(24 * 3600)
    assert drain_all() == 0


def test_the_other_side_may_ask_for_more_patience(flow: ScriptedFlow):
    flow.default = RemoteError("Too busy.", retry_after=400)
    event()
    drain_all()
    assert wait() == timedelta(seconds=400)


def test_an_unknown_outcome_is_tried_again(flow: ScriptedFlow):
    flow.answers["1054"] = lambda item: (
        Outcome.from_error(OutcomeUnknown("No answer came back.")) if item.attempt == 1 else DONE
    )
    event()
    drain_all()
    assert (work().state, work().attempts) == (State.DONE, 2)


@pytest.mark.parametrize("error", [BAD_SKU, ConfigError("No journal for stripe.", fix="Map it.")])
def test_what_a_person_has_to_mend_waits_for_the_person(flow: ScriptedFlow, error: DataError | ConfigError):
    flow.default = error
    event()
    drain_all()
    let_pass(24 * 3600)
    assert drain_all() == 0
    assert (work().state, work().message, work().fix) == (State.PARKED, error.message, error.fix)
    assert work().error_kind == type(error).__name__


def test_one_bad_record_does_not_hold_up_its_batch(flow: ScriptedFlow):
    flow.answers["2"] = BAD_SKU
    for record in ("1", "2", "3"):
        event(record)
    drain_all()
    assert len(flow.batches) == 1
    assert [work(record).state for record in ("1", "2", "3")] == [State.DONE, State.PARKED, State.DONE]


def test_a_parked_record_goes_again_by_a_click(flow: ScriptedFlow):
    flow.default = BAD_SKU
    event()
    drain_all()
    flow.default = DONE
    assert todo.retry([work().pk]) == 1
    drain_all()
    assert (work().state, work().message, work().error_kind, work().fix) == (State.DONE, "In Odoo.", "", "")
    assert Event.objects.order_by("id").last().source == "retry"


def test_a_parked_record_goes_again_by_a_new_event(flow: ScriptedFlow):
    flow.default = BAD_SKU
    event()
    drain_all()
    flow.default = DONE
    event()
    drain_all()
    assert work().state == State.DONE


def test_a_change_of_the_connection_brings_back_what_waits_for_it_and_nothing_else(flow: ScriptedFlow):
    flow.answers = {"1": ConfigError("No journal for stripe."), "2": BAD_SKU}
    for record in ("1", "2", "3"):
        event(record)
    event("1", shop=2)
    drain_all()
    drain_all(2)
    flow.answers = {}
    assert todo.connection_changed(SHOP) == 2
    drain_all()
    assert [work(record).state for record in ("1", "2", "3")] == [State.DONE] * 3
    assert work("1", shop=2).state == State.PARKED
    assert flow.seen.count("3") == 1


def test_a_failed_record_gets_all_its_attempts_again_by_a_click(flow: ScriptedFlow):
    flow.default = RemoteError("Odoo is being updated.")
    event()
    for _ in range(6):
        drain_all()
        let_pass(1000)
    assert work().state == State.FAILED
    todo.retry([work().pk])
    drain_all()
    assert (work().state, work().attempts) == (State.WAITING, 2)


def test_an_event_during_the_run_has_the_record_run_again(flow: ScriptedFlow):
    def ring_once(items: object, batch: object) -> None:
        if len(flow.batches) == 1:
            event()

    flow.during = ring_once
    event()
    drain_all()
    assert [items[0].generation for items in flow.batches] == [1, 2]
    assert work().state == State.DONE


def test_an_event_during_a_run_that_parks_counts_too(flow: ScriptedFlow):
    def ring_once(items: object, batch: object) -> None:
        if len(flow.batches) == 1:
            event()

    flow.during = ring_once
    flow.answers["1054"] = lambda item: Outcome.from_error(BAD_SKU) if item.generation == 1 else DONE
    event()
    drain_all()
    assert work().state == State.DONE


def test_a_mistake_of_ours_is_tried_again_and_its_text_stays_with_the_run(flow: ScriptedFlow):
    flow.raises = KeyError("zoe@example.com")
    event()
    drain_all()
    assert (work().state, work().error_kind) == (State.WAITING, "InternalError")
    assert "zoe@example.com" not in work().message
    assert "zoe@example.com" in Run.objects.first().traceback


def test_what_a_flow_raises_as_a_whole_is_the_fate_of_all(flow: ScriptedFlow):
    flow.raises = ConfigError("The Odoo key is wrong.", fix="Enter a new one.")
    event("1")
    event("2")
    drain_all()
    assert {work("1").state, work("2").state} == {State.PARKED}


def test_a_record_the_flow_forgets_is_tried_again(flow: ScriptedFlow):
    use(lambda items, batch: {}, slots=1)
    event()
    drain_all()
    assert (work().state, work().error_kind) == (State.WAITING, "InternalError")


def test_a_connection_that_cannot_be_opened_parks_its_records_and_says_why(flow: ScriptedFlow):
    from woodoo.engine import registry

    def broken(connection_id: int) -> registry.Lanes:
        raise ConfigError("Connection Shop NL: the Odoo key cannot be opened.", fix="Put back the key file.")

    registry.register(broken)
    event()
    drain_all()
    assert (work().state, work().fix) == (State.PARKED, "Put back the key file.")


def test_a_lane_without_a_flow_parks_its_records(flow: ScriptedFlow):
    event(lane="subscriptions")
    drain_all(lane="subscriptions")
    assert work(lane="subscriptions").state == State.PARKED


def test_a_connection_that_is_switched_off_takes_events_in_and_works_on_none(flow: ScriptedFlow):
    use(flow, enabled=False)
    event()
    assert drain_all() == 0
    assert work().state == State.READY
    use(flow)
    assert drain_all() == 1


def test_a_fault_of_one_record_that_looks_like_an_outage_counts_once_others_came_through(flow: ScriptedFlow):
    """Not before: an outage may begin when half a batch is through."""
    flow.answers["bad"] = RemoteDown("502 Bad Gateway", side="odoo")
    event("bad")
    for number in range(1, 20):
        event(str(number))
        drain_all()
        assert work(str(number)).state == State.DONE or work("bad").state == State.WAITING
        let_pass(breaker.LONGEST_PAUSE + 1)
        drain_all()
        if work("bad").attempts:
            break
    assert (work("bad").attempts, work("bad").message) == (2, "502 Bad Gateway"), "tried again at once, then waits"
    assert not breaker.paused(SHOP)
    assert {work(str(one)).state for one in range(1, number + 1)} == {State.DONE}
    for minutes in (1, 5, 15):
        let_pass(minutes * 60)
        drain_all()
    assert work("bad").state == State.FAILED


def test_text_that_postgresql_cannot_hold_does_not_stop_the_report(flow: ScriptedFlow):
    flow.default = Outcome(OutcomeKind.DONE, "nul \x00 and half a pair \ud83d", "T\x00", plan={"a\x00": "\ud83d\x00"})
    event()
    drain_all()
    assert work().state == State.DONE


@pytest.mark.parametrize("error", [DataError("Odoo cannot read that."), KeyError("sku"), RecursionError()])
def test_a_record_that_makes_the_whole_flow_fail_does_not_take_the_others_along(flow: ScriptedFlow, error: Exception):
    def fail(items, batch):
        if any(item.record == "13" for item in items):
            raise error

    flow.during = fail
    todo.enqueue(SHOP, "orders", "order", [str(number) for number in range(1, 21)], source="manual")
    drain_all()
    assert {one.record for one in Work.objects.exclude(state=State.DONE)} == {"13"}
    assert work("13").state == (State.PARKED if isinstance(error, DataError) else State.WAITING)


def test_a_fault_of_the_other_side_is_halved_only_when_it_comes_again(flow: ScriptedFlow):
    def fail(items, batch):
        if any(item.record == "13" for item in items):
            raise RemoteError("Odoo failed without saying why.")

    flow.during = fail
    todo.enqueue(SHOP, "orders", "order", [str(number) for number in range(1, 21)], source="manual")
    drain_all()
    assert (len(flow.batches[0]), len(flow.batches[1])) == (20, 20)
    assert {one.record for one in Work.objects.exclude(state=State.DONE)} == {"13"}


@pytest.mark.parametrize(
    "error", [ConfigError("Wrong key."), RemoteDown("No answer.", side="odoo"), OutcomeUnknown("Half an answer.")]
)
def test_what_concerns_all_is_not_tried_one_by_one(flow: ScriptedFlow, error: Exception):
    flow.raises = error
    todo.enqueue(SHOP, "orders", "order", [str(number) for number in range(1, 21)], source="manual")
    pump.drain(SHOP, "orders")
    assert len(flow.batches) == 1


def test_a_flow_that_fails_on_everything_is_given_up_on_soon(flow: ScriptedFlow):
    flow.raises = ZeroDivisionError()
    todo.enqueue(SHOP, "orders", "order", [str(number) for number in range(1, 51)], source="manual")
    pump.drain(SHOP, "orders")
    assert len(flow.batches) < 20


def test_texts_nobody_can_read_are_shortened(flow: ScriptedFlow):
    flow.default = Outcome.from_error(DataError("x" * 100_000), title="y" * 10_000)
    event()
    drain_all()
    assert (len(work().message), len(work().title)) == (4_000, 200)
