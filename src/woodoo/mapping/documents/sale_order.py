"""The sales order a shop order becomes (`sale.order`): header and lines, ready for one create-once `load`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...domain.errors import DataError
from ...domain.order import Order
from ..amounts.priced import PricedLine, pin
from ..rules import Carrier, Rules
from .order_fields import changing_fields, first_fields
from .order_lines import DocumentLine

#: What the external ids of sales orders begin with; the order's id follows.
SALE_ORDER_PREFIX = "sale_order_"


def sale_order_external_id(order: Order) -> str:
    """Return the external id (without namespace) of the order's `sale.order`."""
    return f"{SALE_ORDER_PREFIX}{order.external_id}"


def sale_order_vals(
    order: Order, rules: Rules, *, partner_id: int, invoice_id: int, shipping_id: int, carrier: Carrier | None
) -> dict[str, Any]:
    """Return the header's columns for `load`. Times are UTC; ids are database ids.

    `user_id` is sent empty, else the API user becomes the salesperson; so are payment and signature requests, else
    the customer's portal asks for what is already paid.
    """
    vals: dict[str, Any] = {
        "partner_id/.id": partner_id,
        "partner_invoice_id/.id": invoice_id,
        "partner_shipping_id/.id": shipping_id,
        "date_order": f"{order.created_at:%Y-%m-%d %H:%M:%S}",
        "client_order_ref": rules.reference(order),
        "origin": rules.reference(order),
        "company_id/.id": rules.company_id,
        "user_id/.id": "",
        "require_payment": False,
        "require_signature": False,
    }
    optional = {
        "name": rules.reference(order) if rules.use_order_number else "",
        "pricelist_id/.id": rules.pricelists.get(order.currency),
        "warehouse_id/.id": rules.warehouse_id,
        "team_id/.id": rules.team_id,
        "carrier_id/.id": carrier.odoo_id if carrier else None,
        "tag_ids/.id": ",".join(map(str, rules.tag_ids)),
        "analytic_account_id/.id": None if rules.analytic_distributed else next(iter(rules.analytic), None),
        "payment_term_id/.id": payment_term(order, rules),
        "fiscal_position_id/.id": fiscal_position(order, rules),
    }
    return (
        vals | {column: value for column, value in optional.items() if value} | first_fields(order, rules, "sale.order")
    )


def sale_order_changes(order: Order, rules: Rules) -> dict[str, Any]:
    """Return those of the header's columns that follow the order's later changes, for a document that is there.

    What the settings leave to Odoo is left out: somebody may have chosen it there.
    """
    optional = {
        "payment_term_id/.id": payment_term(order, rules),
        "fiscal_position_id/.id": fiscal_position(order, rules),
    }
    chosen = {column: value for column, value in optional.items() if value}
    return chosen | changing_fields(order, rules, "sale.order")


def sale_order_line_vals(line: DocumentLine, rules: Rules, currency: str, *, taxes_field: str) -> dict[str, Any]:
    """Return one line's columns for `load`, without the `order_line/` prefix. Prices are in the order's currency."""
    vals: dict[str, Any] = {
        "product_id/.id": line.product_id,
        "name": line.name,
        "product_uom_qty": _plain(line.priced.quantity),
        "price_unit": _plain(line.priced.price_unit),
        # Also where there is none: else a pricelist may put one.
        "discount": _plain(line.priced.discount),
        f"{taxes_field}/.id": ",".join(str(tax.odoo_id) for tax in line.priced.taxes),
    }
    if line.is_delivery:
        vals["is_delivery"] = True
    if rules.analytic and rules.analytic_distributed:
        vals["analytic_distribution"] = analytic_distribution(rules)
    return vals | pin_vals(line.priced, rules, currency)


def pin_vals(priced: PricedLine, rules: Rules, currency: str) -> dict[str, Any]:
    """Return the column that pins the line's taxes, where it is pinned."""
    data = pin(priced, rules.currencies[currency].odoo_id)
    return {} if data is None else {"extra_tax_data": json.dumps(data)}


def refuse_taken_name(order: Order, rules: Rules, taken: Mapping[str, str]) -> None:
    """Refuse an order whose reference is to be its name, and that name is another one's: Odoo would take it.

    Raises:
        DataError: with who has the name.
    """
    if rules.use_order_number and order.external_id in taken:
        raise DataError(
            f"{order.label} cannot be called '{rules.reference(order)}' in Odoo: {taken[order.external_id]} has that "
            "name.",
            record=order.label,
            where="sale.order -> name",
            fix="Choose an order number format that tells it apart in the connection's settings, such as WEB-{number}, "
            "or rename the other order in Odoo; then retry.",
        )


def payment_term(order: Order, rules: Rules) -> int | None:
    """Return the payment terms of the order's payment method, else those of all; None leaves them to Odoo."""
    return rules.payment_terms.get(order.payment_method, rules.payment_term_id)


def fiscal_position(order: Order, rules: Rules) -> int | None:
    """Return the fiscal position of an exempt customer, else of the country of delivery, else that of all.

    It changes the accounts of an invoice; its taxes are those of the lines, which are the store's.
    """
    if order.is_vat_exempt and "exempt" in rules.fiscal_positions:
        return rules.fiscal_positions["exempt"]
    country = order.shipping.country or order.billing.country
    return rules.fiscal_positions.get(country, rules.fiscal_position_id)


def analytic_distribution(rules: Rules) -> str:
    """Return the distribution of a line over analytic accounts, as JSON: account id → percent."""
    return json.dumps({str(account): float(share) for account, share in rules.analytic.items()})


def _plain(value: Decimal) -> float:
    return float(value)
