"""What needs a person before an order can go to Odoo: foreign or cancelled documents, amounts Odoo cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from ..domain.errors import DataError
from ..domain.money import round_money
from ..domain.order import Order
from .amounts.priced import Priced
from .amounts.totals import Targets
from .documents.document import Document
from .policy import Do
from .rules import Rules


def refuse_fractions(order: Order, targets: Targets, digits: int) -> None:
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


def refuse_documents(order: Order, reference: str, documents: Sequence[Document], gone: Mapping[str, str]) -> None:
    """Leave to a person what somebody did to the order in Odoo."""
    if order.external_id in gone:
        raise DataError(
            f"{order.label}: its {gone[order.external_id]} was deleted in Odoo after Woodoo made it.",
            record=order.label,
            where="links",
            fix="Skip this record; or have it made anew with 'woodoo sync order --again'.",
        )
    foreign = [d for d in documents if not d.ours and (d.sale_order_id or d.state != "cancel")]
    if foreign and not any(document.ours for document in documents):
        names = ", ".join(document.name for document in foreign)
        raise DataError(
            f"{order.label}: Odoo has {names} with the same reference '{reference}', which Woodoo did not make.",
            record=order.label,
            where=f"{foreign[0].model} -> {'ref' if foreign[0].sale_order_id is None else 'client_order_ref'}",
            fix="If it is this order, skip this record; if not, change its reference in Odoo, or the format of order "
            "numbers in the settings where two stores count alike; then retry.",
        )


def refuse_what_odoo_cannot_post(order: Order, targets: Targets) -> None:
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


def refuse_locked(order: Order, document: Document | None, steps: frozenset[Do], day: date, rules: Rules) -> None:
    """Park an order whose invoice would be dated in a closed period.

    Odoo refuses to post such an invoice, or posts it under another date without a word
    (addons/account/models/account_move.py, `_post` and `_get_accounting_date`).
    """
    posted = document is not None and document.invoice is not None and document.invoice.state == "posted"
    if rules.lock is None or Do.POST not in steps or posted or day > rules.lock.until:
        return
    opened = rules.lock.until + timedelta(days=1)
    raise DataError(
        f"{order.label}: its invoice would be dated {day}, but in Odoo the books are closed up to {rules.lock.until} "
        f"({rules.lock.name}).",
        record=order.label,
        where="res.company -> lock dates",
        fix=f"Leave invoices of before {opened} as drafts ('post invoices from' in the connection's settings), or date "
        "invoices on the day they are made, or reopen the period in Odoo; then retry.",
    )


def refuse_locked_payment(order: Order, day: date | None, rules: Rules) -> None:
    """Park an order whose payment would be dated in a closed period; `day` is None where nothing is to be paid.

    Odoo refuses such a payment once the invoice is posted, or shows its day and books it on another one without a word
    (addons/account/models/account_move.py, `_post` and `_get_accounting_date`).
    """
    if rules.payment_lock is None or day is None or day > rules.payment_lock.until:
        return
    raise DataError(
        f"{order.label}: its payment would be dated {day}, but in Odoo the books are closed up to "
        f"{rules.payment_lock.until} ({rules.payment_lock.name}).",
        record=order.label,
        where="res.company -> lock dates",
        fix="Leave the invoices of this payment method open ('unpaid methods' in the connection's settings) and enter "
        "their payments by hand, or reopen the period in Odoo; then retry.",
    )


def refuse_a_cent_off(order: Order, steps: frozenset[Do], targets: Targets, priced: Priced, rules: Rules) -> None:
    """Park an order whose sales order cannot be exact in this Odoo, where the settings ask for that."""
    if rules.allow_order_cent or not rules.exact or Do.ORDER not in steps or priced.order_total == targets.total:
        return
    arithmetic = " ".join(priced.notes)
    raise DataError(
        f"{order.label}: its sales order would come to {priced.order_total} {order.currency} in "
        f"Odoo, {targets.total} in the store. {arithmetic}",
        record=order.label,
        where="sale.order -> amount_total",
        fix="Have Odoo round taxes per line and give 'Product Price' 6 decimals, or let sales orders be a cent off in "
        "the connection's settings (the invoice is exact), then retry.",
    )
