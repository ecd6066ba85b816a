"""The rules of one connection, as pure code reads them: the settings, and what Odoo says of what they point at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Tax:
    """A sales tax of Odoo (`account.tax`)."""

    odoo_id: int
    name: str
    #: 21 means 21 %.
    percent: Decimal
    #: The price already holds the tax (`price_include`).
    included: bool = False
    #: Later taxes are computed on top of it (`include_base_amount`).
    stacked: bool = False


@dataclass(frozen=True)
class Currency:
    """A currency Odoo knows (`res.currency`)."""

    odoo_id: int
    code: str
    digits: int


@dataclass(frozen=True)
class Journal:
    """A bank or cash journal payments go to (`account.journal`)."""

    odoo_id: int
    name: str


@dataclass(frozen=True)
class Carrier:
    """A way of shipping (`delivery.carrier`) with the product its price is booked on."""

    odoo_id: int
    name: str
    product_id: int


@dataclass(frozen=True)
class Precision:
    """How exactly this Odoo can keep an amount."""

    #: Decimals of a unit price; None where Odoo keeps it unrounded (from 19 on).
    price_digits: int | None
    #: Taxes are rounded once per document, not per line (`round_globally`).
    round_globally: bool
    #: Lines can carry their own tax amounts (`extra_tax_data`).
    can_pin: bool


@dataclass(frozen=True)
class Rules:
    """Everything a plan depends on besides the two records themselves."""

    #: Prefix ("module") of the external ids Woodoo gives to Odoo records.
    namespace: str
    company_id: int
    company_currency: str
    precision: Precision
    #: Store statuses whose orders come over.
    import_statuses: frozenset[str] = frozenset({"processing", "completed"})
    #: Store rate id → Odoo tax.
    taxes: Mapping[str, Tax] = field(default_factory=dict)
    #: Store payment method → Odoo journal.
    journals: Mapping[str, Journal] = field(default_factory=dict)
    #: Currency code → Odoo currency; only those active in Odoo.
    currencies: Mapping[str, Currency] = field(default_factory=dict)
    #: Currency code → pricelist id.
    pricelists: Mapping[str, int] = field(default_factory=dict)
    #: Store method ("flat_rate:1" or "flat_rate") → carrier.
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    shipping_product_id: int | None = None
    fee_product_id: int | None = None
    warehouse_id: int | None = None
    team_id: int | None = None
    sku_field: str = "default_code"
    #: Put before the order number in Odoo's reference: "WOO-" gives "WOO-1054".
    order_prefix: str = ""
    #: Where the shop's day begins; decides invoice and payment dates.
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    #: `res.country` id by ISO code, and `res.country.state` id by (country code, state code).
    countries: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def reference(self, number: str) -> str:
        """Return the reference (`client_order_ref`) an order of that number has in Odoo."""
        return f"{self.order_prefix}{number}"
