"""What Odoo has taken back becomes refunds in the store: which credit notes and returns, over how much, and who pays.

A credit note is sent where all of this holds; each "no" is said:

| asked                                               | no                                                            |
|-----------------------------------------------------|---------------------------------------------------------------|
| are they sent at all (`send_refunds`)?              | nothing is looked at                                          |
| did people make it, not Woodoo of a refund?         | nothing: it came from the store                               |
| does no refund stand for it yet (`echo.py`)?        | it is linked; a person decides where it is not as it was      |
| was it never sent before, nor its return?           | a person decides: its refund was deleted in the store         |
| is it posted, dated from `send_refunds_from` on,    | remarked                                                      |
| and the order neither cancelled nor failed?         |                                                               |
| is it of this order alone, in its currency?         | refused                                                       |
| has every refund of the store its credit note?      | a person decides: it may be the one of such a refund          |
| was no return of the same goods refunded?           | a person decides: never both                                  |
| is so much left, of the order and of each line?     | a person decides; cents by which several credit notes round   |
|                                                     | up together are left out, and that is said                    |

Returns are in `sending_returns.py`. What a refund does to money is said in so many words:

| `refund_money` | paid in the store | provider pays back by itself | open in Odoo | money                            |
|----------------|-------------------|------------------------------|--------------|----------------------------------|
| on             | yes               | yes                          | yes          | the provider pays it back        |
| otherwise      |                   |                              |              | none moves                       |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ...domain.order import Order
from ...domain.refund import Refund
from . import sending_refusals as refuse
from .echo import covered, standing_for
from .odoo_credits import PICKING, CreditNote, OdooCredits
from .refundable import refundable
from .send_plan import Planning, SendPlan
from .sending_lines import credit_lines, rounding
from .sending_returns import plan_returns
from .sending_rules import CLOSED, SendRules


def plan_sending(
    order: Order,
    refunds: Sequence[Refund],
    seen: OdooCredits,
    rules: SendRules,
    *,
    credited: Collection[str] = (),
    sent: Mapping[str, str] | None = None,
) -> SendPlan:
    """Plan what is sent for one order.

    Args:
        order: as the store has it.
        refunds: of it, all.
        seen: what Odoo has taken back.
        rules: of the connection.
        credited: refunds of the store that have their credit note of Woodoo, or get it in this very run.
        sent: key → refund that stood for it, by what earlier runs have kept.
    """
    standing = standing_for(refunds, seen, rules.namespace, credited=credited, sent=sent)
    planning = Planning(order, list(refunds), seen, rules, standing, sent or {}, covered(refunds, seen.notes, standing))
    left = refundable(order, refunds).amount
    if left < 0 and any(refund.mark for refund in refunds):
        planning.errors.append(refuse.over_refunded(order, order.total - left))
    if rules.send_refunds:
        uncredited = [one for one in refunds if one.amount and one.external_id not in {*standing, *credited}]
        for note in seen.notes:
            planning.attempt(lambda note=note: _look_at(planning, note, uncredited))  # type: ignore[misc]
    if rules.send_returns:
        plan_returns(planning)
    return SendPlan(tuple(planning.send), standing, planning.covered, tuple(planning.errors), tuple(planning.remarks))


def _look_at(planning: Planning, note: CreditNote, uncredited: Sequence[Refund]) -> None:
    order, rules = planning.order, planning.rules
    if note.ours:
        return
    made = next((one for one in planning.refunds if planning.standing.get(one.external_id) == note.key), None)
    if made is not None:
        refuse.if_not_as_sent(order, note, made)
        return
    if note.state == "cancel":
        return
    if note.key in planning.covered:
        said = f"its return was refunded as {planning.covered[note.key]}"
        planning.remarks.append(f"{note.label} is not sent: {said}, over the same amount.")
        return
    if planning.was_deleted(note.key):
        raise refuse.deleted(order, note, planning.sent[note.key])
    why = _why_not(order, note, rules)
    if why:
        planning.remarks.append(f"{note.label} is not sent: {why}.")
        return
    refuse.if_foreign(order, note)
    if uncredited:
        raise refuse.unclear(order, note, uncredited)
    _refuse_if_returned(planning, note)
    left = refundable(order, planning.refunds)
    amount = _without_cents(note, left.amount, order.currency_digits)
    if amount > left.amount:
        raise refuse.too_much(order, note, note.total, left.amount)
    lines = credit_lines(order, replace(note, total=amount), left)
    if amount != note.total:
        said = (
            f"{note.label} rounds {note.total - amount} {order.currency} up that the order has not: {amount} are sent."
        )
        planning.remarks.append(said)
    planning.add(note, amount, lines, said=note.said, settled=note.settled)


def _without_cents(note: CreditNote, left: Decimal, digits: int) -> Decimal:
    """Return what is refunded of a credit note: all but the cents by which several of them round up together."""
    over = note.total - left
    return left if left > 0 and 0 < over <= rounding(len(note.lines), digits) else note.total


def _why_not(order: Order, note: CreditNote, rules: SendRules) -> str:
    """Say why a credit note is left alone; empty where it is to be sent."""
    if note.state != "posted":
        return "it is a draft"
    if rules.is_history(note.day):
        return f"it is dated {note.day}, before {rules.since} (send_refunds_from)"
    if order.status in CLOSED:
        return f"the order is '{order.status}' in the store, where nothing is to be refunded"
    return "" if note.total else "it comes to nothing"


def _refuse_if_returned(planning: Planning, note: CreditNote) -> None:
    """Refuse a credit note for goods of which a return has been refunded.

    Raises:
        SyncConflict: naming both.
    """
    goods = {line.of for line in note.lines if line.of and line.quantity}
    for refund in planning.refunds:
        key = planning.standing.get(refund.external_id, "")
        if key.startswith(PICKING) and goods & {line.of for line in refund.lines}:
            raise refuse.returned_before(planning.order, note, refund)
