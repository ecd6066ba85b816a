"""Make what Odoo lacks: categories, attributes and values, products, variants. Everything once, by name or external id.

Decides the order, so that a run that was cut off anywhere is finished by the next one: what is found by SKU later, the
variants, comes last, and what belongs to the product as a whole stands before it.

| cut off after           | the next run                                                       |
|-------------------------|--------------------------------------------------------------------|
| attributes, values      | finds them by name                                                 |
| the product             | gets the same one by its external id, and goes on                  |
| what the choices add    | the same; they are written again                                   |
| some of the variants    | finds the product by their SKUs, and makes the others              |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ....domain.errors import DataError, WoodooError
from ....domain.ownership import Group, Owner
from ....domain.product import Kind, Variant
from ....domain.text import same_name
from ....mapping.products_in.price_extra import split_prices
from ....mapping.products_in.product_plan import shown_values
from ....mapping.products_in.product_template import main_category, new_template_cells, record_cells
from ....mapping.products_in.refusals import (
    attribute_is_missing,
    attribute_is_several,
    attribute_makes_none,
    refuse_too_many,
)
from ....mapping.products_in.seen import Choice
from ....odoo.attributes import NO_VARIANT, Attribute, ensure_attributes, ensure_values, find_attributes
from ....odoo.categories import ensure_categories
from ....odoo.load import Row
from ...sides import Sides
from .batch import ProductBatch, Progress, prices_of
from .changing import note_off
from .observe import read_choices

_DYNAMIC = "dynamic"


def find_categories(sides: Sides, batch: ProductBatch) -> None:
    """Find or make the category of each product that is made, or whose categories are written."""
    wanted = {
        progress.product.external_id: path
        for progress in batch
        if (progress.plan.create or Group.CATEGORIES in progress.plan.groups)
        and (path := main_category(progress.product))
    }
    if not wanted:
        return
    root = sides.odoo.defaults("product.template", ["categ_id"]).get("categ_id") or None
    found, errors = ensure_categories(sides.odoo, wanted.values(), int(root) if root else None)
    for record, path in wanted.items():
        progress = batch.progress[record]
        progress.category_id = found.get(path)
        if path in errors:
            batch.drop(progress, errors[path])


def find_values(sides: Sides, batch: ProductBatch) -> None:
    """Find or make the attributes and values of all variants that are to be made."""
    wanted = [progress for progress in batch if progress.plan.new]
    if not wanted:
        return
    known = find_attributes(sides.odoo)
    names = {same_name(name): name for progress in wanted for name, _ in _options(progress)}
    made, errors = ensure_attributes(sides.odoo, [name for key, name in names.items() if key not in known])
    attributes: dict[tuple[str, str], Attribute] = {}
    for progress in wanted:
        try:
            for key in {same_name(name) for name, _ in _options(progress)}:
                attributes[progress.product.external_id, key] = _attribute(progress, key, known, made, errors)
        except WoodooError as error:
            batch.drop(progress, error)
    options: dict[int, dict[str, str]] = defaultdict(dict)
    for progress in batch:
        for name, option in _options(progress):
            attribute = attributes[progress.product.external_id, same_name(name)]
            options[attribute.odoo_id].setdefault(same_name(option), option)
    values = ensure_values(sides.odoo, {attribute: named.values() for attribute, named in options.items()})
    for progress in [one for one in batch if one.plan.new]:
        _take_values(progress, batch, attributes, values.ids, values.errors)


def _options(progress: Progress) -> list[tuple[str, str]]:
    return [pair for variant in progress.plan.new for pair in variant.values]


def _attribute(
    progress: Progress,
    key: str,
    known: dict[str, list[Attribute]],
    made: dict[str, Attribute],
    errors: dict[str, WoodooError],
) -> Attribute:
    """Return the attribute a product means by a name: the one its lines have, else the only one of that name."""
    found = known.get(key, [])
    template = progress.plan.match.template
    own = {choice.attribute_id for choice in template.choices.values()} if template else set()
    found = [one for one in found if one.odoo_id in own] or found
    product = progress.product
    if template and key not in template.attribute_lines:
        raise attribute_is_missing(product, _as_written(progress, key), template.name)
    if not found:
        if key in errors:
            raise errors[key]
        return made[key]
    makers = [one for one in found if one.create_variant != NO_VARIANT]
    if not makers:
        raise attribute_makes_none(product, found[0].name)
    if len(makers) > 1:
        raise attribute_is_several(product, makers[0].name, [one.odoo_id for one in makers])
    return makers[0]


def _as_written(progress: Progress, key: str) -> str:
    return next(name for name, _ in _options(progress) if same_name(name) == key)


def _take_values(
    progress: Progress,
    batch: ProductBatch,
    attributes: dict[tuple[str, str], Attribute],
    ids: Mapping[tuple[int, str], int],
    errors: Mapping[tuple[int, str], WoodooError],
) -> None:
    makers: dict[int, str] = {}
    counts: dict[int, set[str]] = defaultdict(set)
    for name, option in _options(progress):
        attribute = attributes[progress.product.external_id, same_name(name)]
        key = (attribute.odoo_id, same_name(option))
        if key in errors:
            batch.drop(progress, errors[key])
            return
        progress.values[same_name(name), same_name(option)] = (attribute.odoo_id, ids[key])
        makers[attribute.odoo_id] = attribute.create_variant
        counts[attribute.odoo_id].add(key[1])
    progress.one_by_one = _DYNAMIC in makers.values()
    if progress.plan.create and not progress.one_by_one:
        try:
            refuse_too_many(progress.product, [len(found) for found in counts.values()])
        except DataError as error:
            batch.drop(progress, error)


def create_templates(sides: Sides, batch: ProductBatch) -> None:
    """Make the products, with the lines of their attributes; of a simple product its variant comes with it."""
    wanted = {f"product_template_{one.product.external_id}": one for one in batch if one.plan.create}
    rows = []
    for name, progress in wanted.items():
        cells = new_template_cells(progress.product, batch.rules, batch.form, progress.category_id)
        if progress.product.kind is Kind.VARIABLE and (prices := prices_of(progress.product, batch.rules)):
            cells["list_price"] = split_prices(prices).base
        lines = {"attribute_line_ids": _lines(progress)} if progress.plan.new else {}
        rows.append(Row(name, cells, lines))
    ensured = sides.odoo.ensure("product.template", rows) if rows else None
    for name, progress in wanted.items() if ensured else ():
        assert ensured is not None
        progress.template_id = ensured.ids.get(name, 0)
        if name in ensured.errors:
            batch.drop(progress, ensured.errors[name])


def _lines(progress: Progress) -> list[dict[str, object]]:
    """Return the lines of a new product: its attributes in the store's order, each with the values that are used."""
    used: dict[int, dict[int, None]] = {}
    for name, option in _ordered(progress):
        attribute, value = progress.values[name, option]
        used.setdefault(attribute, {})[value] = None
    return [{"attribute_id/.id": attribute, "value_ids/.id": list(values)} for attribute, values in used.items()]


