"""Currency signs and amounts, as the shop writes them on its pages."""

from __future__ import annotations

import html
import re
from functools import cache

from ..engine.numbers import loose, shown
from ..state import Shop, load_data

_SIGN = re.compile(r"^(?P<name>.*) \((?P<sign>.*?)\) — (?P<code>\w+)$")


@cache
def currency(code: str) -> tuple[str, str]:
    """Return a currency's name and its sign as HTML: `("Euro", "&euro;")`."""
    found = _SIGN.match(load_data("countries")["currencies"].get(code, ""))
    return (found["name"], found["sign"]) if found else (code, code)


def symbol(shop: Shop) -> str:
    """Return the sign of the shop's currency as HTML."""
    return currency(str(shop.option("woocommerce_currency")))[1]


def plain_symbol(code: str) -> str:
    """Return a currency's sign as text: "€"."""
    return html.unescape(currency(code)[1])


def money_html(shop: Shop, amount: str, *, hidden: bool = False) -> str:
    """Return a price as the shop's pages show it."""
    aria = ' aria-hidden="true"' if hidden else ""
    sign = f'<span class="woocommerce-Price-currencySymbol">{symbol(shop)}</span>'
    text = shown(loose(amount), shop.decimals)
    return f'<span class="woocommerce-Price-amount amount"{aria}><bdi>{sign}{text}</bdi></span>'
