"""What is measured, for Prometheus: `GET /metrics`.

Decides who may read it: whoever has a token (and then of the connections it reaches), or comes from one of the networks
in WOODOO_METRICS_NETWORKS. And that all of it is read from the database when it is asked for, so that every process
says the same and work is not slowed down by being measured. No figure names a record or a person.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from threading import Lock

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from woodoo import __version__
from woodoo.alerts.kinds import EVERYWHERE
from woodoo.alerts.models import Alert
from woodoo.connections.models import Connection
from woodoo.engine import completeness, gauges, meters
from woodoo.engine.held import held_up
from woodoo.headers import source_of
from woodoo.runtime.home import home

from . import throttle, tokens
from .health import workers_alive
from .models import DeliveryTally
from .overview import last_events

#: Seconds for which figures are told again before they are read anew.
_FRESH = 5.0
_told: dict[tuple[int, ...] | None, tuple[float, bytes]] = {}
_lock = Lock()


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures the asker may read, in Prometheus's text form."""
    among = _reach(request)
    if among == []:
        too_many = throttle.refuse(source_of(request))
        return _answer(b"This takes a token: 'Authorization: Bearer KEY'.\n", 429 if too_many else 401)
    return _answer(_figures(among), 200, CONTENT_TYPE_LATEST)


def forget() -> None:
    """Have figures read anew. For tests."""
    with _lock:
        _told.clear()