def _ordered(progress: Progress) -> Iterable[tuple[str, str]]:
    shown = [(same_name(a.name), same_name(option)) for a in progress.product.attributes for option in a.options]
    used = [(same_name(name), same_name(option)) for name, option in _options(progress)]
    return [*(pair for pair in shown if pair in set(used)), *used]


def create_variants(sides: Sides, batch: ProductBatch) -> None:
    """Make the variants that are missing, exactly those the store has; say what each of their values adds before."""
    wanted = [progress for progress in batch if progress.plan.new]
    if not wanted:
        return
    choices = read_choices(sides.odoo, [progress.template_id for progress in wanted])
    if _add_values(sides, batch, wanted, choices):
        choices = read_choices(sides.odoo, [progress.template_id for progress in batch if progress.plan.new])
    wanted = [progress for progress in batch if progress.plan.new]
    _write_extras(sides, batch, wanted, choices)
    _adopt(sides, batch, [one for one in wanted if not one.one_by_one], choices)
    rows: dict[str, tuple[Progress, Variant, Row]] = {}
    for progress in wanted:
        offered = {choice.value: choice.odoo_id for choice in choices[progress.template_id].values() if choice.active}
        for variant in progress.plan.new:
            if variant.external_id in progress.variant_ids:
                continue
            cells = {
                "product_tmpl_id/.id": progress.template_id,
                "product_template_attribute_value_ids/.id": [offered[pair] for pair in variant.key],
                **record_cells(variant, batch.rules),
            }
            name = f"product_product_{variant.external_id.rpartition('/')[2]}"
            rows[name] = (progress, variant, Row(name, cells))
    ensured = sides.odoo.ensure("product.product", [row for _, _, row in rows.values()]) if rows else None
    for name, (progress, variant, _) in rows.items() if ensured else ():
        assert ensured is not None
        if name in ensured.ids:
            progress.variant_ids[variant.external_id] = ensured.ids[name]
        elif progress.product.external_id in batch.progress:
            batch.drop(progress, _variant_error(variant, ensured.errors[name]))


