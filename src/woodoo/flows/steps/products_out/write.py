"""Writes a batch of products to the store, in this order: what is in the way, products, their variations, the trash.

What was refused for a SKU that another one of the batch gives up comes between the last two (`exchange.py`).

Decides that what was created is remembered at once, so that a run that is cut off creates nothing twice: simple
products and variations are found again by their SKU, and a variable product by a mark that is set before it is created
(`BEGUN`) and by its meta data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ....domain.errors import WoodooError
from ....domain.ownership import Group
from ....domain.product import PRODUCT, VARIANT, Kind, Product, Variant
from ....engine.flow import LinkVals
from ....mapping.catalogue.product_plan import Part
from ....stores.catalogue import ProductWrite, Written
from ...sides import Sides
from .batch import Going, ProductBatch, changed_meanwhile, kept_otherwise
from .codes import gives_code, number_of, owner_of, write_in_turn
from .observe import BEGUN, META, TEMPLATE, VARIANT_MODEL, mark_of
from .pictures import is_about_picture, without_pictures


def clear_the_way(sides: Sides, batch: ProductBatch) -> None:
    """Delete the variations of products that are simple now: they hold the SKU the product is to have."""
    for going in batch:
        if not going.plan.deleted:
            continue
        written = sides.store.catalogue.delete_variants(going.external_id, going.plan.deleted)
        error = next((one.error for one in written if one.error), None)
        if error is not None:
            batch.drop(going, error)
        else:
            sides.links.forget(VARIANT, going.plan.deleted)


def write_products(sides: Sides, batch: ProductBatch) -> None:
    """Create and change the products themselves."""
    wanted = [going for going in batch if going.plan.main.create or going.plan.main.groups]
    new = [going for going in wanted if going.plan.main.create]
    begun = [going.record for going in new if going.plan.product.kind is Kind.VARIABLE]
    sides.links.upsert(LinkVals(BEGUN, record, TEMPLATE, int(record)) for record in begun)
    writes = [product_write(sides, going) for going in wanted]
    written: Sequence[Written] = write_in_turn(sides.store.catalogue.write_products, writes)
    written = _again_without_pictures(sides, wanted, written)
    given_up = _given_up(batch)
    links = []
    for going, one in zip(wanted, written, strict=True):
        if owner_of(one.error) in given_up and not going.plan.main.create:
            going.blocked = one.error
            continue
        take_product(going, one, batch)
        if going.plan.main.create and going.external_id:
            links += _first_links(going)
    sides.links.upsert(links)
    sides.links.forget(BEGUN, begun)


def _given_up(batch: ProductBatch) -> frozenset[str]:
    """Return the variations of the batch that may have other codes once they are written."""
    writes = [variant_write(part) for going in batch for part in going.plan.variants]
    return frozenset(number_of(one) for one in writes if gives_code(one))


def _again_without_pictures(sides: Sides, wanted: Sequence[Going], written: Sequence[Written]) -> Sequence[Written]:
    """Write those products once more of which the store did not take a picture, without their pictures."""
    refused = [place for place, one in enumerate(written) if one.error and is_about_picture(one.error)]
    if not refused:
        return written
    found = list(written)
    for place in refused:
        error = written[place].error
        assert error is not None
        without_pictures(wanted[place], error)
    again = sides.store.catalogue.write_products([product_write(sides, wanted[place]) for place in refused])
    for place, one in zip(refused, again, strict=True):
        found[place] = one
    return found


def take_product(going: Going, one: Written, batch: ProductBatch) -> None:
    """Note what came of the writing of a product."""
    if one.error is not None:
        if is_gone(one.error) and not going.plan.main.create:
            going.again = True
        else:
            batch.drop(going, one.error)
        return
    going.external_id = one.external_id or going.external_id
    if isinstance(one.record, Product):
        going.product = one.record
        going.again = one.lost or changed_meanwhile(going.plan.main, one.record)
        _note_sku(going, going.plan.main, one.record)


def is_gone(error: WoodooError) -> bool:
    """Say whether the store does not have the record any more; stores mark that with `gone`."""
    return bool(getattr(error, "gone", False))


def product_write(sides: Sides, going: Going) -> ProductWrite:
    """Return what is written of a product."""
    main = going.plan.main
    meta = {META: mark_of(sides, going.record)} if main.create else {}
    language = sides.settings.store_language if main.create else ""
    more = {"lang": language} if language else {}
    return ProductWrite(main.record, main.groups, main.external_id, main.leave, meta, more)


def _first_links(going: Going) -> list[LinkVals]:
    """Return what is to be remembered of a new product at once. Without prints: it is looked at next time."""
    product = going.plan.product
    links = [LinkVals(PRODUCT, going.external_id, TEMPLATE, product.odoo_id, product.name)]
    if product.kind is Kind.SIMPLE and product.odoo_variant_id:
        links.append(LinkVals(VARIANT, going.external_id, VARIANT_MODEL, product.odoo_variant_id, product.name))
    return links


def write_variants(sides: Sides, batch: ProductBatch) -> None:
    """Create and change variations, product by product, and take off sale those that are archived."""
    for going in batch:
        parts = [part for part in going.plan.variants if part.create or part.groups]
        if going.again or not (parts or going.plan.retired):
            continue
        sides.still_ours()
        retired = [_retirement(external_id) for external_id in going.plan.retired]
        writes = [variant_write(part) for part in parts]
        written = _write_variants(sides, going, [*retired, *writes])
        written = _variants_without_pictures(sides, going, parts, written)
        take_variants(going, parts, written[len(retired) :])
        failed = next((one.error for one in written[: len(retired)] if one.error and not is_gone(one.error)), None)
        if failed is not None:
            batch.drop(going, failed)
        sides.links.upsert(variant_links(going, parts))


def variant_write(part: Part) -> ProductWrite:
    """Return what is written of a variant."""
    return ProductWrite(part.record, part.groups, part.external_id, part.leave)


def _write_variants(sides: Sides, going: Going, writes: Sequence[ProductWrite]) -> Sequence[Written]:
    catalogue, attributes = sides.store.catalogue, going.plan.product.attributes
    return write_in_turn(lambda some: catalogue.write_variants(going.external_id, some, attributes), writes)


def _variants_without_pictures(
    sides: Sides, going: Going, parts: Sequence[Part], written: Sequence[Written]
) -> Sequence[Written]:
    """Write those variations once more of which the store did not take the picture, without it."""
    before = len(written) - len(parts)
    errors = {
        place: one.error for place, one in enumerate(written[before:]) if one.error and is_about_picture(one.error)
    }
    if not errors:
        return written
    without_pictures(going, next(iter(errors.values())), {parts[place].record.odoo_id for place in errors})
    bare = [parts[place] for place in errors]
    writes = [ProductWrite(one.record, one.groups - {Group.IMAGES}, one.external_id, one.leave) for one in bare]
    again = sides.store.catalogue.write_variants(going.external_id, writes, going.plan.product.attributes)
    found = list(written)
    for place, one in zip(errors, again, strict=True):
        found[before + place] = one
    return found


def _retirement(external_id: str) -> ProductWrite:
    return ProductWrite(Variant(()), frozenset(), external_id, more={"status": "private"})


def take_variants(going: Going, parts: Sequence[Part], written: Sequence[Written]) -> None:
    """Note what came of the writing of variations."""
    for part, one in zip(parts, written, strict=True):
        assert isinstance(part.record, Variant)
        number = part.record.odoo_id
        if one.error is not None:
            if is_gone(one.error) and not part.create:
                going.again = True
            else:
                going.refused[number] = one.error
            continue
        going.refused.pop(number, None)
        going.variations[number] = one.external_id
        if isinstance(one.record, Variant):
            going.variants[number] = one.record
            going.again |= changed_meanwhile(part, one.record)
            _note_sku(going, part, one.record)


def _note_sku(going: Going, part: Part, answer: Product | Variant) -> None:
    """Tell of a SKU the store has changed, now and whenever the product is looked at."""
    error = kept_otherwise(part, answer, going.plan.product)
    if error is not None:
        going.problems.append(error)
        number = part.record.odoo_id if isinstance(part.record, Variant) else 0
        going.replace_part(number, replace(part, settled=part.settled - {Group.NAMES}))


def variant_links(going: Going, parts: Sequence[Part]) -> list[LinkVals]:
    """Return what is to be remembered of variations at once."""
    names = {part.record.odoo_id: part.record for part in parts if isinstance(part.record, Variant)}
    return [
        LinkVals(VARIANT, external_id, VARIANT_MODEL, number, names[number].sku)
        for number, external_id in going.variations.items()
        if number in names
    ]


def trash_products(sides: Sides, batch: ProductBatch) -> None:
    """Put into the trash what is archived in Odoo, where that is wished."""
    wanted = [going for going in batch if going.plan.trash]
    if not wanted:
        return
    written = sides.store.catalogue.trash_products([going.external_id for going in wanted])
    for going, one in zip(wanted, written, strict=True):
        if one.error is not None:
            batch.drop(going, one.error)
        else:
            going.product = replace(going.plan.product, status="trash")
