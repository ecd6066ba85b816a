"""What becomes of an account of the store and its customer in Odoo, where they differ.

| Odoo has the customer                       | what follows                                                          |
|---------------------------------------------|-----------------------------------------------------------------------|
| yes, by an earlier link or e-mail address   | both sides are compared, and the owner's side is written to the other |
| several with the e-mail address             | a person decides: parked with the candidates                          |
| archived only                               | it is left alone                                                      |
| no                                          | made where the settings allow it, else nothing                        |

Of a company with several people an account changes its own person only, and no account renames a company.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...domain.account import Account
from ...domain.errors import DataError
from ...domain.ownership import Decision, Group, Look, Owner, decide, print_of, read_prints
from ...domain.plan import Plan, Step
from .account import account_card, as_order
from .addresses import PLACE, AddressPlan
from .contact import Contact, Wanted, account_vals, contact_card
from .customer import CustomerPlan, plan_customer
from .customers_seen import Customers, Record

#: Odoo's fields → the setting that allows them.
_FIELDS = {**dict.fromkeys(PLACE, "address"), "name": "name", "email": "email", "phone": "phone", "vat": "vat"}
#: The parts of an account → the same.
_PARTS = {
    **dict.fromkeys(("address_1", "address_2", "city", "postcode", "country", "state"), "address"),
    **dict.fromkeys(("first_name", "last_name", "company"), "name"),
    "email": "email",
    "phone": "phone",
}


@dataclass(frozen=True)
class Say:
    """Who has the say about customers, and what may go which way."""

    owner: Owner = Owner.STORE
    fields_in: Collection[str] = ()
    fields_out: Collection[str] = ()
    #: Odoo, the store may be written on at all.
    into_odoo: bool = False
    into_store: bool = False
    #: What was changed on the wrong side is written over.
    repair: bool = True

    @property
    def fields(self) -> Collection[str]:
        """The fields that count: those that may go from the owner to the other side."""
        return self.fields_in if self.owner is Owner.STORE else self.fields_out

    def may_write(self, side: Owner | None) -> bool:
        """Say whether that side may be written on."""
        return side is not None and (self.into_odoo if side is Owner.ODOO else self.into_store)


@dataclass(frozen=True)
class AccountPlan:
    """An account whose customer Odoo has, and what is to be done."""

    account: Account
    customer: CustomerPlan
    contact: Contact
    decision: Decision
    #: Prints of both sides as they are now.
    odoo_print: str
    store_print: str
    #: Which fields differ: "name", "address", …; no values, for this is told.
    differs: tuple[str, ...] = ()
    #: To be written in Odoo: id → values; a delivery address to be made there.
    odoo_vals: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    delivery: AddressPlan | None = None
    #: To be written on the account.
    store_vals: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def odoo_id(self) -> int:
        """The contact who stands for the account."""
        return int(self.contact.person["id"])

    def shown(self, say: Say) -> Plan:
        """Return the plan in words."""
        title, side = self.account.label, self.decision.write
        if side is None or not say.may_write(side):
            return Plan(title, self.why_nothing(say), notes=self.notes)
        where = "the contact in Odoo" if side is Owner.ODOO else "the account in the store"
        model = "res.partner" if side is Owner.ODOO else ""
        why = f"{'the store' if say.owner is Owner.STORE else 'Odoo'} has the say about customers"
        step = Step(f"Change {where}", why, model, ", ".join(self.differs))
        return Plan(title, f"{', '.join(self.differs)} changed", (step,), notes=self.notes)

    def why_nothing(self, say: Say) -> str:
        """Say why nothing is written."""
        if not self.differs:
            return "Both sides say the same."
        if self.decision.write is not None:
            there = (
                "customers may not be changed in Odoo" if say.owner is Owner.STORE else "accounts may not be changed"
            )
            return f"Different, but {there} (features of the connection): {', '.join(self.differs)}."
        if self.decision.drift:
            return f"Changed on the side that does not have the say, and only told: {', '.join(self.differs)}."
        return f"Each side keeps its own form of: {', '.join(self.differs)}."


def plan_account(
    account: Account,
    customers: Customers,
    contacts: Mapping[int, Contact],
    known: tuple[str, str],
    say: Say,
    wanted: Wanted,
) -> AccountPlan | CustomerPlan:
    """Decide on one account. Returns the customer to be made where Odoo has none.

    Args:
        account: as it is in the store.
        customers: what Odoo has of it.
        contacts: those of Odoo in question, by id.
        known: the prints of Odoo's and the store's side as of the last look.
        say: who has the say.
        wanted: how Odoo's values become the store's; its fields are those that may go out.

    Raises:
        DataError: where several fit, or the only one is archived.
    """
    order = as_order(account)
    allowed = replace(wanted.rules.customers, update_fields=frozenset(say.fields_in))
    rules = replace(wanted.rules, customers=allowed)
    customer = plan_customer(order, customers, rules)
    contact = contacts.get(_person_id(customer) or 0)
    if contact is None:
        return customer
    odoo_vals = _into_odoo(customer, contact)
    delivery = customer.delivery if _wants_delivery(customer, account, say) else None
    store_vals = account_vals(contact, account, wanted)
    if say.owner is Owner.STORE:
        names = [_FIELDS.get(name, name) for vals in odoo_vals.values() for name in vals]
        differs = tuple(dict.fromkeys([*names, *(["delivery"] if delivery else [])]))
    else:
        differs = changed_parts(store_vals)
    odoo, store = (
        print_of(contact_card(contact, say.fields)),
        print_of(account_card(account, say.fields, rules.customers.vat_meta_keys)),
    )
    look = Look(odoo, store, known[0], known[1], equal=not differs)
    decision = decide(say.owner, look, repair=say.repair)
    return AccountPlan(
        account, customer, contact, decision, odoo, store, differs, odoo_vals, delivery, store_vals,
        customer.partner.notes,
    )  # fmt: skip


def changed_parts(vals: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which fields of the settings these values of an account are."""
    names = [_PARTS.get(name, "") for name in (*vals, *vals.get("billing", {}))]
    names += ["delivery"] if vals.get("shipping") else []
    names += ["vat"] if vals.get("meta") else []
    return tuple(dict.fromkeys(name for name in names if name))


