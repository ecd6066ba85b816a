"""What the settings say about products on their way to the store, and what both sides say of units, taxes, fields.

Decides that a field the settings name and Odoo does not have is an error of the settings, not of a product.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ....connections.prices import prices_due
from ....domain.errors import ConfigError
from ....domain.ownership import Group
from ....mapping.catalogue.rules import LENGTHS, WEIGHTS, CatalogueRules
from ....odoo.records import Records
from ....stores.catalogue import Units
from ...sides import Sides

_MODEL = "product.template"
#: Seconds a batch looks at its products; whoever sorts the first one into a category is heard right after.
_BATCH = 10.0


def load_catalogue_rules(sides: Sides) -> CatalogueRules:
    """Return the rules for a batch of products.

    Raises:
        ConfigError: a field of the settings is not there.
    """
    settings, odoo = sides.settings, sides.odoo
    fields = odoo.fields(_MODEL)
    texts = [settings.description_field, settings.short_description_field]
    _refuse_missing(odoo, "product.product", "sku_field", settings.sku_field)
    for name, value in zip(("description_field", "short_description_field"), texts, strict=True):
        _refuse_missing(odoo, _MODEL, name, value)
    units: Units = sides.memory.get("store units", sides.store.catalogue.units)
    images = (Group.IMAGES,) if settings.send_images else ()
    return CatalogueRules(
        owners=sides.owners,
        repair=settings.repair_drift,
        create=settings.create_products,
        sent=settings.products_sent,
        category_ids=_with_those_below(sides, settings.product_category_ids),
        tag_ids=frozenset(settings.product_tag_ids),
        status=settings.product_status,
        archived_status=settings.archived_status,
        archived_variants=settings.archived_variants,
        sku_field=settings.sku_field,
        description_field=settings.description_field,
        short_description_field=settings.short_description_field,
        html_fields=frozenset(one for one in texts if one and fields[one].type == "html"),
        categories=categories_meant(sides),
        dimension_fields={name: one for name, one in settings.dimension_fields.items() if one in fields},
        dimension_unit=settings.dimension_unit,
        store_weight_unit=units.weight if units.weight in WEIGHTS else "kg",
        store_dimension_unit=units.dimension if units.dimension in LENGTHS else "cm",
        tax_classes=sides.memory.get("tax classes of taxes", partial(_tax_classes, sides)),
        prices_due=prices_due(settings, datetime.now(UTC)),
        groups=(Group.NAMES, Group.PRICES, Group.CATEGORIES, *images),
        namespace=odoo.namespace,
    )


def in_language(odoo: Records, language: str) -> Records:
    """Return Odoo in the language of the shop's texts."""
    if not language:
        return odoo
    return Records(odoo.client, odoo.company_id, {"lang": language}, namespace=odoo.namespace)


def fields_to_read(rules: CatalogueRules) -> list[str]:
    """Return the fields of templates the settings ask for beside the usual ones."""
    named = (rules.description_field, rules.short_description_field, *rules.dimension_fields.values())
    return [name for name in named if name]


def _refuse_missing(odoo: Records, model: str, setting: str, field: str) -> None:
    if field and field not in odoo.fields(model):
        raise ConfigError(
            f"The setting {setting} names the field {field} of {model}, which this Odoo does not have.",
            where=f"settings -> {setting}",
            fix="Correct it on the page Configuration.",
        )


def categories_meant(sides: Sides) -> str:
    """Return which categories of Odoo count: public, internal or none.

    Public ones by themselves only where a product of Odoo is in one: with the app eCommerce installed and nothing
    sorted in yet, all products would lose the categories they have in the store.
    """
    chosen = sides.settings.categories_from
    if chosen != "auto":
        return chosen
    if not sides.odoo.client.dialect.product_public_categories:
        return "internal"
    in_use = partial(sides.odoo.search, _MODEL, [("public_categ_ids", "!=", False)], limit=1)
    return "public" if sides.memory.get("products in public categories", in_use, life=_BATCH) else "internal"


def _with_those_below(sides: Sides, category_ids: tuple[int, ...]) -> frozenset[int]:
    if not category_ids:
        return frozenset()
    domain = [("id", "child_of", list(category_ids))]
    return sides.memory.get(
        "chosen product categories", lambda: frozenset(sides.odoo.search("product.category", domain))
    )


def _tax_classes(sides: Sides) -> Mapping[int, str]:
    """Return which tax class stands for which tax of Odoo, by the mapping of taxes for orders, read backwards.

    A tax that stands for rates of several classes says nothing.
    """
    settings = sides.settings
    found: dict[int, set[str]] = {}
    for key, tax_id in settings.tax_rule_map.items():
        name = key.partition(":")[0]
        if name != "*":
            found.setdefault(tax_id, set()).add("" if name == "standard" else name)
    rates: Mapping[str, Any] = {rate.rate_id: rate for rate in sides.store.tax_rates()} if settings.tax_map else {}
    for rate_id, tax_id in settings.tax_map.items():
        if rate_id in rates:
            name = str(rates[rate_id].tax_class)
            found.setdefault(tax_id, set()).add("" if name == "standard" else name)
    return {tax_id: next(iter(names)) for tax_id, names in found.items() if len(names) == 1}
