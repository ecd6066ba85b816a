"""How an amount without lines is spread over an invoice: by what is left of each set of taxes, then over their lines.

| the amount is         | each set of taxes gives                                            |
|-----------------------|--------------------------------------------------------------------|
| all that is left      | exactly what is left of it                                         |
| less                  | its share of the amount, taxes included; net and taxes as they are |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import ZERO, quantum, round_money
from ..amounts.totals import allocate
from .seen import Move, MoveLine


@dataclass(frozen=True)
class Share:
    """What one set of taxes has to give."""

    tax_ids: tuple[int, ...]
    net: Decimal
    #: Odoo tax → what it comes to.
    taxes: Mapping[int, Decimal]
    lines: tuple[MoveLine, ...] = ()

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes.values(), ZERO)


def left_by_taxes(invoice: Move, taken_back: Iterable[Move], digits: int) -> list[Share]:
    """Return what is left of an invoice after its credit notes, by set of taxes, without those that have nothing."""
    nets, lines = _sums(invoice), _lines(invoice)
    amounts = _taxes_by_set(nets, invoice, digits)
    for credit in taken_back:
        taken = _sums(credit)
        for key, share in _taxes_by_set(taken, credit, digits).items():
            nets[key] = nets.get(key, ZERO) - taken[key]
            for tax_id, amount in share.items():
                amounts.setdefault(key, {})
                amounts[key][tax_id] = amounts[key].get(tax_id, ZERO) - amount
    shares = [Share(key, net, amounts.get(key, {}), tuple(lines.get(key, ()))) for key, net in nets.items()]
    return [share for share in shares if share.net or any(share.taxes.values())]


def spread(amount: Decimal, left: Sequence[Share], digits: int) -> list[Share]:
    """Take a gross amount out of what is left."""
    total = sum((share.gross for share in left), ZERO)
    if amount == total:
        return list(left)
    giving = [share for share in left if share.gross > 0]
    whole = sum((share.gross for share in giving), ZERO)
    parts = [share.gross * amount / whole for share in giving]
    cents = allocate(parts, amount, digits, quantum(digits) * len(parts)) or ()
    return [_scaled(share, gross, digits) for share, gross in zip(giving, cents, strict=True) if gross]


def over_lines(share: Share, digits: int) -> list[tuple[MoveLine, Decimal, Mapping[int, Decimal]]]:
    """Spread what a set of taxes gives over its lines, by their net. Returns line, net and taxes."""
    whole = sum((line.net for line in share.lines), ZERO)
    lines = [line for line in share.lines if line.net] if whole else list(share.lines[:1])
    weights = [line.net / whole for line in lines] if whole else [Decimal(1)] * len(lines)
    if not lines:
        return []
    nets = _allocated(share.net, weights, digits)
    taxes = {tax_id: _allocated(amount, weights, digits) for tax_id, amount in share.taxes.items()}
    found = [
        (line, nets[place], {tax_id: amounts[place] for tax_id, amounts in taxes.items()})
        for place, line in enumerate(lines)
    ]
    return [one for one in found if one[1] or any(one[2].values())]


def _scaled(share: Share, gross: Decimal, digits: int) -> Share:
    taxes = {tax_id: round_money(amount * gross / share.gross, digits) for tax_id, amount in share.taxes.items()}
    return Share(share.tax_ids, gross - sum(taxes.values(), ZERO), taxes, share.lines)


def _allocated(amount: Decimal, weights: Sequence[Decimal], digits: int) -> tuple[Decimal, ...]:
    parts = [amount * weight for weight in weights]
    found = allocate(parts, amount, digits, quantum(digits) * len(parts))
    assert found is not None, "weights add up to one"
    return found


def _sums(move: Move) -> dict[tuple[int, ...], Decimal]:
    nets: dict[tuple[int, ...], Decimal] = defaultdict(lambda: ZERO)
    for line in move.lines:
        nets[tuple(sorted(line.tax_ids))] += line.net
    return dict(nets)


def _lines(move: Move) -> dict[tuple[int, ...], list[MoveLine]]:
    lines: dict[tuple[int, ...], list[MoveLine]] = defaultdict(list)
    for line in move.lines:
        lines[tuple(sorted(line.tax_ids))].append(line)
    return dict(lines)


def _taxes_by_set(
    nets: Mapping[tuple[int, ...], Decimal], move: Move, digits: int
) -> dict[tuple[int, ...], dict[int, Decimal]]:
    """Share what each tax of a move comes to out over the sets it is in, by their net."""
    found: dict[tuple[int, ...], dict[int, Decimal]] = {key: {} for key in nets}
    for tax_id, amount in move.taxes.items():
        keys = [key for key in nets if tax_id in key]
        whole = sum((nets[key] for key in keys), ZERO)
        if not keys:
            continue
        parts = [amount * nets[key] / whole if whole else (amount if not place else ZERO)
                 for place, key in enumerate(keys)]  # fmt: skip
        for key, part in zip(keys, allocate(parts, amount, digits, quantum(digits) * len(parts)) or parts, strict=True):
            found[key][tax_id] = round_money(part, digits)
    return found
