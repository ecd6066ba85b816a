"""Which sales tax of Odoo Woodoo would map each tax rate of the store to, and why; or why it would not.

| of the taxes with the rate's percentage  | proposed                                                       |
|------------------------------------------|----------------------------------------------------------------|
| none                                     | nothing                                                        |
| those of the price kind the store needs  | all rates have one kind; a tax of the other one is only named  |
| those of the rate's country (15 on)      | before those of other countries                                |
| one is left                              | that one, unless Odoo names another country than the rate's    |
| several are left                         | the company's default, for standard rates of its own country   |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from ..proposals import Proposal
from ..rules import Rules, Tax
from .account_tax import STANDARD, mapped_taxes, prefers_included
from .tax_matching import fitting_taxes, is_of, price_kind, shown_percent, shown_tax, shown_taxes


class Rate(Protocol):
    """A tax rate as a store is set up with it. `percent` 21 means 21 %; empty `country` means every country."""

    @property
    def rate_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def percent(self) -> Decimal: ...
    @property
    def country(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def tax_class(self) -> str: ...
    @property
    def compound(self) -> bool: ...


def propose_taxes(
    rates: Iterable[Rate], rules: Rules, *, prices_include_tax: bool, default_tax: int | None = None, home: str = ""
) -> list[Proposal]:
    """Propose a tax for each rate of the store that neither the settings nor a matching percentage stand for.

    `default_tax` is the company's default sales tax, `home` the ISO code of its country.
    """
    rates = list(rates)
    included = _kind(rates, rules, prices_include_tax)
    found = []
    for rate in rates:
        fitting = fitting_taxes(rate.percent, rate.country, rules.sale_taxes, included=included)
        if mapped_to(rate, rules) or (rules.match_taxes and len(fitting) == 1):
            continue
        found.append(_proposal(rate, fitting, included, default_tax if _is_domestic(rate, home) else None))
    return found


def other_percents(rates: Iterable[Rate], rules: Rules) -> list[tuple[Rate, Tax]]:
    """Return the rates that are mapped to a tax of another percentage: their orders would be parked."""
    return [(rate, tax) for rate in rates for tax in mapped_to(rate, rules) if tax.percent != rate.percent]


def other_bases(rates: Iterable[Rate], rules: Rules) -> list[tuple[Rate, Rate]]:
    """Return the compound rates with each rate below them on whose tax theirs does not stand in Odoo.

    Two rates can meet on a line where they are of one class, and of one place or one of them of every place.
    """
    known = [(rate, tax) for rate in rates if rate.percent for tax in mapped_to(rate, rules)[:1]]
    lower_ones = [(rate, tax) for rate, tax in known if not rate.compound]
    return [
        (upper, lower)
        for upper, above in known
        if upper.compound
        for lower, below in lower_ones
        if _can_meet(upper, lower) and not above.stands_on(below)
    ]


def _can_meet(one: Rate, other: Rate) -> bool:
    countries = one.country == other.country or "" in (one.country, other.country)
    states = one.state == other.state or "" in (one.state, other.state)
    return countries and states and (one.tax_class or STANDARD) == (other.tax_class or STANDARD)


def shown_rate(rate: Rate) -> str:
    """Name a rate so that it can be found in the store."""
    place = ", ".join((rate.country or "every country", *([rate.tax_class] if rate.tax_class != STANDARD else [])))
    name, percent = rate.name or "Tax", shown_percent(rate.percent)
    if percent.replace(" ", "") not in name.replace(" ", ""):
        name = f"{name} {percent}"
    return f"{name} ({place}, rate {rate.rate_id})"


def _kind(rates: Sequence[Rate], rules: Rules, prices_include_tax: bool) -> bool:
    """Return the price kind of the rates mapped already, else the one that suits the store and has most rates."""
    kinds = {tax.included for rate in rates for tax in mapped_to(rate, rules) if tax.percent}
    if len(kinds) == 1:
        return next(iter(kinds))
    wanted = [(rate.percent, rate.country) for rate in rates if rate.percent]
    return price_kind(wanted, rules.sale_taxes, preferred=prefers_included(prices_include_tax, rules))


def mapped_to(rate: Rate, rules: Rules) -> tuple[Tax, ...]:
    """Return the taxes the settings map a rate to: one, none, or several where they contradict each other."""
    return mapped_taxes(rate.rate_id, [rate.tax_class or STANDARD], rate.country, rate.percent, rules)


def _is_domestic(rate: Rate, home: str) -> bool:
    return rate.tax_class in ("", STANDARD) and rate.country in ("", home)


def _proposal(rate: Rate, fitting: Sequence[Tax], included: bool, default_tax: int | None) -> Proposal:
    percent, tax, reason = shown_percent(rate.percent), None, ""
    default = next((one for one in fitting if one.odoo_id == default_tax), None)
    if not fitting:
        reason = f"Odoo has no sales tax of {percent}"
    elif rate.percent and fitting[0].included != included:
        other = "included in prices" if fitting[0].included else "not included in prices"
        reason = f"Odoo has only {shown_taxes(fitting)}, {other}, unlike those of the other rates"
    elif len(fitting) == 1 and fitting[0].country and rate.country and not is_of(fitting[0], rate.country):
        reason = f"Odoo has only {shown_tax(fitting[0])}, which is of {fitting[0].country}"
    elif len(fitting) == 1:
        tax, reason = fitting[0], _only(rate, fitting[0], percent)
    elif default:
        tax, reason = default, f"it is the company's default sales tax, of {percent} too"
    else:
        reason = f"Odoo has several of {percent}: {shown_taxes(fitting)}"
    return Proposal(
        "tax_map", rate.rate_id, shown_rate(rate), tax.odoo_id if tax else None, tax.name if tax else "", reason
    )


def _only(rate: Rate, tax: Tax, percent: str) -> str:
    of = f" of {tax.country}" if tax.country and tax.country == rate.country else ""
    return f"it is the one sales tax{of} with {percent}{', included in prices' if tax.included else ''}"


def offered(proposal: Proposal) -> str:
    """Name a rate with what is proposed for it, or why nothing is."""
    if proposal.odoo_id is None:
        return f"{proposal.title}: {proposal.reason}"
    return f"{proposal.title}: proposed is '{proposal.name}' (id {proposal.odoo_id})"
