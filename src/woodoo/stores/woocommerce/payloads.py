"""What WooCommerce sends, field by field: orders as pydantic models that keep the fields they do not know.

Decides what is a readable amount, date or text, and how a wrong one is named: "line_items.0.total is 'abc', not an
amount". Amounts are decimal strings, net of tax; times ending in `_gmt` are UTC without a zone
(https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ...domain.errors import DataError
from ...domain.money import to_decimal
from ...domain.text import clean

#: How many wrong fields one message names.
SHOWN_ERRORS = 3
#: Digits an amount may have before and after its point: beyond, neither side can compute with it.
MOST_DIGITS, MOST_DECIMALS = 15, 40
#: Years a shop's dates lie in; beyond are marks of plugins such as 0001-01-01, with which nobody can reckon.
FIRST_YEAR, LAST_YEAR = 1970, 2200
_WANTED = {"text": "a text", "bool": "true or false", "list": "a list", "model": "an object"}
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "a text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "an object"),
    (type(None), "null"),
)


def _amount(value: object) -> Decimal:
    try:
        amount = to_decimal(value)
    except ValueError:
        raise PydanticCustomError("amount", "not an amount") from None
    exponent = amount.as_tuple().exponent
    if amount.adjusted() >= MOST_DIGITS or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        raise PydanticCustomError("amount", "too large or too exact for an amount")
    return amount


def _optional_amount(value: object) -> Decimal | None:
    return None if value is None or value == "" else _amount(value)


def _utc(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise PydanticCustomError("moment", "not a date and time")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _optional_utc(value: object) -> datetime | None:
    return None if value is None or value == "" else _utc(value)


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float):
        return str(value)
    raise PydanticCustomError("text", "not a text")


def _record_id(value: object) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text.isdecimal() or int(text) == 0:
        raise PydanticCustomError("record_id", "not an id")
    return str(int(text))


def _optional_id(value: object) -> str:
    return "" if value in (None, "", 0, "0", False) else _record_id(value)


def _items(value: object) -> object:
    """PHP writes an empty map as a list and a list with gaps as a map."""
    if value is None or value == "":
        return []
    return list(value.values()) if isinstance(value, dict) else value


def _mapping(value: object) -> object:
    return {} if value is None or value in ([], "") else value


#: A decimal string or number of the wire; an empty string is not an amount.
Amount = Annotated[Decimal, BeforeValidator(_amount)]
OptionalAmount = Annotated[Decimal | None, BeforeValidator(_optional_amount)]
#: A time in GMT, aware.
Utc = Annotated[datetime, BeforeValidator(_utc)]
OptionalUtc = Annotated[datetime | None, BeforeValidator(_optional_utc)]
#: Text; null is empty text.
Text = Annotated[str, BeforeValidator(_text)]
#: A positive id, as text.
RecordId = Annotated[str, BeforeValidator(_record_id)]
#: An id, empty where the store says 0 or null.
OptionalId = Annotated[str, BeforeValidator(_optional_id)]

T = TypeVar("T")
Items = Annotated[list[T], BeforeValidator(_items)]


class Payload(BaseModel):
    """A JSON object of the store. Fields it does not name stay in `model_extra`."""

    model_config = ConfigDict(extra="allow", frozen=True)


class MetaPayload(Payload):
    """An entry of `meta_data`. `display_*` is what the shop's own screens show; values may be any JSON."""

    key: Text = ""
    value: Any = None
    display_key: Any = None
    display_value: Any = None


class AddressPayload(Payload):
    """`billing` or `shipping`; `shipping` has no e-mail."""

    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address_1: Text = ""
    address_2: Text = ""
    city: Text = ""
    state: Text = ""
    postcode: Text = ""
    country: Text = ""
    email: Text = ""
    phone: Text = ""


class CustomerPayload(Payload):
    """A row of `customers`."""

    id: RecordId
    email: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    role: Text = ""
    is_paying_customer: bool = False
    billing: AddressPayload = AddressPayload()
    shipping: AddressPayload = AddressPayload()
    meta_data: Items[MetaPayload] = []


class LineTaxPayload(Payload):
    """One rate's tax on one line, unrounded; an empty total means the rate does not apply to the line."""

    id: RecordId
    total: OptionalAmount = None
    #: Before discounts; line items only.
    subtotal: OptionalAmount = None


class PricedPayload(Payload):
    """What every kind of line has: amounts in the order's currency, net of tax."""

    id: RecordId
    total: Amount
    total_tax: Amount = Decimal(0)
    taxes: Items[LineTaxPayload] = []
    meta_data: Items[MetaPayload] = []


class LineItemPayload(PricedPayload):
    """An entry of `line_items`. A deleted product leaves `product_id` 0 and `sku` null."""

    name: Text = ""
    parent_name: Text = ""
    product_id: OptionalId = ""
    variation_id: OptionalId = ""
    quantity: Amount
    subtotal: Amount
    sku: Text = ""
    tax_class: Text = ""