def _reach(request: HttpRequest) -> list[int] | None:
    """Return the connections the asker may read about; None: all, and the service; [] for strangers."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = tokens.find(key.strip()) if scheme.lower() == "bearer" else None
    if found is not None:
        return tokens.reach_of(found).connections()
    return None if _is_near(source_of(request)) else []


def _is_near(source: str) -> bool:
    try:
        address = ip_address(source)
    except ValueError:
        return False
    return any(address in network for network in settings.WOODOO_METRICS_NETWORKS)


def _answer(content: bytes, status: int, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    response = HttpResponse(content, status=status, content_type=kind, headers={"Cache-Control": "no-store"})
    if status != 200:
        response["WWW-Authenticate"] = "Bearer"
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _figures(among: Sequence[int] | None) -> bytes:
    key = None if among is None else tuple(among)
    with _lock:
        kept = _told.get(key)
    if kept and time.monotonic() - kept[0] < _FRESH:
        return kept[1]
    registry = CollectorRegistry()
    registry.register(Figures(among))
    text = generate_latest(registry)
    with _lock:
        _told.clear()
        _told[key] = (time.monotonic(), text)
    return text


class Figures(Collector):
    """Reads everything that is measured of some connections; of all of them, the service as well."""

    def __init__(self, among: Sequence[int] | None) -> None:
        found = Connection.objects.order_by("pk")
        self.connections = list(found if among is None else found.filter(pk__in=among))
        self.whole = among is None
        self.ids = [one.pk for one in self.connections]
        self.names = {one.pk: one.name for one in self.connections}

    def collect(self) -> Iterable[Metric]:
        """Yield every figure."""
        if self.whole:
            yield from self._service()
        yield from self._connections()
        yield from self._work()
        yield from self._calls()
        yield from self._webhooks()

    def _service(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("woodoo_info", "The version that runs.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        yield GaugeMetricFamily("woodoo_workers", "Workers with a sign of life within a minute.", workers_alive())
        disk = shutil.disk_usage(home())
        yield GaugeMetricFamily("woodoo_disk_free_bytes", "Left on the disk of the home folder.", disk.free)
        yield GaugeMetricFamily("woodoo_disk_size_bytes", "Size of that disk.", disk.total)
        yield GaugeMetricFamily("woodoo_database_size_bytes", "Size of the database.", gauges.database_bytes())

    def _connections(self) -> Iterator[Metric]:
        on = self._gauge("woodoo_connection_on", "1: switched on.")
        for one in self.connections:
            on.add_metric([one.name], float(one.enabled))
        yield on
        down = self._gauge("woodoo_side_down_seconds", "For how long a side has not answered.", "side")
        for number, side, seconds in gauges.sides_down(self.ids):
            down.add_metric([self.names[number], side], seconds)
        yield down
        yield from self._completeness()
        failing = self._gauge("woodoo_chore_failing", "1: what is done again and again fails.", "chore")
        for number, chore in gauges.chores_failing(self.ids):
            failing.add_metric([self.names[number], chore], 1)
        yield failing
        alerts = self._gauge("woodoo_alerts_open", "What needs a person now.", "kind")
        rows = Alert.objects.filter(
            resolved_at=None, connection_id__in=[*self.ids, EVERYWHERE] if self.whole else self.ids
        )
        for number, kind, count in rows.values_list("connection_id", "kind").annotate(Count("pk")):
            alerts.add_metric([self.names.get(number, ""), kind], count)
        yield alerts

    def _completeness(self) -> Iterator[Metric]:
        age = self._gauge("woodoo_complete_as_of_age_seconds", "Since when all orders of the store are accounted for.")
        gap = self._gauge("woodoo_gap_orders", "Orders nobody had told of, found by counting.")
        heard = self._gauge("woodoo_last_event_age_seconds", "Since the store was last heard of.")
        now = completeness.now()
        for number, standing in completeness.standings(self.ids).items():
            gap.add_metric([self.names[number]], standing.gap_count)
            if standing.complete_at:
                age.add_metric([self.names[number]], (now - standing.complete_at).total_seconds())
        for number, at in last_events(self.ids).items():
            if at:
                heard.add_metric([self.names[number]], (now - at).total_seconds())
        yield from (age, gap, heard)

    def _work(self) -> Iterator[Metric]:
        records = self._gauge("woodoo_records", "Records by flow and state.", "flow", "state")
        for number, flow, state, count in gauges.records(self.ids):
            records.add_metric([self.names[number], flow, state], count)
        yield records
        minutes = settings.WOODOO_DELAY_MINUTES
        late = f"Orders with news older than {minutes} minutes that are neither done nor left out."
        yield self._for_each("woodoo_orders_delayed", late, dict(gauges.delayed_orders(self.ids, minutes)))
        unequal = "Records that wait for a person because amounts are not equal."
        yield self._for_each("woodoo_mismatches", unequal, dict(gauges.mismatches(self.ids)))
        held = self._gauge(
            "woodoo_records_held_up", "Parked and failed records by cause.", "cause", "place", "kind", "state"
        )
        for one in held_up(among=self.ids):
            labels = [self.names[one.connection_id], one.key, one.place, one.error_kind]
            held.add_metric([*labels, "parked"], one.count - one.failed)
            held.add_metric([*labels, "failed"], one.failed)
        yield held
        due = self._gauge("woodoo_queue_due", "Records whose turn has come.", "lane")
        age = self._gauge("woodoo_queue_oldest_seconds", "For how long the first of them has waited.", "lane")
        for number, lane, count, seconds in gauges.queues(self.ids):
            due.add_metric([self.names[number], lane], count)
            age.add_metric([self.names[number], lane], seconds)
        yield from (due, age)

    def _calls(self) -> Iterator[Metric]:
        took = HistogramMetricFamily(
            "woodoo_remote_call_seconds", "Requests by how long the answer took.", labels=["connection", "side"]
        )
        hooks = CounterMetricFamily("woodoo_webhooks_received", "Deliveries that became events.", labels=["connection"])
        for one in meters.read(self.ids):
            if one.name == meters.WEBHOOKS:
                hooks.add_metric([self.names[one.connection_id]], one.count)
                continue
            buckets = [(str(most / 1000), count) for most, count in zip(meters.CLASSES, one.within, strict=True)]
            took.add_metric(
                [self.names[one.connection_id], one.name], [*buckets, ("+Inf", one.count)], one.milliseconds / 1000
            )
        yield from (took, hooks)

    def _webhooks(self) -> Iterator[Metric]:
        without = CounterMetricFamily(
            "woodoo_webhooks_without_work",
            "Deliveries that were refused or brought no work, by reason.",
            labels=["connection", "reason"],
        )
        for one in DeliveryTally.objects.filter(connection_id__in=self.ids).order_by("pk"):
            without.add_metric([self.names[one.connection_id], one.reason], one.count)
        yield without

    def _gauge(self, name: str, said: str, *labels: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, said, labels=["connection", *labels])

    def _for_each(self, name: str, said: str, counts: dict[int, int]) -> Metric:
        found = self._gauge(name, said)
        for number in self.ids:
            found.add_metric([self.names[number]], counts.get(number, 0))
        return found
