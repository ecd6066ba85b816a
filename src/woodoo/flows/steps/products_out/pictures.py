"""The pictures of a batch of products, made ready before the products are written.

Decides that a product goes without a picture that cannot be sent, keeping the pictures it has, and that such pictures
are looked at again the next time.
"""

from __future__ import annotations

from dataclasses import replace

from ....domain.errors import WoodooError
from ....domain.ownership import Group
from ....domain.product import Image, Product, Variant
from ....mapping.catalogue.product_plan import Part
from ...sides import Sides
from ..images import Sent, Wanted, send_pictures
from .batch import Going, ProductBatch

#: Keys of the product itself among those of its variants.
_MAIN = 0


def make_pictures_ready(sides: Sides, batch: ProductBatch) -> None:
    """Bring pictures to the store, or give each an address the store may fetch it from."""
    wanted: dict[tuple[str, int], Wanted] = {}
    for going in batch:
        pictures, label = going.plan.subject.pictures, going.plan.product.label
        for number, part in _parts(going).items():
            if Group.IMAGES in part.groups:
                wanted[going.record, number] = Wanted(_images(part.record), pictures, label)
    if not wanted:
        return
    for (record, number), sent in send_pictures(sides, wanted).items():
        going = batch.products[record]
        going.problems += [one for one in sent.problems if one not in going.problems]
        going.replace_part(number, _written(_parts(going)[number], sent))


def without_pictures(going: Going, error: WoodooError, numbers: set[int] | None = None) -> None:
    """Have a product, or some of its variants, written without pictures: the store does not take one of them."""
    going.problems.append(error)
    for number in {_MAIN} if numbers is None else numbers:
        going.replace_part(number, _held_back(_parts(going)[number]))


def is_about_picture(error: WoodooError | None) -> bool:
    """Say whether the store refused a picture; stores mark that with `about_picture`."""
    return bool(getattr(error, "about_picture", False))


def _written(part: Part, sent: Sent) -> Part:
    if not sent.problems:
        return replace(part, record=_with(part.record, sent.images))
    if any(not one.external_id for one in sent.images):
        return replace(part, record=_with(part.record, sent.images), settled=part.settled - {Group.IMAGES})
    return _held_back(part)


def _held_back(part: Part) -> Part:
    return replace(part, groups=part.groups - {Group.IMAGES}, settled=part.settled - {Group.IMAGES})


def _parts(going: Going) -> dict[int, Part]:
    variants = {part.record.odoo_id: part for part in going.plan.variants}
    return {_MAIN: going.plan.main, **variants}


def _images(record: Product | Variant) -> tuple[Image, ...]:
    if isinstance(record, Product):
        return record.images
    return (record.image,) if record.image else ()


def _with(record: Product | Variant, images: tuple[Image, ...]) -> Product | Variant:
    if isinstance(record, Product):
        return replace(record, images=images)
    return replace(record, image=images[0] if images else None)
