"""How many records there are is known without counting them, and is what counting them says, whatever happens."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from woodoo.domain.errors import DataError, RemoteError
from woodoo.engine import db, totals
from woodoo.engine import work as todo
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.models import Total, Work

from .helpers import DONE, OTHER_SHOP, SHOP, ScriptedFlow, drain_all, let_pass

pytestmark = pytest.mark.usefixtures("db_committed")

SHOPS = [SHOP, OTHER_SHOP]
ANSWERS = (
    DONE,
    DONE,
    Outcome(OutcomeKind.SKIPPED),
    Outcome.from_error(DataError("No.")),
    Outcome.from_error(RemoteError("Odoo is being updated.")),
)


def counted(**only: Any) -> Counter[tuple[Any, ...]]:
    """Count the records themselves."""
    return Counter(Work.objects.filter(connection_id__in=SHOPS, **only).values_list("connection_id", "flow", "state"))


def told(flow: str = "", *, trials: bool = True) -> dict[tuple[Any, ...], int]:
    found = totals.with_trials(SHOPS, flow)
    assert len({row[:3] + row[4:] for row in found}) == len(found)
    numbers: Counter[tuple[Any, ...]] = Counter()
    for *what, count, trial in found:
        numbers[tuple(what)] += 0 if trial and not trials else count
    if not trials and not flow:
        assert {tuple(what): count for *what, count in totals.records(SHOPS)} == +numbers
    return +numbers


class Chance:
    """Lets anything happen to the list of work."""

    def __init__(self, seed: int, flow: ScriptedFlow) -> None:
        self.random = Random(seed)
        self.flow = flow

    def happen(self) -> None:
        self.random.choice(
            [self.news, self.news, self.run, self.run, self.leave_out, self.again, self.mark, self.delete, totals.fold]
        )()

    def news(self) -> None:
        records = [str(self.random.randrange(80)) for _ in range(self.random.randrange(1, 12))]
        name = self.random.choice(["order", "order", "another"])
        todo.enqueue(self.random.choice(SHOPS), "orders", name, records, source="poll")

    def run(self) -> None:
        self.flow.answers = {str(number): self.random.choice(ANSWERS) for number in range(80)}
        drain_all(self.random.choice(SHOPS))
        let_pass(self.random.choice([0, 1000]))

    def leave_out(self) -> None:
        todo.skip(self.some(), "Not wanted.")

    def again(self) -> None:
        todo.retry(self.some())

    def mark(self) -> None:
        Work.objects.filter(pk__in=self.some()).update(trial=self.random.choice([True, False]))

    def delete(self) -> None:
        Work.objects.filter(pk__in=self.some()[:2]).delete()

    def some(self) -> list[int]:
        numbers = sorted(Work.objects.values_list("pk", flat=True))
        return self.random.sample(numbers, min(len(numbers), 6))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_numbers_are_those_of_the_records(seed: int, flow: ScriptedFlow):
    chance = Chance(seed, flow)
    for _ in range(60):
        chance.happen()
        assert told() == counted()
    assert told(trials=False) == counted(trial=False)
    assert told("order") == counted(flow="order")
    assert len({state for _, _, state in told()}) > 2


def test_what_is_rolled_back_was_never_counted(flow: ScriptedFlow):
    todo.enqueue(SHOP, "orders", "order", ["1"], source="poll")
    with transaction.atomic():
        todo.enqueue(SHOP, "orders", "order", ["2", "3"], source="poll")
        Work.objects.filter(record="1").delete()
        transaction.set_rollback(True)
    assert told() == counted() == {(SHOP, "order", "ready"): 1}


def test_rows_are_put_together_while_others_are_written(flow: ScriptedFlow):
    def news(start: int) -> None:
        try:
            for number in range(start, start + 40):
                todo.enqueue(SHOP, "orders", "order", [str(number)], source="poll")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(news, start) for start in (0, 100)]
        while not all(one.done() for one in writers):
            totals.fold()
        for one in writers:
            one.result()
    drain_all()
    assert told() == counted() == {(SHOP, "order", "done"): 80}
    totals.fold()
    assert list(Total.objects.values_list("connection_id", "flow", "records")) == [(SHOP, "order", 80)]


def test_a_list_that_was_emptied_has_no_records(flow: ScriptedFlow):
    todo.enqueue(SHOP, "orders", "order", ["1", "2"], source="poll")
    db.change("TRUNCATE engine_work CASCADE")
    assert told() == {}
    todo.enqueue(SHOP, "orders", "order", ["3"], source="poll")
    assert told() == {(SHOP, "order", "ready"): 1}
