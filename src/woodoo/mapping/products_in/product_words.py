"""The plan of a product in words: the dry run, the screen, the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.ownership import Group
from ...domain.plan import Plan, Step
from ...domain.product import Kind
from .product_plan import Nothing, ProductPlan, shown_values

_TEMPLATE, _VARIANT = "product.template", "product.product"
_WORDS = {
    Group.NAMES: "names and texts",
    Group.PRICES: "prices",
    Group.CATEGORIES: "category",
    Group.IMAGES: "picture",
}


def product_plan_shown(plan: ProductPlan | Nothing) -> Plan:
    """Return the plan as people read it."""
    label = plan.product.label
    if isinstance(plan, Nothing):
        return Plan(label, plan.reason)
    steps = tuple(_steps(plan))
    notes = [*plan.notes, *(f"Changed on the wrong side ({one.side}): {one.detail}." for one in plan.changes)]
    return Plan(label, summary(plan), steps, notes=tuple(notes))


def summary(plan: ProductPlan) -> str:
    """Say in a line what is done."""
    if plan.create:
        return f"Made in Odoo{_with_variants(len(plan.new))}."
    done = []
    written = {*plan.groups, *(group for found in plan.variant_groups.values() for group in found)}
    if written:
        done.append("changed in Odoo: " + ", ".join(_WORDS[group] for group in _WORDS if group in written))
    if plan.new:
        done.append(f"new variants: {', '.join(map(shown_values, plan.new))}")
    if plan.archive:
        done.append("archived in Odoo, for it was deleted in the store")
    if plan.gone:
        done.append(f"archived variants: {', '.join(one.name for one in plan.gone)}")
    if plan.unarchive or plan.back:
        done.append("taken out of the archive in Odoo")
    if not done and plan.told:
        return "Nothing to take over; what Odoo owns is compared by the flow from Odoo to the store."
    if not done:
        return "It is in Odoo as it should be."
    text = "; ".join(done)
    return f"{text[0].upper()}{text[1:]}."


def _with_variants(count: int) -> str:
    return f" with {count} variant{'' if count == 1 else 's'}" if count else ""


def _steps(plan: ProductPlan) -> Iterator[Step]:
    why = "the store has the say on them"
    if plan.create:
        kind = "with its variants" if plan.product.kind is Kind.VARIABLE else "as it is sold"
        yield Step(
            "Create product", f"Odoo has none with its SKU, and it may be made, {kind}", _TEMPLATE, plan.product.name
        )
    for group in _WORDS:
        if group in plan.groups:
            yield Step(f"Write {_WORDS[group]}", why, _TEMPLATE)
        touched = [one for one in plan.product.variants if group in plan.writes_of(one.external_id)]
        if touched:
            yield Step(f"Write {_WORDS[group]} of variants", why, _VARIANT, ", ".join(map(shown_values, touched)))
    for variant in plan.new:
        yield Step("Create variant", "the store has this variation", _VARIANT, f"{shown_values(variant)} {variant.sku}")
    if plan.unarchive:
        yield Step("Unarchive product", "the store has it again", _TEMPLATE)
    for one in plan.back:
        yield Step("Unarchive variant", "the store has it again", _VARIANT, one.name)
    if plan.archive:
        yield Step("Archive product", "it was deleted in the store", _TEMPLATE)
    for one in plan.gone:
        yield Step("Archive variant", "its variation was deleted in the store", _VARIANT, one.name)
