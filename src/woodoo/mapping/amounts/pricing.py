"""How an order is priced in Odoo so that it comes to the shop's amounts, by the least visible way that is exact.

First each line (`unit_prices.py`, `discounts.py`):

| technique | when                                                                       | seen by the customer |
|-----------|----------------------------------------------------------------------------|----------------------|
| `net`     | net ÷ quantity can be kept exactly enough                                   | no                   |
| `gross`   | the line's taxes are included in prices, and gross ÷ quantity can be kept    | no                   |
| `percent` | discounts show in percent, and price, quantity and percentage give the amount | the percentage      |
| `split`   | no price gives the amount: two lines, one cent apart per piece               | two lines            |

Then the document's taxes, where Odoo would round them otherwise (`computing.py`):

| technique  | when                                                                     | seen by the customer  |
|------------|--------------------------------------------------------------------------|-----------------------|
| `pinned`   | Odoo lets lines carry their taxes (19 on)                                 | no                    |
| `shifted`  | rounded per line: a cent goes from one line to another with the same taxes | a cent on two lines   |
| `steered`  | rounded per line: a line of several pieces is split to fit                | two lines             |
| `override` | nothing else does: the draft invoice's tax is set, the order keeps Odoo's  | no                    |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.errors import DataError
from ...domain.money import ZERO, quantum, round_money
from ..rules import Precision, Tax
from .computing import Document, are_included, document, in_order
from .discounts import as_percent
from .priced import Priced, PricedLine, quantity_of
from .steering import Steering
from .totals import LineTarget, Targets
from .unit_prices import UNROUNDED_DIGITS, refuse_price, refuse_quantity, single_price, split_prices


@dataclass(frozen=True)
class Terms:
    """What prices depend on besides the order."""

    #: Store rate id → Odoo tax.
    taxes: Mapping[str, Tax]
    precision: Precision
    #: Decimals of the currency in Odoo, and in the store.
    digits: int
    store_digits: int
    #: False where Odoo's tax counts.
    exact: bool = True
    #: Discounts show as the lines' percentage.
    percent: bool = False
    quantity_digits: int = 2

    @property
    def cent(self) -> Decimal:
        """The smallest amount the store counts in."""
        return quantum(min(self.digits, self.store_digits))

    @property
    def step(self) -> int:
        """Decimals of a unit price."""
        kept = self.precision.price_digits
        return UNROUNDED_DIGITS if kept is None else kept


def price_lines(targets: Targets, terms: Terms) -> Priced:
    """Price every line of an order so that Odoo comes to `targets`.

    Raises:
        DataError: where a line's amount or quantity cannot be expressed with this Odoo's precision, or a tax is
            further from its rate than rounding explains.
    """
    lines = tuple(priced for target in targets.lines for priced in _price_line(target, terms))
    wanted: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for rate_id, amount in targets.taxes.items():
        wanted[terms.taxes[rate_id].odoo_id] += amount
    found = document([line.item for line in lines], terms.digits, terms.precision)
    priced = Priced(
        lines,
        dict(wanted),
        targets.untaxed,
        "as computed",
        found.taxes,
        found.order_total,
        order_slack=_slack(found, targets, terms),
        digits=terms.digits,
        cent=terms.cent,
        notes=_price_notes(lines, terms),
    )
    if not terms.exact:
        return _by_odoo(priced, targets)
    if _equal(found, wanted, targets) and found.sure:
        return priced
    return _corrected(priced, found, targets, terms)


def _corrected(priced: Priced, found: Document, targets: Targets, terms: Terms) -> Priced:
    arithmetic = _arithmetic(priced, found, targets, terms)
    _refuse_other_than_rounding(priced, arithmetic, terms)
    if terms.precision.can_pin:
        pinned = tuple(replace(line, pinned=bool(line.taxes)) for line in priced.lines)
        notes = (*priced.notes, f"{arithmetic} The lines carry the shop's tax amounts.")
        return replace(
            priced, lines=pinned, tax_technique="pinned", computed=priced.taxes, order_total=targets.total, notes=notes
        )
    if not terms.precision.round_globally:
        steered = _steered(priced, targets, arithmetic, terms)
        if steered:
            return steered
    note = f"{arithmetic} The draft invoice is set to the shop's amounts; the order keeps Odoo's."
    return replace(priced, tax_technique="override", notes=(*priced.notes, note))


def _steered(priced: Priced, targets: Targets, arithmetic: str, terms: Terms) -> Priced | None:
    """Return the lines changed by cents, so that Odoo computes every tax as wanted; None where that cannot be done."""
    steering = Steering(priced.lines, terms.precision, terms.step, terms.digits)
    away = {t: amount - priced.computed.get(t, ZERO) for t, amount in priced.taxes.items()}
    if not steering.reach({tax_id: amount for tax_id, amount in away.items() if amount}):
        return None
    found = document([line.item for line in steering.lines], terms.digits, terms.precision)
    if not _equal(found, priced.taxes, targets):
        return None
    split = any(line.technique == "steered" for line in steering.lines)
    return replace(
        priced,
        lines=steering.lines,
        tax_technique="steered" if split else "shifted",
        computed=found.taxes,
        order_total=found.order_total,
        order_slack=_slack(found, targets, terms),
        notes=(*priced.notes, " ".join([arithmetic, *steering.notes])),
    )


def _by_odoo(priced: Priced, targets: Targets) -> Priced:
    """Leave the taxes to Odoo, and say by how much they will differ."""
    tax = sum(priced.computed.values(), ZERO)
    if priced.order_total == targets.total and tax == targets.tax:
        return replace(priced, tax_technique="odoo")
    note = (
        f"Odoo comes to {priced.order_total} with {tax} tax, the store to {targets.total} with {targets.tax}; the "
        "settings say that Odoo's tax counts."
    )
    return replace(priced, tax_technique="odoo", notes=(*priced.notes, note))


def _equal(found: Document, wanted: Mapping[int, Decimal], targets: Targets) -> bool:
    taxes = all(found.taxes.get(tax_id, ZERO) == amount for tax_id, amount in wanted.items())
    return taxes and found.net == targets.untaxed and found.order_total == targets.total


def _slack(found: Document, targets: Targets, terms: Terms) -> Decimal:
    """Return how far the sales order may be off: nothing where lines can be pinned, else what rounding does to it.

    Where taxes are rounded once, a cent more for each: up to 15 a sales order rounds them together, from 16 on each,
    and binary floats can round half a cent either way.
    """
    if terms.precision.can_pin:
        return ZERO
    cents = len(found.taxes) if terms.precision.round_globally else 0
    return abs(found.order_total - targets.total) + quantum(terms.digits) * cents


def _refuse_other_than_rounding(priced: Priced, arithmetic: str, terms: Terms) -> None:
    """Refuse taxes that are not the rate's: rounding moves each tax by one cent a line at most."""
    most = terms.cent * len(priced.lines)
    if any(abs(amount - priced.computed.get(tax_id, ZERO)) > most for tax_id, amount in priced.taxes.items()):
        raise DataError(
            f"Its taxes are not those of its tax rates. {arithmetic}",
            where="tax_lines",
            fix="Check the tax mapping, recalculate the order in the store, or enter it in Odoo by hand; then retry.",
        )


