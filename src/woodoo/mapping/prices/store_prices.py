"""Regular and sale price of a product in the store, with the days the sale lasts.

Decides which price of Odoo is which:

| chosen                        | regular price                       | sale price                       |
|-------------------------------|-------------------------------------|----------------------------------|
| nothing                       | the sales price of the product      | none                             |
| a pricelist for the regular   | what it asks for one piece          | none                             |
| another one for the sale      | the same                            | what a rule of that one asks     |
| the same one for both         | by its rules that do not end        | by its rules that end            |

Of several sale rules the one that holds now counts, by Odoo's order, else the one that begins next; its days go along,
for the store begins and ends a sale by itself. A product for which the pricelist of the sale has no rule is on no sale.

A sale that has begun has no first day any more: WooCommerce begins what was written in advance at its hour of the day
only, and takes the first day away then (`wc_scheduled_sales`). Written once more when it begins, it begins at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ...domain.errors import ConfigError, DataError
from ...domain.product import Prices
from .price_tax import ProductTaxes, store_price
from .pricelist import Book, Goods, Rule

_OWNER = "let the store own the prices"


@dataclass(frozen=True)
class PricePolicy:
    """What the settings and the store say of prices."""

    #: Pricelist of the regular price; None: the product's own price.
    regular_id: int | None = None
    #: Pricelist of the sale price; None: no sales.
    sale_id: int | None = None
    #: Of the store; empty where it does not tell.
    currency: str = ""
    #: Decimals of the store's prices.
    digits: int = 2
    #: The store's prices hold the tax.
    with_tax: bool = False
    #: A price of 0 goes to the store.
    free: bool = False


@dataclass(frozen=True)
class Offer:
    """What goes to the store for one product, and what a person should know of it."""

    prices: Prices
    notes: tuple[str, ...] = ()


def offer(goods: Goods, taxes: ProductTaxes, book: Book, policy: PricePolicy, now: datetime, *, record: str) -> Offer:
    """Return the prices of a variant at a moment (aware UTC), in the store's currency.

    Raises:
        ConfigError: the pricelist, or the product, has another currency than the store.
        DataError: the price is one no store can take.
    """
    regular = _take(_regular(goods, book, policy, now), taxes, policy, record, "price")
    found = _sale(goods, book, policy, now)
    if found is None:
        return Offer(Prices(regular))
    rule, price = found
    sale = _take(price, taxes, policy, record, "sale price")
    if sale < regular:
        begins = rule.start if rule.start and rule.start > now else None
        return Offer(Prices(regular, sale, _second(begins), _second(rule.end)))
    above = f"The sale price {sale} is above the regular price {regular}: it is left out."
    return Offer(Prices(regular), (above,) if sale > regular else ())


def _regular(goods: Goods, book: Book, policy: PricePolicy, now: datetime) -> Decimal:
    if policy.regular_id is None:
        _refuse_currency(goods.currency, policy, "The product's price", "product.template -> currency_id")
        return goods.list_price
    pricelist = book.pricelists[policy.regular_id]
    _refuse_currency(pricelist.currency, policy, f"The pricelist '{pricelist.name}'", "settings -> price_pricelist_id")
    both = policy.sale_id == policy.regular_id
    return book.ask(policy.regular_id, goods, now, only=lambda rule: not (both and rule.end)).price


def _sale(goods: Goods, book: Book, policy: PricePolicy, now: datetime) -> tuple[Rule, Decimal] | None:
    """Return the rule of the sale that is on, or comes next, and its price."""
    if policy.sale_id is None:
        return None
    pricelist = book.pricelists[policy.sale_id]
    _refuse_currency(pricelist.currency, policy, f"The pricelist '{pricelist.name}'", "settings -> sale_pricelist_id")
    both = policy.sale_id == policy.regular_id
    rules = [one for one in pricelist.rules if one.concerns(goods) and (one.end or not both)]
    rule = next((one for one in rules if one.holds(now)), None)
    coming = [(one.start, one) for one in rules if one.start and one.start > now]
    if rule is None and coming:
        rule = min(coming, key=lambda pair: pair[0])[1]
    if rule is None:
        return None
    return rule, book.by_rule(rule, policy.sale_id, goods, max(now, rule.start or now))


def _take(price: Decimal, taxes: ProductTaxes, policy: PricePolicy, record: str, name: str) -> Decimal:
    """Return a price as the store takes it.

    Raises:
        DataError: it is negative, or 0 where that is not meant.
    """
    found = store_price(price, taxes, with_tax=policy.with_tax, digits=policy.digits, record=record)
    if found < 0:
        raise DataError(
            f"{record}: its {name} in Odoo is negative ({found}), which no store can take.",
            record=record,
            where="product.pricelist.item" if policy.regular_id else "product.template -> list_price",
            fix="Correct the price or the rule of the pricelist in Odoo.",
        )
    if not found and not policy.free:
        raise DataError(
            f"{record}: its {name} in Odoo is 0, and the store would give it away.",
            record=record,
            where="product.pricelist.item" if policy.regular_id else "product.template -> list_price",
            fix=f"Give it a price in Odoo, allow prices of 0 in the connection's settings, or {_OWNER}.",
        )
    return found


def _refuse_currency(currency: str, policy: PricePolicy, what: str, where: str) -> None:
    if policy.currency and currency != policy.currency:
        raise ConfigError(
            f"{what} is in {currency} and the store's prices are in {policy.currency}.",
            where=where,
            fix=f"Choose a pricelist in {policy.currency} in the connection's settings, or {_OWNER}.",
        )


def _second(moment: datetime | None) -> datetime | None:
    """Return a moment as a store keeps it: in whole seconds."""
    return moment.replace(microsecond=0) if moment else None
