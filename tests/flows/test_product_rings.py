"""Products in each other's way: who is tried again, with whom, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.ownership import Group
from woodoo.domain.product import PRODUCT, Product
from woodoo.engine.flow import LinkVals, Outcome, OutcomeKind
from woodoo.flows.sides import Sides
from woodoo.flows.steps.products_out.batch import Going, ProductBatch
from woodoo.flows.steps.products_out.rings import ring_for_codes
from woodoo.mapping.catalogue.product_plan import Part, ProductPlan, Subject
from woodoo.stores.woocommerce.errors import Refused


@dataclass
class ToDo:
    """The list of what is to be done, as far as it is asked here."""

    seen: dict[str, str] = field(default_factory=dict)
    rung: list[list[str]] = field(default_factory=list)
    retried: list[Sequence[str]] = field(default_factory=list)

    def enqueue(self, connection_id: int, lane: str, flow: str, records: Iterable[str], **why: str) -> int:
        self.rung.append(list(records))
        return 1

    def retry_waiting(self, connection_id: int, lane: str, place: str, words: Sequence[str], *, source: str) -> int:
        self.retried.append(words)
        return 0

    def seen_of(self, connection_id: int, lane: str, records: Sequence[str]) -> Mapping[str, str]:
        return self.seen


class Links:
    """Product 20 of the store is template 2; 31 is a variation of 30, which is template 3."""

    def parents_of(self, numbers: Sequence[str]) -> Mapping[str, str]:
        return {"31": "30"} if "31" in numbers else {}

    def find(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        known = {"20": 2, "30": 3}
        return {one: LinkVals(PRODUCT, one, "product.template", known[one]) for one in external_ids if one in known}


def going(number: int) -> Going:
    product = Product(f"Product {number}", odoo_id=number, odoo_variant_id=number * 10)
    part = Part(product, str(number * 10), frozenset({Group.NAMES}))
    return Going(ProductPlan(Subject(product), part))


def refused(taken_by: str) -> Refused:
    error = Refused("Its SKU belongs to another one.", code="product_invalid_sku")
    error.taken_by = taken_by
    return error


def ring(todo: ToDo, dropped: Mapping[int, str], done: Sequence[int] = ()) -> dict[str, Outcome]:
    batch = ProductBatch({str(one): going(one) for one in done})
    batch.dropped = {str(one): (going(one), refused(owner)) for one, owner in dropped.items()}
    records = [*map(str, done), *batch.dropped]
    sides = Sides(cast(Any, None), cast(Any, None), ConnectionSettings(), cast(Any, Links()), todo=cast(Any, todo),
                  take_into_maps=lambda number, proposals: None, connection_id=7)  # fmt: skip
    return ring_for_codes(sides, batch, {one: Outcome(OutcomeKind.PARKED) for one in records})


def test_a_product_goes_again_together_with_the_one_that_has_its_sku_a_few_times() -> None:
    todo = ToDo()
    for _ in range(5):
        todo.seen = {"1": ring(todo, {1: "20"})["1"].seen or todo.seen["1"]}
    assert todo.rung == [["1", "2"]] * 3


def test_the_owner_may_be_a_variation() -> None:
    todo = ToDo()
    ring(todo, {1: "31"})
    assert todo.rung == [["1", "3"]]


def test_nobody_is_rung_for_where_the_owner_was_there_or_is_none_of_odoo() -> None:
    todo = ToDo()
    ring(todo, {1: "20", 4: "99"}, done=[2])
    assert todo.rung == []


def test_who_shared_a_sku_with_a_product_whose_names_were_written_goes_again() -> None:
    todo = ToDo()
    ring(todo, {}, done=[2])
    assert todo.retried == [["(id 20)"]]
