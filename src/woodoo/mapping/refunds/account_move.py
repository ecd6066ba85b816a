"""The credit note of a refund (`account.move`): the invoice's header, the plan's lines, and the reason as a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...domain.text import shortened
from ..amounts.priced import PricedLine
from ..documents.sale_order import analytic_distribution, pin_vals
from ..rules import Rules
from .credit_plan import CreditPlan, Entry

#: Characters of a reason that the reference shows; the note on the document has all of it.
LONGEST_REF = 120


def credit_note_vals(plan: CreditPlan, rules: Rules) -> dict[str, Any]:
    """Return the header's columns for `load`.

    `payment_reference` becomes the label of the receivable line, and by that the memo of the payment back.
    """
    invoice = plan.invoice
    vals: dict[str, Any] = {
        "move_type": "out_refund",
        "reversed_entry_id/.id": invoice.odoo_id,
        "partner_id/.id": invoice.partner_id,
        "partner_shipping_id/.id": invoice.shipping_partner_id or invoice.partner_id,
        "journal_id/.id": invoice.journal_id,
        "currency_id/.id": invoice.currency_id,
        "invoice_date": f"{plan.day:%Y-%m-%d}",
        "ref": shortened(f"{plan.reference}: {plan.text}", LONGEST_REF),
        "payment_reference": plan.memo,
        "invoice_user_id/.id": "",
    }
    optional = {
        "invoice_origin": invoice.origin,
        "fiscal_position_id/.id": invoice.fiscal_position_id,
        "team_id/.id": rules.team_id,
    }
    return vals | {column: value for column, value in optional.items() if value}


def credit_note_lines(plan: CreditPlan, rules: Rules, *, product_display_type: str) -> list[dict[str, Any]]:
    """Return the columns of all lines, without the `invoice_line_ids/` prefix.

    The note names a line of the sales order with no pieces of it, so that the sales order shows the credit note.

    Args:
        plan: the credit note.
        rules: of the connection.
        product_display_type: what this Odoo calls a line that sells something; empty where it has no word for it.
    """
    lines = [
        _line_vals(line, entry, rules, plan.order.currency, product_display_type, accounts=plan.names_accounts)
        for line, entry in zip(plan.priced.lines, plan.entries, strict=True)
    ]
    first = next((one.order_line_ids for one in plan.invoice.lines if one.order_line_ids), ())
    note: dict[str, Any] = {"display_type": "line_note", "name": plan.text, "quantity": 0.0}
    if first:
        note["sale_line_ids/.id"] = str(first[0])
    return [*lines, note]


def _line_vals(
    line: PricedLine, entry: Entry, rules: Rules, currency: str, product_display_type: str, *, accounts: bool
) -> dict[str, Any]:
    vals: dict[str, Any] = {
        **({"display_type": product_display_type} if product_display_type else {}),
        "product_id/.id": entry.product_id,
        "name": entry.name,
        "quantity": float(line.quantity),
        "price_unit": float(line.price_unit),
        "discount": float(line.discount),
        "tax_ids/.id": _ids([tax.odoo_id for tax in line.taxes]),
        "sale_line_ids/.id": _ids(entry.order_line_ids),
    }
    if accounts:
        vals["account_id/.id"] = entry.account_id
    if rules.analytic and rules.analytic_distributed:
        vals["analytic_distribution"] = analytic_distribution(rules)
    elif rules.analytic:
        vals["analytic_account_id/.id"] = next(iter(rules.analytic))
    return vals | pin_vals(line, rules, currency)


def _ids(ids: Sequence[int]) -> str:
    return ",".join(str(one) for one in ids)
