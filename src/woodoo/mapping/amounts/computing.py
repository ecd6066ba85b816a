"""What Odoo makes of prices, quantities and taxes: net, each tax and the total of a document, before it is written.

| release | taxes included in prices                        | rounded once per document                         |
|---------|-------------------------------------------------|---------------------------------------------------|
| 14–17   | the net is rounded, the last tax is the rest    | lines have a rounded net, only taxes wait          |
| 18–19   | each tax is rounded, the net is the rest        | net and taxes wait, the total rounds with them     |

Source: `addons/account/models/account_tax.py`, `compute_all` (to 17), `_get_tax_details` and
`_round_base_lines_tax_details` (from 18). Amounts are in the document's currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import ZERO, quantum, round_money
from ..rules import Precision, Tax

#: Decimals beyond the currency's that taxes keep up to 17 where they are rounded once (`prec *= 1e-5`).
_KEPT = 5
#: Closer to half a cent than this, binary floats decide which way Odoo rounds a sum.
_TIE = Decimal("1e-7")


@dataclass(frozen=True)
class Item:
    """A line as Odoo gets it. `price_unit` is gross where its taxes are included in prices; taxes are in order."""

    quantity: Decimal
    price_unit: Decimal
    #: Percent off the unit price.
    discount: Decimal
    taxes: tuple[Tax, ...]

    @property
    def amount(self) -> Decimal:
        """What the line comes to before anything is rounded."""
        return self.price_unit * self.quantity * (1 - self.discount / 100)


@dataclass(frozen=True)
class Amounts:
    """A net amount and what each tax comes to, by its id in Odoo."""

    net: Decimal
    taxes: Mapping[int, Decimal]

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), ZERO)


@dataclass(frozen=True)
class Document(Amounts):
    """The totals of an invoice. The sales order's differ where its taxes are rounded together."""

    order_total: Decimal
    #: False where binary floats may tip a sum the other way.
    sure: bool = True


def in_order(taxes: Iterable[Tax]) -> tuple[Tax, ...]:
    """Return taxes once each, in the order in which Odoo computes them."""
    return tuple(sorted({tax.odoo_id: tax for tax in taxes}.values(), key=lambda tax: (tax.sequence, tax.odoo_id)))


def are_included(taxes: Sequence[Tax]) -> bool:
    """Say whether prices with these taxes are gross."""
    return bool(taxes) and all(tax.included for tax in taxes)


def line_amounts(item: Item, digits: int, precision: Precision) -> Amounts:
    """Return what a line comes to by itself: rounded per line, else as it waits for the document's rounding."""
    waits = precision.round_globally
    if precision.net_is_rest:
        return _tax_first(item.amount if waits else round_money(item.amount, digits), item.taxes, digits, waits=waits)
    amount = round_money(item.amount, digits)
    kept = digits + _KEPT if waits else digits
    found = _net_first(abs(amount), item.taxes, digits, kept)
    return found if amount >= 0 else Amounts(-found.net, {tax_id: -tax for tax_id, tax in found.taxes.items()})


def document(items: Iterable[Item], digits: int, precision: Precision) -> Document:
    """Return what a document of these lines comes to."""
    lines = [(item, line_amounts(item, digits, precision)) for item in items]
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for _, amounts in lines:
        for tax_id, tax in amounts.taxes.items():
            sums[tax_id] += tax
    net = sum((amounts.net for _, amounts in lines), ZERO)
    taxes = {tax_id: round_money(tax, digits) for tax_id, tax in sums.items()}
    together = round_money(sum(sums.values(), ZERO), digits)
    if not (precision.round_globally and precision.net_is_rest):
        sure = not precision.round_globally or not _any_tie([*sums.values(), sum(sums.values(), ZERO)], digits)
        return Document(net, taxes, net + together, sure)
    whole = net + sum(sums.values(), ZERO)
    if any(not tax.included for item, _ in lines for tax in item.taxes):
        untaxed, sure = round_money(net, digits), not _any_tie([net, *sums.values()], digits)
    else:
        untaxed = round_money(whole, digits) - sum(taxes.values(), ZERO)
        sure = not _any_tie([whole, *sums.values()], digits)
    return Document(untaxed, taxes, untaxed + sum(taxes.values(), ZERO), sure)


def _net_first(amount: Decimal, taxes: Sequence[Tax], digits: int, kept: int) -> Amounts:
    """Compute as up to 17: the way back to the net, then the taxes on it; the last included tax takes the rest."""
    base, percent, rest_of = amount, ZERO, dict[int, Decimal]()
    is_last = True
    for index in reversed(range(len(taxes))):
        tax = taxes[index]
        if _carries(tax, taxes):
            base, percent, is_last = base / (1 + percent / 100), ZERO, True
        if tax.included:
            percent += tax.percent
            if is_last and tax.percent:
                rest_of[index], is_last = base, False
    net = round_money(base / (1 + percent / 100), digits)
    found: dict[int, Decimal] = {}
    since = ZERO
    for index, tax in enumerate(taxes):
        base, whole = _base(tax, net, taxes, found), rest_of.get(index)
        value = round_money(whole - base - since if whole else base * tax.percent / 100, kept)
        since = ZERO if whole else since + (value if tax.included else ZERO)
        found[tax.odoo_id] = value
    return Amounts(net, found)


def _tax_first(amount: Decimal, taxes: Sequence[Tax], digits: int, *, waits: bool) -> Amounts:
    """Compute as from 18 on: taxes out of the gross, or on the net; what is left is the net."""

    def rounded(value: Decimal) -> Decimal:
        return value if waits else round_money(value, digits)

    found: dict[int, Decimal] = {}
    if are_included(taxes):
        rest = amount
        for batch in reversed(_batches(taxes)):
            percent = sum((tax.percent for tax in batch), ZERO)
            parts = {tax.odoo_id: rounded(rest * tax.percent / (100 + percent)) for tax in batch}
            rest -= sum(parts.values(), ZERO)
            found |= parts
        return Amounts(rest, found)
    for tax in taxes:
        found[tax.odoo_id] = rounded(_base(tax, amount, taxes, found) * tax.percent / 100)
    return Amounts(amount, found)


def _base(tax: Tax, net: Decimal, taxes: Sequence[Tax], found: Mapping[int, Decimal]) -> Decimal:
    """Return what a tax is computed on: the net, and the taxes it stands on."""
    return net + sum((found[other.odoo_id] for other in taxes if tax.stands_on(other)), ZERO)


def _carries(tax: Tax, taxes: Sequence[Tax]) -> bool:
    return any(other.stands_on(tax) for other in taxes)


def _batches(taxes: Sequence[Tax]) -> list[list[Tax]]:
    """Group taxes that come out of a price together: those nothing is stacked on."""
    batches: list[list[Tax]] = []
    for tax in taxes:
        if batches and not _carries(tax, taxes) and not _carries(batches[-1][-1], taxes):
            batches[-1].append(tax)
        else:
            batches.append([tax])
    return batches


def _any_tie(sums: Iterable[Decimal], digits: int) -> bool:
    cent = quantum(digits)
    return any(abs(abs(value) % cent - cent / 2) < _TIE * cent for value in sums)
