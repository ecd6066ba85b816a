"""What the documents of an order were like when a flow looked at them last, kept on their links.

Decides that what Woodoo itself has written is known already, so that the feed of Odoo's changes tells a person's doing
from our own; what was not read back is left unsaid, at the price of one more look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..engine.flow import LinkVals
from ..mapping.documents.document import Document
from ..mapping.documents.sign import (
    Sign,
    delivered_sign,
    invoice_sign,
    payment_sign,
    sale_order_sign,
    sign_of_invoice,
    sign_text,
)
from ..mapping.policy import Do
from .batch import Progress


def signed(progress: Progress, links: Iterable[LinkVals]) -> tuple[LinkVals, ...]:
    """Add to the links of an order what its documents are like after the run."""
    signs: dict[str, Sign] = {"account.payment": payment_sign({"state": "posted"})}
    if progress.sale_order:
        signs["sale.order"] = _sale_order(progress)
    if progress.invoice.get("state"):
        signs["account.move"] = invoice_sign(progress.invoice)
    return _with(links, signs)


def observed(document: Document, links: Iterable[LinkVals], order_id: str) -> tuple[LinkVals, ...]:
    """Add what the documents of an order are like that stays as it is; its invoice gets a link for it."""
    own, invoice = list(links), document.invoice
    if invoice and document.sale_order_id is not None:
        own.append(LinkVals("invoice", order_id, "account.move", invoice.odoo_id, _name(invoice.state, invoice.name)))
    return _with(own, signs_of(document))


def cancelled(document: Document, links: Iterable[LinkVals], order_id: str) -> tuple[LinkVals, ...]:
    """Add what a document is like that was cancelled just now. Odoo cancels the draft invoice of an order with it."""
    signs = signs_of(document)
    signs[document.model] = {**signs[document.model], "state": "cancelled"}
    own, invoice = list(links), document.invoice
    if invoice and invoice.state == "draft" and document.sale_order_id is not None:
        own.append(LinkVals("invoice", order_id, "account.move", invoice.odoo_id, "draft"))
        signs["account.move"] = {**signs["account.move"], "state": "cancelled"}
    return _with(own, signs)


def signs_of(document: Document) -> dict[str, Sign]:
    """Return the signs of what was observed of an order, by model."""
    signs: dict[str, Sign] = {}
    if document.sale_order_id is not None:
        row = {"state": document.state, "amount_total": document.total}
        signs["sale.order"] = {**sale_order_sign(row), **delivered_sign(document.delivered)}
    invoice = document.invoice or next(iter(document.invoices), None)
    if invoice:
        signs["account.move"] = sign_of_invoice(invoice)
    return signs


def _sale_order(progress: Progress) -> Sign:
    document = progress.plan.document
    sign = sale_order_sign(progress.sale_order)
    if document and document.sale_order_id is not None:
        sign = {**sale_order_sign({"amount_total": document.total}), **sign}
    before = bool(document and document.delivered and not progress.plan.change.reopens)
    return {**sign, **delivered_sign(progress.delivered or (before and not progress.wants(Do.DELIVERY)))}


def _with(links: Iterable[LinkVals], signs: Mapping[str, Sign]) -> tuple[LinkVals, ...]:
    return tuple(replace(link, odoo_seen=sign_text(signs.get(link.odoo_model, {}))) for link in links)


def _name(state: str, name: str) -> str:
    return name if state == "posted" else "draft"
