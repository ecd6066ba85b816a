"""Goods that came back in Odoo without a credit note: how many pieces of which return the store refunds.

| the pieces                                          | because                                                       |
|-----------------------------------------------------|---------------------------------------------------------------|
| came back in returns that are done                  | Odoo says so                                                  |
| less those of credit notes, drafts too              | the credit note is what is sent, once it is posted            |
| less those of refunds of the store, whoever made it | they are refunded                                             |

They are taken for those of the newest returns: what came back first was seen to first. Money of which nobody said for
what (a refund without lines, a credit note with lines of no line of the order) may be for the same goods: then a person
decides. Shipping is never refunded for a return.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from ...domain.money import ZERO
from . import sending_refusals as refuse
from .odoo_credits import Return, ReturnedLine
from .refundable import refundable
from .send_plan import Planning
from .sending_lines import return_lines
from .sending_rules import CLOSED


def plan_returns(planning: Planning) -> None:
    """Plan what is sent for the returns of an order, after its credit notes."""
    left = _pieces_left(planning)
    standing = set(planning.standing.values())
    mine: dict[str, dict[str, Decimal]] = {}
    for back in reversed(planning.seen.returns):
        if back.ours or back.key in standing:
            continue
        pieces = mine.setdefault(back.key, defaultdict(Decimal))
        for line in back.lines:
            count = max(ZERO, min(line.quantity, left[line.of]))
            left[line.of] -= count
            pieces[line.of] += count
    for back in planning.seen.returns:
        if any(mine.get(back.key, {}).values()):
            planning.attempt(lambda back=back: _look_at(planning, back, mine[back.key]))  # type: ignore[misc]


def _pieces_left(planning: Planning) -> defaultdict[str, Decimal]:
    """Return by line how many of the pieces that came back neither a refund nor a credit note takes back."""
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for back in planning.seen.returns:
        for line in back.lines:
            left[line.of] += line.quantity
    for refund in planning.refunds:
        for part in refund.lines:
            left[part.of] -= part.quantity
    # Those that are sent, or were, are among the refunds; so are those that were made of refunds.
    refunded = {*planning.standing.values(), *planning.covered, *(one.source.key for one in planning.send)}
    for note in planning.seen.notes:
        if note.state != "cancel" and not note.ours and note.key not in refunded:
            for credit in note.lines:
                left[credit.of] -= credit.quantity
    # Goods of no line of the order are told with each return.
    left[""] = sum((line.quantity for back in planning.seen.returns for line in back.lines if not line.of), ZERO)
    return left


def _look_at(planning: Planning, back: Return, pieces: dict[str, Decimal]) -> None:
    order, rules = planning.order, planning.rules
    if planning.was_deleted(back.key):
        raise refuse.deleted(order, back, planning.sent[back.key])
    if rules.is_history(back.day):
        why = f"it is of {back.day}, before {rules.since} (send_refunds_from)"
        planning.remarks.append(f"{back.label} is not sent: {why}.")
        return
    if order.status in CLOSED:
        planning.remarks.append(f"{back.label} is not sent: the order is '{order.status}' in the store.")
        return
    said = _money_for_whatever(planning)
    if said:
        raise refuse.may_be_refunded(order, back, said)
    wanted = replace(back, lines=tuple(replace(one, quantity=pieces[one.of]) for one in _once(back)))
    lines = return_lines(order, wanted, refundable(order, planning.refunds))
    amount = sum((line.gross for line in lines.lines), ZERO)
    if not amount:
        planning.remarks.append(f"{back.label} is not sent: nothing of its goods is left in the store's order.")
        return
    planning.add(back, amount, lines, said="", settled=False)


def _once(back: Return) -> list[ReturnedLine]:
    return list({line.of: line for line in back.lines}.values())


def _money_for_whatever(planning: Planning) -> str:
    """Name what gave money back without saying for which goods; empty where nothing did."""
    for refund in planning.refunds:
        if refund.amount and not refund.has_amounts:
            return f"the store's refund {refund.external_id} over {refund.amount} has no lines"
    for note in planning.seen.notes:
        unknown = not note.lines or any(not line.of for line in note.lines)
        if note.state != "cancel" and not note.ours and note.total and unknown:
            return f"{note.label} over {note.total} does not say which goods it is for"
    return ""
