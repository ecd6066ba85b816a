"""Moves cents between lines, or splits lines otherwise, so that taxes which Odoo rounds line by line come out right.

| move      | what it does                                                                  | what stays              |
|-----------|-------------------------------------------------------------------------------|-------------------------|
| `shifted` | a cent goes from one line to another with the same taxes                      | what both come to       |
| `steered` | a line of several pieces is split in two with other prices                    | what the line comes to  |

21 % of 8.26 and of 16.53 are rounded each for themselves; the same 24.79 shared out otherwise rounds otherwise. Order
and invoice are then both exact, without any amount being overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from ...domain.money import ZERO, quantum
from ..rules import Precision
from .computing import line_amounts
from .priced import PricedLine
from .unit_prices import single_price, split_prices

#: The parts one line of the store has become.
Parts = tuple[PricedLine, ...]
#: What is missing of each tax, by its Odoo id; nothing that is zero.
Away = Mapping[int, Decimal]
#: Most cents moved from one line to another at once, and most steps the prices of a split line are apart.
_MOST_CENTS = 5
_MOST_STEPS = 3
#: How many pieces are tried in the first part of a split line.
_MOST_PIECES = 24
#: Most moves for one document.
_MOST_MOVES = 12


@dataclass(frozen=True)
class _Move:
    """Lines as they would be, by their place, and what that would change of each tax."""

    parts: Mapping[int, Parts]
    change: Away
    note: str


class Steering:
    """The lines of one document on their way to the store's taxes. For taxes rounded per line only."""

    def __init__(self, lines: Sequence[PricedLine], precision: Precision, step: int, digits: int) -> None:
        self._groups = _by_target(lines)
        self._precision, self._step, self._digits = precision, step, digits
        self._cent = quantum(digits)
        self.notes: list[str] = []

    @property
    def lines(self) -> tuple[PricedLine, ...]:
        """The lines as they are now."""
        return tuple(part for parts in self._groups for part in parts)

    def reach(self, away: Away) -> bool:
        """Move until nothing is away, the least visible moves first. False where that cannot be done."""
        for _ in range(_MOST_MOVES):
            if not away:
                return True
            move = self._best(away)
            if move is None:
                return False
            for place, parts in move.parts.items():
                self._groups[place] = parts
            away = _less(away, move.change)
            self.notes.append(move.note)
        return not away

    def _best(self, away: Away) -> _Move | None:
        """Return the move that leaves least; shifts go before splits, small ones before large ones."""
        least, found = _size(away), None
        for moves in (self._shifts(), self._splits()):
            for move in moves:
                left = _size(_less(away, move.change))
                if not left:
                    return move
                if left < least:
                    least, found = left, move
        return found

    # -- cents from line to line -------------------------------------------------------------------------------

    def _shifts(self) -> Iterator[_Move]:
        places = [place for place, parts in enumerate(self._groups) if _may_move(parts)]
        for cents in range(1, _MOST_CENTS + 1):
            less = {place: self._repriced(place, -cents) for place in places}
            more = {place: self._repriced(place, cents) for place in places}
            for giver in places:
                for taker in places:
                    given, taken = less[giver], more[taker]
                    same = self._groups[giver][0].taxes == self._groups[taker][0].taxes
                    if giver != taker and same and given and taken:
                        change = _plus(given[1], taken[1])
                        yield _Move({giver: given[0], taker: taken[0]}, change, self._shift_note(giver, taker, cents))

    def _repriced(self, place: int, cents: int) -> tuple[Parts, Away] | None:
        """Return a line with its amount changed by some cents, and what that changes of its taxes."""
        parts = self._groups[place]
        line, amount = parts[0], _amount(parts) + self._cent * cents
        pieces = sum((part.quantity for part in parts), ZERO)
        if amount * _amount(parts) <= 0:
            return None
        price = single_price(amount, pieces, self._step, self._digits)
        shares = [(pieces, price)] if price is not None else None
        if shares is None and len(parts) > 1:
            shares = list(split_prices(amount, pieces, self._step, self._digits) or ())
        if not shares:
            return None
        new = tuple(self._part(line, quantity, price, "shifted") for quantity, price in shares)
        return new, self._change(parts, new)

    def _shift_note(self, giver: int, taker: int, cents: int) -> str:
        amount = self._cent * cents
        less, more = (self._groups[place][0].name for place in (giver, taker))
        return f"{amount} goes from '{less}' to '{more}', which have the same taxes."

    # -- one line in two ---------------------------------------------------------------------------------------

    def _splits(self) -> Iterator[_Move]:
        """Yield other ways to split each line; those split already come first."""
        for place in sorted(range(len(self._groups)), key=lambda place: -len(self._groups[place])):
            parts = self._groups[place]
            pieces = sum((part.quantity for part in parts), ZERO)
            if not _may_move(parts) or pieces < 2 or pieces != pieces.to_integral_value():
                continue
            for shares in self._ways(_amount(parts), int(pieces)):
                new = tuple(self._part(parts[0], quantity, price, "steered") for quantity, price in shares)
                note = f"'{parts[0].name}' is split so that its taxes round to the shop's amount."
                yield _Move({place: new}, self._change(parts, new), note)

    def _ways(self, amount: Decimal, pieces: int) -> Iterator[tuple[tuple[Decimal, Decimal], ...]]:
        """Yield the splits of an amount into two prices with the currency's decimals, the most even ones first."""
        cent = quantum(min(self._step, self._digits))
        even = (amount / pieces).quantize(cent, rounding=ROUND_FLOOR)
        for steps in sorted(range(-_MOST_STEPS, _MOST_STEPS + 1), key=abs):
            price = even + cent * steps
            for first in range(1, min(pieces - 1, _MOST_PIECES) + 1):
                other = (amount - price * first) / (pieces - first)
                if other == other.quantize(cent) and price * amount > 0 and other * amount > 0:
                    yield (Decimal(first), price), (Decimal(pieces - first), other.quantize(cent))

    # -- what a change means -----------------------------------------------------------------------------------

    def _part(self, line: PricedLine, quantity: Decimal, price: Decimal, technique: str) -> PricedLine:
        new = replace(line, quantity=quantity, price_unit=price, technique=technique)
        found = line_amounts(new.item, self._digits, self._precision)
        return replace(new, net=found.net, tax_amounts=found.taxes)

    def _change(self, old: Parts, new: Parts) -> Away:
        return _less(self._taxes(new), self._taxes(old))

    def _taxes(self, parts: Parts) -> Away:
        taxes: Away = {}
        for part in parts:
            taxes = _plus(taxes, line_amounts(part.item, self._digits, self._precision).taxes)
        return taxes


def _by_target(lines: Sequence[PricedLine]) -> list[Parts]:
    groups: dict[int, list[PricedLine]] = {}
    for line in lines:
        groups.setdefault(id(line.target), []).append(line)
    return [tuple(parts) for parts in groups.values()]


def _may_move(parts: Parts) -> bool:
    return bool(parts[0].taxes) and not any(part.discount for part in parts) and bool(_amount(parts))


def _amount(parts: Parts) -> Decimal:
    return sum((part.amount for part in parts), ZERO)


def _plus(one: Away, other: Away) -> Away:
    sums = {tax_id: one.get(tax_id, ZERO) + other.get(tax_id, ZERO) for tax_id in {**one, **other}}
    return {tax_id: amount for tax_id, amount in sums.items() if amount}


def _less(one: Away, other: Away) -> Away:
    return _plus(one, {tax_id: -amount for tax_id, amount in other.items()})


def _size(away: Away) -> Decimal:
    return sum((abs(amount) for amount in away.values()), ZERO)
