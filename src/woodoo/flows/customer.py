"""An account of the store that was made or changed reaches its customer in Odoo, without waiting for an order.

```
fetch accounts → leave out staff and deleted ones → find their customers in Odoo → decide by the owner of customers
→ write on the side that does not own them → note both sides' prints
```

Decides that an account Odoo does not know becomes a customer there only where the settings say so: whoever registers
has bought nothing yet. Deleted accounts change nothing in Odoo; `chores/customers.py` tells of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.account import Account
from ..domain.errors import DataError, WoodooError
from ..domain.mark import GONE
from ..domain.plan import Plan, Step
from ..engine.flow import Outcome, OutcomeKind
from ..mapping.customers.account import account_mark
from ..mapping.customers.account_plan import is_archived, may_make
from ..mapping.customers.customer import CustomerPlan
from .planned import PlansInWords
from .sides import Sides
from .steps.account_writes import carry_out
from .steps.accounts import Looked, look_at_accounts, say_of
from .steps.new_partners import make_partners

_UNKNOWN = "Odoo has no customer for this account, and accounts alone make none (create_odoo_customers)."


@dataclass(frozen=True)
class Judged:
    """What becomes of each account: it is in exactly one of them."""

    looked: Looked = field(default_factory=Looked)
    #: To be made in Odoo first.
    new: Mapping[str, CustomerPlan] = field(default_factory=dict)
    #: Nothing, and why.
    left: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, WoodooError] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)


def sync_accounts(sides: Sides, external_ids: Sequence[str]) -> dict[str, Outcome]:
    """Bring these accounts and their customers to where they should be."""
    judged = judge_accounts(sides, external_ids)
    found = carry_out(sides, judged.looked.plans)
    if judged.new:
        sides.still_ours()
        made = make_partners(sides.odoo, judged.new)
        again = look_at_accounts(sides, [judged.accounts[one] for one in made.ids], made.ids)
        found |= carry_out(sides, again.plans)
        found = {one: _made(outcome) if one in made.ids else outcome for one, outcome in found.items()}
        found |= {one: _refused(error, one) for one, error in {**made.errors, **again.failures}.items()}
    found |= {one: Outcome(OutcomeKind.SKIPPED, why, title=_label(one)) for one, why in judged.left.items()}
    found |= {one: _refused(error, one) for one, error in judged.failures.items()}
    keys = sides.settings.vat_meta_keys
    marks = {one: account_mark(account, keys) for one, account in judged.accounts.items()}
    found_by = {one: account.found_by for one, account in judged.accounts.items()}
    return {
        one: replace(outcome, seen=marks.get(one, GONE), found_by=found_by.get(one, outcome.found_by))
        for one, outcome in found.items()
    }


def plan_accounts(sides: Sides, external_ids: Sequence[str]) -> PlansInWords:
    """Say what would be done with these accounts, writing nothing."""
    judged, say = judge_accounts(sides, external_ids), say_of(sides.settings)
    plans = {one: plan.shown(say) for one, plan in judged.looked.plans.items()}
    make = Step("Create the customer", "Odoo has none for this account", "res.partner")
    plans |= {one: Plan(_label(one), "a new customer", (make,)) for one in judged.new}
    plans |= {one: Plan(_label(one), why) for one, why in judged.left.items()}
    return PlansInWords(plans, judged.failures)


def judge_accounts(sides: Sides, external_ids: Sequence[str]) -> Judged:
    """Fetch accounts and decide on each."""
    if sides.settings.customer_partner_id:
        why = "All orders belong to one contact (customer_partner_id), so accounts have none of their own in Odoo."
        return Judged(left=dict.fromkeys(external_ids, why))
    fetched = sides.store.customers.fetch_accounts(external_ids)
    left = dict.fromkeys(fetched.missing, "The account was deleted in the store; its contact in Odoo stays.")
    left |= {one: "The account belongs to the shop's staff." for one, a in fetched.found.items() if a.is_staff}
    accounts = {one: account for one, account in fetched.found.items() if not account.is_staff}
    looked = look_at_accounts(sides, list(accounts.values()))
    failures: dict[str, WoodooError] = dict(fetched.broken)
    for one, error in looked.failures.items():
        if isinstance(error, DataError) and is_archived(error):
            left[one] = "Its customer is archived in Odoo and is left alone."
        else:
            failures[one] = error
    settings = sides.settings
    policy = settings.create_odoo_customers if settings.take_customers else "never"
    new = {one: plan for one, plan in looked.unknown.items() if may_make(accounts[one], policy)}
    left |= dict.fromkeys(looked.unknown.keys() - new.keys(), _UNKNOWN)
    return Judged(looked, new, left, failures, fetched.found)


def _made(outcome: Outcome) -> Outcome:
    return replace(outcome, message="Created in Odoo.") if outcome.kind == OutcomeKind.DONE else outcome


def _refused(error: WoodooError, one: str) -> Outcome:
    error.record = error.record or _label(one)
    return Outcome.from_error(error, title=_label(one))


def _label(one: str) -> str:
    return f"Customer #{one}"
