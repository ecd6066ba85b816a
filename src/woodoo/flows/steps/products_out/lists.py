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
from .attributes import remember_attributes
from .batch import Going, ProductBatch
from .categories import ensure_categories

#: The options of each attribute in Odoo's order, by its name in one form.
Orders = Mapping[str, Sequence[str]]
#: Most options a new attribute begins with beside those that are needed.
MOST = 100


def ensure_lists(sides: Sides, batch: ProductBatch) -> None:
    """Give categories, tags and attributes of all that is to be written the store's ids."""
    wanted = [going for going in batch if _writes_lists(going.plan)]
    try:
        _ensure(sides, wanted, batch.orders)
    except DataError:
        for going in wanted:
            try:
                _ensure(sides, [going], batch.orders)
            except DataError as error:
                batch.drop(going, error)
    remember_attributes(sides, batch, [one for one in batch if _writes_lists(one.plan) or one.plan.subject.store])


def _writes_lists(plan: ProductPlan) -> bool:
    parts = (plan.main, *plan.variants)
    return bool(Group.CATEGORIES in plan.main.groups or any(Group.NAMES in part.groups for part in parts))


def _ensure(sides: Sides, wanted: Sequence[Going], orders: Orders) -> None:
    catalogue = sides.store.catalogue
    sorted_in = [g.plan.product for g in wanted if Group.CATEGORIES in g.plan.main.groups]
    groups = [one for product in sorted_in for one in product.categories]
    tags = [one.name for product in sorted_in for one in product.tags]
    categories = ensure_categories(sides, groups) if groups else {}
    tag_ids = catalogue.ensure_tags(tags) if tags else {}
    described = [going.plan.product for going in wanted]
    attributes = [one for product in described for one in product.attributes if not one.own]
    unknown = [one.name for one in attributes if not one.external_id]
    known = {one.name: one.external_id for one in attributes if one.external_id}
    known |= catalogue.ensure_attributes(unknown) if unknown else {}
    options = _ensure_options(sides, attributes, known, orders)
    for going in wanted:
        going.plan = _placed(going.plan, categories, tag_ids, known, options)


def _ensure_options(
    sides: Sides, attributes: Sequence[Attribute], known: Mapping[str, str], orders: Orders
) -> dict[str, dict[str, str]]:
    """Return, by attribute and option in one form, the name under which the store has each option."""
    wanted: dict[str, dict[str, str]] = {}
    for one in attributes:
        wanted.setdefault(known[one.name], {}).update((same_name(option), option) for option in one.options)
    found: dict[str, dict[str, str]] = {}
    for number, named in wanted.items():
        name = next(same_name(name) for name, one in known.items() if one == number)
        every = {same_name(option): option for option in reversed(orders.get(name, ()))}
        places = {option: place for place, option in enumerate(reversed(every))}
        # A new one gets all of its options at once: the store shows them in the order in which they were made.
        new = len(every) <= MOST and not sides.store.catalogue.terms(number)
        options = {**(every if new else {}), **named}
        ordered = sorted(options, key=lambda option: places.get(option, len(places)))
        there = sides.store.catalogue.ensure_terms(number, [options[one] for one in ordered])
        found[number] = {same_name(option): term for option, term in there.items()}
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
