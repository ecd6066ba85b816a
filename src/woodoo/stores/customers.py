"""What flows of customers may ask of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..domain.account import Account
from ..domain.errors import WoodooError
from .base import Fetched

#: What is to be written on an account: the names of `Account`, with a mapping of the names of `Address` for `billing`
#: and `shipping`, and one of keys for `meta`. What is not named stays.
AccountVals = Mapping[str, Any]


@dataclass(frozen=True)
class AccountPage:
    """A piece of the list of all accounts."""

    accounts: tuple[Account, ...]
    #: Give this back for the next piece; empty at the end.
    cursor: str


@dataclass(frozen=True)
class AccountsWritten:
    """Each account asked for is in exactly one of the two, by the key it was given under."""

    #: As it is in the store now.
    done: Mapping[str, Account] = field(default_factory=dict)
    errors: Mapping[str, WoodooError] = field(default_factory=dict)


class CustomerStore(Protocol):
    """Customer accounts. Raises the errors of `woodoo.domain.errors`."""

    def fetch_accounts(self, external_ids: Sequence[str]) -> Fetched[Account]:
        """Read those accounts as they are now, whatever their role."""

    def every_account(self, cursor: str = "") -> AccountPage:
        """List all accounts, those of the staff left out, from where `cursor` says."""

    def find_account(self, email: str) -> Account | None:
        """Return the account with that e-mail address, whatever its role; one request."""

    def change_accounts(self, wanted: Mapping[str, AccountVals]) -> AccountsWritten:
        """Write values on accounts by id, in batches; each is judged alone."""

    def create_accounts(self, wanted: Mapping[str, AccountVals]) -> AccountsWritten:
        """Create accounts, in batches, by any key. Their passwords are made up by the store and told to nobody.

        Errors of those whose e-mail address has an account already are `EmailTaken`.
        """

    def mails_new_accounts(self) -> bool:
        """Say whether the store sends a mail to whoever gets an account; one request."""

    def states(self, country: str) -> Sequence[str]:
        """Return the codes of the country's states as the store calls them; one request."""
