"""Orders of every shape, invented by chance and computed by the store double: what exactness is proved with.

The same number gives the same order. Half of them are bought at the storefront, half are made in the back office, where
fees, gift cards and parts of pieces come from. All go through REST's own view and Woodoo's own reading of it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ..domain.order import Order
from ..stores.woocommerce.orders import to_domain
from .store import catalogue
from .store.engine.numbers import half_up, plain
from .store.orders import checkout, model, money
from .store.orders.views import order_view
from .store.resources.coupons import DEFAULTS as COUPON
from .store.rest import Request
from .store.state import Record, Shop

SKUS = tuple(f"SHAPE-{number:02}" for number in range(1, 13))
#: Decimals a store sets for the currency it sells in. A store may keep fewer than the currency has.
CURRENCIES: dict[str, tuple[int, ...]] = {"EUR": (2,), "USD": (2,), "CAD": (2,), "JPY": (0,), "KWD": (3, 2)}
#: Of each ten orders, by currency.
_USUAL = ("EUR", "EUR", "EUR", "EUR", "EUR", "USD", "CAD", "JPY", "JPY", "KWD")
#: 2026-11-15, in seconds.
_NOON = 1_794_744_000


@dataclass(frozen=True)
class ShapeRate:
    """A row of the tax table all these stores share."""

    rate_id: int
    country: str
    percent: str
    state: str = ""
    tax_class: str = "standard"
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    #: Another rate is computed on top of it: in Odoo it affects the base of later taxes.
    stacked: bool = False


RATES = (
    ShapeRate(1, "ES", "21"),
    ShapeRate(2, "ES", "10", tax_class="reduced-rate"),
    ShapeRate(3, "ES", "0", tax_class="zero-rate"),
    ShapeRate(4, "FR", "20"),
    ShapeRate(5, "FR", "5.5", tax_class="reduced-rate"),
    ShapeRate(6, "FR", "0", tax_class="zero-rate"),
    ShapeRate(7, "US", "8.875", state="NY"),
    ShapeRate(8, "US", "7.25", state="CA", shipping=False),
    ShapeRate(9, "CA", "5", state="QC"),
    ShapeRate(10, "CA", "9.975", state="QC", priority=2),
    ShapeRate(11, "CA", "5", state="NS", stacked=True),
    ShapeRate(12, "CA", "10", state="NS", priority=2, compound=True),
)
#: Country and state of buyers; Switzerland is taxed by nothing.
PLACES = (
    ("ES", "M"), ("ES", "M"), ("ES", "B"), ("FR", ""), ("FR", ""), ("US", "NY"), ("US", "CA"), ("CA", "QC"),
    ("CA", "NS"), ("CH", ""),
)  # fmt: skip


def invent(number: int, currencies: Sequence[str] = _USUAL) -> Order:
    """Return the order of that number, paid by card, in one of the currencies."""
    chance = random.Random(number)
    currency = chance.choice(currencies)
    shop = _shop(chance, currency, chance.choice(CURRENCIES[currency]))
    order = _storefront(shop, chance, number) if chance.random() < 0.5 else _back_office(shop, chance, number)
    order["status"], order["date_paid"] = "processing", shop.now()
    order["payment_method"], order["payment_method_title"] = "stripe", "Card"
    order["transaction_id"] = f"pi_{number}"
    request = Request(shop, "GET", f"/wc/v3/orders/{order['id']}", "https://shop.example", {}, [], {})
    found = to_domain(order_view(request, order, dp=8), shop.decimals)
    return replace(found, external_id=str(number), number=str(number))


def _shop(chance: random.Random, currency: str, decimals: int) -> Shop:
    shop = Shop(clock=lambda: _NOON)
    shop.settings.update(
        woocommerce_calc_taxes="yes",
        woocommerce_prices_include_tax=chance.choice(("yes", "no")),
        woocommerce_tax_round_at_subtotal=chance.choice(("no", "no", "yes")),
        woocommerce_price_num_decimals=decimals,
        woocommerce_currency=currency,
        woocommerce_default_country="ES:M",
        woocommerce_tax_based_on="shipping",
        woocommerce_shipping_tax_class=chance.choice(("inherit", "")),
        woocommerce_calc_discounts_sequentially=chance.choice(("yes", "no")),
    )
    shop.tax_classes = [{"slug": slug, "name": slug} for slug in ("standard", "reduced-rate", "zero-rate")]
    shop.tables["taxes"] = {rate.rate_id: _tax_row(rate) for rate in RATES}
    for number, sku in enumerate(SKUS, 1):
        shop.tables["products"][number] = {
            **catalogue.DEFAULTS,
            "id": number,
            "name": f"Thing {number}",
            "sku": sku,
            "regular_price": plain(_price(chance, decimals)),
            "tax_class": chance.choice(("", "", "", "reduced-rate", "zero-rate")),
            "tax_status": chance.choice(("taxable",) * 9 + ("none",)),
        }
    shop.tables["zones"] = {0: {"id": 0, "locations": [], "methods": [_shipping_method(chance, decimals)]}}
    shop.reindex()
    return shop


def _tax_row(rate: ShapeRate) -> Record:
    return {
        "id": rate.rate_id,
        "country": rate.country,
        "state": rate.state,
        "rate": rate.percent,
        "name": f"Tax {rate.percent}",
        "priority": rate.priority,
        "compound": rate.compound,
        "shipping": rate.shipping,
        "class": rate.tax_class,
        "postcodes": [],
        "cities": [],
    }


def _price(chance: random.Random, decimals: int) -> Decimal:
    """Return a price as shops write them, some tiny, some large; yen have more digits before the point."""
    kind = chance.random()
    if kind < 0.4:
        amount = Decimal(chance.randint(1, 120)) - Decimal("0.01") * chance.choice((1, 5, 10, 0))
    elif kind < 0.9:
        amount = Decimal(chance.randint(5, 15_000)).scaleb(-2)
    else:
        amount = Decimal(chance.choice(("0.05", "0.25", "999", "1899.90", "0.01")))
    if decimals == 3:
        amount += Decimal(chance.randint(0, 9)).scaleb(-3)
    return amount if decimals else half_up(amount * 100)


def _shipping_method(chance: random.Random, decimals: int) -> Record:
    cost = chance.choice((Decimal(0), Decimal("4.95"), Decimal("4.13"), Decimal("7.50"), Decimal("8.264463")))
    cost = half_up(cost * (1 if decimals else 100), 6 if decimals == 2 else decimals)
    status = chance.choice(("taxable", "taxable", "taxable", "none"))
    settings = {"cost": {"value": plain(cost)}, "tax_status": {"value": status}}
    return {"instance_id": 1, "method_id": "flat_rate", "title": "Flat rate", "enabled": True, "settings": settings}


def _buyer(chance: random.Random, number: int) -> Record:
    country, state = chance.choice(PLACES)
    who = number % 23
    return {
        "first_name": "Ana",
        "last_name": f"Shape {country}{state}{who}",
        "address_1": f"Street {who}",
        "city": "Town",
        "state": state,
        "postcode": "28013",
        "country": country,
        "email": f"shape{who}.{country}{state}@example.net".lower(),
    }


# -- the two ways of ordering ---------------------------------------------------------------------------------------


def _storefront(shop: Shop, chance: random.Random, number: int) -> Record:
    """Buy at the storefront: whole pieces, coupons, one way of shipping."""
    things = chance.sample(range(1, len(SKUS) + 1), chance.choice((1, 1, 2, 3, 4, 6)))
    wishes = [checkout.Wish(thing, chance.choice((1, 1, 1, 2, 3, 5, 7, 12))) for thing in things]
    coupons = _coupons(shop, chance)
    order = checkout.draft(shop, checkout.Checkout(wishes, _buyer(chance, number), coupons=coupons))
    order["date_created"] = shop.now()
    return order


def _back_office(shop: Shop, chance: random.Random, number: int) -> Record:
    """Make an order by hand: fees of either sign, parts of pieces, an exempt customer, a gift card at last."""
    order = model.new_order(shop)
    for name in ("billing", "shipping"):
        model.set_address(order[name], _buyer(random.Random(number), number))
    if chance.random() < 0.1:
        order["meta_data"].append({"id": 1, "key": "is_vat_exempt", "value": "yes"})
    in_parts = chance.random() < 0.3
    for thing in chance.sample(range(1, len(SKUS) + 1), chance.choice((1, 2, 3, 5))):
        order["line_items"].append(_line(shop, chance, thing, in_parts=in_parts))
    if chance.random() < 0.8:
        order["shipping_lines"].append(model.shipping_line(shop, _shipping(chance, shop)))
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        order["fee_lines"].append(model.fee_line(shop, _fee(chance, shop)))
    order["coupon_lines"] = [] if in_parts else _coupon_lines(shop, _coupons(shop, chance))
    money.recalculate(shop, order)
    if order["coupon_lines"]:
        money.recalculate_coupons(shop, order)
    if Decimal(order["total"]) < 0:
        # Nobody owes money to a buyer of free goods: WooCommerce would let a fee do that.
        order["fee_lines"] = [line for line in order["fee_lines"] if Decimal(line["total"]) > 0]
        money.recalculate(shop, order)
    if chance.random() < 0.15:
        _pay_by_gift_card(shop, chance, order)
    model.save(shop, order)
    return order


def _line(shop: Shop, chance: random.Random, thing: int, *, in_parts: bool) -> Record:
    product = shop.tables["products"][thing]
    if not in_parts or chance.random() < 0.3:
        return model.product_line(shop, product, chance.choice((1, 1, 2, 3, 4, 7, 11, 24)))
    line = model.product_line(shop, product, 1)
    quantity = chance.choice(("0.35", "0.5", "1.25", "2.35", "3.33", "12.5", "0.01", "100.75"))
    line["quantity"] = float(quantity)
    line["subtotal"] = line["total"] = plain(Decimal(line["subtotal"]) * Decimal(quantity))
    return line


def _shipping(chance: random.Random, shop: Shop) -> Record:
    settings: dict[str, Any] = _shipping_method(chance, shop.decimals)["settings"]
    sent = {"method_id": "flat_rate", "method_title": "Flat rate", "instance_id": "1"}
    return {**sent, "total": settings["cost"]["value"], "tax_status": settings["tax_status"]["value"]}


def _fee(chance: random.Random, shop: Shop) -> Record:
    # Fees are as precise as the person who types them: to the store's decimals.
    amount = half_up(_price(chance, shop.decimals) / 10, shop.decimals)
    sign = chance.choice((1, 1, -1))
    return {
        "name": "Surcharge" if sign > 0 else "Bonus",
        "total": plain(sign * amount),
        "tax_class": chance.choice(("", "reduced-rate")),
        "tax_status": chance.choice(("taxable", "taxable", "none")),
    }


def _pay_by_gift_card(shop: Shop, chance: random.Random, order: Record) -> None:
    """Take money off as gift card plugins do: an untaxed negative fee, after everything was computed."""
    total = Decimal(order["total"])
    if total <= 0:
        return
    card = total if chance.random() < 0.3 else half_up(total / 3, shop.decimals)
    order["fee_lines"].append(model.fee_line(shop, {"name": "Gift card", "total": plain(-card), "tax_status": "none"}))
    order["total"] = plain(total - card)


# -- coupons --------------------------------------------------------------------------------------------------------


def _coupons(shop: Shop, chance: random.Random) -> list[str]:
    """Put some coupons into the shop and return their codes."""
    for number in range(chance.choice((0, 0, 1, 1, 2, 3))):
        kind = chance.choice(("percent", "percent", "fixed_cart", "fixed_product"))
        percent = chance.choice(("5", "10", "12.5", "15", "33.33", "50", "100"))
        amount = percent if kind == "percent" else plain(half_up(_price(chance, shop.decimals) / 5, shop.decimals))
        shop.tables["coupons"][number + 1] = {
            **COUPON,
            "id": number + 1,
            "code": f"code{number + 1}",
            "discount_type": kind,
            "amount": amount,
            "free_shipping": chance.random() < 0.2,
            "limit_usage_to_x_items": chance.choice((None, None, None, 2)),
        }
    return [row["code"] for row in shop.tables["coupons"].values()]


def _coupon_lines(shop: Shop, codes: Sequence[str]) -> list[Record]:
    rows = {row["code"]: row for row in shop.tables["coupons"].values()}
    return [model.coupon_line(shop, rows[code]) for code in codes]
