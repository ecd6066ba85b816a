"""A stored connection brought to life: its clients, its rules, its namespace.

Decides what is kept between batches: clients and rules, until the connection is changed or the rules are five minutes
old. A change that leaves Odoo's address and key as they were keeps the client of Odoo, too, if what that knows of the
database is no older than rules may be: to find it out anew takes some twenty calls, twenty seconds on Odoo Online.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from .connections.maps import take_into_maps
from .connections.models import Connection
from .connections.settings import ConnectionSettings
from .domain.calls import CallRecorder, NullRecorder
from .domain.errors import ConfigError
from .engine import work
from .engine.links import Links
from .engine.pace import SharedLimiter
from .flows.rules import load_rules
from .flows.sides import Memory, Sides
from .mapping.rules import Rules
from .odoo.client import OdooClient, connect
from .odoo.endpoint import Endpoint
from .odoo.limiter import rate_of, requests_per_second
from .odoo.records import Records
from .stores.base import Store, StoreVersions
from .stores.stock import StockStore
from .stores.trials import TrialStore
from .stores.woocommerce.client import WooClient
from .stores.woocommerce.media import WordPressMedia
from .stores.woocommerce.stock import WooStock
from .stores.woocommerce.store import WooCommerceStore
from .stores.woocommerce.trials import WooTrials
from .stores.woocommerce.versions import read_versions

#: Seconds for which what the settings point at in Odoo is believed.
RULES_LIFE = 300.0


@dataclass
class Live:
    """The clients of one connection, as it was saved last."""

    connection: Connection
    settings: ConnectionSettings
    #: What was read of both sides and is believed for some minutes.
    memory: Memory = field(default_factory=Memory)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _woo: WooCommerceStore | None = None
    _odoo: OdooClient | None = None
    #: The client from before the connection was changed.
    _odoo_before: OdooClient | None = None
    _rules: tuple[float, Rules] | None = None

    def store(self, recorder: CallRecorder) -> Store:
        with self._lock:
            if self._woo is None:
                self._woo = WooCommerceStore(_woo_client(self.connection), media=_media(self.connection))
            return self._woo.recording(recorder)

    def stock(self, recorder: CallRecorder) -> StockStore:
        """Return the stock of the store."""
        self.store(recorder)
        assert self._woo is not None
        return WooStock(self._woo.client.recording(recorder))

    def trials(self) -> TrialStore:
        """Return what test runs make in the store."""
        self.store(NullRecorder())
        assert self._woo is not None
        return WooTrials(self._woo.client)

    def store_versions(self) -> StoreVersions:
        """Return what the store runs on."""
        self.store(NullRecorder())
        assert self._woo is not None
        return read_versions(self._woo.client)

    def odoo(self, recorder: CallRecorder) -> Records:
        with self._lock:
            if self._odoo is None:
                self._odoo = self._odoo_again() or self._odoo_anew(recorder)
            client = self._odoo.with_recorder(recorder)
        return Records(client, self.connection.odoo_company_id, namespace=namespace_of(self.connection))

    def _odoo_again(self) -> OdooClient | None:
        """Return the client from before the change where it leads to the same database and is up to date."""
        before, self._odoo_before = self._odoo_before, None
        if before is None or before.endpoint != _endpoint(self.connection, self.settings):
            return None
        return before if before.knows_since(RULES_LIFE) else None

    def _odoo_anew(self, recorder: CallRecorder) -> OdooClient:
        endpoint = _endpoint(self.connection, self.settings)
        per_second = requests_per_second(endpoint)
        limiter = SharedLimiter(rate_of(per_second)) if per_second else None
        return connect(endpoint, recorder=recorder, limiter=limiter)

    def sides(self, recorder: CallRecorder, renew: Callable[[], None] = lambda: None) -> Sides:
        """Return both sides, as flows that do not go by the rules of orders see them."""
        store, odoo, number = self.store(recorder), self.odoo(recorder), self.connection.pk
        stock = self.stock(recorder)
        return Sides(
            store,
            odoo,
            self.settings,
            Links(number),
            number,
            self.memory,
            renew,
            stock,
            todo=work,
            take_into_maps=take_into_maps,
        )

    def knock(self, side: str) -> None:
        """Ask a side for a sign of life, in one small request.

        Raises:
            RemoteDown: where it gives none.
        """
        if side == "store":
            next(self.store(NullRecorder()).changed_orders(datetime.now(UTC)), None)
        else:
            self.odoo(NullRecorder()).search_read("res.company", [], ["id"], limit=1)

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
            before = known._odoo if known else None
            known = _live[connection_id] = Live(connection, connection.rules, _odoo_before=before)
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
    return WooCommerceStore(_woo_client(connection), media=_media(connection)).recording(recorder or NullRecorder())


def build_odoo(connection: Connection, recorder: CallRecorder | None = None) -> Records:
    """Return the Odoo side of a connection. Connects, but does not log in yet."""
    client = connect(_endpoint(connection, connection.rules), recorder=recorder)
    return Records(client, connection.odoo_company_id, namespace=namespace_of(connection))


def _woo_client(connection: Connection) -> WooClient:
    return WooClient(
        connection.store_url, connection.store_key, connection.store_secret, ca_bundle=connection.store_ca_bundle
    )


def _media(connection: Connection) -> WordPressMedia | None:
    """Return the store's media library, where a person has given a login for it."""
    if not connection.store_login or not connection.store_password:
        return None
    return WordPressMedia(
        connection.store_url,
        connection.store_login,
        connection.store_password,
        ca_bundle=connection.store_ca_bundle,
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
