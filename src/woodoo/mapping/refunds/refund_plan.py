"""What is to be done about the refunds of one order, in both directions: what every part of the flow decides on.

| part                                    | decides                                                         |
|-----------------------------------------|-----------------------------------------------------------------|
| `credit_notes.py`                       | which refund becomes which credit note, and what has to wait    |
| `returns.py`                            | what becomes of goods that come back                            |
| `sending.py`                            | which credit notes and returns of Odoo the store is told        |

Each takes the plan as it is so far and returns it with its own part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...domain.errors import WoodooError
from ...domain.order import Order
from ...domain.refund import Refund
from .seen import Move, SeenOrder


@dataclass(frozen=True)
class RefundPlan:
    """The plan for the refunds of one order."""

    order: Order
    #: As the store has them now, oldest first.
    refunds: tuple[Refund, ...]
    seen: SeenOrder
    #: Refunds that have their credit note already, with it.
    there: tuple[tuple[Refund, Move], ...] = ()
    #: What is held back, and why; a sentence each.
    waits: tuple[str, ...] = ()
    #: What was decided and is to be shown.
    notes: tuple[str, ...] = ()
    #: What needs a person; the rest goes on without it.
    failures: tuple[WoodooError, ...] = ()

    @property
    def record(self) -> str:
        return self.order.external_id

    @property
    def label(self) -> str:
        """How messages name it: "Refunds of order #1054"."""
        return f"Refunds of {self.order.label[0].lower()}{self.order.label[1:]}"

    def with_there(self, refund: Refund, move: Move) -> RefundPlan:
        return replace(self, there=(*self.there, (refund, move)))

    def with_wait(self, sentence: str) -> RefundPlan:
        return replace(self, waits=(*self.waits, sentence))

    def with_note(self, sentence: str) -> RefundPlan:
        return replace(self, notes=(*self.notes, sentence))

    def with_failure(self, error: WoodooError) -> RefundPlan:
        error.record = error.record or self.order.label
        return replace(self, failures=(*self.failures, error))
