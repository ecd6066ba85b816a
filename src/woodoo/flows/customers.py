"""A contact that was changed in Odoo reaches its account in the store; those meant for it get an account.

```
read contacts → find their accounts by links → fetch these → decide by the owner of customers
→ write on the side that does not own them → make accounts that are wanted → note both sides' prints
```

Decides that an account is made only for a contact that bears the tag the settings name: an e-mail address alone is no
wish for an account. And that an account somebody deleted is not made again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..connections.settings import ConnectionSettings
from ..domain.errors import WoodooError
from ..domain.plan import Plan, Step
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.customers.addresses import email_text
from ..mapping.customers.contact import Contact
from ..mapping.customers.customer_keys import email_in
from .planned import PlansInWords
from .sides import Sides
from .steps.account_writes import carry_out
from .steps.accounts import KIND, MODEL, Looked, look_at_accounts, say_of
from .steps.contacts import read_contacts
from .steps.new_accounts import make_accounts


@dataclass(frozen=True)
class Judged:
    """What becomes of each contact."""

    looked: Looked = field(default_factory=Looked)
    #: Contact → its accounts.
    accounts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Those that get an account.
    new: Mapping[str, Contact] = field(default_factory=dict)
    #: Nothing, and why.
    left: Mapping[str, str] = field(default_factory=dict)


def sync_contacts(sides: Sides, records: Sequence[str]) -> dict[str, Outcome]:
    """Bring the accounts of these contacts (`res.partner` ids) to where they should be."""
    judged = judge_contacts(sides, records)
    by_account = carry_out(sides, judged.looked.plans)
    by_account |= {one: Outcome.from_error(error) for one, error in judged.looked.failures.items()}
    found = {record: _joined([by_account[one] for one in own]) for record, own in judged.accounts.items()}
    sides.still_ours()
    made = make_accounts(sides, judged.new)
    written = carry_out(sides, {plan.account.external_id: plan for plan in made.plans.values()})
    for record, plan in made.plans.items():
        outcome = written[plan.account.external_id]
        if record in made.new and outcome.kind == OutcomeKind.DONE:
            outcome = replace(outcome, message=f"{plan.account.label} was made in the store.")
        found[record] = outcome
    found |= {record: Outcome.from_error(error) for record, error in made.errors.items()}
    found |= {record: Outcome(OutcomeKind.SKIPPED, why) for record, why in judged.left.items()}
    return {record: replace(outcome, title=f"Contact {record}") for record, outcome in found.items()}


def plan_contacts(sides: Sides, records: Sequence[str]) -> PlansInWords:
    """Say what would be done for these contacts, writing nothing."""
    judged, say = judge_contacts(sides, records), say_of(sides.settings)
    plans: dict[str, Plan] = {}
    failures: dict[str, WoodooError] = {}
    for record, own in judged.accounts.items():
        for one in own:
            if one in judged.looked.plans:
                plans[record] = judged.looked.plans[one].shown(say)
            else:
                failures[record] = judged.looked.failures[one]
    make = Step("Create an account in the store", "the contact bears the tag for it")
    plans |= {record: Plan(f"Contact {record}", "a new account", (make,)) for record in judged.new}
    plans |= {record: Plan(f"Contact {record}", why) for record, why in judged.left.items()}
    return PlansInWords(plans, failures)


def judge_contacts(sides: Sides, records: Sequence[str]) -> Judged:
    """Read contacts and their accounts and decide on each."""
    ids = [int(record) for record in records if record.isdecimal()]
    contacts = {str(odoo_id): contact for odoo_id, contact in read_contacts(sides.odoo, ids).items()}
    left = {r: "The contact was deleted in Odoo; its account stays." for r in records if r not in contacts}
    left |= {
        r: "The contact is archived; its account is left alone." for r, c in contacts.items() if not c.person["active"]
    }
    linked = linked_accounts(sides.links.leading_to(MODEL, ids))
    alive = [record for record in contacts if record not in left]
    wanted = {record: linked[int(record)] for record in alive if int(record) in linked}
    fetched = sides.store.customers.fetch_accounts([one for own in wanted.values() for one in own])
    there = {one: account for one, account in fetched.found.items() if not account.is_staff}
    known = {one: int(record) for record, own in wanted.items() for one in own}
    looked = look_at_accounts(sides, list(there.values()), known)
    failures = {**looked.failures, **fetched.broken}
    judged = looked.plans.keys() | failures.keys()
    accounts = {record: own for record, all_ in wanted.items() if (own := [one for one in all_ if one in judged])}
    left |= {record: _why_none(own, fetched.missing) for record, own in wanted.items() if record not in accounts}
    new = {}
    for record in alive:
        if record not in wanted:
            why = why_no_account(contacts[record], sides.settings)
            if why:
                left[record] = why
            else:
                new[record] = contacts[record]
    return Judged(replace(looked, failures=failures), accounts, new, left)


def linked_accounts(links: Sequence[LinkVals]) -> dict[int, list[str]]:
    """Return the accounts of contacts, by links of their own and by those of their orders ("customer_12_at_…")."""
    found: dict[int, list[str]] = defaultdict(list)
    for link in links:
        parts = link.external_id.split("_")
        by_order = link.kind == "customer" and parts[0] == "customer" and len(parts) > 1 and parts[1].isdecimal()
        account = link.external_id if link.kind == KIND else parts[1] if by_order else ""
        if account and account not in found[link.odoo_id]:
            found[link.odoo_id].append(account)
    return {odoo_id: own for odoo_id, own in found.items() if own}


def why_no_account(contact: Contact, settings: ConnectionSettings) -> str:
    """Say why a contact without an account gets none; empty where it is to get one."""
    person = contact.person
    if not settings.create_accounts:
        return "It has no account in the store, and none is made (create_accounts is off)."
    if settings.account_tag_id is None:
        return "It has no account, and the settings name no tag for contacts that are to get one (account_tag_id)."
    if settings.account_tag_id not in person["category_id"]:
        return "It has no account, and does not bear the tag of those that get one."
    if person["type"] != "contact":
        return "It is an address of another contact."
    if not str(person["email"] or "").strip():
        return "It bears the tag for an account, but has no e-mail address."
    if not email_in(email_text(str(person["email"]))):
        return "It bears the tag for an account, but what stands as its e-mail address is none. Correct it in Odoo."
    return ""


def _why_none(own: Sequence[str], missing: frozenset[str]) -> str:
    if all(one in missing for one in own):
        return "Its account was deleted in the store, and is not made again."
    return "Its account is that of the shop's staff, or of another contact, and is left alone."


def _joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Return what came of a contact with several accounts: the first that went wrong counts."""
    wrong = [outcome for outcome in outcomes if outcome.error is not None]
    chosen = (wrong or list(outcomes))[0]
    links = tuple(link for outcome in outcomes for link in outcome.links)
    drifts = tuple(one for outcome in outcomes for one in outcome.drifts or ())
    text = " ".join(dict.fromkeys(outcome.message for outcome in outcomes))
    return replace(chosen, links=links, drifts=drifts, message=chosen.message if wrong else text)
