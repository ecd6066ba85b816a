"""What Odoo has of the customers of a batch, to be looked up by id and e-mail address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: What is read of a partner to recognise it and its address.
PARTNER_FIELDS = (
    "name",
    "email",
    "email_normalized",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
    "state_id",
    "parent_id",
    "company_id",
    "company_name",
    "is_company",
    "vat",
    "lang",
    "type",
    "active",
)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Customers:
    """What was observed of a batch's customers in Odoo; partners with the fields `PARTNER_FIELDS`."""

    #: Those of earlier orders, those that share an e-mail address or VAT number with an order, and companies above.
    partners: Sequence[Record] = ()
    #: Customer key → id of the partner or contact of earlier orders.
    linked: Mapping[str, int] = field(default_factory=dict)
    #: Partner id → the contacts and addresses below it, where they were looked for.
    children: Mapping[int, Sequence[Record]] = field(default_factory=dict)
    #: Partner id → external id (without namespace) of those Woodoo made, where several share an e-mail address.
    external_ids: Mapping[int, str] = field(default_factory=dict)

    def find(self, odoo_id: object) -> Record | None:
        """Return the partner with that id, where it was read."""
        return self._by_id.get(odoo_id)

    def with_email(self, email: str) -> Sequence[Record]:
        """Return the partners with that e-mail address (lower case)."""
        return self._by_email.get(email, ()) if email else ()

    @cached_property
    def _by_id(self) -> Mapping[object, Record]:
        return {partner["id"]: partner for partner in self.partners}

    @cached_property
    def _by_email(self) -> Mapping[str, Sequence[Record]]:
        found: dict[str, list[Record]] = defaultdict(list)
        for partner in self.partners:
            found[email_in_odoo(partner)].append(partner)
        return found


def email_in_odoo(partner: Record) -> str:
    """Return a partner's e-mail address as it is compared."""
    return str(partner["email_normalized"] or partner["email"] or "").strip().lower()
