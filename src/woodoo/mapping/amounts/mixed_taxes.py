"""Takes lines apart that the store taxed by parts: a negative fee carries the tax of each class of goods on its share.

WooCommerce spreads a negative fee over the tax classes of the order (`includes/class-wc-order-item-fee.php`,
`calculate_taxes`): of -10.00, -6.00 at 21 % and -4.00 at 10 %. Odoo computes each tax of a line on the whole line, so
the fee becomes a line for each set of rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from ...domain.money import ZERO, quantum, round_money
from ...domain.order import FeeLine, Order, TaxRate
from .totals import LineTarget, Targets

#: Rates that tax the same amount.
_Rates = tuple[str, ...]


def apart_by_taxes(targets: Targets, order: Order) -> Targets:
    """Return the targets with such fees as one line for each part. The totals stay."""
    rates = {rate.rate_id: rate for rate in order.tax_rates}
    sets = _rate_sets(targets, order)
    lines = [part for line in targets.lines for part in _apart(line, sets, rates, order.currency_digits)]
    return replace(targets, lines=tuple(lines))


def _apart(
    line: LineTarget, sets: Iterable[_Rates], rates: Mapping[str, TaxRate], digits: int
) -> tuple[LineTarget, ...]:
    if not isinstance(line.source, FeeLine):
        return (line,)
    amounts = {tax.rate_id: tax.amount for tax in line.source.taxes if _percent(tax.rate_id, rates)}
    if _are_of_whole(line.source.total, amounts, rates, digits):
        return (line,)
    shares: list[tuple[_Rates, Decimal]] = []
    used: set[str] = set()
    for rate_set in sets:
        if used.isdisjoint(rate_set) and amounts.keys() >= set(rate_set):
            shares.append((rate_set, _taxed_amount(rate_set, amounts, rates)))
            used |= set(rate_set)
    return _parts(line, shares, digits) if used == amounts.keys() else (line,)


def _parts(line: LineTarget, shares: list[tuple[_Rates, Decimal]], digits: int) -> tuple[LineTarget, ...]:
    """Round the shares so that they add up to the line; what is left was taxed by 0 % or not at all."""
    parts = [
        replace(line, net=round_money(share, digits), taxes={rate_id: line.taxes[rate_id] for rate_id in rate_ids})
        for rate_ids, share in shares
    ]
    taken = {rate_id for rate_ids, _ in shares for rate_id in rate_ids}
    rest = line.net - sum((part.net for part in parts), ZERO)
    if abs(rest) > quantum(digits) * len(parts):
        left = {rate_id: amount for rate_id, amount in line.taxes.items() if rate_id not in taken}
        parts.append(replace(line, net=rest, taxes=left))
    else:
        largest = max(range(len(parts)), key=lambda place: abs(parts[place].net))
        parts[largest] = replace(parts[largest], net=parts[largest].net + rest)
    return tuple(part for part in parts if part.net or any(part.taxes.values()))


def _are_of_whole(net: Decimal, amounts: Mapping[str, Decimal], rates: Mapping[str, TaxRate], digits: int) -> bool:
    """Say whether the taxes are those of the whole amount, as far as rounding tells."""
    return all(
        abs(_taxed_amount((rate_id,), amounts, rates) - net) * rates[rate_id].percent / 100 <= quantum(digits)
        for rate_id in amounts
        if not rates[rate_id].compound
    )


def _percent(rate_id: str, rates: Mapping[str, TaxRate]) -> Decimal:
    return rates[rate_id].percent if rate_id in rates else ZERO


def _taxed_amount(rate_set: _Rates, amounts: Mapping[str, Decimal], rates: Mapping[str, TaxRate]) -> Decimal:
    """Return what the rates of one set were computed on: told by one that stands on the net alone."""
    plain = [rate_id for rate_id in rate_set if rates[rate_id].percent and not rates[rate_id].compound]
    telling = max(plain, key=lambda rate_id: rates[rate_id].percent, default=None)
    return amounts[telling] * 100 / rates[telling].percent if telling else ZERO


def _rate_sets(targets: Targets, order: Order) -> list[_Rates]:
    """Return the sets of rates that lines of the order are taxed by, the largest first; then each rate alone."""
    found = {tuple(sorted(line.taxes)) for line in targets.lines if line.taxes and not isinstance(line.source, FeeLine)}
    alone = {(rate.rate_id,) for rate in order.tax_rates}
    return [*sorted(found, key=lambda rate_set: (-len(rate_set), rate_set)), *sorted(alone - found)]
