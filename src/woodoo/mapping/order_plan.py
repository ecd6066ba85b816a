"""What to do about one shop order: looks at the order, at what Odoo has of it and at the rules, and decides.

| in the store                        | in Odoo                  | plan                                         |
|-------------------------------------|--------------------------|----------------------------------------------|
| status does not come over           | nothing                  | skip, with the reason                        |
| not paid yet                        | nothing                  | skip, with the reason                        |
| paid                                | nothing                  | customer, order, confirm, invoice, post, pay |
| paid                                | some of it               | the rest of it                               |
| paid                                | all of it, same total    | nothing to do                                |
| paid                                | order cancelled          | park: a person decides                       |
| total changed                       | invoice posted           | park: a person decides                       |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ..domain.errors import ConfigError, DataError
from ..domain.money import round_money
from ..domain.order import Order, ShippingLine
from ..domain.plan import join
from .account_move import invoice_date
from .account_tax import order_taxes
from .pricing import Priced, price_lines
from .product_product import match_products
from .res_partner import AddressPlan, PartnerPlan, customer_key, plan_address, plan_partner
from .rules import Carrier, Currency, Journal, Rules
from .sale_order import DocumentLine, carrier_of, line_product, line_text
from .totals import Targets, order_targets

#: Invoice payment states after which nothing is left to pay (Enterprise: `in_payment` until the bank statement).
SETTLED = frozenset({"paid", "in_payment", "reversed"})


@dataclass(frozen=True)
class Invoice:
    """An invoice or credit note of a sales order as Odoo has it."""

    odoo_id: int
    name: str
    move_type: str
    state: str
    payment_state: str
    total: Decimal


@dataclass(frozen=True)
class Document:
    """A sales order that carries the order's reference in Odoo."""

    odoo_id: int
    name: str
    state: str
    total: Decimal
    invoices: tuple[Invoice, ...] = ()
    #: Made by Woodoo for this very order: it carries the order's external id.
    ours: bool = True

    @property
    def invoice(self) -> Invoice | None:
        """The order's own invoice: the first customer invoice that is not cancelled."""
        return next((i for i in self.invoices if i.move_type == "out_invoice" and i.state != "cancel"), None)


@dataclass(frozen=True)
class Seen:
    """What was observed in Odoo for a batch of orders."""

    #: Top-level partners that share an e-mail address with an order, or had an earlier order of the customer.
    partners: Sequence[Mapping[str, Any]] = ()
    #: Customer key → partner id of earlier orders.
    linked_partners: Mapping[str, int] = field(default_factory=dict)
    #: SKU → products that have it.
    products: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    #: Order id → the sales order made for it, and those of others that carry its reference.
    documents: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    #: Order ids whose sales order Woodoo made earlier and Odoo no longer has, with that order's name.
    gone: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NothingToDo:
    """The order stays as it is; `reason` says why, for the screen."""

    order: Order
    document: Document | None
    reason: str
    #: True where the order is complete in Odoo, False where it does not come over.
    complete: bool = False


@dataclass(frozen=True)
class OrderPlan:
    """Everything needed to bring one order to where it should be."""

    order: Order
    document: Document | None
    reference: str
    targets: Targets
    priced: Priced
    lines: tuple[DocumentLine, ...]
    partner: PartnerPlan
    invoice_address: AddressPlan
    delivery_address: AddressPlan
    carrier: Carrier | None
    #: None where there is nothing to pay.
    journal: Journal | None
    invoice_date: date
    payment_date: date

    @property
    def memo(self) -> str:
        """What identifies the payment: the reference and the gateway's transaction."""
        return " ".join(part for part in (self.reference, self.order.transaction_id) if part)


