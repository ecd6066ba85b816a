"""Where trials are made: a shop and an Odoo for all of them, and for each one a connection and lines of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...odoo.endpoint import Endpoint
from ..odoo.fixtures import Admin, prepare
from ..store.double import StoreDouble
from .line import Line
from .story import IN_STOCK, JOURNALS, POLICY, SKUS
from .workers import Workers

if TYPE_CHECKING:
    from ...connections.models import Connection


@dataclass(frozen=True)
class Ground:
    """What all trials share."""

    store: StoreDouble
    endpoint: Endpoint
    admin: Admin
    settings: dict[str, Any]


@contextmanager
def ground(endpoint: Endpoint, admin: Admin) -> Iterator[Ground]:
    """Open a shop, and prepare an Odoo for its orders."""
    furnished = prepare(admin, SKUS)
    with StoreDouble() as store:
        for product in store.shop.tables["products"].values():
            # Nothing is sold out, however many trials there are; what is refunded goes back on the shelf.
            product["manage_stock"], product["stock_quantity"] = product["id"] in IN_STOCK, 1_000_000
        rates = store.shop.tables["taxes"].values()
        percents = {
            f"{percent.normalize():f}": tax for (percent, with_it), tax in furnished.taxes.items() if not with_it
        }
        settings = {
            "tax_map": {str(rate["id"]): percents[f"{float(rate['rate']):g}"] for rate in rates},
            "journal_map": {method: furnished.journals[name] for method, name in JOURNALS.items()},
            "shipping_map": dict.fromkeys(("flat_rate", "free_shipping", "local_pickup"), furnished.carrier_id),
            "shipping_product_id": furnished.shipping_product_id,
            "fee_product_id": furnished.fee_product_id,
        }
        yield Ground(store, endpoint, admin, settings)


class Stand:
    """Lines and workers for one trial at a time; several stands make several trials at once."""

    def __init__(self, shared: Ground, log: Path) -> None:
        self.shared, self.log = shared, log
        self.lines = {"store": Line(shared.store.url), "odoo": Line(shared.endpoint.url)}
        self.workers = Workers(log)

    def close(self) -> None:
        """End what this stand has started."""
        self.workers.close()
        for line in self.lines.values():
            line.close()

    def connection(self, trial: str, policy: Mapping[str, Any] = POLICY) -> Connection:
        """Make the connection of a trial, by way of the lines, with what is set for its story."""
        from ...connections.models import Connection

        shared = self.shared
        return Connection.objects.create(
            name=f"Trial {trial}",
            store_url=self.lines["store"].url,
            store_key=shared.store.key,
            store_secret=shared.store.secret,
            odoo_url=self.lines["odoo"].url,
            odoo_database=shared.endpoint.database,
            odoo_login=shared.endpoint.login,
            odoo_key=shared.endpoint.secret,
            settings={
                **shared.settings,
                **policy,
                "namespace": namespace_of(trial),
                "order_number_format": f"{trial}-{{id}}",
            },
        )


def namespace_of(trial: str) -> str:
    """Return the namespace of a trial's external ids."""
    return f"woodoo_{trial}"
