"""A past order, as far as it tells what a shop uses: taxes, payment and shipping methods, statuses, currencies, SKUs.

Holds nothing about the customer but the country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class UsedRate:
    """A tax rate an order was taxed with. `percent` 21 means 21 %."""

    rate_id: str
    label: str
    percent: Decimal
    #: ISO code; empty where the store does not tell, or the rate is for all.
    country: str = ""
    compound: bool = False


@dataclass(frozen=True)
class UsedMethod:
    """A payment or shipping method as an order names it: "stripe", "flat_rate:1"."""

    key: str
    title: str


@dataclass(frozen=True)
class SoldItem:
    """A product that was sold. `sku` is what the line shows: a variation without one shows its product's."""

    sku: str
    name: str
    product_id: str
    variation_id: str = ""


@dataclass(frozen=True)
class PastOrder:
    """One order of the past."""

    external_id: str
    number: str
    created_at: datetime
    status: str
    currency: str
    #: Where the goods went, else where the bill went.
    country: str = ""
    payment: UsedMethod | None = None
    shipping: tuple[UsedMethod, ...] = ()
    rates: tuple[UsedRate, ...] = ()
    fees: tuple[str, ...] = ()
    items: tuple[SoldItem, ...] = ()


@dataclass(frozen=True)
class PastPage:
    """A piece of the newest orders."""

    #: The newest first.
    orders: tuple[PastOrder, ...]
    #: Give this back for the next piece; empty at the end.
    cursor: str
    #: How many the store's list has; None where it does not say.
    total: int | None = None
    #: Orders that cannot be read.
    unreadable: int = 0