def _price_line(target: LineTarget, terms: Terms) -> tuple[PricedLine, ...]:
    taxes = in_order(terms.taxes[rate_id] for rate_id in target.taxes)
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for rate_id, tax in target.taxes.items():
        amounts[terms.taxes[rate_id].odoo_id] += tax
    pieces = quantity_of(target)
    technique = "gross" if are_included(taxes) else "net"
    line = PricedLine(target, pieces, ZERO, taxes, target.net, dict(amounts), technique)
    if pieces != round_money(pieces, terms.quantity_digits):
        raise refuse_quantity(line.name, pieces, terms.quantity_digits)
    percent = as_percent(line, terms.precision.price_digits, terms.digits) if terms.percent else None
    if percent:
        return (percent,)
    price = single_price(line.amount, pieces, terms.step, terms.digits)
    if price is not None:
        return (replace(line, price_unit=price),)
    shares = split_prices(line.amount, pieces, terms.step, terms.digits)
    if not shares:
        raise refuse_price(line.name, line.amount, pieces, terms.step)
    return _parts(line, shares, terms.digits)


def _parts(line: PricedLine, shares: Sequence[tuple[Decimal, Decimal]], digits: int) -> tuple[PricedLine, ...]:
    """Share a line's net and taxes out over its parts; the last one takes the rest."""
    parts: list[PricedLine] = []
    for number, (quantity, price) in enumerate(shares, 1):
        last = number == len(shares)
        share = quantity * price / line.amount if line.amount else ZERO
        net = line.net - sum((p.net for p in parts), ZERO) if last else round_money(line.net * share, digits)
        taxes = {
            tax_id: tax - sum((p.tax_amounts[tax_id] for p in parts), ZERO)
            if last
            else round_money(tax * share, digits)
            for tax_id, tax in line.tax_amounts.items()
        }
        parts.append(replace(line, quantity=quantity, price_unit=price, net=net, tax_amounts=taxes, technique="split"))
    return tuple(parts)


def _price_notes(lines: Sequence[PricedLine], terms: Terms) -> tuple[str, ...]:
    notes = []
    for line in lines:
        if line.technique == "split":
            notes.append(
                f"'{line.name}' comes to {line.target.net} for {quantity_of(line.target)} pieces, which no unit price "
                "gives: it becomes lines that are a cent apart."
            )
        elif terms.percent and line.technique in {"net", "gross"} and _is_reduced(line):
            notes.append(
                f"No percentage with two decimals gives the {line.target.net} of '{line.name}' after its discount: it "
                "is inside the price."
            )
    return tuple(dict.fromkeys(notes))


def _is_reduced(line: PricedLine) -> bool:
    source = line.target.source
    return abs(getattr(source, "subtotal", ZERO)) > abs(source.total)


def _arithmetic(priced: Priced, found: Document, targets: Targets, terms: Terms) -> str:
    names = {tax.odoo_id: tax.name for tax in terms.taxes.values()}
    parts = [
        f"{names[tax_id]} {amount} in the shop, {found.taxes.get(tax_id, ZERO)} by Odoo"
        for tax_id, amount in priced.taxes.items()
        if found.taxes.get(tax_id, ZERO) != amount
    ]
    if not parts:
        parts = [f"total {targets.total} in the shop, {found.order_total} by Odoo"]
        if found.order_total == targets.total:
            parts = ["a sum stands at half a cent"]
    how = "per document" if terms.precision.round_globally else "per line"
    return f"Rounding {how}: {'; '.join(parts)}."
