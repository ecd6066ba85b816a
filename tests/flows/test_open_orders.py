"""What the store has sold and not sent is known by what changed, and all of it is read again now and then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from woodoo.domain.stock import SoldOrder
from woodoo.flows.steps.open_orders import AGE, LATELY, OpenOrders

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def sold(number: str, status: str = "processing", minute: int = 0, **goods: int) -> SoldOrder:
    return SoldOrder(number, status, NOON + timedelta(minutes=minute), {k: Decimal(v) for k, v in goods.items()})


class Shelf:
    """A store whose orders are in memory, and which counts what it is asked."""

    def __init__(self, *orders: SoldOrder) -> None:
        self.orders = {one.external_id: one for one in orders}
        self.asked: list[str] = []

    def put(self, *orders: SoldOrder) -> None:
        self.orders |= {one.external_id: one for one in orders}

    def sold_orders(self, statuses: Sequence[str]) -> list[SoldOrder]:
        self.asked.append("all")
        return [one for one in self.orders.values() if one.status in statuses]

    def sold_since(self, since: datetime) -> list[SoldOrder]:
        self.asked.append("since")
        return [one for one in self.orders.values() if one.modified_at >= since]


def opened(*orders: SoldOrder) -> tuple[Shelf, OpenOrders, list[float]]:
    now = [1000.0]
    shelf, known = Shelf(*orders), OpenOrders(frozenset({"processing", "on-hold"}), clock=lambda: now[0])
    known.refresh(shelf)  # type: ignore[arg-type]
    return shelf, known, now


def test_products_of_open_orders_move_and_those_an_order_has_touched_lately():
    shelf, known, now = opened(sold("1", mug=2), sold("2", "completed", cup=1))
    assert known.moving(["mug", "cup", "pot"]) == {"mug"}
    assert known.touched_since(0) == frozenset()
    now[0] += 5
    shelf.put(sold("3", minute=1, cup=4), sold("1", "cancelled", minute=1, mug=2))
    known.refresh(shelf)  # type: ignore[arg-type]
    assert known.touched_since(1005) == {"mug", "cup"}
    assert known.moving(["mug", "cup", "pot"]) == {"mug", "cup"}
    assert [one.external_id for one in known.holding(["cup", "mug"])] == ["2", "3"]
    now[0] += LATELY + 1
    assert known.moving(["mug", "cup"]) == {"cup"}


def test_what_is_as_it_was_touches_nothing_and_is_asked_for_lightly():
    shelf, known, now = opened(sold("1", mug=2))
    now[0] += 5
    known.refresh(shelf)  # type: ignore[arg-type]
    assert known.touched_since(0) == frozenset()
    assert shelf.asked == ["all", "since"]


def test_all_is_read_again_after_a_while_and_what_is_gone_has_touched_its_goods():
    shelf, known, now = opened(sold("1", mug=2), sold("2", cup=1))
    del shelf.orders["2"]
    now[0] += AGE + 1
    known.refresh(shelf)  # type: ignore[arg-type]
    assert shelf.asked == ["all", "all"]
    assert [one.external_id for one in known.holding(["mug", "cup"])] == ["1"]
    assert known.touched_since(1000) == {"cup"}
