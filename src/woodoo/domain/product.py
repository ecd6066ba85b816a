"""A product as both sides are compared in: names and texts, prices, categories, images, and its variants.

Decides what counts as the same: numbers by their value, texts by what a reader sees of them, names of categories,
attributes and options by `same_name`. Ids, times and links of one side never count.

Link kinds of products, for all flows:

| kind      | external id                                                      | Odoo model         |
|-----------|------------------------------------------------------------------|--------------------|
| `product` | the store's product id                                           | `product.template` |
| `variant` | `PARENT/VARIATION`, or the product id alone for a simple product | `product.product`  |

Categories have links of the kinds `category` and `public_category`, by the model of Odoo they lead to; global
attributes `attribute`, and their options `attribute_value`, with the external id `ATTRIBUTE/OPTION`.

What the flow from the store to Odoo remembers of both sides stands on links of their own, `product_taken` and
`variant_taken`, with the same ids.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .ownership import Group
from .picture import mark_in
from .search import FoundBy
from .text import same_name

#: Kinds of links (`woodoo.engine.models.Link`).
PRODUCT, VARIANT, CATEGORY = "product", "variant", "category"
ATTRIBUTE, OPTION = "attribute", "attribute_value"
PRODUCT_TAKEN, VARIANT_TAKEN = "product_taken", "variant_taken"
#: The end of a tag such as `<br/>`, which WordPress keeps as `<br />`.
_CLOSED = re.compile(r"\s*/>")
_SPACE = re.compile(r"\s+")


class Kind(StrEnum):
    """What a product is in a shop."""

    SIMPLE = "simple"
    VARIABLE = "variable"
    #: Grouped, external, bundles and subscriptions of plugins: Woodoo leaves their kind alone.
    OTHER = "other"


@dataclass(frozen=True)
class Prices:
    """What it costs, in the store's currency, with or without tax as the store is set. None: no price."""

    regular: Decimal | None = None
    sale: Decimal | None = None
    #: The sale price holds from and until then, UTC; None: no such bound.
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True)
class Image:
    """A picture. `external_id` is the store's media id; `checksum` the mark of Odoo's (`woodoo.domain.picture`)."""

    external_id: str = ""
    src: str = ""
    name: str = ""
    alt: str = ""
    checksum: str = ""


@dataclass(frozen=True)
class Category:
    """A category by its way down the tree: ("Clothing", "Shirts")."""

    path: tuple[str, ...]
    external_id: str = field(default="", compare=False)
    #: Those of Odoo, as many as the path has parts; empty: not known.
    odoo_ids: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Tag:
    """A tag."""

    name: str
    external_id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Attribute:
    """What a product may be chosen by (`variation`), or is: a name and its options, in their order."""

    name: str
    options: tuple[str, ...]
    variation: bool = False
    #: Shown on the product's page.
    visible: bool = True
    #: Id of the store's global attribute; empty: not known, or the product's own.
    external_id: str = field(default="", compare=False)
    #: In the store it is this product's own, not one of the shop's.
    own: bool = field(default=False, compare=False)


