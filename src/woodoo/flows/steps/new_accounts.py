"""Make accounts in the store for contacts of Odoo that are meant to have one.

Decides that nobody is mailed by it: while the store sends its mail "New account", which no parameter of the API
prevents, none is made, unless the settings accept the mail. And that an account with the same e-mail address is the
contact's own where no other contact has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...domain.account import Account
from ...domain.errors import ConfigError, DataError, WoodooError
from ...domain.ownership import Decision
from ...mapping.customers.account_plan import AccountPlan
from ...mapping.customers.contact import Contact, new_account_vals
from ...stores.base import EmailTaken
from ..sides import Sides
from .accounts import KIND, look_at_accounts, wanted_of

#: Seconds for which it is believed whether the store mails those who get an account.
_BELIEVED = 60.0


@dataclass
class Made:
    """What came of each contact, by its id as text."""

    #: Made just now, or found by the e-mail address: what is to be noted, or written yet.
    plans: dict[str, AccountPlan] = field(default_factory=dict)
    #: Those made just now, with the account's id.
    new: dict[str, str] = field(default_factory=dict)
    errors: dict[str, WoodooError] = field(default_factory=dict)


def make_accounts(sides: Sides, contacts: Mapping[str, Contact]) -> Made:
    """Create the accounts, or find those that are there by e-mail address."""
    made = Made()
    if not contacts:
        return made
    if not sides.settings.account_mails and sides.memory.get(
        "mails_new_accounts", sides.store.customers.mails_new_accounts, life=_BELIEVED
    ):
        made.errors = dict.fromkeys(contacts, _would_mail())
        return made
    wanted = wanted_of(sides)
    written = sides.store.customers.create_accounts(
        {record: new_account_vals(contact, wanted) for record, contact in contacts.items()}
    )
    accounts = dict(written.done)
    owners = {account.external_id: record for record, account in accounts.items()}
    for record, error in written.errors.items():
        try:
            accounts[record] = _already_there(sides, contacts[record], error, owners)
        except WoodooError as refusal:
            made.errors[record] = refusal
    known = {account.external_id: int(record) for record, account in accounts.items()}
    looked = look_at_accounts(sides, list(accounts.values()), known)
    for record, account in accounts.items():
        one = account.external_id
        if one in looked.plans:
            plan = looked.plans[one]
            made.plans[record] = replace(plan, decision=Decision()) if record in written.done else plan
        else:
            made.errors[record] = looked.failures.get(one) or _not_found(account, record)
    made.new = {record: account.external_id for record, account in written.done.items()}
    return made


def _already_there(sides: Sides, contact: Contact, error: WoodooError, owners: dict[str, str]) -> Account:
    """Return the account that has the contact's e-mail address.

    Raises:
        WoodooError: where that is not the matter, or the account is another's.
    """
    record = str(contact.person["id"])
    if not isinstance(error, EmailTaken):
        raise error
    account = sides.store.customers.find_account(new_account_vals(contact, wanted_of(sides))["email"])
    if account is None:
        raise error
    if account.is_staff:
        raise _taken(record, f"{account.label}, which belongs to the shop's staff")
    link = sides.links.find(KIND, [account.external_id]).get(account.external_id)
    owner = owners.setdefault(account.external_id, str(link.odoo_id) if link else record)
    if owner != record:
        raise _taken(record, f"{account.label}, the account of contact {owner}")
    return account


def _would_mail() -> ConfigError:
    return ConfigError(
        'The store would send its mail "New account" to whoever gets an account, and the API cannot prevent that.',
        where="settings -> account_mails",
        fix='Switch the mail off (WooCommerce > Settings > Emails > New account), or allow it: "The store may mail '
        'them" in the settings of the connection.',
    )


def _taken(record: str, whose: str) -> DataError:
    return DataError(
        f"Contact {record}: its e-mail address is that of {whose}.",
        record=f"Contact {record}",
        where="res.partner -> email",
        fix="Merge the contacts in Odoo, or give one of them another address; then retry.",
    )


def _not_found(account: Account, record: str) -> DataError:
    return DataError(
        f"Contact {record}: {account.label} was made, but does not lead back to this contact.",
        record=f"Contact {record}",
        where="res.partner",
        fix="Look whether the contact was archived or moved below another company meanwhile; then retry.",
    )
