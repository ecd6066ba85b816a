"""Orders per second through the whole chain, for a backlog, beside a plain connector on the same Odoo."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from woodoo.domain.order import Order

from .figures import CannotRun, Figure
from .plain import bring_over
from .screen import Tell, say, step
from .service import until
from .shop import Shop
from .stage import Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from woodoo.connections.models import Connection
    from woodoo.engine.models import Call

#: Seconds a backlog may take for each order before something must be wrong.
_PATIENCE = 5.0


def measure(stage: Stage) -> Iterator[Figure]:
    """Half of the plain orders before the backlog, half after it, so that a machine that slows down slows both."""
    _, shop, sizes = stage.service, stage.shop, stage.sizes
    connection = shop.connection("Backlog")
    with step("getting both sides warm"):
        _in_pairs(shop, shop.take(4))
        warm = shop.take(Stage.WARM)
        for start in range(0, len(warm), 2):  # two batches at once, so that both workers get their clients and rules
            bring_over_backlog(connection, warm[start : start + 2], lambda _: None)
    plain = shop.take(sizes.plain)
    half = len(plain) // 2
    seconds = _plainly(shop, plain[:half])
    with step(f"Woodoo: a backlog of {sizes.backlog} orders") as tell:
        backlog = shop.take(sizes.backlog)
        took, calls = bring_over_backlog(connection, backlog, tell)
    _tell_where_time_went(connection, backlog)
    seconds += _plainly(shop, plain[half:])
    _check(shop, backlog)
    rate, plain_rate = len(backlog) / took, len(plain) / seconds
    yield Figure("Orders, plain connector, one at a time", plain_rate, "orders/s")
    yield Figure("Orders, Woodoo, a backlog", rate, "orders/s")
    yield Figure("Orders, Woodoo against plain", rate / plain_rate, "times", ">= 5")
    yield Figure("Odoo calls per order of a backlog", calls / len(backlog), "calls", "<= 0.5")


def bring_over_backlog(connection: Connection, orders: Sequence[Order], tell: Tell) -> tuple[float, int]:
    """Put orders on the to-do list at once, wait until all are done, and return seconds and Odoo calls.

    The time is that of the database: from the event to the last record finished.

    Raises:
        CannotRun: an order did not come through; the message is that of its record.
    """
    from django.db.models import Max, Min

    from woodoo.engine.models import Event, Work
    from woodoo.wiring import sync_orders

    ids = [order.external_id for order in orders]
    sync_orders(connection, ids)
    work = Work.objects.filter(connection_id=connection.pk, record__in=ids)

    def over() -> bool:
        stuck = work.exclude(state__in=["ready", "running", "done"]).first()
        if stuck:
            raise CannotRun(f"{stuck}: {stuck.state}, {stuck.message} {stuck.fix}")
        done = work.filter(state="done").count()
        tell(f"{done} of {len(ids)} done")
        return done == len(ids)

    until(over, 30 + _PATIENCE * len(ids), "the orders to come through", pause=0.5)
    events = Event.objects.filter(connection_id=connection.pk, record__in=ids)
    began = events.aggregate(Min("received_at"))["received_at__min"]
    ended = work.aggregate(Max("finished_at"))["finished_at__max"]
    return (ended - began).total_seconds(), _calls(connection, ids).filter(system="odoo").count()


def _calls(connection: Connection, ids: Sequence[str]) -> QuerySet[Call]:
    """Return the calls of the batches these orders were in."""
    from woodoo.engine.models import Call, Run

    batches = Run.objects.filter(work__connection_id=connection.pk, work__record__in=ids).values("batch")
    return Call.objects.filter(batch__in=batches)


def _tell_where_time_went(connection: Connection, orders: Sequence[Order]) -> None:
    """Print how long each kind of call took, for each order."""
    spent: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for call in _calls(connection, [order.external_id for order in orders]):
        name = f"{call.system}: {call.summary.partition(' (')[0]}"
        spent[name] += call.duration_ms or 0
        count[name] += 1
    for name, milliseconds in sorted(spent.items(), key=lambda item: -item[1]):
        say(f"    {milliseconds / len(orders):8.1f} ms an order in {count[name]:3} calls  {name}")


def _plainly(shop: Shop, orders: Sequence[Order]) -> float:
    """Bring orders over as a plain connector does, and return the seconds it took."""
    odoo = shop.records()
    odoo.client.dialect  # noqa: B018 - asked for once in a connector's life
    with step(f"a plain connector: {len(orders)} orders, one at a time") as tell:
        began = time.perf_counter()
        for number, order in enumerate(orders, 1):
            bring_over(odoo, shop, order)
            tell(f"{number} of {len(orders)} done")
        return time.perf_counter() - began


def _in_pairs(shop: Shop, orders: Sequence[Order]) -> None:
    """Two at once, so that each of Odoo's workers has loaded what it needs."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda order: bring_over(shop.records(), shop, order), orders))


def _check(shop: Shop, orders: Sequence[Order]) -> None:
    """Make sure that Odoo has each order once, confirmed, and each invoice once, posted and paid, to the cent."""
    odoo = shop.records()
    by_reference = {shop.settings["order_number_format"].format(number=order.number): order for order in orders}
    wanted = list(by_reference)
    sales = odoo.search_read("sale.order", [("client_order_ref", "in", wanted)], ["client_order_ref", "state"])
    confirmed = {sale["client_order_ref"] for sale in sales if sale["state"] == "sale"}
    domain = [("ref", "in", wanted), ("move_type", "=", "out_invoice")]
    invoices = odoo.search_read("account.move", domain, ["ref", "payment_state", "amount_total", "amount_residual"])
    settled = odoo.client.dialect.settled_payment_states
    paid = {
        row["ref"]
        for row in invoices
        if row["payment_state"] in settled
        and not row["amount_residual"]
        and round(row["amount_total"] * 100) == round(by_reference[row["ref"]].total * 100)
    }
    counts = {"sales orders": len(sales), "confirmed": len(confirmed), "invoices": len(invoices), "paid": len(paid)}
    if set(counts.values()) != {len(orders)}:
        raise CannotRun(f"Of {len(orders)} orders, Odoo has: {counts}.")
