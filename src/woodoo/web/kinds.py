"""Which kinds of records there are to look at, and where each leads in both systems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.engine.models import Link, Work
from woodoo.flows.table import FLOWS, wanted_flows

from .links import store_customer_url, store_order_url, store_product_url
from .words import flow_word

#: Lane → kinds of links that are about its records by the store's id; others are about records of their flow's name.
_BY_STORE_ID: Mapping[str, tuple[str, ...]] = {
    "orders": ("order", "invoice", "payment", "delivery", "order_customer", "order_partner", "refund"),
    "fulfilment": ("order", "fulfil", "invoice", "fulfil_invoice", "payment"),
    "refunds": ("order", "invoice", "refund"),
    "products_in": ("product", "variant"),
    "customers_in": ("account",),
}
#: Kinds of links of a part of a record: the id of the record, a slash, that of the part.
_PARTS = frozenset({"variant", "refund"})
#: Lane of records that go by Odoo's id → their model, and the kinds of links that are about them.
_BY_ODOO_ID: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "catalogue": ("product.template", ("product",)),
    "stock": ("product.product", ("variant",)),
    "customers": ("res.partner", ("account",)),
    "shipping": ("delivery.carrier", ("shipping_method",)),
}
#: Kind of a link → the page of its store record: platform, address of the store, external id.
_PAGES: Mapping[str, Callable[[str, str, str], str]] = {
    "order": store_order_url,
    "product": store_product_url,
    "variant": store_product_url,
    "account": store_customer_url,
}
#: Lane whose record is a store record → the kind of it.
_STORE_KIND = {
    "orders": "order",
    "fulfilment": "order",
    "refunds": "order",
    "products_in": "product",
    "customers_in": "account",
}


@dataclass(frozen=True)
class KindChoice:
    """A kind of record to filter by."""

    flow: str
    word: str


def kinds_of(connections: Iterable[Connection], chosen: str) -> list[KindChoice]:
    """Return the kinds of records these connections have switched on, and the chosen one."""
    flows = {chosen} if chosen else set()
    for connection in connections:
        try:
            flows |= {flow.name for flow in wanted_flows(connection.rules)}
        except ConfigError:
            continue
    return [KindChoice(name, flow_word(name)) for name in FLOWS if name in flows]


def kinds_by_store_id(lane: str) -> tuple[str, ...]:
    """Return the kinds of links that are about the records of a lane by the store's id."""
    return _BY_STORE_ID.get(lane, ())


def odoo_model_of(work: Work) -> str:
    """Return the model whose id a record goes by; empty where it goes by the store's id."""
    return _BY_ODOO_ID[work.lane][0] if work.lane in _BY_ODOO_ID else ""


def links_about(work: Work) -> Q:
    """Return which links are about a record."""
    if work.lane in _BY_ODOO_ID:
        model, about = _BY_ODOO_ID[work.lane]
        number = int(work.record) if work.record.isascii() and work.record.isdigit() else 0
        return Q(odoo_model=model, odoo_id=number, kind__in=about)
    kinds = _BY_STORE_ID.get(work.lane, (work.flow,))
    found = Q(external_id=work.record, kind__in=kinds)
    for part in _PARTS.intersection(kinds):
        found |= Q(kind=part, external_id__startswith=f"{work.record}/")
    return found


def store_page_of(work: Work, connection: Connection) -> str:
    """Return the page of a record in the store's back office; empty where it has none, or it is not known."""
    platform, address = connection.store_platform, connection.store_url
    if kind := _STORE_KIND.get(work.lane):
        return _PAGES[kind](platform, address, work.record)
    if work.lane not in _BY_ODOO_ID:
        return ""
    links = Link.objects.filter(links_about(work), connection_id=work.connection_id).order_by("pk")
    pages = (_PAGES[link.kind](platform, address, link.external_id) for link in links if link.kind in _PAGES)
    return next((page for page in pages if page), "")
