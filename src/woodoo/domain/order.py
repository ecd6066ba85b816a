"""An order as the shop took it, whatever platform the shop runs on.

All amounts are `Decimal` in the order's currency and **net of tax** where a tax field stands beside them; times are
aware UTC datetimes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from .customer import Address
from .mark import Mark
from .search import FoundBy
from .text import shortened


@dataclass(frozen=True)
class LineTax:
    """The tax one rate puts on one line."""

    rate_id: str
    #: After discounts, unrounded as the store keeps it.
    amount: Decimal
    #: Before discounts; None where the store does not tell.
    before_discount: Decimal | None = None


@dataclass(frozen=True)
class TaxRate:
    """A rate used in an order, with what it came to. Rounded, the totals of these add up to the order's tax."""

    rate_id: str
    label: str
    #: Percent: 21 means 21 %.
    percent: Decimal
    compound: bool
    tax_total: Decimal
    shipping_tax_total: Decimal
    #: ISO code of the country the rate is of; empty where the store does not tell, or the rate is for all.
    country: str = ""


@dataclass(frozen=True)
class OrderLine:
    """A product sold. `sku` is the variation's own one for variations, empty where the store has none."""

    external_id: str
    name: str
    sku: str
    product_id: str
    variation_id: str
    quantity: Decimal
    #: Net after discounts, as precise as the store keeps it.
    total: Decimal
    total_tax: Decimal
    #: Net before discounts.
    subtotal: Decimal
    taxes: tuple[LineTax, ...] = ()
    #: What the buyer chose or wrote, as (label, value), without the store's internal keys.
    options: tuple[tuple[str, str], ...] = ()
    #: The store's tax class ("" is its standard one).
    tax_class: str = ""
    #: A bundle or composite whose parts are lines of their own.
    is_bundle: bool = False
    #: `external_id` of the bundle's line this one is a part of.
    part_of: str = ""
    #: SKU of the product whose variation this is, where the variation has none of its own.
    parent_sku: str = ""


@dataclass(frozen=True)
class ShippingLine:
    """A way of shipping that was charged (or free)."""

    external_id: str
    method_id: str
    instance_id: str
    title: str
    total: Decimal
    total_tax: Decimal
    taxes: tuple[LineTax, ...] = ()


@dataclass(frozen=True)
class FeeLine:
    """A fee, a tip, or (negative) something like a gift card."""

    external_id: str
    name: str
    total: Decimal
    total_tax: Decimal
    taxes: tuple[LineTax, ...] = ()
    tax_class: str = ""


@dataclass(frozen=True)
class Coupon:
    """A coupon used. Its discount is already inside the lines' totals."""

    code: str
    discount: Decimal
    free_shipping: bool = False


@dataclass(frozen=True)
class Order:
    """One order of the store."""

    external_id: str
    #: As the shop's people know it; equals the id unless a plugin renumbers.
    number: str
    status: str
    currency: str
    currency_digits: int
    prices_include_tax: bool
    created_at: datetime
    modified_at: datetime
    paid_at: datetime | None
    #: The store's id of the registered customer, empty for a guest.
    customer_id: str
    billing: Address
    shipping: Address
    lines: tuple[OrderLine, ...]
    shipping_lines: tuple[ShippingLine, ...]
    fee_lines: tuple[FeeLine, ...]
    coupons: tuple[Coupon, ...]
    tax_rates: tuple[TaxRate, ...]
    #: Gross, after everything, before refunds.
    total: Decimal
    total_tax: Decimal
    payment_method: str
    payment_method_title: str
    transaction_id: str
    customer_note: str
    #: Ids of refunds made so far.
    refund_ids: tuple[str, ...] = ()
    completed_at: datetime | None = None
    #: The customer pays no tax: reverse charge, a reseller, a diplomat.
    is_vat_exempt: bool = False
    #: What the shop's staff wrote, oldest first; only where it was asked for.
    admin_notes: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    #: Line → pieces that refunds have put back on the store's shelf, all together.
    restocked: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How messages name it: "Order #1054"."""
        return f"Order #{shortened(self.number, 60)}"

    @property
    def noun(self) -> str:
        """What messages call it."""
        return "order"

    @property
    def found_by(self) -> FoundBy:
        """What people look for it by."""
        words = (self.number, self.external_id, *(line.sku for line in self.lines), self.transaction_id)
        sides = (self.billing, self.shipping)
        names = (text for one in sides for text in (f"{one.first_name} {one.last_name}", one.company, one.email))
        return FoundBy(words, tuple(names))

    @property
    def content_hash(self) -> str:
        """Tell this content from any other: the same as long as nothing but the time of the change is different.

        Stores change orders without moving that time, so it alone does not say that nothing changed.
        """
        content = asdict(self)
        del content["modified_at"], content["admin_notes"], content["restocked"]
        return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]

    @property
    def mark(self) -> Mark:
        """What is kept of this look at it."""
        modified = self.modified_at.isoformat()
        return Mark(self.content_hash, self.status, modified, frozenset(self.refund_ids))
