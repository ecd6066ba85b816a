"""A product template of Odoo as a product of the store.

| in Odoo                                                       | in the store                                        |
|---------------------------------------------------------------|-----------------------------------------------------|
| one line of attributes with two values or more that make      | variable, with a variation for each variant that is |
| variants                                                      | not archived                                        |
| nothing to choose from                                        | simple; SKU, barcode, weight of its only variant    |
| a line with one value, or of an attribute without variants    | shown on the page, not to be chosen                 |
| archived, not for sale, or its only variant archived          | as `archived_status` says                           |
| a barcode that is no EAN, GTIN, UPC or ISBN                   | left out, and told                                  |

Sources: product_attribute.py and product_template.py of addons/product, 14.0 to 19.0.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ...domain.errors import DataError, WoodooError
from ...domain.money import ZERO, to_decimal
from ...domain.product import Attribute, Category, Dimensions, Kind, Prices, Product, Tag, Values, Variant, key_of
from ...domain.text import clean, same_name
from .rules import LENGTHS, WEIGHTS, CatalogueRules

Row = Mapping[str, Any]
#: A product with more variants is no page a shop can show, and one batch of Odoo makes no more.
MOST_VARIANTS = 1000
#: Signs by which WooCommerce tells SKUs apart (`sku` of its table `wc_product_meta_lookup`).
LONGEST_SKU = 100
#: What WooCommerce keeps of a barcode (`WC_Product::set_global_unique_id`): of any other one only a part.
_CODE = re.compile(r"[0-9-]+")
_MOST_NAMED = 5


@dataclass(frozen=True)
class Line:
    """An attribute of one template, values in Odoo's order."""

    odoo_id: int
    name: str
    #: always, dynamic or no_variant.
    create_variant: str
    #: Value id → name.
    values: Mapping[int, str]

    @property
    def chosen(self) -> bool:
        """Whether a buyer chooses by it, so that its values make variations."""
        return self.create_variant != "no_variant" and len(self.values) > 1


@dataclass(frozen=True)
class Template:
    """One template with all that is read of it."""

    row: Row
    #: Archived ones included.
    variants: Sequence[Row]
    lines: Sequence[Line] = ()
    #: Variant id → (attribute line id, value id, name of the value), archived values included.
    options: Mapping[int, Sequence[tuple[int, int, str]]] = ()  # type: ignore[assignment]
    #: The way down to each: ids and names.
    categories: Sequence[Sequence[tuple[int, str]]] = ()
    tags: Sequence[str] = ()

    @property
    def odoo_id(self) -> int:
        return int(self.row["id"])

    @property
    def for_sale(self) -> bool:
        return bool(self.row["active"]) and bool(self.row["sale_ok"]) and bool(self.live or self.is_variable)

    @property
    def is_variable(self) -> bool:
        """Whether a buyer chooses one of its variants."""
        return any(line.chosen for line in self.lines)

    @property
    def live(self) -> list[Row]:
        """The variants that are not archived; of an archived template, those that were archived with it."""
        rows = [row for row in self.variants if row["active"]]
        return rows if rows or self.row["active"] else list(self.variants)


