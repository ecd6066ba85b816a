"""A customer's account in the store: who it is, where invoices and goods go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .customer import Address
from .search import FoundBy

#: Roles of people who run a shop. Their accounts are none of a customer's, and whoever could change the e-mail address
#: of one could sign in with it.
STAFF = frozenset({"administrator", "shop_manager", "editor", "author", "contributor"})


@dataclass(frozen=True)
class Account:
    """One account, as it is now."""

    external_id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = "customer"
    #: Has bought something that was paid.
    is_buyer: bool = False
    billing: Address = field(default_factory=Address)
    shipping: Address = field(default_factory=Address)
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How messages name it: "Customer #12"; no name, for messages travel."""
        return f"Customer #{self.external_id}"

    @property
    def found_by(self) -> FoundBy:
        """What people look for it by."""
        names = (f"{self.first_name} {self.last_name}", self.email, self.billing.company, self.billing.email)
        return FoundBy((self.external_id,), names)

    @property
    def is_staff(self) -> bool:
        """Whether it belongs to somebody who runs the shop."""
        return self.role in STAFF
