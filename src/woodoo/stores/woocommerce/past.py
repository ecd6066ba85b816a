"""Reads the newest orders of the shop lightly: what they use, a hundred a request, the newest first.

Decides that the walk goes by place in the list (`offset`), and passes over what it has shown already: an order that
comes in meanwhile moves the rest on by one place. One that is deleted meanwhile hides another one, which does not
matter for counting.
"""

from __future__ import annotations

from decimal import Decimal

from ...domain.errors import DataError
from ...domain.past import PastOrder, PastPage, SoldItem, UsedMethod, UsedRate
from .changes import DRAFTS
from .client import PAGE, JsonObject, WooClient, read_rows
from .orders import country_of_rate, plain_text
from .payloads import Items, OptionalAmount, OptionalId, Payload, RecordId, Text, Utc, parse

_FIELDS = (
    "id,number,status,currency,date_created_gmt,payment_method,payment_method_title,billing.country,shipping.country,"
    "tax_lines,shipping_lines,fee_lines,line_items"
)


class _Place(Payload):
    country: Text = ""


class _Rate(Payload):
    rate_id: RecordId
    rate_code: Text = ""
    label: Text = ""
    compound: bool = False
    rate_percent: OptionalAmount = None


class _Shipping(Payload):
    method_id: Text = ""
    instance_id: Text = ""
    method_title: Text = ""


class _Fee(Payload):
    name: Text = ""


class _Line(Payload):
    name: Text = ""
    sku: Text = ""
    product_id: OptionalId = ""
    variation_id: OptionalId = ""


class _Order(Payload):
    id: RecordId
    number: Text = ""
    status: Text
    currency: Text
    date_created_gmt: Utc
    payment_method: Text = ""
    payment_method_title: Text = ""
    billing: _Place = _Place()
    shipping: _Place = _Place()
    tax_lines: Items[_Rate] = []
    shipping_lines: Items[_Shipping] = []
    fee_lines: Items[_Fee] = []
    line_items: Items[_Line] = []


def past_orders(client: WooClient, cursor: str = "", *, light: bool = False) -> PastPage:
    """Read the next hundred orders; with `light` only their ids, statuses and dates."""
    lowest, _, offset = cursor.partition("@")
    params = {
        "_fields": "id,number,status,currency,date_created_gmt" if light else _FIELDS,
        "status": "any",
        "orderby": "id",
        "order": "desc",
        "per_page": PAGE,
        "offset": int(offset or 0),
    }
    answer = client.request("GET", "orders", params=params)
    rows = read_rows(answer, "orders")
    fresh = [row for row in rows if not lowest or _id(row) < int(lowest)]
    total = answer.headers.get("x-wp-total", "")
    orders, unreadable = [], 0
    for row in fresh:
        if row.get("status") in DRAFTS:
            continue
        try:
            orders.append(_read(row))
        except DataError:
            unreadable += 1
    ended = not rows or len(rows) < PAGE
    reached = min([_id(row) for row in rows], default=0)
    on = "" if ended else f"{reached}@{int(offset or 0) + PAGE}"
    return PastPage(tuple(orders), on, int(total) if total.isdecimal() else None, unreadable)


def _id(row: JsonObject) -> int:
    number = row.get("id")
    return number if isinstance(number, int) else 0


def _read(row: JsonObject) -> PastOrder:
    label = f"Order #{row.get('number') or row.get('id')}"
    order = parse(_Order, row, record=label, where=f"orders/{row.get('id')}")
    payment = UsedMethod(order.payment_method, plain_text(order.payment_method_title)) if order.payment_method else None
    return PastOrder(
        external_id=order.id,
        number=order.number or order.id,
        created_at=order.date_created_gmt,
        status=order.status,
        currency=order.currency.upper(),
        country=order.shipping.country or order.billing.country,
        payment=payment,
        shipping=tuple(_method(line) for line in order.shipping_lines if line.method_id),
        rates=tuple(
            UsedRate(
                one.rate_id,
                plain_text(one.label),
                Decimal(0) if one.rate_percent is None else one.rate_percent,
                country_of_rate(one.rate_code),
                one.compound,
            )
            for one in order.tax_lines
        ),
        fees=tuple(plain_text(line.name) for line in order.fee_lines),
        items=tuple(
            SoldItem(line.sku.strip(), plain_text(line.name), line.product_id, line.variation_id)
            for line in order.line_items
        ),
    )


def _method(line: _Shipping) -> UsedMethod:
    key = f"{line.method_id}:{line.instance_id}" if line.instance_id not in ("", "0") else line.method_id
    return UsedMethod(key, plain_text(line.method_title))
