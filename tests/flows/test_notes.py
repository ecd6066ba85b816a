"""New orders get the notes of the shop's staff where a field takes them; nothing is asked for where none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from tests.mapping.orders import make_line, make_order, make_rules
from woodoo.domain.errors import DataError
from woodoo.flows.batch import OrderBatch
from woodoo.flows.context import Context
from woodoo.flows.steps.notes import fetch_staff_notes
from woodoo.mapping.documents.document import Document, Seen
from woodoo.mapping.order_plan import OrderPlan, plan_order
from woodoo.mapping.rules import Rules
from woodoo.stores.base import Fetched


@dataclass
class Store:
    """Has notes of some orders, and fails on others."""

    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def fetch_notes(self, external_ids: Sequence[str]) -> Fetched[tuple[str, ...]]:
        self.asked += external_ids
        broken = {one: DataError("The store fails.") for one in external_ids if one in self.failing}
        found = {one: self.notes.get(one, ()) for one in external_ids if one not in broken}
        return Fetched(found, broken=broken)


def run(store: Store, rules: Rules, *records: str, known: str = "") -> OrderBatch:
    plans = {record: plan(record, rules, known) for record in records}
    batch = OrderBatch.of(plans)
    fetch_staff_notes(Context(cast(Any, store), cast(Any, None), rules, cast(Any, None)), batch)
    return batch


def plan(record: str, rules: Rules, known: str) -> OrderPlan:
    order = replace(make_order(make_line("10.00"), total="10.00"), external_id=record, number=record)
    documents = {known: [Document(18, "S00018", "draft", order.total)]} if known else {}
    seen = Seen(products={"MUG": [{"id": 50, "display_name": "Mug", "active": True}]}, documents=documents)
    made = plan_order(order, seen, rules)
    assert isinstance(made, OrderPlan)
    return made


RULES = make_rules(admin_notes_field="x_staff")


def test_each_new_order_gets_its_own_notes() -> None:
    store = Store({"1": ("Call first", "Gift"), "2": ()})
    batch = run(store, RULES, "1", "2")
    assert [progress.plan.order.admin_notes for progress in batch] == [("Call first", "Gift"), ()]
    assert [progress.notes for progress in batch] == [[], []]


def test_orders_that_odoo_has_are_not_asked_for() -> None:
    store = Store({"1": ("Call first",), "2": ("Again",)})
    run(store, RULES, "1", "2", known="2")
    assert store.asked == ["1"]


def test_nothing_is_asked_where_no_field_takes_the_notes() -> None:
    store = Store({"1": ("Call first",)})
    batch = run(store, make_rules(), "1")
    assert (store.asked, [progress.plan.order.admin_notes for progress in batch]) == ([], [()])


def test_notes_the_store_does_not_give_lose_no_order() -> None:
    batch = run(Store({"2": ("Gift",)}, failing=frozenset({"1"})), RULES, "1", "2")
    first, second = list(batch)
    assert first.notes == ["The notes of the shop's staff could not be read: The store fails."]
    assert second.plan.order.admin_notes == ("Gift",)
    assert not batch.dropped
