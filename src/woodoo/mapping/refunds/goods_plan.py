"""What is to be done about the goods of an order after its refunds. Nouns only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...domain.errors import WoodooError
from ...domain.money import ZERO
from .goods import Goods, GoodsMove, Picking


@dataclass(frozen=True)
class Reduction:
    """An open move that is to hold less."""

    move: GoodsMove
    quantity: Decimal
    #: In words: "1 × Belt".
    words: str

    @property
    def demands(self) -> Mapping[int, Decimal]:
        """What it, and each open step before it, is to hold."""
        less = self.move.quantity - self.quantity
        steps = {step.odoo_id: max(ZERO, step.quantity - less) for step in self.move.before}
        return {self.move.odoo_id: self.quantity, **steps}

    @property
    def emptied(self) -> frozenset[int]:
        """The transfers of which a move is to hold nothing any more."""
        pickings = {self.move.odoo_id: self.move.picking_id}
        pickings |= {step.odoo_id: step.picking_id for step in self.move.before}
        return frozenset(pickings[move] for move, quantity in self.demands.items() if not quantity)


@dataclass(frozen=True)
class Return:
    """A return that is to be made of goods of one delivery, for one refund."""

    external_id: str
    refund_id: str
    #: The delivery.
    picking: Picking
    #: Move of the delivery → so much of it, in its own unit.
    moves: Mapping[int, Decimal]
    words: tuple[str, ...]
    #: It is left to the warehouse, for the reason given; empty: it is validated.
    waits: str = ""


@dataclass(frozen=True)
class GoodsPlan:
    """What is done about the goods of one order."""

    goods: Goods
    reductions: tuple[Reduction, ...] = ()
    #: Deliveries that may hold nothing any more.
    emptied: tuple[int, ...] = ()
    returns: tuple[Return, ...] = ()
    #: Returns Woodoo made that are to be validated; and those to be cancelled, as their refund is gone.
    receive: tuple[Picking, ...] = ()
    cancel: tuple[Picking, ...] = ()
    #: Line of the store's order → refunded pieces whose credit counts as not invoiced on the sales order's line.
    off_invoice: Mapping[str, Decimal] = field(default_factory=dict)
    #: What a reader should know.
    notes: tuple[str, ...] = ()
    #: What a person has to see to; nothing else is done then.
    error: WoodooError | None = None

    def __bool__(self) -> bool:
        return bool(self.reductions or self.emptied or self.returns or self.receive or self.cancel)
