"""Which pictures a product of the store is to have, and which of them are there already.

Decides that a picture is known by the mark in its file name, made of its checksum in Odoo: so it is found again in the
store without anything Woodoo remembers, and is sent once however often the answer is lost.

| Odoo has              | the store's first picture | what the store is to have                                     |
|-----------------------|---------------------------|---------------------------------------------------------------|
| none                  | the shop's                | what it has: nobody takes away what Odoo never had            |
| none                  | Odoo's of earlier         | what it has without those of Odoo                             |
| some, with a gallery  | any                       | Odoo's, in Odoo's order, and no others                        |
| one, no gallery       | any                       | Odoo's in front, then the shop's others                       |

A gallery is `product.image` of the app website_sale; without it Odoo has one picture of a product and says nothing of
others.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.errors import DataError
from ..domain.picture import ENDINGS, PLACES, Picture, mark_in
from ..domain.product import Image

_MIB = 1024 * 1024


def wanted_images(pictures: Sequence[Picture], name: str) -> tuple[Image, ...]:
    """Return pictures of Odoo as a product of that name has them, each once and not in the store yet."""
    return tuple(Image(name=name, alt=name, checksum=mark) for mark in dict.fromkeys(one.mark for one in pictures))


def plan_images(wanted: Sequence[Image], present: Sequence[Image], *, gallery: bool = False) -> tuple[Image, ...]:
    """Return what pictures a product, or a variation, is to have; those without `external_id` have to be sent first.

    Args:
        wanted: those of Odoo, the main one first.
        present: those of the store.
        gallery: `wanted` are all there are, not the main one only.
    """
    ours = {mark: image for image in reversed(present) if (mark := mark_in(image.src))}
    first = tuple(ours.get(one.checksum, one) for one in wanted)
    others = [image for image in present if not mark_in(image.src)]
    if gallery and wanted:
        return first
    if wanted and present and not mark_in(present[0].src):
        others = others[1:]
    return (*first, *others)


def check_picture(picture: Picture, limit: int, record: str) -> DataError | None:
    """Return why a picture cannot go to a store; None where it can. `limit` in bytes."""
    if picture.mimetype == "image/svg+xml":
        return DataError(
            f"{record}: its picture is an SVG drawing, which WordPress does not take.",
            record=record,
            where=PLACES[picture.place],
            fix="Give it a picture of another kind in Odoo, such as PNG.",
        )
    if picture.mimetype and picture.mimetype not in ENDINGS:
        return DataError(
            f"{record}: its picture is no image a store takes ({picture.mimetype}).",
            record=record,
            where=PLACES[picture.place],
            fix="Give it a picture of another kind in Odoo, such as JPEG or PNG.",
        )
    if picture.size > limit:
        return DataError(
            f"{record}: its picture has {picture.size / _MIB:.1f} MB, and no more than {limit / _MIB:.0f} MB are sent.",
            record=record,
            where=PLACES[picture.place],
            fix="Make it smaller in Odoo, or raise the limit in the connection's settings.",
        )
    return None
