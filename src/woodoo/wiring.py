"""Puts the parts together: from a stored connection to clients, rules, flows and pollers.

Decides what is kept between batches: clients and rules, until the connection is changed or the rules are five minutes
old. A mapping that seems to be missing is looked up afresh before a record is parked for it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from .connections.models import Connection
from .connections.settings import ConnectionSettings
from .domain.calls import CallRecorder, NullRecorder
from .domain.errors import ConfigError, WoodooError
from .domain.plan import Plan
from .engine import registry
from .engine.cursors import get_cursor, set_cursor
from .engine.flow import Batch, Handler, Item, Outcome
from .engine.links import Links
from .engine.pace import SharedLimiter
from .engine.work import connection_changed, enqueue
from .flows.context import Context
from .flows.history import History, not_done
from .flows.policy_check import check_policies
from .flows.proposals import read_proposals
from .flows.rules import load_rules
from .flows.table import FLOWS, Flow
from .flows.tax_check import check_tax_rates
from .mapping.proposals import Proposal, merged
from .mapping.rules import Rules
from .odoo import checks
from .odoo.client import OdooClient, connect
from .odoo.endpoint import Endpoint
from .odoo.limiter import rate_of, requests_per_second
from .odoo.records import Records
from .stores.base import Store, StoreIdentity
from .stores.woocommerce.client import WooClient
from .stores.woocommerce.store import WooCommerceStore

#: Seconds for which what the settings point at in Odoo is believed.
RULES_LIFE = 300.0
#: A poll looks back this much further than it has come: clocks, and orders saved in the same second.
POLL_OVERLAP = timedelta(seconds=30)


@dataclass(frozen=True)
class Check:
    """One answer of the connection test. `ok` is None for a warning."""

    name: str
    ok: bool | None
    message: str
    fix: str = ""


@dataclass
class Live:
    """The clients of one connection, as it was saved last."""

    connection: Connection
    settings: ConnectionSettings
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _woo: WooCommerceStore | None = None
    _odoo: OdooClient | None = None
    _rules: tuple[float, Rules] | None = None

    def store(self, recorder: CallRecorder) -> Store:
        with self._lock:
            if self._woo is None:
                self._woo = WooCommerceStore(_woo_client(self.connection))
            return self._woo.recording(recorder)

    def odoo(self, recorder: CallRecorder) -> Records:
        with self._lock:
            if self._odoo is None:
                endpoint = _endpoint(self.connection, self.settings)
                per_second = requests_per_second(endpoint)
                limiter = SharedLimiter(rate_of(per_second)) if per_second else None
                self._odoo = connect(endpoint, recorder=recorder, limiter=limiter)
            client = self._odoo.with_recorder(recorder)
        return Records(client, self.connection.odoo_company_id, namespace=namespace_of(self.connection))

    def rules(self, odoo: Records, *, younger_than: float = RULES_LIFE) -> tuple[Rules, bool]:
        """Return the rules, and whether they were read just now."""
        with self._lock:
            kept = self._rules
        if kept and time.monotonic() - kept[0] < younger_than:
            return kept[1], False
        rules = load_rules(odoo, self.settings, namespace_of(self.connection))
        with self._lock:
            self._rules = (time.monotonic(), rules)
        return rules, True


_live: dict[int, Live] = {}
_live_lock = threading.Lock()


def install() -> None:
    """Tell the engine which flows there are. May be called again."""
    registry.register(lanes_of, polls=polls)


def lanes_of(connection_id: int) -> registry.Lanes:
    """Return what the engine has to know of a connection.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    live = live_connection(connection_id)
    return registry.Lanes(
        handlers={flow.lane: _handler(live, flow) for flow in FLOWS.values()},
        slots=live.settings.odoo_slots,
        batch_size=live.settings.batch_size,
        enabled=live.connection.enabled,
        pollers=tuple(_poller(live, flow) for flow in FLOWS.values()),
        archives={flow.lane: _history(live, flow) for flow in FLOWS.values()},
        secrets=live.connection.known_secrets,
    )


def polls() -> Mapping[int, float]:
    """Return the enabled connections with the seconds between two of their polls."""
    found = Connection.objects.filter(enabled=True).only("id", "settings")
    return {connection.pk: float(connection.settings.get("poll_seconds", 60)) for connection in found}


