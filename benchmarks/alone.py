"""How long one order takes that comes alone, beside what Odoo itself needs for it."""

from __future__ import annotations

import statistics
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

from woodoo.domain.order import Order

from .figures import Figure
from .knock import delivery
from .orders import bring_over_backlog
from .screen import step
from .service import Service, until
from .stage import Stage

if TYPE_CHECKING:
    from woodoo.connections.models import Connection


def measure(stage: Stage) -> Iterator[Figure]:
    """Knock for one order after the other, each once the one before is done."""
    service, shop = stage.service, stage.shop
    connection = shop.connection("Alone")
    with step("getting warm"):
        # One by one over both workers, so that each has its clients and rules.
        for order in shop.take(Stage.WARM):
            bring_over_backlog(connection, [order], lambda _: None)
    orders = shop.take(stage.sizes.alone)
    found: list[tuple[float, float]] = []
    with step(f"{len(orders)} orders, one at a time, by webhook") as tell:
        for order in orders:
            found.append(bring_over(service, connection, order))
            tell(f"{len(found)} of {len(orders)} done")
    yield Figure("One order alone, from event to done", statistics.median(whole for whole, _ in found), "ms")
    yield Figure("One order alone, its Odoo calls", statistics.median(odoo for _, odoo in found), "ms")
    ratio = statistics.median(whole / odoo for whole, odoo in found)
    yield Figure("One order alone against its Odoo calls", ratio, "times", "<= 1.3")


#: Seconds one order may take before something must be wrong.
_PATIENCE = 300


def bring_over(service: Service, connection: Connection, order: Order) -> tuple[float, float]:
    """Return the milliseconds from the event to the record being done, and those of the batch's Odoo calls."""
    from django.db.models import Sum

    from woodoo.engine.models import Call, Event, Run, Work

    record = order.external_id
    headers, body = delivery({"id": int(record)}, source=connection.store_url, secret=connection.webhook_secret)
    request = urllib.request.Request(f"{service.url}/hooks/{connection.hook_token}/", body.encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()
    work = Work.objects.filter(connection_id=connection.pk, record=record)
    until(lambda: work.filter(state="done").exists(), _PATIENCE, f"{order.label} to be done", pause=0.1)
    received = Event.objects.get(connection_id=connection.pk, record=record).received_at
    finished = work.get().finished_at
    assert finished is not None
    batches = Run.objects.filter(work__in=work).values("batch")
    odoo = Call.objects.filter(batch__in=batches, system="odoo").aggregate(Sum("duration_ms"))["duration_ms__sum"]
    return (finished - received).total_seconds() * 1000, float(odoo)
