"""Turns products of WooCommerce into products of the domain.

Decides that a variation's SKU counts only where it is its own: without one it shows its parent's
(`WC_Product_Variation::get_sku`). Texts come as they were written, asked for with `context=edit`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ....domain.product import Attribute, Category, Dimensions, Image, Kind, Prices, Product, Tag, Variant
from ....domain.product import variant_external_id as joined
from ..client import JsonObject
from ..orders import plain_text
from .payloads import ImagePayload, ProductPayload, SoldPayload, VariationPayload, as_number, parse

KINDS = {"simple": Kind.SIMPLE, "variable": Kind.VARIABLE}
#: Category id → its way down the tree.
Paths = Callable[[str, str], tuple[str, ...]]


def read_product(row: Mapping[str, Any], paths: Paths, variations: Sequence[JsonObject] = ()) -> Product:
    """Read a product with its variations.

    Raises:
        DataError: naming the product, the field and what is in it.
    """
    number = str(row.get("id") or "?")
    payload = parse(ProductPayload, row, record=f"Product #{number}", where=f"products/{number}")
    return Product(
        name=plain_text(payload.name),
        kind=KINDS.get(payload.type, Kind.OTHER),
        external_id=payload.id,
        slug=payload.slug,
        description=payload.description,
        short_description=payload.short_description,
        sku=payload.sku.strip(),
        barcode=payload.global_unique_id.strip(),
        weight=payload.weight,
        dimensions=_dimensions(payload),
        status=payload.status,
        visibility=payload.catalog_visibility,
        tax_class=_tax_class(payload.tax_class),
        tax_status=payload.tax_status,
        attributes=tuple(
            Attribute(
                plain_text(one.name),
                tuple(map(plain_text, one.options)),
                one.variation,
                one.visible,
                one.id,
                own=not one.id,
            )
            for one in payload.attributes
        ),
        prices=_prices(payload),
        categories=tuple(Category(paths(one.id, plain_text(one.name)), one.id) for one in payload.categories),
        tags=tuple(Tag(plain_text(one.name), one.id) for one in payload.tags),
        images=tuple(map(_image, payload.images)),
        variants=tuple(read_variant(one, payload.id, payload.sku) for one in variations),
        meta=_meta(payload),
        modified_at=payload.date_modified_gmt,
        store_type=payload.type,
        virtual=payload.virtual,
        manages_stock=payload.manage_stock is True,
        unreadable=tuple(pair for one in (row, *variations) for pair in _unreadable(one)),
    )


def read_variant(row: Mapping[str, Any], parent_id: str, parent_sku: str = "") -> Variant:
    """Read a variation.

    Raises:
        DataError: naming the variation, the field and what is in it.
    """
    number = str(row.get("id") or "?")
    where = f"products/{parent_id}/variations/{number}"
    payload = parse(VariationPayload, row, record=f"Variation #{number} of product #{parent_id}", where=where)
    own = payload.sku.strip() if payload.sku.strip() != parent_sku.strip() else ""
    image = ImagePayload.model_validate(payload.image) if isinstance(payload.image, dict) else None
    return Variant(
        values=tuple((plain_text(one.name), plain_text(one.option)) for one in payload.attributes if one.option),
        external_id=joined(parent_id, payload.id),
        sku=own,
        barcode=payload.global_unique_id.strip(),
        description=payload.description,
        weight=payload.weight,
        status=payload.status or "publish",
        prices=_prices(payload),
        image=_image(image) if image and (image.id or image.src) else None,
        virtual=payload.virtual,
        manages_stock=payload.manage_stock is True,
    )


def _unreadable(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the fields that should be numbers and are none, such as a price with a comma."""
    given = ((name, row.get(name)) for name in ("regular_price", "sale_price", "weight"))
    return [(name, str(value)[:40]) for name, value in given if value not in (None, "") and as_number(value) is None]


def _image(payload: ImagePayload) -> Image:
    return Image(payload.id, payload.src, payload.name, payload.alt)


def _tax_class(name: str) -> str:
    return "" if name in ("standard", "parent") else name


def _prices(payload: SoldPayload) -> Prices:
    if payload.sale_price is None:
        return Prices(payload.regular_price)
    return Prices(payload.regular_price, payload.sale_price, payload.date_on_sale_from_gmt, payload.date_on_sale_to_gmt)


def _dimensions(payload: SoldPayload) -> Dimensions:
    size = payload.dimensions
    return Dimensions(size.length, size.width, size.height)


def _meta(payload: SoldPayload) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in payload.meta_data:
        if entry.key:
            found.setdefault(entry.key, entry.value)
    return found
