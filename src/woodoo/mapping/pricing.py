"""How a line is priced in Odoo so that it comes to the shop's amounts, by the least visible way that is exact.

| technique  | when                                                                    | seen by the customer |
|------------|-------------------------------------------------------------------------|----------------------|
| `net`      | net ÷ quantity can be kept exactly enough                                | no                   |
| `gross`    | the line's taxes are included in prices, and gross ÷ quantity can be kept | no                   |
| `split`    | neither can: two lines, one cent apart per piece                         | two lines            |
| `pinned`   | taxes would round otherwise and Odoo lets lines carry theirs (19 on)     | no                   |
| `steered`  | taxes would round otherwise: a line of several pieces is split to fit    | two lines            |
| `override` | nothing else does: the invoice's tax line is set, the order keeps Odoo's | no                   |

How Odoo rounds: `addons/account/models/account_tax.py`, `compute_all` and (18 on) `_add_tax_details_in_base_line`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from ..domain.errors import DataError
from ..domain.money import ZERO, quantum, round_money
from ..domain.order import OrderLine
from .rules import Precision, Tax
from .steering import Share, steer
from .totals import LineTarget, Targets

#: Decimals Woodoo sends where Odoo keeps prices unrounded: exact to the cent for up to a million pieces.
UNROUNDED_DIGITS = 8


@dataclass(frozen=True)
class PricedLine:
    """One line as Odoo gets it, and what Odoo must make of it (order currency)."""

    target: LineTarget
    quantity: Decimal
    #: Net, or gross where the taxes are included in the price.
    price_unit: Decimal
    taxes: tuple[Tax, ...]
    net: Decimal
    #: Per Odoo tax id; what this line shall carry.
    tax_amounts: Mapping[int, Decimal]
    technique: str
    pinned: bool = False


@dataclass(frozen=True)
class Priced:
    """All lines of a document, and how its taxes are made to fit."""

    lines: tuple[PricedLine, ...]
    #: Per Odoo tax id: what the document must show.
    taxes: Mapping[int, Decimal]
    #: "as computed", "pinned", "steered" or "override".
    tax_technique: str
    #: What Odoo will compute by itself, per tax id.
    computed: Mapping[int, Decimal]
    notes: tuple[str, ...] = ()

    @property
    def computed_tax(self) -> Decimal:
        return sum(self.computed.values(), ZERO)


def price_lines(
    targets: Targets, taxes: Mapping[str, Tax], precision: Precision, digits: int, *, may_pin: bool
) -> Priced:
    """Price every line of an order so that Odoo comes to `targets`.

    `taxes` maps the store's rate ids; `digits` are the currency's decimals; `may_pin` is False where pins cannot hold,
    as in a foreign currency.

    Raises:
        DataError: where a line's amount cannot be expressed with this Odoo's price precision, or a tax is further
            from its rate than rounding explains.
    """
    lines = tuple(
        priced for target in targets.lines for priced in _price_line(target, taxes, precision.price_digits, digits)
    )
    wanted: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for rate_id, amount in targets.taxes.items():
        wanted[taxes[rate_id].odoo_id] += amount
    computed = computed_taxes(lines, digits, round_globally=precision.round_globally)
    notes = _price_notes(lines)
    if all(computed.get(tax_id, ZERO) == amount for tax_id, amount in wanted.items()):
        return Priced(lines, dict(wanted), "as computed", computed, notes)
    arithmetic = _tax_note(wanted, computed, taxes.values(), precision)
    _refuse_other_than_rounding(lines, wanted, computed, arithmetic, digits)
    if precision.can_pin and may_pin:
        pinned = tuple(replace(line, pinned=bool(line.taxes)) for line in lines)
        note = f"{arithmetic} The lines carry the shop's tax amounts."
        return Priced(pinned, dict(wanted), "pinned", dict(wanted), (*notes, note))
    steered = _steered(lines, wanted, computed, digits) if not precision.round_globally else None
    if steered:
        note = f"{arithmetic} A line is split so that its taxes round to the shop's amount."
        return Priced(steered, dict(wanted), "steered", dict(wanted), (*notes, note))
    note = f"{arithmetic} The invoice's tax line is set to the shop's amount; the order keeps Odoo's."
    return Priced(lines, dict(wanted), "override", computed, (*notes, note))


def _refuse_other_than_rounding(
    lines: Sequence[PricedLine],
    wanted: Mapping[int, Decimal],
    computed: Mapping[int, Decimal],
    arithmetic: str,
    digits: int,
) -> None:
    """Refuse taxes that are not the rate's: rounding moves each tax by one cent a line at most."""
    most = quantum(digits) * len(lines)
    if any(abs(amount - computed.get(tax_id, ZERO)) > most for tax_id, amount in wanted.items()):
        raise DataError(
            f"Its taxes are not those of its tax rates. {arithmetic}",
            where="tax_lines",
            fix="Check the tax mapping, recalculate the order in the store, or enter it in Odoo by hand; then retry.",
        )


