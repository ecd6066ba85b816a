"""How fast history is queued and brought over, and what a new order notices of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from woodoo.domain.history import OrderRange

from .alone import bring_over
from .figures import CannotRun, Figure
from .orders import bring_over_backlog
from .screen import Tell, step
from .service import until
from .stage import Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from woodoo.connections.models import Connection
    from woodoo.engine.models import Import, Work

#: Seconds listing, and one order of history, may take before something must be wrong.
_LISTING, _EACH = 300.0, 10.0


def measure(stage: Stage) -> Iterator[Figure]:
    """Single orders without history beside them and with it, then history by itself."""
    service, shop, sizes = stage.service, stage.shop, stage.sizes
    from woodoo.engine import imports  # Django is set up by now

    connection = shop.connection("History")
    with step("getting warm"):
        for order in shop.take(Stage.WARM):
            bring_over_backlog(connection, [order], lambda _: None)
    past = [int(order.external_id) for order in shop.take(sizes.history)]
    with step(f"{sizes.alone} new orders, one at a time, nothing beside them"):
        without = [bring_over(service, connection, order)[0] for order in shop.take(sizes.alone)]
    with step(f"an import of {len(past)} orders is queued"):
        made = _queue(connection, OrderRange(first_id=min(past), last_id=max(past)))
    yield Figure("History, listed and queued", _queued_per_second(made), "orders/s")
    with step(f"{sizes.alone} new orders, one at a time, history beside them") as tell:
        beside = []
        for order in shop.take(sizes.alone):
            beside.append(bring_over(service, connection, order)[0])
            tell(f"{len(beside)} done, {imports.progress(made).queued} of history wait")
    if not imports.progress(made).queued:
        raise CannotRun("The history was through before the last new order: measure with more of it (--history).")
    with step("history by itself") as tell:
        rate = _rate(made, sizes.backlog, tell)
    imports.stop(made.pk)
    yield Figure("A new order, from event to done", statistics.median(without), "ms")
    yield Figure("A new order beside history, from event to done", statistics.median(beside), "ms")
    yield Figure("The longest of these", max(beside), "ms")
    ratio = statistics.median(beside) / statistics.median(without)
    yield Figure("A new order beside history against alone", ratio, "times", "<= 3")
    yield Figure("Orders, history", rate, "orders/s")


def _queue(connection: Connection, wanted: OrderRange) -> Import:
    """Begin an import and wait until all of it is listed, or as much as is queued at a time."""
    from woodoo import importing
    from woodoo.engine.import_walk import MOST_QUEUED
    from woodoo.engine.models import Work

    made = importing.start_import(connection, wanted, started_by="benchmark")
    enough = min(made.total or 0, MOST_QUEUED)
    queued = Work.objects.filter(import_id=made.pk)
    until(lambda: queued.count() >= enough, _LISTING, "the history to be queued", pause=0.1)
    return made


def _queued_per_second(made: Import) -> float:
    from django.db.models import Count, Max, Min

    from woodoo.engine.models import Event

    events = Event.objects.filter(source="import", topic=f"import {made.pk}")
    found = events.aggregate(count=Count("pk"), first=Min("received_at"), last=Max("received_at"))
    return float(found["count"] / max(0.001, (found["last"] - made.created_at).total_seconds()))


def _last_end(works: QuerySet[Work]) -> datetime:
    ended = works.order_by("-finished_at").values_list("finished_at", flat=True)[0]
    if ended is None:
        raise CannotRun("Work is done that has no end.")
    return ended


def _rate(made: Import, count: int, tell: Tell) -> float:
    """Return the orders a second of the next `count` orders of an import, by the clock of the database."""
    from woodoo.engine.models import Work

    done = Work.objects.filter(import_id=made.pk, state="done", priority__gt=0)
    until(done.exists, 100 * _EACH, "the first of history to come through")
    before = _last_end(done)
    later = done.filter(finished_at__gt=before)

    def over() -> bool:
        tell(f"{later.count()} of {count} done")
        return later.count() >= count

    until(over, count * _EACH, "the history to come through", pause=0.5)
    last = _last_end(later)
    return float(later.filter(finished_at__lte=last).count() / (last - before).total_seconds())