def store_product(template: Template, rules: CatalogueRules, prices: Mapping[int, Prices | WoodooError]) -> Product:
    """Return what the template is in the store.

    `prices` by variant id. One whose price cannot be said has none here; the plan tells why.

    Raises:
        DataError: two of its attributes, options or variants would be one in the store, or there are too many.
    """
    row, live = template.row, template.live
    kind = Kind.VARIABLE if template.is_variable else Kind.SIMPLE
    product = Product(
        name=clean(str(row["name"])).strip(),
        kind=kind,
        odoo_id=template.odoo_id,
        description=_text(row, rules.description_field, rules),
        short_description=_text(row, rules.short_description_field, rules),
        weight=_weight(row, row["weight"], rules) if kind is Kind.SIMPLE else None,
        dimensions=_dimensions(row, rules),
        status=_status(template, rules),
        tax_class=_tax_class(row, rules),
        attributes=tuple(Attribute(line.name, tuple(line.values.values()), line.chosen) for line in template.lines),
        categories=_categories(template),
        tags=tuple(Tag(name) for name in dict.fromkeys(template.tags) if name.strip()),
        virtual=_is_service(row),
    )
    _refuse_clashes(product)
    _refuse_long_skus(product, [_sku(one, rules) for one in live])
    if kind is Kind.VARIABLE:
        variants = tuple(_variant(template, one, rules, prices) for one in live)
        _refuse_doubles(product, variants)
        return replace(product, variants=variants)
    only = live[0] if live else None
    return replace(
        product,
        odoo_variant_id=int(only["id"]) if only else 0,
        sku=_sku(only, rules) if only else "",
        barcode=_barcode(only) if only else "",
        prices=_price(prices, only) if only else Prices(),
    )


def _categories(template: Template) -> tuple[Category, ...]:
    """Return each path once."""
    found = {tuple(name for _, name in way): tuple(one for one, _ in way) for way in template.categories if way}
    return tuple(Category(path, odoo_ids=ids) for path, ids in found.items())


def archived_variants(template: Template) -> dict[int, Values]:
    """Return the archived variants of a template with what they were chosen by."""
    live = {row["id"] for row in template.live}
    return {row["id"]: values_of_variant(template, row["id"]) for row in template.variants if row["id"] not in live}


def values_of_variant(template: Template, variant_id: int) -> Values:
    """Return by what a variant is chosen, in the order of the template's attributes."""
    chosen = {line: name for line, _, name in template.options.get(variant_id, ())}
    return tuple((line.name, chosen[line.odoo_id]) for line in template.lines if line.chosen and line.odoo_id in chosen)


def _variant(
    template: Template, row: Row, rules: CatalogueRules, prices: Mapping[int, Prices | WoodooError]
) -> Variant:
    return Variant(
        values=values_of_variant(template, row["id"]),
        odoo_id=int(row["id"]),
        sku=_sku(row, rules),
        barcode=_barcode(row),
        weight=_weight(template.row, row["weight"], rules),
        prices=_price(prices, row),
        virtual=_is_service(template.row),
    )


def _is_service(row: Row) -> bool:
    """Say whether there is nothing to be sent, for which no buyer shall be asked to pay."""
    return row["type"] == "service"


def _price(prices: Mapping[int, Prices | WoodooError], row: Row) -> Prices:
    found = prices.get(row["id"])
    return found if isinstance(found, Prices) else Prices()


def _sku(row: Row, rules: CatalogueRules) -> str:
    return clean(str(row.get(rules.sku_field) or "")).strip()


def _barcode(row: Row) -> str:
    code = "".join(str(row["barcode"] or "").split())
    return code if _CODE.fullmatch(code) else ""


def odd_barcodes(template: Template) -> tuple[str, ...]:
    """Say which barcodes do not go to the store."""
    odd = [str(row["barcode"]).strip() for row in template.live if row["barcode"] and not _barcode(row)]
    if not odd:
        return ()
    named = ", ".join(odd[:_MOST_NAMED]) + (" …" if len(odd) > _MOST_NAMED else "")
    return (f"No EAN, GTIN, UPC or ISBN, and not sent as one: {named}.",)


def _text(row: Row, name: str, rules: CatalogueRules) -> str:
    """Return a text as HTML: signs of plain text that mean something in HTML are written so that they do not."""
    text = clean(str(row.get(name) or "")).strip() if name else ""
    if name in rules.html_fields:
        return "" if not _seen(text) else text
    return html.escape(text, quote=False)


def _seen(markup: str) -> bool:
    """Say whether a reader sees anything of it: an emptied editor leaves "<p><br></p>"."""
    bare = "".join(part.partition(">")[2] for part in f">{markup}".split("<"))
    return bool(html.unescape(bare).strip()) or "<img" in markup


