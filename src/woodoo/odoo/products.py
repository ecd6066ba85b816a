"""Products of Odoo in bulk, with variants, attributes, categories and tags as they stand; nothing is decided here.

Decides how few calls that takes: four for a batch, and one or two more for attributes, categories and tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .records import Records

Row = Mapping[str, Any]
#: A category and those above it, from the top down: id and name of each.
Way = tuple[tuple[int, str], ...]

_TEMPLATE = (
    "name", "active", "sale_ok", "categ_id", "taxes_id", "attribute_line_ids", "weight", "weight_uom_name",
    "default_code", "barcode", "type", "company_id",
)  # fmt: skip
_VARIANT = (
    "product_tmpl_id", "active", "barcode", "weight", "lst_price", "product_template_attribute_value_ids",
    "display_name",
)  # fmt: skip
#: The category all others stand below up to 18, in the languages it is delivered in; a shop has no use for it.
_ROOTS = frozenset({"All", "Alle", "Todo", "Todos", "Tous", "Tutti", "Tutto"})


@dataclass(frozen=True)
class AttributeRow:
    """An attribute (`product.attribute`) with its values in Odoo's order."""

    name: str
    #: always, dynamic or no_variant.
    create_variant: str
    #: Value id → name.
    values: Mapping[int, str]


@dataclass(frozen=True)
class ProductRows:
    """A batch of products as Odoo has them; archived ones included."""

    templates: Mapping[int, Row] = field(default_factory=dict)
    #: Template id → its variants, archived ones included, the oldest first.
    variants: Mapping[int, Sequence[Row]] = field(default_factory=dict)
    #: Attribute lines and values on products (`product.template.attribute.line`, `….value`), by id.
    lines: Mapping[int, Row] = field(default_factory=dict)
    ptavs: Mapping[int, Row] = field(default_factory=dict)
    attributes: Mapping[int, AttributeRow] = field(default_factory=dict)
    #: Categories by id, from the top down.
    categories: Mapping[int, Way] = field(default_factory=dict)
    public_categories: Mapping[int, Way] = field(default_factory=dict)
    tags: Mapping[int, str] = field(default_factory=dict)


def read_products(
    odoo: Records, template_ids: Sequence[int], more: Iterable[str], variant_more: Iterable[str]
) -> ProductRows:
    """Read products whole.

    Args:
        odoo: where, in the language of the shop.
        template_ids: which.
        more, variant_more: fields of templates and variants beside the usual ones.
    """
    context = {"active_test": False}
    optional = [name for name, there in _optional(odoo).items() if there]
    fields = list(dict.fromkeys([*_TEMPLATE, *optional, *more]))
    templates = {row["id"]: row for row in odoo.read("product.template", template_ids, fields, context=context)}
    variants: dict[int, list[Row]] = {one: [] for one in templates}
    wanted = list(dict.fromkeys([*_VARIANT, *variant_more]))
    domain = [("product_tmpl_id", "in", sorted(templates))]
    for row in odoo.search_read("product.product", domain, wanted, context=context) if templates else []:
        variants[row["product_tmpl_id"]].append(row)
    line_ids = [line for row in templates.values() for line in row["attribute_line_ids"]]
    lines = {row["id"]: row for row in odoo.read("product.template.attribute.line", line_ids, _LINE) if line_ids}
    ptav_ids = [one for rows in variants.values() for row in rows for one in row[_PTAVS]]
    ptavs = {row["id"]: row for row in odoo.read("product.template.attribute.value", ptav_ids, _PTAV, context=context)}
    return ProductRows(
        templates=templates,
        variants=variants,
        lines=lines,
        ptavs=ptavs,
        attributes=read_attributes(odoo, {row["attribute_id"] for row in (*lines.values(), *ptavs.values())}),
        categories=read_ways(odoo, "product.category", (row["categ_id"] for row in templates.values())),
        public_categories=read_ways(odoo, "product.public.category", _named(templates, "public_categ_ids")),
        tags=_read_tags(odoo, _named(templates, "product_tag_ids")),
    )


_PTAVS = "product_template_attribute_value_ids"
_LINE = ("attribute_id", "value_ids", "product_tmpl_id")
_PTAV = ("attribute_line_id", "product_attribute_value_id", "attribute_id")


def _optional(odoo: Records) -> Mapping[str, bool]:
    dialect = odoo.client.dialect
    return {
        "product_tag_ids": dialect.product_tags,
        "public_categ_ids": dialect.product_public_categories,
        "is_published": dialect.product_published,
    }


def _named(templates: Mapping[int, Row], field: str) -> set[int]:
    return {one for row in templates.values() for one in row.get(field, ())}


def _read_tags(odoo: Records, ids: set[int]) -> dict[int, str]:
    rows = odoo.read("product.tag", sorted(ids), ["name"]) if ids else []
    return {row["id"]: str(row["name"]) for row in rows}


def read_attributes(odoo: Records, ids: set[int]) -> dict[int, AttributeRow]:
    """Return attributes with all their values in order."""
    if not ids:
        return {}
    context = {"active_test": False}
    rows = odoo.read("product.attribute", sorted(ids), ["name", "create_variant"], context=context)
    values: dict[int, dict[int, str]] = {row["id"]: {} for row in rows}
    found = odoo.search_read(
        "product.attribute.value",
        [("attribute_id", "in", sorted(ids))],
        ["name", "attribute_id"],
        order="attribute_id, sequence, id",
        context=context,
    )
    for value in found:
        values[value["attribute_id"]][value["id"]] = str(value["name"])
    return {row["id"]: AttributeRow(str(row["name"]), row["create_variant"], values[row["id"]]) for row in rows}


def read_ways(odoo: Records, model: str, ids: Iterable[int]) -> dict[int, Way]:
    """Return the way down to each of these categories; Odoo's own root of all internal ones is left out."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    ways = {row["id"]: _numbers(row["parent_path"]) for row in odoo.read(model, wanted, ["parent_path"])}
    above = sorted({one for way in ways.values() for one in way})
    names = {row["id"]: str(row["name"]) for row in odoo.read(model, above, ["name"])}
    found = {one: tuple((step, names[step]) for step in way if step in names) for one, way in ways.items()}
    if model != "product.category":
        return found
    return {one: way[1:] if way[:1] and way[0][1] in _ROOTS else way for one, way in found.items()}


def _numbers(parent_path: object) -> list[int]:
    """Read a way as Odoo keeps it: "1/4/7/"."""
    return [int(part) for part in str(parent_path or "").split("/") if part.isdecimal()]


def find_skus(odoo: Records, sku_field: str, skus: Iterable[str]) -> dict[str, list[Row]]:
    """Return the variants that are not archived and have these SKUs, by SKU."""
    found: dict[str, list[Row]] = {}
    wanted = sorted(set(skus))
    fields = [sku_field, "display_name", "product_tmpl_id"]
    for row in odoo.search_read("product.product", [(sku_field, "in", wanted)], fields) if wanted else []:
        found.setdefault(str(row[sku_field]).strip(), []).append(row)
    return found
