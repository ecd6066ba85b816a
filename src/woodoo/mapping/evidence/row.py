"""One line of the sheet of mappings: something the store has, how often it was used, and what it is in Odoo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..proposals import Proposal
from .usage import Use


class Stand(StrEnum):
    """Where one mapping stands."""

    #: It holds, and was checked.
    MAPPED = "mapped"
    #: Woodoo would take this; a person accepts it.
    PROPOSED = "proposed"
    #: A person has to choose.
    OPEN = "open"
    #: It is mapped, but orders would be parked for it.
    WRONG = "wrong"


@dataclass(frozen=True)
class Row:
    """One mapping."""

    #: "taxes", "payments", "shipping", "statuses", "currencies", "warehouse", "sku", "fees" or "categories".
    section: str
    key: str
    #: The store's name of it.
    title: str
    stand: Stand
    #: What Odoo has for it, or would have; empty: nothing.
    name: str = ""
    #: Why, or what is missing.
    reason: str = ""
    #: What to do where it is open or wrong.
    fix: str = ""
    #: The setting it stands in, and what is proposed for it.
    setting: str = ""
    value: int | str | None = None
    #: Orders that used it, of those that were looked at; None: not counted.
    orders: int | None = None
    last: datetime | None = None

    @property
    def where(self) -> str:
        """The place of its setting, as errors name it."""
        return f"settings -> {self.setting}" if self.setting else ""

    @property
    def is_gap(self) -> bool:
        """Whether orders that use it would be parked, or left out unasked."""
        return self.stand in (Stand.OPEN, Stand.WRONG)

    @property
    def is_used(self) -> bool:
        return self.orders is None or self.orders > 0

    def used(self, use: Use | None, *, counted: bool) -> Row:
        """Return it with how often it was used; `counted`: past orders were looked at."""
        if not counted:
            return self
        return replace(self, orders=use.orders if use else 0, last=use.last if use else None)


def of_proposal(section: str, proposal: Proposal, fix: str) -> Row:
    """Return a proposal as a line of the sheet."""
    taken = proposal.odoo_id is not None
    return Row(
        section,
        proposal.key,
        proposal.title,
        Stand.PROPOSED if taken else Stand.OPEN,
        proposal.name,
        proposal.reason,
        "" if taken else fix,
        proposal.setting,
        proposal.odoo_id,
    )


def accepted(settings: Mapping[str, Any], rows: Iterable[Row]) -> tuple[dict[str, Any], int]:
    """Return settings with what is proposed, and how much of it was not set before. Nothing is overwritten."""
    result, count = dict(settings), 0
    for row in rows:
        if row.value is None or not row.setting:
            continue
        if row.setting in SINGLE:
            if row.setting not in result:
                result[row.setting] = row.value
                count += 1
            continue
        now = result.get(row.setting)
        known = dict(now) if isinstance(now, Mapping) else {}
        if row.key not in known:
            result[row.setting] = known | {row.key: row.value}
            count += 1
    return result, count


#: Settings that are one value, and those that are maps.
SINGLE = frozenset({"sku_field", "warehouse_id"})
MAPS = frozenset({"tax_map", "journal_map", "shipping_map", "pricelist_map"})
