"""What a shop has given back on an order becomes credit notes in Odoo, goods come back, and Odoo's go to the shop.

    fetch    the orders and their refunds, as the store has them now             (`stores/refunds.py`)
    observe  documents, invoices and credit notes with their lines in Odoo       (`steps/refunds/observe.py`)
             goods: moves to the customer and back                               (`steps/refunds/observe_goods.py`)
    plan     what is left of a cancelled order's invoice is credited             (`mapping/refunds/cancelled.py`)
             deliveries that shrink, goods that come back                        (`mapping/refunds/returns.py`)
             a credit note for each refund that has none                         (`mapping/refunds/credit_notes.py`)
             nothing of a refund that cannot be credited as it is                (`mapping/refunds/together.py`)
             a refund for each credit note or return made in Odoo                (`mapping/refunds/to_store.py`)
    apply    credit notes of deleted refunds are cancelled                       (`steps/refunds/undoing.py`)
             credit notes: created once, compared, posted                        (`steps/refunds/credit_notes.py`)
             reconciled with their invoice, paid back                            (`steps/refunds/paying_back.py`)
             goods: deliveries shrunk, returns made once and received            (`steps/refunds/returns.py`)
             refunds: made in the store, each looked for right before            (`steps/refunds/sending.py`)
    verify   read back: each equals its refund to the cent

The record is the store's order: everything about its refunds, in both directions, is decided in one place and one at a
time. A part of the plan is a function of `PARTS`; what carries it out is a function of `STEPS`, takes the whole batch
and may be repeated. What fails is noted on its order (`RefundProgress.fail`) and holds up nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..domain.errors import DataError, WoodooError
from ..domain.order import Order
from ..domain.plan import Plan
from ..domain.refund import Refund
from ..engine.flow import Outcome
from ..mapping.refunds.by_hand import plan_take_up
from ..mapping.refunds.cancelled import plan_cancellation
from ..mapping.refunds.refund_plan import RefundPlan, SentBefore
from ..mapping.refunds.refund_words import refund_plan_shown
from ..mapping.refunds.seen import SeenOrder
from ..mapping.refunds.to_store import plan_standing, plan_to_store
from ..mapping.refunds.together import plan_goods_and_money
from ..mapping.rules import Rules
from .context import Context
from .refund_batch import RefundBatch
from .steps.reducing import observe_inside
from .steps.refunds.credit_notes import (
    create_credit_notes,
    post_credit_notes,
    remember_credit_notes,
    settle_credit_notes,
)
from .steps.refunds.observe import observe_refunds
from .steps.refunds.paying_back import pay_back, take_up_credit_notes
from .steps.refunds.returns import move_goods
from .steps.refunds.sending import observe_before, observe_others, send_refunds
from .steps.refunds.undoing import undo_credit_notes

#: What is decided of each order, one after the other; each adds its part to the plan.
PARTS: tuple[Callable[[RefundPlan, Rules], RefundPlan], ...] = (
    plan_standing,
    plan_cancellation,
    plan_goods_and_money,
    plan_take_up,
    plan_to_store,
)
#: The order in which a batch is carried out.
STEPS: tuple[Callable[[Context, RefundBatch], None], ...] = (
    undo_credit_notes,
    create_credit_notes,
    settle_credit_notes,
    post_credit_notes,
    remember_credit_notes,
    pay_back,
    take_up_credit_notes,
    move_goods,
    send_refunds,
)


@dataclass(frozen=True)
class Planned:
    """What would be done with the refunds of each order, and why some cannot be planned."""

    plans: Mapping[str, RefundPlan] = field(default_factory=dict)
    failures: Mapping[str, WoodooError] = field(default_factory=dict)

    def shown(self) -> dict[str, Plan]:
        """Return the plans in words, by order id: the dry run."""
        return {record: refund_plan_shown(plan) for record, plan in self.plans.items()}


def sync_refunds(context: Context, external_ids: Sequence[str]) -> dict[str, Outcome]:
    """Bring the refunds of these orders to where they should be. Returns an outcome for each."""
    planned = plan_refunds(context, external_ids)
    batch = RefundBatch.of(planned.plans)
    for step in STEPS:
        context.still_ours()
        step(context, batch)
    found = {progress.record: progress.outcome() for progress in batch}
    return found | {record: Outcome.from_error(error, title=error.record) for record, error in planned.failures.items()}


def plan_refunds(context: Context, external_ids: Sequence[str]) -> Planned:
    """Fetch, observe and plan, writing nothing: the whole of a dry run."""
    orders, refunds, failures = _fetch(context, external_ids)
    seen = observe_refunds(context, list(orders.values())) if orders else {}
    if context.rules.refunds.sends:
        seen = observe_others(context, seen)
    seen = observe_inside(context, orders, refunds, seen)
    before = observe_before(context, seen)
    plans: dict[str, RefundPlan] = {}
    for record, order in orders.items():
        try:
            plans[record] = _plan(order, refunds[record], seen[record], before[record], context.rules)
        except WoodooError as error:
            failures[record] = error
    return Planned(plans, failures)


def _fetch(
    context: Context, external_ids: Sequence[str]
) -> tuple[dict[str, Order], dict[str, tuple[Refund, ...]], dict[str, WoodooError]]:
    """Read the orders and their refunds. Returns what could be read of both, and why some could not."""
    fetched = context.store.fetch_orders(external_ids)
    given_back = context.store.refunds.read(list(fetched.found.values()))
    failures: dict[str, WoodooError] = {**fetched.broken, **given_back.broken}
    failures |= {record: _unknown(record) for record in {*fetched.missing, *given_back.missing}}
    orders = {record: order for record, order in fetched.found.items() if record in given_back.found}
    return orders, dict(given_back.found), failures


def _plan(order: Order, refunds: tuple[Refund, ...], seen: SeenOrder, before: SentBefore, rules: Rules) -> RefundPlan:
    plan = RefundPlan(order, refunds, seen, before=before)
    for part in PARTS:
        plan = part(plan, rules)
    return plan


def _unknown(record: str) -> DataError:
    return DataError(
        f"The store has no order {record}: nothing can be said of its refunds.",
        record=f"Order {record}",
        where="store -> orders",
        fix="Skip this record. What Odoo has credited stays as it is.",
    )
