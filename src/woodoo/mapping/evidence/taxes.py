"""The tax rates of the store, and of past orders whose rate is gone from it: what each is in Odoo.

| a rate                                          | is       |
|-------------------------------------------------|----------|
| mapped to a tax of its percentage               | mapped   |
| mapped to a tax of another percentage           | wrong    |
| mapped by `tax_match` to the one that fits      | mapped   |
| any other                                       | proposed where `tax_proposals.py` finds one, else open   |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..rules import Rules, Tax
from ..taxes.account_tax import STANDARD
from ..taxes.tax_matching import shown_percent
from ..taxes.tax_proposals import Rate, mapped_to, propose_taxes, shown_rate
from .row import Row, Stand, of_proposal
from .usage import Usage

_FIX = "Choose a sales tax of that percentage, or make one in Odoo."


@dataclass(frozen=True)
class _Gone:
    """A rate that past orders used and the store has no more."""

    rate_id: str
    name: str
    percent: Decimal
    country: str
    compound: bool
    state: str = ""
    tax_class: str = STANDARD


def tax_rows(
    rates: Iterable[Rate], rules: Rules, usage: Usage, *, prices_include_tax: bool, default_tax: int | None, home: str
) -> Iterator[Row]:
    """Yield a line for each rate; those of the store first."""
    every: list[Rate] = list(rates)
    there = {rate.rate_id for rate in every}
    every += [
        _Gone(key, use.title, use.percent, use.country, use.compound)
        for key, use in usage.groups["rates"].items()
        if key not in there
    ]
    proposals = propose_taxes(every, rules, prices_include_tax=prices_include_tax, default_tax=default_tax, home=home)
    open_rates = {proposal.key: proposal for proposal in proposals}
    for rate in every:
        title = shown_rate(rate) + ("" if rate.rate_id in there else ", gone from the store")
        if rate.rate_id in open_rates:
            row = of_proposal("taxes", open_rates[rate.rate_id], _FIX)
        else:
            row = _mapped(rate, title, mapped_to(rate, rules))
        yield row.used(usage.of("rates", rate.rate_id), counted=bool(usage.orders))


def _mapped(rate: Rate, title: str, taxes: tuple[Tax, ...]) -> Row:
    names = ", ".join(f"{tax.name}" for tax in taxes)
    others = [tax for tax in taxes if tax.percent != rate.percent]
    if others:
        reason = f"it is mapped to '{others[0].name}' of {shown_percent(others[0].percent)}"
        fix = "Map it to a tax of the same percentage."
        return Row("taxes", rate.rate_id, title, Stand.WRONG, names, reason, fix, "tax_map")
    reason = "same percentage" if taxes else "the one sales tax of its percentage is taken"
    return Row("taxes", rate.rate_id, title, Stand.MAPPED, names or shown_percent(rate.percent), reason, "", "tax_map")
