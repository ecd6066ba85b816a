"""The dry run of the newest orders: the exact outcome each would have now, by the plan the flow itself would follow.

| kind       | the order                                                       |
|------------|-----------------------------------------------------------------|
| `create`   | would be made in Odoo                                           |
| `complete` | is in Odoo, and would be completed, changed or cancelled there  |
| `there`    | is in Odoo as it should be                                      |
| `skipped`  | would be left out, for the reason told                          |
| `parked`   | would wait for a person: what is to be mended is told           |
| `failed`   | could not be looked at                                          |

Decides that nothing is written on either side: only the plan is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ..domain.causes import cause_of
from ..domain.errors import ConfigError, DataError, WoodooError
from ..domain.history import OrderRange
from ..domain.money import round_money
from ..domain.order import Order
from ..domain.past import PastOrder
from ..engine.registry import Found, Looked
from ..mapping.changes.cancelling import CancelPlan
from ..mapping.order_plan import NothingToDo, OrderPlan
from ..mapping.order_words import order_plan_shown
from ..stores.base import Store
from .context import Context
from .gone import NothingLeft
from .history import TOGETHER
from .order import plan_orders
from .preview import without

#: The kinds, what needs a person first.
KINDS = ("parked", "failed", "skipped", "create", "complete", "there")
#: Orders that are tried unless a number is given, and at most.
NEWEST, MOST = 100, 2000


@dataclass(frozen=True)
class Rehearsal:
    """What would become of the newest orders (`woodoo.engine.registry.Survey`)."""

    store: Store
    #: Both sides and the rules. Asked for each page: `fresh` where the rules are to be read anew.
    context: Callable[[bool], Context]

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        """Plan a page of orders."""
        most, seen = wanted.newest or NEWEST, int(figures.get("orders", 0))
        page = self.store.past_orders(cursor, light=True)
        orders = page.orders[: max(0, most - seen)]
        context = self.context(not cursor)
        found: list[Found] = []
        for start in range(0, len(orders), TOGETHER):
            found += rehearse(context, orders[start : start + TOGETHER])
        count = seen + len(orders)
        total = None if page.total is None else min(most, page.total)
        return Looked(page.cursor if count < most else "", len(orders), found, {"orders": count}, total)


def rehearse(context: Context, orders: Sequence[PastOrder]) -> list[Found]:
    """Return what would become of each of these orders."""
    planned = plan_orders(context, [order.external_id for order in orders])
    found = []
    for order in orders:
        plan, error = planned.plans.get(order.external_id), planned.failures.get(order.external_id)
        if plan is not None:
            found.append(_of_plan(order, plan))
        elif error is not None:
            found.append(_of_error(order, error))
    return found


def _of_plan(order: PastOrder, plan: OrderPlan | CancelPlan | NothingToDo) -> Found:
    if isinstance(plan, CancelPlan):
        return _of_cancel(order, plan)
    if isinstance(plan, NothingToDo):
        kind = "there" if plan.complete else "skipped"
        total = plan.document.total if plan.document else None
        names = [plan.order.label, plan.document.name if plan.document else ""]
        cause = "" if plan.complete else without(plan.reason, names)
        return _found(order, kind, plan.order, cause=cause, message=plan.reason, odoo=total)
    kind = "create" if plan.document is None else "complete"
    shown = order_plan_shown(plan)
    waits = " ".join(plan.waits)
    return _found(
        order,
        kind,
        plan.order,
        cause=without(waits, [plan.order.label]),
        message=waits or shown.summary,
        odoo=_odoo_total(plan),
        documents=[step.do for step in shown.steps],
        notes=[*plan.priced.notes],
    )


def _odoo_total(plan: OrderPlan) -> Decimal:
    """Return what the invoice comes to in Odoo, or the sales order where Odoo's own tax counts."""
    if plan.priced.tax_technique == "odoo":
        return plan.priced.order_total
    return plan.priced.untaxed + sum(plan.priced.taxes.values(), Decimal(0))


def _of_cancel(order: PastOrder, plan: CancelPlan) -> Found:
    if plan.conflict is not None:
        return _of_error(order, plan.conflict, plan.order)
    shown = order_plan_shown(plan)
    kind = "complete" if plan.cancel else "there"
    documents = [step.do for step in shown.steps]
    return _found(order, kind, plan.order, message=shown.summary, odoo=plan.document.total, documents=documents)


def _of_error(order: PastOrder, error: WoodooError, whole: Order | None = None) -> Found:
    if isinstance(error, NothingLeft):
        return _found(order, "skipped", whole, cause=cause_of(error), message=error.message)
    kind = "parked" if isinstance(error, DataError | ConfigError) else "failed"
    found = _found(order, kind, whole, cause=cause_of(error), message=error.message)
    return replace(found, fix=error.fix, place=error.where)


def _found(
    order: PastOrder,
    kind: str,
    whole: Order | None,
    *,
    cause: str = "",
    message: str = "",
    odoo: Decimal | None = None,
    documents: list[str] | None = None,
    notes: list[str] | None = None,
) -> Found:
    facts: dict[str, Any] = {"status": order.status, "at": order.created_at.isoformat(), "currency": order.currency}
    if whole is not None:
        facts["total"] = str(round_money(whole.total, whole.currency_digits))
        if odoo is not None:
            facts["odoo"] = str(round_money(odoo, whole.currency_digits))
            facts["equal"] = facts["odoo"] == facts["total"]
    if documents:
        facts["documents"] = documents
    if notes:
        facts["notes"] = notes
    return Found(kind, order.external_id, f"Order #{order.number}", cause, message, facts=facts)
