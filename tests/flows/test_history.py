"""What of the store's past is looked at, and how what a dry run finds is added up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order, make_rate, make_rules
from woodoo.domain.errors import DataError, SyncConflict, WoodooError
from woodoo.domain.history import OrderRange
from woodoo.domain.order import Order
from woodoo.engine.flow import LinkVals
from woodoo.flows.context import Context
from woodoo.flows.history import TOGETHER, History
from woodoo.flows.order import Planned
from woodoo.flows.preview import MOST_EXAMPLES, MOST_REASONS, Preview
from woodoo.flows.table import FLOWS
from woodoo.mapping.changes.cancelling import CancelPlan
from woodoo.mapping.documents.document import Document, Seen
from woodoo.mapping.order_plan import NothingToDo, OrderPlan, plan_order
from woodoo.stores.base import Changed, OrderPage

EARLIER, LATER = (datetime(2025, 3, 1, hour, tzinfo=UTC) for hour in (9, 10))
EVERYTHING = OrderRange(begin=datetime(2020, 1, 1, tzinfo=UTC))


def order(number: int, **changes: Any) -> Order:
    made = make_order(make_line("10.00", tax="2.10"), total="12.10", tax_rates=(make_rate("2.10"),))
    return replace(made, external_id=str(number), number=f"W-{number}", **changes)


def plan(number: int, *, seen: Document | None = None, **changes: Any) -> OrderPlan | NothingToDo:
    documents = {str(number): [seen]} if seen else {}
    return plan_order(
        order(number, **changes),
        Seen(products={"MUG": [{"id": 50, "display_name": "Mug", "active": True}]}, documents=documents),
        make_rules(),
    )


def added(*plans: OrderPlan | NothingToDo, failures: dict[str, WoodooError] | None = None) -> dict[str, Any]:
    preview = Preview()
    preview.add(Planned({plan.order.external_id: plan for plan in plans}, failures or {}))
    return preview.to_json()


def test_what_would_be_made_with_its_totals_per_currency() -> None:
    found = added(plan(1), plan(2), plan(3))
    assert (found["orders"], found["create"], found["totals"]) == (3, 3, {"EUR": "36.30"})
    assert (found["complete"], found["there"], found["skipped"], found["parked"]) == (0, 0, 0, 0)


def test_what_is_there_in_part_would_be_completed_and_is_not_counted_twice() -> None:
    draft = Document(18, "S00018", "draft", Decimal("12.10"))
    found = added(plan(1), plan(2, seen=draft))
    assert (found["create"], found["complete"], found["totals"]) == (1, 1, {"EUR": "12.10"})


def test_what_would_be_cancelled_is_a_change_and_what_cannot_be_needs_a_person() -> None:
    document = Document(18, "S00018", "sale", Decimal("12.10"))
    refused = SyncConflict("Order #W-3 is cancelled in the store, but S00018 is delivered.", choices=("Take it back.",))
    found = Preview()
    plans = [
        CancelPlan(order(1), document, cancel=True),
        CancelPlan(order(2), document, cancel=False),
        CancelPlan(order(3), document, cancel=False, conflict=refused),
    ]
    found.add(Planned({plan.order.external_id: plan for plan in plans}, {}))
    told = found.to_json()
    assert (told["complete"], told["there"], told["parked"], told["totals"]) == (1, 1, 1, {})
    assert told["parked_because"][0]["reason"] == "… is cancelled in the store, but … is delivered."


def test_what_is_complete_is_there() -> None:
    found = added(NothingToDo(order(1), None, "Complete.", complete=True))
    assert (found["orders"], found["there"]) == (1, 1)


def test_orders_left_out_for_the_same_reason_are_one_line() -> None:
    found = added(*(plan(number, status="cancelled") for number in range(1, 9)), plan(9, status="wc-odd"))
    assert (found["skipped"], [row["count"] for row in found["skipped_because"]]) == (9, [8, 1])
    first = found["skipped_because"][0]
    assert first["examples"] == [str(number) for number in range(1, MOST_EXAMPLES + 1)]
    assert first["reason"].startswith("… ")
    assert "W-" not in first["reason"]


def test_orders_that_need_a_person_for_the_same_reason_are_one_line() -> None:
    failures: dict[str, WoodooError] = {
        str(number): DataError(
            f"Order #W-{number} comes to {number}.50 + 1 = {number + 1}.50 EUR; SKU TSHIRT was not found.",
            record=f"Order #W-{number}",
        )
        for number in (1, 2, 3)
    }
    failures["4"] = DataError("Order 4 is not in the store any more.", record="Order 4")
    found = added(failures=failures)
    assert found["parked_because"] == [
        {"reason": "… comes to … EUR; SKU TSHIRT was not found.", "count": 3, "examples": ["1", "2", "3"]},
        {"reason": "… is not in the store any more.", "count": 1, "examples": ["4"]},
    ]


def test_what_waits_is_told_of_orders_that_come_over() -> None:
    unpaid = plan(1, paid_at=None, status="processing", payment_method="bacs")
    found = added(unpaid, plan(2))
    assert found["create"] == 2
    assert [row["count"] for row in found["waits_because"]] == [1]
    assert "waits for the payment" in found["waits_because"][0]["reason"]


def test_a_thousand_different_reasons_stay_readable() -> None:
    failures: dict[str, WoodooError] = {str(n): DataError(f"No SKU 'A{n}'.", record=f"Order {n}") for n in range(1000)}
    found = added(failures=failures)
    assert (found["parked"], len(found["parked_because"])) == (1000, MOST_REASONS + 1)
    assert found["parked_because"][0] == {
        "reason": "Other reasons",
        "count": 1000 - MOST_REASONS,
        "examples": [str(n) for n in range(MOST_REASONS, MOST_REASONS + MOST_EXAMPLES)],
    }


def test_findings_go_on_where_they_were_stored() -> None:
    first = added(plan(1), plan(2, status="cancelled"), failures={"3": DataError("No SKU.", record="Order 3")})
    assert Preview.from_json(json.loads(json.dumps(first))).to_json() == first
    both = Preview.from_json(first)
    both.add(Planned({"4": plan(4), "5": plan(5, status="cancelled")}, {}))
    assert (both.orders, both.create, both.totals) == (5, 2, {"EUR": Decimal("24.20")})
    assert both.to_json()["skipped_because"][0]["count"] == 2
    assert Preview.from_json({}).to_json()["orders"] == 0


class AStore:
    """A store that lists these orders, two pages of them."""

    def __init__(self, *changes: Changed) -> None:
        self.changes = changes

    def orders_in(self, wanted: OrderRange, cursor: str = "") -> OrderPage:
        half = len(self.changes) // 2
        return OrderPage(self.changes[half:], "") if cursor else OrderPage(self.changes[:half], "half")

    def count_orders(self, wanted: OrderRange) -> int:
        return len(self.changes)


class ALinks:
    """Links of orders brought over as of some moment."""

    def __init__(self, done: dict[str, datetime]) -> None:
        self.done = done

    def find(self, kind: str, external_ids: Any) -> dict[str, LinkVals]:
        assert kind == "order"
        return {
            one: LinkVals(kind, one, "sale.order", 1, store_hash=self.done[one].isoformat())
            for one in external_ids
            if one in self.done
        }


def history(done: dict[str, datetime], count: int = 6) -> tuple[History, list[list[str]]]:
    asked: list[list[str]] = []

    def planned(context: Context, records: Any) -> Planned:
        asked.append(list(records))
        return Planned({record: plan(int(record)) for record in records}, {})

    store: Any = AStore(*(Changed(str(number), LATER, "completed") for number in range(1, count + 1)))
    links: Any = ALinks(done)
    context = Context(store, None, make_rules(), links)  # type: ignore[arg-type]
    return History(replace(FLOWS["order"], plan=planned), store, links, lambda: context), asked


def test_what_was_brought_over_as_of_its_last_change_is_not_looked_at() -> None:
    past, _ = history({"1": LATER, "2": EARLIER, "6": LATER})
    first = past.list(EVERYTHING, "")
    assert (first.records, first.known, first.cursor) == (["2", "3"], 1, "half")
    second = past.list(EVERYTHING, first.cursor)
    assert (second.records, second.known, second.cursor) == (["4", "5"], 1, "")
    assert past.count(EVERYTHING) == 6


def test_a_dry_run_counts_what_is_there_without_asking_and_plans_the_rest() -> None:
    past, asked = history({"1": LATER})
    found = past.try_out(past.list(EVERYTHING, ""), {})
    found = past.try_out(past.list(EVERYTHING, "half"), found)
    assert (found["orders"], found["create"], found["there"]) == (6, 5, 1)
    assert asked == [["2", "3"], ["4", "5", "6"]]


@pytest.mark.parametrize(("count", "batches"), [(2 * TOGETHER, [TOGETHER]), (2 * TOGETHER + 2, [TOGETHER, 1]), (0, [])])
def test_a_page_is_planned_in_batches(count: int, batches: list[int]) -> None:
    past, asked = history({}, count)
    past.try_out(past.list(EVERYTHING, ""), {})
    assert [len(batch) for batch in asked] == batches
