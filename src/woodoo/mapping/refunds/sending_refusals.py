"""What is not sent to the store until a person has decided, each with what they can do."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...domain.errors import DataError, SyncConflict
from ...domain.money import round_money
from ...domain.order import Order
from ...domain.refund import Refund
from .odoo_credits import CreditNote, Return
from .sending_lines import rounding

Source = CreditNote | Return
_BY_HAND = "Or skip it here, and see to it by hand."


def place(source: Source) -> str:
    """Return where a credit note or return is found in Odoo."""
    return f"{source.model} {source.odoo_id}"


def over_refunded(order: Order, refunded: Decimal) -> SyncConflict:
    """The store has given back more than the order came to: somebody refunded at the same moment."""
    given, total = (round_money(amount, order.currency_digits) for amount in (refunded, order.total))
    return SyncConflict(
        f"{order.label}: the store has refunded {given} {order.currency} of an order over {total} "
        f"{order.currency}; two refunds were made at the same moment.",
        record=order.label,
        where=f"orders/{order.external_id}/refunds",
        choices=(
            "Delete the refund in the store that should not be there, and see to money that was paid back; then retry.",
            _BY_HAND,
        ),
    )


def too_much(order: Order, source: Source, amount: Decimal, left: Decimal) -> SyncConflict:
    """More is to be given back than the store has left of the order."""
    return _conflict(
        order,
        source,
        f"{source.label} comes to {amount} {order.currency}, and only {max(left, Decimal(0))} {order.currency} of the "
        "order can still be refunded in the store.",
        "Look at the refunds of the order in the store: one of them may be what this stands for.",
        "Correct or cancel it in Odoo, then retry.",
    )


def if_foreign(order: Order, note: CreditNote) -> None:
    """Refuse a credit note that is not of this order alone, or not in its currency.

    Raises:
        DataError: naming what is wrong.
    """
    if note.currency != order.currency:
        said = f"is in {note.currency}, and the order in {order.currency}"
    elif note.others:
        said = f"also takes back goods of {', '.join(note.others[:3])}, and a refund is of one order"
    else:
        return
    raise DataError(
        f"{order.label}: {note.label} {said}.",
        record=order.label,
        where=place(note),
        fix="Refund the order in the store by hand, and skip it here; or cancel the credit note in Odoo and make one "
        "for this order alone, in its currency.",
    )


def if_not_as_sent(order: Order, note: CreditNote, refund: Refund) -> None:
    """Refuse a credit note that is not what it was when the store refunded it.

    Raises:
        SyncConflict: what stands against what.
    """
    off = note.total - refund.amount
    # Cents by which several credit notes round up together were left out (`sending.py`).
    if note.state == "posted" and 0 <= off <= rounding(len(note.lines), order.currency_digits):
        return
    undone = {"cancel": "is cancelled in Odoo", "draft": "is a draft again in Odoo"}.get(note.state)
    said = undone or f"comes to {note.total} {note.currency} by now"
    paid = "the payment provider has paid it back, which cannot be undone" if refund.by_gateway else "no money moved"
    delete = f"Delete refund {refund.external_id} in the store, where it should not have been made; then retry."
    raise _conflict(
        order,
        note,
        f"{note.label} {said}, and the store has refund {refund.external_id} over {refund.amount} {order.currency} for "
        f"it: {paid}.",
        f"Make it in Odoo what it was: posted, over {refund.amount} {note.currency}.",
        *(() if refund.by_gateway else (delete,)),
    )


def deleted(order: Order, source: Source, refund_id: str) -> SyncConflict:
    """The refund that stood for it is gone from the store."""
    return _conflict(
        order,
        source,
        f"Refund {refund_id} of the store, which stood for {source.label}, is deleted there: it is not sent again.",
        "Cancel the credit note in Odoo, where there is to be no refund.",
        "Refund the order in the store by hand with the same total: it is then taken for this one.",
    )


def unclear(order: Order, note: CreditNote, uncredited: Sequence[Refund]) -> SyncConflict:
    """The store has refunded something itself that has no credit note: this may be the one."""
    there = ", ".join(f"{one.external_id} over {one.amount}" for one in uncredited[:3])
    return _conflict(
        order,
        note,
        f"{note.label} over {note.total} {note.currency} is not sent: the store has made the refund {there} "
        f"{order.currency}, which has no credit note yet, and this may stand for it.",
        "Let the refund become a credit note first (see what else is said here), then retry.",
        "Where the credit note stands for that refund, give it the same total in Odoo: they are then linked.",
    )


def returned_before(order: Order, note: CreditNote, refund: Refund) -> SyncConflict:
    """A return of the same goods was refunded."""
    return _conflict(
        order,
        note,
        f"{note.label} takes back goods whose return the store has refunded already, as refund {refund.external_id} "
        f"over {refund.amount} {order.currency}: they are not refunded twice.",
        "Where it is for the same goods, give it that total in Odoo: it is then taken for that return.",
        "Where it is for more, take those goods out of it and credit them by themselves.",
    )


def may_be_refunded(order: Order, back: Return, said: str) -> SyncConflict:
    """Money was given back of which nobody said for what."""
    return _conflict(
        order,
        back,
        f"{back.label} is not sent: {said}, which may be for the same goods.",
        "Where they are still to be refunded, make a credit note for the return in Odoo: it is sent.",
    )


def _conflict(order: Order, source: Source, said: str, *choices: str) -> SyncConflict:
    return SyncConflict(
        f"{order.label}: {said}",
        record=order.label,
        where=place(source),
        choices=(*choices, _BY_HAND),
    )
