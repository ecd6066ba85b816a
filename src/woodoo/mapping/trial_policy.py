"""How far the order of a test run goes: what its run says counts, in place of status and payment.

| the order                                     | then                                                          |
|-----------------------------------------------|---------------------------------------------------------------|
| is a test of another connection               | it is left alone                                              |
| has ended in the store, or is in its trash    | it is left alone: its run cleans up by itself                 |
| is to go as far as an order                   | sales order, confirmed where orders are; else a draft invoice |
| is to go into the books                       | also invoice and payment, as of its day; never a delivery     |

So a test order may stay `pending` in the store, where no stock moves for it and nobody is mailed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ..domain.order import Order
from ..domain.trial import TrialMark, trial_of
from .policy import BECOMES, NEVER_CREATED, Do, PolicyDecision, plan_policy

if TYPE_CHECKING:
    from .documents.document import Document
    from .rules import Rules


def plan_how_far(order: Order, document: Document | None, rules: Rules, *, today: date) -> PolicyDecision:
    """Decide how far an order goes, a real one or one of a test run."""
    mark = trial_of(order)
    return plan_trial(order, mark, rules) if mark else plan_policy(order, document, rules, today=today)


def plan_trial(order: Order, mark: TrialMark, rules: Rules) -> PolicyDecision:
    """Decide how far the order of a test run goes."""
    if mark.namespace != rules.namespace:
        return PolicyDecision(skip=f"{order.label} belongs to a test run of another connection.")
    if order.status in NEVER_CREATED:
        return PolicyDecision(skip=f"{order.label} belongs to a test run, which cleans up by itself.")
    forms = BECOMES[rules.policy.order_becomes]
    if Do.ORDER in forms and not rules.policy.confirm_orders:
        return PolicyDecision(frozenset({Do.ORDER}), ("It stays a quotation, as all orders of this connection.",))
    if mark.books:
        return PolicyDecision(forms - {Do.DELIVERY})
    reach = {Do.ORDER, Do.CONFIRM} if Do.ORDER in forms else {Do.INVOICE}
    return PolicyDecision(forms & frozenset(reach), ("It goes no further: it belongs to a test run.",))


def paid_as_said(order: Order, rules: Rules) -> Order:
    """Return an order as the rest of the plan sees it: one of a test run that goes into the books counts as paid."""
    mark = trial_of(order)
    if mark is None or not mark.books or mark.namespace != rules.namespace:
        return order
    return replace(order, paid_at=order.paid_at or order.created_at)