def computed_taxes(lines: Sequence[PricedLine], digits: int, *, round_globally: bool) -> dict[int, Decimal]:
    """Return what Odoo computes for each tax of a document by itself, in the order's currency."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        for tax_id, amount in _line_taxes(line, digits, exact=round_globally).items():
            sums[tax_id] += amount
    return {tax_id: round_money(amount, digits) for tax_id, amount in sums.items()}


def pin(line: PricedLine, currency_id: int) -> dict[str, Any] | None:
    """Return the `extra_tax_data` that makes the line carry its amounts; None where it carries no tax.

    Odoo ignores it silently unless price, quantity, discount and currency equal the line's
    (odoo 19, `account_tax.py`, `_import_base_line_extra_tax_data`). Company and order currency are the same.
    """
    if not line.pinned or not line.taxes:
        return None
    net = float(line.net)
    return {
        "currency_id": currency_id,
        "price_unit": float(line.price_unit),
        "discount": 0,
        "quantity": float(line.quantity),
        "rate": 1,
        "manual_total_excluded_currency": net,
        "manual_total_excluded": net,
        "manual_tax_amounts": {
            str(tax.odoo_id): {
                "base_amount_currency": float(_base(tax, line)),
                "base_amount": float(_base(tax, line)),
                "tax_amount_currency": float(line.tax_amounts[tax.odoo_id]),
                "tax_amount": float(line.tax_amounts[tax.odoo_id]),
            }
            for tax in line.taxes
        },
    }


def _base(tax: Tax, line: PricedLine) -> Decimal:
    """Return what a tax of the line is computed on: the net, and the taxes it stands on."""
    below = (line.tax_amounts[other.odoo_id] for other in line.taxes if tax.stands_on(other))
    return line.net + sum(below, ZERO)


def _price_line(
    target: LineTarget, taxes: Mapping[str, Tax], price_digits: int | None, digits: int
) -> tuple[PricedLine, ...]:
    carried = {taxes[rate_id].odoo_id: taxes[rate_id] for rate_id in target.taxes}
    line_taxes = tuple(sorted(carried.values(), key=lambda tax: (tax.sequence, tax.odoo_id)))
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for rate_id, tax_amount in target.taxes.items():
        amounts[taxes[rate_id].odoo_id] += tax_amount
    included = bool(line_taxes) and all(tax.included for tax in line_taxes)
    quantity = target.source.quantity if isinstance(target.source, OrderLine) else Decimal(1)
    amount = target.net + target.tax if included else target.net
    step = UNROUNDED_DIGITS if price_digits is None else price_digits
    price = round_money(amount / quantity, step) if quantity else ZERO
    line = PricedLine(target, quantity, price, line_taxes, target.net, amounts, "gross" if included else "net")
    if round_money(price * quantity, digits) == amount:
        return (line,)
    return _split(line, amount, step, digits)


def _split(line: PricedLine, amount: Decimal, step: int, digits: int) -> tuple[PricedLine, ...]:
    """Spread an amount over the pieces: some at one price, the rest one cent dearer (or less cheap)."""
    pieces = line.quantity
    if not pieces:
        raise DataError(
            f"The line '{_name(line)}' comes to {amount} for 0 pieces, which no unit price gives.",
            where="line_items",
            fix="Correct the quantity in the store, or make a fee of the amount; then retry.",
        )
    if pieces < 0 or pieces != pieces.to_integral_value() or amount != round_money(amount, min(step, digits)):
        raise DataError(
            f"The line '{_name(line)}' comes to {amount} for {pieces} pieces, which no unit price with {step} decimals "
            "gives.",
            where="sale.order.line -> price_unit",
            fix="Raise the decimal accuracy 'Product Price' in Odoo to 6 digits, then retry.",
        )
    cent = quantum(min(step, digits))
    low = (amount / pieces).quantize(cent, rounding=ROUND_FLOOR)
    dearer = int((amount - low * pieces) / cent)
    shares = ((Decimal(int(pieces) - dearer), low), (Decimal(dearer), low + cent))
    nets = _share_out(line.net, [quantity * price for quantity, price in shares], digits)
    parts = []
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for last, ((quantity, price), net) in zip((False, True), zip(shares, nets, strict=True), strict=True):
        part_taxes = {
            tax_id: total - taken[tax_id]
            if last
            else round_money(total * quantity * price / amount if amount else ZERO, digits)
            for tax_id, total in line.tax_amounts.items()
        }
        for tax_id, part in part_taxes.items():
            taken[tax_id] += part
        parts.append(
            replace(line, quantity=quantity, price_unit=price, net=net, tax_amounts=part_taxes, technique="split")
        )
    return tuple(parts)


def _share_out(net: Decimal, weights: Sequence[Decimal], digits: int) -> tuple[Decimal, Decimal]:
    whole = sum(weights, ZERO)
    first = round_money(net * weights[0] / whole, digits) if whole else ZERO
    return first, net - first


def _line_taxes(line: PricedLine, digits: int, *, exact: bool) -> dict[int, Decimal]:
    """Return the taxes of one line as Odoo computes them; rounded per line unless `exact`."""
    amount = line.price_unit * line.quantity
    amount = amount if exact else round_money(amount, digits)
    included = bool(line.taxes) and all(tax.included for tax in line.taxes)
    factor = Decimal(1)
    for tax in line.taxes:
        factor += _factor(tax, line.taxes)
    base = amount / factor if included else amount
    result = {}
    for tax in line.taxes:
        tax_amount = base * _factor(tax, line.taxes)
        result[tax.odoo_id] = tax_amount if exact else round_money(tax_amount, digits)
    return result


def _factor(tax: Tax, taxes: Sequence[Tax]) -> Decimal:
    """Return the share of the net a tax comes to, taxes it stands on included."""
    factor = Decimal(1)
    for other in taxes:
        if tax.stands_on(other):
            factor += _factor(other, taxes)
    return tax.percent / 100 * factor


def _steered(
    lines: Sequence[PricedLine], wanted: Mapping[int, Decimal], computed: Mapping[int, Decimal], digits: int
) -> tuple[PricedLine, ...] | None:
    """Return the lines split otherwise, so that Odoo computes every tax as wanted; None where that cannot be done."""
    split: dict[int, tuple[Share, Share]] = {}
    for tax_id, amount in wanted.items():
        away = amount - computed.get(tax_id, ZERO)
        if not away:
            continue
        found = steer(_steerable(lines, tax_id, digits), away, digits)
        if not found:
            return None
        split |= found
    result: list[PricedLine] = []
    for line in lines:
        shares = split.pop(id(line.target), None)
        if shares:
            result += [_as_share(line, share) for share in shares]
        elif not any(line.target is done.target and done.technique == "steered" for done in result):
            result.append(line)
    return tuple(result)


def _steerable(
    lines: Sequence[PricedLine], tax_id: int, digits: int
) -> list[tuple[int, Decimal, int, Decimal, Decimal]]:
    """Return the product lines of several pieces that carry this tax alone; those split already come first."""
    parts: dict[int, list[PricedLine]] = defaultdict(list)
    for line in lines:
        parts[id(line.target)].append(line)
    rows = []
    for key, members in parts.items():
        source, taxes = members[0].target.source, members[0].taxes
        alone = [tax.odoo_id for tax in taxes] == [tax_id] and not taxes[0].included
        if alone and isinstance(source, OrderLine) and source.quantity == source.quantity.to_integral_value():
            now = sum((_line_taxes(part, digits, exact=False)[tax_id] for part in members), ZERO)
            rows.append((key, members[0].target.net, int(source.quantity), taxes[0].percent, now))
    return sorted(rows, key=lambda row: -len(parts[row[0]]))


def _as_share(line: PricedLine, share: Share) -> PricedLine:
    return replace(
        line,
        quantity=share.quantity,
        price_unit=share.price_unit,
        net=share.net,
        tax_amounts={line.taxes[0].odoo_id: share.tax},
        technique="steered",
    )


def _price_notes(lines: Sequence[PricedLine]) -> tuple[str, ...]:
    notes = []
    for line in lines:
        if line.technique == "split":
            text = (
                f"'{_name(line)}' comes to {line.target.net} for {line.target.source.quantity} pieces"  # type: ignore[union-attr]
                ", which no unit price gives: it becomes two lines, one cent apart."
            )
            if text not in notes:
                notes.append(text)
    return tuple(notes)


def _tax_note(wanted: Mapping[int, Decimal], computed: Mapping[int, Decimal], taxes: Any, precision: Precision) -> str:
    names = {tax.odoo_id: tax.name for tax in taxes}
    parts = [
        f"{names[tax_id]} {amount} in the shop, {computed.get(tax_id, ZERO)} by Odoo"
        for tax_id, amount in wanted.items()
        if computed.get(tax_id, ZERO) != amount
    ]
    how = "per document" if precision.round_globally else "per line"
    return f"Rounding {how}: {'; '.join(parts)}."


def _name(line: PricedLine) -> str:
    source = line.target.source
    return getattr(source, "name", "") or getattr(source, "title", "")
