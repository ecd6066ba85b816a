"""The way of a test run: its steps in order, which of them a connection needs, and how each went.

Decides that the first step that fails ends the run, that what the features do not need is left out with the reason, and
that the records are taken away whatever happened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.ownership import Group, Owner
from . import book, steps
from .bench import Bench, Stopped
from .cleaning import clean_up
from .models import Trial

log = logging.getLogger(__name__)

#: States of a step.
WAITING, RUNNING, OK, WARN, BAD, LEFT_OUT = "waiting", "running", "ok", "warn", "bad", "left_out"
CLEAN = "clean"
#: Steps that need no order.
_WITHOUT_ORDERS = frozenset({"sides", "product", "stock", "catalogue"})


@dataclass(frozen=True)
class Step:
    """One step."""

    name: str
    title: str
    do: Callable[[Bench], steps.Said]
    #: Why it is left out; empty: it is done.
    without: Callable[[Bench], str] = lambda bench: ""


@dataclass
class Shown:
    """How a step stands, as it is kept and shown."""

    name: str
    title: str
    state: str = WAITING
    seconds: float | None = None
    #: What was seen, or why it was left out; and what to do.
    seen: str = ""
    fix: str = ""


def _rules(bench: Bench) -> ConnectionSettings:
    return bench.live.settings


def _why_not(bench: Bench, step: Step) -> str:
    """Say why a step is left out; empty: it is done."""
    if step.name not in _WITHOUT_ORDERS and not _rules(bench).take_orders:
        return "Orders of the store do not come over: that is switched off under Features."
    return step.without(bench)


def _no_webhooks(bench: Bench) -> str:
    return "" if steps.has_webhooks(bench) else "The store has no webhook for orders: the polls find them."


def _no_stock(bench: Bench) -> str:
    return "" if _rules(bench).send_stock else "Stock figures do not go to the store."


def _no_products(bench: Bench) -> str:
    settings = _rules(bench)
    if not settings.send_products:
        return "Products of Odoo do not go to the store."
    return "" if settings.ownership.may_write(Group.NAMES, Owner.STORE) else "Names of products belong to the store."


def _no_status(bench: Bench) -> str:
    settings = _rules(bench)
    if not settings.send_status:
        return "The status of orders does not go to the store."
    if bench.trial.books:
        pays = "payment" in settings.order_becomes
        return "" if settings.paid_status and pays else "The settings have payments in Odoo change no status."
    if settings.order_becomes in ("invoice", "invoice_payment"):
        return "Orders become invoices without a sales order, which nobody cancels in Odoo."
    return (
        "" if settings.cancel_in_store else "Orders cancelled in Odoo stay as they are in the store (cancel_in_store)."
    )


def _no_delivery(bench: Bench) -> str:
    settings = _rules(bench)
    if not settings.send_fulfilment:
        return "Deliveries do not go to the store."
    if settings.create_odoo_products and settings.new_product_type == "service":
        return "New products in Odoo are services, which are not delivered."
    if not bench.odoo.client.dialect.order_deliveries:
        return "This Odoo has no deliveries."
    if settings.order_becomes in ("invoice", "invoice_payment") or not settings.confirm_orders:
        return "Orders are not confirmed in Odoo, so nothing is delivered."
    return "" if bench.trial.books else "Only with invoice and payment: a delivery that is done stays in Odoo."


def _no_refund(bench: Bench) -> str:
    if not _rules(bench).take_refunds:
        return "Refunds of the store do not become credit notes."
    if "invoice" not in _rules(bench).order_becomes:
        return "Orders are not invoiced, so nothing is credited."
    return "" if bench.trial.books else "Only with invoice and payment: credit notes stay in the books."


def _no_change(bench: Bench) -> str:
    return "Its invoice is posted: a change would be credited and invoiced anew." if bench.trial.books else ""


STEPS = (
    Step("sides", "Both systems answer", steps.both_answer),
    Step("product", "A test product on both sides", steps.make_product),
    Step("order", "A test order in the store", steps.place_order),
    Step("plan", "Dry run of the order", steps.plan_it),
    Step("import", "The order comes over", steps.import_it),
    Step("totals", "Totals to the cent", steps.compare_totals),
    Step("change", "A change in the store comes over", steps.change_it, _no_change),
    Step("again", "Nothing twice", steps.come_again),
    Step("webhook", "The store's webhook", steps.hear_the_webhook, _no_webhooks),
    Step("stock", "Stock figure to the store", steps.send_stock, _no_stock),
    Step("catalogue", "A change of the product goes to the store", steps.send_product, _no_products),
    Step("status", "Status back to the store", steps.tell_status, _no_status),
    Step("delivery", "Delivery and tracking to the store", steps.deliver_it, _no_delivery),
    Step("refund", "Refund and credit note", steps.refund_it, _no_refund),
)


def fresh() -> list[Shown]:
    """Return all steps, none of them begun."""
    return [*(Shown(step.name, step.title) for step in STEPS), Shown(CLEAN, "Clean up")]


def run(bench: Bench) -> Trial.State:
    """Go all the way and return how it ended.

    Raises:
        Stopped: it is to end; nothing was cleaned up.
    """
    shown = fresh()
    book.note_steps(bench.trial, _as_json(shown))
    well = True
    for step, at in zip(STEPS, shown, strict=False):
        bench.go_on()
        if not well:
            at.state, at.seen = LEFT_OUT, "Not reached: a step before it failed."
            continue
        reason = _why_not(bench, step)
        if reason:
            at.state, at.seen = LEFT_OUT, reason
        else:
            well = _go(bench, step, at, shown)
        book.note_steps(bench.trial, _as_json(shown))
    cleaned = _clean(bench, shown)
    return Trial.State.PASSED if well and cleaned else Trial.State.FAILED


def _go(bench: Bench, step: Step, at: Shown, shown: list[Shown]) -> bool:
    at.state, begun = RUNNING, time.monotonic()
    book.note_steps(bench.trial, _as_json(shown))
    try:
        said = step.do(bench)
    except Stopped:
        raise
    except Exception as error:
        log.warning("a step of a test run failed", extra={"step": step.name, "kind": type(error).__name__})
        at.state, (at.seen, at.fix) = BAD, steps.error_said(error)
    else:
        at.state, at.seen, at.fix = OK if said.well else WARN, said.seen, said.fix
    at.seconds = round(time.monotonic() - begun, 1)
    return at.state != BAD


def _clean(bench: Bench, shown: list[Shown]) -> bool:
    """Take everything away and say what remains; return whether that could be done."""
    at, begun = shown[-1], time.monotonic()
    at.state = RUNNING
    book.note_steps(bench.trial, _as_json(shown))
    try:
        remains = clean_up(bench.trial, bench.live)
    except Exception as error:
        log.warning("a test run could not be cleaned up", extra={"kind": type(error).__name__})
        at.state, (at.seen, _) = BAD, steps.error_said(error)
        at.fix = "It is tried again within the hour; the button Clean up does it now."
    else:
        at.state, at.seen = OK, "Everything is gone from both sides." if not remains else " ".join(remains)
    at.seconds = round(time.monotonic() - begun, 1)
    book.note_steps(bench.trial, _as_json(shown))
    return at.state != BAD


def _as_json(shown: list[Shown]) -> list[dict[str, Any]]:
    return [asdict(one) for one in shown]