#: What tells a variant apart: (name of the attribute, option), in the order of the product's attributes.
Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Variant:
    """One combination of options. Of a simple product there is none."""

    values: Values
    #: `PARENT/VARIATION`; empty: the store does not have it yet.
    external_id: str = field(default="", compare=False)
    #: Its `product.product`; 0: not known.
    odoo_id: int = field(default=0, compare=False)
    sku: str = ""
    barcode: str = ""
    #: Read only: Odoo has none for a variant.
    description: str = field(default="", compare=False)
    #: In the unit of the store; None: not given.
    weight: Decimal | None = None
    #: "publish", or "private" for one that is not for sale.
    status: str = "publish"
    prices: Prices = Prices()
    image: Image | None = None
    #: Nothing that is sent; its own stock is counted.
    virtual: bool = field(default=False, compare=False)
    manages_stock: bool = field(default=False, compare=False)

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What it is found by again among the variants of the other side, whatever the order and spelling."""
        return key_of(self.values)


@dataclass(frozen=True)
class Dimensions:
    """In the unit of the store; None: not given."""

    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None


@dataclass(frozen=True)
class Product:
    """A product with its variants."""

    name: str
    kind: Kind = Kind.SIMPLE
    external_id: str = field(default="", compare=False)
    #: Its `product.template`; 0: not known.
    odoo_id: int = field(default=0, compare=False)
    #: Of a simple product, its `product.product`.
    odoo_variant_id: int = field(default=0, compare=False)
    slug: str = field(default="", compare=False)
    description: str = ""
    short_description: str = ""
    sku: str = ""
    #: EAN, GTIN, UPC or ISBN (`global_unique_id`).
    barcode: str = ""
    weight: Decimal | None = None
    dimensions: Dimensions = Dimensions()
    #: "publish", "draft", "pending", "private"; "trash" in the store.
    status: str = "publish"
    #: "visible", "catalog", "search" or "hidden".
    visibility: str = "visible"
    #: "" is the standard class.
    tax_class: str = ""
    tax_status: str = "taxable"
    attributes: tuple[Attribute, ...] = ()
    prices: Prices = Prices()
    categories: tuple[Category, ...] = ()
    tags: tuple[Tag, ...] = ()
    images: tuple[Image, ...] = ()
    variants: tuple[Variant, ...] = ()
    #: Meta data by key, as far as it was read.
    meta: Mapping[str, Any] = field(default_factory=dict, compare=False)
    modified_at: datetime | None = field(default=None, compare=False)
    #: The store's own word for its kind: "simple", "grouped", "bundle" …
    store_type: str = field(default="", compare=False)
    #: Nothing that is sent; its stock is counted.
    virtual: bool = field(default=False, compare=False)
    manages_stock: bool = field(default=False, compare=False)
    #: What is no number where one has to be, of it or a variation: (field, text).
    unreadable: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def label(self) -> str:
        """As a person calls it: "Product Green mug (MUG-1)"."""
        return f"Product {self.name} ({self.sku})" if self.sku else f"Product {self.name}"

    @property
    def found_by(self) -> FoundBy:
        """What people look for it by, beside its name."""
        own = (self.sku, self.barcode, self.external_id)
        return FoundBy((*own, *(text for one in self.variants for text in (one.sku, one.barcode))))


def variant_external_id(product_id: str, variation_id: str = "") -> str:
    """Return the external id of a variant link."""
    return f"{product_id}/{variation_id}" if variation_id else product_id


def split_variant(external_id: str) -> tuple[str, str]:
    """Return the ids of product and variation out of that of a variant link; the latter empty for a simple product."""
    product, _, variation = external_id.partition("/")
    return product, variation


def key_of(values: Values) -> tuple[tuple[str, str], ...]:
    """Return by what a combination of options is found again, whatever the order and spelling."""
    return tuple(sorted((same_name(name), same_name(option)) for name, option in values))


def same_text(text: str) -> str:
    """Return what a reader sees of a text with or without markup: entities as signs, single blanks."""
    return _SPACE.sub(" ", html.unescape(_CLOSED.sub(">", text))).strip()


def number_text(number: Decimal | None) -> str:
    """Return a number so that equal ones read equal: 1.50 as "1.5"; None as ""."""
    return "" if number is None else f"{number.normalize():f}"


def values_of(record: Product | Variant, group: Group, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return what a group of fields of a product or a variant says, as JSON in which equal is equal.

    A product's does not hold that of its variants. `without` names what is left out of the comparison.
    """
    read = _READERS.get(group)
    found = read(record) if read else {}
    return {name: value for name, value in found.items() if name not in set(without)}


def _names(record: Product | Variant) -> dict[str, Any]:
    common = {
        "sku": record.sku.strip(),
        "barcode": record.barcode.strip(),
        "weight": number_text(record.weight),
        "status": record.status,
    }
    if isinstance(record, Variant):
        return {**common, "values": [list(pair) for pair in record.key]}
    size = record.dimensions
    return {
        **common,
        "name": same_text(record.name),
        "description": same_text(record.description),
        "short_description": same_text(record.short_description),
        "dimensions": [number_text(one) for one in (size.length, size.width, size.height)],
        "visibility": record.visibility,
        "tax_class": record.tax_class,
        "tax_status": record.tax_status,
        "attributes": [_attribute(one) for one in record.attributes],
    }


def _attribute(attribute: Attribute) -> list[Any]:
    """Options are a set: their order belongs to the attribute, not to the product."""
    return [same_name(attribute.name), sorted(map(same_name, attribute.options)), attribute.variation]


def _prices(record: Product | Variant) -> dict[str, Any]:
    prices = record.prices
    return {
        "regular": number_text(prices.regular),
        "sale": number_text(prices.sale),
        "sale_from": prices.sale_from.isoformat() if prices.sale_from else "",
        "sale_until": prices.sale_until.isoformat() if prices.sale_until else "",
    }


def _categories(record: Product | Variant) -> dict[str, Any]:
    if isinstance(record, Variant):
        return {}
    return {
        "categories": sorted([same_name(part) for part in one.path] for one in record.categories),
        "tags": sorted(same_name(one.name) for one in record.tags),
    }


def _images(record: Product | Variant) -> dict[str, Any]:
    images = record.images if isinstance(record, Product) else [record.image] if record.image else []
    return {"images": [one.checksum or mark_in(one.src) or one.external_id or one.src for one in images]}


_READERS = {
    Group.NAMES: _names,
    Group.PRICES: _prices,
    Group.CATEGORIES: _categories,
    Group.IMAGES: _images,
}