def live_connection(connection_id: int) -> Live:
    """Return a connection with its clients; new ones where it was saved since.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None:
        raise ConfigError(f"Connection {connection_id} does not exist any more.", where="connections")
    with _live_lock:
        known = _live.get(connection_id)
        if known is None or known.connection.updated_at != connection.updated_at:
            known = _live[connection_id] = Live(connection, connection.rules)
        return known


def namespace_of(connection: Connection) -> str:
    """Return the module part of the external ids: from the settings, else from the store's host and folder.

    It does not depend on anything Woodoo stores, so a connection that is set up anew finds its records again.
    """
    if connection.rules.namespace:
        return connection.rules.namespace
    parts = urlsplit(connection.store_url)
    place = f"{parts.netloc.lower()}{parts.path.rstrip('/')}"
    return f"woodoo_{sha256(place.encode()).hexdigest()[:10]}"


def build_store(connection: Connection, recorder: CallRecorder | None = None) -> Store:
    """Return the store side of a connection."""
    return WooCommerceStore(_woo_client(connection)).recording(recorder or NullRecorder())


def build_odoo(connection: Connection, recorder: CallRecorder | None = None) -> Records:
    """Return the Odoo side of a connection. Connects, but does not log in yet."""
    client = connect(_endpoint(connection, connection.rules), recorder=recorder)
    return Records(client, connection.odoo_company_id, namespace=namespace_of(connection))


def sync_orders(connection: Connection, external_ids: Sequence[str], *, again: bool = False) -> int:
    """Put orders on the to-do list, as if an event had come, and return how many there were.

    `again` forgets which sales orders were made for them, so that orders deleted in Odoo are made anew.
    """
    flow = FLOWS["order"]
    if again:
        Links(connection.pk).forget("order", external_ids)
    return enqueue(connection.pk, flow.lane, flow.name, external_ids, source="manual")


def plan_orders(connection: Connection, external_ids: Sequence[str]) -> list[tuple[str, Plan | WoodooError]]:
    """Plan orders without writing anything: the dry run. Returns a plan, or why there is none, for each."""
    live = live_connection(connection.pk)
    odoo = live.odoo(NullRecorder())
    rules, _ = live.rules(odoo, younger_than=0)
    context = Context(live.store(NullRecorder()), odoo, rules, Links(connection.pk))
    planned = FLOWS["order"].plan(context, external_ids)
    shown: dict[str, Plan | WoodooError] = {**planned.shown(), **planned.failures}
    return [(record, shown[record]) for record in external_ids]


def propose(connection: Connection) -> tuple[Proposal, ...]:
    """Return what Woodoo would map of all that is not mapped yet, and why.

    Raises:
        WoodooError: where a side does not answer, or the settings as they are cannot be used.
    """
    odoo = build_odoo(connection)
    rules = load_rules(odoo, connection.rules, namespace_of(connection))
    return read_proposals(build_store(connection), odoo, rules)


def take_proposals(connection: Connection, proposals: Sequence[Proposal]) -> tuple[int, int]:
    """Write what is proposed into the settings, leaving what is mapped as it is.

    Returns how much that was, and how many parked records are tried again for it.
    """
    with transaction.atomic():
        now = Connection.objects.select_for_update().get(pk=connection.pk)
        raw, count = merged(now.settings, proposals)
        if not count:
            return 0, 0
        settings = ConnectionSettings.parse(raw, connection=now.name)
        now.settings = settings.model_dump(mode="json", exclude_defaults=True)
        now.save(update_fields=["settings", "updated_at"])
    return count, connection_changed(connection.pk)


def check_connection(connection: Connection) -> list[Check]:
    """Try both sides and the settings, and say of each thing whether it is right and what to do if not."""
    found: list[Check] = []
    try:
        shop = build_store(connection)
        store = shop.identify()
        detail = f"WooCommerce {store.version} at {store.url}, prices in {store.currency}"
        found.append(Check("Store", True, f"{detail} with {store.currency_digits} decimals."))
    except WoodooError as error:
        found.append(Check("Store", False, error.message, error.fix))
    try:
        odoo = build_odoo(connection)
    except WoodooError as error:
        return [*found, Check("Odoo", False, error.message, error.fix)]
    for one in checks.check(odoo.client, odoo.company_id):
        right = {checks.State.OK: True, checks.State.ERROR: False}.get(one.state)
        found.append(Check(f"Odoo: {one.name}", right, one.message, one.fix))
    if any(one.ok is False for one in found):
        return found
    try:
        rules = load_rules(odoo, connection.rules, namespace_of(connection))
        found.append(Check("Settings", True, "What the settings point at is there in Odoo."))
        found.append(_check_currency(store, rules))
        right, message, fix = check_tax_rates(shop, odoo, rules, prices_include_tax=store.prices_include_tax)
        found.append(Check("Tax rates", right, message, fix))
        found.append(Check("Policies", *check_policies(shop.payment_methods(), rules)))
    except WoodooError as error:
        found.append(Check("Settings", False, error.message, error.fix))
    return found


def _check_currency(store: StoreIdentity, rules: Rules) -> Check:
    """Refuse a store whose amounts Odoo cannot hold: another currency than Odoo has, or more decimals."""
    currency = rules.currencies.get(store.currency)
    if currency is None:
        message = f"The store's prices are in {store.currency}, which is not an active currency in Odoo."
        return Check("Currency", False, message, f"Activate {store.currency} in Odoo.")
    if store.currency_digits > currency.digits:
        return Check(
            "Currency",
            False,
            f"The store keeps {store.currency} with {store.currency_digits} decimals, Odoo with {currency.digits}, so "
            "Odoo cannot hold the store's amounts.",
            f"Set the number of decimals in WooCommerce to {currency.digits}, or give the currency in Odoo a finer "
            "rounding factor.",
        )
    detail = f"with {store.currency_digits} decimals in the store and {currency.digits} in Odoo"
    return Check("Currency", True, f"Amounts in {store.currency} come over {detail}.")


def _handler(live: Live, flow: Flow) -> Handler:
    def handle(items: Sequence[Item], batch: Batch) -> dict[int, Outcome]:
        records = [item.record for item in items]
        odoo = live.odoo(batch.recorder)
        rules, fresh = live.rules(odoo)
        context = Context(live.store(batch.recorder), odoo, rules, Links(live.connection.pk), batch.renew)
        outcomes = dict(flow.sync(context, records))
        doubtful = [record for record, outcome in outcomes.items() if isinstance(outcome.error, ConfigError)]
        if doubtful and not fresh:
            rules, _ = live.rules(odoo, younger_than=0)
            outcomes |= flow.sync(Context(context.store, odoo, rules, context.links, batch.renew), doubtful)
        return {item.work_id: outcomes[item.record] for item in items}

    return handle


def history_of(connection_id: int) -> History:
    """Return the past of a connection's orders.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    return _history(live_connection(connection_id), FLOWS["order"])


