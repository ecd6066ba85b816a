"""Which lines a refund has that is sent to the store, so that they come to its amount to the cent.

| what Odoo takes back                                | lines of the refund                                           |
|-----------------------------------------------------|---------------------------------------------------------------|
| all the money that is left, and all the goods       | what is left of each line, in the store's own cents           |
| lines that are all known                            | these, with Odoo's amounts; a cent that Odoo rounds on the    |
|                                                     | document goes to the largest tax                              |
| lines of which some are of no line of the order     | none: the store is told the amount                            |
| more of a line than is left of it                   | none, and nothing is sent: a person decides                   |
| goods, by a return                                  | pieces of each line with their part of its money              |

Several rates on one line share its tax as they do in the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.errors import SyncConflict
from ...domain.money import ZERO, quantum, round_money
from ...domain.order import LineTax, Order, OrderLine
from ...domain.refund import RefundLine
from ..fulfilment.shipments import plain
from .odoo_credits import CreditLine, CreditNote, Return, ReturnedLine
from .refundable import LineLeft, Refundable


@dataclass(frozen=True)
class Lines:
    """The lines of a refund, and what is to be said about them."""

    lines: tuple[RefundLine, ...] = ()
    remark: str = ""


def credit_lines(order: Order, note: CreditNote, left: Refundable) -> Lines:
    """Return the lines of the refund that a credit note becomes; their sum is its total, or there are none.

    Raises:
        SyncConflict: it takes back more of a line than the store has left of it.
    """
    digits = order.currency_digits
    unknown = [line for line in note.lines if line.of not in left.lines and (line.net or line.tax)]
    merged = _merged(line for line in note.lines if line.of in left.lines)
    if _takes_all(note, merged, left, digits, known=not unknown):
        whole = [line.as_line() for line in left.lines.values() if not line.is_nothing]
        settled = _settle(whole, note.total, digits)
        if settled:
            return Lines(settled)
    if unknown or not merged:
        return Lines((), _amount_only(unknown))
    _refuse_more_than_left(order, note, merged, left, digits)
    exact = _spread_taxes(note, merged, left, digits)
    settled = _settle(exact, note.total, digits)
    return Lines(settled, _half_pieces(merged)) if settled else Lines((), _NO_SUM)


def return_lines(order: Order, back: Return, left: Refundable) -> Lines:
    """Return the lines of the refund that a return becomes: pieces that are left, with their part of the money."""
    digits = order.currency_digits
    sold = {line.external_id: line for line in order.lines}
    lines, unknown = [], []
    for one in _merged_goods(back.lines):
        here, line = left.lines.get(one.of), sold.get(one.of)
        if here is None or line is None or not line.quantity:
            unknown.append(one.name)
            continue
        pieces = min(one.quantity, here.quantity)
        if pieces > 0 and pieces == pieces.to_integral_value():
            lines.append(here.as_line() if pieces == here.quantity else _part(line, here, pieces, digits))
    remark = f"{_names(unknown)} of it is no line of the order: not refunded." if unknown else ""
    return Lines(tuple(lines), remark)


# All that is left


def _takes_all(note: CreditNote, merged: Sequence[CreditLine], left: Refundable, digits: int, *, known: bool) -> bool:
    """Say whether a credit note takes back everything: the money, and of known lines all pieces."""
    if note.total != left.amount or abs(left.gross_of_lines - left.amount) > rounding(len(left.lines), digits):
        return False
    pieces = {line.of: line.quantity for line in merged}
    return not known or all(
        pieces.get(one.of, ZERO) == one.quantity for one in left.lines.values() if one.kind == "product"
    )


# Odoo's lines


def _merged(lines: Iterable[CreditLine]) -> list[CreditLine]:
    """Return one line for each line of the order."""
    found: dict[str, CreditLine] = {}
    for line in lines:
        before = found.get(line.of)
        found[line.of] = (
            line
            if before is None
            else replace(
                before,
                quantity=before.quantity + line.quantity,
                net=before.net + line.net,
                tax=before.tax + line.tax,
                tax_ids=before.tax_ids | line.tax_ids,
            )
        )
    return list(found.values())


def _merged_goods(lines: Iterable[ReturnedLine]) -> list[ReturnedLine]:
    found: dict[str, ReturnedLine] = {}
    for line in lines:
        before = found.get(line.of)
        found[line.of] = line if before is None else replace(before, quantity=before.quantity + line.quantity)
    return list(found.values())


def _refuse_more_than_left(
    order: Order, note: CreditNote, merged: Sequence[CreditLine], left: Refundable, digits: int
) -> None:
    for line in merged:
        here = left.lines[line.of]
        slack = rounding(1, digits)
        if here.kind == "product" and line.quantity > here.quantity and here.quantity >= 0:
            said = f"{plain(line.quantity)} × '{here.name}', of which {plain(here.quantity)} are left"
        elif abs(line.net + line.tax) > abs(here.gross) + slack:
            said = f"{line.net + line.tax} {order.currency} of '{here.name}', of which {here.gross} are left"
        else:
            continue
        raise SyncConflict(
            f"{order.label}: {note.label} takes back {said} in the store.",
            record=order.label,
            where=f"account.move {note.odoo_id}",
            choices=(
                "Correct the credit note in Odoo, then retry.",
                "Or refund the order in the store by hand with the same total: it is then taken for this credit note.",
            ),
        )


def _spread_taxes(note: CreditNote, merged: Sequence[CreditLine], left: Refundable, digits: int) -> list[RefundLine]:
    """Return the lines with their tax by rate; cents that Odoo rounds on the document go where their tax is."""
    lines = [_line(one, left.lines[one.of], digits) for one in merged]
    for tax_id, amount in note.taxes.items():
        mine = [index for index, one in enumerate(merged) if one.tax_ids == {tax_id}]
        if not mine or any(tax_id in one.tax_ids for one in merged if one.tax_ids != {tax_id}):
            continue
        off = amount - sum((merged[index].tax for index in mine), ZERO)
        if off and abs(off) <= rounding(len(mine), digits):
            largest = max(mine, key=lambda index: abs(lines[index].total_tax))
            lines[largest] = _with_tax(lines[largest], off)
    return lines


def _line(one: CreditLine, here: LineLeft, digits: int) -> RefundLine:
    whole = one.quantity == one.quantity.to_integral_value() and here.kind == "product"
    net, tax = one.net, one.tax
    if tax and not here.taxes:
        # The store has no rate to put it under: it is money all the same.
        net, tax = net + tax, ZERO
    taxes = _shares(tax, here.taxes, digits)
    return RefundLine(here.kind, "", here.of, here.name, one.quantity if whole else ZERO, net, tax, taxes)


def _shares(tax: Decimal, rates: Mapping[str, Decimal], digits: int) -> tuple[LineTax, ...]:
    """Share a tax among the rates of a line as they share it in the order; the last takes what is over."""
    if not rates or not tax:
        return ()
    whole = sum(rates.values(), ZERO)
    names = list(rates)
    parts = {
        name: round_money(tax * (rates[name] / whole if whole else Decimal(1) / len(names)), digits)
        for name in names[:-1]
    }
    parts[names[-1]] = tax - sum(parts.values(), ZERO)
    return tuple(LineTax(name, parts[name]) for name in names if parts[name])


# Goods


def _part(line: OrderLine, here: LineLeft, pieces: Decimal, digits: int) -> RefundLine:
    """Return so many pieces of a line with their part of its money, never more than is left."""
    share = pieces / line.quantity
    net = min(round_money(line.total * share, digits), here.net)
    taxes = tuple(
        LineTax(tax.rate_id, min(round_money(tax.amount * share, digits), here.taxes.get(tax.rate_id, ZERO)))
        for tax in line.taxes
        if tax.amount
    )
    total_tax = sum((tax.amount for tax in taxes), ZERO)
    return RefundLine("product", "", here.of, here.name, pieces, net, total_tax, taxes)


# Cents


def _settle(lines: Sequence[RefundLine], amount: Decimal, digits: int) -> tuple[RefundLine, ...]:
    """Return the lines so that they come to the amount; none where that is more than cents."""
    off = amount - sum((line.gross for line in lines), ZERO)
    if not lines or abs(off) > rounding(len(lines), digits):
        return ()
    if not off:
        return tuple(lines)
    taxed = [line for line in lines if line.taxes]
    largest = max(taxed or lines, key=lambda line: abs(line.total_tax) if taxed else abs(line.total))
    moved = _with_tax(largest, off) if taxed else replace(largest, total=largest.total + off)
    return tuple(moved if line is largest else line for line in lines)


def _with_tax(line: RefundLine, off: Decimal) -> RefundLine:
    """Return a line with so much more tax, under its largest rate."""
    if not line.taxes:
        return replace(line, total=line.total + off)
    largest = max(line.taxes, key=lambda tax: abs(tax.amount))
    taxes = tuple(replace(tax, amount=tax.amount + off) if tax is largest else tax for tax in line.taxes)
    return replace(line, total_tax=line.total_tax + off, taxes=taxes)


def rounding(count: int, digits: int) -> Decimal:
    """Return what rounding may make of so many lines: a cent each, and one."""
    return quantum(digits) * (count + 1)


# Words

_NO_SUM = "The lines of it do not come to its total: the store is told the amount alone."


def _amount_only(unknown: Sequence[CreditLine]) -> str:
    if not unknown:
        return "It has no lines that the store could be told: the amount alone."
    return (
        f"{_names([line.name for line in unknown])} of it is no line of the order: the store is told the amount alone."
    )


def _half_pieces(merged: Sequence[CreditLine]) -> str:
    half = [line.name for line in merged if line.quantity != line.quantity.to_integral_value()]
    return f"The store refunds whole pieces only: of {_names(half)} the amount alone." if half else ""


def _names(names: Iterable[str]) -> str:
    shown = [f"'{' '.join(name.split())[:60]}'" for name in dict.fromkeys(names)]
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
