"""What of an Odoo document matters to Woodoo when somebody changes it there: its sign.

Decides which differences are news. What Odoo itself moves on without a decision of anybody's, such as an order that
is locked or a payment that its bank statement has reached, is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ...domain.money import to_decimal
from .document import QUOTATION, SETTLED, Invoice

#: Part → what it is like, such as "state" → "confirmed".
Sign = Mapping[str, str]

#: The record is not there any more.
GONE: Sign = {"record": "deleted"}
#: States of a payment that does not stand (19 says canceled and rejected).
UNDONE = frozenset({"draft", "cancel", "canceled", "rejected"})

SALE_ORDER_FIELDS = ("state", "amount_total")
INVOICE_FIELDS = ("state", "payment_state", "amount_total")
PAYMENT_FIELDS = ("state",)
#: What stands on documents of a partner, or decides their taxes.
PARTNER_FIELDS = (
    "name", "email", "vat", "street", "street2", "city", "zip", "state_id", "country_id", "parent_id", "active",
    "property_account_position_id", "property_account_receivable_id",
)  # fmt: skip


def sale_order_sign(row: Mapping[str, Any]) -> Sign:
    """Return the sign of a `sale.order`; what the row does not hold is left out."""
    sign = {}
    if "state" in row:
        state = row["state"]
        sign["state"] = "quotation" if state in QUOTATION else "cancelled" if state == "cancel" else "confirmed"
    return sign | _total(row)


def delivered_sign(delivered: bool) -> Sign:
    """Return the part of a sales order's sign that says whether all of it has left."""
    return {"delivery": "done" if delivered else "open"}


def invoice_sign(row: Mapping[str, Any]) -> Sign:
    """Return the sign of an `account.move`; what the row does not hold is left out."""
    sign = {}
    if "state" in row:
        sign["state"] = "cancelled" if row["state"] == "cancel" else str(row["state"])
    if "payment_state" in row:
        state = str(row["payment_state"] or "not_paid")
        sign["payment"] = "paid" if state in SETTLED else state.replace("_", " ")
    return sign | _total(row)


def sign_of_invoice(invoice: Invoice) -> Sign:
    """Return the sign of an invoice that was observed."""
    return invoice_sign({"state": invoice.state, "payment_state": invoice.payment_state, "amount_total": invoice.total})


def payment_sign(row: Mapping[str, Any]) -> Sign:
    """Return the sign of an `account.payment`."""
    return {"state": "undone" if row["state"] in UNDONE else "posted"}


def partner_sign(row: Mapping[str, Any]) -> Sign:
    """Return the sign of a `res.partner`, which tells nothing about the person."""
    parts = json.dumps([row.get(name) for name in PARTNER_FIELDS], default=str)
    return {"contents": sha256(parts.encode()).hexdigest()[:12]}


def sign_text(sign: Sign) -> str:
    """Return the sign as it is kept on a link; empty where nothing is known."""
    return json.dumps(dict(sorted(sign.items()))) if sign else ""


def joined(known: str, sign: Sign) -> str:
    """Return what is kept, with what was seen now."""
    return sign_text({**{part: what for part, what in _read(known).items() if part not in GONE}, **sign})


def was_cancelled(known: str) -> bool:
    """Say whether the document was cancelled when it was seen last, so that deleting it makes room for a new one."""
    return _read(known).get("state") == "cancelled"


def differing(known: str, sign: Sign) -> str:
    """Say what differs from what is kept: "state quotation → confirmed"; empty where nothing does."""
    old = _read(known)
    words = []
    for part, what in sign.items():
        before = old.get(part)
        if part == "contents" and before != what:
            words.append("contents")
        elif before != what:
            words.append(f"{part} {before} → {what}" if before else f"{part} {what}")
    return ", ".join(words)


def _total(row: Mapping[str, Any]) -> dict[str, str]:
    if "amount_total" not in row:
        return {}
    return {"total": f"{to_decimal(row['amount_total']).normalize():f}"}


def _read(text: str) -> dict[str, str]:
    return dict(json.loads(text)) if text else {}
