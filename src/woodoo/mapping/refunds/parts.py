"""What one line of a refund becomes in a credit note, so that Odoo's taxes come to what the store gave back.

| the line gives back                              | becomes                                                        |
|--------------------------------------------------|----------------------------------------------------------------|
| an amount with the tax of its rates              | one part with the taxes of the invoice                         |
| tax alone                                        | the amount it was the tax of, with it; and less it, without    |
| an amount without its tax, or with other tax     | what the tax is of, with it; the rest without                  |
| an amount that several sets of rates tax         | a part for each set                                            |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import ZERO, quantum, round_money
from ..amounts.computing import Item, are_included, in_order, line_amounts
from ..rules import Precision, Tax


@dataclass(frozen=True)
class Part:
    """An amount with taxes that belong to it."""

    net: Decimal
    taxes: tuple[Tax, ...]
    #: Odoo tax → what it comes to.
    amounts: Mapping[int, Decimal]


@dataclass(frozen=True)
class Sums:
    """How amounts are rounded."""

    #: Decimals of the currency.
    digits: int
    precision: Precision


def parts_of(
    net: Decimal,
    wanted: Mapping[int, Decimal],
    sets: Sequence[tuple[Tax, ...]],
    sums: Sums,
    whole: Iterable[Decimal] = (),
) -> tuple[Part, ...]:
    """Take an amount and its taxes apart.

    Args:
        net: what is given back, without tax.
        wanted: Odoo tax → what is given back of it.
        sets: the taxes of the lines of the invoice it belongs to, the usual one first.
        sums: how amounts are rounded.
        whole: nets of those lines, tried first where only tax is given back.
    """
    taxes = in_order(sets[0]) if sets else ()
    if len({tuple(sorted(tax.odoo_id for tax in one)) for one in sets}) <= 1 and _fits(net, taxes, wanted, sums):
        return (Part(net, taxes, {tax.odoo_id: wanted.get(tax.odoo_id, ZERO) for tax in taxes}),)
    parts: list[Part] = []
    left = {tax_id: amount for tax_id, amount in wanted.items() if amount}
    for one in sets:
        for part in _taxed(in_order(one), left, (net, *whole), sums):
            parts.append(part)
            left = {tax_id: amount for tax_id, amount in left.items() if tax_id not in part.amounts}
    rest = net - sum((part.net for part in parts), ZERO)
    free = tuple(tax for tax in taxes if not tax.percent)
    return (*parts, *((Part(rest, free, {tax.odoo_id: ZERO for tax in free}),) if rest else ()))


def _taxed(
    taxes: tuple[Tax, ...], wanted: Mapping[int, Decimal], candidates: Iterable[Decimal], sums: Sums
) -> list[Part]:
    """Return what these amounts of tax are the tax of: of one amount where they fit together, else of one each."""
    amounts = {tax.odoo_id: wanted.get(tax.odoo_id, ZERO) for tax in taxes}
    if not any(amounts.values()):
        return []
    for base in (*candidates, _base(taxes, amounts, sums)):
        if base and _fits(base, taxes, amounts, sums):
            return [Part(base, taxes, amounts)]
    alone = [tax for tax in taxes if amounts[tax.odoo_id]]
    return [Part(_base((tax,), amounts, sums), (tax,), {tax.odoo_id: amounts[tax.odoo_id]}) for tax in alone]


def _base(taxes: Sequence[Tax], amounts: Mapping[int, Decimal], sums: Sums) -> Decimal:
    """Return the amount that the first of these taxes with an amount is the tax of."""
    tax = next((tax for tax in taxes if tax.percent and amounts.get(tax.odoo_id)), None)
    return round_money(amounts[tax.odoo_id] * 100 / tax.percent, sums.digits) if tax else ZERO


def _fits(net: Decimal, taxes: Sequence[Tax], wanted: Mapping[int, Decimal], sums: Sums) -> bool:
    """Say whether an amount has these taxes, but for a cent of rounding each."""
    if any(amount and tax_id not in {tax.odoo_id for tax in taxes} for tax_id, amount in wanted.items()):
        return False
    price = net + sum(wanted.values(), ZERO) if are_included(taxes) else net
    found = line_amounts(Item(Decimal(1), price, ZERO, tuple(taxes)), sums.digits, sums.precision)
    most = quantum(sums.digits)
    return all(
        abs(round_money(found.taxes[tax.odoo_id], sums.digits) - wanted.get(tax.odoo_id, ZERO)) <= most for tax in taxes
    )
