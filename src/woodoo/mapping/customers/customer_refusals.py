"""What of an order's customer only a person can decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.errors import DataError
from ...domain.order import Order

#: Candidates a message names; more are counted.
_SHOWN = 10


def refuse_several(order: Order, partners: Sequence[Mapping[str, Any]], what: str, where: str) -> DataError:
    """Return the error of an order whose e-mail address or VAT number (`what`) several partners have."""
    return DataError(
        f"{order.label}: {len(partners)} customers in Odoo have the {what} of this {order.noun}: {_listed(partners)}.",
        record=order.label,
        where=where,
        fix=f"Merge them in Odoo, or remove the {what} from those that are not meant, then retry.",
    )


def refuse_archived(order: Order, partners: Sequence[Mapping[str, Any]]) -> DataError:
    """Return the error of an order whose customer is archived."""
    return DataError(
        f"{order.label}: its customer is archived in Odoo: {_listed(partners)}.",
        record=order.label,
        where="res.partner -> active",
        fix="Restore it in Odoo, or give its e-mail address to the customer that is meant; then retry.",
    )


def refuse_nameless(order: Order) -> DataError:
    """Return the error of an order nobody is named in."""
    return DataError(
        f"{order.label} has neither a name nor a company nor an e-mail address in its billing address.",
        record=order.label,
        where="billing",
        fix="Fill in the billing address in the store, or set a customer of all orders; then retry.",
    )


def _listed(partners: Sequence[Mapping[str, Any]]) -> str:
    shown = [_described(partner) for partner in partners[:_SHOWN]]
    more = len(partners) - len(shown)
    return "; ".join([*shown, *([f"and {more} more"] if more else [])])


def _described(partner: Mapping[str, Any]) -> str:
    marks = (f"id {partner['id']}", partner.get("city"), partner.get("vat") and f"VAT {partner['vat']}")
    return f"{partner['name']} ({', '.join(str(mark) for mark in marks if mark)})"
