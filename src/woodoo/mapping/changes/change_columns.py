"""Which columns of a sales order each part of a later change touches; the others stay as people in Odoo have left them.

| part             | columns                                                                       |
|------------------|-------------------------------------------------------------------------------|
| lines            | delivery method (it goes with its line), pricelist, fiscal position           |
| customer         | customer, invoice and delivery address                                        |
| billing address  | invoice address; where all is written anew, the person ordering, too          |
| delivery address | delivery address, fiscal position                                             |
| contact          | invoice and delivery address                                                  |
| header           | references, date, payment terms, customer's note, meta data                   |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .fingerprint import Part

_PARTNER, _INVOICE, _SHIPPING = "partner_id/.id", "partner_invoice_id/.id", "partner_shipping_id/.id"
COLUMNS: Mapping[Part, frozenset[str]] = {
    Part.LINES: frozenset({"carrier_id/.id", "pricelist_id/.id", "fiscal_position_id/.id"}),
    Part.CUSTOMER: frozenset({_PARTNER, _INVOICE, _SHIPPING}),
    Part.BILLING: frozenset({_INVOICE}),
    Part.SHIPPING: frozenset({_SHIPPING, "fiscal_position_id/.id"}),
    Part.CONTACT: frozenset({_INVOICE, _SHIPPING}),
    Part.HEADER: frozenset({"client_order_ref", "origin", "date_order", "payment_term_id/.id"}),
}


def columns_of(
    parts: Collection[Part], whole: Mapping[str, Any], following: Mapping[str, Any], *, rewrites: bool
) -> dict[str, Any]:
    """Return the columns to write for changes of these parts.

    `whole` are the columns of a new sales order, `following` those that follow later changes, empty ones among them;
    `rewrites` says that the lines are written anew, so that what belongs to them is written in any case.
    """
    wanted = set(COLUMNS[Part.LINES]) if rewrites else set()
    for part in parts:
        wanted |= COLUMNS[part]
    if rewrites and Part.BILLING in parts:
        # From 16 on Odoo derives both addresses anew where the customer is written.
        wanted |= COLUMNS[Part.CUSTOMER]
    columns = {name: value for name, value in whole.items() if name in wanted}
    return columns | dict(following) if Part.HEADER in parts else columns
