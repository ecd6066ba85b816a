"""What a business wants made of its orders, and how far each order may go now.

| status table | an order in that status                                            |
|--------------|--------------------------------------------------------------------|
| `ignore`     | is not brought over; what Odoo has of it stays as it is            |
| `quotation`  | is a quotation                                                     |
| `confirm`    | is a confirmed sales order                                         |
| `invoice`    | is invoiced, and paid where its payment method has a journal       |
| `deliver`    | is delivered, too                                                  |
| `cancel`     | is cancelled where Odoo has it, as far as that can still be done   |
| `tell`       | stays as it is in Odoo, and a person is told: a chargeback         |

`order_becomes` limits this, and nothing is invoiced before it is paid but what `unpaid_methods` names. An order that
was refunded in full after something of it had left is invoiced all the same, so that it can be credited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rules hold a policy
    from ..domain.order import Order
    from .documents.document import Document
    from .rules import Rules


class Do(StrEnum):
    """A step on an order's way through Odoo."""

    ORDER = "order"
    CONFIRM = "confirm"
    #: A draft invoice.
    INVOICE = "invoice"
    POST = "post"
    PAYMENT = "payment"
    DELIVERY = "delivery"


#: Setting `order_becomes` → the steps there are at all.
BECOMES: Mapping[str, frozenset[Do]] = {
    "order": frozenset({Do.ORDER, Do.CONFIRM}),
    "order_invoice": frozenset({Do.ORDER, Do.CONFIRM, Do.INVOICE, Do.POST}),
    "order_invoice_payment": frozenset({Do.ORDER, Do.CONFIRM, Do.INVOICE, Do.POST, Do.PAYMENT}),
    "order_invoice_payment_delivery": frozenset(Do),
    "invoice": frozenset({Do.INVOICE, Do.POST}),
    "invoice_payment": frozenset({Do.INVOICE, Do.POST, Do.PAYMENT}),
}
#: What the status table says → the steps it allows.
STATUS_STEPS: Mapping[str, frozenset[Do]] = {
    "ignore": frozenset(),
    "quotation": frozenset({Do.ORDER}),
    "confirm": frozenset({Do.ORDER, Do.CONFIRM}),
    "invoice": frozenset({Do.ORDER, Do.CONFIRM, Do.INVOICE, Do.POST, Do.PAYMENT}),
    "deliver": frozenset(Do),
    "cancel": frozenset(),
    "tell": frozenset(),
}
#: Statuses in which nothing is ever made in Odoo, whatever the table says; what Odoo has goes by the table.
NEVER_CREATED = frozenset({"cancelled", "refunded", "failed", "checkout-draft", "trash"})


@dataclass(frozen=True)
class Policy:
    """The policies of one connection; each is a setting of the same name."""

    order_becomes: str = "order_invoice_payment"
    #: Store status → a key of `STATUS_STEPS`.
    status_steps: Mapping[str, str] = field(
        default_factory=lambda: {"on-hold": "quotation", "processing": "invoice", "completed": "deliver"}
    )
    confirm_orders: bool = True
    unpaid_methods: frozenset[str] = frozenset()
    #: "order", "paid", "completed" or "today".
    invoice_date: str = "order"
    #: Orders placed earlier come over only where somebody asks for them.
    orders_from: date | None = None
    #: Invoices dated earlier stay drafts.
    post_invoices_from: date | None = None

    @property
    def with_sale_order(self) -> bool:
        return Do.ORDER in BECOMES[self.order_becomes]


@dataclass(frozen=True)
class PolicyDecision:
    """How far one order goes now."""

    steps: frozenset[Do] = frozenset()
    #: What is held back, and why; a sentence each.
    waits: tuple[str, ...] = ()
    #: Why the order does not come over; empty where it does.
    skip: str = ""
    #: The store has cancelled it, and Odoo has something to cancel.
    cancel: bool = False
    #: The status table leaves it to a person.
    tell: bool = False


def plan_policy(order: Order, document: Document | None, rules: Rules, *, today: date) -> PolicyDecision:
    """Decide how far the order goes, by its status, its payment, the policies and what Odoo has of it (`document`).

    `today` is a day of the shop's time zone.
    """
    policy = rules.policy
    wish = policy.status_steps.get(order.status)
    if document and wish == "cancel":
        return PolicyDecision(cancel=True)
    if document and wish == "tell":
        return PolicyDecision(tell=True)
    if _is_credited_later(order, document, rules):
        wish = "invoice"
    if wish in {None, "ignore", "cancel", "tell"} or (document is None and order.status in NEVER_CREATED):
        return PolicyDecision(skip=_not_wanted(order, document, rules))
    steps = _forms(document, policy) & STATUS_STEPS[str(wish)]
    if not steps:
        return PolicyDecision(skip=_not_wanted(order, document, rules))
    waits = _held(order, document, _forms(document, policy) - STATUS_STEPS[str(wish)])
    if not policy.confirm_orders and Do.CONFIRM in steps and (document is None or document.is_quotation):
        return PolicyDecision(frozenset({Do.ORDER}), ("It stays a quotation until somebody confirms it in Odoo.",))
    if Do.INVOICE in steps:
        steps, held = _money(order, document, steps, rules, today)
        waits = [*held, *waits]
    if Do.INVOICE in steps and order.refund_ids and not rules.refunds.take_refunds:
        waits = [*waits, f"The store has refunded some of it.{_BY_HAND}"]
    if not steps:
        stays = _stays(order, document, rules)
        return PolicyDecision(skip=f"{order.label} is not paid yet ({_method(order)}); {_LATER}.{stays}")
    return PolicyDecision(steps, tuple(waits))


