"""Whatever happens in whatever order: no record is in two hands, no event is forgotten, no stale report counts.

Events (also doubled), claims by several workers, reports of every kind, workers that vanish and report too late,
stops, retries by hand, outages and jumps in time are mixed at random. At the end the world calms down, and everything
has to be done.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from woodoo.domain.errors import DataError, RemoteDown, RemoteError
from woodoo.engine import db, lease, report
from woodoo.engine import work as todo
from woodoo.engine.flow import LeaseLost, Outcome, OutcomeKind
from woodoo.engine.lease import Claim
from woodoo.engine.models import Run, State, Work
from woodoo.engine.sweep import sweep

from .helpers import DONE, SHOP, event, let_pass

RECORDS = st.sampled_from(["1", "2", "3"])
OUTCOMES = st.sampled_from(
    [
        DONE,
        Outcome(OutcomeKind.SKIPPED, "Nothing to do."),
        Outcome.from_error(DataError("No such SKU.")),
        Outcome.from_error(RemoteError("Busy.")),
        Outcome.from_error(RemoteDown("Gone.", side="odoo")),
        Outcome.from_error(KeyError("ours")),
    ]
)
#: No sum of these comes within 39 seconds below the length of a lease, so the model need not know how long the machine
#: takes for it all.
JUMPS = st.sampled_from([40, 80, 400, 1000])
LEASE = 79


class World(RuleBasedStateMachine):
    """The engine, with a model beside it of who holds what."""

    def __init__(self) -> None:
        super().__init__()
        for table in ("engine_run", "engine_work", "engine_event", "engine_breaker", "procrastinate_jobs"):
            db.change(f"DELETE FROM {table}")
        self.now = 0
        self.events: Counter[str] = Counter()
        #: Record → the batch that holds it, as far as anybody has noticed.
        self.holders: dict[str, UUID] = {}
        self.expires: dict[UUID, int] = {}

    claims = Bundle("claims")

    @initialize(records=st.lists(RECORDS, min_size=2, unique=True))
    def the_day_begins(self, records: list[str]) -> None:
        self.events_come_in(records, times=1)

    @rule(records=st.lists(RECORDS, min_size=1, max_size=3), times=st.integers(1, 2))
    def events_come_in(self, records: list[str], times: int) -> None:
        """By webhook one by one, maybe doubled, or all at once from a poll."""
        for _ in range(times):
            for record in records:
                event(record)
        todo.enqueue(SHOP, "orders", "order", records, source="poll")
        self.events.update(records * times)
        self.events.update(set(records))
        for record in records:
            assert self._state(record) == (State.RUNNING if record in self.holders else State.READY)

    @precondition(lambda self: Work.objects.exclude(state__in=[State.READY, State.RUNNING]).exists())
    @rule(everything=st.booleans(), record=RECORDS)
    def a_person_sees_to_it(self, everything: bool, record: str) -> None:
        """By a retry of one record, or by a change of the connection."""
        if everything:
            self.events.update(Work.objects.filter(state=State.PARKED).values_list("record", flat=True))
            todo.connection_changed(SHOP)
        else:
            ids = Work.objects.filter(record=record).values_list("pk", flat=True)
            self.events[record] += todo.retry(list(ids))

    @rule(target=claims, slots=st.integers(1, 3), size=st.integers(1, 4))
    def a_worker_claims(self, slots: int, size: int) -> Claim | MultipleResults[Claim]:
        held = lease.claim(SHOP, "orders", slots=slots, batch_size=size)
        if held is None:
            return multiple()
        assert len(set(self.holders.values())) < slots
        assert len(held.items) <= size
        for item in held.items:
            assert item.record not in self.holders, "two hands on one record"
            assert item.generation == self.events[item.record]
            self.holders[item.record] = held.batch_id
        self.expires[held.batch_id] = self.now + LEASE
        return held

    @rule(held=claims, outcome=OUTCOMES, other=OUTCOMES)
    def a_worker_reports(self, held: Claim, outcome: Outcome, other: Outcome) -> None:
        """Maybe for the second time, or much too late: a claim stays in the bundle."""
        outcomes = {item.work_id: outcome if place else other for place, item in enumerate(held.items)}
        lost = {item.record for item in report.finish(held, outcomes)}
        assert lost == {item.record for item in held.items if self.holders.get(item.record) != held.batch_id}
        for item in held.items:
            if item.record not in lost and item.generation != self.events[item.record]:
                assert self._state(item.record) == State.READY, "an event came in meanwhile"
        self._let_go(held.batch_id)

    @rule(size=st.integers(1, 4), meanwhile=st.lists(RECORDS, max_size=2), outcome=OUTCOMES, other=OUTCOMES)
    def a_worker_works(self, size: int, meanwhile: list[str], outcome: Outcome, other: Outcome) -> None:
        """Claims and reports, and maybe something happens in between."""
        held = self.a_worker_claims(3, size)
        if isinstance(held, Claim):
            if meanwhile:
                self.events_come_in(meanwhile, 1)
            self.a_worker_reports(held, outcome, other)

    @rule(held=claims)
    def a_worker_renews(self, held: Claim) -> None:
        ours = all(self.holders.get(item.record) == held.batch_id for item in held.items)
        try:
            lease.renew(held.batch_id, len(held.items))
            assert ours
            self.expires[held.batch_id] = self.now + LEASE
        except LeaseLost:
            assert not ours

    @rule(held=consumes(claims), in_order=st.booleans())
    def a_worker_ends(self, held: Claim, in_order: bool) -> None:
        """Either it gives back what it holds, or it is killed and nobody ever hears of this claim again."""
        if in_order:
            lease.release([held.batch_id])
            self._let_go(held.batch_id)

    @rule(seconds=JUMPS, swept=st.booleans())
    def time_passes(self, seconds: int, swept: bool) -> None:
        let_pass(seconds)
        self.now += seconds
        if swept:
            sweep()
            for batch_id in [batch_id for batch_id, until in self.expires.items() if until < self.now]:
                self._let_go(batch_id)

    @invariant()
    def the_list_agrees_with_the_model(self) -> None:
        held = {row.record: row.lease_token for row in Work.objects.filter(state=State.RUNNING)}
        assert held == self.holders
        open_runs = Counter(Run.objects.filter(outcome="").values_list("work__record", flat=True))
        assert open_runs == Counter(list(self.holders))
        assert dict(Work.objects.values_list("record", "generation")) == dict(+self.events)
        assert all(0 <= row.attempts <= 5 for row in Work.objects.all())

    def teardown(self) -> None:
        """The world calms down: everything that happened has to be answered in the end."""
        for _ in range(40):
            let_pass(4000)
            sweep()
            while (held := lease.claim(SHOP, "orders", slots=1, batch_size=50)) is not None:
                assert report.finish(held, {item.work_id: DONE for item in held.items}) == []
            if not Work.objects.filter(state__in=[State.READY, State.WAITING, State.RUNNING]).exists():
                break
        for row in Work.objects.all():
            assert row.state in (State.DONE, State.SKIPPED, State.PARKED, State.FAILED), row.state
            if row.state == State.FAILED and row.crashes:
                continue  # given up after its worker vanished again and again; shown as failed
            answered = Run.objects.filter(work=row).exclude(outcome__in=["", "lost"]).order_by("id").last()
            assert answered is not None
            assert answered.generation == row.generation == self.events[row.record], "an event without a run after it"

    def _state(self, record: str) -> str:
        return Work.objects.get(record=record).state

    def _let_go(self, batch_id: UUID) -> None:
        self.holders = {record: holder for record, holder in self.holders.items() if holder != batch_id}
        self.expires.pop(batch_id, None)


@pytest.mark.usefixtures("db_committed")
def test_no_record_is_in_two_hands_and_no_event_is_forgotten(settings):
    settings.WOODOO_LEASE_SECONDS = LEASE
    run_state_machine_as_test(
        World,
        settings=hypothesis.settings(
            max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
