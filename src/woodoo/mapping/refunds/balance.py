"""How many pieces of a line are not sent, come back, or stay with the customer after refunds. Arithmetic only.

| of the pieces refunded             | what follows                                                                  |
|------------------------------------|-------------------------------------------------------------------------------|
| not delivered yet                  | they are not sent: the open deliveries shrink                                 |
| delivered, and back on the shelf   | they come back: a return, as far as none brings them back already             |
| delivered, not back on the shelf   | they stay with the customer                                                   |

Pieces the store has put back on its shelf are first those that were never sent, for they never left Odoo's either.
Everything is counted from what Odoo has now, so a repeat finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.money import ZERO


@dataclass(frozen=True)
class Counted:
    """Pieces of one product of one line of the order, all in one unit."""

    ordered: Decimal
    #: By quantity, in all refunds together; and put back on the shelf.
    refunded: Decimal
    restocked: Decimal
    #: Went to the customer; is to go there; came back; is to come back.
    sent: Decimal = ZERO
    to_send: Decimal = ZERO
    came_back: Decimal = ZERO
    to_come_back: Decimal = ZERO
    #: Of what came back: by returns of refunds of the store.
    brought_back: Decimal = ZERO
    #: Was to come back by a return of Woodoo's that a person has cancelled.
    waived: Decimal = ZERO

    def without(self, pieces: Decimal) -> Counted:
        """Leave out pieces that Odoo itself has credited: they came back already, or were never sent.

        What came back for refunds of the store is theirs.
        """
        back = min(pieces, self.came_back - self.brought_back)
        never_sent = min(pieces - back, max(ZERO, self.ordered - self.sent - self.to_send))
        return replace(
            self, ordered=self.ordered - back - never_sent, sent=self.sent - back, came_back=self.came_back - back
        )


@dataclass(frozen=True)
class Balance:
    """What is to be done about them."""

    #: What the open deliveries are to hold in all.
    send: Decimal = ZERO
    #: What is still to be asked back.
    ask_back: Decimal = ZERO
    #: Refunded pieces that are never sent, or come back; and those that stay with the customer.
    leaves: Decimal = ZERO
    stays: Decimal = ZERO


def balance(counted: Counted) -> Balance:
    """Return what is to be done."""
    c = counted
    paid_for = c.ordered - c.refunded
    holds = c.sent - c.came_back
    send = max(ZERO, min(c.to_send, paid_for - holds))
    never_sent = max(ZERO, c.ordered - c.sent - send)
    # What was sent beyond what was ordered replaces pieces that came back before: those were no refunds.
    replaced = max(ZERO, c.sent + send - c.ordered)
    back = max(ZERO, c.came_back + c.to_come_back - replaced)
    too_many = max(ZERO, holds + send - paid_for - c.to_come_back)
    ask_back = max(ZERO, min(too_many, min(c.restocked, c.refunded) - never_sent - back - c.waived))
    leaves = min(c.refunded, never_sent + back + ask_back)
    return Balance(send, ask_back, leaves, c.refunded - leaves)
