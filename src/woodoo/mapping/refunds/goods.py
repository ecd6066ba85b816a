"""What Odoo has of the goods of an order: moves to the customer and back, and returns made for refunds. Nouns only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ...domain.money import ZERO

#: External ids of returns begin with this; the store's id of the refund follows.
RETURN_PREFIX = "stock_picking_refund_"
#: States of moves and transfers nothing more happens to.
ENDED = frozenset({"done", "cancel"})


class Restock(StrEnum):
    """What becomes in Odoo of goods the store has put back on its shelf (setting `restock_as`)."""

    RECEIVE = "receive"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True)
class EarlierStep:
    """An open move that brings goods to where another one takes them: pick, pack."""

    odoo_id: int
    picking_id: int
    quantity: Decimal


@dataclass(frozen=True)
class GoodsMove:
    """A move of goods of an order's line to the customer, or back from him (`stock.move`)."""

    odoo_id: int
    #: The line of the sales order.
    line_id: int
    product_id: int
    picking_id: int
    state: str
    #: What was done, or is still to be done, in the move's own unit.
    quantity: Decimal
    back: bool = False
    #: It counts for what is delivered of the line; returns may be made without that (`to_refund`).
    counts: bool = True
    #: So much of it makes one piece of the order's line: parts of a kit, another unit.
    per: Decimal = Decimal(1)
    #: What somebody has entered as done of an open move.
    entered: Decimal = ZERO
    #: The move this one brings back.
    origin_id: int | None = None
    #: Goods with lots or serial numbers.
    tracked: bool = False
    #: What has to be done before it, nearest first.
    before: tuple[EarlierStep, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED


@dataclass(frozen=True)
class Picking:
    """A transfer of an order (`stock.picking`)."""

    odoo_id: int
    name: str
    state: str
    #: The refund it was made for by Woodoo; empty for all others.
    refund_id: str = ""
    #: Its external id, without the namespace, where Woodoo made it.
    external_id: str = ""
    #: When it was done, in UTC; None until then.
    done_on: date | None = None

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED


@dataclass(frozen=True)
class SoldLine:
    """A line of the sales order, as far as quantities go."""

    odoo_id: int
    ordered: Decimal
    invoiced: Decimal = ZERO
    #: It is invoiced as it is delivered, not as it was ordered (`invoice_policy`).
    by_delivery: bool = False


@dataclass(frozen=True)
class Goods:
    """The goods of one order in Odoo."""

    sale_order: str
    #: Of the sales order: draft, sale, done, cancel.
    state: str = "sale"
    locked: bool = False
    lines: tuple[SoldLine, ...] = ()
    #: Line of the sales order → line of the store's order.
    matched: Mapping[int, str] = field(default_factory=dict)
    moves: tuple[GoodsMove, ...] = ()
    pickings: Mapping[int, Picking] = field(default_factory=dict)
    #: Lines of the sales order whose moves cannot be counted, with the reason.
    unclear: Mapping[int, str] = field(default_factory=dict)
    #: Refunds whose return a person has deleted.
    deleted: frozenset[str] = frozenset()

    def lines_of(self, external_id: str) -> tuple[SoldLine, ...]:
        """Return the lines that stand for a line of the store's order."""
        return tuple(line for line in self.lines if self.matched.get(line.odoo_id) == external_id)

    @property
    def away(self) -> bool:
        """Goods are with the customer: delivered, and not come back."""
        there: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for move in self.moves:
            if move.state == "done" and move.counts:
                there[move.line_id, move.product_id] += -move.quantity if move.back else move.quantity
        return any(quantity > 0 for quantity in there.values())

    @property
    def returns(self) -> tuple[Picking, ...]:
        """The returns Woodoo made for refunds."""
        return tuple(picking for picking in self.pickings.values() if picking.refund_id)


def refund_of(external_id: str) -> str:
    """Return which refund a return of this external id was made for: the second one of refund 77 ends in `77_2`."""
    return external_id.removeprefix(RETURN_PREFIX).partition("_")[0]
