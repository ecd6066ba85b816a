"""What is sent of a product or a variation: the fields of the groups to be written, and no others.

Decides how each field reads to WooCommerce: prices with a point, an empty text where there is none, dates in GMT.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ....domain.ownership import Group
from ....domain.product import Attribute, Image, Kind, Prices, Product, Variant, number_text
from ....domain.text import same_name
from ...catalogue import ProductWrite


def write_payload(write: ProductWrite, attributes: Sequence[Attribute] = ()) -> dict[str, Any]:
    """Return the JSON object of one write, without its id; `attributes` are those of a variation's parent."""
    record = write.record
    fields: dict[str, Any] = {}
    if Group.NAMES in write.groups:
        fields |= _product_names(record) if isinstance(record, Product) else _variant_names(record, attributes)
        if isinstance(record, Product) and record.slug and not write.external_id:
            fields["slug"] = record.slug
        if record.virtual and not write.external_id:  # afterwards it is the store's own
            fields["virtual"] = True
    if Group.PRICES in write.groups and not (isinstance(record, Product) and record.kind is Kind.VARIABLE):
        fields |= _prices(record.prices)
    if isinstance(record, Product) and Group.CATEGORIES in write.groups:
        fields["categories"] = [{"id": int(one.external_id)} for one in record.categories if one.external_id]
        fields["tags"] = [{"id": int(one.external_id)} for one in record.tags if one.external_id]
    if Group.IMAGES in write.groups:
        fields |= _images(record)
    payload = {name: value for name, value in fields.items() if _LEFT.get(name, name) not in write.leave}
    if write.meta:
        payload["meta_data"] = [{"key": key, "value": value} for key, value in sorted(write.meta.items())]
    return {**payload, **write.more}


#: The store's name of a field → that of `values_of`, where they differ.
_LEFT = {
    "global_unique_id": "barcode",
    "catalog_visibility": "visibility",
    "regular_price": "regular",
    "sale_price": "sale",
    "date_on_sale_from_gmt": "sale_from",
    "date_on_sale_to_gmt": "sale_until",
    "image": "images",
}


def _product_names(product: Product) -> dict[str, Any]:
    size = product.dimensions
    names: dict[str, Any] = {
        "name": product.name,
        "description": product.description,
        "short_description": product.short_description,
        "sku": product.sku,
        "global_unique_id": product.barcode,
        "weight": number_text(product.weight),
        "dimensions": {name: number_text(getattr(size, name)) for name in ("length", "width", "height")},
        "status": product.status,
        "catalog_visibility": product.visibility,
        "tax_class": product.tax_class,
        "tax_status": product.tax_status,
        "attributes": [_attribute(one, place) for place, one in enumerate(product.attributes)],
    }
    return names if product.kind is Kind.OTHER else {"type": product.kind.value, **names}


def _attribute(attribute: Attribute, position: int) -> dict[str, Any]:
    known: dict[str, Any] = {"id": int(attribute.external_id)} if attribute.external_id else {"name": attribute.name}
    return {
        **known,
        "position": position,
        "visible": attribute.visible,
        "variation": attribute.variation,
        "options": list(attribute.options),
    }


def _variant_names(variant: Variant, attributes: Sequence[Attribute]) -> dict[str, Any]:
    """A global attribute is named by its id: by its name WooCommerce finds only a product's own."""
    ids = {same_name(one.name): one.external_id for one in attributes}
    known = [(ids.get(same_name(name), ""), name, option) for name, option in variant.values]
    return {
        "attributes": [
            {**({"id": int(number)} if number else {"name": name}), "option": option} for number, name, option in known
        ],
        "sku": variant.sku,
        "global_unique_id": variant.barcode,
        "weight": number_text(variant.weight),
        "status": variant.status,
    }


def _prices(prices: Prices) -> dict[str, Any]:
    return {
        "regular_price": number_text(prices.regular),
        "sale_price": number_text(prices.sale),
        "date_on_sale_from_gmt": _gmt(prices.sale_from),
        "date_on_sale_to_gmt": _gmt(prices.sale_until),
    }


def _gmt(moment: datetime | None) -> str:
    """Return a time (aware UTC) as WooCommerce takes it: naive. Empty text takes a time away; null does nothing."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") if moment else ""


def _images(record: Product | Variant) -> dict[str, Any]:
    if isinstance(record, Product):
        return {"images": [_image(one) for one in record.images]}
    return {"image": _image(record.image) if record.image else {}}  # null would leave it as it is


def _image(image: Image) -> dict[str, Any]:
    known: dict[str, Any] = {"id": int(image.external_id)} if image.external_id else {"src": image.src}
    return known | {name: value for name in ("name", "alt") if (value := getattr(image, name))}
