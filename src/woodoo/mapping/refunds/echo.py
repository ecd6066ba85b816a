"""Which refunds of the store stand for what Odoo has taken back already, so that neither side does it twice.

| a refund stands for                                 | because                                                       |
|-----------------------------------------------------|---------------------------------------------------------------|
| the credit note or return that its mark names, or   | Woodoo made it and said so in its meta data                   |
| the link of an earlier run                          |                                                               |
| the one whose number its reason begins with         | WooCommerce writes the meta data after it has asked the       |
|                                                     | payment provider: what is cut off there has no mark           |
| a credit note of the same amount, dated the day of  | somebody has credited by hand what the shop gave back; to     |
| the refund or later, where nothing stands for       | pay too little is mended easier than to pay twice             |
| either; the oldest first                            |                                                               |

A credit note of goods whose return was refunded, over the same amount, is that return's: there is nothing left to
send for it. All of this holds where Woodoo's own database is lost. What Woodoo made from refunds is told by its
external id and never looked at here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from ...domain.refund import Refund
from .odoo_credits import PICKING, CreditNote, OdooCredits, Return

#: Number, what was written: what the reason of a refund is made of, and told by.
BETWEEN = ": "
#: Characters a number has at least; drafts are called "/".
_SHORTEST = 4


def reason_of(name: str, said: str) -> str:
    """Return the reason of a refund that stands for a document of Odoo."""
    return f"{name}{BETWEEN}{said}" if said else name


def standing_for(
    refunds: Sequence[Refund],
    seen: OdooCredits,
    namespace: str,
    *,
    credited: Collection[str] = (),
    sent: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return what refunds of an order stand for: refund → key of a credit note or return.

    Args:
        refunds: of the order.
        seen: what people have taken back in Odoo.
        namespace: of the connection.
        credited: refunds that have a credit note Woodoo made.
        sent: key → refund that stood for it, by what earlier runs have kept.
    """
    there = {refund.external_id for refund in refunds}
    found = {refund_id: key for key, refund_id in (sent or {}).items() if refund_id in there}
    found |= _marked(refunds, namespace)
    sources: list[CreditNote | Return] = [*seen.notes, *seen.returns]
    for refund in refunds:
        if refund.external_id not in found and not refund.mark:
            key = next((one.key for one in sources if one.key not in found.values() and _names(refund, one)), "")
            found |= {refund.external_id: key} if key else {}
    return found | _by_hand(refunds, seen.notes, found, credited)


def _marked(refunds: Iterable[Refund], namespace: str) -> dict[str, str]:
    prefix = f"{namespace}/"
    return {one.external_id: one.mark.removeprefix(prefix) for one in refunds if one.mark.startswith(prefix)}


def _by_hand(
    refunds: Iterable[Refund], notes: Iterable[CreditNote], standing: Mapping[str, str], credited: Collection[str]
) -> dict[str, str]:
    """Return which credit notes people made for refunds that the store made."""
    free = [one for one in notes if one.state == "posted" and not one.ours and one.key not in standing.values()]
    found: dict[str, str] = {}
    for refund in refunds:
        if refund.external_id in standing or refund.external_id in credited or not refund.amount:
            continue
        # A day may be another one where the shop is than in UTC.
        since = (refund.created_at - timedelta(days=1)).date()
        note = next((one for one in free if one.total == refund.amount and one.day and one.day >= since), None)
        if note is not None:
            free.remove(note)
            found[refund.external_id] = note.key
    return found


def covered(refunds: Sequence[Refund], notes: Iterable[CreditNote], standing: Mapping[str, str]) -> dict[str, str]:
    """Return which credit notes are of goods whose return was refunded over the same amount: key → refund."""
    of_returns = [one for one in refunds if standing.get(one.external_id, "").startswith(PICKING)]
    found: dict[str, str] = {}
    for note in notes:
        if note.state != "posted" or note.ours or note.key in standing.values():
            continue
        goods = {line.of for line in note.lines if line.of and line.quantity}
        same = [one for one in of_returns if one.amount == note.total and goods & {line.of for line in one.lines}]
        if same:
            found[note.key] = same[0].external_id
            of_returns.remove(same[0])
    return found


def _names(refund: Refund, source: CreditNote | Return) -> bool:
    """Say whether the reason of a refund begins with the number of a credit note or return."""
    if source.ours or len(source.name) < _SHORTEST or not any(sign.isdigit() for sign in source.name):
        return False
    return refund.reason == source.name or refund.reason.startswith(f"{source.name}{BETWEEN}")
