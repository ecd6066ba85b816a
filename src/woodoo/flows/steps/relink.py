"""Find again what Odoo's external ids tell, where Woodoo's own database was lost: which records stand for an order.

Decides what is taken for proof: the external id for order and invoice, the order's memo for its payment, and the same
e-mail address for the customer. Three or four reads for a batch of such orders; none for all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...domain.money import round_money
from ...domain.order import Order
from ...engine.flow import LinkVals
from ...mapping.changes.fingerprint import Doing, fingerprint
from ...mapping.customers.customer_keys import email_of, link_keys
from ...mapping.documents.document import Document
from ...mapping.order_plan import payment_memo
from ..context import Context

Row = Mapping[str, Any]
_PARTNER_FIELDS = ("name", "type", "email_normalized", "commercial_partner_id")


@dataclass(frozen=True)
class There:
    """An order, and its own document in Odoo."""

    order: Order
    document: Document
    #: It is to be cancelled in Odoo, or is already.
    cancelled: bool


def relink(context: Context, there: Sequence[There]) -> None:
    """Remember again what stands for these orders, where no link tells.

    Also payments that people took off their invoices: without their links they would be registered once more.
    """
    known = context.links.find("order", [one.order.external_id for one in there]) if there else {}
    lost = [one for one in there if one.order.external_id not in known]
    if lost:
        found = _read(context, lost)
        context.links.upsert(link for one in lost for link in _links(context, one, found))


@dataclass(frozen=True)
class _Found:
    """What Odoo says of the documents of a batch."""

    #: Sales orders and invoices, as (model, id) → external id with its namespace.
    names: Mapping[tuple[str, int], str]
    #: Documents, as (model, id) → whom they are made out to.
    customers: Mapping[tuple[str, int], Row]
    #: By id: the companies and people above the customers.
    heads: Mapping[int, Row]
    #: Memo → payments.
    payments: Mapping[str, Sequence[Row]]


def _read(context: Context, lost: Sequence[There]) -> _Found:
    odoo, namespace = context.odoo, context.rules.namespace
    documents = [one.document for one in lost]
    ids = {"sale.order": {document.sale_order_id for document in documents if document.sale_order_id}}
    ids["account.move"] = {invoice.odoo_id for document in documents for invoice in document.invoices}
    names: dict[tuple[str, int], str] = {}
    owners: dict[tuple[str, int], int] = {}
    for model, wanted in ids.items():
        names |= {(model, one): f"{namespace}.{name}" for one, name in odoo.external_ids(model, wanted).items()}
        owners |= {(model, row["id"]): row["partner_id"] for row in odoo.read(model, wanted, ["partner_id"])}
    people = {row["id"]: row for row in odoo.read("res.partner", set(owners.values()) - {False}, _PARTNER_FIELDS)}
    above = {row["commercial_partner_id"] for row in people.values()} - people.keys()
    heads = people | {row["id"]: row for row in odoo.read("res.partner", above, _PARTNER_FIELDS)}
    customers = {document: people[partner] for document, partner in owners.items() if partner in people}
    return _Found(names, customers, heads, _payments(context, [one.order for one in lost]))


def _payments(context: Context, orders: Sequence[Order]) -> dict[str, list[Row]]:
    """Return our payments of the orders' memos, also those that were cancelled or are off their invoices."""
    memo = context.odoo.client.dialect.payment_memo
    domain = [
        (memo, "in", sorted({_memo(context, order) for order in orders})),
        ("company_id", "=", context.rules.company_id),
        ("create_uid", "=", context.odoo.client.uid),
    ]
    found: dict[str, list[Row]] = {}
    for row in context.odoo.search_read("account.payment", domain, [memo, "name", "reconciled_invoice_ids"]):
        found.setdefault(row[memo], []).append(row)
    return found


def _memo(context: Context, order: Order) -> str:
    return payment_memo(order, context.rules.reference(order))


def _links(context: Context, one: There, found: _Found) -> list[LinkVals]:
    order, document, invoice = one.order, one.document, one.document.invoice
    record = order.external_id
    links = [_document_link(context, one, found), *_customer_links(context, order, document, found)]
    if invoice and document.sale_order_id is not None:
        xmlid = found.names.get(("account.move", invoice.odoo_id), "")
        name = invoice.name if invoice.state == "posted" else "draft"
        links.append(LinkVals("invoice", record, "account.move", invoice.odoo_id, name, xmlid))
    payment = _payment(found.payments.get(_memo(context, order), ()), invoice.odoo_id) if invoice else None
    if payment:
        links.append(LinkVals("payment", record, "account.payment", payment["id"], str(payment["name"] or "")))
    return links


def _document_link(context: Context, one: There, found: _Found) -> LinkVals:
    """Return the link of what stands for the order. What is cancelled on both sides, Woodoo has cancelled."""
    order, document, key = one.order, one.document, _key(one.document)
    same = one.cancelled and document.state == "cancel"
    same = same and document.total == round_money(order.total, order.currency_digits)
    marks = fingerprint(order, context.rules).while_(Doing.CANCELLED).text() if same else ""
    xmlid = found.names.get(key, "")
    return LinkVals("order", order.external_id, *key, document.name, xmlid, odoo_hash=marks)


def _customer_links(context: Context, order: Order, document: Document, found: _Found) -> list[LinkVals]:
    customer = found.customers.get(_key(document))
    if customer is None:
        return []
    head = found.heads.get(customer["commercial_partner_id"], customer)
    links = [LinkVals("order_customer", order.external_id, "res.partner", head["id"], str(head["name"]))]
    if customer["type"] == "contact" and customer["email_normalized"] == (email_of(order) or False):
        links.append(LinkVals("customer", link_keys(order, context.rules)[0], "res.partner", customer["id"]))
    return links


def _key(document: Document) -> tuple[str, int]:
    return document.model, document.sale_order_id or document.invoices[0].odoo_id


def _payment(rows: Sequence[Row], invoice_id: int) -> Row | None:
    """Return the payment of an invoice, or else one that pays nothing any more; what pays others is theirs."""
    own = [row for row in rows if invoice_id in row["reconciled_invoice_ids"]]
    off = [row for row in rows if not row["reconciled_invoice_ids"]]
    return next(iter(own or off), None)