def plan_order(order: Order, seen: Seen, rules: Rules) -> OrderPlan | NothingToDo:
    """Decide what to do about one order.

    Raises:
        DataError: where the order, or what Odoo has of it, needs a person.
        ConfigError: where a mapping or a setting is missing.
    """
    reference = rules.reference(order)
    documents = seen.documents.get(order.external_id, ())
    document = next((document for document in documents if document.ours), None)
    reason = _skip_reason(order, document, rules)
    if reason or order.paid_at is None:
        return NothingToDo(order, document, reason)
    _refuse_documents(order, reference, documents, seen.gone)
    targets = order_targets(order)
    _refuse_what_odoo_cannot_post(order, targets)
    if document and _is_complete(order, document, targets):
        done = f"{order.label} is complete in Odoo: {_names(document)}, with the same total."
        return NothingToDo(order, document, done, complete=True)
    partner = plan_partner(order, seen.linked_partners.get(customer_key(order)), seen.partners, rules)
    record = next((p for p in seen.partners if p["id"] == partner.odoo_id), None)
    priced = _priced(order, targets, rules)
    carriers = [carrier_of(line, rules) for line in order.shipping_lines]
    return OrderPlan(
        order,
        document,
        reference,
        targets,
        priced,
        lines=_document_lines(order, priced, seen, rules),
        partner=partner,
        invoice_address=plan_address("invoice", order.billing, order, record, rules),
        delivery_address=plan_address("delivery", order.shipping, order, record, rules),
        carrier=next((carrier for carrier in carriers if carrier), None),
        journal=_journal(order, targets, rules),
        invoice_date=invoice_date(order, rules),
        payment_date=order.paid_at.astimezone(rules.timezone).date(),
    )


def _priced(order: Order, targets: Targets, rules: Rules) -> Priced:
    digits = _currency(order, rules).digits
    _refuse_fractions(order, targets, digits)
    taxes = order_taxes(order, rules)
    same_currency = order.currency == rules.company_currency
    try:
        return price_lines(targets, taxes, rules.precision, digits, may_pin=same_currency)
    except DataError as error:
        message = f"{order.label}: {error.message}"
        raise DataError(message, record=order.label, where=error.where, fix=error.fix) from None


def _refuse_fractions(order: Order, targets: Targets, digits: int) -> None:
    """Refuse amounts with more decimals than Odoo's currency has, such as 10.50 JPY or 10.505 EUR."""
    amounts = [targets.total, *targets.taxes.values(), *(line.net for line in targets.lines)]
    finer = next((amount for amount in amounts if amount != round_money(amount, digits)), None)
    if finer is not None:
        raise DataError(
            f"{order.label} has the amount {finer} {order.currency}, but {order.currency} has {digits} decimals in "
            "Odoo.",
            record=order.label,
            where="res.currency -> rounding",
            fix="Make the number of decimals in WooCommerce's settings and the rounding of the currency in Odoo agree; "
            "enter this order by hand.",
        )


def _refuse_documents(order: Order, reference: str, documents: Sequence[Document], gone: Mapping[str, str]) -> None:
    """Leave to a person what somebody did to the order in Odoo."""
    if order.external_id in gone:
        raise DataError(
            f"{order.label}: its sales order {gone[order.external_id]} was deleted in Odoo after Woodoo made it.",
            record=order.label,
            where="sale.order",
            fix="Skip this record; or have it made anew with 'woodoo sync order --again'.",
        )
    foreign = [document for document in documents if not document.ours]
    if foreign and len(foreign) == len(documents):
        names = ", ".join(document.name for document in foreign)
        raise DataError(
            f"{order.label}: Odoo has {names} with the same reference '{reference}', which Woodoo did not make.",
            record=order.label,
            where="sale.order -> client_order_ref",
            fix="If it is this order, skip this record; if not, change its customer reference in Odoo, or set an order "
            "prefix where two stores count alike; then retry.",
        )
    cancelled = [document for document in documents if document.ours and document.state == "cancel"]
    if cancelled:
        raise DataError(
            f"{order.label} is '{order.status}' in the store, but {cancelled[0].name} is cancelled in Odoo.",
            record=order.label,
            where="sale.order -> state",
            fix="Set the sales order back to quotation in Odoo and retry, or skip this record.",
        )


