"""Which ways of shipping a buyer is offered, and what they cost.

Source: WooCommerce's shipping zones and includes/shipping/free-shipping. A zone is found by country alone here.
"""

from __future__ import annotations

from decimal import Decimal

from .. import catalogue
from ..engine.cart_totals import Cart
from ..engine.numbers import ZERO, half_up, loose
from ..state import Record, Shop
from . import model


def needs_none(shop: Shop, order: Record) -> bool:
    """Say whether an order holds only virtual goods."""
    products = [catalogue.find(shop, line["variation_id"] or line["product_id"]) for line in order["line_items"]]
    return all(product is not None and product["virtual"] for product in products)


def spent(shop: Shop, cart: Cart) -> Decimal:
    """Return what counts towards free shipping: the goods after coupons, as the cart shows them."""
    amount = sum((line.total for line in cart.lines), ZERO)
    if shop.option("woocommerce_tax_display_cart") == "incl":
        amount += sum((line.total_tax for line in cart.lines), ZERO)
    return half_up(amount, shop.decimals)


def offers(shop: Shop, order: Record, amount: Decimal) -> list[Record]:
    """Return the ways of shipping on offer for an order's address; `amount` counts towards free shipping."""
    country = order["shipping"]["country"] or order["billing"]["country"]
    zones = [zone for zone in shop.tables["zones"].values() if zone["id"]]
    reached = [z for z in zones if any(place["code"] == country for place in z["locations"])]
    zone = reached[0] if reached else shop.tables["zones"].get(0)
    methods = zone["methods"] if zone else []
    return [method for method in methods if method["enabled"] and _offered(order, method, amount)]


def _offered(order: Record, method: Record, amount: Decimal) -> bool:
    if method["method_id"] != "free_shipping":
        return True
    requires = method["settings"]["requires"]["value"]
    by_coupon = any(line["free_shipping"] for line in order["coupon_lines"])
    by_amount = amount >= loose(method["settings"]["min_amount"]["value"])
    return {
        "": True,
        "coupon": by_coupon,
        "min_amount": by_amount,
        "either": by_coupon or by_amount,
        "both": by_coupon and by_amount,
    }[requires or ""]


def line(shop: Shop, order: Record, method: Record) -> Record:
    """Return the shipping line of a method, with what is packed."""
    settings = method["settings"]
    made = model.shipping_line(
        shop,
        {
            "method_id": method["method_id"],
            "method_title": method["title"],
            "instance_id": method["instance_id"],
            "total": settings.get("cost", {}).get("value") or "0",
            "tax_status": settings.get("tax_status", {}).get("value") or "taxable",
        },
    )
    packed = ", ".join(f"{item['name']} &times; {item['quantity']}" for item in order["line_items"])
    model.set_line_meta(shop, made, "Items", packed)
    return made
