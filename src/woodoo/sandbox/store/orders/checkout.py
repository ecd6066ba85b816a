"""How a buyer orders at the storefront: a draft while the checkout is open, an order once it is placed.

The draft is announced as an updated order of status `checkout-draft`; when it is placed, `order.updated` comes before
`order.created`. Amounts are the cart's, which counts in cents (`engine.cart_totals`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .. import catalogue, metadata
from ..engine.cart_totals import Cart, CartLine, CartShipping
from ..engine.numbers import plain
from ..state import Record, Shop
from . import model, money, shipping, status

#: What an order becomes when it is placed, by payment method; every other method pays at once.
WAITING = {"bacs": "on-hold", "cheque": "on-hold", "cod": "processing"}


@dataclass(frozen=True)
class Wish:
    """What a buyer wants: a product or variation, how many."""

    product_id: int
    quantity: int = 1


@dataclass(frozen=True)
class Checkout:
    """A filled-in checkout."""

    wishes: Sequence[Wish]
    billing: Record
    shipping: Record | None = None
    customer_id: int = 0
    payment_method: str = "cod"
    payment_method_title: str = ""
    #: Codes of coupons.
    coupons: Sequence[str] = ()
    #: Number of the shipping method; None takes the cheapest on offer.
    instance_id: int | None = None
    note: str = ""
    meta_data: Sequence[Record] = field(default_factory=tuple)


class CheckoutRefused(Exception):
    """Why a checkout cannot go on, for the buyer to read."""


def draft(shop: Shop, checkout: Checkout) -> Record:
    """Open a checkout: keep a draft with everything computed.

    Raises:
        CheckoutRefused: nothing to buy, or something that cannot be bought.
    """
    order = model.new_order(shop, created_via="store-api")
    order["status"] = "checkout-draft"
    order["customer_id"] = checkout.customer_id
    order["customer_note"] = checkout.note
    model.set_address(order["billing"], checkout.billing)
    model.set_address(order["shipping"], checkout.shipping or checkout.billing)
    _fill(shop, order, checkout)
    order["cart_hash"] = hashlib.md5(repr(checkout.wishes).encode(), usedforsecurity=False).hexdigest()
    metadata.put(shop, order["meta_data"], "is_vat_exempt", "no")
    metadata.merge(shop, order["meta_data"], checkout.meta_data)
    model.save(shop, order)
    return order


def place(shop: Shop, order: Record, checkout: Checkout) -> Record:
    """Place a draft: choose the payment, take the stock, announce the order."""
    method = checkout.payment_method
    order["payment_method"] = method
    order["payment_method_title"] = checkout.payment_method_title or _title(shop, method)
    order["date_created"] = shop.now()
    shop.announce("order.updated", order["id"])
    order["status"] = "pending"
    shop.announce("order.created", order["id"])
    if method in WAITING:
        status.change(shop, order, WAITING[method])
    elif Decimal(order["total"]) > 0:
        transaction = hashlib.sha256(order["order_key"].encode()).hexdigest()[:24]
        status.payment_complete(shop, order, f"pi_{transaction}")
    else:
        status.payment_complete(shop, order)
    order["date_modified"] = shop.now()
    shop.touch()
    return order


def _title(shop: Shop, method: str) -> str:
    gateway = shop.gateways.get(method)
    return gateway["title"] if gateway else {"stripe": "Credit Card (Stripe)"}.get(method, method)


def _fill(shop: Shop, order: Record, checkout: Checkout) -> None:
    lines: list[CartLine] = []
    for wish in checkout.wishes:
        product = catalogue.find(shop, wish.product_id)
        _check_buyable(shop, product, wish)
        if product is None:
            continue
        item = model.product_line(shop, product, wish.quantity)
        order["line_items"].append(item)
        lines.append(_cart_line(shop, item, product))
    if not lines:
        raise CheckoutRefused("The cart is empty.")
    coupons = [_coupon(shop, code) for code in checkout.coupons]
    order["coupon_lines"] = [model.coupon_line(shop, coupon) for coupon in coupons]
    cart = Cart(
        lines,
        [],
        money.tax_place(shop, order),
        shop.tax_rules(),
        [money.coupon_rule(coupon) for coupon in coupons],
        shop.is_on("woocommerce_calc_discounts_sequentially"),
    )
    cart.calculate()
    order["shipping_lines"] = _choose_shipping(shop, order, checkout, cart)
    cart.shipping = [
        CartShipping(Decimal(line["total"]), line["tax_status"] == "taxable") for line in order["shipping_lines"]
    ]
    # Whoever picks the goods up is taxed where the shop is.
    cart.place = money.tax_place(shop, order)
    totals = cart.calculate()
    for item, line in zip(order["line_items"], cart.lines, strict=True):
        item.update(
            subtotal=plain(line.subtotal),
            subtotal_tax=plain(line.subtotal_tax),
            total=plain(line.total),
            total_tax=plain(line.total_tax),
            taxes=money.kept_taxes(line.taxes),
            subtotal_taxes=money.kept_taxes(line.subtotal_taxes),
        )
    for item, way in zip(order["shipping_lines"], cart.shipping, strict=True):
        item.update(taxes=money.kept_taxes(way.taxes), total_tax=plain(way.total_tax))
    money.keep_coupons(order, cart.given)
    money.keep_totals(shop, order, totals)


def _choose_shipping(shop: Shop, order: Record, checkout: Checkout, cart: Cart) -> list[Record]:
    """Return the shipping line: the method the buyer asked for, else the first on offer.

    A coupon for free shipping prefers a free method, where one is on offer.
    """
    if shipping.needs_none(shop, order):
        return []
    offers = shipping.offers(shop, order, shipping.spent(shop, cart))
    if checkout.instance_id is not None:
        offers = [method for method in offers if method["instance_id"] == checkout.instance_id]
    else:
        offers = [method for method in offers if method["method_id"] != "local_pickup"]
    if not offers:
        raise CheckoutRefused("No shipping method is available for this address.")
    method = offers[0]
    if any(line["free_shipping"] for line in order["coupon_lines"]):
        method = next((m for m in offers if m["method_id"] == "free_shipping"), method)
    return [shipping.line(shop, order, method)]


def _check_buyable(shop: Shop, product: Record | None, wish: Wish) -> None:
    if product is None or product["status"] != "publish" or product["type"] == "variable":
        raise CheckoutRefused("This product cannot be bought.")
    owner = catalogue.stock_owner(shop, product)
    short = owner is not None and owner["backorders"] == "no" and (owner["stock_quantity"] or 0) < wish.quantity
    if short or catalogue.stock_status(shop, product) == "outofstock":
        raise CheckoutRefused(f"There is not enough of “{catalogue.full_name(shop, product)}” in stock.")


def _cart_line(shop: Shop, item: Record, product: Record) -> CartLine:
    return CartLine(
        key=item["id"],
        quantity=item["quantity"],
        price=catalogue.amount(shop, product),
        tax_class=item["tax_class"],
        taxable=catalogue.tax_status(shop, product) == "taxable",
        product_ids=catalogue.ids(product),
        category_ids=catalogue.category_ids(shop, product),
        on_sale=catalogue.on_sale(shop, product),
    )


def _coupon(shop: Shop, code: str) -> Record:
    for coupon in shop.tables["coupons"].values():
        if coupon["code"] == code.lower() and coupon["status"] == "publish":
            return coupon
    raise CheckoutRefused(f"Coupon “{code}” cannot be applied because it does not exist.")
