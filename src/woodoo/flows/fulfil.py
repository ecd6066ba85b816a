"""What Odoo has delivered, invoiced, been paid or cancelled of an order is told to the store.

    fetch    the orders as the store has them now
    observe  their deliveries to the customer, invoices and states in Odoo
    plan     shipments, status, meta data, notes (`woodoo.mapping.fulfilment`)
    apply    fulfilments of the store one by one, then status and meta data in one request for many orders, then notes
    verify   what was written is kept with the order's link, so that a repeat writes nothing

Every step may be repeated. A fulfilment is known again by the delivery it names; before the first one of an order is
made this is noted, so that from then on they are read before another is made. A note is written after the meta data
have named its shipment, and looked for among the order's notes from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.errors import ConfigError, RemoteDown, WoodooError
from ..domain.fulfilment import Shipment
from ..domain.ownership import Group, Owner
from ..domain.plan import Plan
from ..engine.flow import Outcome, OutcomeKind
from ..mapping.fulfilment.plan import FulfilPlan, plan_fulfil, plan_shown
from ..mapping.fulfilment.rules import FulfilRules
from ..mapping.fulfilment.telling import differing
from .planned import PlansInWords
from .sides import Sides
from .steps.observe_fulfilment import observe_fulfilment
from .steps.tell_store import change_orders, send_fulfilments, tell_customers
from .steps.told import KIND, Progress, read_known, told_outcome

#: Statuses of every WooCommerce shop.
_CORE = frozenset({"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"})


@dataclass
class _Planned:
    plans: dict[str, FulfilPlan]
    failures: dict[str, WoodooError]
    #: Orders of which there is nothing to tell, with the reason.
    idle: dict[str, str]
    #: Why fulfilments of the store could not be read; what else is to be told is told all the same.
    unread: dict[str, WoodooError]


def sync_fulfilment(sides: Sides, records: Sequence[str]) -> dict[str, Outcome]:
    """Tell the store of these orders. Returns an outcome for each; raises only for the batch as a whole."""
    planned = _plan(sides, records)
    batch = [
        Progress(plan, dict(plan.known.told), planned.unread.get(record), plan.known.sent)
        for record, plan in planned.plans.items()
    ]
    send_fulfilments(sides, batch)
    sides.still_ours()
    change_orders(sides, batch)
    sides.still_ours()
    tell_customers(sides, batch)
    found = {progress.record: told_outcome(progress) for progress in batch}
    found |= {record: Outcome.from_error(error, title=error.record) for record, error in planned.failures.items()}
    return found | {record: Outcome(OutcomeKind.SKIPPED, reason) for record, reason in planned.idle.items()}


def plan_fulfilment(sides: Sides, records: Sequence[str]) -> PlansInWords:
    """Fetch, observe and plan, writing nothing: the dry run."""
    planned = _plan(sides, records)
    plans = {record: plan_shown(plan) for record, plan in planned.plans.items()}
    idle = {record: Plan(f"Order {record}", reason) for record, reason in planned.idle.items()}
    return PlansInWords(plans | idle, planned.failures)


# Plan


def _plan(sides: Sides, records: Sequence[str]) -> _Planned:
    links = sides.links.find("order", list(records))
    idle = {record: f"Odoo has nothing of order {record} yet." for record in records if record not in links}
    fetched = sides.store.fetch_orders([record for record in records if record in links])
    failures: dict[str, WoodooError] = dict(fetched.broken)
    idle |= {record: f"The store has no order {record} any more: nothing is told there." for record in fetched.missing}
    seen = observe_fulfilment(sides, {record: links[record] for record in fetched.found})
    kept = sides.links.find(KIND, list(fetched.found))
    rules, now = rules_of(sides), datetime.now(UTC)
    plans: dict[str, FulfilPlan] = {}
    for record, order in fetched.found.items():
        if record not in seen:
            idle[record] = f"{order.label}: {links[record].odoo_name or 'its document'} is gone from Odoo."
            continue
        try:
            plan = plan_fulfil(order, seen[record], read_known(kept.get(record)), rules, now)
            _check_status(sides, plan)
            plans[record] = _with_more_meta(sides, plan, rules)
        except RemoteDown:
            raise
        except WoodooError as error:
            failures[record] = error
    unread = _read_fulfilments(sides, plans)
    return _Planned(plans, failures, idle, unread)


def rules_of(sides: Sides) -> FulfilRules:
    """Return the settings of a connection as plans see them."""
    settings = sides.settings
    return FulfilRules(
        namespace=sides.odoo.namespace,
        timezone=ZoneInfo(settings.timezone),
        shipments=settings.send_fulfilment,
        statuses=settings.send_status,
        store_owns_status=sides.owners.of(Group.STATUSES) is Owner.STORE,
        repair_drift=settings.repair_drift,
        notes=settings.shipment_notes,
        note="\n".join(settings.shipment_note),
        providers=settings.carrier_providers,
        links=settings.tracking_links,
        delivered_status=settings.delivered_status,
        partial_status=settings.partial_status,
        paid_first=settings.complete_when == "delivered_paid",
        paid_status=settings.paid_status,
        cancel=settings.cancel_in_store,
        order_key=settings.order_number_key,
        invoice_key=settings.invoice_number_key,
        status_steps=settings.status_steps,
    )


def _check_status(sides: Sides, plan: FulfilPlan) -> None:
    """Refuse a status the store does not have: WooCommerce would make the order 'pending' without a word."""
    status = plan.move.status
    if not plan.moves or status in _CORE:
        return
    there = sides.memory.get("order_statuses", lambda: {choice.key for choice in sides.store.order_statuses()})
    if status not in there:
        raise ConfigError(
            f"{plan.order.label} is to become '{status}', and the store has no such status.",
            record=plan.order.label,
            where="settings -> delivered_status, partial_status, paid_status",
            fix="Choose a status of the store in the connection's settings, or switch the plugin on that brings it.",
        )


def _with_more_meta(sides: Sides, plan: FulfilPlan, rules: FulfilRules) -> FulfilPlan:
    """Add what a tracking plugin reads, and the link to the invoice."""
    order = plan.order
    more: dict[str, Any] = {}
    if rules.shipments:
        days = {shipment.key: _midnight(shipment, rules) for shipment in plan.shipments}
        more |= sides.store.fulfilments.plugin_meta(sides.settings.tracking_plugin, plan.shipments, order.meta, days)
    key, posted = sides.settings.invoice_link_key, plan.seen.posted
    if rules.statuses and key and posted and f"/my/invoices/{posted[-1].odoo_id}?" not in str(order.meta.get(key)):
        more[key] = sides.odoo.client.endpoint.url + portal_link(sides, posted[-1].odoo_id)
    return replace(plan, meta={**plan.meta, **differing(more, order.meta)})


def portal_link(sides: Sides, invoice_id: int) -> str:
    """Return the path of an invoice as PDF in Odoo's portal, with the key that opens it (portal `get_portal_url`)."""
    answers = sides.odoo.action("account.move", "get_portal_url", [invoice_id], report_type="pdf", download=True)
    if answers.errors:
        raise answers.errors[invoice_id]
    return str(answers.answers[0][1])


