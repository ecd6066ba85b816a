"""Codes that go from a product, or a variation, to one of another product: written last, once all else is.

Decides that a record is written again only where whoever has its code is in the batch and is given another one; a
product that was kept back for that and cannot have its code drops out of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ....domain.errors import WoodooError
from ....mapping.catalogue.product_plan import Part
from ....stores.catalogue import ProductWrite
from ...sides import Sides
from .batch import Going, ProductBatch
from .codes import ready_again, without_codes
from .write import product_write, take_product, take_variants, variant_links, variant_write


@dataclass(frozen=True)
class _Place:
    """One record of the batch: a product, or one of its variants."""

    going: Going
    part: Part
    write: ProductWrite
    error: WoodooError | None
    is_product: bool = False


def exchange_codes(sides: Sides, batch: ProductBatch) -> None:
    """Write once more what was refused for a code that another record of the batch gives up."""
    places = [*_products(sides, batch), *_variants(batch)]
    again = ready_again([one.write for one in places], [one.error for one in places])
    if again:
        sides.still_ours()
        blocked = [places[one] for one in sorted(set(again.values())) if places[one].error]
        _take_codes_off(sides, blocked)
        _write(sides, batch, [places[one] for one in again])
    for going in batch:
        if going.blocked is not None:
            batch.drop(going, going.blocked)


def _products(sides: Sides, batch: ProductBatch) -> list[_Place]:
    wanted = [going for going in batch if going.plan.main.groups and not going.plan.main.create]
    return [_Place(one, one.plan.main, product_write(sides, one), one.blocked, is_product=True) for one in wanted]


def _variants(batch: ProductBatch) -> list[_Place]:
    return [
        _Place(going, part, variant_write(part), going.refused.get(part.record.odoo_id))
        for going in batch
        for part in going.plan.variants
        if not going.again and (part.create or part.groups)
    ]


def _take_codes_off(sides: Sides, places: Sequence[_Place]) -> None:
    catalogue = sides.store.catalogue
    products = [without_codes(one.write) for one in places if one.is_product]
    if products:
        catalogue.write_products(products)
    for going, some in _by_product(places):
        bare = [without_codes(one.write) for one in some]
        catalogue.write_variants(going.external_id, bare, going.plan.product.attributes)


def _write(sides: Sides, batch: ProductBatch, places: Sequence[_Place]) -> None:
    catalogue = sides.store.catalogue
    products = [one for one in places if one.is_product]
    if products:
        written = catalogue.write_products([one.write for one in products])
        for place, answer in zip(products, written, strict=True):
            place.going.blocked = None
            take_product(place.going, answer, batch)
    for going, some in _by_product(places):
        answers = catalogue.write_variants(
            going.external_id, [one.write for one in some], going.plan.product.attributes
        )
        parts = [one.part for one in some]
        take_variants(going, parts, answers)
        sides.links.upsert(variant_links(going, parts))


def _by_product(places: Iterable[_Place]) -> list[tuple[Going, list[_Place]]]:
    """Return the variants among them, those of each product together."""
    found: dict[str, list[_Place]] = {}
    for one in places:
        if not one.is_product:
            found.setdefault(one.going.record, []).append(one)
    return [(some[0].going, some) for some in found.values()]
