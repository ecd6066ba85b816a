"""News and history in one lane: news does not wait for history, and history is not forgotten for news."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pytest

from woodoo.engine import breaker, db, lease, pump, report
from woodoo.engine.flow import Batch, Item
from woodoo.engine.lease import Claim
from woodoo.engine.models import HISTORY, State, Work
from woodoo.engine.turn import PATIENCE, Load, Turn, load_of, whose_turn
from woodoo.engine.work import connection_changed, retry

from .helpers import DONE, SHOP, ScriptedFlow, drain_all, event, let_pass, use, work

pytestmark = pytest.mark.usefixtures("db_committed")

NEWS, PAST = (0, 0), (1, 32767)


def history(*records: str, state: str = State.READY) -> None:
    """Put history on the list, older than anything else there."""
    Work.objects.bulk_create(
        Work(connection_id=SHOP, lane="orders", flow="order", record=record, priority=HISTORY, state=state)
        for record in records
    )


def claim(*, slots: int = 2, batch_size: int = 50) -> Claim | None:
    return lease.claim(SHOP, "orders", slots=slots, batch_size=batch_size)


def records(held: Claim | None) -> list[str]:
    assert held is not None
    return [item.record for item in held.items]


def finish(held: Claim | None) -> None:
    assert held is not None
    report.finish(held, {item.work_id: DONE for item in held.items})


@pytest.mark.parametrize(
    ("load", "slots", "turn"),
    [
        (Load(0, 0, 0, 0), 2, None),
        (Load(0, 0, 7, 0), 1, Turn(NEWS, 7)),
        (Load(0, 0, 7, 0), 2, Turn(NEWS, 4)),
        (Load(0, 0, 900, 0), 2, Turn(NEWS, 50)),
        (Load(2, 0, 900, 0), 2, None),
        # History leaves a slot to the news, and with one slot only has that one.
        (Load(0, 0, 0, 900), 2, Turn(PAST, 50)),
        (Load(1, 1, 0, 900), 2, None),
        (Load(1, 0, 0, 900), 2, Turn(PAST, 50)),
        (Load(2, 1, 0, 900), 3, Turn(PAST, 50)),
        (Load(3, 1, 0, 900), 3, None),
        (Load(0, 0, 0, 900), 1, Turn(PAST, 50)),
        (Load(0, 0, 0, 60), 3, Turn(PAST, 30)),
        # News first, unless history has waited long enough.
        (Load(0, 0, 1, 900), 2, Turn(NEWS, 1)),
        (Load(1, 1, 3, 900), 2, Turn(NEWS, 3)),
        (Load(1, 0, 900, 900, patient=True), 2, Turn(PAST, 50)),
        (Load(1, 1, 900, 900, patient=True), 2, Turn(NEWS, 50)),
        (Load(2, 0, 900, 900, patient=True), 2, None),
        (Load(0, 0, 900, 900, patient=True), 1, Turn(PAST, 50)),
    ],
)
def test_the_table_of_turns(load: Load, slots: int, turn: Turn | None) -> None:
    assert whose_turn(load, slots=slots, batch_size=50) == turn


@pytest.mark.parametrize(
    ("load", "slots", "turn"),
    [
        # A catalogue leaves a slot free, and goes on whatever is at work beside it.
        (Load(0, 0, 9, 0), 2, Turn(NEWS, 9)),
        (Load(1, 0, 9, 0), 2, Turn(NEWS, 9)),
        (Load(1, 1, 9, 0), 2, None),
        (Load(2, 0, 9, 0), 2, None),
        (Load(2, 1, 9, 0), 3, Turn(NEWS, 9)),
        (Load(2, 2, 9, 0), 3, None),
        (Load(0, 0, 9, 0), 1, Turn(NEWS, 9)),
        (Load(1, 0, 9, 0), 1, None),
        (Load(1, 0, 0, 9), 2, Turn(PAST, 9)),
        (Load(1, 1, 0, 9), 2, None),
    ],
)
def test_the_table_of_turns_of_a_catalogue(load: Load, slots: int, turn: Turn | None) -> None:
    assert whose_turn(load, slots=slots, batch_size=50, bulk=True) == turn


def test_a_lane_may_take_all_that_is_due_in_place_of_its_share() -> None:
    shared = [whose_turn(Load(0, 0, due, 0), slots=2, batch_size=50) for due in (7, 300)]
    whole = [whose_turn(Load(0, 0, due, 0), slots=2, batch_size=50, whole=True) for due in (7, 300)]
    assert shared == [Turn(NEWS, 4), Turn(NEWS, 50)]
    assert whole == [Turn(NEWS, 7), Turn(NEWS, 50)]
    past = whose_turn(Load(0, 0, 0, 7), slots=3, batch_size=50, whole=True)
    assert past == Turn(PAST, 7)


def test_news_goes_alone_and_before_older_history():
    history("1", "2", "3")
    event("9")
    first, second = claim(), claim()
    assert records(first) == ["9"]
    assert first is not None
    assert first.more
    assert records(second) == ["1", "2", "3"]


def test_news_does_not_wait_for_the_history_at_work():
    history(*(str(n) for n in range(300)))
    held = claim(batch_size=5)
    assert len(records(held)) == 5
    assert claim(batch_size=5) is None, "the other slot is kept for news"
    event("1054")
    assert records(claim(batch_size=5)) == ["1054"]


def test_history_and_a_catalogue_leave_the_same_slot_free():
    history("1", "2")
    event("MUG", lane="catalogue")
    held = lease.claim(SHOP, "catalogue", slots=2, batch_size=50, bulk=["catalogue"])
    assert records(held) == ["MUG"]
    assert lease.claim(SHOP, "orders", slots=2, batch_size=50, bulk=["catalogue"]) is None
    event("1054")
    assert records(lease.claim(SHOP, "orders", slots=2, batch_size=50, bulk=["catalogue"])) == ["1054"]


def test_a_catalogue_goes_on_beside_a_stream_of_orders(flow: ScriptedFlow):
    """Each batch of orders brings the next one in, and holds one of the two slots while the catalogue is rung for."""
    use(flow, lanes=("orders", "catalogue"), slots=2, batch_size=1, bulk=frozenset({"catalogue"}))
    for number in range(4):
        event(f"p{number}", lane="catalogue")
    event("0")

    def more(items: Sequence[Item], batch: Batch) -> None:
        if batch.lane == "orders":
            event(str(int(items[0].record) + 1))
            pump.drain(SHOP, "catalogue")

    flow.during = more
    for _ in range(4):
        pump.drain(SHOP, "orders")
    assert [one for one in flow.seen if one.startswith("p")] == ["p0", "p1", "p2", "p3"]


def test_lanes_with_a_backlog_take_turns(flow: ScriptedFlow):
    """Which lane comes first in the alphabet makes no difference."""
    lanes = ("catalogue", "customers", "orders", "stock")
    use(flow, lanes=lanes, slots=1, batch_size=1)
    for lane in lanes:
        for number in range(3):
            event(f"{lane}{number}", lane=lane)
    for _ in range(12):
        pump.drain(SHOP, next_lane())
    assert [one[:-1] for one in flow.seen] == list(lanes) * 3


def next_lane() -> str:
    """Take the ring that a worker takes next, and forget the others: they are rung for again."""
    ((lane,),) = db.rows(
        "SELECT args->>'lane' FROM procrastinate_jobs WHERE status = 'todo' AND args ? 'lane' ORDER BY id LIMIT 1"
    )
    db.change("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    return str(lane)


def test_with_one_slot_news_waits_for_one_batch_and_no_longer(flow: ScriptedFlow):
    history(*(f"h{n}" for n in range(40)))
    use(flow, slots=1, batch_size=5)
    flow.during = lambda items, batch: event("1054") if len(flow.batches) == 2 else None
    drain_all()
    assert [len(batch) for batch in flow.batches[:4]] == [5, 5, 1, 5]
    assert flow.seen[10] == "1054"
    assert len(flow.seen) == 41


def test_history_has_a_turn_now_and_then_however_much_news_there_is(flow: ScriptedFlow):
    history(*(f"h{n}" for n in range(4)))
    use(flow, slots=1, batch_size=2)
    news = iter(range(1000))
    flow.during = lambda items, batch: [event(f"n{next(news)}") for _ in range(2)]
    event("n")
    for _ in range(5):
        pump.drain(SHOP, "orders")
    assert not [record for record in flow.seen if record.startswith("h")]
    let_pass(PATIENCE + 1)
    for _ in range(5):
        pump.drain(SHOP, "orders")
    assert [record for record in flow.seen if record.startswith("h")] == ["h0", "h1"], "one batch, then news again"
    let_pass(PATIENCE + 1)
    pump.drain(SHOP, "orders")
    assert flow.seen[-2:] == ["h2", "h3"]


def test_history_at_work_has_had_its_turn():
    history("1", "2", "3")
    let_pass(PATIENCE + 1)
    event("9")
    assert load_of(SHOP, "orders", 100) == Load(0, 0, 1, 3, patient=True)
    held = claim(batch_size=1, slots=3)
    assert records(held) == ["1"]
    assert load_of(SHOP, "orders", 100) == Load(1, 1, 1, 2, patient=False)
    finish(held)
    assert load_of(SHOP, "orders", 100) == Load(0, 0, 1, 2, patient=False)
    let_pass(PATIENCE + 1)
    assert load_of(SHOP, "orders", 100).patient


def test_history_that_was_just_queued_does_not_push_in():
    history("1")
    event("9")
    assert not load_of(SHOP, "orders", 100).patient


def test_an_event_makes_news_of_history():
    history("1", "2")
    event("2")
    assert (work("2").priority, work("1").priority) == (0, HISTORY)
    assert records(claim()) == ["2"]


def test_an_event_about_history_at_work_makes_news_of_what_follows():
    history("1")
    held = claim()
    event("1")
    assert (work("1").state, work("1").priority) == (State.RUNNING, 0)
    finish(held)
    assert (work("1").state, work("1").priority) == (State.READY, 0)


def test_a_record_somebody_retries_is_news_and_one_a_setting_brings_back_stays_history():
    history("1", "2", state=State.PARKED)
    retry([work("1").pk])
    connection_changed(SHOP)
    assert (work("1").priority, work("2").priority) == (0, HISTORY)
    assert {work("1").state, work("2").state} == {State.READY}


def test_a_probe_is_one_record_of_history_too(flow: ScriptedFlow):
    history("1", "2", "3")
    breaker.trip(SHOP, side="odoo", reason="Odoo does not answer.")
    let_pass(breaker.FIRST_PAUSE + 1)
    held = claim()
    assert held is not None
    assert (records(held), held.probe, held.more) == (["1"], True, False)


def test_a_batch_of_history_that_was_lost_goes_again_as_history():
    history("1", "2")
    held = claim()
    assert held is not None
    assert lease.release([held.batch_id]) == 2
    assert work("1").priority == HISTORY
    assert lease.release([uuid4()]) == 0
