"""What a person filled in on the shop's page, as the shop understands it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .engine.numbers import loose, shown
from .orders.checkout import WAITING, Checkout, CheckoutRefused, Wish
from .orders.refunds import RefundRefused
from .state import Record, Shop

#: Lines a person may fill in at once.
ROWS = 3
#: A payment method that pays at once, beside the shop's own.
CARD = ("stripe", "Credit Card (Stripe)")
FIELDS = (
    ("first_name", "First name", "Ana"), ("last_name", "Last name", "García"), ("email", "E-mail", "ana@example.com"),
    ("phone", "Phone", ""), ("address_1", "Street", "Calle Mayor 1"), ("city", "City", "Madrid"),
    ("postcode", "Postcode", "28013"), ("state", "State", "M"),
)  # fmt: skip


def payment_methods(shop: Shop) -> list[tuple[str, str]]:
    """Return the ways to pay: a card, and the shop's enabled gateways."""
    return [CARD, *((row["id"], row["title"]) for row in shop.gateways.values() if row["enabled"])]


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def checkout_of(shop: Shop, sent: Mapping[str, str]) -> Checkout:
    """Read a filled-in checkout.

    Raises:
        CheckoutRefused: no payment method was chosen.
    """
    wishes = [
        Wish(_number(sent.get(f"product{n}", "")), max(1, _number(sent.get(f"quantity{n}", "1"))))
        for n in range(1, ROWS + 1)
        if sent.get(f"product{n}")
    ]
    customer = shop.tables["customers"].get(_number(sent.get("customer", "0")))
    address = {name: sent.get(name, "") for name in (*(field[0] for field in FIELDS), "country")}
    if customer is not None:
        address = {**customer["billing"], "email": customer["email"]}
    method = sent.get("payment", "")
    titles = dict(payment_methods(shop))
    if method not in titles and method not in WAITING:
        raise CheckoutRefused("Please choose a payment method.")
    return Checkout(
        wishes,
        address,
        customer_id=customer["id"] if customer else 0,
        payment_method=method,
        payment_method_title=titles.get(method, ""),
        coupons=[code for code in [sent.get("coupon", "").strip()] if code],
    )


def refund_of(shop: Shop, order_id: int, sent: Mapping[str, str]) -> dict[str, Any]:
    """Return what is to be given back: pieces of lines with their tax in proportion, or an amount.

    Raises:
        RefundRefused: neither was filled in.
    """
    order = shop.tables["orders"][order_id]
    lines = []
    for item in order["line_items"]:
        pieces = _number(sent.get(f"line{item['id']}", "0"))
        if pieces:
            lines.append(_part(item, pieces, shop.decimals))
    reason = {"reason": sent.get("reason", "")}
    if lines:
        return {"lines": lines, **reason}
    amount = loose(sent.get("amount", ""))
    if amount <= 0:
        raise RefundRefused("Say how many pieces, or an amount.")
    return {"amount": amount, **reason}


def _part(item: Record, pieces: int, decimals: int) -> Record:
    share = Decimal(pieces) / item["quantity"]
    taxes = [
        {"id": int(rate_id), "refund_total": shown(Decimal(tax) * share, decimals)}
        for rate_id, tax in item["taxes"].items()
    ]
    total = shown(Decimal(item["total"]) * share, decimals)
    return {"id": item["id"], "quantity": pieces, "refund_total": total, "refund_tax": taxes}
