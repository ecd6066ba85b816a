"""Counts what past orders use: each tax rate, payment and shipping method, status, currency, country and fee.

Decides that an order counts once for each thing it uses, and that the newest order gives a thing its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...domain.past import PastOrder

#: What is counted.
GROUPS = ("rates", "payments", "shipping", "statuses", "currencies", "countries", "fees")


@dataclass
class Use:
    """How often one thing was used. `percent` and `country` are of tax rates."""

    title: str
    orders: int
    #: Of the last order that used it.
    last: datetime
    percent: Decimal = Decimal(0)
    country: str = ""
    compound: bool = False


@dataclass
class Usage:
    """What some past orders used."""

    orders: int = 0
    #: Orders that could not be read.
    unreadable: int = 0
    #: When the oldest and the newest of them were placed.
    since: datetime | None = None
    until: datetime | None = None
    #: Group → key → use.
    groups: dict[str, dict[str, Use]] = field(default_factory=lambda: {name: {} for name in GROUPS})

    def add(self, order: PastOrder) -> None:
        """Count an order."""
        self.orders += 1
        at = order.created_at
        self.since, self.until = min(self.since or at, at), max(self.until or at, at)
        for group, key, use in _used(order):
            known = self.groups[group].get(key)
            if known is None:
                self.groups[group][key] = use
                continue
            known.orders += 1
            if use.last > known.last:
                known.title, known.last, known.percent, known.country = use.title, use.last, use.percent, use.country

    def of(self, group: str, key: str) -> Use | None:
        """Return how often one thing was used; None: never."""
        return self.groups[group].get(key)

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "orders": self.orders,
            "unreadable": self.unreadable,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            **{
                group: {
                    key: [use.title, use.orders, use.last.isoformat(), str(use.percent), use.country, use.compound]
                    for key, use in found.items()
                }
                for group, found in self.groups.items()
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Usage:
        """Read what `to_json` wrote; an empty one counts nothing."""
        since, until = (datetime.fromisoformat(data[name]) if data.get(name) else None for name in ("since", "until"))
        groups = {
            group: {
                key: Use(title, orders, datetime.fromisoformat(last), Decimal(percent), country, compound)
                for key, (title, orders, last, percent, country, compound) in data.get(group, {}).items()
            }
            for group in GROUPS
        }
        return cls(data.get("orders", 0), data.get("unreadable", 0), since, until, groups)


def _used(order: PastOrder) -> Iterator[tuple[str, str, Use]]:
    """Yield each thing an order uses, once."""
    at = order.created_at
    for rate in {rate.rate_id: rate for rate in order.rates}.values():
        yield "rates", rate.rate_id, Use(rate.label, 1, at, rate.percent, rate.country, rate.compound)
    if order.payment:
        yield "payments", order.payment.key, Use(order.payment.title or order.payment.key, 1, at)
    for method in {method.key: method for method in order.shipping}.values():
        yield "shipping", method.key, Use(method.title or method.key, 1, at)
    yield "statuses", order.status, Use(order.status, 1, at)
    yield "currencies", order.currency, Use(order.currency, 1, at)
    if order.country:
        yield "countries", order.country, Use(order.country, 1, at)
    for name in dict.fromkeys(order.fees):
        yield "fees", name.strip().casefold(), Use(name, 1, at)