def _midnight(shipment: Shipment, rules: FulfilRules) -> int:
    """Return the day a shipment left, in the shop's time zone, as Unix time of its midnight in UTC."""
    day = shipment.done_at.astimezone(rules.timezone)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _read_fulfilments(sides: Sides, plans: dict[str, FulfilPlan]) -> dict[str, WoodooError]:
    """Add what becomes of the store's fulfilments; they are read only where some may be there. Returns errors."""
    store, settings = sides.store.fulfilments, sides.settings
    wanted = [plan for plan in plans.values() if plan.sent != plan.known.sent and _has_shipments(sides, plan)]
    if not wanted or not settings.store_fulfillments or not settings.send_fulfilment:
        return {}
    try:
        if not store.available(wanted[0].order):
            return {}
    except RemoteDown:
        raise
    except WoodooError as error:
        return {plan.order.external_id: error for plan in wanted}
    fetched = store.read([p.order.external_id for p in wanted if p.known.begun or store.has_some(p.order)])
    for plan in wanted:
        record = plan.order.external_id
        if record not in fetched.broken:
            plans[record] = plan.with_fulfilments(fetched.found.get(record, ()))
    return dict(fetched.broken)


def _has_shipments(sides: Sides, plan: FulfilPlan) -> bool:
    return bool(plan.shipments) or sides.store.fulfilments.has_some(plan.order)
