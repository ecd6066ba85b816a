"""Which refund of the store becomes a credit note now, and what has to wait.

| the refund                                   | in Odoo                                  | then                       |
|----------------------------------------------|------------------------------------------|----------------------------|
| any                                          | its credit note is posted                | reconciled, paid back      |
| any                                          | its credit note is a draft               | brought up to date, posted |
| any                                          | its credit note is cancelled             | a person decides           |
| stands for what Odoo took back: `echo.py`    | a credit note people made, or a return   | nothing; paid back where   |
|                                              |                                          | the provider has done so   |
| came before the invoice, which is less by it | order and invoice without it             | nothing                    |
| any                                          | nothing of the order, or no invoice      | it waits                   |
| any                                          | the invoice is a draft, or is to be paid | it waits                   |
| any                                          | the invoice is posted                    | a credit note              |
| came after the order was cancelled           | its invoice is credited already          | that stands for it         |
| was deleted in the store                     | its credit note                          | told, or cancelled, as set |

What is wrong with a refund holds back that refund alone, its goods with it (`together.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ...domain.errors import ConfigError, DataError, SyncConflict, WoodooError
from ...domain.money import ZERO, round_money
from ...domain.refund import CANCELLATION, Refund
from ..policy import Do
from ..rules import Journal, Rules
from ..trial_policy import plan_how_far
from .cancelled import covered
from .credit_plan import as_move, build_credit, credit_day, refund_memo
from .refund_amounts import refuse_unfit
from .refund_plan import Credited, RefundPlan
from .seen import Move
from .sending_lines import rounding


def plan_credit_notes(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Decide for each refund of the store what becomes of it in Odoo's books."""
    takes = rules.refunds.take_refunds
    if not takes and not plan.cancellations:
        return plan
    off = dict(plan.off_invoice)
    seen = plan.seen
    for refund in (*(plan.refunds if takes else ()), *plan.cancellations):
        before = plan.credits
        try:
            plan = _plan_one(plan, refund, rules, off)
        except WoodooError as error:
            plan = plan.with_parked(refund, error)
        if plan.credits != before:
            # What comes after finds less left on the invoice.
            rest = (one for one in plan.seen.credit_notes if one.refund_id != refund.external_id)
            plan = replace(plan, seen=replace(plan.seen, credit_notes=(*rest, as_move(plan.credits[-1]))))
    plan = replace(plan, seen=seen)
    return _deleted(plan, rules) if takes else plan


def _plan_one(plan: RefundPlan, refund: Refund, rules: Rules, off: dict[str, Decimal]) -> RefundPlan:
    move = plan.seen.credit_note_of(refund.external_id)
    if move is not None and move.state == "cancel":
        raise _cancelled(plan, refund, move)
    if move is not None and move.state == "posted":
        return _credited(plan, refund, move, rules)
    if refund.external_id in plan.standing:
        return _stands(plan, refund, rules)
    if refund.external_id in plan.seen.inside:
        return plan.with_note(f"{_said(plan, refund)} came before the invoice, which is written without it.")
    if move := covered(plan, refund):
        return _covered(plan, refund, move, rules)
    refuse_unfit(plan.order, refund)
    if not refund.amount:
        return plan.with_note(f"{refund.label} gives no money back: there is nothing to credit.")
    if why := _waits_for(plan, refund, rules):
        return plan.with_wait(f"{_said(plan, refund)} {why}")
    invoice = _invoice_for(plan, refund, rules)
    _refuse_locked(plan, refund, credit_day(refund, rules), rules)
    try:
        credit = build_credit(
            plan.order, refund, invoice, plan.seen, rules, _journal(plan, refund, invoice, rules), off
        )
    except WoodooError as error:
        raise _about(plan, refund, error) from None
    return replace(plan, credits=(*plan.credits, credit), notes=(*plan.notes, *credit.notes))


def _stands(plan: RefundPlan, refund: Refund, rules: Rules) -> RefundPlan:
    """Leave what people made in Odoo as it is; only money that the provider has paid back goes back there, too."""
    key = plan.standing[refund.external_id]
    move = next((one for one in plan.seen.credit_notes if str(one.odoo_id) == key), None)
    paid_back = refund.by_gateway and move is not None and move.state == "posted"
    over = round_money(move.total, plan.order.currency_digits) - _amount(plan, refund) if move is not None else ZERO
    if move is not None and paid_back and not over:
        return _credited(plan, refund, move, rules)
    if move is not None and paid_back and move.open == move.total and _are_cents(plan, move, over):
        # Cents by which several credit notes round up together were not sent (`sending.py`): they stay open.
        plan = _credited(plan, refund, replace(move, total=_amount(plan, refund)), rules)
        last = replace(plan.there[-1], move=move, amount=_amount(plan, refund))
        return replace(plan, there=(*plan.there[:-1], last))
    name = move.label if move is not None else "a return"
    return plan.with_note(f"{_said(plan, refund)} stands for {name} made in Odoo.")


