"""What is done with orders and invoices in Odoo, a whole batch at a time: confirm, invoice, post, pay.

The caller has read the states before: confirm what is not confirmed, post what is a draft, pay what is open. Each step
then says for each record how it went, and a record that another one was faster with counts as done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..domain.errors import DataError, WoodooError
from .load import Row
from .records import ActionResult, Ensured, Records, halved

#: Invoices paid by one call. Odoo numbers payments under a lock that is held until the call ends, so two workers that
#: pay in one journal take turns; short turns leave the other one less to wait for.
PAY_CHUNK = 25


def confirm_orders(records: Records, ids: Iterable[int]) -> ActionResult:
    """Confirm quotations. Odoo sets `date_order` to now, whatever it was: see `restore_order_dates`.

    No confirmation is mailed: the context key that would ask for it (`send_email`) is never set.
    """
    result = records.action("sale.order", "action_confirm", ids)
    return _count_reached(records, result, "sale.order", "state", records.client.dialect.order_confirmed_states)


def restore_order_dates(records: Records, dates: Mapping[int, datetime]) -> Mapping[int, WoodooError]:
    """Write back when the orders were placed (aware datetimes). Odoo allows it on confirmed orders."""
    return records.update("sale.order", {odoo_id: {"date_order": moment} for odoo_id, moment in dates.items()})


def ensure_invoices(records: Records, rows: Sequence[Row]) -> Ensured:
    """Create each invoice or credit note once, as a draft.

    Lines that name their order lines (`sale_line_ids/.id`) count as invoiced there. All rows have one `move_type`.
    """
    move_types = {row.values.get("move_type", "out_invoice") for row in rows}
    if len(move_types) > 1:
        raise ValueError("invoices and credit notes go in calls of their own")
    # Up to 15 the journal is chosen by this (addons/account/models/account_move.py `_get_default_journal`).
    if not rows:
        return Ensured()
    with records.client.numbering():
        return records.ensure("account.move", rows, context={"default_move_type": move_types.pop()})


def post_invoices(records: Records, ids: Iterable[int]) -> ActionResult:
    """Post draft invoices or credit notes."""
    with records.client.numbering():
        result = records.action("account.move", "action_post", ids)
    if result.errors and records.client.dialect.draft_takes_number:
        freed = _free_taken_numbers(records, result.errors)
        again = records.action("account.move", "action_post", freed)
        left = {odoo_id: error for odoo_id, error in result.errors.items() if odoo_id not in freed}
        result = replace(result, errors=left).joined(again)
    return _count_reached(records, result, "account.move", "state", ("posted",))


def _free_taken_numbers(records: Records, ids: Iterable[int]) -> list[int]:
    """Take the number off those drafts whose number a posted invoice has, so that posting gives them the next one."""
    drafts = records.search_read(
        "account.move", [("id", "in", list(ids)), ("state", "=", "draft")], ["name", "journal_id"]
    )
    names = sorted({draft["name"] for draft in drafts if draft["name"] not in (False, "/")})
    if not names:
        return []
    domain = [("name", "in", names), ("state", "=", "posted")]
    taken = {
        (row["name"], row["journal_id"]) for row in records.search_read("account.move", domain, ["name", "journal_id"])
    }
    freed = [draft["id"] for draft in drafts if (draft["name"], draft["journal_id"]) in taken]
    records.write("account.move", freed, {"name": "/"})
    return freed


@dataclass(frozen=True)
class PaymentGroup:
    """Posted, open invoices of one currency that are paid through one journal on one day."""

    journal_id: int
    date: date
    invoice_ids: tuple[int, ...]
    #: None: each in full. Else what is paid on the one invoice of the group, in its currency.
    amount: Decimal | None = None


def register_payments(records: Records, groups: Sequence[PaymentGroup]) -> ActionResult:
    """Pay each invoice with a payment of its own; its memo is the label of the receivable line.

    Two calls for each `PAY_CHUNK` of a group, and one to see that all are paid now. What is paid already is left out by
    Odoo, and refused where nothing is left, so a repeat of full payments pays nothing twice as long as `payment_state`
    was read before (addons/account/wizard/account_payment_register.py).
    """
    result = ActionResult()
    for group in groups:
        result = result.joined(_pay(records, group))
    ids = [odoo_id for group in groups for odoo_id in group.invoice_ids]
    partly = {odoo_id for group in groups if group.amount is not None for odoo_id in group.invoice_ids}
    found = {row["id"]: row for row in records.read("account.move", ids, ["name", "payment_state"])}
    settled = records.client.dialect.settled_payment_states

    def is_paid(odoo_id: int) -> bool:
        state = found[odoo_id]["payment_state"] if odoo_id in found else ""
        return state in settled or (odoo_id in partly and state == "partial")

    paid = [odoo_id for odoo_id in ids if is_paid(odoo_id)]
    errors = {i: result.errors.get(i) or _not_paid(found.get(i)) for i in ids if i not in paid}
    return ActionResult(tuple(paid), errors, result.answers)


def find_payments(records: Records, invoice_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Return the payments of each invoice, oldest first. Invoices without payments are left out."""
    name = records.client.dialect.invoice_payments
    rows = records.read("account.move", invoice_ids, [name])
    found = {row["id"]: _payment_ids(row[name]) for row in rows}
    return {odoo_id: payments for odoo_id, payments in found.items() if payments}


def _not_paid(invoice: Mapping[str, Any] | None) -> DataError:
    name = (invoice and invoice["name"]) or "The invoice"
    return DataError(
        f"{name} is still open in Odoo after its payment was registered.",
        where="account.move -> payment_state",
        fix="Look at the invoice and its payments in Odoo, then retry.",
    )


def _pay(records: Records, group: PaymentGroup) -> ActionResult:
    vals: dict[str, Any] = {"journal_id": group.journal_id, "payment_date": group.date, "group_payment": False}
    if group.amount is not None:
        vals["amount"] = float(group.amount)
    elif records.client.dialect.payment_in_instalments:
        vals["installments_mode"] = "full"

    def attempt(ids: Sequence[int]) -> Any:
        context = {"active_model": "account.move", "active_ids": list(ids), "dont_redirect_to_payments": True}
        wizard = records.patiently(lambda: records.create("account.payment.register", [vals], context))
        with records.client.numbering():
            result = records.action("account.payment.register", "action_create_payments", wizard, context=context)
        for error in result.errors.values():
            raise error
        return True

    ids = list(dict.fromkeys(group.invoice_ids))
    result = ActionResult()
    for start in range(0, len(ids), PAY_CHUNK):
        result = result.joined(halved(ids[start : start + PAY_CHUNK], attempt))
    return result


def _payment_ids(value: Any) -> tuple[int, ...]:
    """Read the field that names an invoice's payments: ids, or up to 17 the widget's data, up to 15 as JSON text."""
    if isinstance(value, str):
        value = json.loads(value)
    if isinstance(value, Mapping):
        value = [entry.get("account_payment_id") for entry in value.get("content") or ()]
    return tuple(sorted({int(item) for item in value or () if item}))


def _count_reached(
    records: Records, result: ActionResult, model: str, name: str, states: Sequence[str]
) -> ActionResult:
    """Count as done what failed but is in one of the states all the same: another one was faster."""
    if not result.errors:
        return result
    rows = records.read(model, result.errors, [name])
    reached = {row["id"] for row in rows if row[name] in states}
    errors = {odoo_id: error for odoo_id, error in result.errors.items() if odoo_id not in reached}
    return replace(result, done=(*result.done, *(i for i in result.errors if i in reached)), errors=errors)
