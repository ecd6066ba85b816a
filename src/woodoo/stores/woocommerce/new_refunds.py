"""Refunds that WooCommerce is asked to make.

Decides what is sent (`includes/rest-api/Controllers/Version3/class-wc-rest-order-refunds-controller.php`,
`src/Internal/RestApiParameterUtil.php`, `wc_create_refund`):

| sent                         | because                                                                            |
|------------------------------|------------------------------------------------------------------------------------|
| `api_refund`, `api_restock`  | always: without them WooCommerce calls the payment provider, and restocks          |
| `amount`                     | always: what the customer gets; WooCommerce does not compare it with the lines     |
| `line_items`                 | products, shipping and fees alike, by the ids of the order's lines; amounts        |
|                              | without tax, taxes by rate, all positive                                           |
| `meta_data`                  | the mark by which the refund is known again                                        |

It refuses more than is left of the whole order, but lets two refunds through that come at once; of lines it refuses
nothing, and drops in silence what it does not know.
"""

from __future__ import annotations

from decimal import Decimal

from ...domain.errors import OutcomeUnknown
from ...domain.new_refund import NewRefund
from ...domain.order import Order
from ...domain.refund import RefundLine
from ..refunds import MARK_KEY, RefundRefused
from .client import JsonObject, WooClient
from .errors import Refused

#: What WooCommerce answers, with 500, to every refund it does not make.
REFUSED = "woocommerce_rest_cannot_create_order_refund"
#: Seconds a payment provider may take to pay back.
PATIENCE = 120.0


def create_refund(client: WooClient, order: Order, refund: NewRefund) -> JsonObject:
    """Make a refund and return it as the shop sends it.

    Raises:
        RefundRefused: in the shop's own words.
        OutcomeUnknown: it may have been made, or the payment provider may still be at it.
    """
    path = f"orders/{order.external_id}/refunds"
    timeout = PATIENCE if refund.by_gateway else None
    try:
        answer = client.request("POST", path, json=refund_payload(refund), timeout=timeout)
    except Refused as error:
        if error.code != REFUSED:
            raise
        raise RefundRefused(error.said, record=order.label, where=path, fix=_fix(refund)) from error
    if not isinstance(answer.data, dict) or not answer.data.get("id"):
        raise OutcomeUnknown(
            f"{order.label}: the store's answer to {path} names no refund; it may have made it.",
            record=order.label,
            where=path,
            fix="The refunds of the order are read again before another one is made.",
        )
    return answer.data


def refund_payload(refund: NewRefund) -> JsonObject:
    """Return the body of the request."""
    body: JsonObject = {
        "amount": _text(refund.amount),
        "reason": refund.reason,
        "api_refund": refund.by_gateway,
        "api_restock": refund.restock,
        "meta_data": [{"key": MARK_KEY, "value": refund.mark}],
    }
    if refund.lines:
        body["line_items"] = [_line(line) for line in refund.lines]
    return body


def _line(line: RefundLine) -> JsonObject:
    taxes = [{"id": int(tax.rate_id), "refund_total": _text(tax.amount)} for tax in line.taxes]
    item: JsonObject = {"id": int(line.of), "quantity": int(line.quantity), "refund_total": _text(line.total)}
    return {**item, "refund_tax": taxes} if taxes else item


def _text(amount: Decimal) -> str:
    return f"{amount:f}"


def _fix(refund: NewRefund) -> str:
    if refund.by_gateway:
        return (
            "Look at the payment provider whether the money went back. If not, pay it back there by hand and switch "
            "refund_money off, or mend what it says; then retry."
        )
    return "Look at the refunds the order has in the store: so much may not be left of it. Then retry, or skip it here."