class ShippingLinePayload(PricedPayload):
    """An entry of `shipping_lines`; `instance_id` tells apart the same method in two zones."""

    method_id: Text = ""
    instance_id: Text = ""
    method_title: Text = ""


class FeeLinePayload(PricedPayload):
    """An entry of `fee_lines`; the total may be negative."""

    name: Text = ""
    tax_class: Text = ""


class CouponLinePayload(Payload):
    """An entry of `coupon_lines`: information, already inside the lines' totals."""

    code: Text = ""
    discount: OptionalAmount = None
    free_shipping: bool = False


class TaxLinePayload(Payload):
    """An entry of `tax_lines`. `rate_percent` is missing in orders older than WooCommerce 3.7."""

    rate_id: RecordId
    rate_code: Text = ""
    label: Text = ""
    compound: bool = False
    rate_percent: OptionalAmount = None
    tax_total: Amount
    shipping_tax_total: OptionalAmount = None


class RefundReferencePayload(Payload):
    """An entry of an order's `refunds`."""

    id: RecordId


class OrderPayload(Payload):
    """An order as `GET /orders` gives it."""

    id: RecordId
    number: Text = ""
    status: Text
    currency: Text
    prices_include_tax: bool = False
    date_created_gmt: Utc
    date_modified_gmt: OptionalUtc = None
    date_paid_gmt: OptionalUtc = None
    date_completed_gmt: OptionalUtc = None
    customer_id: OptionalId = ""
    billing: Annotated[AddressPayload, BeforeValidator(_mapping)] = AddressPayload()
    shipping: Annotated[AddressPayload, BeforeValidator(_mapping)] = AddressPayload()
    line_items: Items[LineItemPayload]
    shipping_lines: Items[ShippingLinePayload] = []
    fee_lines: Items[FeeLinePayload] = []
    coupon_lines: Items[CouponLinePayload] = []
    tax_lines: Items[TaxLinePayload] = []
    refunds: Items[RefundReferencePayload] = []
    total: Amount
    total_tax: Amount
    payment_method: Text = ""
    payment_method_title: Text = ""
    transaction_id: Text = ""
    customer_note: Text = ""
    meta_data: Items[MetaPayload] = []

    @property
    def label(self) -> str:
        """How messages name it: "Order #1054"."""
        return f"Order #{self.number or self.id}"


class RefundPayload(Payload):
    """An entry of `refunds`. Its amount is positive, the amounts and quantities of its lines are negative."""

    id: RecordId
    amount: Amount
    reason: Text = ""
    date_created_gmt: Utc
    #: The payment provider was asked to pay it back, and did.
    refunded_payment: bool = False
    line_items: Items[LineItemPayload] = []
    shipping_lines: Items[ShippingLinePayload] = []
    fee_lines: Items[FeeLinePayload] = []
    meta_data: Items[MetaPayload] = []


class NotePayload(Payload):
    """An entry of `GET /orders/<id>/notes`."""

    id: RecordId
    author: Text = ""
    note: Text = ""
    date_created_gmt: OptionalUtc = None


class ChangedPayload(Payload):
    """The light form of a record that a poll reads."""

    id: RecordId
    status: Text = ""
    date_modified_gmt: OptionalUtc = None
    #: Only where it was asked for.
    refunds: Items[RefundReferencePayload] | None = None


class TaxRatePayload(Payload):
    """An entry of `GET /taxes`; `rate` is a percentage with four decimals."""

    id: RecordId
    name: Text = ""
    rate: Amount
    country: Text = ""
    state: Text = ""
    tax_class: Text = Field(default="", alias="class")
    compound: bool = False


P = TypeVar("P", bound=Payload)


def parse(model: type[P], data: object, *, record: str, where: str) -> P:
    """Read a JSON object of the store as `model`.

    Args:
        record: how messages name it, such as "Order #1054".
        where: the place in the store, such as "orders/1054".

    Raises:
        DataError: naming the record, each wrong field and what is in it.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [_fault(detail) for detail in error.errors(include_url=False)]
    shown = "; ".join(faults[:SHOWN_ERRORS])
    more = f"; and {len(faults) - SHOWN_ERRORS} more" if len(faults) > SHOWN_ERRORS else ""
    raise DataError(
        f"{record}: {shown}{more}.",
        record=record,
        where=where,
        fix="Look for a plugin of the store that changes these fields, correct the record there, then try again.",
    )


def _fault(detail: ErrorDetails) -> str:
    place = ".".join(str(part) for part in detail["loc"]) or "the record"
    if detail["type"] == "missing":
        return f"{place} is missing"
    if detail["type"] in ("amount", "moment", "record_id"):
        shown = repr(detail["input"])
        return f"{place} is {shown if len(shown) <= 60 else shown[:57] + '…'}, {detail['msg']}"
    # Texts may hold personal data and structures are long: only their kind is shown.
    wanted = next((text for start, text in _WANTED.items() if detail["type"].startswith(start)), "of another kind")
    return f"{place} is {_kind(detail['input'])}, not {wanted}"


def _kind(value: object) -> str:
    return next((text for kinds, text in _KINDS if isinstance(value, kinds)), "something else")
