"""Which sales taxes of Odoo have the percentage of a store's rate, and which of them fit it best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..rules import Tax

#: So many taxes are named in a message.
_NAMED = 5
_WORD = re.compile(r"\w+")


def fitting_taxes(percent: Decimal, country: str, taxes: Iterable[Tax], *, included: bool) -> list[Tax]:
    """Return the taxes of that percentage: of the wanted price kind if there are some, of the country if some are.

    More than one means that the percentage does not decide; a person has to. `country` is an ISO code or empty.
    """
    found = [tax for tax in taxes if tax.percent == percent]
    found = [tax for tax in found if tax.included == included] or found
    return [tax for tax in found if is_of(tax, country)] or found


def is_of(tax: Tax, country: str) -> bool:
    """Say whether a tax is that of a country: by Odoo's field, or by a code in its name.

    Odoo's taxes for sales to other countries of the EU name them, "20.0% FR TVA", while their field names the seller's
    (addons/l10n_eu_oss/models/res_company.py).
    """
    return bool(country) and (tax.country == country or country in _WORD.findall(tax.name))


def price_kind(rates: Sequence[tuple[Decimal, str]], taxes: Sequence[Tax], *, preferred: bool) -> bool:
    """Return whether taxes included in prices are to be taken, as one document can carry one kind only.

    The preferred kind, unless the other one has taxes for more of the `rates`, given as (percent, country).
    """

    def covered(kind: bool) -> int:
        return sum(any(tax.percent == percent and tax.included == kind for tax in taxes) for percent, _ in rates)

    return preferred if covered(preferred) >= covered(not preferred) else not preferred


def shown_percent(percent: Decimal) -> str:
    """Return it for people: "5.5 %"."""
    return f"{percent.normalize():f} %"


def shown_tax(tax: Tax) -> str:
    """Name a tax so that it can be found in Odoo."""
    return f"'{tax.name}' (id {tax.odoo_id})"


def shown_taxes(taxes: Sequence[Tax]) -> str:
    """Name some taxes, the first few where there are many."""
    names = ", ".join(shown_tax(tax) for tax in taxes[:_NAMED])
    return names if len(taxes) <= _NAMED else f"{names} and {len(taxes) - _NAMED} more"


def offer(found: Sequence[Tax]) -> str:
    """Say in a sentence what `fitting_taxes` found."""
    if not found:
        return "Odoo has no sales tax of that percentage."
    if len(found) == 1:
        return f"Odoo has {shown_tax(found[0])} with the same percentage."
    return f"Odoo has several with the same percentage: {shown_taxes(found)}."
