"""Look at what Odoo has of a batch of shop orders: three or four reads, however many orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...domain.money import to_decimal
from ...domain.order import Order
from ...mapping.order_plan import SETTLED, Document, Invoice, Seen
from ...mapping.product_product import PRODUCT_FIELDS
from ...mapping.res_partner import PARTNER_FIELDS, customer_key, email_of
from ...mapping.sale_order import SALE_ORDER_PREFIX
from ..context import Context

INVOICE_FIELDS = ("name", "move_type", "state", "payment_state", "amount_total")


def observe_orders(context: Context, orders: Sequence[Order]) -> Seen:
    """Read from Odoo what planning needs: the orders' documents, their customers and products."""
    documents, gone = _documents(context, orders)
    finished = {record for record, found in documents.items() if any(d.ours and _is_settled(d) for d in found)}
    waiting = [order for order in orders if order.external_id not in finished]
    linked = context.links.find("customer", [customer_key(order) for order in waiting])
    linked_ids = {key: link.odoo_id for key, link in linked.items()}
    return Seen(
        partners=_partners(context, waiting, linked_ids.values()),
        linked_partners=linked_ids,
        products=_products(context, waiting),
        documents=documents,
        gone=gone,
    )


def _is_settled(document: Document) -> bool:
    return document.invoice is not None and document.invoice.payment_state in SETTLED


def _documents(context: Context, orders: Sequence[Order]) -> tuple[dict[str, list[Document]], dict[str, str]]:
    """Find the sales orders that carry the orders' references or were made for them earlier, and their invoices."""
    rules, odoo = context.rules, context.odoo
    references = [rules.reference(order) for order in orders]
    links = context.links.find("order", [order.external_id for order in orders])
    known = {link.odoo_id: record for record, link in links.items() if link.odoo_model == "sale.order"}
    domain: list[Any] = [("company_id", "=", rules.company_id), ("client_order_ref", "in", references)]
    if known:
        domain = ["|", ("id", "in", sorted(known)), "&", *domain]
    rows = odoo.search_read(
        "sale.order", domain, ["name", "client_order_ref", "state", "amount_total", "invoice_ids"], order="id"
    )
    invoices = _invoices(context, [invoice for row in rows for invoice in row["invoice_ids"]])
    owners = known | _made_by_woodoo(context, [row["id"] for row in rows if row["id"] not in known])
    by_reference: dict[str, list[str]] = defaultdict(list)
    for order in orders:
        by_reference[rules.reference(order)].append(order.external_id)
    documents: dict[str, list[Document]] = defaultdict(list)
    for row in rows:
        # Plugins may give two orders one number: what is known to be of one order is not of the other.
        owner = owners.get(row["id"])
        for record in [owner] if owner else by_reference[row["client_order_ref"]]:
            documents[record].append(_document(row, invoices, ours=bool(owner)))
    alive = {row["id"] for row in rows}
    gone = {
        record: links[record].odoo_name or str(odoo_id) for odoo_id, record in known.items() if odoo_id not in alive
    }
    return dict(documents), gone


def _document(row: Mapping[str, Any], invoices: Mapping[int, Invoice], *, ours: bool) -> Document:
    own = tuple(invoices[i] for i in sorted(row["invoice_ids"]) if i in invoices)
    return Document(row["id"], row["name"], row["state"], to_decimal(row["amount_total"]), own, ours)


def _invoices(context: Context, ids: Sequence[int]) -> dict[int, Invoice]:
    if not ids:
        return {}
    rows = context.odoo.read("account.move", ids, list(INVOICE_FIELDS))
    return {
        row["id"]: Invoice(
            row["id"],
            row["name"] or "",
            row["move_type"],
            row["state"],
            row["payment_state"] or "",
            to_decimal(row["amount_total"]),
        )
        for row in rows
    }


def _made_by_woodoo(context: Context, ids: Sequence[int]) -> dict[int, str]:
    """Return the order ids for which Woodoo made these sales orders, after links were lost."""
    if not ids:
        return {}
    names = context.odoo.external_ids("sale.order", ids)
    return {odoo_id: name.removeprefix(SALE_ORDER_PREFIX) for odoo_id, name in names.items()}


def _partners(context: Context, orders: Sequence[Order], linked: Iterable[int]) -> list[dict[str, Any]]:
    emails = sorted({email_of(order) for order in orders} - {""})
    known = sorted(set(linked))
    if not emails and not known:
        return []
    top = [("parent_id", "=", False), ("company_id", "in", [False, context.rules.company_id])]
    domain: list[Any] = ["&", "&", *top, ("email_normalized", "in", emails)]
    if known:
        domain = ["|", ("id", "in", known), *domain]
    return context.odoo.search_read("res.partner", domain, list(PARTNER_FIELDS), order="id")


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
