"""Take over the first picture of a product, and that of each variation.

Decides that a picture that cannot be had is told, and tried again with the next look, but holds up nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from ....domain.errors import ConfigError, DataError, RemoteDown, RemoteError
from ....domain.ownership import Group
from ....domain.product import Image
from ...sides import Sides
from .batch import ProductBatch, Progress


def take_images(sides: Sides, batch: ProductBatch) -> None:
    """Download pictures and write them, one at a time: they are the largest thing there is to write."""
    for progress in batch:
        done: dict[str, bool] = {}
        for model, field, odoo_id, external_id, image in _wanted(progress):
            sides.still_ours()
            done[external_id] = _take(sides, progress, model, field, odoo_id, image)
        progress.pictures |= {external_id for external_id, taken in done.items() if taken}


def _take(sides: Sides, progress: Progress, model: str, field: str, odoo_id: int, image: Image) -> bool:
    try:
        data = sides.store.catalogue.download(image.src)
        sides.odoo.write(model, [odoo_id], {field: b64encode(data).decode()})
    except RemoteDown:
        raise
    except (DataError, ConfigError, RemoteError) as error:
        progress.notes.append(error.message)
        return False
    return True


def _wanted(progress: Progress) -> Iterator[tuple[str, str, int, str, Image]]:
    """Yield model, field, record and picture of what is to be taken over."""
    plan, product = progress.plan, progress.product
    if product.images and product.images[0].src and (plan.create or Group.IMAGES in plan.groups):
        yield "product.template", "image_1920", progress.template_id, product.external_id, product.images[0]
    new = {one.external_id for one in plan.new}
    for variant in product.variants:
        odoo_id = progress.variant_ids.get(variant.external_id)
        wanted = variant.external_id in new or Group.IMAGES in plan.writes_of(variant.external_id)
        if wanted and odoo_id and variant.image and variant.image.src:
            yield "product.product", "image_variant_1920", odoo_id, variant.external_id, variant.image
