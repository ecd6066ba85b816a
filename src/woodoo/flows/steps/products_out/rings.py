"""For whom is rung when a batch of products has gone to the store: their stock, and products that stood in the way.

Decides that a product whose SKU another one still has in the store goes again together with that one, which has
another SKU in Odoo by now, a few times at most; and that products which shared a SKU go again once one has given it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ....domain.errors import WoodooError
from ....domain.ownership import Group
from ....domain.product import PRODUCT, VARIANT
from ....engine.flow import LinkVals, Outcome
from ...sides import Sides
from .batch import Going, ProductBatch
from .codes import owner_of
from .observe import VARIANT_MODEL
from .outcomes import links_of

LANE, FLOW = "catalogue", "products"
#: The flow that sends figures of stock, and its lane.
_STOCK, _STOCK_LANE = "update_stock", "stock"
#: How often a product and the one that has its SKU are tried together.
_TRIES = 3


def ring_for_stock(sides: Sides, batch: ProductBatch) -> None:
    """Have the figures sent of what the store has just got: until then it would sell without one."""
    if not (sides.settings.send_stock and sides.connection_id):
        return
    new = {link.odoo_id for going in batch for link in links_of(going) if link.kind == VARIANT and _is_new(going, link)}
    if new:
        records = [str(one) for one in sorted(new)]
        sides.todo.enqueue(sides.connection_id, _STOCK_LANE, _STOCK, records, source="store", topic=FLOW)


def _is_new(going: Going, link: LinkVals) -> bool:
    known = going.plan.known_variants.get(link.odoo_id)
    return known is None or known.external_id != link.external_id


def ring_for_codes(sides: Sides, batch: ProductBatch, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """Ring for products in each other's way; returns the outcomes with what is to be remembered of that."""
    if not sides.connection_id:
        return outcomes
    _ring_for_shared(sides, batch)
    wanted = {record: codes for record, codes in _taken(batch).items() if record in outcomes}
    owners = _owners(sides, {owner for codes in wanted.values() for owner in codes})
    before = sides.todo.seen_of(sides.connection_id, LANE, list(wanted)) if owners else {}
    found = dict(outcomes)
    for record, codes in wanted.items():
        others = {owners[one] for one in codes if one in owners} - outcomes.keys()
        note = _next_try(before.get(record, ""), f"waits for {', '.join(sorted(others))}") if others else ""
        if note:
            found[record] = replace(found[record], seen=note)
            records = [record, *sorted(others)]
            sides.todo.enqueue(sides.connection_id, LANE, FLOW, records, source="store", topic="SKU")
    return found


def _taken(batch: ProductBatch) -> Mapping[str, set[str]]:
    """Return the products that were refused for a code, and who has it in the store."""
    found: dict[str, set[str]] = {}
    every: list[tuple[Going, WoodooError]] = [*batch.dropped.values()]
    every += [(going, error) for going in batch for error in going.refused.values()]
    for going, error in every:
        if owner := owner_of(error):
            found.setdefault(going.record, set()).add(owner)
    return found


def _owners(sides: Sides, numbers: set[str]) -> Mapping[str, str]:
    """Return, of products and variations of the store, whose product of Odoo they are."""
    if not numbers:
        return {}
    parents = sides.links.parents_of(sorted(numbers))
    products = {number: parents.get(number, number) for number in numbers}
    links = sides.links.find(PRODUCT, sorted(set(products.values())))
    return {number: str(links[one].odoo_id) for number, one in products.items() if one in links}


def _next_try(before: str, note: str) -> str:
    """Return what is noted of the next try; empty where there were enough of them."""
    words, _, number = before.partition(" #")
    tries = int(number) + 1 if words == note and number.isdecimal() else 1
    return f"{note} #{tries}" if tries <= _TRIES else ""


def _ring_for_shared(sides: Sides, batch: ProductBatch) -> None:
    """Have those tried again that were refused because a product, whose names were written now, had the same SKU."""
    ids = [one for going in batch if _names_written(going) for one in _variant_ids(going)]
    if ids:
        place, words = f"{VARIANT_MODEL} -> {sides.settings.sku_field}", [f"(id {one})" for one in ids]
        sides.todo.retry_waiting(sides.connection_id, LANE, place, words, source=FLOW)


def _names_written(going: Going) -> bool:
    return any(Group.NAMES in part.groups for part in (going.plan.main, *going.plan.variants))


def _variant_ids(going: Going) -> list[int]:
    product = going.plan.product
    return [one for one in (product.odoo_variant_id, *(v.odoo_id for v in product.variants)) if one]
