"""What left the warehouse for a customer, and what the store has been told of it.

All times are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Tracking:
    """A parcel's number, and the page on which its way can be followed."""

    number: str
    url: str = ""


@dataclass(frozen=True)
class ShippedItem:
    """So many pieces of a line of the order."""

    #: The store's id of the line.
    line_id: str
    quantity: Decimal
    name: str = ""


@dataclass(frozen=True)
class Content:
    """What a store shows of a shipment, in one form for both sides, to be compared."""

    #: (line of the order, pieces), by line.
    items: tuple[tuple[str, Decimal], ...] = ()
    number: str = ""
    url: str = ""
    #: The store's short name of the carrier; where there is none, `carrier` is its name.
    provider: str = ""
    carrier: str = ""


@dataclass(frozen=True)
class Shipment:
    """A delivery that has left for the customer."""

    #: Tells it from every other one, whatever becomes of its name: "woodoo.stock_picking_17".
    key: str
    #: As people know it: "WH/OUT/00017".
    name: str
    done_at: datetime
    #: The carrier's name; empty where none is known.
    carrier: str = ""
    #: What the store calls the carrier; empty where that is not mapped.
    provider: str = ""
    trackings: tuple[Tracking, ...] = ()
    items: tuple[ShippedItem, ...] = ()
    #: All of it has come back.
    returned: bool = False

    @property
    def numbers(self) -> str:
        """All tracking numbers, as one text."""
        return ", ".join(tracking.number for tracking in self.trackings)

    @property
    def url(self) -> str:
        """The first page on which a parcel of it can be followed."""
        return next((tracking.url for tracking in self.trackings if tracking.url), "")

    @property
    def content(self) -> Content:
        """What a store shows of it."""
        items = tuple(sorted((item.line_id, item.quantity) for item in self.items))
        return Content(items, self.numbers, self.url, self.provider, "" if self.provider else self.carrier)


@dataclass(frozen=True)
class Fulfilment:
    """A shipment as the store has it."""

    external_id: str
    #: `Shipment.key` of the one it tells of; empty where somebody else made it.
    key: str
    content: Content
    #: What others have noted with it, by key.
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderChange:
    """What is to be written on an order of the store."""

    order_id: str
    #: Empty leaves it.
    status: str = ""
    #: The store is told that the order is paid, and finds the status itself.
    paid: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.status or self.paid or self.meta)
