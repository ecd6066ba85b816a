"""The open orders of a store, as far as stock is concerned, and which of them Odoo takes into account.

Decides how they are kept up to date: all of them are read once in ten minutes, in between only what was changed, in
one small request. And which products "move": those of open orders, and those an order has touched lately; of these the
store's figure is read before it is changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ...domain.stock import SoldOrder
from ...mapping.stock.guard import COMPLETED, Claim, claims, open_statuses
from ...odoo.quantities import confirmed_orders
from ...stores.stock import StockStore
from ..sides import Sides

#: Seconds after which all open orders are read anew.
AGE = 600.0
#: Changes are asked for from a little before the last one that was seen: the store tells whole seconds.
OVERLAP = timedelta(seconds=10)
#: Seconds for which a product counts as moving after an order touched it.
LATELY = 900.0
#: Orders that wait for Odoo, at most so many of which are looked at although they are completed in the store.
MOST = 500


@dataclass
class OpenOrders:
    """What the store has sold and not yet sent. Safe for threads."""

    statuses: frozenset[str]
    clock: Callable[[], float] = time.monotonic
    orders: dict[str, SoldOrder] = field(default_factory=dict)
    #: Product → when an order was seen to touch it last.
    touched: dict[str, float] = field(default_factory=dict)
    _since: datetime | None = None
    _read_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, stock: StockStore) -> None:
        """Read what was changed since the last time; all of it where that is long ago."""
        with self._lock:
            begun = self.clock()
            if begun - self._read_at > AGE or self._since is None:
                rows = stock.sold_orders(sorted(self.statuses))
                known = {row.external_id for row in rows}
                gone = [one for one in self.orders.values() if one.external_id not in known]
                self._take(rows, first=self._since is None)
                self._drop(gone)
                self._read_at = begun
            else:
                rows = stock.sold_since(self._since - OVERLAP)
                self._take(rows)
            # By the store's clock; ours counts only where it has no orders at all.
            seen = [row.modified_at for row in rows] + ([self._since] if self._since else [])
            self._since = max(seen, default=datetime.now(UTC) - timedelta(hours=1))

    def moving(self, products: Collection[str]) -> frozenset[str]:
        """Return which of these products orders move now, or did a while ago."""
        with self._lock:
            after = self.clock() - LATELY
            waiting = [order for order in self.orders.values() if order.status in self.statuses]
            held = {product for order in waiting for product in order.goods}
            return frozenset(one for one in products if one in held or self.touched.get(one, after) > after)

    def touched_since(self, moment: float) -> frozenset[str]:
        """Return which products an order was seen to touch after a moment of the clock."""
        with self._lock:
            return frozenset(product for product, when in self.touched.items() if when >= moment)

    def holding(self, products: Collection[str]) -> list[SoldOrder]:
        """Return the orders that hold any of these products."""
        with self._lock:
            return [order for order in self.orders.values() if not order.goods.keys().isdisjoint(products)]

    def _take(self, rows: Iterable[SoldOrder], *, first: bool = False) -> None:
        for row in rows:
            before = self.orders.get(row.external_id)
            if before == row:
                continue
            if not first:
                goods = {*row.goods, *(before.goods if before else ())}
                self.touched |= dict.fromkeys(goods, self.clock())
            if row.status in self.statuses or row.status == COMPLETED:
                self.orders[row.external_id] = row
            else:
                self.orders.pop(row.external_id, None)
        self._forget_completed()

    def _drop(self, gone: Iterable[SoldOrder]) -> None:
        for order in gone:
            if order.status in self.statuses:
                del self.orders[order.external_id]
                self.touched |= dict.fromkeys(order.goods, self.clock())

    def _forget_completed(self) -> None:
        """Keep the last completed orders only: those before were settled long ago, or are asked for by their ids."""
        completed = [one.external_id for one in self.orders.values() if one.status == COMPLETED]
        for external_id in completed[:-MOST]:
            del self.orders[external_id]


@dataclass(frozen=True)
class Guard:
    """What orders that Odoo does not know yet hold, product by product."""

    claims: Mapping[str, Claim] = field(default_factory=dict)


def open_orders(sides: Sides) -> OpenOrders:
    """Return the open orders of the connection's store, as they were known last."""
    statuses = open_statuses(sides.settings.status_steps)
    name = f"stock:orders:{','.join(sorted(statuses))}"
    return sides.memory.get(name, lambda: OpenOrders(statuses), life=float("inf"))


def read_guard(sides: Sides, orders: OpenOrders, products: Collection[str]) -> Guard:
    """Return what is claimed of these products. Read the figures of Odoo after it, never before.

    An order that is confirmed in Odoo in between is then taken off twice, for a moment, and never not at all.
    """
    if not sides.settings.stock_guard:
        return Guard()
    return read_claims(sides, orders, products, delivered=sides.settings.stock_figure == "on_hand")


def read_claims(sides: Sides, orders: OpenOrders, products: Collection[str], *, delivered: bool) -> Guard:
    """Return what is claimed of these products by orders that Odoo does not have confirmed, or delivered yet."""
    waiting = sides.todo.unsettled(sides.connection_id, "orders", most=MOST)
    held = orders.holding(products)
    held += _completed_and_waiting(sides, orders, waiting, products)
    if not held:
        return Guard()
    known = _known(sides, [order.external_id for order in held], delivered=delivered)
    return Guard(claims(held, statuses=orders.statuses, known=known, unsettled=waiting.keys()))


def _known(sides: Sides, order_ids: list[str], *, delivered: bool) -> frozenset[str]:
    """Return which orders Odoo takes into account by itself."""
    links = sides.links.find("order", order_ids)
    sale_orders = {link.odoo_id: one for one, link in links.items() if link.odoo_model == "sale.order"}
    return frozenset(sale_orders[odoo_id] for odoo_id in confirmed_orders(sides.odoo, sale_orders, delivered=delivered))


def _completed_and_waiting(
    sides: Sides, orders: OpenOrders, waiting: Mapping[str, int], products: Collection[str]
) -> list[SoldOrder]:
    """Return orders that were completed in the store before they reached Odoo; each is read once a generation."""
    asked: dict[tuple[str, int], SoldOrder | None] = sides.memory.get("stock:waiting", dict, life=float("inf"))
    for key in [key for key in asked if waiting.get(key[0]) != key[1]]:
        del asked[key]
    new = [one for one, number in waiting.items() if one not in orders.orders and (one, number) not in asked]
    if new:
        found = {order.external_id: order for order in sides.stock.sold_by(new)}
        asked |= {(one, waiting[one]): found.get(one) for one in new}
    late = [order for (one, _), order in asked.items() if order and one not in orders.orders]
    return [order for order in late if order.status == COMPLETED and not order.goods.keys().isdisjoint(products)]
