"""What orders come to: taxes, coupons, fees and rounding, in a country taxed for the test alone.

The expected amounts were read from a WooCommerce 10.2.4 and are part of the contract.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .store_target import Target

COUNTRY = "AQ"
ADDRESS = {"first_name": "A", "last_name": "B", "country": COUNTRY, "postcode": "1000", "city": "South"}
RATES: tuple[dict[str, Any], ...] = (
    {"rate": "21.0000", "name": "VAT", "priority": 1},
    {"rate": "2.5000", "name": "Levy", "priority": 2, "compound": True, "shipping": False},
    {"rate": "10.0000", "name": "Low", "priority": 1, "class": "reduced-rate"},
)
PRICES = {"a": "19.95", "b": "7.77", "c": "0.99", "n": "5.00"}
COUPONS = {"percent": "10", "fixed_cart": "15", "fixed_product": "2"}
#: What is ordered; `lines` are (price, quantity): a and c have the standard rate, b the reduced one, n none.
BASKETS: dict[str, dict[str, Any]] = {
    "two classes": {"lines": [("a", 3), ("b", 2)]},
    "shipping": {"lines": [("a", 7)], "shipping": "4.95"},
    "shipping of cheap goods": {"lines": [("b", 1)], "shipping": "4.95"},
    "fee": {"lines": [("a", 1)], "fee": "3.50", "shipping": "4.95"},
    "negative fee": {"lines": [("a", 3), ("b", 1)], "fee": "-2.00", "shipping": "4.95"},
    "negative fee above everything": {"lines": [("c", 1)], "fee": "-50.00"},
    "negative fee and coupon": {"lines": [("a", 1), ("b", 1)], "fee": "-2.00", "coupons": ["fixed_cart"]},
    "percent": {"lines": [("a", 3), ("b", 1), ("c", 7)], "coupons": ["percent"]},
    "fixed cart": {"lines": [("a", 1), ("b", 2), ("c", 1)], "coupons": ["fixed_cart"]},
    "fixed product": {"lines": [("c", 3), ("a", 2)], "coupons": ["fixed_product"]},
    "all coupons": {"lines": [("a", 3), ("b", 2)], "coupons": ["percent", "fixed_cart", "fixed_product"]},
    "exempt": {"lines": [("a", 1)], "shipping": "4.95", "exempt": True},
    "untaxed goods": {"lines": [("n", 2)], "shipping": "4.95"},
}
HEADS = ("total", "total_tax", "discount_total", "discount_tax", "shipping_tax")
EXPECTED: dict[str, dict[str, list[str]]] = json.loads(Path(__file__).with_name("store_taxes.json").read_text())


@pytest.fixture
def taxed(settable: Target) -> Target:
    """A shop with the rates of the test and prices without tax, to be changed by the test."""
    shop = settable
    shop.set_option("general", "woocommerce_calc_taxes", "yes")
    shop.set_option("tax", "woocommerce_tax_based_on", "shipping")
    for rate in RATES:
        shop.make("taxes", {"country": COUNTRY, "class": "standard", **rate})
    return shop


def _product(shop: Target, kind: str) -> int:
    tax = {"n": {"tax_status": "none"}, "b": {"tax_class": "reduced-rate"}}.get(kind, {})
    return int(shop.product(PRICES[kind], **tax)["id"])


def order(shop: Target, basket: dict[str, Any]) -> dict[str, Any]:
    """Order a basket."""
    lines = [{"product_id": _product(shop, kind), "quantity": quantity} for kind, quantity in basket["lines"]]
    body: dict[str, Any] = {"billing": ADDRESS, "shipping": ADDRESS}
    if "shipping" in basket:
        way = {"method_id": "flat_rate", "method_title": "Flat rate", "total": basket["shipping"]}
        body["shipping_lines"] = [way]
    if "fee" in basket:
        body["fee_lines"] = [{"name": "Fee", "total": basket["fee"], "tax_status": "taxable"}]
    if basket.get("exempt"):
        body["meta_data"] = [{"key": "is_vat_exempt", "value": "yes"}]
    codes = [_coupon(shop, kind) for kind in basket.get("coupons", ())]
    if codes:
        body["coupon_lines"] = [{"code": code} for code in codes]
    return shop.order(*lines, **body)


def _coupon(shop: Target, kind: str) -> str:
    coupon = {"code": shop.sku("C"), "discount_type": kind, "amount": COUPONS[kind]}
    return str(shop.make("coupons", coupon)["code"])


def _amounts(made: dict[str, Any]) -> list[str]:
    amounts = [made[name] for name in HEADS]
    amounts += [line[name] for line in made["line_items"] for name in ("total", "total_tax")]
    amounts += [fee[name] for fee in made["fee_lines"] for name in ("total", "total_tax")]
    return amounts + [tax[name] for tax in made["tax_lines"] for name in ("tax_total", "shipping_tax_total")]


SHOPS = {
    "prices without tax": {},
    "prices with tax": {"woocommerce_prices_include_tax": "yes"},
    "rounded at the subtotal": {
        "woocommerce_prices_include_tax": "yes",
        "woocommerce_tax_round_at_subtotal": "yes",
    },
}


@pytest.mark.parametrize("basket", BASKETS)
@pytest.mark.parametrize("kind", SHOPS)
def test_what_it_comes_to(taxed: Target, kind: str, basket: str) -> None:
    for name in ("woocommerce_prices_include_tax", "woocommerce_tax_round_at_subtotal"):
        taxed.set_option("tax", name, SHOPS[kind].get(name, "no"))
    assert _amounts(order(taxed, BASKETS[basket])) == EXPECTED[kind][basket]


def test_a_deleted_rate_stays_in_the_orders_it_taxed(taxed: Target) -> None:
    made = order(taxed, BASKETS["two classes"])
    for rate in taxed.get("taxes", per_page=100):
        if rate["country"] == COUNTRY:
            taxed.call("DELETE", f"taxes/{rate['id']}", force="true")
    assert taxed.get(f"orders/{made['id']}")["tax_lines"] == made["tax_lines"]


def test_sent_taxes_are_passed_over(taxed: Target) -> None:
    line = {"product_id": _product(taxed, "a"), "quantity": 1, "total_tax": "99", "taxes": [{"id": 1, "total": "99"}]}
    made = taxed.order(line, billing=ADDRESS, shipping=ADDRESS)
    assert made["line_items"][0]["total_tax"] != "99"


@pytest.mark.parametrize(
    ("rate", "address", "taxed_at"),
    [
        ({"postcodes": ["10*"]}, {"postcode": "1000"}, "5.0000"),
        ({"postcodes": ["900...1100"]}, {"postcode": "1000"}, "5.0000"),
        ({"postcodes": ["2000"]}, {"postcode": "1000"}, None),
        ({"cities": ["SOUTH"]}, {"city": "South"}, "5.0000"),
        ({"cities": ["NORTH"]}, {"city": "South"}, None),
        ({"state": "XX"}, {}, None),
    ],
)
def test_where_a_rate_applies(
    settable: Target, rate: dict[str, Any], address: dict[str, str], taxed_at: str | None
) -> None:
    settable.set_option("general", "woocommerce_calc_taxes", "yes")
    settable.set_option("tax", "woocommerce_tax_based_on", "shipping")
    settable.make("taxes", {"country": COUNTRY, "rate": "5.0000", "name": "Local", **rate})
    there = {**ADDRESS, **address}
    made = settable.order({"product_id": _product(settable, "a"), "quantity": 1}, billing=there, shipping=there)
    assert [f"{line['rate_percent']:.4f}" for line in made["tax_lines"]] == ([taxed_at] if taxed_at else [])


def test_dp_shows_what_is_kept(taxed: Target) -> None:
    taxed.set_option("tax", "woocommerce_prices_include_tax", "no")
    made = order(taxed, {"lines": [("b", 3)], "shipping": "4.95"})
    shown = taxed.get(f"orders/{made['id']}", dp=6)
    assert shown["line_items"][0]["taxes"][0]["total"] == "2.331000"
    assert shown["shipping_lines"][0]["total_tax"] == "0.500000"
