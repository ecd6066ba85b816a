"""A small model of how Odoo computes documents, in binary floats as Odoo does, from its own sources.

It shares no code with what it judges. Ported: `float_round` (odoo/tools/float_utils.py), `compute_all`
(addons/account/models/account_tax.py of 14.0, the same up to 17), `_get_tax_details` and
`_round_base_lines_tax_details` (the same file from 18.0 on) with the pins of 19.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from woodoo.mapping.amounts.priced import PricedLine, pin
from woodoo.mapping.rules import Tax


@dataclass(frozen=True)
class OdooLike:
    """A release, as it is set up."""

    version: int
    #: Decimals of unit prices; None where they are not rounded.
    price_digits: int | None
    round_globally: bool


@dataclass(frozen=True)
class Shown:
    """What a document shows."""

    untaxed: float
    taxes: Mapping[int, float]
    order_total: float


def float_round(value: float, rounding: float) -> float:
    if not value:
        return 0.0
    normal = value / rounding
    normal += math.copysign(2 ** (math.log2(abs(normal)) - 52), normal)
    whole = round(normal)
    if abs(round(normal + 1) - whole) != 1:  # Python rounds halves to even, Odoo does not
        return (normal + math.copysign(0.5, normal)) * rounding
    return math.copysign(whole, normal) * rounding


def show(lines: Sequence[PricedLine], digits: int, odoo: OdooLike) -> Shown:
    """Compute a document of these lines, pins included."""
    return _show_18(lines, digits, odoo) if odoo.version >= 18 else _show_14(lines, digits, odoo)


def _stored(line: PricedLine, odoo: OdooLike) -> tuple[float, float]:
    """Return price after discount and quantity as the database keeps them."""
    price = float(line.price_unit)
    if odoo.price_digits is not None:
        price = float_round(price, 10**-odoo.price_digits)
    discount = float_round(float(line.discount), 0.01)
    return price * (1 - discount / 100.0), float_round(float(line.quantity), 0.01)


# -- up to 17 -------------------------------------------------------------------------------------------------------


def compute_all(
    taxes: Sequence[Tax], price: float, quantity: float, rounding: float, *, round_tax: bool
) -> tuple[float, list[tuple[int, float]]]:
    precision = rounding if round_tax else rounding * 1e-5
    base = float_round(price * quantity, rounding)
    sign = -1.0 if base < 0 else 1.0
    base = abs(base)
    checkpoints: dict[int, float] = {}
    percent, store = 0.0, True
    for i in range(len(taxes) - 1, -1, -1):
        if taxes[i].stacked:
            base, percent, store = base / (1 + percent / 100), 0.0, True
        if taxes[i].included:
            percent += float(taxes[i].percent)
            if store and taxes[i].percent:
                checkpoints[i], store = base, False
    excluded = base = float_round(base / (1 + percent / 100), rounding)
    found, cumulated = [], 0.0
    for i, tax in enumerate(taxes):
        if tax.included and checkpoints.get(i):
            amount, cumulated = checkpoints[i] - (base + cumulated), 0.0
        else:
            amount = base * float(tax.percent) / 100
        amount = float_round(amount, precision)
        if tax.included and not checkpoints.get(i):
            cumulated += amount
        found.append((tax.odoo_id, sign * amount))
        if tax.stacked:
            base += amount
    return sign * excluded, found


def _show_14(lines: Sequence[PricedLine], digits: int, odoo: OdooLike) -> Shown:
    rounding = 10.0**-digits
    untaxed, all_taxes, sums = 0.0, 0.0, defaultdict[int, float](float)
    for line in lines:
        price, quantity = _stored(line, odoo)
        net, taxes = compute_all(line.taxes, price, quantity, rounding, round_tax=not odoo.round_globally)
        untaxed += net
        for tax_id, amount in taxes:
            sums[tax_id] += amount
            all_taxes += amount
    rounded = {tax_id: float_round(amount, rounding) for tax_id, amount in sums.items()}
    order_tax = float_round(all_taxes, rounding) if odoo.version < 16 else sum(rounded.values())
    return Shown(untaxed, rounded, untaxed + order_tax)


# -- from 18 on -----------------------------------------------------------------------------------------------------


def _details(line: PricedLine, rounding: float, odoo: OdooLike) -> tuple[float, dict[int, float]]:
    """Return the raw net and taxes of a line; rounded where Odoo rounds per line."""

    def rounded(value: float) -> float:
        return value if odoo.round_globally else float_round(value, rounding)

    price, quantity = _stored(line, odoo)
    base = rounded(quantity * price)
    taxes: dict[int, float] = {}
    if line.taxes and all(tax.included for tax in line.taxes):
        left, rest = list(line.taxes), base
        while left:
            batch = [left.pop()]
            while left and not batch[0].stacked and not left[-1].stacked:
                batch.insert(0, left.pop())
            factor = 1 / (1 + sum(float(tax.percent) for tax in batch) / 100.0)
            amounts = {tax.odoo_id: rounded(rest * factor * float(tax.percent) / 100.0) for tax in batch}
            rest -= sum(amounts.values())
            taxes |= amounts
        return base - sum(taxes.values()), taxes
    extra = 0.0
    for tax in line.taxes:
        taxes[tax.odoo_id] = rounded((base + extra) * float(tax.percent) / 100.0)
        if tax.stacked:
            extra += taxes[tax.odoo_id]
    return base, taxes


def _manual(line: PricedLine, odoo: OdooLike) -> dict[str, Any] | None:
    data = pin(line, 1) if odoo.version >= 19 else None
    if data is None:
        return None
    same = data["price_unit"] == float(line.price_unit) and data["quantity"] == float(line.quantity)
    return data if same and data["discount"] == float(line.discount) else None


def _show_18(lines: Sequence[PricedLine], digits: int, odoo: OdooLike) -> Shown:
    rounding = 10.0**-digits
    target_net, target_tax, shown_net = 0.0, defaultdict[int, float](float), 0.0
    included = True
    for line in lines:
        net, taxes = _details(line, rounding, odoo)
        manual = _manual(line, odoo)
        if manual:
            net = manual["manual_total_excluded_currency"]
            taxes = {int(t): row["tax_amount_currency"] for t, row in manual["manual_tax_amounts"].items()}
        target_net += net
        shown_net += float_round(net, rounding)
        for tax_id, amount in taxes.items():
            target_tax[tax_id] += amount
        included = included and all(tax.included for tax in line.taxes)
    rounded = {tax_id: float_round(amount, rounding) for tax_id, amount in target_tax.items()}
    tax = sum(rounded.values())
    if included:
        untaxed = float_round(target_net + sum(target_tax.values()), rounding) - tax
    else:
        untaxed = float_round(target_net, rounding)
    return Shown(untaxed, rounded, untaxed + tax)