def too_early(order: Order, rules: Rules) -> str:
    """Return why an order is left out that was placed before orders come over by themselves; empty where it was not."""
    first = rules.policy.orders_from
    placed = order.created_at.astimezone(rules.timezone).date()
    if first is None or placed >= first:
        return ""
    return (
        f"{order.label} was placed on {placed:%Y-%m-%d}, before {first:%Y-%m-%d}, from when on orders come over. "
        "Import it or retry it to bring it over."
    )


def _is_credited_later(order: Order, document: Document | None, rules: Rules) -> bool:
    """Say whether an order that was refunded in full is to be invoiced before it is credited.

    Where all of it could still be taken out, it is cancelled instead, and nobody asks this.
    """
    refunded = order.status == "refunded" and bool(order.refund_ids) and rules.refunds.take_refunds
    if not refunded or document is None or document.state == "cancel" or order.paid_at is None:
        return False
    named = rules.policy.status_steps.get(order.status, "ignore") == "ignore"
    return named and not (document.invoice is not None and document.invoice.state == "posted")


def _held(order: Order, document: Document | None, later: frozenset[Do]) -> list[str]:
    """Say what the order's status holds back; nothing of what a person did already."""
    while_ = f"while the order is '{order.status}' in the store."
    if Do.CONFIRM in later and (document is None or document.is_quotation):
        return [f"It stays a quotation {while_}"]
    invoiced = document is not None and document.invoice is not None and document.invoice.state == "posted"
    if Do.INVOICE in later and not invoiced:
        return [f"It is not invoiced {while_}"]
    if Do.DELIVERY in later and not (document is not None and document.delivered):
        return [f"It is not delivered {while_}"]
    return []


_LATER = "its invoice is made once it is paid"


def invoice_date(order: Order, rules: Rules, today: date) -> date:
    """Return the day of the invoice in the shop's zone, by the rule the settings name."""
    moments = {"paid": order.paid_at, "completed": order.completed_at}
    if rules.policy.invoice_date == "today":
        return today
    moment = moments.get(rules.policy.invoice_date) or order.created_at
    return moment.astimezone(rules.timezone).date()


def _forms(document: Document | None, policy: Policy) -> frozenset[Do]:
    """Return the steps there are at all: what an order has become in Odoo it stays, whatever is set meanwhile."""
    steps = BECOMES[policy.order_becomes]
    if document is None:
        return steps
    if document.sale_order_id is None:
        return steps & BECOMES["invoice_payment"]
    return steps | BECOMES["order"]


def _money(
    order: Order, document: Document | None, steps: frozenset[Do], rules: Rules, today: date
) -> tuple[frozenset[Do], list[str]]:
    """Hold back invoice and payment where they have to wait."""
    policy = rules.policy
    left_open = order.payment_method in policy.unpaid_methods
    if left_open:
        steps -= {Do.PAYMENT}
    elif order.paid_at is None and order.total:
        waits = [f"The invoice waits for the payment ({_method(order)})."]
        return steps - {Do.INVOICE, Do.POST, Do.PAYMENT}, waits
    day = invoice_date(order, rules, today)
    if policy.post_invoices_from and day < policy.post_invoices_from:
        stays = f"The invoice is dated {day:%Y-%m-%d}, before {policy.post_invoices_from:%Y-%m-%d}: it stays a draft, "
        posted = document is not None and document.invoice is not None and document.invoice.state == "posted"
        return steps - {Do.POST, Do.PAYMENT}, [] if posted else [f"{stays}neither posted nor paid."]
    return steps, []


def _method(order: Order) -> str:
    method = order.payment_method_title or order.payment_method or "no payment method"
    return f"{method}, no payment date in the store"


def _not_wanted(order: Order, document: Document | None, rules: Rules) -> str:
    policy = rules.policy
    becomes = BECOMES[policy.order_becomes]
    wanted = [
        f"'{status}'"
        for status, step in policy.status_steps.items()
        if STATUS_STEPS[step] & becomes and status not in NEVER_CREATED
    ]
    known = order.status in policy.status_steps or order.status in NEVER_CREATED
    unknown = "" if known else ", which the status table does not name"
    return (
        f"{order.label} is '{order.status}' in the store{unknown}; orders come over when they are "
        f"{_either(wanted) or 'in no status'}.{_stays(order, document, rules)}"
    )


def _either(words: list[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


_BY_HAND = " Refunds are not carried over: credit it in Odoo."
#: What is not undone in Odoo where the store says this.
_NOT_UNDONE = {
    "refunded": " What was refunded becomes credit notes of its invoice.",
    "failed": " It is cancelled where the status table says so.",
    "trash": " What is deleted in the store is not undone, unless the status table cancels it.",
}


def _stays(order: Order, document: Document | None, rules: Rules) -> str:
    if document is None:
        return ""
    by_hand = order.status == "refunded" and not rules.refunds.take_refunds
    return f" {document.name} stays as it is in Odoo.{_BY_HAND if by_hand else _NOT_UNDONE.get(order.status, '')}"
