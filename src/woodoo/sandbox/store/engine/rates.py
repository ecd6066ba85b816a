"""Which tax rates apply where: by country, state, postcode, city and tax class, one per priority.

The rules are those of `WC_Tax::find_rates` in WooCommerce's includes/class-wc-tax.php.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Place:
    """Where something is taxed. `country` is ISO 3166-1 alpha-2; everything may be empty."""

    country: str = ""
    state: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class Rate:
    """A row of the shop's tax table. `percent` 21 means 21 %; an empty `tax_class` is the standard rate."""

    rate_id: int
    percent: Decimal
    name: str = ""
    country: str = ""
    state: str = ""
    postcodes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    tax_class: str = ""

    @property
    def code(self) -> str:
        """The code an order keeps of it: `ES-IVA 21%-1`."""
        parts = [self.country, self.state, self.name or "TAX", str(self.priority)]
        return "-".join(part for part in parts if part and part != "0").upper()


def matching(rates: Iterable[Rate], place: Place, tax_class: str) -> list[Rate]:
    """Return the rates for goods of that class at that place: the most specific one of each priority."""
    if not place.country:
        return []
    found = sorted((rate for rate in rates if _matches(rate, place, tax_class)), key=_specificity)
    by_priority: dict[int, Rate] = {}
    for rate in found:
        by_priority.setdefault(rate.priority, rate)
    return list(by_priority.values())


def for_shipping(rates: Sequence[Rate]) -> list[Rate]:
    """Keep those rates that also tax shipping."""
    return [rate for rate in rates if rate.shipping]


def _specificity(rate: Rate) -> tuple[object, ...]:
    return (
        rate.priority,
        rate.country == "",
        rate.country,
        rate.state == "",
        rate.state,
        -len(rate.postcodes),
        -len(rate.cities),
        rate.rate_id,
    )


def _matches(rate: Rate, place: Place, tax_class: str) -> bool:
    if rate.tax_class != tax_class:
        return False
    if rate.country not in ("", place.country.upper()) or rate.state not in ("", place.state.upper()):
        return False
    if rate.postcodes and not any(_postcode_matches(p, place.postcode) for p in rate.postcodes):
        return False
    return not rate.cities or place.city.upper() in rate.cities


def _postcode_matches(pattern: str, postcode: str) -> bool:
    wanted = _normal(postcode)
    if "..." in pattern:
        low, high = (_normal(part) for part in pattern.split("...", 1))
        if low.isdigit() and high.isdigit() and wanted.isdigit():
            return int(low) <= int(wanted) <= int(high)
        return low <= wanted <= high
    if pattern.endswith("*"):
        return wanted.startswith(_normal(pattern[:-1]))
    return wanted == _normal(pattern)


def _normal(postcode: str) -> str:
    return postcode.upper().replace(" ", "").replace("-", "")
