"""Finds or makes what products are sorted by in the store: categories, tags, attributes and their options.

Decides that they are made for the whole batch at once, and that a name the store refuses takes out only the products
that have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ....domain.errors import DataError
from ....domain.ownership import Group
from ....domain.product import Attribute, Values, Variant
from ....domain.text import same_name
from ....mapping.catalogue.product_plan import Part, ProductPlan
from ...sides import Sides
from .batch import Going, ProductBatch

#: The place of each option in Odoo's order, by attribute and option in one form.
Places = Mapping[str, Mapping[str, int]]


def ensure_lists(sides: Sides, batch: ProductBatch) -> None:
    """Give categories, tags and attributes of all that is to be written the store's ids."""
    wanted = [going for going in batch if _writes_lists(going.plan)]
    try:
        _ensure(sides, wanted, batch.places)
    except DataError:
        for going in wanted:
            try:
                _ensure(sides, [going], batch.places)
            except DataError as error:
                batch.drop(going, error)


def _writes_lists(plan: ProductPlan) -> bool:
    parts = (plan.main, *plan.variants)
    return bool(Group.CATEGORIES in plan.main.groups or any(Group.NAMES in part.groups for part in parts))


def _ensure(sides: Sides, wanted: Sequence[Going], places: Places) -> None:
    catalogue = sides.store.catalogue
    sorted_in = [g.plan.product for g in wanted if Group.CATEGORIES in g.plan.main.groups]
    paths = [one.path for product in sorted_in for one in product.categories]
    tags = [one.name for product in sorted_in for one in product.tags]
    categories = catalogue.ensure_categories(paths) if paths else {}
    tag_ids = catalogue.ensure_tags(tags) if tags else {}
    described = [going.plan.product for going in wanted]
    attributes = [one for product in described for one in product.attributes if not one.own]
    unknown = [one.name for one in attributes if not one.external_id]
    known = {one.name: one.external_id for one in attributes if one.external_id}
    known |= catalogue.ensure_attributes(unknown) if unknown else {}
    options = _ensure_options(sides, attributes, known, places)
    for going in wanted:
        going.plan = _placed(going.plan, categories, tag_ids, known, options)


def _ensure_options(
    sides: Sides, attributes: Sequence[Attribute], known: Mapping[str, str], places: Places
) -> dict[str, dict[str, str]]:
    """Return, by attribute and option in one form, the name under which the store has each option."""
    wanted: dict[str, dict[str, str]] = {}
    for one in attributes:
        wanted.setdefault(known[one.name], {}).update((same_name(option), option) for option in one.options)
    found: dict[str, dict[str, str]] = {}
    for number, named in wanted.items():
        names = next(same_name(name) for name, one in known.items() if one == number)
        order = places.get(names, {})
        options = sorted(named.values(), key=lambda option: order.get(same_name(option), len(order)))
        there = sides.store.catalogue.ensure_terms(
            number, options, {option: order.get(same_name(option), len(order)) for option in options}
        )
        found[number] = {same_name(option): name for option, name in there.items()}
    return found


def _placed(
    plan: ProductPlan,
    categories: Mapping[tuple[str, ...], str],
    tags: Mapping[str, str],
    attributes: Mapping[str, str],
    options: Mapping[str, Mapping[str, str]],
) -> ProductPlan:
    def named(values: Values) -> Values:
        numbers = {same_name(name): number for name, number in attributes.items()}
        return tuple(
            (name, options.get(numbers.get(same_name(name), ""), {}).get(same_name(option), option))
            for name, option in values
        )

    def attribute(one: Attribute) -> Attribute:
        if one.own:
            return one
        number = one.external_id or attributes.get(one.name, "")
        there = options.get(number, {})
        return replace(one, external_id=number, options=tuple(there.get(same_name(o), o) for o in one.options))

    product = plan.product
    placed = replace(
        product,
        attributes=tuple(map(attribute, product.attributes)),
        categories=tuple(replace(one, external_id=categories.get(one.path, "")) for one in product.categories),
        tags=tuple(replace(one, external_id=tags.get(one.name, "")) for one in product.tags),
    )
    variants = tuple(_with_values(part, named) for part in plan.variants)
    return replace(
        plan, subject=replace(plan.subject, product=placed), main=replace(plan.main, record=placed), variants=variants
    )


def _with_values(part: Part, named: Callable[[Values], Values]) -> Part:
    assert isinstance(part.record, Variant)
    return replace(part, record=replace(part.record, values=named(part.record.values)))