def _are_cents(plan: RefundPlan, move: Move, over: Decimal) -> bool:
    return ZERO < over <= rounding(len(move.lines), plan.order.currency_digits)


def _said(plan: RefundPlan, refund: Refund) -> str:
    return f"{refund.label} over {_amount(plan, refund)} {plan.order.currency}"


def _amount(plan: RefundPlan, refund: Refund) -> Decimal:
    return round_money(refund.amount, plan.order.currency_digits)


def _waits_for(plan: RefundPlan, refund: Refund, rules: Rules) -> str:
    """Say what a credit note has to wait for; empty where it can be made."""
    seen = plan.seen
    if seen.document is None:
        return "waits: Odoo has nothing of the order."
    if not seen.invoices:
        return f"waits: {seen.document.name} is not invoiced in Odoo."
    if not seen.posted:
        return "waits until the invoice is posted in Odoo."
    decision = plan_how_far(plan.order, seen.document, rules, today=credit_day(refund, rules))
    unpaid = [invoice for invoice in seen.posted if not invoice.settled and not seen.credits_of(invoice)]
    if Do.PAYMENT in decision.steps and unpaid and len(unpaid) == len(seen.posted):
        return f"waits until {unpaid[0].label} is paid in Odoo, for it is paid in the store."
    return ""


def _invoice_for(plan: RefundPlan, refund: Refund, rules: Rules) -> Move:
    """Return the invoice a refund is taken off: the first one with enough left.

    Raises:
        DataError: where none has, or they are in another currency.
    """
    currency = rules.currencies.get(plan.order.currency)
    same = [one for one in plan.seen.posted if currency and one.currency_id == currency.odoo_id]
    where = f"orders/{plan.order.external_id}/refunds/{refund.external_id}"
    if not same:
        raise DataError(
            f"{refund.label} of {plan.order.label} is in {plan.order.currency}, but "
            f"{plan.seen.posted[0].label} in Odoo is in another currency.",
            record=plan.order.label,
            where="account.move -> currency_id",
            fix="Credit it by hand in Odoo and skip this record.",
        )
    if refund.is_cancellation:
        same = [one for one in same if refund.external_id == f"{CANCELLATION}{one.odoo_id}"] or same
    amount = _amount(plan, refund)
    left = {one.odoo_id: one.total - plan.seen.credited(one, but=refund.external_id) for one in same}
    fitting = next((one for one in same if left[one.odoo_id] >= amount), None)
    if fitting is None:
        first = same[0]
        credited = round_money(first.total - left[first.odoo_id], plan.order.currency_digits)
        total = round_money(first.total, plan.order.currency_digits)
        raise DataError(
            f"{refund.label} of {plan.order.label} is over {amount} {plan.order.currency}, but of {first.label} over "
            f"{total} only {total - credited} are left: {credited} are credited already.",
            record=plan.order.label,
            where=where,
            fix="Look whether somebody has credited it in Odoo already: then skip this record. Else delete the refund "
            "that is too much in the store, then retry.",
        )
    return fitting


def _journal(plan: RefundPlan, refund: Refund, invoice: Move, rules: Rules) -> Journal | None:
    """Return the journal the money goes back in; None where nothing is paid back.

    Raises:
        ConfigError: where the payment method has no journal.
        DataError: where the day is in a closed period.
    """
    wish = "never" if refund.is_cancellation else rules.refunds.refund_payment
    if wish == "never" or (wish == "as_store" and not refund.by_gateway) or not rules.refunds.post_credit_notes:
        return None
    if invoice.open >= _amount(plan, refund):
        return None
    order = plan.order
    journal = rules.journals.get(order.payment_method)
    if journal is None:
        method = f"'{order.payment_method_title or 'none'}' ({order.payment_method or 'no payment method'})"
        raise ConfigError(
            f"{refund.label} of {order.label} was paid back with {method}, which is not mapped to a journal in Odoo.",
            record=order.label,
            where="settings -> payment journals",
            fix="Map the payment method to a bank or cash journal in the connection's settings.",
        )
    day = credit_day(refund, rules)
    if rules.payment_lock is not None and day <= rules.payment_lock.until:
        raise DataError(
            f"{refund.label} of {order.label}: its payment back would be dated {day}, but in Odoo the books are closed "
            f"up to {rules.payment_lock.until} ({rules.payment_lock.name}).",
            record=order.label,
            where="res.company -> lock dates",
            fix="Reopen the period in Odoo, or leave credit notes open ('refund_payment' in the connection's settings) "
            "and enter the payment by hand; then retry.",
        )
    return journal


