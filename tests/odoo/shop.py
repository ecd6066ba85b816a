"""A shop of recorded orders in front of a real Odoo, without engine and HTTP: what flows are tried on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.history import OrderRange
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund
from woodoo.engine.flow import LinkVals, Outcome
from woodoo.flows.context import Context
from woodoo.flows.order import sync_orders
from woodoo.flows.rules import load_rules
from woodoo.mapping.rules import Rules
from woodoo.odoo.client import OdooClient, connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin, Shop, prepare
from woodoo.stores.base import Changed, Fetched, OrderPage, StoreChoice, StoreIdentity, StoreTaxRate
from woodoo.stores.woocommerce.orders import to_domain

RECORDINGS = Path(__file__).parent.parent / "data" / "woocommerce"


def recorded_orders() -> dict[str, Order]:
    """Return every recorded order, by id, as it was when it was taken."""
    orders = {}
    for path in sorted(RECORDINGS.glob("order_[0-9]*.json")):
        if "deleted" not in path.name:
            order = to_domain(json.loads(path.read_text())["body"], 2)
            orders[order.external_id] = order
    return orders


@dataclass(frozen=True)
class RecordedRefunds:
    """The refunds of a store's orders."""

    given_back: Mapping[str, tuple[Refund, ...]]

    def read(self, orders: Sequence[Order]) -> Fetched[tuple[Refund, ...]]:
        return Fetched(found={order.external_id: self.given_back.get(order.external_id, ()) for order in orders})


class RecordedStore:
    """A store that has exactly the orders it was given."""

    def __init__(self, orders: Mapping[str, Order]) -> None:
        self.orders = dict(orders)
        #: Order id → notes of the staff.
        self.notes: dict[str, tuple[str, ...]] = {}
        #: Order id → its refunds, oldest first.
        self.given_back: dict[str, tuple[Refund, ...]] = {}

    @property
    def refunds(self) -> RecordedRefunds:
        return RecordedRefunds(self.given_back)

    def refund(self, refund: Refund) -> None:
        """Let the shop have given something back."""
        order = self.orders[refund.order_id]
        self.given_back[refund.order_id] = (*self.given_back.get(refund.order_id, ()), refund)
        self.orders[refund.order_id] = replace(order, refund_ids=(*order.refund_ids, refund.external_id))

    def delete_refund(self, refund: Refund) -> None:
        """Let the shop have deleted a refund."""
        order = self.orders[refund.order_id]
        self.given_back[refund.order_id] = tuple(r for r in self.given_back[refund.order_id] if r != refund)
        ids = tuple(one for one in order.refund_ids if one != refund.external_id)
        self.orders[refund.order_id] = replace(order, refund_ids=ids)

    def fetch_orders(self, external_ids: Sequence[str]) -> Fetched[Order]:
        found = {one: self.orders[one] for one in external_ids if one in self.orders}
        return Fetched(found=found, missing=frozenset(set(external_ids) - found.keys()))

    def fetch_notes(self, external_ids: Sequence[str]) -> Fetched[tuple[str, ...]]:
        return Fetched(found={one: self.notes.get(one, ()) for one in external_ids})

    def identify(self) -> StoreIdentity:
        raise NotImplementedError

    def changed_orders(self, since: datetime | None) -> Iterator[Changed]:
        raise NotImplementedError

    def orders_in(self, wanted: OrderRange, cursor: str = "") -> OrderPage:
        raise NotImplementedError

    def count_orders(self, wanted: OrderRange) -> int:
        raise NotImplementedError

    def tax_rates(self) -> Sequence[StoreTaxRate]:
        raise NotImplementedError

    def order_statuses(self) -> Sequence[StoreChoice]:
        raise NotImplementedError

    def payment_methods(self) -> Sequence[StoreChoice]:
        raise NotImplementedError

    def shipping_methods(self) -> Sequence[StoreChoice]:
        raise NotImplementedError


