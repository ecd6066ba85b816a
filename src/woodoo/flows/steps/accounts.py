"""Look at accounts of the store and their customers in Odoo, and say what becomes of each.

Both directions do this: a change of an account and one of its contact lead to the same pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...connections.settings import ConnectionSettings
from ...domain.account import Account
from ...domain.errors import DataError, WoodooError
from ...domain.order import Order
from ...domain.ownership import Group
from ...engine.flow import LinkVals
from ...mapping.customers.account import as_order
from ...mapping.customers.account_plan import AccountPlan, Say, known_prints, plan_account
from ...mapping.customers.contact import Wanted, store_state
from ...mapping.customers.customer import CustomerPlan, plan_customer
from ...mapping.customers.customer_keys import link_keys
from ...mapping.customers.customers_seen import Customers
from ...mapping.rules import Precision, Rules
from ..context import Context
from ..customer_rules import load_countries, load_customer_rules
from ..sides import Sides
from .contacts import read_contacts
from .observe_customers import observe_customers

#: Links from an account to the contact who stands for it, with the prints of both sides.
KIND = "account"
MODEL = "res.partner"


@dataclass(frozen=True)
class Looked:
    """What came of a look at accounts, by their id: each is in exactly one."""

    plans: Mapping[str, AccountPlan] = field(default_factory=dict)
    #: Odoo has no such customer: how it would be made.
    unknown: Mapping[str, CustomerPlan] = field(default_factory=dict)
    failures: Mapping[str, WoodooError] = field(default_factory=dict)


def look_at_accounts(sides: Sides, accounts: Sequence[Account], known: Mapping[str, int] | None = None) -> Looked:
    """Compare accounts with what Odoo has of them. `known`: account → contact, where that is known already."""
    if not accounts:
        return Looked()
    rules, say, wanted = rules_of(sides), say_of(sides.settings), wanted_of(sides)
    links = sides.links.find(KIND, [account.external_id for account in accounts])
    linked = {one: link.odoo_id for one, link in links.items()} | dict(known or {})
    orders = {account.external_id: as_order(account) for account in accounts}
    keys = {link_keys(orders[one], rules)[0]: odoo_id for one, odoo_id in linked.items() if one in orders}
    customers = observe_customers(Context(sides.store, sides.odoo, rules, sides.links), list(orders.values()), keys)
    contacts = read_contacts(sides.odoo, _people(orders, customers, rules))
    plans: dict[str, AccountPlan] = {}
    unknown: dict[str, CustomerPlan] = {}
    failures: dict[str, WoodooError] = {}
    for account in accounts:
        one = account.external_id
        link = links.get(one)
        prints = known_prints(link.odoo_hash, link.store_hash) if link else ("", "")
        try:
            plan = plan_account(account, customers, contacts, prints, say, wanted)
        except DataError as error:
            failures[one] = error
            continue
        if isinstance(plan, AccountPlan):
            plans[one] = plan
        else:
            unknown[one] = plan
    return Looked(plans, unknown, failures)


def rules_of(sides: Sides) -> Rules:
    """Return the part of the rules that customers go by."""

    def read() -> Rules:
        countries, states = load_countries(sides.odoo)
        customers = load_customer_rules(sides.odoo, sides.settings)
        company = sides.odoo.company_id or 0
        return Rules(
            sides.odoo.namespace,
            company,
            "",
            Precision(None, False, False),
            customers=customers,
            countries=countries,
            states=states,
        )

    return sides.memory.get("customer_rules", read)


def say_of(settings: ConnectionSettings) -> Say:
    """Return who has the say about customers, and what may go which way."""
    return Say(
        settings.ownership.of(Group.CUSTOMERS),
        frozenset(settings.account_fields_in),
        frozenset(settings.account_fields_out),
        settings.take_customers,
        settings.send_customers,
        settings.repair_drift,
    )


def wanted_of(sides: Sides) -> Wanted:
    """Return how Odoo's values become those of accounts."""
    rules = rules_of(sides)

    def state_code(country: str, odoo_id: int) -> str:
        codes = sides.memory.get(f"states:{country}", lambda: sides.store.customers.states(country), life=86_400)
        return store_state(codes, rules.states, country, odoo_id)

    return Wanted(frozenset(sides.settings.account_fields_out), rules, state_code, sides.settings.account_vat_key)


def account_links(plan: AccountPlan) -> tuple[LinkVals, ...]:
    """Return the link of an account whose customer is known, without prints, and the one its orders go by."""
    mine, key = LinkVals(KIND, plan.account.external_id, MODEL, plan.odoo_id), plan.customer.partner.key
    return (mine, LinkVals("customer", key, MODEL, plan.odoo_id)) if key else (mine,)


def _people(orders: Mapping[str, Order], customers: Customers, rules: Rules) -> list[int]:
    """Return the contacts the accounts belong to, as far as they are clear."""
    found = []
    for order in orders.values():
        try:
            partner = plan_customer(order, customers, rules).partner
        except WoodooError:
            continue
        odoo_id = partner.contact.odoo_id if partner.contact else partner.odoo_id
        found += [odoo_id] if odoo_id else []
    return found
