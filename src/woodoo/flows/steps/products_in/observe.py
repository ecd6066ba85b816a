"""Look at what Odoo has of a batch of the store's products: five or six reads, however many products.

| read                                  | what for                                                          |
|---------------------------------------|-------------------------------------------------------------------|
| variants, archived ones too           | those of earlier runs, of the same SKU, of the same barcode       |
| all variants of the products found    | which of them the store does not have (any more)                  |
| the products, their choices and names | what tells the variants apart, and what each choice adds          |
| links that lead to these variants     | whose they are already                                            |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ....domain.money import to_decimal
from ....domain.ownership import Group, read_prints
from ....domain.product import PRODUCT, PRODUCT_TAKEN, VARIANT, VARIANT_TAKEN, Product, Variant, split_variant
from ....domain.text import same_name
from ....engine.flow import LinkVals
from ....mapping.products_in.held import category_values, named_values, own_values
from ....mapping.products_in.product_plan import link_key
from ....mapping.products_in.product_rules import ProductRules
from ....mapping.products_in.seen import Choice, Known, OdooTemplate, OdooVariant, Prints, Seen
from ....odoo.records import Records
from ...sides import Sides

_WITH_ARCHIVED = {"active_test": False}
_TEMPLATE_FIELDS = ("name", "active", "list_price", "categ_id")
_FIELDS = ("display_name", "barcode", "active", "weight", "product_tmpl_id", "product_template_attribute_value_ids")


def observe_products(sides: Sides, products: Sequence[Product], rules: ProductRules) -> Seen:
    """Read what planning needs."""
    linked = sides.links.find(PRODUCT, [one.external_id for one in products])
    names = [one.external_id for product in products for one in records_of(product)]
    variants_linked = sides.links.find(VARIANT, names)
    taken = {**sides.links.find(PRODUCT_TAKEN, names), **sides.links.find(VARIANT_TAKEN, names)}
    found = _candidates(sides, products, linked.values(), variants_linked.values())
    wanted = {row["product_tmpl_id"] for row in found} | {link.odoo_id for link in linked.values()}
    templates = read_templates(sides, wanted, rules)
    variants = {one.odoo_id: one for template in templates.values() for one in template.variants}
    leading = {one.odoo_id: one for one in sides.links.leading_to("product.product", variants) if one.kind == VARIANT}
    freed = _freed(sides, products, variants, leading)
    leading = {odoo_id: one for odoo_id, one in leading.items() if one.external_id not in freed}
    return Seen(
        variants=variants,
        templates=templates,
        by_sku=_by(variants.values(), "sku"),
        by_barcode=_by(variants.values(), "barcode"),
        known={one.external_id: _known(one, linked, variants_linked, leading, taken, templates) for one in products},
        taken={odoo_id: link.external_id for odoo_id, link in leading.items()},
        freed=freed,
        doubled=_doubled(products),
    )


def _freed(
    sides: Sides,
    products: Sequence[Product],
    variants: Mapping[int, OdooVariant],
    leading: Mapping[int, LinkVals],
) -> frozenset[str]:
    """Return those linked to what has the SKUs and barcodes of these products that the store does not have any more.

    A product that was deleted and made again in the store has another id there; the store is asked only then.
    """
    records = [one for product in products if product.status != "trash" for one in records_of(product)]
    codes = {code for one in records for code in (one.sku, one.barcode) if code}
    own = {product.external_id for product in products}
    owners = {
        link.external_id
        for odoo_id, link in leading.items()
        if {variants[odoo_id].sku, variants[odoo_id].barcode} & codes and split_variant(link.external_id)[0] not in own
    }
    if not owners:
        return frozenset()
    fetched = sides.store.catalogue.fetch_products(sorted({split_variant(one)[0] for one in owners}))
    there = {one for one, product in fetched.found.items() if product.status != "trash"} | fetched.broken.keys()
    alive = {one.external_id for product in there & fetched.found.keys() for one in records_of(fetched.found[product])}
    gone = {split_variant(one)[0] for one in owners} - there
    broken = fetched.broken.keys()
    return frozenset(gone | {one for one in owners - alive if split_variant(one)[0] not in broken})


def records_of(product: Product) -> list[Product | Variant]:
    """Return the product and its variants."""
    return [product, *product.variants]


def read_templates(sides: Sides, ids: Iterable[int], rules: ProductRules) -> dict[int, OdooTemplate]:
    """Read products of Odoo whole: with all variants and what tells them apart. Those that are gone are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    odoo = sides.odoo
    domain = [("id", "in", wanted)]
    rows = odoo.search_read("product.template", domain, [*_TEMPLATE_FIELDS, *_texts(rules)], context=_WITH_ARCHIVED)
    fields = [*_FIELDS, rules.sku_field]
    variants: dict[int, list[dict[str, Any]]] = defaultdict(list)
    domain = [("product_tmpl_id", "in", [row["id"] for row in rows])]
    for row in odoo.search_read("product.product", domain, fields, context=_WITH_ARCHIVED) if rows else ():
        variants[row["product_tmpl_id"]].append(row)
    choices = read_choices(odoo, [row["id"] for row in rows])
    paths = _category_paths(odoo, {row["categ_id"] for row in rows} - {False})
    return {row["id"]: _template(row, variants[row["id"]], choices.get(row["id"], {}), paths, rules) for row in rows}


