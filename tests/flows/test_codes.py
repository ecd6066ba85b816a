"""Products that exchange SKUs: written in turn, whoever stands in whose way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from woodoo.domain.ownership import Group
from woodoo.domain.product import Product, Variant
from woodoo.flows.steps.products_out.codes import write_in_turn
from woodoo.stores.catalogue import ProductWrite, Written
from woodoo.stores.woocommerce.errors import Refused


class Shelf:
    """A store that writes one by one and refuses a SKU another product has, as WooCommerce does."""

    def __init__(self, skus: Mapping[str, str]) -> None:
        self.skus = dict(skus)
        self.requests = 0

    def write(self, writes: Sequence[ProductWrite]) -> list[Written]:
        self.requests += 1
        return [self._one(write) for write in writes]

    def _one(self, write: ProductWrite) -> Written:
        number = write.external_id.rpartition("/")[2]
        sku = write.more.get("sku", write.record.sku)
        owner = next((one for one, other in self.skus.items() if other == sku and sku and one != number), "")
        if owner:
            error = Refused("Invalid or duplicated SKU.", code="product_invalid_sku")
            error.taken_by = owner
            return Written(write.external_id, error=error)
        self.skus[number] = sku
        return Written(write.external_id, write.record)


def wants(skus: Mapping[str, str], *, names: bool = True) -> list[ProductWrite]:
    groups = frozenset({Group.NAMES}) if names else frozenset()
    return [ProductWrite(Product(sku, sku=sku), groups, number) for number, sku in skus.items()]


@pytest.mark.parametrize(
    ("has", "wanted", "becomes", "requests"),
    [
        ({"1": "A", "2": "B"}, {"1": "C", "2": "B"}, {"1": "C", "2": "B"}, 1),
        # One takes over what the other gives up, whichever comes first.
        ({"1": "A", "2": "B"}, {"1": "C", "2": "A"}, {"1": "C", "2": "A"}, 1),
        ({"1": "A", "2": "B"}, {"1": "B", "2": "C"}, {"1": "B", "2": "C"}, 2),
        # Exchanged, two and three.
        ({"1": "A", "2": "B"}, {"1": "B", "2": "A"}, {"1": "B", "2": "A"}, 3),
        ({"1": "A", "2": "B", "3": "C"}, {"1": "B", "2": "C", "3": "A"}, {"1": "B", "2": "C", "3": "A"}, 3),
    ],
)
def test_skus_that_are_exchanged_arrive(
    has: dict[str, str], wanted: dict[str, str], becomes: dict[str, str], requests: int
) -> None:
    shelf = Shelf(has)
    assert [one.error for one in write_in_turn(shelf.write, wants(wanted))] == [None] * len(wanted)
    assert (shelf.skus, shelf.requests) == (becomes, requests)


def test_a_sku_of_a_product_that_keeps_it_is_refused_and_nobody_loses_one() -> None:
    """2 wants what 9 keeps, which is not of this batch; so 1, who wants what 2 has, cannot have it either."""
    shelf = Shelf({"1": "A", "2": "B", "9": "Z"})
    written = write_in_turn(shelf.write, wants({"1": "B", "2": "Z"}))
    assert [bool(one.error) for one in written] == [True, True]
    assert (shelf.skus, shelf.requests) == ({"1": "A", "2": "B", "9": "Z"}, 1)


def test_a_product_whose_sku_is_not_written_gives_none_up() -> None:
    shelf = Shelf({"1": "A", "2": "B"})
    writes = [*wants({"1": "B"}), *wants({"2": "B"}, names=False)]
    assert [bool(one.error) for one in write_in_turn(shelf.write, writes)] == [True, False]
    assert shelf.skus == {"1": "A", "2": "B"}


def test_variations_of_a_product_exchange_theirs_too() -> None:
    shelf = Shelf({"11": "S", "12": "M"})
    writes = [
        ProductWrite(Variant((), sku=sku), frozenset({Group.NAMES}), f"5/{number}")
        for number, sku in {"11": "M", "12": "S"}.items()
    ]
    assert not any(one.error for one in write_in_turn(shelf.write, writes))
    assert shelf.skus == {"11": "M", "12": "S"}
