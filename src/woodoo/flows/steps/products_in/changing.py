"""Write what the store says on products Odoo has: names and codes, prices, category, and whether they are archived.

Decides that all products of a batch go in one call for each set of fields, and that nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ....domain.errors import WoodooError
from ....domain.ownership import Group
from ....domain.product import Kind
from ....mapping.products_in.price_extra import split_prices
from ....mapping.products_in.product_plan import price_off
from ....mapping.products_in.product_template import record_cells, template_cells
from ...sides import Sides
from .batch import ProductBatch, Progress, prices_of

TEMPLATE, VARIANT, CHOICE = "product.template", "product.product", "product.template.attribute.value"


def unarchive(sides: Sides, batch: ProductBatch) -> None:
    """Take products and variants out of the archive that the store has (again)."""
    _act(sides, batch, TEMPLATE, "action_unarchive", {p.template_id: p for p in batch if p.plan.unarchive})
    back = {one.odoo_id: progress for progress in batch for one in progress.plan.back}
    _set_active(sides, back, active=True)


def archive(sides: Sides, batch: ProductBatch) -> None:
    """Archive what the store has deleted, whole products and single variants."""
    _act(sides, batch, TEMPLATE, "action_archive", {p.template_id: p for p in batch if p.plan.archive})
    gone = {one.odoo_id: progress for progress in batch for one in progress.plan.gone}
    _set_active(sides, gone, active=False)


def _act(sides: Sides, batch: ProductBatch, model: str, method: str, wanted: Mapping[int, Progress]) -> None:
    result = sides.odoo.action(model, method, wanted) if wanted else None
    for odoo_id, error in result.errors.items() if result else ():
        batch.drop(wanted[odoo_id], error)


def _set_active(sides: Sides, wanted: Mapping[int, Progress], *, active: bool) -> None:
    if wanted:
        sides.odoo.write(VARIANT, wanted, {"active": active})


def write_products(sides: Sides, batch: ProductBatch) -> None:
    """Write the groups that belong to the store on products and variants."""
    templates: dict[int, Mapping[str, Any]] = {}
    variants: dict[int, dict[str, Any]] = {}
    owners: dict[tuple[str, int], Progress] = {}
    for progress in batch:
        plan, product = progress.plan, progress.product
        had = plan.had.get(product.external_id, ())
        cells = template_cells(product, plan.groups, batch.rules, batch.form, progress.category_id, had)
        if cells and progress.template_id:
            templates[progress.template_id] = cells
            owners[TEMPLATE, progress.template_id] = progress
        named = [one for one in product.variants if Group.NAMES in plan.writes_of(one.external_id)]
        for record in named:
            variants[progress.variant_ids[record.external_id]] = record_cells(record, batch.rules)
        own = progress.variant_ids.get(product.external_id)
        takes_sku = plan.create or Group.NAMES in plan.groups
        if own and takes_sku and product.kind is Kind.SIMPLE and not batch.form.sku_on_template:
            variants[own] = {batch.rules.sku_field: product.sku}
        owners |= {(VARIANT, one): progress for one in progress.variant_ids.values()}
    _report(batch, owners, TEMPLATE, sides.odoo.update(TEMPLATE, templates) if templates else {})
    _report(batch, owners, VARIANT, sides.odoo.update(VARIANT, variants) if variants else {})


def write_prices(sides: Sides, batch: ProductBatch) -> None:
    """Write price and extras of products whose variants cost something else in the store."""
    templates: dict[int, Mapping[str, Any]] = {}
    choices: dict[int, Mapping[str, Any]] = {}
    owners: dict[tuple[str, int], Progress] = {}
    for progress in batch:
        template = progress.plan.match.template
        if template is None or not any(Group.PRICES in found for found in progress.plan.variant_groups.values()):
            continue
        prices = prices_of(progress.product, batch.rules)
        split = split_prices(prices)
        note_off(progress, prices, split.off)
        if split.base != template.list_price:
            templates[template.odoo_id] = {"list_price": split.base}
        for choice in template.choices.values():
            extra = split.extras.get(choice.value)
            if extra is not None and extra != choice.price_extra:
                choices[choice.odoo_id] = {"price_extra": extra}
                owners[CHOICE, choice.odoo_id] = progress
        owners[TEMPLATE, template.odoo_id] = progress
    _report(batch, owners, TEMPLATE, sides.odoo.update(TEMPLATE, templates) if templates else {})
    _report(batch, owners, CHOICE, sides.odoo.update(CHOICE, choices) if choices else {})


def note_off(
    progress: Progress,
    prices: Mapping[frozenset[tuple[str, str]], Decimal],
    off: Mapping[frozenset[tuple[str, str]], Decimal],
) -> None:
    """Say which variants' prices no sum of what their values add can give."""
    for variant in progress.product.variants:
        key = frozenset(variant.key)
        if key in off:
            progress.notes.append(price_off(variant, prices[key], off[key]))


def _report(
    batch: ProductBatch,
    owners: Mapping[tuple[str, int], Progress],
    model: str,
    errors: Mapping[int, WoodooError],
) -> None:
    for odoo_id, error in errors.items():
        progress = owners[model, odoo_id]
        if progress.product.external_id in batch.progress:
            batch.drop(progress, error)
