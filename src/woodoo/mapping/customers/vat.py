"""The VAT number of an order's customer: where plugins keep it, and when two spellings are the same number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...domain.order import Order
from ..rules import Rules
from .names import fitting, without_controls

#: What numbers may begin with: the prefixes of the European Union and its neighbours. Greece writes EL.
_PREFIXES = frozenset(
    re.findall("..", "ATBEBGCHCYCZDEDKEEELESFIFRGBHRHUIEITLTLULVMTNLNOPLPTROSESISKXI"),
)
_PREFIX_OF = {"GR": "EL"}
#: Bytes of a number; longer texts are something else.
_MOST = 64


def vat_number(order: Order, rules: Rules) -> str:
    """Return the VAT number the order names, as it was entered; empty where none of the settings' keys has one.

    Texts without a digit, such as "none" or "-", are no numbers.
    """
    return vat_in(order.meta, rules.customers.vat_meta_keys)


def vat_in(meta: Mapping[str, Any], keys: Iterable[str]) -> str:
    """Return the VAT number that meta data hold under the first of these keys that is filled."""
    for key in keys:
        value = meta.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = without_controls(str(value))
            if any(one.isdigit() for one in text):
                return fitting(text, _MOST)
    return ""


def vat_key(number: str, country: str) -> str:
    """Return a number as it is compared: letters and digits, with the prefix of its country (ISO code, upper case)."""
    compact = _compact(number)
    prefix = _PREFIX_OF.get(country, country)
    if country and compact.startswith(country):
        return prefix + compact[len(country) :]
    if compact.startswith(prefix) or compact[:2] in _PREFIXES:
        return compact
    return prefix + compact


def vat_spellings(number: str, country: str) -> frozenset[str]:
    """Return the ways in which Odoo may hold the number, to search for it exactly."""
    key = vat_key(number, country)
    bare = key.removeprefix(_PREFIX_OF.get(country, country))
    return frozenset({number, _compact(number), key, bare, f"{country}{bare}"}) - {""}


def same_vat(number: str, other: str, country: str) -> bool:
    """Say whether two numbers are one, whatever their blanks and dots, with or without the country's prefix."""
    return bool(number) and bool(other) and vat_key(number, country) == vat_key(other, country)


def _compact(number: str) -> str:
    return re.sub("[^0-9A-Z]", "", number.upper())
