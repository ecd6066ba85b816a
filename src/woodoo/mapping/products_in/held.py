"""A product of the store as Odoo holds it: the form in which both are compared, and kept as prints.

| field                          | in which form                                                            |
|--------------------------------|--------------------------------------------------------------------------|
| name                           | as a reader sees it                                                      |
| descriptions                   | as plain text, by the fields they go to; those the store has or had once |
| SKU, barcode                   | without blanks around                                                    |
| weight                         | in Odoo's unit, two decimals                                             |
| regular price                  | with or without tax as Odoo has it, in its decimals                      |
| category                       | the deepest one, by its names                                            |
| images                         | the store's ids: Odoo's own pictures are not read, only what was taken    |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from ...domain.money import round_money
from ...domain.ownership import Group, print_of
from ...domain.product import Kind, Product, Variant, number_text, same_text
from ...domain.text import same_name
from .product_rules import ProductRules
from .product_template import descriptions, main_category, odoo_price, plain_text
from .seen import Prints

#: What a group of fields says, by the names of its fields.
Values = Mapping[str, Any]
#: Decimals of `weight` (decimal accuracy "Stock Weight").
_WEIGHT_DIGITS = 2
#: Decimals where Odoo keeps prices as they come.
FINEST = 6


def held(
    record: Product | Variant, tax_class: str, rules: ProductRules, had: Collection[str] = ()
) -> dict[Group, Values]:
    """Return what the store says of a product, or of a variant, as Odoo would hold it; `had`: see never_had.py."""
    regular = record.prices.regular
    price = None if regular is None else odoo_price(regular, tax_class, rules)
    weight = None if record.weight is None else record.weight * rules.weight_factor
    if isinstance(record, Variant):
        picture = [record.image] if record.image else []
        return own_values(record.sku, record.barcode, weight, price, rules) | _images(picture)
    found = own_values(record.sku, record.barcode, weight, price, rules) if record.kind is Kind.SIMPLE else {}
    named = named_values(record.name, descriptions(record, rules, had))
    category = main_category(record)
    return {
        Group.NAMES: {**found.get(Group.NAMES, {}), **named},
        Group.PRICES: found.get(Group.PRICES, {}),
        Group.CATEGORIES: category_values(category) if category else {},
        **_images(record.images[:1]),
    }


def own_values(
    sku: str, barcode: str, weight: Decimal | None, price: Decimal | None, rules: ProductRules
) -> dict[Group, Values]:
    """Return what is a variant's own, or that of a product sold as it is. What is not given is not compared."""
    digits = rules.price_digits if rules.price_digits is not None else FINEST
    names: dict[str, Any] = {"sku": sku.strip(), "barcode": barcode.strip()}
    if weight is not None:
        names["weight"] = number_text(round_money(weight, _WEIGHT_DIGITS))
    prices = {} if price is None else {"price": number_text(round_money(price, digits))}
    return {Group.NAMES: names, Group.PRICES: prices}


def named_values(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return what a product is called, in the form in which it is compared; `texts` by their fields."""
    return {"name": same_text(name), **{field: same_text(plain_text(text)) for field, text in texts.items()}}


def category_values(path: tuple[str, ...]) -> dict[str, Any]:
    """Return a category in the form in which it is compared."""
    return {"category": " / ".join(map(same_name, path))}


def _images(images: Any) -> dict[Group, Values]:
    ids = [one.external_id or one.src for one in images]
    return {Group.IMAGES: {"images": ids} if ids else {}}


def prints_of(store: Mapping[Group, Values], odoo: Mapping[Group, Values]) -> Prints:
    """Return the prints of what both sides hold."""
    return Prints(
        {group: print_of(values) for group, values in store.items()},
        {group: print_of(odoo.get(group, {})) for group in store},
    )
