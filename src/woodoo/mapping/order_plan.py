"""What to do about one shop order: looks at the order, at what Odoo has of it and at the rules, and decides.

| the policy says           | in Odoo                  | plan                                              |
|---------------------------|--------------------------|---------------------------------------------------|
| it does not come over     | anything                 | skip, with the reason                             |
| it goes as far as a step  | nothing                  | customer, addresses, and every step up to that one |
| it goes as far as a step  | some of it               | the rest of it                                    |
| it goes as far as a step  | all of it, same total    | nothing to do                                     |
| it goes as far as a step  | not ours                 | park: a person decides                            |
| it is cancelled           | anything of ours         | cancel what can be cancelled                      |
| all of it was refunded    | nothing invoiced yet     | the same                                          |
| something was changed     | anything of ours         | change what can be changed                        |

How far it goes is decided in `policy.py`, what needs a person in `refusals.py`, what becomes of later changes in
`changes.py` and `cancelling.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ..domain.errors import ConfigError, SyncConflict
from ..domain.money import round_money
from ..domain.order import Order
from ..domain.plan import join
from .amounts.order_pricing import price_order
from .amounts.priced import Priced
from .amounts.totals import Targets, order_targets
from .changes.cancelling import CancelPlan, plan_cancel
from .changes.changes import Change, plan_change
from .changes.fingerprint import Doing, Fingerprint, fingerprint
from .changes.standing import History
from .customers.addresses import AddressPlan
from .customers.customer import plan_customer
from .customers.res_partner import PartnerPlan
from .documents.account_move import invoice_external_id
from .documents.document import Document, Seen, done_steps
from .documents.order_fields import field_notes
from .documents.order_lines import DocumentLine, carrier_of, document_lines, leave_out_bundles
from .documents.sale_order import refuse_taken_name
from .policy import Do, PolicyDecision, invoice_date
from .refunds.reducing import Reduced
from .refusals import (
    refuse_a_cent_off,
    refuse_documents,
    refuse_fractions,
    refuse_locked,
    refuse_locked_payment,
    refuse_what_odoo_cannot_post,
)
from .rules import Carrier, Currency, Journal, Rules
from .trial_policy import paid_as_said, plan_how_far


@dataclass(frozen=True)
class NothingToDo:
    """The order stays as it is; `reason` says why, for the screen."""

    order: Order
    document: Document | None
    reason: str
    #: True where the order is complete in Odoo, False where it does not come over.
    complete: bool = False
    #: Marks of the order as Odoo has it; None where they are not known anew.
    written: Fingerprint | None = None


@dataclass(frozen=True)
class OrderPlan:
    """Everything needed to bring one order to where it should be."""

    order: Order
    document: Document | None
    #: How far it goes now, whether or not a part of that is done already.
    steps: frozenset[Do]
    #: What is held back, and why; a sentence each.
    waits: tuple[str, ...]
    reference: str
    targets: Targets
    priced: Priced
    lines: tuple[DocumentLine, ...]
    partner: PartnerPlan
    invoice_address: AddressPlan
    delivery_address: AddressPlan
    carrier: Carrier | None
    #: None where there is nothing to pay.
    journal: Journal | None
    invoice_date: date
    #: None where it is not paid yet.
    payment_date: date | None
    #: What was decided about lines and fields and is to be shown.
    notes: tuple[str, ...] = ()
    #: What becomes of later changes in the store.
    change: Change = field(default_factory=Change)

    @property
    def invoice_external_id(self) -> str:
        """The external id (without namespace) of its invoice; another one each time the last one was credited."""
        own, wanted = invoice_external_id(self.order), self.change.wanted
        number = f"_{wanted.again}" if wanted.again > 1 else ""
        return f"{own}_{wanted.digest}{number}" if wanted.doing is Doing.REISSUED else own

    @property
    def memo(self) -> str:
        """What identifies the payment."""
        return payment_memo(self.order, self.reference)


def payment_memo(order: Order, reference: str) -> str:
    """Return what identifies an order's payment: the reference and the gateway's transaction."""
    return " ".join(part for part in (reference, order.transaction_id) if part)


def plan_order(order: Order, seen: Seen, rules: Rules) -> OrderPlan | CancelPlan | NothingToDo:
    """Decide what to do about one order.

    Raises:
        DataError: where the order, or what Odoo has of it, needs a person.
        ConfigError: where a mapping or a setting is missing.
    """
    if order.external_id in seen.unread:
        raise seen.unread[order.external_id]
    reduced = seen.reduced.get(order.external_id, Reduced(order))
    order = paid_as_said(reduced.order, rules)
    documents = seen.documents.get(order.external_id, ())
    document = _own(documents)
    decision = plan_how_far(order, document, rules, today=_today(seen.at, rules))
    history = seen.histories.get(order.external_id, History())
    if document and (decision.cancel or reduced.everything):
        return plan_cancel(order, document, history, rules, refunded=reduced.everything)
    if reduced.everything:
        return NothingToDo(order, None, _nothing_left(order))
    if document and decision.tell:
        return _told(order, document)
    if decision.skip or decision.cancel:
        return NothingToDo(order, document, decision.skip)
    refuse_documents(order, rules.reference(order), documents, seen.gone)
    targets = order_targets(order)
    refuse_what_odoo_cannot_post(order, targets)
    decision = replace(decision, waits=(*decision.waits, *reduced.notes))
    new = Change(wanted=fingerprint(order, rules, history.without))
    change = plan_change(order, document, history, rules) if document else new
    if document:
        decision, left = _with_change(document, decision, change, targets, rules, paid=history.paid)
        if change.conflict and not decision.steps and not change.parts:
            raise change.conflict
        if not left:
            reason = _complete(order, document, decision.waits)
            return NothingToDo(order, document, reason, complete=True, written=change.wanted)
    whole = _full_plan(order, document, decision, targets, seen, rules, reissue=change.reissue)
    return replace(whole, change=change)


def _told(order: Order, document: Document) -> NothingToDo:
    """Leave an order to a person, as the status table says, unless Odoo has only what is cancelled.

    Raises:
        SyncConflict: always but then.
    """
    if document.state == "cancel":
        return NothingToDo(order, document, f"{order.label} is '{order.status}' in the store; {_names(document)} is "
                           "cancelled in Odoo.")  # fmt: skip
    raise SyncConflict(
        f"{order.label} is '{order.status}' in the store, which the status table leaves to a person; in Odoo stands "
        f"{_names(document)}.",
        record=order.label,
        where="settings -> status_steps",
        choices=(
            "Credit its invoice in Odoo, and stop what is still to be delivered; then skip this record.",
            "Set the status back in the store; the order then goes on.",
            "Keep Odoo as it is: skip this record.",
        ),
    )


def _nothing_left(order: Order) -> str:
    return f"{order.label} was refunded in full before it was invoiced: nothing of it is made in Odoo."


def _with_change(
    document: Document, decision: PolicyDecision, change: Change, targets: Targets, rules: Rules, *, paid: bool
) -> tuple[PolicyDecision, bool]:
    """Return how far the order goes with its change, and whether anything is left to do.

    `paid` says that Woodoo has registered a payment for it before: none is registered again after a credit note.

    Where the store has changed no lines since the document was written, what people did to them in Odoo stays.
    """
    exact = rules.exact and (change.written is None or change.rewrites or change.reopens)
    missing = decision.steps - done_steps(document, targets.total, exact=exact)
    steps, waits = decision.steps, decision.waits
    has_draft = document.invoice is not None and document.invoice.state == "draft"
    was_confirmed = change.confirm or not (document.is_quotation or document.state == "cancel")
    if change.blocks:
        steps, missing = frozenset(), frozenset()
    elif change.reopens and document.sale_order_id and was_confirmed:
        steps |= {Do.ORDER, Do.CONFIRM}
    elif not missing and not change.reopens and not change.rewrites and not has_draft:
        steps = frozenset()
    unpaid = steps if change.reissue else missing
    if change.wanted.doing is Doing.REISSUED and paid and Do.PAYMENT in unpaid:
        steps -= {Do.PAYMENT}
        missing -= {Do.PAYMENT}
        waits = (*waits, "The payment of the credited invoice is for a person to match with the new one.")
    left = bool(missing) or bool(change) or (change.resumes and has_draft and Do.INVOICE in steps)
    return replace(decision, steps=steps, waits=waits), left


def needs_plan(order: Order, documents: Sequence[Document], history: History, rules: Rules, at: datetime) -> bool:
    """Say whether more of an order than its documents has to be looked at: it comes over, and something is left."""
    document = _own(documents)
    decision = plan_how_far(order, document, rules, today=_today(at, rules))
    if decision.skip or decision.cancel or decision.tell:
        return False
    if document is None or history.standing:
        return True
    total = round_money(order.total, order.currency_digits)
    exact = rules.exact and history.written is None
    return not decision.steps <= done_steps(document, total, exact=exact)


def _own(documents: Sequence[Document]) -> Document | None:
    return next((document for document in documents if document.ours), None)


def _today(at: datetime, rules: Rules) -> date:
    return at.astimezone(rules.timezone).date()


def _full_plan(
    order: Order,
    document: Document | None,
    decision: PolicyDecision,
    targets: Targets,
    seen: Seen,
    rules: Rules,
    *,
    reissue: bool,
) -> OrderPlan:
    sold, left_out = leave_out_bundles(order, seen.products)
    targets = order_targets(sold) if left_out else targets
    if document is None and Do.ORDER in decision.steps:
        refuse_taken_name(order, rules, seen.taken_names)
    customer = plan_customer(order, seen.customers, rules, may_change=document is None)
    priced = _priced(sold, targets, rules, with_pricelist=Do.ORDER in decision.steps)
    refuse_a_cent_off(order, decision.steps, targets, priced, rules)
    day = invoice_date(order, rules, _today(seen.at, rules))
    refuse_locked(order, document, decision.steps, day, rules)
    journal = _journal(order, None if reissue else document, decision.steps, targets, rules)
    paid_on = order.paid_at.astimezone(rules.timezone).date() if order.paid_at else None
    refuse_locked_payment(order, paid_on if journal else None, rules)
    carriers = [carrier_of(line, rules) for line in order.shipping_lines]
    lines, line_notes = document_lines(sold, priced.lines, seen.products, rules)
    model = "sale.order" if rules.policy.with_sale_order else "account.move"
    return OrderPlan(
        order,
        document,
        decision.steps,
        decision.waits,
        rules.reference(order),
        targets,
        priced,
        lines=lines,
        partner=customer.partner,
        invoice_address=customer.invoice,
        delivery_address=customer.delivery,
        carrier=next((carrier for carrier in carriers if carrier), None),
        journal=journal,
        invoice_date=day,
        payment_date=paid_on,
        notes=(*left_out, *line_notes, *field_notes(order, rules, model)),
    )


def _priced(order: Order, targets: Targets, rules: Rules, *, with_pricelist: bool) -> Priced:
    digits = _currency(order, rules, with_pricelist=with_pricelist).digits
    refuse_fractions(order, targets, digits)
    return price_order(order, targets, rules, digits)


def _complete(order: Order, document: Document, waits: Sequence[str]) -> str:
    total = document.invoice.total if document.invoice else document.total
    there, here = (round_money(amount, order.currency_digits) for amount in (total, order.total))
    same = "with the same total" if there == here else f"over {there} there and {here} {order.currency} in the store"
    done = f"{order.label} is complete in Odoo: {_names(document)}, {same}."
    if waits:
        done = f"{order.label} is in Odoo as far as it goes now: {_names(document)}."
    return " ".join([done, *waits])


def _names(document: Document) -> str:
    invoice = document.invoice
    return join([document.name, invoice.name if invoice and invoice.name != document.name else ""])


def _currency(order: Order, rules: Rules, *, with_pricelist: bool) -> Currency:
    currency = rules.currencies.get(order.currency)
    if currency is None:
        raise ConfigError(
            f"{order.label} is in {order.currency}, which is not an active currency in Odoo.",
            record=order.label,
            where="res.currency",
            fix=f"Activate {order.currency} in Odoo.",
        )
    if with_pricelist and order.currency != rules.company_currency and order.currency not in rules.pricelists:
        raise ConfigError(
            f"{order.label} is in {order.currency}, but no pricelist is set for that currency; in Odoo the pricelist "
            "decides an order's currency.",
            record=order.label,
            where="settings -> pricelists",
            fix=f"Choose a pricelist in {order.currency} in the connection's settings.",
        )
    return currency


def _journal(
    order: Order, document: Document | None, steps: frozenset[Do], targets: Targets, rules: Rules
) -> Journal | None:
    """Return the journal of the payment; None where there is nothing to pay (any more)."""
    invoice = document.invoice if document else None
    paid = invoice is not None and invoice.is_paid(targets.total, exact=rules.exact)
    if Do.PAYMENT not in steps or not targets.total or paid:
        return None
    journal = rules.journals.get(order.payment_method)
    if journal is None:
        title = order.payment_method_title or "none"
        raise ConfigError(
            f"{order.label} was paid with '{title}' ({order.payment_method or 'no payment method'}), which is not "
            "mapped to a journal in Odoo.",
            record=order.label,
            where="settings -> payment journals",
            fix="Map the payment method to a bank or cash journal in the connection's settings.",
        )
    return journal
