"""The section on which products of Odoo go to the store, and what of them."""

from __future__ import annotations

from ..choices import Choice
from .kinds import Named, Number, Pick, Several, Text
from .section import Section
from .tables import Table

SENT = {
    "sellable": "All that may be sold",
    "chosen": "Those of the categories and tags below",
    "linked": "Only those the store has already",
}
STATUSES = {
    "publish": "Published",
    "website": "As on Odoo's own website",
    "draft": "New ones are drafts",
    "pending": "New ones wait for review",
    "private": "New ones are private",
}
ARCHIVED = {"draft": "Draft", "private": "Private", "trash": "Trash", "keep": "Stay as they are"}
VARIANTS = {"private": "Private, not for sale", "keep": "Stay as they are"}
CATEGORIES = {
    "auto": "eCommerce categories once a product is in one, else product categories",
    "public": "eCommerce categories",
    "internal": "Product categories",
    "none": "None",
}
UNITS = {"m": "Metres", "cm": "Centimetres", "mm": "Millimetres", "in": "Inches", "yd": "Yards"}

CATALOGUE = Section(
    "catalogue",
    "Products: Odoo → store",
    "Which products, and what of them.",
    (
        Pick("products_sent", "Products that go to the store", "", words=SENT),
        Pick("product_status", "Products for sale are", "", words=STATUSES),
        Pick("archived_status", "Products archived in Odoo", "Or not for sale there any more.", words=ARCHIVED),
        Pick("categories_from", "Categories", "Made in the store where it has none of the name.", words=CATEGORIES),
    ),
    (
        Several(
            "product_category_ids", "Chosen product categories", "Those below them included.", "product_categories"
        ),
        Several("product_tag_ids", "Chosen tags", "Odoo 16 and later.", "product_tags"),
        Pick("archived_variants", "Variations of archived variants", "", words=VARIANTS),
        Text("description_field", "Description", "Field of product.template, such as description_ecommerce."),
        Text("short_description_field", "Short description", "Field of product.template."),
        Named("product_language", "Language of names and texts", "", "languages", "That of the Odoo user"),
        Table(
            "Measure",
            (Text("dimension_fields", "Field of product.template"),),
            "Fields Odoo does not have are left out.",
            fixed=(Choice("length", "Length"), Choice("width", "Width"), Choice("height", "Height")),
            fixed_first=True,
        ),
        Pick("dimension_unit", "Unit of these fields", "", words=UNITS),
        Number("products_seconds", "Seconds between looks at Odoo", "How often Odoo is asked which products changed."),
        Number(
            "products_compare_seconds",
            "Seconds between comparisons",
            "How often all products are compared with the store; 86400 is a day.",
        ),
    ),
    "chosen categories and tags, texts, measures, language",
)
