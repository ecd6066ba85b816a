"""Which products of Odoo go to the store, and what of Odoo becomes what there.

Decides the defaults: all that may be sold is published with its sales description, sorted as in eCommerce where that
is there; what is archived becomes a draft.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

_FIELD = r"^([a-z][a-z0-9_]*)?$"


#: A measure of a product.
Measure = Literal["length", "width", "height"]


def _usual_fields() -> dict[Measure, str]:
    """Return the fields a widespread app for measures has."""
    return {"length": "product_length", "width": "product_width", "height": "product_height"}


class CatalogueSettings(BaseModel):
    """What goes to the store, and how."""

    products_sent: Literal["sellable", "chosen", "linked"] = Field(
        "sellable",
        description="Which products go to the store: all that may be sold; chosen, those of product_category_ids or "
        "product_tag_ids; or linked, only those the store has already.",
    )
    product_category_ids: tuple[int, ...] = Field(
        (),
        description="Odoo product categories (product.category) whose products are chosen, those below them included.",
    )
    product_tag_ids: tuple[int, ...] = Field(
        (), description="Odoo product tags (product.tag) whose products are chosen; Odoo 16 and later."
    )
    product_status: Literal["publish", "draft", "pending", "private", "website"] = Field(
        "publish",
        description="Status of products for sale in the store. publish and website (published or draft, as on Odoo's "
        "own website) are kept up; draft, pending and private are only what a new product begins with.",
    )
    archived_status: Literal["draft", "private", "trash", "keep"] = Field(
        "draft",
        description="What becomes of a product in the store that is archived in Odoo, or may not be sold there any "
        "more. Never deleted for good.",
    )
    archived_variants: Literal["private", "keep"] = Field(
        "private",
        description="What becomes of a variation whose variant is archived in Odoo: private, it is not for sale any "
        "more; or keep.",
    )
    description_field: str = Field(
        "description_sale",
        pattern=_FIELD,
        description="Field of product.template that becomes the description in the store, such as "
        "description_ecommerce. Empty: none.",
    )
    short_description_field: str = Field(
        "",
        pattern=_FIELD,
        description="Field of product.template that becomes the short description in the store. Empty: none.",
    )
    product_language: str = Field(
        "",
        description="Language of names and texts as Odoo calls it, such as es_ES. Empty: that of the connection's "
        "Odoo user.",
    )
    categories_from: Literal["auto", "public", "internal", "none"] = Field(
        "auto",
        description="What becomes categories in the store: the eCommerce categories (public), the product category "
        "with those above it (internal), the former once a product of Odoo is in one (auto), or none.",
    )
    dimension_fields: dict[Measure, str] = Field(
        default_factory=_usual_fields,
        description="length, width, height → field of product.template. Fields Odoo does not have are left out.",
    )
    dimension_unit: Literal["mm", "cm", "m", "in", "yd"] = Field("m", description="Unit of those fields in Odoo.")
    products_seconds: int = Field(
        150,
        ge=10,
        le=86_400,
        description="Seconds between two looks at which products changed in Odoo.",
    )
    products_compare_seconds: int = Field(
        86_400,
        ge=600,
        le=2_592_000,
        description="Seconds between two comparisons of all linked products with the store, which find what was "
        "changed there.",
    )
