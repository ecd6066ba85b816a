"""By how much an invoice in Odoo is away from the store, and whether rounding alone explains that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ...domain.money import ZERO, round_money
from .priced import Priced
from .totals import Targets


@dataclass(frozen=True)
class Apart:
    """The store's amounts less Odoo's, in the order's currency; only what differs."""

    #: Zero where the net is right.
    untaxed: Decimal
    #: By Odoo tax id.
    taxes: Mapping[int, Decimal]
    #: What rounding may do to each of them.
    most: Decimal
    #: "VAT 21 % 6.07 + 0.01 = 6.08; untaxed …"
    arithmetic: str

    @classmethod
    def between(cls, priced: Priced, targets: Targets, untaxed: Decimal, taxes: Mapping[int, Decimal]) -> Apart:
        """Compare an order with what its invoice shows: the untaxed amount, and each tax by its Odoo id."""
        names = {tax.odoo_id: tax.name for line in priced.lines for tax in line.taxes}
        found = {tax_id: round_money(taxes.get(tax_id, ZERO), priced.digits) for tax_id in priced.taxes}
        away = {tax_id: wanted - found[tax_id] for tax_id, wanted in priced.taxes.items() if wanted != found[tax_id]}
        net = round_money(untaxed, priced.digits)
        parts = [
            f"{names.get(tax_id, f'Tax {tax_id}')} {found[tax_id]} + {amount} = {priced.taxes[tax_id]}"
            for tax_id, amount in away.items()
        ]
        if net != targets.untaxed:
            parts.append(f"untaxed {net} + {targets.untaxed - net} = {targets.untaxed}")
        return cls(targets.untaxed - net, away, priced.cent * len(priced.lines), "; ".join(parts))

    def __bool__(self) -> bool:
        return bool(self.untaxed or self.taxes)

    @property
    def is_cents(self) -> bool:
        """Whether rounding explains it: at most one cent for each line, of the net and of each tax."""
        return all(abs(amount) <= self.most for amount in (self.untaxed, *self.taxes.values()))
