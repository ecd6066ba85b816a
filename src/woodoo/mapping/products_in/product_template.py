"""What a product and its variants are written with in Odoo: columns of the importer, references as ids.

| in the store                            | in Odoo                                                         |
|-----------------------------------------|-----------------------------------------------------------------|
| name                                    | `name`                                                          |
| description, short description          | `description_field`, `short_description_field`                  |
| SKU, GTIN                               | what `sku_field` names, and `barcode`, of the variant           |
| weight, in the store's unit             | `weight`, in Odoo's                                             |
| regular price                           | `list_price`, with what values add (price_extra.py)             |
| tax class                               | `taxes_id`, where it can be told which tax is meant             |
| the deepest of its categories           | `categ_id`                                                      |
| virtual, stock counted                  | service, storable, else consumable                              |

Decides that new products are invoiced by what was ordered (`invoice_policy`), for a shop's customer has paid by then,
and that a sale price stays in the store: Odoo's product has no such thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

from ...domain.money import ZERO, round_money
from ...domain.ownership import Group
from ...domain.product import Category, Kind, Product, Variant
from ..rules import Tax
from .product_rules import ProductRules

Cells = Mapping[str, Any]
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div|/h\d)[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Form:
    """How this Odoo wants products written (`odoo.dialect`)."""

    storable: Cells
    consumable: Cells
    service: Cells
    #: The template has the field that `sku_field` names.
    sku_on_template: bool = True


def template_cells(
    product: Product,
    groups: frozenset[Group],
    rules: ProductRules,
    form: Form,
    category_id: int | None,
    had: Collection[str] = (),
) -> dict[str, Any]:
    """Return what is written on the template for these groups; a price only where it is the whole product's."""
    cells: dict[str, Any] = {}
    if Group.NAMES in groups:
        cells["name"] = product.name.strip() or product.sku or f"Product {product.external_id}"
        cells |= descriptions(product, rules, had)
        if product.kind is Kind.SIMPLE:
            cells |= {name: value for name, value in record_cells(product, rules).items() if _on_template(name, form)}
    if Group.PRICES in groups:
        if product.kind is Kind.SIMPLE and product.prices.regular is not None:
            cells["list_price"] = odoo_price(product.prices.regular, product.tax_class, rules)
        if product.tax_status != "taxable":
            cells["taxes_id/.id"] = []
        elif product.tax_class in rules.taxes:
            cells["taxes_id/.id"] = [rules.taxes[product.tax_class].odoo_id]
    if Group.CATEGORIES in groups and category_id:
        cells["categ_id/.id"] = category_id
    return cells


def new_template_cells(product: Product, rules: ProductRules, form: Form, category_id: int | None) -> dict[str, Any]:
    """Return what a product is made with."""
    groups = frozenset({Group.NAMES, Group.PRICES, Group.CATEGORIES})
    cells = template_cells(product, groups, rules, form, category_id)
    fixed = {"invoice_policy": "order", "sale_ok": True}
    return {"list_price": ZERO, **cells, **product_type(product, rules, form), **fixed}


def descriptions(product: Product, rules: ProductRules, had: Collection[str] = ()) -> dict[str, str]:
    """Return what the fields for descriptions take: with markup where a field shows it, else as plain text.

    One the store has none for is left out, unless it `had` one.
    """
    both = ("description", "short_description")
    taken = {rules.description_field: both[:1] if rules.short_description_field else both}
    taken |= {rules.short_description_field: both[1:]}
    given = {
        field: next((text for name in names if (text := getattr(product, name))), "")
        for field, names in taken.items()
        if field and any(getattr(product, name).strip() or name in had for name in names)
    }
    return {field: text if field in rules.html_fields else plain_text(text) for field, text in given.items()}


def record_cells(record: Product | Variant, rules: ProductRules) -> dict[str, Any]:
    """Return what a variant, or a product that is sold as it is, is known by."""
    cells: dict[str, Any] = {rules.sku_field: record.sku, "barcode": record.barcode}
    if record.weight is not None:
        cells["weight"] = (record.weight * rules.weight_factor).normalize()
    return cells


def _on_template(name: str, form: Form) -> bool:
    return form.sku_on_template or name in ("barcode", "weight")


def product_type(product: Product, rules: ProductRules, form: Form) -> Cells:
    """Return the type of a new product."""
    kinds = {"storable": form.storable, "consumable": form.consumable, "service": form.service}
    if rules.product_type in kinds:
        return kinds[rules.product_type]
    parts: list[Product | Variant] = [*product.variants] or [product]
    if all(one.virtual for one in parts):
        return form.service
    managed = product.manages_stock or any(one.manages_stock for one in product.variants)
    return form.storable if managed else form.consumable


def odoo_price(price: Decimal, tax_class: str, rules: ProductRules) -> Decimal:
    """Return a price of the store as Odoo has it: with the tax where its tax is included in prices, else without."""
    tax: Tax | None = rules.taxes.get(tax_class)
    if tax is None or not tax.percent or tax.included == rules.prices_include_tax:
        return price
    factor = 1 + tax.percent / 100
    exact = price / factor if rules.prices_include_tax else price * factor
    return round_money(exact, rules.price_digits if rules.price_digits is not None else 6)


def main_category(product: Product) -> tuple[str, ...]:
    """Return the way down to the deepest category, the first of several; Odoo's product has one. Empty: none."""
    told = [one for one in product.categories if one.path and not _is_none(one)]
    return max((one.path for one in told), key=len, default=())


def _is_none(category: Category) -> bool:
    """Whether it is the one WooCommerce gives products without a category."""
    return len(category.path) == 1 and category.path[0].casefold() == "uncategorized"


def plain_text(markup: str) -> str:
    """Return what a reader sees of a description, a paragraph a line."""
    text = unescape(_TAG.sub("", _BREAK.sub("\n", markup)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
