"""The sheet of mappings as the page shows it: by section, gaps that past orders ran into first.

Decides that of many lines the first are shown, and that a section says in one word how it stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from woodoo.domain.errors import WoodooError
from woodoo.mapping.evidence.row import MAPS, SINGLE, Row, Stand

from .configuration.places import Place, place_on_page

#: Lines of a section that are shown; shops in the United States have thousands of tax rates.
MOST = 40
#: In the order of the page: section → title, and what it is about.
SECTIONS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "taxes": (_("Taxes"), _("The store's tax rates, and Odoo's sales taxes")),
    "payments": (_("Payments"), _("Payment methods, and the journals their payments go to")),
    "shipping": (_("Shipping"), _("Shipping methods, and delivery methods or products")),
    "fees": (_("Fees"), _("Fees of past orders, and their products")),
    "statuses": (_("Statuses"), _("How far orders in each status go")),
    "currencies": (_("Currencies"), _("Currencies, and the pricelists of orders in them")),
    "sku": (_("SKUs"), _("The field of Odoo's products that SKUs are looked up in")),
    "warehouse": (_("Warehouse"), _("Where goods leave")),
    "categories": (_("Categories"), _("Product categories")),
}
#: How a line stands → the colour of its pill, and its word.
WORDS: Mapping[str, tuple[str, str | Promise]] = {
    Stand.MAPPED: ("done", _("mapped")),
    Stand.PROPOSED: ("ready", _("proposed")),
    Stand.OPEN: ("parked", _("to choose")),
    Stand.WRONG: ("failed", _("wrong")),
}
_ORDER = {Stand.WRONG: 0, Stand.OPEN: 1, Stand.PROPOSED: 2, Stand.MAPPED: 3}


@dataclass(frozen=True)
class Line:
    """One mapping on the page."""

    row: Row
    colour: str
    word: str | Promise
    place: Place | None

    @property
    def taken_as(self) -> str:
        """What the button of a proposal sends."""
        return written([self.row])

    @property
    def is_idle(self) -> bool:
        """Whether it is a gap that no order ran into."""
        return self.row.is_gap and self.row.orders == 0


@dataclass(frozen=True)
class Section:
    """The lines about one thing."""

    name: str
    title: str | Promise
    about: str | Promise
    lines: Sequence[Line]
    more: int

    @property
    def gaps(self) -> int:
        return sum(line.row.is_gap and line.row.is_used for line in self.lines)


def sections_of(rows: Sequence[Row]) -> list[Section]:
    """Return the sections that have lines."""
    found = []
    for name, (title, about) in SECTIONS.items():
        own = sorted((row for row in rows if row.section == name), key=_rank)
        if own:
            lines = [Line(row, *WORDS[row.stand], place_on_page(row.where)) for row in own[:MOST]]
            found.append(Section(name, title, about, lines, max(0, len(own) - MOST)))
    return found


def _rank(row: Row) -> tuple[int, int, str]:
    """Sort what needs a person and is used to the front."""
    idle = row.is_gap and row.orders == 0
    return (4 if idle else _ORDER[row.stand], -(row.orders or 0), row.title)


def written(rows: Sequence[Row]) -> str:
    """Return what of these lines can be accepted, as a form sends it."""
    return json.dumps([[row.setting, row.key, row.value] for row in rows if row.stand is Stand.PROPOSED])


def read_back(text: str) -> list[Row]:
    """Read what a form sent.

    Raises:
        WoodooError: it is nothing this page writes.
    """
    try:
        return [_row(*one) for one in json.loads(text)]
    except (ValueError, TypeError) as exc:
        raise WoodooError("Nothing was taken: what was sent is no proposal.", fix="Open the page again.") from exc


def _row(setting: Any, key: Any, value: Any) -> Row:
    number = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    known = (setting in MAPS and number) or (setting in SINGLE and (number or isinstance(value, str)))
    if not known or not isinstance(key, str) or len(key) > 200 or "\x00" in f"{key}{value}":
        raise ValueError(setting)
    return Row("", key, "", Stand.PROPOSED, setting=setting, value=value)
