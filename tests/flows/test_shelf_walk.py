"""All products of a store, page by page, whatever is deleted meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from woodoo.domain.history import OrderRange
from woodoo.flows.shelf_walk import ShelfWalk
from woodoo.stores.catalogue import Owned

PAGE = 3


class Shelf:
    """A store of numbered products."""

    def __init__(self, count: int) -> None:
        self.ids = list(range(1, count + 1))

    def product_page(self, page: int) -> tuple[Sequence[Owned], int]:
        rows = self.ids[(page - 1) * PAGE : page * PAGE]
        return [Owned(str(one), "", "", "", "simple") for one in rows], -(-len(self.ids) // PAGE)

    def count_products(self) -> int:
        return len(self.ids)


def walk_of(shelf: Shelf) -> ShelfWalk:
    sides: Any = SimpleNamespace(store=SimpleNamespace(catalogue=shelf))
    return ShelfWalk(lambda: sides)


def test_every_product_comes_though_others_are_deleted_on_the_way():
    shelf = Shelf(8)
    walk = walk_of(shelf)
    assert walk.count() == 8
    seen: list[str] = []
    cursor = ""
    for gone in (1, 7, 0):
        listing = walk.list(OrderRange(), cursor)
        seen += listing.records
        cursor = listing.cursor
        if gone:
            shelf.ids.remove(gone)
    assert cursor == ""
    assert set(seen) >= {str(one) for one in range(2, 9)}


def test_a_store_without_products_has_one_empty_page():
    listing = walk_of(Shelf(0)).list(OrderRange(), "")
    assert (listing.records, listing.cursor) == ([], "")
