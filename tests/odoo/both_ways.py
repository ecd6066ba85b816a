"""A real Odoo and a store double with a connection between them: what flows beside orders are tried on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from woodoo.connections.models import Connection
from woodoo.domain.calls import NullRecorder
from woodoo.engine import drift
from woodoo.engine.flow import Outcome
from woodoo.engine.links import Links
from woodoo.engine.models import Drift, Event, Work
from woodoo.engine.work import enqueue
from woodoo.flows.table import FLOWS
from woodoo.live import Live
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.wiring import live_connection, sides_of


@dataclass
class BothWays:
    """Both sides and the connection, as one test sees them."""

    store: StoreDouble
    admin: Admin
    connection: Connection

    @property
    def live(self) -> Live:
        return live_connection(self.connection.pk)

    @property
    def odoo(self) -> Records:
        return self.live.odoo(NullRecorder())

    def set(self, **settings: Any) -> None:
        """Change settings of the connection."""
        self.connection.settings = {**self.connection.settings, **settings}
        self.connection.save()

    def sync(self, flow: str, *records: str) -> dict[str, Outcome]:
        """Run a flow as a worker does: outcome, links and drift are noted with the records."""
        row, number = FLOWS[flow], self.connection.pk
        enqueue(number, row.lane, row.name, records, source="manual")
        outcomes = dict(row.sync(sides_of(self.live, NullRecorder()), list(records)))
        for record, outcome in outcomes.items():
            Links(number).upsert(outcome.links)
            known = {"seen": outcome.seen} if outcome.seen else {}
            Work.objects.filter(connection_id=number, lane=row.lane, record=record).update(
                state=outcome.kind.value, message=outcome.message, **known
            )
        drift.note(number, row.lane, outcomes)
        Event.objects.all().delete()
        return outcomes

    def one(self, flow: str, record: str) -> Outcome:
        """Run a flow for one record."""
        return self.sync(flow, record)[record]

    def rung(self, flow: str) -> list[str]:
        """Return the records of a flow that were rung for since, and forget the rings."""
        lane = FLOWS[flow].lane
        found = sorted(set(Event.objects.filter(lane=lane).values_list("record", flat=True)), key=int)
        Event.objects.filter(lane=lane).delete()
        return found

    def drifts(self) -> list[tuple[str, str, str, bool]]:
        """Return record, group, side and whether it was repaired, of all that was changed on the wrong side."""
        found = Drift.objects.filter(connection_id=self.connection.pk).order_by("id")
        return [(one.record, one.group, one.side, one.repaired) for one in found]

    def calls(self) -> int:
        """Return how many requests the store has had from this connection."""
        self.live.store(NullRecorder())
        woo = self.live._woo
        return woo.client.calls if woo else 0

    @property
    def person(self) -> WooClient:
        """The store as somebody else with a key sees it."""
        return WooClient(self.store.url, self.store.key, self.store.secret)

    def read(self, model: str, odoo_id: int, *fields: str) -> dict[str, Any]:
        """Read one record of Odoo."""
        (row,) = self.odoo.search_read(model, [("id", "=", odoo_id)], fields, context={"active_test": False})
        return row


@contextmanager
def both_ways(
    endpoint: Endpoint,
    admin: Admin,
    namespace: str,
    settings: Mapping[str, Any],
    store: Mapping[str, str] | None = None,
) -> Iterator[BothWays]:
    """Start a store and connect it with an Odoo."""
    with StoreDouble(settings=dict(store or {})) as double:
        connection = Connection.objects.create(
            name=namespace,
            store_url=double.url,
            store_key=double.key,
            store_secret=double.secret,
            odoo_url=endpoint.url,
            odoo_database=endpoint.database,
            odoo_login=endpoint.login,
            odoo_key=endpoint.secret,
            odoo_company_id=1,
            settings={"namespace": namespace, **settings},
        )
        yield BothWays(double, admin, connection)
