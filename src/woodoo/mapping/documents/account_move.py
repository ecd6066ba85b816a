"""The invoice of a shop order (`account.move`), with the same lines, prices and taxes as the sales order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ...domain.order import Order
from ..rules import Rules
from .order_fields import first_fields, invoice_note
from .order_lines import DocumentLine
from .sale_order import analytic_distribution, fiscal_position, payment_term, pin_vals

#: What the external ids of invoices begin with; the order's id follows.
INVOICE_PREFIX = "account_move_"


def invoice_external_id(order: Order) -> str:
    """Return the external id (without namespace) of the order's invoice."""
    return f"{INVOICE_PREFIX}{order.external_id}"


def invoice_vals(
    order: Order, rules: Rules, *, day: date, order_name: str, invoice_id: int, shipping_id: int, memo: str
) -> dict[str, Any]:
    """Return the invoice header's columns for `load`. Ids are database ids; `order_name` is empty where there is no
    sales order.

    `memo` becomes the label of the receivable line, and by that the memo of the payment, in the same transaction as
    the payment (addons/account/wizard/account_payment_register.py, `_get_batch_communication`).
    """
    vals: dict[str, Any] = {
        "move_type": "out_invoice",
        "partner_id/.id": invoice_id,
        "partner_shipping_id/.id": shipping_id,
        "invoice_date": f"{day:%Y-%m-%d}",
        "ref": rules.reference(order),
        "payment_reference": memo,
        "currency_id/.id": rules.currencies[order.currency].odoo_id,
        "invoice_user_id/.id": "",
    }
    optional = {
        "invoice_origin": order_name,
        "team_id/.id": rules.team_id,
        "journal_id/.id": rules.invoice_journal_id,
        "invoice_payment_term_id/.id": payment_term(order, rules),
        "fiscal_position_id/.id": fiscal_position(order, rules),
    }
    words = invoice_note(order, rules) if rules.policy.with_sale_order else first_fields(order, rules, "account.move")
    return vals | {column: value for column, value in optional.items() if value} | words


def invoice_line_vals(line: DocumentLine, order_line_id: int | None, rules: Rules, currency: str) -> dict[str, Any]:
    """Return one line's columns for `load`, without the `invoice_line_ids/` prefix.

    `order_line_id` is None where there is no sales order.

    An empty tax cell means no tax; without the column Odoo would put the product's own.
    """
    vals: dict[str, Any] = {
        "product_id/.id": line.product_id,
        "name": line.name,
        "quantity": float(line.priced.quantity),
        "price_unit": float(line.priced.price_unit),
        "discount": float(line.priced.discount),
        "tax_ids/.id": ",".join(str(tax.odoo_id) for tax in line.priced.taxes),
    }
    if order_line_id is not None:
        vals["sale_line_ids/.id"] = str(order_line_id)
    elif rules.sales_account_id:
        vals["account_id/.id"] = rules.sales_account_id
    if rules.analytic and rules.analytic_distributed:
        vals["analytic_distribution"] = analytic_distribution(rules)
    elif rules.analytic:
        vals["analytic_account_id/.id"] = next(iter(rules.analytic))
    return vals | pin_vals(line.priced, rules, currency)


def invoice_lines(
    lines: Sequence[DocumentLine], order_line_ids: Sequence[int], rules: Rules, currency: str
) -> list[dict[str, Any]]:
    """Return the columns of all lines; `order_line_ids` are those of the sales order in the same sequence, if any."""
    ids: Sequence[int | None] = order_line_ids or [None] * len(lines)
    return [invoice_line_vals(line, line_id, rules, currency) for line, line_id in zip(lines, ids, strict=True)]