def _refuse_locked(plan: RefundPlan, refund: Refund, day: date, rules: Rules) -> None:
    """Park a refund whose credit note would be dated in a closed period (as `refusals.refuse_locked`)."""
    if rules.lock is None or day > rules.lock.until or not rules.refunds.post_credit_notes:
        return
    opened = rules.lock.until + timedelta(days=1)
    raise DataError(
        f"{refund.label} of {plan.order.label}: its credit note would be dated {day}, but in Odoo the books are closed "
        f"up to {rules.lock.until} ({rules.lock.name}).",
        record=plan.order.label,
        where="res.company -> lock dates",
        fix=f"Reopen the period in Odoo, then retry; or credit it there by hand on {opened} or later and skip this "
        "record.",
    )


def _credited(plan: RefundPlan, refund: Refund, move: Move, rules: Rules) -> RefundPlan:
    """Take note of a posted credit note; what it comes to has to be what was given back."""
    amount = _amount(plan, refund)
    total = round_money(move.total, plan.order.currency_digits)
    if amount != total:
        raise DataError(
            f"{_said(plan, refund)} has {move.label} in Odoo, which is over {total}.",
            record=plan.order.label,
            where="account.move -> amount_total",
            fix="Somebody has changed one of them: correct the credit note in Odoo, or skip this record.",
        )
    invoice = next((one for one in plan.seen.invoices if one.odoo_id == move.reverses), None)
    journal = None
    if move.open and invoice is not None:
        # What the invoice takes up, of what is open on it, is not paid back.
        journal = _journal(plan, refund, replace(invoice, residual=ZERO), rules)
    memo = refund_memo(rules.reference(plan.order), refund)
    return replace(plan, there=(*plan.there, Credited(refund, move, invoice, memo, journal)))


def _covered(plan: RefundPlan, refund: Refund, move: Move, rules: Rules) -> RefundPlan:
    """Let the credit note of the order's cancellation stand for a refund that came later; its money goes back."""
    plan = plan.with_note(f"{_said(plan, refund)} is in {move.label} of the cancelled order already.")
    invoice = next((one for one in plan.seen.invoices if one.odoo_id == move.reverses), None)
    if invoice is None or round_money(move.residual, plan.order.currency_digits) != _amount(plan, refund):
        return plan
    journal = _journal(plan, refund, replace(invoice, residual=ZERO), rules)
    # The payment takes its memo from the credit note, which is the cancellation's.
    memo = refund_memo(rules.reference(plan.order), replace(refund, external_id=move.refund_id))
    return replace(plan, there=(*plan.there, Credited(refund, move, invoice, memo, journal)))


def _cancelled(plan: RefundPlan, refund: Refund, move: Move) -> DataError:
    return DataError(
        f"{_said(plan, refund)} of {plan.order.label}: its credit note is cancelled in Odoo.",
        record=plan.order.label,
        where="account.move -> state",
        fix="Set the credit note back to draft in Odoo, or delete it so that a new one is made, then retry; or skip "
        "this record.",
    )


def _deleted(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Decide about credit notes of refunds the store has no more."""
    there = {refund.external_id for refund in (*plan.refunds, *plan.cancellations)}
    gone = [one for one in plan.seen.credit_notes if one.refund_id and one.refund_id not in there]
    standing: Sequence[Move] = [one for one in gone if one.state != "cancel"]
    if rules.refunds.deleted_refunds == "undo":
        return replace(plan, undo=tuple(standing))
    for one in standing:
        plan = plan.with_failure(
            SyncConflict(
                f"Refund {one.refund_id} of {plan.order.label} was deleted in the store, but in Odoo stands "
                f"{one.label} over {round_money(one.total, plan.order.currency_digits)} {plan.order.currency}.",
                record=plan.order.label,
                where="store -> refunds",
                choices=(
                    "It was given back all the same: skip this record; Odoo keeps what it has.",
                    "It was not: cancel the credit note in Odoo, then retry.",
                ),
            )
        )
    return plan


def _about(plan: RefundPlan, refund: Refund, error: WoodooError) -> WoodooError:
    """Return an error that names order and refund, where it does not yet."""
    if plan.order.label not in error.message:
        named = "" if refund.label in error.message else f"{refund.label} of "
        error.message = f"{named}{plan.order.label}: {error.message}"
    error.record = plan.order.label
    return error