def _refuse_what_odoo_cannot_post(order: Order, targets: Targets) -> None:
    if not targets.lines:
        raise DataError(
            f"{order.label} has no lines, and Odoo posts no empty invoice.",
            record=order.label,
            where="line_items",
            fix="Skip this record, or complete the order in the store and retry.",
        )
    if targets.total < 0:
        raise DataError(
            f"{order.label} comes to {targets.total} {order.currency}; Odoo posts no invoice below zero.",
            record=order.label,
            where="total",
            fix="Enter it in Odoo as a credit note and skip this record, or correct the order in the store and retry.",
        )


def _skip_reason(order: Order, document: Document | None, rules: Rules) -> str:
    stays = f" {document.name} stays as it is in Odoo." if document else ""
    wanted_statuses = [status for status, step in rules.policy.status_steps.items() if step in {"invoice", "deliver"}]
    if order.status not in wanted_statuses:
        wanted = " or ".join(sorted(wanted_statuses))
        return f"{order.label} is '{order.status}' in the store; orders come over when they are {wanted}.{stays}"
    if order.paid_at is None:
        method = order.payment_method_title or order.payment_method or "no payment method"
        return (
            f"{order.label} is not paid yet ({method}, no payment date in the store); it comes over once paid.{stays}"
        )
    return ""


def _is_complete(order: Order, document: Document, targets: Targets) -> bool:
    """Say whether nothing is left to do.

    Raises:
        DataError: where the store's total has changed since the invoice was posted.
    """
    invoice = document.invoice
    if invoice is None or invoice.state != "posted":
        return False
    if invoice.total != targets.total:
        raise DataError(
            f"{order.label} comes to {targets.total} {order.currency} in the store, but its invoice {invoice.name} is "
            f"posted over {invoice.total} {order.currency}.",
            record=order.label,
            where="account.move -> amount_total",
            fix="Credit the invoice in Odoo, or undo the change in the store, then retry or skip.",
        )
    return invoice.payment_state in SETTLED


def _names(document: Document) -> str:
    return join([document.name, document.invoice.name if document.invoice else ""])


def _currency(order: Order, rules: Rules) -> Currency:
    currency = rules.currencies.get(order.currency)
    if currency is None:
        raise ConfigError(
            f"{order.label} is in {order.currency}, which is not an active currency in Odoo.",
            record=order.label,
            where="res.currency",
            fix=f"Activate {order.currency} in Odoo.",
        )
    if order.currency != rules.company_currency and order.currency not in rules.pricelists:
        raise ConfigError(
            f"{order.label} is in {order.currency}, but no pricelist is set for that currency; in Odoo the pricelist "
            "decides an order's currency.",
            record=order.label,
            where="settings -> pricelists",
            fix=f"Choose a pricelist in {order.currency} in the connection's settings.",
        )
    return currency


def _document_lines(order: Order, priced: Priced, seen: Seen, rules: Rules) -> tuple[DocumentLine, ...]:
    products = match_products(order, seen.products, rules.sku_field)
    return tuple(
        DocumentLine(
            line,
            line_product(line.target.source, order, products, rules),
            line_text(line.target.source),
            is_delivery=isinstance(line.target.source, ShippingLine)
            and carrier_of(line.target.source, rules) is not None,
        )
        for line in priced.lines
    )


def _journal(order: Order, targets: Targets, rules: Rules) -> Journal | None:
    if not targets.total:
        return None
    journal = rules.journals.get(order.payment_method)
    if journal is None:
        title = order.payment_method_title or "none"
        raise ConfigError(
            f"{order.label} was paid with '{title}' ({order.payment_method or 'no payment method'}), which is not "
            "mapped to a journal in Odoo.",
            record=order.label,
            where="settings -> payment journals",
            fix="Map the payment method to a bank or cash journal in the connection's settings.",
        )
    return journal
