"""What came of each product of a batch: the line the screen shows, the links with their prints, and who is told.

Decides that what was written is read back, and that prints are kept only of what is settled: a change on the wrong side
that was not written over, and a picture that could not be had, are found again with the next look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ....domain.errors import WoodooError
from ....domain.mark import GONE
from ....domain.ownership import Group, Owner, write_prints
from ....domain.product import PRODUCT, PRODUCT_TAKEN, VARIANT, VARIANT_TAKEN, Kind, Product, Variant
from ....engine.flow import DriftVals, LinkVals, Outcome, OutcomeKind
from ....mapping.products_in.held import held, prints_of
from ....mapping.products_in.product_plan import Nothing, ProductPlan, group_values, link_key
from ....mapping.products_in.product_rules import ProductRules
from ....mapping.products_in.product_words import product_plan_shown, summary
from ....mapping.products_in.seen import Known, OdooTemplate, Prints, Seen
from ...sides import Sides
from ..look_again import marked_to_look
from .batch import ProductBatch, Progress
from .observe import read_templates, records_of
from .settle import settled_links

#: What a product was like in the store, where it was there.
THERE = "there"
#: The flow from Odoo to the store, and the lane of orders.
_OUT, _OUT_LANE, _ORDERS = "products", "catalogue", "orders"


def of_batch(
    sides: Sides,
    plans: Mapping[str, ProductPlan | Nothing],
    batch: ProductBatch | None,
    rules: ProductRules,
    seen: Seen,
) -> dict[str, Outcome]:
    """Return an outcome for each product that could be planned."""
    done = dict(batch.progress) if batch is not None else {}
    dropped = dict(batch.dropped) if batch is not None else {}
    again = read_templates(sides, [progress.template_id for progress in done.values()], rules)
    for progress in done.values():
        _note_variant(progress, again.get(progress.template_id))
    settled = settled_links(sides, done.values())
    found: dict[str, Outcome] = {}
    for record, plan in plans.items():
        known = seen.known.get(record, Known())
        if isinstance(plan, Nothing):
            found[record] = _nothing(plan)
        elif record in dropped:
            progress, error = dropped[record]
            found[record] = _dropped(progress, error)
        elif record in done:
            template = again.get(done[record].template_id)
            outcome = _done(plan, template, done[record], known, rules)
            links = tuple(settled.get((link.kind, link.external_id), link) for link in outcome.links)
            found[record] = replace(outcome, links=links)
        else:
            found[record] = _done(plan, plan.match.template, None, known, rules)
    return {record: replace(outcome, found_by=plans[record].product.found_by) for record, outcome in found.items()}


def _note_variant(progress: Progress, template: OdooTemplate | None) -> None:
    """Note the variant that Odoo made with a simple product."""
    if progress.product.kind is Kind.SIMPLE and template and len(template.variants) == 1:
        progress.variant_ids.setdefault(progress.record, template.variants[0].odoo_id)


def refused(error: WoodooError, product: str = "") -> Outcome:
    """Return the outcome of a product that cannot be planned."""
    return Outcome.from_error(error, title=error.record or product)


def _nothing(plan: Nothing) -> Outcome:
    shown = product_plan_shown(plan).to_json()
    gone = plan.product.status == "trash"
    return Outcome(OutcomeKind.SKIPPED, plan.reason, plan.product.label, plan=shown, seen=GONE if gone else THERE)


def _dropped(progress: Progress, error: WoodooError) -> Outcome:
    shown = product_plan_shown(progress.plan).to_json()
    links = [_product_link(progress.product, progress.template_id)] if progress.template_id else []
    links += [
        LinkVals(VARIANT, external_id, "product.product", odoo_id)
        for external_id, odoo_id in progress.variant_ids.items()
    ]
    return Outcome.from_error(error, title=progress.product.label, plan=shown, links=tuple(links))


def _done(
    plan: ProductPlan, template: OdooTemplate | None, progress: Progress | None, known: Known, rules: ProductRules
) -> Outcome:
    product = plan.product
    notes = progress.notes if progress else []
    shown = product_plan_shown(plan)
    shown = replace(shown, notes=(*shown.notes, *notes))
    gone = product.status == "trash"
    links = _links(plan, template, progress, known, rules) if template and not gone else ()
    return Outcome(
        OutcomeKind.DONE,
        " ".join([summary(plan), *plan.notes, *notes]),
        title=product.label,
        plan=shown.to_json(),
        links=links,
        seen=GONE if gone else THERE,
        drifts=tuple(DriftVals(one.group.value, one.side.value, one.detail, one.repaired) for one in plan.changes),
    )


def _product_link(product: Product, template_id: int, name: str = "") -> LinkVals:
    return LinkVals(PRODUCT, product.external_id, "product.template", template_id, name)


def _links(
    plan: ProductPlan, template: OdooTemplate, progress: Progress | None, known: Known, rules: ProductRules
) -> tuple[LinkVals, ...]:
    """Return the links of a product and its variants, with what both sides hold now."""
    product = plan.product
    ids = progress.variant_ids if progress else {one: v.odoo_id for one, v in plan.match.variants.items()}
    main = _product_link(product, template.odoo_id, template.name)
    ours = group_values(template, ids.get(product.external_id, 0))
    links = [main, _seen(main, PRODUCT_TAKEN, _prints(plan, product, ours, progress, known, rules), plan)]
    by_id = {one.external_id: one for one in product.variants}
    names = {one.odoo_id: one.name for one in template.variants}
    for external_id, odoo_id in ids.items():
        link = LinkVals(VARIANT, external_id, "product.product", odoo_id, names.get(odoo_id, ""))
        links.append(link)
        if variant := by_id.get(external_id):
            own = template.variant_values.get(odoo_id, {})
            links.append(_seen(link, VARIANT_TAKEN, _prints(plan, variant, own, progress, known, rules), plan))
    return tuple(links)


def _seen(link: LinkVals, kind: str, prints: Prints, plan: ProductPlan) -> LinkVals:
    had = " ".join(sorted(plan.had.get(link.external_id, ())))
    store, odoo = write_prints(prints.store), write_prints(prints.odoo)
    return replace(link, kind=kind, store_hash=store, odoo_hash=odoo, odoo_seen=had)


def _prints(
    plan: ProductPlan,
    record: Product | Variant,
    ours: Mapping[Group, Mapping[str, object]],
    progress: Progress | None,
    known: Known,
    rules: ProductRules,
) -> Prints:
    """Return the prints to keep of a record."""
    old = known.prints.get(link_key(record), Prints())
    had = plan.had.get(record.external_id, ())
    new = prints_of(held(record, plan.product.tax_class, rules, had), ours)
    made = plan.create or record in plan.new
    open_ones = {one.group for one in plan.changes if one.side is Owner.ODOO and not one.repaired}
    open_ones |= {group for group in Group if rules.owners.of(group) is Owner.STORE and not (rules.take or made)}
    writes = plan.groups if isinstance(record, Product) else plan.writes_of(record.external_id)
    if (made or Group.IMAGES in writes) and record.external_id not in (progress.pictures if progress else ()):
        open_ones.add(Group.IMAGES)
    return Prints(
        {group: value for group in Group if (value := (old if group in open_ones else new).store.get(group))},
        {group: value for group in Group if (value := (old if group in open_ones else new).odoo.get(group))},
    )


def ring(sides: Sides, outcomes: Mapping[str, Outcome], plans: Mapping[str, ProductPlan | Nothing]) -> None:
    """Tell the flow from Odoo to the store what it has to look at, and orders that waited for a product."""
    told = sorted({plan.match.template.odoo_id for plan in plans.values() if _is_told(plan) and plan.match.template})
    if told and sides.connection_id:
        sides.links.upsert(marked_to_look(sides.links, told))
        sides.todo.enqueue(sides.connection_id, _OUT_LANE, _OUT, [str(one) for one in told], source="store")
    skus = {
        one.sku
        for record, plan in plans.items()
        if isinstance(plan, ProductPlan) and plan.writes and outcomes[record].kind is OutcomeKind.DONE
        for one in records_of(plan.product)
        if one.sku
    }
    if skus and sides.connection_id:
        where = f"product.product -> {sides.settings.sku_field}"
        sides.todo.retry_waiting(sides.connection_id, _ORDERS, where, [f"SKU {sku} " for sku in skus], source="product")


def _is_told(plan: ProductPlan | Nothing) -> bool:
    return isinstance(plan, ProductPlan) and plan.told


def forget_stale(sides: Sides, seen: Seen) -> None:
    """Forget links to what is gone from Odoo: what stands in its place is found or made anew."""
    templates = {known.template_id for known in seen.known.values()} - {0} - set(seen.templates)
    variants = {one for known in seen.known.values() for one in known.variant_ids.values()} - set(seen.variants)
    if templates:
        sides.links.forget_odoo("product.template", templates)
    if variants:
        sides.links.forget_odoo("product.product", variants)
    if seen.freed:
        sides.links.forget(VARIANT, seen.freed)
        sides.links.forget(PRODUCT, seen.freed)


def as_variation(outcome: Outcome, record: str, root: str) -> Outcome:
    """Return the outcome of a product, for a record that is one of its variations."""
    if record == root:
        return outcome
    kind = OutcomeKind.SKIPPED if outcome.kind is OutcomeKind.DONE else outcome.kind
    return replace(outcome, kind=kind, message=f"Variation of product #{root}: {outcome.message}", drifts=None)
