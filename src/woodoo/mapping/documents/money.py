"""What an order comes to in the store and in Odoo: total, tax, what was given back, what is paid, what is open.

Decides how each amount is found; total = paid + refunded + open on either side, so what is paid is what was **kept**:
money that came in less what went back.

| amount   | store                                               | Odoo                                             |
|----------|-----------------------------------------------------|--------------------------------------------------|
| Total    | of the order, less refunds from before its invoice  | of its invoices; before those of the sales order |
| Tax      | of the order                                        | of its invoices                                  |
| Refunded | its refunds; all of it where it was cancelled       | posted credit notes                              |
| Open     | nothing once it is paid, else what is not refunded  | open on invoices, less open on credit notes      |
| Paid     | the rest                                            | the rest                                         |

A credit note that nobody has paid back yet is less to be open: Odoo then owes the customer, and both sides differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import ZERO, round_money
from ...domain.order import Order
from ...domain.plan import Total
from ...domain.refund import Refund
from ..refunds.seen import SeenOrder

#: Statuses of the store in which nothing is to be paid any more.
_OFF = frozenset({"cancelled", "failed", "trash"})


@dataclass(frozen=True)
class Money:
    """The amounts of one order on both sides, in its currency."""

    totals: tuple[Total, ...]
    currency: str
    notes: tuple[str, ...] = ()


def compare_money(order: Order, refunds: Sequence[Refund], seen: SeenOrder) -> Money:
    """Return what an order comes to on both sides."""
    left_out = sum((one.amount for one in refunds if one.external_id in seen.inside), ZERO)
    store = _store(order, refunds, left_out)
    odoo = _odoo(seen)
    totals = tuple(
        Total(name, round_money(store[name], order.currency_digits), _rounded(odoo.get(name), order.currency_digits))
        for name in store
        if not (name == "Tax" and left_out)
    )
    return Money(totals, order.currency, tuple(_notes(order, seen, left_out)))


def _store(order: Order, refunds: Sequence[Refund], left_out: Decimal) -> dict[str, Decimal]:
    total = order.total - left_out
    given_back = sum((one.amount for one in refunds), ZERO) - left_out
    if order.status in _OFF and not order.paid_at:
        given_back = total
    open_ = ZERO if order.paid_at or order.status in _OFF else max(total - given_back, ZERO)
    return {
        "Total": total,
        "Tax": order.total_tax,
        "Refunded": given_back,
        "Paid": total - given_back - open_,
        "Open": open_,
    }


def _odoo(seen: SeenOrder) -> dict[str, Decimal | None]:
    """Return Odoo's amounts, as far as there are any."""
    if seen.document is None:
        return {}
    if not seen.invoices:
        return {"Total": seen.document.total}
    total = sum((one.total for one in seen.invoices), ZERO)
    tax = sum((amount for one in seen.invoices for amount in one.taxes.values()), ZERO)
    credit = [one for one in seen.credit_notes if one.state == "posted"]
    given_back = sum((one.total for one in credit), ZERO)
    # A draft is not asked for yet, so all of it is open.
    open_ = sum((one.open if one.state == "posted" else one.total for one in seen.invoices), ZERO)
    open_ -= sum((one.open for one in credit), ZERO)
    return {"Total": total, "Tax": tax, "Refunded": given_back, "Paid": total - given_back - open_, "Open": open_}


def _rounded(amount: Decimal | None, digits: int) -> Decimal | None:
    return None if amount is None else round_money(amount, digits)


def _notes(order: Order, seen: SeenOrder, left_out: Decimal) -> list[str]:
    notes = []
    if seen.document is None:
        notes.append("Odoo has nothing of this order yet.")
    elif not seen.invoices:
        notes.append("There is no invoice yet.")
    elif any(one.state == "draft" for one in seen.invoices):
        notes.append("The invoice is a draft.")
    if left_out:
        amount = f"{round_money(left_out, order.currency_digits)} {order.currency}"
        notes.append(f"Without {amount} that were refunded before the invoice, and are not in it.")
    drafts = [one for one in seen.credit_notes if one.state == "draft"]
    if drafts:
        notes.append(f"{len(drafts)} credit note{'s are' if len(drafts) > 1 else ' is'} a draft and not counted.")
    return notes
