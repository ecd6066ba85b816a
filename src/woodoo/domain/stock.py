"""How much there is of a product: what Odoo has, what a store keeps, what its orders have taken.

A product of the store goes by its id, a variation by `PARENT/VARIATION`. Quantities are in the product's unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Managed(StrEnum):
    """Where the store keeps the figure of a product."""

    #: With the product or variation itself.
    OWN = "own"
    #: With the variable product: its variations share one figure.
    PARENT = "parent"
    #: Nowhere: it is in stock, or not, as somebody has set it.
    NO = "no"


@dataclass(frozen=True)
class Quantities:
    """What Odoo has of a product at the places that count."""

    on_hand: Decimal
    #: On hand, without what is reserved.
    unreserved: Decimal
    #: On hand, with what is to come and without what is to leave.
    forecast: Decimal
    #: What has to leave by confirmed moves, reserved or not.
    outgoing: Decimal


@dataclass(frozen=True)
class StoreStock:
    """What the store keeps of one product or variation."""

    external_id: str
    managed: Managed
    #: None where no figure is kept.
    quantity: Decimal | None
    #: "instock", "outofstock" or "onbackorder".
    status: str = ""
    #: "no", "notify" or "yes"; empty: not said.
    backorders: str = ""
    sku: str = ""
    name: str = ""


@dataclass(frozen=True)
class StockChange:
    """What is to be written for one product or variation; what is empty stays as it is."""

    external_id: str
    #: The figure; or what is added to the one the store has, which a sale at the same time does not spoil.
    quantity: int | None = None
    delta: int | None = None
    #: Have the store keep a figure for it.
    manage: bool = False
    backorders: str = ""
    low_amount: int | None = None
    #: For products without a figure.
    status: str = ""


@dataclass(frozen=True)
class SoldOrder:
    """An order of the store, as far as stock is concerned."""

    external_id: str
    status: str
    modified_at: datetime
    #: Product or variation → how much of it the order has taken out of the store's stock.
    goods: Mapping[str, Decimal] = field(default_factory=dict)