def _variant_error(variant: Variant, error: WoodooError) -> WoodooError:
    error.message = f"its variation {shown_values(variant)} was not made: {error.message}"
    return error


def _add_values(
    sides: Sides, batch: ProductBatch, wanted: list[Progress], choices: dict[int, dict[int, Choice]]
) -> bool:
    """Add values to the lines of products that lack them; where Odoo owns names, its lines stay as they are."""
    added = False
    for progress in wanted:
        offered = choices.get(progress.template_id, {}).values()
        there = {choice.value for choice in offered if choice.active}
        missing = [pair for variant in progress.plan.new for pair in variant.key if pair not in there]
        if not missing:
            continue
        if not progress.plan.create and batch.rules.owners.of(Group.NAMES) is Owner.ODOO:
            names = ", ".join(sorted({option for _, option in missing}))
            batch.drop(progress, _line_is_odoos(progress, names))
            continue
        lines = {choice.value[0]: choice.line_id for choice in offered}
        for pair in dict.fromkeys(missing):
            value_id = progress.values[pair][1]
            sides.odoo.write("product.template.attribute.line", [lines[pair[0]]], {"value_ids": [(4, value_id, 0)]})
        added = True
    return added


def _line_is_odoos(progress: Progress, names: str) -> DataError:
    label = progress.product.label
    return DataError(
        f"{label} failed to sync because it has new variations with the values {names}, which the product in Odoo does "
        "not offer, and its attributes belong to Odoo as the settings are.",
        record=label,
        where="product.template -> attribute_line_ids",
        fix="Add these values to the product in Odoo; or give the store the say on names and texts in the settings.",
    )


def _write_extras(
    sides: Sides, batch: ProductBatch, wanted: list[Progress], choices: dict[int, dict[int, Choice]]
) -> None:
    """Write what each choice of a new product adds to its price, and note what no sum can give."""
    rows: dict[int, dict[str, object]] = {}
    for progress in wanted:
        if not progress.plan.create and batch.rules.owners.of(Group.PRICES) is Owner.ODOO:
            continue
        prices = prices_of(progress.product, batch.rules)
        split = split_prices(prices)
        note_off(progress, prices, split.off)
        for choice in choices[progress.template_id].values():
            extra = split.extras.get(choice.value)
            if extra is not None and extra != choice.price_extra:
                rows[choice.odoo_id] = {"price_extra": extra}
    if rows:
        sides.odoo.update("product.template.attribute.value", rows)


def _adopt(sides: Sides, batch: ProductBatch, wanted: list[Progress], choices: dict[int, dict[int, Choice]]) -> None:
    """Take the variants Odoo has made by itself, and archive those of combinations the store does not have."""
    if not wanted:
        return
    fields = ["product_tmpl_id", "product_template_attribute_value_ids"]
    domain = [("product_tmpl_id", "in", [progress.template_id for progress in wanted])]
    rows = sides.odoo.search_read("product.product", domain, fields)
    changes: dict[int, dict[str, object]] = {}
    spare: list[int] = []
    for progress in wanted:
        offered = choices[progress.template_id]
        by_key = {frozenset(one.key): one for one in progress.product.variants}
        for row in [row for row in rows if row["product_tmpl_id"] == progress.template_id]:
            if row["id"] in progress.variant_ids.values():
                continue
            key = frozenset(offered[one].value for one in row["product_template_attribute_value_ids"])
            variant = by_key.get(key)
            if variant is None:
                spare += [row["id"]] if progress.plan.create else []
            elif variant.external_id not in progress.variant_ids:
                progress.variant_ids[variant.external_id] = row["id"]
                changes[row["id"]] = record_cells(variant, batch.rules)
    errors = sides.odoo.update("product.product", changes) if changes else {}
    for progress in wanted:
        for error in [errors[one] for one in progress.variant_ids.values() if one in errors][:1]:
            batch.drop(progress, error)
    if spare:
        sides.odoo.write("product.product", spare, {"active": False})
