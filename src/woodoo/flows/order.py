"""A shop order becomes what the policies make of it: a sales order, its invoice, payment and delivery, or an invoice.

    fetch    the orders as the store has them now
    observe  what Odoo has of them
    plan     how far they go now, what of it is missing, and whether it may be done (`woodoo.mapping.order_plan`)
    apply    customers, addresses, sales orders, confirmation, invoices, cents, posting, payments, deliveries
    verify   read back: settled, and equal to the cent

Every step takes the whole batch, acts on the orders that go that far, and may be repeated: a run that was cut off
anywhere is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.errors import WoodooError
from ..domain.mark import GONE
from ..domain.order import Order
from ..domain.plan import Plan
from ..domain.search import FoundBy
from ..engine.flow import Outcome
from ..mapping.changes.cancelling import CancelPlan
from ..mapping.documents.document import Seen
from ..mapping.order_plan import NothingToDo, OrderPlan, plan_order
from ..mapping.order_words import order_plan_shown
from ..mapping.policy import too_early
from . import outcomes
from .batch import OrderBatch
from .context import Context
from .gone import what_of_gone
from .refund_batch import KIND as REFUNDS
from .steps.cancelling import cancel_documents
from .steps.changes import make_changes, report_conflicts
from .steps.customers import ensure_addresses, ensure_customers
from .steps.deliveries import deliver
from .steps.invoices import ensure_invoices, post_invoices, settle_cents
from .steps.notes import fetch_staff_notes
from .steps.observe import observe_orders
from .steps.payments import cancel_doubles, register_payments, verify_paid
from .steps.relink import There, relink
from .steps.sale_orders import confirm_sale_orders, ensure_sale_orders

#: The order in which a batch goes through Odoo.
STEPS = (
    fetch_staff_notes,
    ensure_customers,
    ensure_addresses,
    make_changes,
    ensure_sale_orders,
    confirm_sale_orders,
    ensure_invoices,
    settle_cents,
    post_invoices,
    register_payments,
    cancel_doubles,
    verify_paid,
    deliver,
    report_conflicts,
)


@dataclass(frozen=True)
class Planned:
    """What would be done with each order, and why some cannot be planned."""

    plans: Mapping[str, OrderPlan | CancelPlan | NothingToDo]
    failures: Mapping[str, WoodooError]
    #: What each was like in the store (`woodoo.domain.mark`), by order id.
    seen: Mapping[str, str] = field(default_factory=dict)
    #: Those that Odoo has already.
    there: Sequence[There] = ()
    #: Those of which something was refunded.
    refunded: frozenset[str] = frozenset()
    #: What people look for each by.
    found_by: Mapping[str, FoundBy] = field(default_factory=dict)

    def shown(self) -> dict[str, Plan]:
        """Return the plans in words, by order id: the dry run."""
        return {record: order_plan_shown(plan) for record, plan in self.plans.items()}


def sync_orders(context: Context, external_ids: Sequence[str]) -> dict[str, Outcome]:
    """Bring these orders to where they should be. Returns an outcome for each; raises only for the batch as a whole."""
    planned = plan_orders(context, external_ids)
    relink(context, planned.there)
    work = {record: plan for record, plan in planned.plans.items() if isinstance(plan, OrderPlan)}
    batch = OrderBatch.of(work)
    apply_plans(context, batch)
    found = cancel_documents(context, [p for p in planned.plans.values() if isinstance(p, CancelPlan)])
    found |= {record: outcomes.nothing(plan) for record, plan in planned.plans.items() if isinstance(plan, NothingToDo)}
    found |= {progress.record: outcomes.done(context, progress) for progress in batch}
    for record, error in planned.failures.items():
        found[record] = outcomes.refused(error, gone=planned.seen.get(record) == GONE)
    found |= {record: outcomes.dropped(context, *dropped) for record, dropped in batch.dropped.items()}
    rings = _rings(context, planned)
    return {
        record: replace(
            outcome,
            seen=planned.seen.get(record, ""),
            rings=rings.get(record, ()),
            found_by=planned.found_by.get(record, outcome.found_by),
        )
        for record, outcome in found.items()
    }


def _rings(context: Context, planned: Planned) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return whose refunds are to be looked at once the orders are as they should be.

    Those of orders that have some, or had some when their refunds were looked at last, and of cancelled orders whose
    invoice is to be credited.
    """
    found = {record for record, plan in planned.plans.items() if isinstance(plan, CancelPlan) and plan.credits}
    there = [record for record, mark in planned.seen.items() if mark != GONE]
    if there and context.rules.refunds.take_refunds:
        found |= planned.refunded | context.links.find(REFUNDS, there).keys()
    return {record: (("refund", record),) for record in found}


def plan_orders(context: Context, external_ids: Sequence[str]) -> Planned:
    """Fetch, observe and plan, writing nothing: the whole of a dry run."""
    fetched = context.store.fetch_orders(external_ids)
    failures: dict[str, WoodooError] = dict(fetched.broken)
    failures |= what_of_gone(context, fetched.missing)
    plans: dict[str, OrderPlan | CancelPlan | NothingToDo] = {}
    seen = observe_orders(context, list(fetched.found.values())) if fetched.found else None
    for record, order in fetched.found.items():
        assert seen is not None
        try:
            early = _left_out(context, order, seen)
            plans[record] = NothingToDo(order, None, early) if early else plan_order(order, seen, context.rules)
        except WoodooError as error:
            failures[record] = error
    marks = {record: order.mark.text() for record, order in fetched.found.items()}
    there = [
        There(_planned_as(order, seen), document, isinstance(plans.get(record), CancelPlan))
        for record, order in fetched.found.items()
        for document in (seen.documents.get(record, ()) if seen else ())
        if document.ours
    ]
    refunded = frozenset(record for record, order in fetched.found.items() if order.refund_ids)
    found_by = {record: order.found_by for record, order in fetched.found.items()}
    return Planned(plans, failures, marks | dict.fromkeys(fetched.missing, GONE), there, refunded, found_by)


def _left_out(context: Context, order: Order, seen: Seen) -> str:
    """Return why an order nobody asked for is too early to come over; empty where it is not, or Odoo has it."""
    asked = context.asked_for is None or order.external_id in context.asked_for
    return "" if asked or seen.documents.get(order.external_id) else too_early(order, context.rules)


def _planned_as(order: Order, seen: Seen | None) -> Order:
    """Return an order less what was refunded before its invoice."""
    return seen.reduced[order.external_id].order if seen and order.external_id in seen.reduced else order


def apply_plans(context: Context, batch: OrderBatch) -> None:
    """Carry the plans out, step by step, for the whole batch."""
    for step in STEPS:
        if not batch:
            return
        context.still_ours()
        step(context, batch)
