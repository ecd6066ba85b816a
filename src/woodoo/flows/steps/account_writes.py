"""Carry out what was decided about accounts and their contacts, and say what came of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...domain.account import Account
from ...domain.errors import DataError, WoodooError
from ...domain.ownership import Group, Owner, print_of, write_prints
from ...engine.flow import DriftVals, LinkVals, Outcome, OutcomeKind
from ...mapping.customers.account import account_card
from ...mapping.customers.account_plan import AccountPlan, Say
from ...mapping.customers.contact import contact_card
from ...odoo.partners import Written, change_partners, ensure_partners
from ...stores.base import EmailTaken
from ..sides import Sides
from .accounts import account_links, say_of
from .contacts import read_contacts


def carry_out(sides: Sides, plans: Mapping[str, AccountPlan]) -> dict[str, Outcome]:
    """Write what is to be written on either side, for all at once, and return an outcome for each account."""
    say = say_of(sides.settings)
    into_odoo = {one: plan for one, plan in plans.items() if _writes(plan, say, Owner.ODOO)}
    into_store = {one: plan for one, plan in plans.items() if _writes(plan, say, Owner.STORE)}
    sides.still_ours()
    errors, notes = _write_odoo(sides, into_odoo)
    sides.still_ours()
    accounts, failed = _write_store(sides, into_store)
    errors |= failed
    now = read_contacts(sides.odoo, [plan.odoo_id for one, plan in into_odoo.items() if one not in errors])
    found = {}
    for one, plan in plans.items():
        if one in errors:
            found[one] = _failed(plan, say, errors[one])
            continue
        odoo, store = plan.odoo_print, plan.store_print
        if one in into_odoo and plan.odoo_id in now:
            odoo = print_of(contact_card(now[plan.odoo_id], say.fields))
        if one in accounts:
            store = print_of(account_card(accounts[one], say.fields, sides.settings.vat_meta_keys))
        found[one] = _outcome(plan, say, odoo, store, notes.get(one, ()))
    return found


def _writes(plan: AccountPlan, say: Say, side: Owner) -> bool:
    return plan.decision.write is side and say.may_write(side)


def _write_odoo(
    sides: Sides, plans: Mapping[str, AccountPlan]
) -> tuple[dict[str, WoodooError], dict[str, tuple[str, ...]]]:
    """Change contacts and make delivery addresses. Returns errors and remarks by account."""
    wanted: dict[int, dict[str, Any]] = {}
    for plan in plans.values():
        for odoo_id, vals in plan.odoo_vals.items():
            wanted.setdefault(odoo_id, {}).update(vals)
    changed = change_partners(sides.odoo, wanted)
    made = ensure_partners(sides.odoo, {name: vals for plan in plans.values() for name, vals in _delivery(plan)})
    errors: dict[str, WoodooError] = {}
    notes: dict[str, tuple[str, ...]] = {}
    for one, plan in plans.items():
        found = [changed.errors[odoo_id] for odoo_id in plan.odoo_vals if odoo_id in changed.errors]
        found += [made.errors[name] for name, _ in _delivery(plan) if name in made.errors]
        if found:
            errors[one] = found[0]
        if refused := _refused_vat(plan, changed):
            notes[one] = (refused,)
    return errors, notes


def _delivery(plan: AccountPlan) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Return the delivery address to be made, by its external id."""
    parent = plan.customer.partner.odoo_id
    if plan.delivery is None or plan.delivery.vals is None or parent is None:
        return ()
    return ((plan.delivery.external_id(parent), {**plan.delivery.vals, "parent_id": parent}),)


def _refused_vat(plan: AccountPlan, changed: Written[int]) -> str:
    refused = next((changed.refused_vat[one] for one in plan.odoo_vals if one in changed.refused_vat), None)
    return f"Odoo refused the VAT number: {refused.message} The rest was written." if refused else ""


def _write_store(
    sides: Sides, plans: Mapping[str, AccountPlan]
) -> tuple[Mapping[str, Account], dict[str, WoodooError]]:
    wanted = {one: plan.store_vals for one, plan in plans.items() if plan.store_vals}
    if not wanted:
        return {}, {}
    written = sides.store.customers.change_accounts(wanted)
    errors = dict(written.errors)
    for one, error in errors.items():
        if isinstance(error, EmailTaken):
            errors[one] = _email_taken(plans[one])
    return written.done, errors


def _email_taken(plan: AccountPlan) -> DataError:
    return DataError(
        f"{plan.account.label}: another account of the store has the e-mail address that contact {plan.odoo_id} has in "
        "Odoo.",
        record=plan.account.label,
        where="res.partner -> email",
        fix="Give one of the two another address, or delete the account that is not used; then retry.",
    )


def _failed(plan: AccountPlan, say: Say, error: WoodooError) -> Outcome:
    """Return the outcome of one that could not be written. What was known of it stays, so it is written once it can."""
    error.record = error.record or plan.account.label
    shown = plan.shown(say).to_json()
    return Outcome.from_error(error, title=plan.account.label, plan=shown, links=account_links(plan))


def _outcome(plan: AccountPlan, say: Say, odoo: str, store: str, notes: tuple[str, ...]) -> Outcome:
    side = plan.decision.write
    shown = plan.shown(say)
    shown = replace(shown, notes=(*shown.notes, *notes))
    wrote = say.may_write(side)
    message = f"{', '.join(plan.differs)} written {_where(side)}." if wrote else plan.why_nothing(say)
    drifts: tuple[DriftVals, ...] = ()
    if plan.decision.drift:
        detail = f"changed: {', '.join(plan.differs)}"
        drifts = (DriftVals(Group.CUSTOMERS.value, plan.decision.drift.value, detail, repaired=wrote),)
    links = account_links(plan)
    # What was not written is not forgotten: it is written as soon as it may be.
    if wrote or (side is None and not plan.decision.drift):
        links = (_with_prints(links[0], odoo, store), *links[1:])
    text = " ".join([message, *notes])
    return Outcome(OutcomeKind.DONE, text, title=plan.account.label, plan=shown.to_json(), links=links, drifts=drifts)


def _with_prints(link: LinkVals, odoo: str, store: str) -> LinkVals:
    return replace(
        link,
        odoo_hash=write_prints({Group.CUSTOMERS: odoo}),
        store_hash=write_prints({Group.CUSTOMERS: store}),
    )


def _where(side: Owner | None) -> str:
    return "in Odoo" if side is Owner.ODOO else "on the account in the store"