def may_make(account: Account, policy: str) -> bool:
    """Say whether an account that Odoo does not know becomes a customer there: "never", "buyers", "all"."""
    return policy == "all" or (policy == "buyers" and account.is_buyer)


def is_archived(error: DataError) -> bool:
    """Say whether the error is that the customer is archived."""
    return error.where == "res.partner -> active"


def known_prints(odoo: str, store: str) -> tuple[str, str]:
    """Return the prints of this group that a link keeps."""
    return read_prints(odoo).get(Group.CUSTOMERS, ""), read_prints(store).get(Group.CUSTOMERS, "")


def _person_id(customer: CustomerPlan) -> int | None:
    partner = customer.partner
    return partner.contact.odoo_id if partner.contact else partner.odoo_id


def _into_odoo(customer: CustomerPlan, contact: Contact) -> dict[int, dict[str, Any]]:
    """Return the changes in Odoo without those of a company that are not this account's to make."""
    company: Record | None = contact.company or (contact.person if contact.person["is_company"] else None)
    found: dict[int, dict[str, Any]] = {}
    for odoo_id, vals in customer.partner.changes.items():
        kept = dict(vals)
        if company is not None and odoo_id == company["id"]:
            shared = {"name", "vat", *PLACE} if contact.people > 1 else {"name"}
            kept = {name: value for name, value in vals.items() if name not in shared}
        if kept:
            found[odoo_id] = kept
    return found


def _wants_delivery(customer: CustomerPlan, account: Account, say: Say) -> bool:
    there = bool(account.shipping.address_1 or account.shipping.city or account.shipping.postcode)
    return "delivery" in say.fields_in and there and customer.delivery.vals is not None
