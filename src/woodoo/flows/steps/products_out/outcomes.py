"""What came of each product of a batch: the line the screen shows, the plan, the links and what was changed elsewhere.

Decides which prints are kept: of groups both sides agree on now, as Odoo says them and as the store does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ....domain.errors import DataError, WoodooError
from ....domain.ownership import Group, print_of, write_prints
from ....domain.plan import join
from ....domain.product import PRODUCT, VARIANT, Kind, Product, Variant, values_of
from ....engine.flow import DriftVals, LinkVals, Outcome, OutcomeKind
from ....mapping.catalogue.known import Known
from ....mapping.catalogue.product_plan import Part, filled, has_extras, variants_print
from ....mapping.catalogue.product_words import plan_shown
from ...sides import Sides
from .batch import Going, ProductBatch
from .observe import TEMPLATE, VARIANT_MODEL, Observed


def outcomes_of(sides: Sides, seen: Observed, batch: ProductBatch) -> dict[str, Outcome]:
    """Return the outcome of each record of a batch, and remember links that lead elsewhere now."""
    found = {
        record: Outcome(OutcomeKind.SKIPPED, reason, title=seen.titles.get(record, ""), drifts=())
        for record, reason in seen.skipped.items()
    }
    for record, error in seen.failures.items():
        found[record] = Outcome.from_error(error, title=seen.titles.get(record, ""))
    for going in batch:
        found[going.record] = replace(_outcome(going), found_by=going.plan.product.found_by)
        _forget_old(sides, going)
    for record, (going, error) in batch.dropped.items():
        outcome = Outcome.from_error(error, title=going.plan.product.label, plan=_shown(going))
        found[record] = replace(outcome, found_by=going.plan.product.found_by)
    return found


def _outcome(going: Going) -> Outcome:
    plan = going.plan
    drifts = tuple(DriftVals(one.group.value, one.side.value, one.detail, one.repaired) for one in plan.drifts)
    links = links_of(going)
    error = _error(going)
    if error is not None:
        outcome = Outcome.from_error(error, title=plan.product.label, plan=_shown(going), links=links)
        return replace(outcome, drifts=drifts)
    return Outcome(OutcomeKind.DONE, said(going), plan.product.label, plan=_shown(going), links=links, drifts=drifts)


def said(going: Going) -> str:
    """Say in one line what became of a product: "Created as #12, 3 variations"."""
    plan, main = going.plan, going.plan.main
    new = sum(part.create for part in plan.variants)
    changed = sum(bool(part.groups) and not part.create for part in plan.variants)
    if main.create:
        first = f"Created as #{going.external_id}"
    elif plan.trash:
        first = f"#{going.external_id} is in the trash of the store"
    elif main.groups:
        first = f"#{going.external_id}: {join(sorted(group.value for group in main.groups))} written"
    else:
        first = f"#{going.external_id}" if plan.changes else f"#{going.external_id}: nothing has changed"
    parts = [
        first,
        f"{new} variation{'s' * (new != 1)} created" if new else "",
        f"{changed} variation{'s' * (changed != 1)} changed" if changed else "",
        f"{len(plan.retired)} taken off sale" if plan.retired else "",
        f"{len(plan.deleted)} deleted: it has no variants any more" if plan.deleted else "",
    ]
    return " ".join([f"{join(parts)}.", *plan.notes])


def _error(going: Going) -> WoodooError | None:
    """Return what of the product could not be written: a variant the store refused, a price nobody can say."""
    if going.refused:
        first = next(iter(going.refused.values()))
        if len(going.refused) > 1:
            more = f" So for {len(going.refused) - 1} more of its variants."
            return DataError(first.message + more, record=going.plan.product.label, where=first.where, fix=first.fix)
        return first
    problems = [*going.plan.subject.problems, *going.problems]
    return next(iter(problems), None) if going.plan.subject.for_sale else None


def _shown(going: Going) -> dict[str, Any]:
    return plan_shown(going.plan).to_json()


# --- links --------------------------------------------------------------------------------------------------------


def links_of(going: Going) -> tuple[LinkVals, ...]:
    """Return what is to be remembered of a product and its variants."""
    plan, product = going.plan, going.plan.product
    if not going.external_id or going.again:
        return ()
    main = _main_link(going)
    if not plan.subject.for_sale:
        return (main,)
    variants = [link for part in plan.variants if (link := _variant_link(going, part)) is not None]
    if product.kind is Kind.SIMPLE and product.odoo_variant_id:
        variants.append(LinkVals(VARIANT, going.external_id, VARIANT_MODEL, product.odoo_variant_id, product.name))
    return (main, *variants)


def _main_link(going: Going) -> LinkVals:
    plan = going.plan
    part, product = plan.main, plan.product
    old = plan.subject.known
    store = plan.subject.store
    known = Known(
        going.external_id,
        filled=filled(_original(going), old) if plan.subject.for_sale else old.filled if old else frozenset(),
        variants=""
        if going.refused
        else variants_print(product)
        if plan.subject.for_sale
        else old.variants
        if old
        else "",
        priced=old.priced if plan.prices_wait and old else datetime.now(UTC).isoformat(),
        extra=has_extras(product, store) if store else bool(old and old.extra),
    )
    odoo, seen = _prints(part, going.product, _original(going))
    return LinkVals(
        PRODUCT,
        going.external_id,
        TEMPLATE,
        product.odoo_id,
        product.name,
        store_hash=seen,
        odoo_hash=odoo,
        odoo_seen=known.odoo_seen,
    )


def _original(going: Going) -> Product:
    """Return the product as Odoo says it, without what was added from the store: its prints are those of Odoo."""
    return going.plan.origin or going.plan.product


def _variant_link(going: Going, part: Part) -> LinkVals | None:
    assert isinstance(part.record, Variant)
    number = part.record.odoo_id
    external_id = going.variations.get(number) or part.external_id
    if not external_id or number in going.refused:
        return None
    origin = next((one for one in _original(going).variants if one.odoo_id == number), part.record)
    odoo, store = _prints(part, going.variants.get(number), origin)
    seen = Known(external_id, filled=filled(part.record, part.known)).odoo_seen
    return LinkVals(VARIANT, external_id, VARIANT_MODEL, number, part.record.sku, "", store, odoo, seen)


def _prints(part: Part, answer: Product | Variant | None, origin: Product | Variant) -> tuple[str, str]:
    """Return the prints of both sides: new ones for what is settled, for the rest what was known."""
    odoo: dict[Group, str] = dict(part.known.odoo) if part.known else {}
    store: dict[Group, str] = dict(part.known.store) if part.known else {}
    there = answer or part.store
    for group in part.settled:
        odoo[group] = print_of(values_of(origin, group))
        if there is not None:
            store[group] = print_of(values_of(there, group))
    return write_prints(odoo), write_prints(store)


def _forget_old(sides: Sides, going: Going) -> None:
    """Forget links that led elsewhere: the product was created again, or is of another kind now."""
    if going.again:
        return
    if going.plan.forgotten and going.plan.forgotten != going.external_id:
        sides.links.forget(PRODUCT, [going.plan.forgotten])
    numbers = {**{part.record.odoo_id: part.external_id for part in going.plan.variants}, **going.variations}
    product = going.plan.product
    if product.kind is Kind.SIMPLE:
        numbers = {product.odoo_variant_id: going.external_id}
    stale = [
        known.external_id
        for number, known in going.plan.known_variants.items()
        if numbers.get(number) and known.external_id != numbers[number]
    ]
    if stale:
        sides.links.forget(VARIANT, stale)
