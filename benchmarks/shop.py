"""What an order's way is measured on: a store with paid orders, a real Odoo 19, and the connection between them.

The store is the store double in a process of its own. Odoo is the sandbox's with a database of its own (two workers),
or the one named by `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_KEY`.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from woodoo.domain.order import Order
from woodoo.odoo.client import connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.runtime.launch import Child, Launch
from woodoo.sandbox.odoo import using
from woodoo.sandbox.odoo.fixtures import Admin, prepare
from woodoo.sandbox.odoo.fixtures import Shop as Furnished
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .figures import CannotRun
from .screen import step
from .service import until

if TYPE_CHECKING:
    from woodoo.connections.models import Connection

#: The first poll of a connection looks this many seconds back; older orders are not brought over by it.
_POLL_LOOKS_BACK = 35.0


@dataclass
class Shop:
    """Both sides, and orders nobody has brought over yet."""

    store_url: str
    store_key: str
    store_secret: str
    endpoint: Endpoint
    furnished: Furnished
    settings: dict[str, Any]
    orders: list[Order]
    _handed_out: int = field(default=0, init=False)

    def take(self, count: int) -> list[Order]:
        """Return orders that no other measurement is given."""
        first, self._handed_out = self._handed_out, self._handed_out + count
        if self._handed_out > len(self.orders):
            raise CannotRun("The store was seeded with too few orders.")
        return self.orders[first : self._handed_out]

    def records(self) -> Records:
        """Return Woodoo's own way into Odoo, with a client of its own."""
        return Records(connect(self.endpoint), 1)

    def connection(self, name: str, *, store_url: str = "", odoo_url: str = "", enabled: bool = True) -> Connection:
        """Make a connection between the two, through other addresses where given. It is the only enabled one."""
        from woodoo.connections.models import Connection

        for other in Connection.objects.filter(enabled=True):
            other.enabled = False
            other.save()
        return Connection.objects.create(
            name=name,
            store_url=store_url or self.store_url,
            store_key=self.store_key,
            store_secret=self.store_secret,
            odoo_url=odoo_url or self.endpoint.url,
            odoo_database=self.endpoint.database,
            odoo_login=self.endpoint.login,
            odoo_key=self.endpoint.secret,
            settings=self.settings,
            enabled=enabled,
        )


@contextmanager
def open_shop(home: Path, order_count: int) -> Iterator[Shop]:
    """Bring both sides up for the length of a block."""
    with ExitStack() as stack:
        with step(f"a store with {order_count} paid orders"):
            store = stack.enter_context(run_store(home, order_count))
            seeded = time.monotonic()
            client = WooClient(store["url"], store["key"], store["secret"])
            ids = [changed.external_id for changed in WooCommerceStore(client).changed_orders(None)]
            found = WooCommerceStore(client).fetch_orders(ids).found.values()
            orders = sorted(found, key=lambda order: int(order.external_id))
        if len(orders) != order_count:
            raise CannotRun(f"The store shows {len(orders)} of {order_count} orders.")
        with step("a fresh Odoo 19 with taxes, products and journals"):
            endpoint, admin = stack.enter_context(open_odoo())
            furnished = prepare(admin, _prices(orders))
        shop = Shop(
            store["url"], store["key"], store["secret"], endpoint, furnished, _settings(furnished, orders), orders
        )
        time.sleep(max(0.0, _POLL_LOOKS_BACK - (time.monotonic() - seeded)))
        yield shop


@contextmanager
def run_store(home: Path, order_count: int) -> Iterator[dict[str, str]]:
    """Run the store double and give its address, key and secret."""
    told = home / "store.json"
    command = [sys.executable, "-m", "woodoo.sandbox", "store", "--port", "0"]
    command += ["--orders", str(order_count), "--credentials", str(told)]
    with (home / "store.log").open("wb") as log:
        child = Child.start(Launch(command, dict(os.environ), cwd=str(home), signal=signal.SIGTERM), log)
    try:
        until(lambda: not child.running or (told.exists() and told.read_text()), 120, "the store to start")
        if not child.running:
            raise CannotRun(f"The store did not start: {(home / 'store.log').read_text()[-1000:]}")
        yield json.loads(told.read_text())
    finally:
        child.stop((signal.SIGTERM, 10.0))


@contextmanager
def open_odoo() -> Iterator[tuple[Endpoint, Admin]]:
    """Give an Odoo and its administrator: the one that is named, else a fresh database."""
    url, database, login, key = (os.environ.get(name, "") for name in ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY"))
    if url:
        if not (database and login and key):
            raise CannotRun("ODOO_URL is set, but not all of ODOO_DB, ODOO_LOGIN and ODOO_KEY.")
        endpoint = Endpoint(url, database, login, key)
        yield endpoint, Admin(endpoint.url, endpoint.database, endpoint.login, endpoint.secret)
        return
    with using("19", fresh=True) as server:
        yield Endpoint(server.url, server.database, server.login, server.key), Admin.of(server)


def _prices(orders: Sequence[Order]) -> dict[str, Decimal]:
    return {line.sku: Decimal(10) for order in orders for line in order.lines}


def _settings(furnished: Furnished, orders: Sequence[Order]) -> dict[str, Any]:
    """Return the connection's settings: every rate, payment method and shipping method the orders have is mapped."""
    rates = {rate.rate_id: rate.percent.normalize() for order in orders for rate in order.tax_rates}
    taxes = {percent.normalize(): tax for (percent, included), tax in furnished.taxes.items() if not included}
    return {
        "tax_map": {rate: taxes[percent] for rate, percent in rates.items()},
        "journal_map": {order.payment_method: furnished.journals["Stripe"] for order in orders},
        "shipping_map": {line.method_id: furnished.carrier_id for order in orders for line in order.shipping_lines},
        "shipping_product_id": furnished.shipping_product_id,
        "fee_product_id": furnished.fee_product_id,
        "timezone": "Europe/Madrid",
        # An Odoo of one's own may have the orders of an earlier run.
        "order_number_format": f"{secrets.token_hex(3)}-{{number}}",
        "namespace": f"woodoo_{secrets.token_hex(4)}",
    }
