"""Which line of a sales order is which line of the shop's order.

Decides by what Woodoo itself has written on the line, first match wins; of several that fit alike, in their order:

| the lines have in common          | because                                                       |
|-----------------------------------|---------------------------------------------------------------|
| SKU, text and quantity            | nothing was changed                                           |
| SKU and text                      | somebody changed the quantity, or cents made two lines of one |
| SKU and quantity, SKU             | the text was written anew                                     |
| text                              | the product is a placeholder, or has another SKU by now       |

What is left of Odoo's lines and has SKU or text of a line that is matched belongs to that line, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...domain.order import OrderLine
from .seen import OdooLine

Fits = Callable[[OrderLine, OdooLine], bool]


def match_lines(lines: Sequence[OrderLine], odoo_lines: Sequence[OdooLine]) -> Mapping[int, str]:
    """Return for the lines of the sales order, by their ids, which lines of the store's order they are."""
    left = [line for line in odoo_lines if not line.is_delivery]
    wanted = list(lines)
    found: dict[int, str] = {}
    for fits in _TIERS:
        for line in list(wanted):
            other = next((one for one in left if fits(line, one)), None)
            if other is not None:
                found[other.odoo_id] = line.external_id
                wanted.remove(line)
                left.remove(other)
    for other in left:
        more = next((one for one in lines if _same_sku(one, other) and _same_text(one, other)), None)
        if more is not None:
            found[other.odoo_id] = more.external_id
    return found


def _same_sku(line: OrderLine, other: OdooLine) -> bool:
    return bool(line.sku) and line.sku == other.sku


def _same_text(line: OrderLine, other: OdooLine) -> bool:
    """Compare first lines; a part of a bundle that has no line itself bears the bundle's name before its own."""
    mine, theirs = _first_line(line.name), _first_line(other.text)
    return bool(mine) and (mine == theirs or (bool(line.part_of) and theirs.endswith(mine)))


def _same_quantity(line: OrderLine, other: OdooLine) -> bool:
    return line.quantity == other.ordered


def _first_line(text: str) -> str:
    return " ".join(text.strip().split("\n", 1)[0].split()).casefold()


_TIERS: tuple[Fits, ...] = (
    lambda a, b: _same_sku(a, b) and _same_text(a, b) and _same_quantity(a, b),
    lambda a, b: _same_sku(a, b) and _same_text(a, b),
    lambda a, b: _same_sku(a, b) and _same_quantity(a, b),
    _same_sku,
    lambda a, b: _same_text(a, b) and _same_quantity(a, b),
    _same_text,
)
