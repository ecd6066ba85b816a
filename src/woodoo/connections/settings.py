"""What can be set for one connection, with what each setting does.

Decides the defaults, and that a setting nobody knows is refused: a misspelt one must not be silently without effect.
The help texts are those of the settings screen and of the reference in the docs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from string import Formatter
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import ConfigDict, Field, ValidationError, field_validator

from woodoo.connections.alerting import AlertSettings
from woodoo.connections.catalogue import CatalogueSettings
from woodoo.connections.customers import CustomerSettings
from woodoo.connections.features import Features
from woodoo.connections.fulfilment import FulfilmentSettings
from woodoo.connections.images import ImageSettings
from woodoo.connections.prices import PriceSettings
from woodoo.connections.refunds import RefundSettings
from woodoo.connections.stock import StockSettings
from woodoo.domain.errors import ConfigError

#: "class:country:percentage"; a star stands for any class or country.
_TAX_RULE = re.compile(r"(\*|[a-z0-9_-]+):(\*|[A-Z]{2}):\d{1,3}(\.\d{1,4})?")
#: What lines the store did not tax are told apart by.
_UNTAXED = re.compile(r"exempt|\*|[A-Z]{2}")

#: What an order becomes: documents of Odoo, in the order in which they are made.
OrderBecomes = Literal[
    "order",
    "order_invoice",
    "order_invoice_payment",
    "order_invoice_payment_delivery",
    "invoice",
    "invoice_payment",
]
#: How far an order in a status goes; each holds what stands before it, `order_becomes` sets the limit.
StatusStep = Literal["ignore", "quotation", "confirm", "invoice", "deliver", "cancel", "tell"]

#: From left to right: nothing yet, a quotation while the money is awaited, everything but the goods, the goods too.
DEFAULT_STATUS_STEPS: Mapping[str, StatusStep] = {
    "pending": "ignore",
    "on-hold": "quotation",
    "processing": "invoice",
    "completed": "deliver",
    "cancelled": "cancel",
    "refunded": "ignore",
    "failed": "ignore",
}


class ConnectionSettings(
    CatalogueSettings,
    PriceSettings,
    ImageSettings,
    StockSettings,
    CustomerSettings,
    FulfilmentSettings,
    RefundSettings,
    AlertSettings,
    Features,
):
    """How one store is kept in step with one Odoo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # What an order becomes, and when

    order_becomes: OrderBecomes = Field(
        "order_invoice_payment",
        description="What an order becomes in Odoo: a sales order; with its invoice; with its payment too; with its "
        "delivery too; or an invoice without a sales order, left open or with its payment.",
    )
    status_steps: dict[str, StatusStep] = Field(
        default_factory=lambda: dict(DEFAULT_STATUS_STEPS),
        description="WooCommerce status → how far orders in it go: ignore, quotation, confirm (sales order), invoice "
        "(and payment, once paid), deliver, cancel, or tell (a person decides, as about a chargeback). Statuses "
        "that are not named are ignored and reported.",
    )
    confirm_orders: bool = Field(
        True,
        description="Confirm sales orders. Off: they stay quotations until somebody confirms them in Odoo, and go on "
        "from there within minutes.",
    )
    unpaid_methods: tuple[str, ...] = Field(
        (),
        description="Payment methods, such as bacs or cod, that are invoiced without waiting for the payment; their "
        "invoices stay open in Odoo, for the bank statement or the cash desk.",
    )
    orders_from: date | None = Field(
        None,
        description="Orders placed earlier, by the shop's time zone, are left out as long as nobody asks for them: an "
        "import, a retry or a sync by hand brings them over, and what Odoo has of them is kept in step. Empty: any "
        "order that is placed or changed comes over.",
    )
    order_number_format: str = Field(
        "{number}",
        max_length=60,
        description="Reference of the order in Odoo, such as NL-{number}, to tell stores apart. {number} is the "
        "store's order number, {id} its id, {year} the year it was placed in.",
    )
    use_order_number: bool = Field(
        False, description="Give sales orders that reference as their name, in place of Odoo's own number."
    )

    # Taxes

    tax_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce tax rate id → id of the Odoo sales tax (account.tax) that stands for it.",
    )
    tax_rule_map: dict[str, int] = Field(
        default_factory=dict,
        description="Tax class, country and percentage, such as standard:ES:21, reduced-rate:*:10 or *:FR:20 → id of "
        "the Odoo sales tax; for rates that tax_map does not name.",
    )
    tax_match: Literal["mapped", "percent"] = Field(
        "mapped",
        description="What becomes of a rate that is mapped nowhere: mapped parks the order; percent takes the one "
        "sales tax of the company with the same percentage.",
    )
    untaxed_map: dict[str, int] = Field(
        default_factory=dict,
        description="Lines the store did not tax → id of an Odoo sales tax of 0 % for them: exempt (the customer is "
        "exempt, reverse charge), a country code, or * for all others. Empty: they carry no tax.",
    )
    tax_computed_by: Literal["store", "odoo"] = Field(
        "store",
        description="Whose tax counts: the store's, to the cent, or what Odoo computes from prices and taxes; then a "
        "difference is shown on the order, not refused.",
    )
    allow_order_cent: bool = Field(
        True,
        description="Odoo 14 to 18 compute the tax of a sales order themselves. Where no price gives the store's cent, "
        "let the sales order be a cent off, seldom some cents, and its invoice exact. Off: such orders are parked.",
    )

    # Lines

    sku_field: str = Field(
        "default_code",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Field of product.product that the SKU of an order line is looked up in.",
    )
    placeholder_product_id: int | None = Field(
        None,
        description="Odoo product (product.product) of lines whose SKU Odoo does not have, or that have none; the "
        "store's text stays on the line. Empty: such orders are parked.",
    )
    discount_as: Literal["price", "percent", "line"] = Field(
        "price",
        description="Where discounts of coupons show: inside the unit price, as the line's discount %, or as a line of "
        "their own with the discount product.",
    )
    discount_product_id: int | None = Field(
        None, description="Odoo product (product.product) of discount lines; needed where discounts are lines."
    )
    shipping_product_id: int | None = Field(
        None, description="Odoo product (product.product) of the shipping line of an order."
    )
    shipping_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce shipping method, such as flat_rate → id of the Odoo delivery method "
        "(delivery.carrier).",
    )
    shipping_product_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce shipping method → id of the Odoo product of its shipping line, where it is no "
        "delivery method in Odoo.",
    )
    default_carrier_id: int | None = Field(
        None, description="Odoo delivery method (delivery.carrier) of shipping methods that are not mapped."
    )
    fee_product_id: int | None = Field(None, description="Odoo product (product.product) of the fee lines of an order.")
    fee_product_map: dict[str, int] = Field(
        default_factory=dict,
        description="Name of a fee, such as Tip or Gift card → id of the Odoo product of its line. The others go to "
        "the product for fees.",
    )

    # Header

    warehouse_id: int | None = Field(
        None, description="Odoo warehouse (stock.warehouse) orders are delivered from. Empty: the company's default."
    )
    pricelist_id: int | None = Field(
        None, description="Odoo pricelist (product.pricelist) of orders in the currency of the company."
    )
    pricelist_map: dict[str, int] = Field(
        default_factory=dict,
        description="Currency code, such as USD → id of the Odoo pricelist for orders in that currency.",
    )
    team_id: int | None = Field(None, description="Odoo sales team (crm.team) of the orders.")
    payment_term_id: int | None = Field(None, description="Odoo payment terms (account.payment.term) of the orders.")
    payment_term_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce payment method, such as bacs → id of its payment terms (account.payment.term).",
    )
    fiscal_position_id: int | None = Field(
        None, description="Odoo fiscal position (account.fiscal.position) of the orders. The taxes stay the store's."
    )
    fiscal_position_map: dict[str, int] = Field(
        default_factory=dict,
        description="Country code of the delivery, or exempt for customers who are exempt of tax → id of the fiscal "
        "position.",
    )
    tag_ids: tuple[int, ...] = Field((), description="Odoo tags (crm.tag) put on the sales orders.")
    analytic_distribution: dict[str, float] = Field(
        default_factory=dict,
        description="Id of an analytic account → percentage, put on every line. Odoo 14 and 15 take one account with "
        "100.",
    )
    customer_note_field: str = Field(
        "note",
        pattern=r"^([a-z][a-z0-9_]*)?$",
        description="Field of the sales order (of the invoice where there is no sales order: narration for note) that "
        "takes the customer's note. Empty: it is not carried over.",
    )
    admin_notes_field: str = Field(
        "",
        pattern=r"^([a-z][a-z0-9_]*)?$",
        description="Field of the sales order that takes the notes the shop's staff wrote; one more request to the "
        "store for each new order.",
    )
    meta_fields: dict[str, str] = Field(
        default_factory=dict,
        description="Key of an order's meta data, such as _delivery_day → field of the sales order that takes its "
        "value.",
    )

    # Invoices and payments

    invoice_date: Literal["order", "paid", "completed", "today"] = Field(
        "order",
        description="Date of the invoice: the day of the order, of the payment, of the completion, or the day it is "
        "made. Where the store has no such day yet, the day of the order.",
    )
    post_invoices_from: date | None = Field(
        None,
        description="Invoices dated earlier are created as drafts, neither posted nor paid: for the import of years "
        "that are closed.",
    )
    invoice_journal_id: int | None = Field(
        None, description="Odoo sales journal (account.journal) of the invoices. Empty: the company's default."
    )
    sales_account_id: int | None = Field(
        None,
        description="Odoo income account (account.account) of the lines of invoices without a sales order. Empty: that "
        "of the product.",
    )
    journal_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce payment method, such as stripe → id of the Odoo journal (account.journal) "
        "in which its payments are registered.",
    )

    # Shipping methods that go to the store

    pickup_carrier_ids: tuple[int, ...] = Field(
        (),
        description="Odoo delivery methods (delivery.carrier) where the buyer fetches the goods: local pickup in the "
        "store.",
    )
    carriers_for_the_rest: bool = Field(
        False,
        description="Delivery methods without countries go to the store's zone of all places that no other zone "
        "reaches. Off: they are left out, and reported.",
    )

    # The shop, and the pace

    timezone: str = Field(
        "UTC",
        description="Time zone of the shop, such as Europe/Madrid: decides on which day an invoice or a payment falls.",
    )
    namespace: str = Field(
        "",
        pattern=r"^[a-z0-9_]*$",
        max_length=40,
        description="Prefix of the external ids that Woodoo gives to Odoo records. Empty: made from the store's "
        "address. Set it before a store moves to another address, or its orders would be created again.",
    )
    odoo_slots: int = Field(
        2,
        ge=1,
        le=32,
        description="How many batches may be at work in this Odoo at once. No more than it has workers.",
    )
    batch_size: int = Field(50, ge=1, le=500, description="How many records at most go to Odoo together.")
    poll_seconds: int = Field(
        75,
        ge=10,
        le=86_400,
        description="Seconds between two looks at what changed in the store.",
    )
    odoo_poll_seconds: int = Field(
        150,
        ge=10,
        le=86_400,
        description="Seconds between two looks at what people changed in Odoo: at the sales orders each time, at "
        "invoices every second time, at payments, deliveries and customers every sixth.",
    )
    contents_seconds: int = Field(
        900,
        ge=10,
        le=86_400,
        description="Seconds between two looks at what recent and open orders hold, for changes that leave the time of "
        "the change as it was. Up to 500 orders each.",
    )
    contents_days: int = Field(
        14, ge=0, le=3_650, description="For so many days after its last change an order counts as recent."
    )
    census_seconds: int = Field(
        86_400,
        ge=60,
        le=2_592_000,
        description="Seconds between two counts of all orders of the store, which find orders that nothing told of, "
        "and those that were deleted.",
    )
    manage_webhooks: bool = Field(
        True,
        description="Set the webhooks up in the store, repair them, and switch them on again when the store gave them "
        "up. Off: they are only looked at.",
    )
    odoo_requests_per_second: float | None = Field(
        None, gt=0, description="Most requests per second to this Odoo. Empty: modest on Odoo Online, free elsewhere."
    )

    @field_validator("order_number_format")
    @classmethod
    def _names_the_order(cls, value: str) -> str:
        try:
            parts = [(name, spec, how) for _, name, spec, how in Formatter().parse(value) if name is not None]
        except ValueError:
            parts = [("", "", None)]
        # A part of a number, such as {number[0]}, would be the same for many orders.
        if any(name not in {"number", "id", "year"} or spec or how for name, spec, how in parts):
            raise ValueError("only {number}, {id} and {year} can stand in braces")
        if not {"number", "id"} & {name for name, _, _ in parts}:
            raise ValueError("it has to hold {number} or {id}, or all orders would have one reference")
        if not value.isprintable():
            raise ValueError("it holds characters that cannot be seen")
        return value

    @field_validator("status_steps")
    @classmethod
    def _drafts_stay_out(cls, value: dict[str, StatusStep]) -> dict[str, StatusStep]:
        if value.get("checkout-draft", "ignore") != "ignore":
            raise ValueError("checkout-draft is a cart that is not an order yet; it cannot come over")
        return value

    @field_validator("tax_rule_map")
    @classmethod
    def _tax_rules_read(cls, value: dict[str, int]) -> dict[str, int]:
        wrong = [key for key in value if not _TAX_RULE.fullmatch(key)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not of the form class:country:percentage, such as standard:ES:21")
        return value

    @field_validator("untaxed_map")
    @classmethod
    def _untaxed_keys(cls, value: dict[str, int]) -> dict[str, int]:
        wrong = [key for key in value if not _UNTAXED.fullmatch(key)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is neither exempt nor a country code such as US nor *")
        return value

    @field_validator("analytic_distribution")
    @classmethod
    def _analytic_accounts(cls, value: dict[str, float]) -> dict[str, float]:
        if any(not account.isdigit() or not 0 < share <= 100 for account, share in value.items()):
            raise ValueError("it maps ids of analytic accounts to percentages from above 0 to 100")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError(f"there is no time zone {value!r}")
        return value

    @classmethod
    def parse(cls, raw: dict[str, Any], *, connection: str) -> ConnectionSettings:
        """Read stored settings.

        Args:
            raw: as stored.
            connection: name of the connection, for the message.

        Raises:
            ConfigError: names each setting that is wrong and why.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as exc:
            wrong = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}"
                for e in exc.errors(include_input=False)
            )
            raise ConfigError(
                f"The settings of connection {connection} are not right: {wrong}.",
                record=f"Connection {connection}",
                where="settings",
                fix="Correct them on the page Configuration of the connection.",
            ) from exc


@cache
def _zones() -> frozenset[str]:
    """Return the time zones there are. To look for them on the disk takes longer than to check all other settings."""
    return frozenset(available_timezones())
