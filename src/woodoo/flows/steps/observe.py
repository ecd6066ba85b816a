"""Look at what Odoo has of a batch of shop orders: four or five reads, however many orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ...domain.money import to_decimal
from ...domain.order import Order
from ...engine.flow import LinkVals
from ...mapping.documents.account_move import INVOICE_PREFIX
from ...mapping.documents.document import QUOTATION, Document, Invoice, Seen
from ...mapping.documents.product_product import PRODUCT_FIELDS
from ...mapping.documents.sale_order import SALE_ORDER_PREFIX
from ...mapping.documents.sign import was_cancelled
from ...mapping.order_plan import needs_plan
from ...mapping.policy import BECOMES, Do
from ...odoo.deliveries import undelivered
from ..context import Context
from .changes import read_histories
from .observe_customers import observe_customers
from .reducing import read_reductions

INVOICE_FIELDS = ("name", "ref", "move_type", "state", "payment_state", "amount_total", "amount_residual")


def observe_orders(context: Context, orders: Sequence[Order]) -> Seen:
    """Read from Odoo what planning needs: the orders' documents, their customers and products."""
    at = datetime.now(UTC)
    documents, gone = find_documents(context, orders)
    reductions = read_reductions(context, orders, documents)
    reduced = reductions.found
    orders = [reduced[o.external_id].order if o.external_id in reduced else o for o in orders]
    histories = read_histories(context, orders, documents, reduced)
    waiting = [
        o
        for o in orders
        if needs_plan(o, documents.get(o.external_id, ()), histories[o.external_id], context.rules, at)
    ]
    return Seen(
        customers=observe_customers(context, waiting),
        products=_products(context, waiting),
        documents=documents,
        gone=gone,
        histories=histories,
        taken_names=_taken_names(context, [order for order in waiting if not documents.get(order.external_id)]),
        reduced=reduced,
        unread=reductions.unread,
        at=at,
    )


def find_documents(context: Context, orders: Sequence[Order]) -> tuple[dict[str, list[Document]], dict[str, str]]:
    """Find what carries the orders' references or was made for them earlier: sales orders, and invoices without one."""
    links = context.links.find("order", [order.external_id for order in orders])
    billed = context.links.find("invoice", [order.external_id for order in orders])
    references: dict[str, list[str]] = defaultdict(list)
    for order in orders:
        references[context.rules.reference(order)].append(order.external_id)
    sale_orders = _found(context, "sale.order", "client_order_ref", _SALE_ORDER_FIELDS, links, references)
    of_orders = {odoo_id for row in sale_orders for odoo_id in row["invoice_ids"]}
    known = of_orders | {link.odoo_id for link in billed.values()}
    moves = _found(context, "account.move", "ref", INVOICE_FIELDS, links, references, known)
    alone = [row for row in moves if row["id"] not in of_orders and row["move_type"] == "out_invoice"]
    names = {order.external_id for order in orders}
    owners = _owners(context, "sale.order", SALE_ORDER_PREFIX, links, sale_orders, names)
    owners |= _owners(context, "account.move", INVOICE_PREFIX, links, alone, names)
    invoices = {row["id"]: _invoice(row) for row in moves}
    to_deliver = _to_deliver(context, sale_orders)
    documents: dict[str, list[Document]] = defaultdict(list)
    for model, rows in (("sale.order", sale_orders), ("account.move", alone)):
        for row in rows:
            # Plugins may give two orders one number: what is known to be of one order is not of the other.
            owner = owners.get((model, row["id"]))
            reference = row["client_order_ref"] if model == "sale.order" else row["ref"]
            for record in [owner] if owner else references[reference]:
                document = _document(row, invoices, ours=bool(owner))
                delivered = model == "sale.order" and row["id"] not in to_deliver
                documents[record].append(replace(document, delivered=delivered))
    alive = {("sale.order", row["id"]) for row in sale_orders} | {("account.move", row["id"]) for row in moves}
    made = [*((r, link) for r, link in billed.items() if not was_cancelled(link.odoo_seen)), *links.items()]
    gone = {r: _lost(link) for r, link in made if (link.odoo_model, link.odoo_id) not in alive}
    return dict(documents), gone


