"""The flows, one row each: what they bring over, in which lane, and what wakes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.ownership import Owner
from ..engine.flow import Outcome
from .customer import plan_accounts, sync_accounts
from .customers import plan_contacts, sync_contacts
from .fulfil import plan_fulfilment, sync_fulfilment
from .order import plan_orders, sync_orders
from .planned import Plans
from .product import plan_products_in, sync_products_in
from .products import plan_products, sync_products
from .refund import plan_refunds, sync_refunds
from .shipping_methods import plan_shipping_methods, sync_shipping_methods
from .stock import plan_stock, update_stock


def _always(settings: ConnectionSettings) -> bool:
    return True


@dataclass(frozen=True)
class Flow:
    """One direction of one kind of record."""

    name: str
    #: The queue it goes through; lanes never delay each other.
    lane: str
    #: The kind of record in the store's events ("order" of "order.updated"); empty: none wakes it.
    resource: str
    #: Brings records to where they should be. Gets `Sides`, or `Context` where the flow goes by the rules of orders.
    sync: Callable[[Any, Sequence[str]], Mapping[str, Outcome]]
    #: The same without writing.
    plan: Callable[[Any, Sequence[str]], Plans]
    help: str
    #: The store's past of it can be imported.
    past: bool = False
    #: Whose id a record goes by.
    of: Owner = Owner.STORE
    #: Whether a connection has it switched on.
    wanted: Callable[[ConnectionSettings], bool] = _always
    #: It goes by the rules of orders (`woodoo.mapping.rules`).
    with_rules: bool = False
    #: It leaves one slot of the connection to the others.
    bulk: bool = False
    #: Most records in one of its batches; 0: as the connection says.
    batch: int = 0


def _has_refunds(settings: ConnectionSettings) -> bool:
    credited = settings.take_refunds or settings.cancel_invoiced == "credit"
    return credited or settings.send_refunds or settings.send_returns


FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow(
            name="order",
            lane="orders",
            resource="order",
            sync=sync_orders,
            plan=plan_orders,
            past=True,
            wanted=lambda settings: settings.take_orders,
            with_rules=True,
            help="A shop order becomes what the policies make of it in Odoo: a sales order with its invoice, payment "
            "and delivery, or an invoice.",
        ),
        Flow(
            name="update_stock",
            lane="stock",
            resource="",
            sync=update_stock,
            plan=plan_stock,
            of=Owner.ODOO,
            wanted=lambda settings: settings.send_stock,
            batch=200,
            help="What Odoo has of a product becomes its stock figure in the store.",
        ),
        Flow(
            name="product",
            lane="products_in",
            resource="product",
            sync=sync_products_in,
            plan=plan_products_in,
            wanted=lambda settings: settings.takes_products or settings.send_products,
            bulk=True,
            help="A product of the store is matched or made in Odoo with its variants, or changes there what the store "
            "has the say on.",
        ),
        Flow(
            name="products",
            lane="catalogue",
            resource="",
            sync=sync_products,
            plan=plan_products,
            of=Owner.ODOO,
            wanted=lambda settings: settings.send_products,
            bulk=True,
            batch=100,
            help="A product of Odoo goes to the store: created where that is allowed, else changed, by groups of "
            "fields and their owners.",
        ),
        Flow(
            name="customer",
            lane="customers_in",
            resource="customer",
            sync=sync_accounts,
            plan=plan_accounts,
            # Accounts are also where contacts are matched by e-mail address, and where changes on the wrong side show.
            wanted=lambda settings: settings.take_customers or settings.send_customers,
            help="An account of the store that was made or changed reaches its customer in Odoo, without waiting for "
            "an order.",
        ),
        Flow(
            name="customers",
            lane="customers",
            resource="",
            of=Owner.ODOO,
            sync=sync_contacts,
            plan=plan_contacts,
            wanted=lambda settings: settings.send_customers or settings.create_accounts,
            help="A contact that was changed in Odoo reaches its account in the store; contacts that are meant for it "
            "get an account.",
        ),
        Flow(
            name="fulfil",
            lane="fulfilment",
            resource="",
            sync=sync_fulfilment,
            plan=plan_fulfilment,
            wanted=lambda settings: settings.send_fulfilment or settings.send_status,
            help="What Odoo has delivered, invoiced, been paid or cancelled of an order is told to the store: "
            "shipments with their tracking, the status, numbers.",
        ),
        Flow(
            name="refund",
            lane="refunds",
            resource="",
            sync=sync_refunds,
            plan=plan_refunds,
            wanted=_has_refunds,
            with_rules=True,
            help="What the store has given back on an order becomes credit notes in Odoo, with the goods that come "
            "back; credit notes and returns made in Odoo become refunds in the store.",
        ),
        Flow(
            name="shipping_methods",
            lane="shipping",
            resource="",
            of=Owner.ODOO,
            sync=sync_shipping_methods,
            plan=plan_shipping_methods,
            wanted=lambda settings: settings.send_shipping_methods,
            help="A delivery method of Odoo becomes shipping methods of the store, and orders that use them come over "
            "with it.",
        ),
    )
}


def wanted_flows(settings: ConnectionSettings) -> tuple[Flow, ...]:
    """Return the flows a connection has switched on."""
    return tuple(flow for flow in FLOWS.values() if flow.wanted(settings))
