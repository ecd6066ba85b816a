"""The rules of one connection, as pure code reads them: the settings, and what Odoo says of what they point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..domain.order import Order
from .documents.field_values import DocumentField
from .policy import Policy
from .refunds.rules import RefundRules


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
    #: Stands on those before it that are stacked (`is_base_affected`; up to 14 every tax does).
    base_affected: bool = True
    #: Odoo computes the taxes of a line in this sequence, then by id.
    sequence: int = 1
    #: ISO code of the country the tax is of; empty where Odoo names none (up to 14).
    country: str = ""

    def stands_on(self, other: Tax) -> bool:
        """Say whether Odoo computes it on top of `other` where both are on a line (account_tax.py, `compute_all`)."""
        later = (other.sequence, other.odoo_id) < (self.sequence, self.odoo_id)
        return later and other.stacked and self.base_affected


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
    #: Of a gross price the taxes are rounded and the net is the rest (from 18 on); before, the other way round.
    net_is_rest: bool = False


@dataclass(frozen=True)
class Lock:
    """Up to which day (that one included) the books are closed, and what Odoo calls that."""

    until: date
    name: str


@dataclass(frozen=True)
class CustomerRules:
    """How customers are recognised, made and changed."""

    #: The partner all orders belong to, where there is one for all.
    partner_id: int | None = None
    #: A company named in the billing address becomes a company with the person as its contact.
    companies: bool = True
    vat_meta_keys: tuple[str, ...] = ()
    #: "name", "email", "phone", "address", "vat", "lang".
    update_fields: frozenset[str] = frozenset()
    clean_names: bool = False
    #: `res.lang` code of new customers; empty: Odoo's own choice.
    language: str = ""
    language_meta_key: str = ""
    languages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """Everything a plan depends on besides the two records themselves."""

    #: Prefix ("module") of the external ids Woodoo gives to Odoo records.
    namespace: str
    company_id: int
    company_currency: str
    precision: Precision
    policy: Policy = field(default_factory=Policy)
    refunds: RefundRules = field(default_factory=RefundRules)
    #: Store rate id → Odoo tax.
    taxes: Mapping[str, Tax] = field(default_factory=dict)
    #: "class:country:percent" → Odoo tax, a star for any class or country (`account_tax.rule_key`).
    tax_rules: Mapping[str, Tax] = field(default_factory=dict)
    #: All sales taxes in percent of the company; what is proposed, and taken where `match_taxes`, for a rate that is
    #: mapped nowhere.
    sale_taxes: Sequence[Tax] = ()
    match_taxes: bool = False
    #: "exempt", country code or "*" → tax of 0 % for lines the store did not tax.
    untaxed: Mapping[str, Tax] = field(default_factory=dict)
    #: False where Odoo's tax counts, and differences are only shown.
    exact: bool = True
    #: A sales order may be a cent off where its invoice is exact and this Odoo leaves no other way.
    allow_order_cent: bool = True
    #: Store payment method → Odoo journal.
    journals: Mapping[str, Journal] = field(default_factory=dict)
    #: Currency code → Odoo currency; only those active in Odoo.
    currencies: Mapping[str, Currency] = field(default_factory=dict)
    #: Currency code → pricelist id.
    pricelists: Mapping[str, int] = field(default_factory=dict)
    #: Store method ("flat_rate:1" or "flat_rate") → carrier.
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    #: For shipping methods that have none of their own.
    default_carrier: Carrier | None = None
    shipping_product_id: int | None = None
    #: Store method → product of its line, where it has no carrier.
    shipping_products: Mapping[str, int] = field(default_factory=dict)
    fee_product_id: int | None = None
    #: Name of a fee, case-folded → product of its line.
    fee_products: Mapping[str, int] = field(default_factory=dict)
    placeholder_product_id: int | None = None
    #: "price", "percent" or "line".
    discount_as: str = "price"
    discount_product_id: int | None = None
    warehouse_id: int | None = None
    team_id: int | None = None
    payment_term_id: int | None = None
    #: Store payment method → payment terms.
    payment_terms: Mapping[str, int] = field(default_factory=dict)
    fiscal_position_id: int | None = None
    #: "exempt" or country code → fiscal position.
    fiscal_positions: Mapping[str, int] = field(default_factory=dict)
    tag_ids: tuple[int, ...] = ()
    #: Analytic account → percent.
    analytic: Mapping[int, Decimal] = field(default_factory=dict)
    #: Lines carry the distribution (from 16 on); before, sales order and invoice lines name one account.
    analytic_distributed: bool = True
    #: Field of the document that takes the customer's note, the staff's notes; empty: none.
    customer_note_field: str = "note"
    admin_notes_field: str = ""
    #: Key of the order's meta data → field of the document.
    meta_fields: Mapping[str, str] = field(default_factory=dict)
    #: The fields of documents that those settings name: (model, field) → what it takes.
    fields: Mapping[tuple[str, str], DocumentField] = field(default_factory=dict)
    invoice_journal_id: int | None = None
    sales_account_id: int | None = None
    #: What closes the books to customer invoices, and to payments; None where every day is open.
    lock: Lock | None = None
    payment_lock: Lock | None = None
    #: Odoo reconciles a credit note with its invoice as it is posted (from 17 on).
    refund_reconciles: bool = True
    customers: CustomerRules = field(default_factory=lambda: CustomerRules())
    sku_field: str = "default_code"
    #: Decimals of a line's quantity.
    quantity_digits: int = 2
    order_number_format: str = "{number}"
    #: Sales orders are named by their reference.
    use_order_number: bool = False
    #: Where the shop's day begins; decides invoice and payment dates.
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    #: `res.country` id by ISO code, and `res.country.state` id by (country code, state code).
    countries: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def reference(self, order: Order) -> str:
        """Return the reference (`client_order_ref`) an order has in Odoo."""
        year = order.created_at.astimezone(self.timezone).year
        return self.order_number_format.format(number=order.number, id=order.external_id, year=year)
