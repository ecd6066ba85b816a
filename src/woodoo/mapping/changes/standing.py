"""How far an order has come in Odoo, and what was last written of it: what its later changes are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .fingerprint import Fingerprint


class Obstacle(StrEnum):
    """What keeps a confirmed order from being changed."""

    LOCKED = "locked"
    PART_DELIVERED = "part delivered"
    DELIVERED = "delivered"
    INVOICED = "invoiced"


@dataclass(frozen=True)
class Standing:
    """How far the document of an order has come in Odoo, as far as that decides what can still be changed."""

    locked: bool = False
    #: Names of posted invoices that no credit note makes up for, and what they come to together.
    invoiced: tuple[str, ...] = ()
    invoiced_total: Decimal = Decimal(0)
    #: Names of posted invoices that were credited in full.
    credited: tuple[str, ...] = ()
    #: How many invoices it had before, of lines that were written anew since: its sales order shows them no more.
    former: int = 0
    #: Names of deliveries: done, and still to be done.
    delivered: tuple[str, ...] = ()
    to_deliver: tuple[str, ...] = ()
    #: Ids of those still to be done.
    open_pickings: tuple[int, ...] = ()
    #: Everything that was delivered has come back.
    came_back: bool = False

    @property
    def credited_alone(self) -> bool:
        """An invoice without a sales order was credited in full: it still stands, over nothing."""
        return bool(self.invoiced) and self.invoiced_total <= 0

    @property
    def obstacles(self) -> frozenset[Obstacle]:
        found = set()
        if self.locked:
            found.add(Obstacle.LOCKED)
        if self.invoiced:
            found.add(Obstacle.INVOICED)
        if self.delivered:
            found.add(Obstacle.PART_DELIVERED if self.to_deliver else Obstacle.DELIVERED)
        return frozenset(found)


@dataclass(frozen=True)
class History:
    """What is known of an order from before."""

    #: As it was last written; None where no link tells.
    written: Fingerprint | None = None
    #: None where it was not looked at, because nothing depends on it.
    standing: Standing | None = None
    #: Woodoo has registered a payment for it.
    paid: bool = False
    #: Ids of the refunds the order is written without now.
    without: frozenset[str] = frozenset()
