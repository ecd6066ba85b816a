"""What becomes in Odoo of an order that was cancelled in the store, or refunded in full before it was invoiced.

| in Odoo                        | is cancelled                       | is reported                                |
|--------------------------------|------------------------------------|--------------------------------------------|
| cancelled already              | –                                  | –                                          |
| quotation, draft invoice       | it                                 | –                                          |
| confirmed                      | it, open deliveries, draft invoice | –                                          |
| invoice posted                 | the order and its open deliveries  | the invoice stands: credit it ¹            |
| partly delivered               | the rest of it                     | what was delivered                         |
| delivered                      | –                                  | what was delivered                         |
| delivered, and all of it back  | it                                 | –                                          |
| locked                         | –                                  | unlock it                                  |
| set back by a person since     | –                                  | both sides have decided otherwise          |
| invoice posted, no sales order | –                                  | the invoice stands: credit it ¹            |

¹ With `cancel_invoiced` "credit" the flow `refund` credits what is left of the invoice instead: the books then say what
the store says, and nothing stays open (`mapping/refunds/cancelled.py`). Where goods are with the customer it does so
once they have come back, or at once, as `cancel_delivered` says.

What is reported is a conflict with choices. Taking the cancellation back in the store reopens the order, for it was
Woodoo that cancelled it; where its invoice was credited meanwhile, it gets another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ...domain.errors import SyncConflict
from ...domain.money import round_money
from ...domain.order import Order
from ..documents.document import Document
from ..rules import Rules
from .fingerprint import Doing, Fingerprint
from .standing import History, Obstacle, Standing


@dataclass(frozen=True)
class CancelPlan:
    """A document that is cancelled, and what cannot be cancelled with it."""

    order: Order
    document: Document
    #: False where nothing of it can be cancelled any more, or is cancelled already.
    cancel: bool
    conflict: SyncConflict | None = None
    #: As it was last written; None where no link tells.
    written: Fingerprint | None = None
    standing: Standing = field(default_factory=Standing)
    #: Its posted invoices are credited by the flow `refund`.
    credits: bool = False
    #: Nobody has cancelled it: all of it was refunded before it was invoiced.
    refunded: bool = False

    @property
    def by_woodoo(self) -> bool:
        """It is Woodoo who cancels it, or who did."""
        return self.cancel or self.credits or (self.written is not None and self.written.doing in _OURS)


_OURS = frozenset({Doing.CANCELLING, Doing.CANCELLED})


def plan_cancel(
    order: Order, document: Document, history: History, rules: Rules, *, refunded: bool = False
) -> CancelPlan:
    """Decide what is cancelled in Odoo for an order that is cancelled in the store.

    `refunded` says that it is not, but all of it was refunded before it was invoiced.
    """
    standing = history.standing or Standing()
    if standing.came_back:
        standing = replace(standing, delivered=())
    found = standing.obstacles
    stands = bool(found & {Obstacle.LOCKED, Obstacle.DELIVERED}) or (document.sale_order_id is None and bool(found))
    cancelled = document.state == "cancel"
    credited = rules.refunds.cancel_invoiced == "credit" and standing.invoiced_total > 0
    credits_ = credited and not (standing.delivered and rules.refunds.cancel_delivered == "tell")
    conflict = _conflict(order, document, standing, refunded=refunded, credited=credited, later=credited != credits_)
    set_back = not cancelled and history.written is not None and history.written.doing is Doing.CANCELLED
    if set_back:
        conflict = _set_back(order, document, refunded=refunded)
    return CancelPlan(
        order,
        document,
        cancel=not cancelled and not stands and not set_back,
        conflict=conflict,
        written=history.written,
        standing=standing,
        credits=credits_,
        refunded=refunded,
    )


def _set_back(order: Order, document: Document, *, refunded: bool) -> SyncConflict:
    what = "was refunded in full" if refunded else "is cancelled in the store"
    return SyncConflict(
        f"{order.label} {what}, and Woodoo had cancelled {document.name}; somebody has set it back in Odoo.",
        record=order.label,
        where=f"{document.model} -> state",
        choices=(
            f"Cancel {document.name} again in Odoo, then retry.",
            "Set the status back in the store, too; the order then goes on.",
            "Keep Odoo as it is: skip this record.",
        ),
    )


def _conflict(
    order: Order, document: Document, standing: Standing, *, refunded: bool, credited: bool, later: bool
) -> SyncConflict | None:
    invoices = () if credited or standing.invoiced_total <= 0 else standing.invoiced
    locked = standing.locked and document.state != "cancel"
    left = []
    if locked:
        left.append(f"{document.name} is locked")
    if standing.delivered:
        left.append(f"{', '.join(standing.delivered)} is delivered")
    if invoices:
        total = round_money(standing.invoiced_total, order.currency_digits)
        left.append(f"invoice {', '.join(invoices)} is posted over {total} {order.currency}")
    if not left:
        return None
    if later:
        total = round_money(standing.invoiced_total, order.currency_digits)
        left.append(f"invoice {', '.join(standing.invoiced)} over {total} {order.currency} stands until they are back")
    what = "was refunded in full before it was invoiced" if refunded else "is cancelled in the store"
    return SyncConflict(
        f"{order.label} {what}, but not all of it can be cancelled in Odoo: {' and '.join(left)}.",
        record=order.label,
        where="account.move" if invoices else document.model,
        choices=_choices(document, standing.delivered, invoices, locked=locked, refunded=refunded, later=later),
    )


def _choices(
    document: Document,
    delivered: tuple[str, ...],
    invoices: tuple[str, ...],
    *,
    locked: bool,
    refunded: bool,
    later: bool,
) -> tuple[str, ...]:
    todo = []
    if locked:
        todo.append(f"unlock {document.name}")
    if delivered:
        todo.append("take the goods back with a return")
    if invoices:
        todo.append(f"credit invoice {', '.join(invoices)}")
    do = f"{' and '.join(todo)} in Odoo"
    end = "retry: the invoice is then credited" if later else "retry"
    return (
        f"{do[:1].upper()}{do[1:]}, then {end}.",
        "Delete a refund that was a mistake in the store; the order then goes on."
        if refunded
        else "Take the cancellation back in the store; the order then goes on.",
        "Keep Odoo as it is: skip this record.",
    )
