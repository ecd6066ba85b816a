"""The plan for a product in words: the dry run, the screen, the ledger."""

from __future__ import annotations

from ...domain.plan import Plan, Step
from ...domain.product import Variant
from .product_plan import Part, ProductPlan

#: Variants a plan names one by one.
_MOST_NAMED = 20


def plan_shown(plan: ProductPlan) -> Plan:
    """Return the plan as people read it."""
    steps = [*_main(plan), *_variants(plan)]
    drifts = [
        f"{one.group.value} changed on the wrong side: {one.detail}" + ("" if one.repaired else ", left as it is")
        for one in plan.drifts
    ]
    summary = "" if steps else "Nothing has changed."
    return Plan(plan.product.label, summary, tuple(steps), notes=(*plan.notes, *drifts))


def _main(plan: ProductPlan) -> list[Step]:
    main, product = plan.main, plan.product
    where = f"products/{main.external_id}" if main.external_id else "products"
    steps = []
    if plan.deleted:
        why = "It has no variants any more, and they hold its SKU"
        steps.append(Step(f"Delete {len(plan.deleted)} variations", why, where))
    if main.create:
        steps.append(Step(f"Create {product.kind.value} product", "The store does not have it", where, _groups(main)))
    elif plan.trash:
        steps.append(Step("Put the product into the trash", "It is archived in Odoo", where))
    elif main.groups:
        why = "It is archived in Odoo or not for sale" if not plan.subject.for_sale else "It differs from Odoo"
        steps.append(Step("Change product", why, where, _groups(main)))
    return steps


def _variants(plan: ProductPlan) -> list[Step]:
    number = plan.main.external_id or "…"
    where = f"products/{number}/variations"
    changes = [part for part in plan.variants if part.create or part.groups]
    steps = [
        Step(
            f"{'Create' if part.create else 'Change'} variation {_options(part)}",
            "The store does not have it" if part.create else "It differs from Odoo",
            where,
            _groups(part),
        )
        for part in changes[:_MOST_NAMED]
    ]
    if len(changes) > _MOST_NAMED:
        steps.append(Step(f"{len(changes) - _MOST_NAMED} more variations", "", where))
    if plan.retired:
        steps.append(Step(f"Take {len(plan.retired)} variations off sale", "Their variants are archived", where))
    return steps


def _options(part: Part) -> str:
    assert isinstance(part.record, Variant)
    return ", ".join(option for _, option in part.record.values)


def _groups(part: Part) -> str:
    return ", ".join(sorted(group.value for group in part.groups))
