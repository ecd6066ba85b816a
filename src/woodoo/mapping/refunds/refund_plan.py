"""What is to be done about the refunds of one order, in both directions: what every part of the flow decides on.

| part                                    | decides                                                         |
|-----------------------------------------|-----------------------------------------------------------------|
| `cancelled.py`                          | what is left of the invoices of a cancelled order is credited   |
| `credit_notes.py`                       | which refund becomes which credit note, and what has to wait    |
| `returns.py`                            | what becomes of goods that come back                            |
| `together.py`                           | goods and credit notes of one refund: both, or neither          |
| `to_store.py`                           | which refunds stand for something of Odoo; what the store is    |
|                                         | sent of credit notes and returns made there                     |

Each takes the plan as it is so far and returns it with its own part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from ...domain.errors import WoodooError
from ...domain.order import Order
from ...domain.refund import Refund
from ..rules import Journal
from .credit_plan import CreditPlan
from .goods_plan import GoodsPlan
from .seen import Move, SeenOrder
from .send_plan import SendPlan


@dataclass(frozen=True)
class SentBefore:
    """What is known of what goes to the store, beside the two sides' records."""

    #: Key of a credit note or return → refund that stood for it, by the links or by what is noted on it in Odoo.
    sent: Mapping[str, str] = field(default_factory=dict)
    #: Key → when a run set out to send it; whether it did is not known.
    begun: Mapping[str, datetime] = field(default_factory=dict)
    #: Payment methods of the store that pay back by themselves; empty where no money is to move.
    paying_back: Collection[str] = ()
    #: Keys of what bears such a note.
    noted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Credited:
    """A refund and its credit note, which is posted."""

    refund: Refund
    move: Move
    #: The invoice it takes back.
    invoice: Move | None
    #: What identifies the payment back.
    memo: str
    #: Where the money goes back; None where it does not.
    journal: Journal | None = None
    #: What was given back, where the credit note is over cents more; None: all that is open of it.
    amount: Decimal | None = None


@dataclass(frozen=True)
class RefundPlan:
    """The plan for the refunds of one order."""

    order: Order
    #: As the store has them now, oldest first.
    refunds: tuple[Refund, ...]
    seen: SeenOrder
    #: What the cancellation of the order takes off its invoices, or has taken off (`cancelled.py`).
    cancellations: tuple[Refund, ...] = ()
    #: Refunds whose credit note is posted already.
    there: tuple[Credited, ...] = ()
    #: Credit notes to be made, or made ready and posted.
    credits: tuple[CreditPlan, ...] = ()
    #: Credit notes people made that the invoice they reverse has not taken up (`by_hand.py`), each with the invoice.
    take_up: tuple[tuple[Move, Move], ...] = ()
    #: Credit notes of refunds that were deleted in the store, to be cancelled.
    undo: tuple[Move, ...] = ()
    #: What happens to the goods; None where there are none.
    goods: GoodsPlan | None = None
    #: What is held back, and why; a sentence each.
    waits: tuple[str, ...] = ()
    #: What was decided and is to be shown.
    notes: tuple[str, ...] = ()
    #: What needs a person; the rest goes on without it.
    failures: tuple[WoodooError, ...] = ()
    #: Refunds of which nothing is done, neither money nor goods, until a person has seen to them.
    parked: frozenset[str] = frozenset()
    before: SentBefore = field(default_factory=SentBefore)
    #: Refund → what of Odoo it stands for (`echo.py`): these get no credit note.
    standing: Mapping[str, str] = field(default_factory=dict)
    #: What the store is sent.
    sending: SendPlan = field(default_factory=SendPlan)

    @property
    def record(self) -> str:
        return self.order.external_id

    @property
    def label(self) -> str:
        """How messages name it: "Refunds of order #1054"."""
        return f"Refunds of {self.order.label[0].lower()}{self.order.label[1:]}"

    @property
    def off_invoice(self) -> Mapping[str, Decimal]:
        """Line of the order → refunded pieces that are not to count as invoiced on the line of the sales order."""
        return self.goods.off_invoice if self.goods else {}

    def with_wait(self, sentence: str) -> RefundPlan:
        return replace(self, waits=(*self.waits, sentence))

    def with_note(self, sentence: str) -> RefundPlan:
        return replace(self, notes=(*self.notes, sentence))

    def with_failure(self, error: WoodooError) -> RefundPlan:
        error.record = error.record or self.order.label
        return replace(self, failures=(*self.failures, error))

    def with_parked(self, refund: Refund, error: WoodooError) -> RefundPlan:
        """Hold a refund back as a whole; where something of it was done before, what is left of it goes on."""
        parked = self.parked if self.has_begun(refund.external_id) else self.parked | {refund.external_id}
        return replace(self.with_failure(error), parked=parked)

    def has_begun(self, refund_id: str) -> bool:
        """Say whether something of a refund was done by an earlier run."""
        note = self.seen.credit_note_of(refund_id)
        returns = self.seen.goods.returns if self.seen.goods else ()
        return (note is not None and note.state != "draft") or any(one.refund_id == refund_id for one in returns)
