"""An account of the store in the form in which the customers of orders are recognised and changed.

Decides what of an account counts: the name of its billing address before that of the account, as on its orders, and
the e-mail address it signs in with before that of its billing address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ...domain.account import Account
from ...domain.customer import Address
from ...domain.order import Order
from ...domain.ownership import print_of
from .vat import vat_in

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: The parts of an address that are one field: they go over together.
ADDRESS = ("address_1", "address_2", "city", "postcode", "country", "state")


@dataclass(frozen=True)
class AccountOrder(Order):
    """An account as an order of nothing."""

    @property
    def label(self) -> str:
        return f"Customer #{self.customer_id}"

    @property
    def noun(self) -> str:
        return "account"


def as_order(account: Account) -> AccountOrder:
    """Return the account as an order of nothing, for all that is decided by an order's customer."""
    return AccountOrder(
        external_id=account.external_id,
        number=account.external_id,
        status="",
        currency="",
        currency_digits=2,
        prices_include_tax=False,
        created_at=_NEVER,
        modified_at=_NEVER,
        paid_at=None,
        customer_id=account.external_id,
        billing=billing_of(account),
        shipping=account.shipping,
        lines=(),
        shipping_lines=(),
        fee_lines=(),
        coupons=(),
        tax_rates=(),
        total=Decimal(0),
        total_tax=Decimal(0),
        payment_method="",
        payment_method_title="",
        transaction_id="",
        customer_note="",
        meta=account.meta,
    )


def billing_of(account: Account) -> Address:
    """Return the billing address with the name and the e-mail address that count."""
    billing = account.billing
    if not (billing.first_name or billing.last_name):
        billing = replace(billing, first_name=account.first_name, last_name=account.last_name)
    return replace(billing, email=account.email or billing.email)


def account_card(account: Account, fields: Collection[str], vat_keys: Iterable[str]) -> dict[str, Any]:
    """Return what of an account goes over, as it is, to notice changes of it. `fields`: those of the settings."""
    billing, shipping = account.billing, account.shipping
    parts: dict[str, Any] = {
        "name": (account.first_name, account.last_name, billing.first_name, billing.last_name, billing.company),
        "email": account.email,
        "phone": billing.phone,
        "address": _said(billing, ADDRESS),
        "delivery": _said(shipping, ("first_name", "last_name", "company", *ADDRESS)),
        "vat": vat_in(account.meta, vat_keys),
    }
    return {name: value for name, value in parts.items() if name in fields}


def account_mark(account: Account, vat_keys: Iterable[str]) -> str:
    """Return a print of all that may go over, whatever the settings are: what a walk through the list compares."""
    return print_of(account_card(account, ("name", "email", "phone", "address", "delivery", "vat"), vat_keys))


def _said(address: Address, names: Iterable[str]) -> list[str]:
    return [str(getattr(address, name)) for name in names]
