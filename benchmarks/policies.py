"""Calls to Odoo for each order, by what the policies make of it: one batch for each policy, and a repeat of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from woodoo.connections.settings import ConnectionSettings
from woodoo.engine.flow import OutcomeKind
from woodoo.flows.context import Context
from woodoo.flows.order import sync_orders
from woodoo.flows.rules import load_rules
from woodoo.odoo.client import connect
from woodoo.odoo.records import Records
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .figures import CannotRun, Figure
from .kept import KeptLinks
from .screen import step

if TYPE_CHECKING:  # the stage asks how many policies there are
    from .shop import Shop
    from .stage import Stage

#: Figure → the settings that make it, and the most calls an order may need in a batch of 25.
POLICIES: Mapping[str, tuple[Mapping[str, Any], float]] = {
    "quotation": ({"confirm_orders": False}, 0.4),
    "sales order": ({"order_becomes": "order"}, 0.5),
    "+ invoice": ({"order_becomes": "order_invoice"}, 0.7),
    "+ payment (default)": ({"order_becomes": "order_invoice_payment"}, 0.9),
    "+ delivery": ({"order_becomes": "order_invoice_payment_delivery", "status_steps": {"processing": "deliver"}}, 1.2),
    "invoice only": ({"order_becomes": "invoice"}, 0.5),
    "invoice and payment": ({"order_becomes": "invoice_payment"}, 0.7),
}


def measure(stage: Stage) -> Iterator[Figure]:
    """The calls of the flow itself, without those that read the settings' records once in five minutes."""
    count = stage.sizes.policy
    for name, (settings, most) in POLICIES.items():
        with step(f"{count} orders become: {name}"):
            first, again = _calls(stage.shop, [order.external_id for order in stage.shop.take(count)], settings)
        yield Figure(f"Odoo calls per order, {name}", first / count, "calls", f"<= {most}")
        if "default" in name:
            repeat = Figure("Odoo calls per order, a repeat that finds nothing to do", again / count, "calls", "<= 0.1")
    yield repeat


def _calls(shop: Shop, records: Sequence[str], changes: Mapping[str, Any]) -> tuple[int, int]:
    """Bring one batch over, then once more, and return the calls of both.

    Raises:
        CannotRun: an order did not come through.
    """
    settings = ConnectionSettings.model_validate({**shop.settings, **changes, "order_number_format": _format()})
    odoo = Records(connect(shop.endpoint), 1, namespace=f"woodoo_{secrets.token_hex(4)}")
    store = WooCommerceStore(WooClient(shop.store_url, shop.store_key, shop.store_secret))
    links = KeptLinks()
    context = Context(store, odoo, load_rules(odoo, settings, odoo.namespace), links)
    counted = []
    for _ in range(2):
        before = odoo.client.calls
        outcomes = sync_orders(context, records)
        stuck = next((outcome for outcome in outcomes.values() if outcome.kind != OutcomeKind.DONE), None)
        if stuck:
            raise CannotRun(f"{stuck.title}: {stuck.message}")
        links.upsert(link for outcome in outcomes.values() for link in outcome.links)
        counted.append(odoo.client.calls - before)
    return counted[0], counted[1]


def _format() -> str:
    return f"{secrets.token_hex(3)}-{{number}}"
