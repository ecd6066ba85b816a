"""What WooCommerce sends of products, field by field (https://woocommerce.github.io/woocommerce-rest-api-docs/#products).

Decides that a price or weight a plugin has made unreadable is no price, while an id has to be one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from ....domain.money import to_decimal
from ..payloads import Items, MetaPayload, OptionalId, OptionalUtc, Payload, RecordId, Text, parse

__all__ = ["ProductPayload", "TermPayload", "VariationPayload", "as_number", "parse"]


def as_number(value: object) -> Decimal | None:
    """Read a number; the shop keeps prices and measures as free texts."""
    if value in (None, ""):
        return None
    try:
        return to_decimal(value.strip() if isinstance(value, str) else value)
    except ValueError:
        return None


#: A number, or nothing where there is no readable one.
Number = Annotated[Decimal | None, BeforeValidator(as_number)]


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {}


class ImagePayload(Payload):
    """An entry of `images`, or a variation's `image`."""

    id: OptionalId = ""
    src: Text = ""
    name: Text = ""
    alt: Text = ""


class NamedPayload(Payload):
    """A category or tag of a product."""

    id: OptionalId = ""
    name: Text = ""
    slug: Text = ""


class AttributePayload(Payload):
    """An attribute of a product; id 0: its own, not one of the shop's."""

    id: OptionalId = ""
    name: Text = ""
    variation: bool = False
    visible: bool = True
    options: Items[Text] = []


class OptionPayload(Payload):
    """An attribute of a variation; an empty option stands for any."""

    id: OptionalId = ""
    name: Text = ""
    option: Text = ""


class DimensionsPayload(Payload):
    length: Number = None
    width: Number = None
    height: Number = None


class SoldPayload(Payload):
    """What products and variations share."""

    id: RecordId
    sku: Text = ""
    global_unique_id: Text = ""
    description: Text = ""
    status: Text = ""
    regular_price: Number = None
    sale_price: Number = None
    date_on_sale_from_gmt: OptionalUtc = None
    date_on_sale_to_gmt: OptionalUtc = None
    tax_class: Text = ""
    tax_status: Text = "taxable"
    weight: Number = None
    dimensions: Annotated[DimensionsPayload, BeforeValidator(_object)] = DimensionsPayload()
    meta_data: Items[MetaPayload] = []
    virtual: bool = False
    #: A variation says "parent" where its product's stock is counted.
    manage_stock: bool | Text = False


class VariationPayload(SoldPayload):
    """A variation, as `products/PARENT/variations` lists it."""

    attributes: Items[OptionPayload] = []
    image: Any = None


class ProductPayload(SoldPayload):
    """A product."""

    name: Text = ""
    slug: Text = ""
    type: Text = "simple"
    catalog_visibility: Text = "visible"
    short_description: Text = ""
    date_modified_gmt: OptionalUtc = None
    attributes: Items[AttributePayload] = []
    categories: Items[NamedPayload] = []
    tags: Items[NamedPayload] = []
    images: Items[ImagePayload] = []
    variations: Items[Any] = []


class TermPayload(Payload):
    """A category, tag, attribute or option."""

    id: RecordId
    name: Text = ""
    slug: Text = ""
    parent: OptionalId = ""
