"""What becomes in Odoo of an order that was cancelled in the store.

| in Odoo                       | is cancelled                       | is reported                                   |
|-------------------------------|------------------------------------|-----------------------------------------------|
| cancelled already             | –                                  | –                                             |
| quotation, draft invoice      | it                                 | –                                             |
| confirmed                     | it, open deliveries, draft invoice | –                                             |
| invoice posted                | the order and its open deliveries  | the invoice stands: credit it                 |
| partly delivered              | the rest of it                     | what was delivered                            |
| delivered                     | –                                  | what was delivered                            |
| locked                        | –                                  | unlock it                                     |
| invoice posted, no sales order | –                                 | the invoice stands: credit it                 |

What is reported is a conflict with choices. Taking the cancellation back in the store reopens the order, for it was
Woodoo that cancelled it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...domain.errors import SyncConflict
from ...domain.money import round_money
from ...domain.order import Order
from ..documents.document import Document
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

    @property
    def by_woodoo(self) -> bool:
        """It is Woodoo who cancels it, or who did."""
        return self.cancel or (self.written is not None and self.written.doing in _OURS)


_OURS = frozenset({Doing.CANCELLING, Doing.CANCELLED})


def plan_cancel(order: Order, document: Document, history: History) -> CancelPlan:
    """Decide what is cancelled in Odoo for an order that is cancelled in the store."""
    standing = history.standing or Standing()
    found = standing.obstacles
    stands = bool(found & {Obstacle.LOCKED, Obstacle.DELIVERED}) or (document.sale_order_id is None and bool(found))
    cancelled = document.state == "cancel"
    conflict = None if cancelled and found <= {Obstacle.LOCKED} else _conflict(order, document, standing)
    return CancelPlan(order, document, not cancelled and not stands, conflict, history.written, standing)


def _conflict(order: Order, document: Document, standing: Standing) -> SyncConflict | None:
    left = []
    if standing.locked and document.state != "cancel":
        left.append(f"{document.name} is locked")
    if standing.delivered:
        left.append(f"{', '.join(standing.delivered)} is delivered")
    if standing.invoiced:
        total = round_money(standing.invoiced_total, order.currency_digits)
        left.append(f"invoice {', '.join(standing.invoiced)} is posted over {total} {order.currency}")
    if not left:
        return None
    return SyncConflict(
        f"{order.label} is cancelled in the store, but not all of it can be cancelled in Odoo: {' and '.join(left)}.",
        record=order.label,
        where="account.move" if standing.invoiced else document.model,
        choices=_choices(document, standing),
    )


def _choices(document: Document, standing: Standing) -> tuple[str, ...]:
    todo = []
    if standing.locked and document.state != "cancel":
        todo.append(f"unlock {document.name}")
    if standing.delivered:
        todo.append("take the goods back with a return")
    if standing.invoiced:
        todo.append(f"credit invoice {', '.join(standing.invoiced)}")
    do = f"{' and '.join(todo)} in Odoo"
    end = "skip this record" if standing.delivered else "retry"
    return (
        f"{do[:1].upper()}{do[1:]}, then {end}.",
        "Take the cancellation back in the store; the order then goes on.",
        "Keep Odoo as it is: skip this record.",
    )