def _to_deliver(context: Context, sale_orders: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Return the sales orders that have something left to be delivered, where deliveries are followed at all."""
    ids = [row["id"] for row in sale_orders]
    if Do.DELIVERY not in BECOMES[context.rules.policy.order_becomes]:
        return frozenset()
    quotations = {row["id"] for row in sale_orders if row["state"] in QUOTATION}
    return undelivered(context.odoo, [odoo_id for odoo_id in ids if odoo_id not in quotations]) | quotations


_SALE_ORDER_FIELDS = ("name", "client_order_ref", "state", "amount_total", "invoice_ids")


def _found(
    context: Context,
    model: str,
    reference: str,
    fields: Sequence[str],
    links: Mapping[str, LinkVals],
    references: Iterable[str],
    more: Iterable[int] = (),
) -> list[dict[str, Any]]:
    """Read the records of a model that have one of the references, that were linked, and those in `more`."""
    known = {link.odoo_id for link in links.values() if link.odoo_model == model} | set(more)
    domain: list[Any] = [("company_id", "=", context.rules.company_id), (reference, "in", sorted(references))]
    if known:
        domain = ["|", ("id", "in", sorted(known)), "&", *domain]
    return context.odoo.search_read(model, domain, list(fields), order="id")


def _owners(
    context: Context,
    model: str,
    prefix: str,
    links: Mapping[str, LinkVals],
    rows: Sequence[Mapping[str, Any]],
    orders: Collection[str],
) -> dict[tuple[str, int], str]:
    """Return the order each record was made for: by its link, or by its external id where links were lost.

    More may follow in the external id: of an order whose invoice was credited the later ones say which they are.
    """
    owners = {(model, link.odoo_id): record for record, link in links.items() if link.odoo_model == model}
    unknown = [row["id"] for row in rows if (model, row["id"]) not in owners]
    if unknown:
        names = context.odoo.external_ids(model, unknown)
        for odoo_id, name in names.items():
            own = name.removeprefix(prefix)
            first = own.partition("_")[0]
            owners[model, odoo_id] = first if own not in orders and first in orders else own
    return owners


def _lost(link: LinkVals) -> str:
    if link.odoo_model == "account.move":
        return "draft invoice" if link.odoo_name == "draft" else f"invoice {link.odoo_name or link.odoo_id}"
    return f"sales order {link.odoo_name or link.odoo_id}"


def _document(row: Mapping[str, Any], invoices: Mapping[int, Invoice], *, ours: bool) -> Document:
    """Return a sales order with its invoices, or an invoice alone."""
    total = to_decimal(row["amount_total"])
    if "invoice_ids" not in row:
        own = invoices[row["id"]]
        return Document(None, own.name or "a draft invoice", own.state, total, (own,), ours)
    of_order = tuple(invoices[i] for i in sorted(row["invoice_ids"]) if i in invoices)
    return Document(row["id"], row["name"], row["state"], total, of_order, ours)


def _invoice(row: Mapping[str, Any]) -> Invoice:
    return Invoice(
        row["id"],
        row["name"] or "",
        row["move_type"],
        row["state"],
        row["payment_state"] or "",
        to_decimal(row["amount_total"]),
        to_decimal(row["amount_residual"]),
    )


def _products(context: Context, orders: Sequence[Order]) -> dict[str, list[dict[str, Any]]]:
    field = context.rules.sku_field
    skus = sorted({line.sku for order in orders for line in order.lines} - {""})
    if not skus:
        return {}
    domain = [(field, "in", skus), ("company_id", "in", [False, context.rules.company_id])]
    rows = context.odoo.search_read(
        "product.product", domain, [field, *PRODUCT_FIELDS], order="id", context={"active_test": False}
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[field]].append(row)
    return dict(found)


def _taken_names(context: Context, orders: Sequence[Order]) -> dict[str, str]:
    """Find the new orders whose reference is another sales order's name, where that is to be theirs.

    Odoo itself lets two sales orders have one name.
    """
    rules = context.rules
    if not rules.use_order_number or not rules.policy.with_sale_order or not orders:
        return {}
    names = sorted({rules.reference(order) for order in orders})
    domain = [("company_id", "=", rules.company_id), ("name", "in", names)]
    rows = context.odoo.search_read("sale.order", domain, ["name"])
    owners = {row["name"]: f"the sales order with the id {row['id']}" for row in rows}
    taken = {}
    for order in orders:
        reference = rules.reference(order)
        if reference in owners:
            taken[order.external_id] = owners[reference]
        owners.setdefault(reference, f"order {order.external_id} of the store")
    return taken