def _weight(template: Row, value: object, rules: CatalogueRules) -> Decimal | None:
    """Return a weight in the store's unit, of which Odoo has kilograms or pounds; None where it is 0."""
    number = to_decimal(value or 0)
    unit = WEIGHTS.get(str(template.get("weight_uom_name") or "kg").lower(), Decimal(1))
    return _converted(number, unit, WEIGHTS[rules.store_weight_unit])


def _dimensions(row: Row, rules: CatalogueRules) -> Dimensions:
    unit, wanted = LENGTHS[rules.dimension_unit], LENGTHS[rules.store_dimension_unit]
    found = {
        name: _converted(to_decimal(row.get(field) or 0), unit, wanted)
        for name, field in rules.dimension_fields.items()
    }
    return Dimensions(**found)


def _converted(number: Decimal, unit: Decimal, wanted: Decimal) -> Decimal | None:
    """Convert, to four decimals where the units differ."""
    if number <= ZERO:
        return None
    return number if unit == wanted else round(number * unit / wanted, 4).normalize()


def _status(template: Template, rules: CatalogueRules) -> str:
    if not template.for_sale:
        return rules.archived_status
    if rules.status == "website":
        return "publish" if template.row.get("is_published") else "draft"
    return rules.status


def _tax_class(row: Row, rules: CatalogueRules) -> str:
    """Return the tax class of the first tax that has one; "?" where none has, and the store's is left."""
    known = [rules.tax_classes[one] for one in row["taxes_id"] if one in rules.tax_classes]
    return known[0] if known else "?"


def _refuse_clashes(product: Product) -> None:
    """Refuse attributes and options that are one in the store, which knows no case and no accents."""
    names = [one.name for one in product.attributes]
    if double := _double(names):
        raise DataError(
            f"{product.label} has two attributes that are one in the store: {' and '.join(double)}.",
            record=product.label,
            where="product.template -> attribute_line_ids",
            fix="Rename one of them in Odoo, or put their values on one line.",
        )
    for attribute in product.attributes:
        if double := _double(attribute.options):
            raise DataError(
                f"{product.label} has two values of {attribute.name} that are one in the store: "
                f"{' and '.join(double)}.",
                record=product.label,
                where="product.template -> attribute_line_ids",
                fix="Rename one of them in Odoo.",
            )


def _refuse_long_skus(product: Product, skus: Sequence[str]) -> None:
    long = next((sku for sku in skus if len(sku) > LONGEST_SKU), "")
    if long:
        raise DataError(
            f"{product.label}: the SKU {long[:20]}… has {len(long)} signs, and a store tells no more than "
            f"{LONGEST_SKU} apart.",
            record=product.label,
            where="product.product -> default_code",
            fix="Give it a shorter one in Odoo.",
        )


def _double(names: Sequence[str]) -> list[str]:
    counts = Counter(map(same_name, names))
    return [name for name in names if counts[same_name(name)] > 1]


def _refuse_doubles(product: Product, variants: Sequence[Variant]) -> None:
    if len(variants) > MOST_VARIANTS:
        raise DataError(
            f"{product.label} has {len(variants)} variants; a shop's page can show {MOST_VARIANTS} at most.",
            record=product.label,
            where="product.template -> attribute_line_ids",
            fix="Split the product in Odoo, or make attributes that need no stock of their own ones without variants.",
        )
    counts = Counter(key_of(one.values) for one in variants)
    double = next((one for one in variants if counts[key_of(one.values)] > 1), None)
    if double is not None:
        said = ", ".join(option for _, option in double.values) or "no option"
        raise DataError(
            f"{product.label} has several variants with {said}, which are one in the store.",
            record=product.label,
            where="product.product -> product_template_attribute_value_ids",
            fix="Archive all but one of them in Odoo.",
        )
