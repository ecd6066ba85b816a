"""Cancel in Odoo what the store has cancelled, as far as that can be done, and report the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...domain.errors import DataError, WoodooError
from ...engine.flow import LinkVals, Outcome, OutcomeKind
from ...mapping.changes.cancelling import CancelPlan
from ...mapping.changes.change_words import cancel_done
from ...mapping.changes.fingerprint import Doing, Fingerprint, fingerprint
from ...mapping.order_words import order_plan_shown
from ...odoo import changing
from ..context import Context
from ..signs import cancelled, observed
from .changes import mark_link


def cancel_documents(context: Context, plans: Sequence[CancelPlan]) -> dict[str, Outcome]:
    """Cancel the documents of a batch and return an outcome for each order."""
    wanted = [plan for plan in plans if plan.cancel]
    if wanted:
        context.still_ours()
        marks = [mark_link(p.order, p.document, _marks(context, p).while_(Doing.CANCELLING)) for p in wanted]
        context.links.upsert(marks)
    orders = {p.document.sale_order_id: p for p in wanted if p.document.sale_order_id is not None}
    drafts = {p.document.invoices[0].odoo_id: p for p in wanted if p.document.sale_order_id is None}
    failed: dict[str, WoodooError] = {}
    if orders:
        failed |= _failed(orders, changing.cancel_orders(context.odoo, orders).errors)
    if drafts:
        failed |= _failed(drafts, changing.cancel_invoices(context.odoo, drafts).errors)
    return {plan.order.external_id: _outcome(context, plan, failed.get(plan.order.external_id)) for plan in plans}


def _failed(plans: Mapping[int, CancelPlan], errors: Mapping[int, WoodooError]) -> dict[str, WoodooError]:
    return {plans[odoo_id].order.external_id: error for odoo_id, error in errors.items()}


def _outcome(context: Context, plan: CancelPlan, error: WoodooError | None) -> Outcome:
    title, shown = plan.order.label, order_plan_shown(plan).to_json()
    if error is not None:
        message = f"{title}: {plan.document.name} could not be cancelled: {error.message}"
        if isinstance(error, DataError):
            error = DataError(message, record=title, where=error.where, fix=error.fix)
        else:
            error.message = message
        return Outcome.from_error(error, title=title, plan=shown)
    links = _links(context, plan)
    if plan.conflict is not None:
        return Outcome.from_error(plan.conflict, title=title, plan=shown, links=links)
    return Outcome(OutcomeKind.DONE, cancel_done(plan), title=title, plan=shown, links=links)


def _links(context: Context, plan: CancelPlan) -> tuple[LinkVals, ...]:
    """Return the link that says it was Woodoo who cancelled the document, where it was."""
    if not plan.by_woodoo:
        return ()
    marks = _marks(context, plan)
    cancelled_it = plan.cancel or plan.document.state == "cancel" or marks.doing is Doing.CANCELLED
    link = mark_link(plan.order, plan.document, marks.while_(Doing.CANCELLED if cancelled_it else Doing.CREDITED))
    if plan.cancel:
        return cancelled(plan.document, [link], plan.order.external_id)
    return observed(plan.document, [link], plan.order.external_id)


def _marks(context: Context, plan: CancelPlan) -> Fingerprint:
    return plan.written or fingerprint(plan.order, context.rules)
