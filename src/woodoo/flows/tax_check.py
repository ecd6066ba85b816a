"""Whether every tax rate of the store has its tax in Odoo: a part of the connection test."""

from __future__ import annotations

from collections.abc import Sequence

from ..mapping.rules import Rules
from ..mapping.taxes.tax_matching import shown_percent
from ..mapping.taxes.tax_proposals import offered, other_bases, other_percents, shown_rate
from ..odoo.records import Records
from ..stores.base import Store
from .proposals import read_tax_proposals

#: So many rates are named; shops in the United States have thousands.
_NAMED = 5


def check_tax_rates(
    store: Store, odoo: Records, rules: Rules, *, prices_include_tax: bool
) -> tuple[bool | None, str, str]:
    """Return whether all is right (None: look at it), what was found, and what to do.

    Raises:
        WoodooError: where a side cannot be asked.
    """
    rates = store.tax_rates()
    wrong = [
        f"{shown_rate(rate)} is mapped to '{tax.name}' of {shown_percent(tax.percent)}"
        for rate, tax in other_percents(rates, rules)
    ]
    if wrong:
        message = f"Mapped to a tax of another percentage, so their orders would be parked: {_few(wrong)}."
        return None, message, "Map them to taxes of the same percentage on Configuration."
    apart = [f"{shown_rate(upper)} on {shown_rate(lower)}" for upper, lower in other_bases(rates, rules)]
    if apart:
        message = f"Compound in the store, but not in Odoo, so their orders would be parked: {_few(apart)}."
        fix = "In Odoo let the lower tax affect the base of subsequent taxes, and put it above the other one."
        return None, message, fix
    proposals = read_tax_proposals(rates, store, odoo, rules, prices_include_tax=prices_include_tax)
    if not proposals:
        return True, f"Every tax rate of the store ({len(rates)}) has its tax in Odoo.", ""
    message = f"Not mapped, so their orders would be parked: {_few([offered(one) for one in proposals])}."
    fix = (
        "Map them on Configuration -> Mappings, where all proposals can be taken at once, or with "
        "'woodoo connection propose'."
    )
    return None, message, fix


def _few(texts: Sequence[str]) -> str:
    more = f"; and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return "; ".join(texts[:_NAMED]) + more