def _texts(rules: ProductRules) -> list[str]:
    """Return the fields that take descriptions."""
    return [one for one in (rules.description_field, rules.short_description_field) if one]


def _template(
    row: Mapping[str, Any],
    variants: Sequence[Mapping[str, Any]],
    choices: Mapping[int, Choice],
    paths: Mapping[int, tuple[str, ...]],
    rules: ProductRules,
) -> OdooTemplate:
    template = OdooTemplate(
        row["id"],
        row["name"],
        bool(row["active"]),
        to_decimal(row["list_price"]),
        tuple(_variant(one, rules.sku_field) for one in variants),
        choices,
        {
            Group.NAMES: named_values(row["name"], {one: row[one] or "" for one in _texts(rules)}),
            Group.CATEGORIES: category_values(paths.get(row["categ_id"], ())),
        },
    )
    weights = {one["id"]: to_decimal(one["weight"]) for one in variants}
    values = {
        one.odoo_id: own_values(one.sku, one.barcode, weights[one.odoo_id], template.price_of(one), rules)
        for one in template.variants
    }
    return replace(template, variant_values=values)


def _category_paths(odoo: Records, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the names of categories from the top down, without the one all are in by default."""
    wanted = set(ids)
    if not wanted:
        return {}
    root = odoo.defaults("product.template", ["categ_id"]).get("categ_id")
    rows = {row["id"]: row for row in odoo.search_read("product.category", [], ["name", "parent_id"])}
    paths = {}
    for one in wanted:
        names: list[str] = []
        current = rows.get(one)
        while current is not None and (current["id"] != root or one == root):
            names.insert(0, current["name"])
            current = rows.get(current["parent_id"])
        paths[one] = tuple(names)
    return paths


def read_choices(odoo: Records, template_ids: Iterable[int]) -> dict[int, dict[int, Choice]]:
    """Return what each product offers to choose from, by product and id."""
    fields = ["product_tmpl_id", "attribute_id", "product_attribute_value_id", "attribute_line_id", "price_extra"]
    model = "product.template.attribute.value"
    domain = [("product_tmpl_id", "in", sorted(set(template_ids)))]
    rows = odoo.search_read(model, domain, [*fields, "ptav_active"], context=_WITH_ARCHIVED)
    attributes = _names(odoo, "product.attribute", {row["attribute_id"] for row in rows})
    values = _names(odoo, "product.attribute.value", {row["product_attribute_value_id"] for row in rows})
    found: dict[int, dict[int, Choice]] = defaultdict(dict)
    for row in rows:
        attribute, value = row["attribute_id"], row["product_attribute_value_id"]
        found[row["product_tmpl_id"]][row["id"]] = Choice(
            row["id"],
            attribute,
            value,
            row["attribute_line_id"] or 0,
            (attributes.get(attribute, ""), values.get(value, "")),
            to_decimal(row["price_extra"]),
            bool(row["ptav_active"]),
        )
    return found


def _names(odoo: Records, model: str, ids: Iterable[int]) -> dict[int, str]:
    return {row["id"]: same_name(row["name"]) for row in odoo.read(model, ids, ["name"])}


def _candidates(
    sides: Sides, products: Sequence[Product], linked: Iterable[LinkVals], variants: Iterable[LinkVals]
) -> list[dict[str, Any]]:
    """Find the variants in question: those of earlier runs, and those with the SKUs and barcodes of the products."""
    records = [one for product in products for one in records_of(product)]
    conditions: list[tuple[str, str, Any]] = [
        ("id", "in", sorted({link.odoo_id for link in variants})),
        ("product_tmpl_id", "in", sorted({link.odoo_id for link in linked})),
        (sides.settings.sku_field, "in", sorted({one.sku for one in records} - {""})),
        ("barcode", "in", sorted({one.barcode for one in records} - {""})),
    ]
    conditions = [one for one in conditions if one[2]]
    if not conditions:
        return []
    domain = [*["|"] * (len(conditions) - 1), *conditions]
    company = ("company_id", "in", [False, sides.odoo.company_id])
    return sides.odoo.search_read("product.product", [company, *domain], ["product_tmpl_id"], context=_WITH_ARCHIVED)


def _variant(row: Mapping[str, Any], sku_field: str) -> OdooVariant:
    return OdooVariant(
        row["id"],
        row["product_tmpl_id"],
        str(row["display_name"]),
        str(row[sku_field] or "").strip(),
        str(row["barcode"] or "").strip(),
        bool(row["active"]),
        frozenset(row["product_template_attribute_value_ids"]),
    )


def _by(variants: Iterable[OdooVariant], name: str) -> dict[str, list[OdooVariant]]:
    found: dict[str, list[OdooVariant]] = defaultdict(list)
    for one in variants:
        if value := getattr(one, name):
            found[value].append(one)
    return dict(found)


def _known(
    product: Product,
    linked: Mapping[str, LinkVals],
    variants: Mapping[str, LinkVals],
    leading: Mapping[int, LinkVals],
    taken: Mapping[str, LinkVals],
    templates: Collection[int],
) -> Known:
    """Return what earlier runs know of a product, variations that are gone from the store included."""
    own = [variants[one.external_id] for one in records_of(product) if one.external_id in variants]
    own += [one for one in leading.values() if split_variant(one.external_id)[0] == product.external_id]
    link = linked.get(product.external_id)
    links = {
        link_key(one): variants[one.external_id]
        for one in product.variants
        if one.external_id in variants and variants[one.external_id].odoo_id in leading
    }
    if link and link.odoo_id in templates:
        links[link_key(product)] = link
    return Known(
        template_id=link.odoo_id if link else 0,
        variant_ids={one.external_id: one.odoo_id for one in own},
        prints={
            key: Prints(read_prints(seen.store_hash), read_prints(seen.odoo_hash))
            for key, one in links.items()
            if (seen := taken.get(one.external_id)) and seen.odoo_id == one.odoo_id
        },
        sent={key: read_prints(one.store_hash) for key, one in links.items() if one.store_hash},
        had={
            one.external_id: frozenset(seen.odoo_seen.split())
            for one in links.values()
            if (seen := taken.get(one.external_id)) and seen.odoo_id == one.odoo_id
        },
    )


def _doubled(products: Sequence[Product]) -> dict[str, list[str]]:
    """Return the SKUs that several products or variations of the batch have, with whose they are."""
    owners: dict[str, list[str]] = defaultdict(list)
    for product in products:
        if product.status == "trash":
            continue
        for one in records_of(product):
            if one.sku:
                owners[one.sku].append(f"#{one.external_id.rpartition('/')[2]} ({product.name})")
    return {sku: named for sku, named in owners.items() if len(named) > 1}
