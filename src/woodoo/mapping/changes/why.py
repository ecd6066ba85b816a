"""Why a document in Odoo does not come to what was sent: which line differs, and what that mostly comes from.

| on a line        | mostly comes from                                                     |
|------------------|-----------------------------------------------------------------------|
| taxes            | a fiscal position, a changed mapping, a change by hand                |
| discount         | a pricelist, a change by hand                                         |
| unit price       | the precision "Product Price", a change by hand                       |
| quantity         | the precision of quantities, a change by hand                         |
| nothing          | a tax whose percentage or rounding was changed in Odoo                |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import round_money
from ..amounts.priced import PricedLine

#: So many lines are told.
_MOST = 3


@dataclass(frozen=True)
class OdooLine:
    """A line of a sales order or an invoice as Odoo shows it."""

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    tax_ids: frozenset[int]


def why_different(sent: Sequence[PricedLine], found: Sequence[OdooLine]) -> str:
    """Say in a sentence what differs between the lines that were sent and those Odoo has, in the same order."""
    if len(sent) != len(found):
        return f"It has {len(found)} line{'s' if len(found) != 1 else ''} in Odoo, {len(sent)} were sent."
    reasons = [reason for line, other in zip(sent, found, strict=True) if (reason := _reason(line, other))]
    if not reasons:
        return "All its lines are as they were sent, so Odoo computes or rounds their taxes otherwise."
    more = f"; and {len(reasons) - _MOST} more" if len(reasons) > _MOST else ""
    return f"{'; '.join(reasons[:_MOST])}{more}."


def _reason(line: PricedLine, found: OdooLine) -> str:
    what = f"The {line.target.kind} line '{line.name}'"
    taxes = {tax.odoo_id for tax in line.taxes}
    if taxes != found.tax_ids:
        names = ", ".join(f"'{tax.name}'" for tax in line.taxes) or "none"
        ids = ", ".join(str(tax_id) for tax_id in sorted(found.tax_ids)) or "none"
        return f"{what} has the taxes {ids} in Odoo, not {names} (a fiscal position, or a change by hand)"
    if round_money(line.discount, 2) != round_money(found.discount, 2):
        return (
            f"{what} has a discount of {_plain(found.discount)} % in Odoo, not {_plain(line.discount)} % (a pricelist)"
        )
    if line.quantity != round_money(found.quantity, 6):
        return f"{what} has the quantity {_plain(found.quantity)} in Odoo, not {_plain(line.quantity)}"
    if round_money(line.price_unit, 6) != round_money(found.price_unit, 6):
        prices = f"{_plain(found.price_unit)} in Odoo, not {_plain(line.price_unit)}"
        return f"{what} has the price {prices} (the precision 'Product Price', or a change by hand)"
    return ""


def _plain(value: Decimal) -> str:
    return f"{round_money(value, 6).normalize():f}"
