"""A store as the chores see it: orders in memory, a clock of its own, plugins that hide rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from woodoo.chores.census import count_orders
from woodoo.chores.contents import compare_contents
from woodoo.chores.poll import poll_orders
from woodoo.connections.models import Connection
from woodoo.domain.customer import Address
from woodoo.domain.mark import GONE
from woodoo.domain.order import Order
from woodoo.engine import completeness, db
from woodoo.engine.completeness import Standing
from woodoo.engine.models import Event, Work
from woodoo.live import Live
from woodoo.stores.base import Changed, Fetched, OrderPage

PAGE = 10
LANE = "orders"


def order(external_id: str, modified_at: datetime, status: str = "processing", **changes: Any) -> Order:
    nothing = Decimal(0)
    made = Order(
        external_id=external_id,
        number=external_id,
        status=status,
        currency="EUR",
        currency_digits=2,
        prices_include_tax=False,
        created_at=modified_at,
        modified_at=modified_at,
        paid_at=None,
        customer_id="",
        billing=Address(),
        shipping=Address(),
        lines=(),
        shipping_lines=(),
        fee_lines=(),
        coupons=(),
        tax_rates=(),
        total=nothing,
        total_tax=nothing,
        payment_method="stripe",
        payment_method_title="Stripe",
        transaction_id="",
        customer_note="",
    )
    return replace(made, **changes)


@dataclass
class Shop:
    """The store and its connection. What is `hidden` is counted, but listed nowhere."""

    live: Live
    #: How far the store's clock is ahead of the database's.
    ahead: timedelta = timedelta()
    tells_time: bool = True
    orders: dict[int, Order] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    trash: set[int] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    fails: Exception | None = None

    @classmethod
    def of(cls, connection: Connection, *, age: timedelta = timedelta(hours=1)) -> Shop:
        Connection.objects.filter(pk=connection.pk).update(created_at=completeness.now() - age)
        connection.refresh_from_db()
        live = Live(connection, connection.rules)
        shop = cls(live)
        live.store = lambda recorder: shop  # type: ignore[assignment, method-assign, return-value]
        return shop

    # -- what happens in it ---------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return (completeness.now() + self.ahead).astimezone(UTC).replace(microsecond=0)

    def add(self, number: int, *, ago: timedelta = timedelta(), **changes: Any) -> Order:
        """An order is placed, or changed in a way the store dates."""
        self.orders[number] = order(str(number), self.now - ago, **changes)
        return self.orders[number]

    def edit(self, number: int, **changes: Any) -> None:
        """Change an order without a new date."""
        self.orders[number] = replace(self.orders[number], **changes)

    # -- what chores ask of it ------------------------------------------------------------------------------------

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.fails is not None:
            raise self.fails

    def _listed(self) -> list[Order]:
        shown = {n: o for n, o in self.orders.items() if n not in self.hidden | self.trash}
        return [shown[number] for number in sorted(shown)]

    def changed_orders(self, since: datetime | None) -> Iterator[Changed]:
        self._ask("changes")
        rows = [change(one) for one in self._listed() if since is None or one.modified_at >= since]
        yield from sorted(rows, key=lambda row: row.modified_at)

    def newest_orders(self, above: int) -> OrderPage:
        self._ask("newest")
        rows = [one for one in self._listed() if int(one.external_id) > above - 30]
        return page(rows[-PAGE:] if len(rows) < PAGE else rows)

    def every_order(self, cursor: str = "") -> OrderPage:
        self._ask("page")
        after = int(cursor or 0)
        rows = [one for one in self._listed() if int(one.external_id) > after]
        more = str(rows[PAGE - 1].external_id) if len(rows) > PAGE else ""
        shown = page(rows[:PAGE], with_refunds=True)
        return replace(shown, cursor=more, total=len(self.orders) - len(self.trash))

    def orders_still_there(self, external_ids: Sequence[str]) -> Mapping[str, Changed]:
        self._ask("still there")
        rows = [self.orders[int(one)] for one in external_ids if int(one) in self.orders]
        return {
            one.external_id: replace(change(one), status="trash" if int(one.external_id) in self.trash else one.status)
            for one in rows
        }

    def fetch_orders(self, external_ids: Sequence[str]) -> Fetched[Order]:
        self._ask("orders")
        found = {one: self.orders[int(one)] for one in external_ids if int(one) in self.orders}
        return Fetched(found, frozenset(set(external_ids) - found.keys()))

    def customers_still_there(self, external_ids: Sequence[str]) -> frozenset[str]:
        self._ask("customers")
        return frozenset(external_ids) & self.customers

    def clock(self) -> datetime | None:
        return self.now if self.tells_time and self.asked else None

    # -- what is done with it -------------------------------------------------------------------------------------

    def poll(self) -> Mapping[str, int]:
        return poll_orders(self.live)

    def count(self) -> Mapping[str, Any]:
        """Count to the end."""
        for _ in range(100):
            found = count_orders(self.live)
            if not found["under_way"]:
                return found
        raise AssertionError("It never comes to an end.")

    def piece(self) -> Mapping[str, Any]:
        return count_orders(self.live)

    def compare(self) -> Mapping[str, int]:
        return compare_contents(self.live)

    def work_off(self, state: str = "done") -> list[str]:
        """Look at what is due as a flow would, and return which orders that was."""
        due = list(Work.objects.filter(state="ready").order_by("id"))
        for row in due:
            found = self.orders.get(int(row.record))
            row.seen = found.mark.text() if found else GONE
            row.state = state
            row.save()
        return sorted(row.record for row in due)

    def told_by(self, source: str) -> list[str]:
        """The orders that were rung for, in order."""
        return list(Event.objects.filter(source=source).order_by("id").values_list("record", flat=True))

    @property
    def standing(self) -> Standing:
        number = self.live.connection.pk
        return completeness.standings([number])[number]

    def let_pass(self, seconds: float) -> None:
        """Let time pass for what is due by the database's clock: counts are that much longer ago."""
        db.change(
            """UPDATE engine_cursor SET value = jsonb_set(value::jsonb, '{ended_at}', to_jsonb(
                   ((value::jsonb->>'ended_at')::timestamptz - make_interval(secs => %s))::text))::text
                WHERE name LIKE 'count:%%' AND value::jsonb->>'ended_at' <> ''""",
            [seconds],
        )


def change(one: Order, *, with_refunds: bool = False) -> Changed:
    refunds = frozenset(one.refund_ids) if with_refunds else None
    return Changed(one.external_id, one.modified_at, one.status, refunds)


def page(rows: Sequence[Order], *, with_refunds: bool = False) -> OrderPage:
    shown = [change(one, with_refunds=with_refunds) for one in rows]
    drafts = tuple(one for one in shown if one.status == "checkout-draft")
    return OrderPage(tuple(one for one in shown if one.status != "checkout-draft"), "", drafts)
