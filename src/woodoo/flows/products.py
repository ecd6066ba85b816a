"""A product of Odoo is in the store as Odoo has it: created where that is allowed, else changed by groups of fields.

    observe  Odoo's products with their variants, what the links remember, and the store where that is needed
    plan     what differs, who owns it, and what is done (`woodoo.mapping.catalogue.product_plan`)
    apply    attributes Odoo has renamed; categories, tags, attributes; products; their variations
    verify   the store's answers: what was written, and whether something else was changed there

A product whose links show that nothing has changed costs no request to the store. Where the store's answer shows a
change of somebody else, or that the product or what it is sorted by is gone, it is read and planned once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.errors import RemoteError, WoodooError
from ..domain.plan import Plan
from ..engine.flow import Outcome
from ..mapping.catalogue.product_plan import ProductPlan, Skipped, plan_product
from ..mapping.catalogue.product_words import plan_shown
from ..mapping.catalogue.rules import CatalogueRules
from .planned import PlansInWords
from .sides import Sides
from .steps.products_out.attributes import follow_attributes
from .steps.products_out.batch import Going, ProductBatch
from .steps.products_out.exchange import exchange_codes
from .steps.products_out.lists import ensure_lists
from .steps.products_out.observe import Observed, observe_products
from .steps.products_out.outcomes import outcomes_of
from .steps.products_out.pictures import make_pictures_ready
from .steps.products_out.rings import ring_for_codes, ring_for_stock
from .steps.products_out.rules import load_catalogue_rules
from .steps.products_out.write import clear_the_way, trash_products, write_products, write_variants

#: The order in which a batch goes to the store; `follow_attributes` and `ensure_lists` go first.
STEPS = (make_pictures_ready, clear_the_way, write_products, write_variants, exchange_codes, trash_products)
#: How often a product is looked at again within one batch, for what was changed meanwhile or is gone.
LOOKS = 2


@dataclass(frozen=True)
class Planned:
    """What is to be done with each product of a batch, and what cannot be planned."""

    seen: Observed
    plans: Mapping[str, ProductPlan] = field(default_factory=dict)


def sync_products(sides: Sides, template_ids: Sequence[str], *, trial: str = "") -> dict[str, Outcome]:
    """Bring these products to the store. Returns an outcome for each; raises only for the batch as a whole.

    `trial`: SKU of the product of a test run, which goes over so that nobody in the shop sees it.
    """
    rules = load_catalogue_rules(sides)
    if trial:
        rules = rules.of_trial(trial)
    found, again = _sync(sides, template_ids, rules)
    for _ in range(LOOKS):
        if not again:
            break
        more, again = _sync(sides, again, rules, look=True)
        found |= {record: _both(found[record], outcome) for record, outcome in more.items()}
    return {**found, **{record: _unsettled(record, found[record]) for record in again}}


def _sync(
    sides: Sides, records: Sequence[str], rules: CatalogueRules, *, look: bool = False
) -> tuple[dict[str, Outcome], list[str]]:
    planned = plan_batch(sides, records, rules, look=look)
    going = {record: Going(plan, plan.main.external_id) for record, plan in planned.plans.items()}
    batch = ProductBatch(going, attributes=planned.seen.attributes)
    follow_attributes(sides, batch)
    ensure_lists(sides, batch)
    for step in STEPS:
        sides.still_ours()
        step(sides, batch)
    ring_for_stock(sides, batch)
    again = [one.record for one in batch if one.again]
    return ring_for_codes(sides, batch, outcomes_of(sides, planned.seen, batch)), again


def _unsettled(record: str, outcome: Outcome) -> Outcome:
    error = RemoteError(
        f"{outcome.title or record}: its product in the store keeps changing while Woodoo writes it.",
        record=outcome.title,
        where="products",
        fix="It is tried again by itself; if it stays, look for another program that writes products in the store.",
    )
    return replace(Outcome.from_error(error, title=outcome.title, plan=outcome.plan), drifts=outcome.drifts)


def _both(first: Outcome, second: Outcome) -> Outcome:
    """Return the outcome of a product that was looked at once more, with what was written before."""
    return replace(second, plan=second.plan or first.plan)


def plan_batch(sides: Sides, records: Sequence[str], rules: CatalogueRules, *, look: bool = False) -> Planned:
    """Observe and plan, writing nothing; `look`: ask the store about all of them."""
    seen = observe_products(sides, records, rules, look=look)
    plans: dict[str, ProductPlan] = {}
    for record, subject in list(seen.subjects.items()):
        try:
            plans[record] = plan_product(subject, rules)
        except Skipped as skipped:
            seen.skipped[record] = str(skipped)
        except WoodooError as error:
            seen.failures[record] = error
    return Planned(seen, plans)


def plan_products(sides: Sides, template_ids: Sequence[str]) -> PlansInWords:
    """Say what would be done with these products, writing nothing."""
    planned = plan_batch(sides, template_ids, load_catalogue_rules(sides))
    titles = planned.seen.titles
    words = {record: plan_shown(plan) for record, plan in planned.plans.items()}
    words |= {record: Plan(titles.get(record, record), why) for record, why in planned.seen.skipped.items()}
    return PlansInWords(words, planned.seen.failures)