@dataclass
class MemoryLinks:
    """Links that last as long as the test."""

    known: dict[tuple[str, str], LinkVals] = field(default_factory=dict)

    def find(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        return {one: self.known[kind, one] for one in external_ids if (kind, one) in self.known}

    def upsert(self, links: Iterable[LinkVals]) -> None:
        """Remember links as the engine does: what is empty keeps what was known."""
        for link in links:
            old = self.known.get((link.kind, link.external_id), link)
            names = ("odoo_name", "odoo_xmlid", "store_hash", "odoo_hash", "odoo_seen")
            kept = {name: getattr(link, name) or getattr(old, name) for name in names}
            self.known[link.kind, link.external_id] = replace(link, **kept)

    def take(self, outcomes: Mapping[str, Outcome]) -> None:
        for outcome in outcomes.values():
            self.upsert(outcome.links)


@dataclass
class Bench:
    """A prepared Odoo and a store of orders, with everything between them."""

    odoo: Records
    shop: Shop
    store: RecordedStore
    settings: ConnectionSettings
    links: MemoryLinks = field(default_factory=MemoryLinks)
    #: Rules by settings, where Odoo's own settings stay as they are; None: they are read before each run.
    rules: dict[str, Rules] | None = None

    @classmethod
    def set_up(cls, endpoint: Endpoint, admin: Admin, orders: Mapping[str, Order], namespace: str) -> Bench:
        """Prepare an Odoo for these orders; `namespace` keeps the records of tests apart."""
        shop = prepare(admin, sorted({line.sku for order in orders.values() for line in order.lines} - {""}))
        return cls._of(connect(endpoint), shop, orders, namespace)

    def beside(self, orders: Mapping[str, Order], namespace: str) -> Bench:
        """Return another bench on the same Odoo, which asks for nothing again that was prepared and found out.

        Its orders are of the products, and its tests leave as they are the records, that this one was set up with.
        """
        return self._of(self.odoo.client, self.shop, orders, namespace)

    @classmethod
    def _of(cls, client: OdooClient, shop: Shop, orders: Mapping[str, Order], namespace: str) -> Bench:
        rates = {rate.rate_id: rate.percent for order in orders.values() for rate in order.tax_rates}
        taxes = {(percent.normalize(), included): tax for (percent, included), tax in shop.taxes.items()}
        settings = ConnectionSettings(
            tax_map={rate: taxes[percent.normalize(), False] for rate, percent in rates.items()},
            journal_map={"stripe": shop.journals["Stripe"], "ppcp-gateway": shop.journals["PayPal"]},
            shipping_product_id=shop.shipping_product_id,
            shipping_map={"flat_rate": shop.carrier_id},
            fee_product_id=shop.fee_product_id,
            pricelist_map={"USD": shop.pricelists["USD"]},
            timezone="Europe/Madrid",
            order_number_format=f"{crc32(namespace.encode()):x}-{{number}}",
            namespace=namespace,
        )
        return cls(Records(client, 1, namespace=namespace), shop, RecordedStore(orders), settings)

    @property
    def prefix(self) -> str:
        """What this bench's references begin with."""
        return self.settings.order_number_format.removesuffix("{number}")

    def context(self, **changes: Any) -> Context:
        """Return what the flow works with; `changes` replace settings."""
        settings = self.settings.model_copy(update=changes)
        return Context(self.store, self.odoo, self.rules_of(settings), self.links)

    def rules_of(self, settings: ConnectionSettings) -> Rules:
        """Return the rules of a run, read anew unless they are kept."""
        kept, key = self.rules if self.rules is not None else {}, settings.model_dump_json()
        if key not in kept:
            kept[key] = load_rules(self.odoo, settings, self.odoo.namespace)
        return kept[key]

    def sync(self, external_ids: Sequence[str] | None = None, **changes: Any) -> dict[str, Outcome]:
        """Bring orders (default: all) to Odoo, with settings changed as given."""
        outcomes = sync_orders(self.context(**changes), list(external_ids or self.store.orders))
        self.links.take(outcomes)
        return outcomes

    def sale_orders(self, *fields: str) -> dict[str, dict[str, Any]]:
        """Return the sales orders of this bench by store order number."""
        return self._by_number("sale.order", "client_order_ref", fields, [])

    def invoices(self, *fields: str) -> dict[str, dict[str, Any]]:
        """Return the invoices of this bench by store order number."""
        return self._by_number("account.move", "ref", fields, [("move_type", "=", "out_invoice")])

    def _by_number(
        self, model: str, reference: str, fields: Sequence[str], domain: list[Any]
    ) -> dict[str, dict[str, Any]]:
        prefix = self.prefix
        rows = self.odoo.search_read(model, [*domain, (reference, "=like", f"{prefix}%")], [reference, *fields])
        found = {row[reference].removeprefix(prefix): row for row in rows}
        assert len(found) == len(rows), f"{model} is there twice"
        return found


def renumbered(orders: Mapping[str, Order], start: int) -> dict[str, Order]:
    """Return copies of orders under other ids and numbers."""
    copies = (replace(o, external_id=str(start + i), number=str(start + i)) for i, o in enumerate(orders.values()))
    return {order.external_id: order for order in copies}


def cents(value: object) -> Decimal:
    """Return an amount of Odoo, which sends floats, as it is meant."""
    return Decimal(str(value)).quantize(Decimal("0.01"))
