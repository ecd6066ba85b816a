"""A product of the store becomes, or changes, a product of Odoo with its variants.

    fetch    the products as the store has them now, with their variations
    observe  what Odoo has of them: by link, SKU, barcode, and by their options
    plan     what is to be made or written, group by group and by its owner (`woodoo.mapping.products_in`)
    apply    categories, attributes and values, products, variants, changes, pictures
    verify   read back, and kept as prints with the links

A variation's event is its product's. Where Odoo has the say, nothing is written here: the flow from Odoo to the store
looks at the product. What Woodoo itself has written comes back as an event, too, and is known by its prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.errors import WoodooError
from ..domain.plan import Plan
from ..domain.product import PRODUCT, Product
from ..engine.flow import Outcome
from ..mapping.products_in.product_plan import Nothing, ProductPlan, plan_product
from ..mapping.products_in.product_rules import ProductRules
from ..mapping.products_in.product_words import product_plan_shown
from ..mapping.products_in.refusals import store_is_empty
from ..mapping.products_in.seen import Seen
from .planned import PlansInWords
from .sides import Sides
from .steps.products_in import outcomes
from .steps.products_in.batch import ProductBatch
from .steps.products_in.changing import archive, unarchive, write_prices, write_products
from .steps.products_in.creating import create_templates, create_variants, find_categories, find_values
from .steps.products_in.images import take_images
from .steps.products_in.observe import observe_products
from .steps.products_in.rules import load_form, load_product_rules
from .steps.products_out.rules import in_language

#: The order in which a batch goes through Odoo.
STEPS = (
    find_categories,
    find_values,
    unarchive,
    create_templates,
    create_variants,
    write_products,
    write_prices,
    take_images,
    archive,
)


@dataclass(frozen=True)
class Planned:
    """What would be done with each product, and why some cannot be planned."""

    rules: ProductRules
    seen: Seen
    plans: Mapping[str, ProductPlan | Nothing] = field(default_factory=dict)
    failures: Mapping[str, WoodooError] = field(default_factory=dict)
    #: Id of a record → the product it is about: a variation's is its parent.
    roots: Mapping[str, str] = field(default_factory=dict)


def sync_products_in(sides: Sides, external_ids: Sequence[str]) -> dict[str, Outcome]:
    """Bring these products to where they should be. Returns an outcome for each."""
    sides = replace(sides, odoo=in_language(sides.odoo, sides.settings.product_language))
    planned = plan_batch(sides, external_ids)
    outcomes.forget_stale(sides, planned.seen)
    work = {record: plan for record, plan in planned.plans.items() if isinstance(plan, ProductPlan) and plan.writes}
    batch = ProductBatch.of(work, planned.rules, load_form(sides)) if work else None
    for step in STEPS:
        if not batch:
            break
        sides.still_ours()
        step(sides, batch)
    found = outcomes.of_batch(sides, planned.plans, batch, planned.rules, planned.seen)
    outcomes.ring(sides, found, planned.plans)
    found |= {record: outcomes.refused(error) for record, error in planned.failures.items()}
    return {record: outcomes.as_variation(found[root], record, root) for record, root in planned.roots.items()}


def plan_products_in(sides: Sides, external_ids: Sequence[str]) -> PlansInWords:
    """Fetch, observe and plan, writing nothing: the whole of a dry run."""
    sides = replace(sides, odoo=in_language(sides.odoo, sides.settings.product_language))
    planned = plan_batch(sides, external_ids)
    shown: dict[str, Plan] = {record: product_plan_shown(plan) for record, plan in planned.plans.items()}
    return PlansInWords(
        {record: shown[root] for record, root in planned.roots.items() if root in shown},
        {record: planned.failures[root] for record, root in planned.roots.items() if root in planned.failures},
    )


def plan_batch(sides: Sides, external_ids: Sequence[str]) -> Planned:
    """Fetch, observe and plan, writing nothing."""
    rules = load_product_rules(sides)
    catalogue = sides.store.catalogue
    fetched = catalogue.fetch_products(list(dict.fromkeys(external_ids)))
    parents = _parents(sides, fetched.missing)
    again = catalogue.fetch_products(sorted(set(parents.values()) - fetched.found.keys())) if parents else None
    products: dict[str, Product] = {**fetched.found, **(again.found if again else {})}
    failures: dict[str, WoodooError] = {**fetched.broken, **(again.broken if again else {})}
    roots = {record: parents.get(record, record) for record in external_ids}
    gone = sorted({root for root in roots.values() if root not in products and root not in failures})
    if gone and not catalogue.product_page(1)[0]:
        failures |= {one: store_is_empty(one) for one in gone}
    else:
        products |= _gone(sides, gone)
    seen = observe_products(sides, list(products.values()), rules) if products else Seen()
    plans: dict[str, ProductPlan | Nothing] = {}
    for record, product in products.items():
        try:
            plans[record] = plan_product(product, seen, rules)
        except WoodooError as error:
            failures[record] = error
    return Planned(rules, seen, plans, failures, roots)


def _parents(sides: Sides, missing: Iterable[str]) -> dict[str, str]:
    """Return whose variations these ids are that no list of products shows: by the store, or by links if deleted."""
    wanted = sorted(missing)
    found = dict(sides.store.catalogue.parents_of(wanted)) if wanted else {}
    left = [one for one in wanted if one not in found]
    return found | dict(sides.links.parents_of(left) if left else {})


def _gone(sides: Sides, external_ids: Sequence[str]) -> dict[str, Product]:
    """Return products that the store has deleted for good: as those in its trash, by the name they had."""
    links = sides.links.find(PRODUCT, external_ids) if external_ids else {}
    names = {one: links[one].odoo_name if one in links else f"#{one}" for one in external_ids}
    return {one: Product(names[one] or f"#{one}", external_id=one, status="trash") for one in external_ids}
