"""Requests for each delivered order that is told to its store: one batch, by where it is told, and a repeat of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from woodoo.connections.settings import ConnectionSettings
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.flows.context import Context
from woodoo.flows.fulfil import sync_fulfilment
from woodoo.flows.order import sync_orders
from woodoo.flows.rules import load_rules
from woodoo.flows.sides import Sides
from woodoo.odoo.client import connect
from woodoo.odoo.deliveries import deliver_orders
from woodoo.odoo.records import Records
from woodoo.sandbox.store.double import StoreDouble
from woodoo.sandbox.store.resources.fulfillments import FEATURE
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .figures import CannotRun, Figure
from .kept import KeptLinks, Unheard, no_maps
from .screen import step

if TYPE_CHECKING:
    from .stage import Stage

#: Figure → the settings that make it, and the most requests to the store an order may need in a batch of 50.
WAYS: Mapping[str, tuple[Mapping[str, Any], float]] = {
    "meta data and status": ({"shipment_notes": "never", "store_fulfillments": False}, 0.1),
    "+ a note": ({"store_fulfillments": False}, 1.1),
    "+ a fulfillment (default)": ({}, 2.1),
}
_ON = {"send_fulfilment": True, "send_status": True, "order_becomes": "order"}


def measure(stage: Stage) -> Iterator[Figure]:
    """The calls of the flow itself; what is believed for some minutes is asked once in each batch here."""
    count = stage.sizes.fulfilled
    with StoreDouble(settings={FEATURE: "yes"}) as store:
        for name, (settings, most) in WAYS.items():
            with step(f"{count} delivered orders are told to the store: {name}"):
                told = _tell(stage, store, count, {**_ON, **settings})
            yield Figure(f"Store requests per delivered order, {name}", told[0] / count, "requests", f"<= {most}")
    yield Figure("Store requests per delivered order, a repeat", told[1] / count, "requests", "<= 0.1")
    yield Figure("Odoo calls per delivered order", told[2] / count, "calls", "<= 0.3")


def _tell(stage: Stage, store: StoreDouble, count: int, changes: Mapping[str, Any]) -> tuple[int, int, int]:
    """Tell of a batch of delivered orders, then once more; return the store's requests of both, and Odoo's of one.

    Raises:
        CannotRun: an order did not come through.
    """
    reference = f"F{secrets.token_hex(3)}-{{id}}"
    settings = ConnectionSettings.model_validate({**stage.shop.settings, **changes, "order_number_format": reference})
    odoo = Records(connect(stage.shop.endpoint), 1, namespace=f"woodoo_{secrets.token_hex(4)}")
    woo, links = WooCommerceStore(WooClient(store.url, store.key, store.secret)), KeptLinks()
    records = [str(number) for number in store.seed_orders(count)]
    outcomes = sync_orders(Context(woo, odoo, load_rules(odoo, settings, odoo.namespace), links), records)
    _check(outcomes)
    links.upsert(link for outcome in outcomes.values() for link in outcome.links)
    orders = [links.find("order", records)[record].odoo_id for record in records]
    deliver_orders(odoo, orders)
    pickings = odoo.search("stock.picking", [("sale_id", "in", orders)])
    odoo.update("stock.picking", {one: {"carrier_tracking_ref": f"1Z{one}"} for one in pickings})
    sides = Sides(woo, odoo, settings, links, todo=Unheard(), take_into_maps=no_maps)
    counted = []
    for _ in range(2):
        before = woo.client.calls, odoo.client.calls
        told = sync_fulfilment(sides, records)
        _check(told)
        links.upsert(link for outcome in told.values() for link in outcome.links)
        counted.append((woo.client.calls - before[0], odoo.client.calls - before[1]))
    completed = sum(1 for order in store.shop.tables["orders"].values() if order["status"] == "completed")
    if completed < count:
        raise CannotRun(f"Only {completed} of {count} orders were completed.")
    return counted[0][0], counted[1][0], counted[0][1]


def _check(outcomes: Mapping[str, Outcome]) -> None:
    stuck = next((outcome for outcome in outcomes.values() if outcome.kind != OutcomeKind.DONE), None)
    if stuck:
        raise CannotRun(f"{stuck.title}: {stuck.message}")