def _history(live: Live, flow: Flow) -> History:
    store, links = live.store(NullRecorder()), Links(live.connection.pk)

    def context() -> Context:
        odoo = live.odoo(NullRecorder())
        rules, _ = live.rules(odoo)
        return Context(store, odoo, rules, links)

    return History(flow, store, links, context)


def _poller(live: Live, flow: Flow) -> registry.Poller:
    def poll(connection_id: int) -> None:
        """Put on the list what changed in the store and has not been brought over as of that change."""
        name = f"store:{flow.name}"
        cursor = _Seen.read(get_cursor(connection_id, name), live.connection.created_at)
        changes = list(flow.changed(live.store(NullRecorder()), cursor.since - POLL_OVERLAP))
        fresh = [change for change in changes if not cursor.knows(change)]
        new = not_done(Links(connection_id), flow, fresh)
        if new:
            enqueue(connection_id, flow.lane, flow.name, new, source="poll")
        set_cursor(connection_id, name, cursor.after(changes).write())

    return poll


@dataclass(frozen=True)
class _Seen:
    """How far a poll has come: the newest change it saw, and what it saw within the overlap."""

    since: datetime
    seen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, beginning: datetime) -> _Seen:
        if not text:
            return cls(beginning.astimezone(UTC))
        data = json.loads(text)
        return cls(datetime.fromisoformat(data["since"]), data["seen"])

    def knows(self, change: Any) -> bool:
        return self.seen.get(change.external_id) == change.modified_at.isoformat()

    def after(self, changes: Sequence[Any]) -> _Seen:
        newest = max([self.since, *(change.modified_at for change in changes)])
        recent = {c.external_id: c.modified_at.isoformat() for c in changes if c.modified_at >= newest - POLL_OVERLAP}
        return _Seen(newest, recent)

    def write(self) -> str:
        return json.dumps({"since": self.since.isoformat(), "seen": dict(self.seen)})


def _woo_client(connection: Connection) -> WooClient:
    return WooClient(
        connection.store_url, connection.store_key, connection.store_secret, ca_bundle=connection.store_ca_bundle
    )


def _endpoint(connection: Connection, settings: ConnectionSettings) -> Endpoint:
    return Endpoint(
        connection.odoo_url,
        connection.odoo_database,
        connection.odoo_login,
        connection.odoo_key,
        ca_bundle=connection.odoo_ca_bundle,
        requests_per_second=settings.odoo_requests_per_second,
    )
