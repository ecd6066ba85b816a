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

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.errors import ConfigError, RemoteDown, WoodooError
from ..domain.fulfilment import Shipment
from ..domain.order import Order
from ..domain.ownership import Group, Owner, print_of
from ..domain.plan import Plan, join
from ..engine.flow import DriftVals, LinkVals, Outcome, OutcomeKind
from ..mapping.fulfilment.plan import FulfilPlan, Known, drift_detail, drift_group, plan_fulfil, plan_shown
from ..mapping.fulfilment.rules import FulfilRules
from ..mapping.fulfilment.telling import differing
from .planned import PlansInWords
from .sides import Sides
from .steps.observe_fulfilment import observe_fulfilment

#: Kind of the link that keeps what the store was told of an order, and of the one to its last invoice.
KIND, INVOICE_KIND = "fulfil", "fulfil_invoice"
#: Statuses of every WooCommerce shop.
_CORE = frozenset({"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"})


@dataclass
class _Progress:
    """One order on its way."""

    plan: FulfilPlan
    told: dict[str, str]
    error: WoodooError | None = None
    sent: str = ""
    #: What was done, in words.
    words: list[str] = field(default_factory=list)
    written: bool = True

    @property
    def record(self) -> str:
        return self.plan.order.external_id

    def fail(self, error: WoodooError) -> None:
        """Keep the first thing that went wrong; what else can be told is told all the same."""
        self.error = self.error or error


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
        _Progress(plan, dict(plan.known.told), planned.unread.get(record), plan.known.sent)
        for record, plan in planned.plans.items()
    ]
    _send_fulfilments(sides, batch)
    sides.still_ours()
    _change_orders(sides, batch)
    sides.still_ours()
    _tell_customers(sides, batch)
    found = {progress.record: _outcome(sides, progress) for progress in batch}
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


# Apply


def _send_fulfilments(sides: Sides, batch: Sequence[_Progress]) -> None:
    store, mail = sides.store.fulfilments, sides.settings.fulfillment_mails
    begun = [p for p in batch if p.plan.create and not p.plan.known.begun]
    sides.links.upsert(_kept(p, begun=True) for p in begun)
    for progress in batch:
        plan, record = progress.plan, progress.record
        if progress.error is not None:
            continue
        try:
            for gone in plan.remove:
                store.remove(record, gone.external_id, mail=mail)
            for present, shipment in plan.change:
                store.change(record, present, shipment, mail=mail)
                progress.words.append(f"{shipment.name} corrected")
            for shipment in plan.create:
                sides.still_ours()
                store.create(record, shipment, mail=mail)
                progress.words.append(f"{shipment.name} told")
            progress.sent = plan.sent
        except RemoteDown:
            raise
        except WoodooError as error:
            progress.fail(_named(plan.order, error, "a fulfillment could not be told to the store"))


def _change_orders(sides: Sides, batch: Sequence[_Progress]) -> None:
    changed = [progress for progress in batch if progress.plan.order_change]
    if not changed:
        return
    failed = sides.store.fulfilments.change_orders([progress.plan.order_change for progress in changed])
    for progress in changed:
        plan = progress.plan
        if progress.record in failed:
            progress.written = False
            progress.fail(_named(plan.order, failed[progress.record], "could not be changed in the store"))
        elif plan.moves:
            progress.words.append(f"{plan.order.status} → {plan.move.status}")
        elif not progress.words:
            progress.words.append("meta data written")


def _tell_customers(sides: Sides, batch: Sequence[_Progress]) -> None:
    store = sides.store.fulfilments
    for progress in batch:
        if not progress.plan.notes or not progress.written:
            continue
        try:
            known = store.customer_notes(progress.record) if any(n.doubtful for n in progress.plan.notes) else ()
            for note in progress.plan.notes:
                if not note.is_in(known):
                    sides.still_ours()
                    store.tell_customer(progress.record, note.text)
                    progress.words.append("customer told")
                progress.told[note.key] = note.mark
                # At once: what a run that is cut off leaves behind.
                sides.links.upsert([_kept(progress)])
        except RemoteDown:
            raise
        except WoodooError as error:
            progress.fail(_named(progress.plan.order, error, "the customer could not be told"))


def _named(order: Order, error: WoodooError, what: str) -> WoodooError:
    """Give an error the name of its order; its class, which decides what happens next, stays."""
    error.message = f"{order.label}: {what}. {error.message}"
    error.record = order.label
    return error


# Report


def read_known(link: LinkVals | None) -> Known:
    """Return what earlier runs have kept of an order."""
    if link is None:
        return Known()
    try:
        kept = json.loads(link.odoo_hash or "{}")
    except ValueError:
        kept = {}
    return Known(
        told=kept.get("told", {}),
        sent=kept.get("sent", ""),
        wanted=kept.get("wanted", ""),
        status=link.store_hash,
        begun=bool(kept.get("begun")),
    )


def _kept(progress: _Progress, *, begun: bool = False) -> LinkVals:
    """Return the link that keeps what the store was told of an order."""
    plan, known = progress.plan, progress.plan.known
    moved = plan.moves and progress.written and not begun
    kept = {
        "told": progress.told,
        "sent": progress.sent,
        "wanted": print_of(plan.move.status) if moved else known.wanted,
        "begun": begun or known.begun or bool(plan.create),
    }
    status = print_of(plan.move.status) if moved else known.status
    seen = plan.seen
    text = json.dumps({name: value for name, value in kept.items() if value}, separators=(",", ":"))
    return LinkVals(KIND, progress.record, seen.model, seen.odoo_id, seen.name, store_hash=status, odoo_hash=text)


def _outcome(sides: Sides, progress: _Progress) -> Outcome:
    plan = progress.plan
    links = [_kept(progress)]
    if plan.seen.invoices:
        invoice = plan.seen.invoices[-1]
        links.append(LinkVals(INVOICE_KIND, progress.record, "account.move", invoice.odoo_id, invoice.number))
    shown = plan_shown(plan)
    if progress.error is not None:
        return Outcome.from_error(progress.error, title=plan.order.label, plan=shown.to_json(), links=tuple(links))
    said = join(progress.words) or f"The store has all of {plan.seen.name}"
    message = " ".join([f"{said}.", *plan.remarks])
    return Outcome(
        OutcomeKind.DONE,
        message,
        title=plan.order.label,
        plan=shown.to_json(),
        links=tuple(links),
        drifts=_drifts(plan),
    )


def _drifts(plan: FulfilPlan) -> tuple[DriftVals, ...]:
    side = plan.decision.drift
    if side is None:
        return ()
    return (DriftVals(drift_group(), side.value, drift_detail(plan), repaired=plan.moves),)


def fulfilled_orders(links: Iterable[LinkVals]) -> dict[int, set[str]]:
    """Return the orders that links lead from, by the id of the Odoo record."""
    found: dict[int, set[str]] = {}
    for link in links:
        if link.kind in {"order", "invoice", KIND, INVOICE_KIND}:
            found.setdefault(link.odoo_id, set()).add(link.external_id)
    return found
