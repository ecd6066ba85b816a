"""Which pictures Odoo has of products and their variants, known by a mark without being read.

Decides how a picture is known: by the checksum of its attachment where the API user may see that (from 16 on; 14 hides
attachments of fields from everybody), else by its thumbnail of 128 pixels and its size. So a picture is read only when
it is new to the store.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..domain.errors import ConfigError
from ..domain.picture import PLACES, Picture, kind_of, make_mark
from ..odoo.records import Records
from .sides import Sides

#: Odoo's words for the size of a field ("176.09 Kb", odoo/tools/misc.py `human_size`) → bytes.
_SIZE = re.compile(r"([\d.]+)\s*(bytes|Kb|Mb|Gb)", re.IGNORECASE)
_UNITS = {"bytes": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
#: Thumbnails read in one call: some kilobytes each.
_THUMBNAILS = 100


@dataclass(frozen=True)
class Pictures:
    """The pictures of one product, the main one first."""

    product: tuple[Picture, ...] = ()
    #: `product.product` → its own picture.
    variants: Mapping[int, Picture] = field(default_factory=dict)
    #: Odoo has a gallery: `product` are all there are.
    gallery: bool = False


def read_pictures(sides: Sides, variants: Mapping[int, Iterable[int]]) -> Mapping[int, Pictures]:
    """Return the pictures of products by `product.template`; `variants` names the variants of each.

    Two calls for products, two for variants, and a third where the app website_sale has a gallery.

    Raises:
        WoodooError: where Odoo does not answer.
    """
    odoo = sides.odoo
    main = _places(odoo, "product", variants)
    own = _places(odoo, "variant", [one for ids in variants.values() for one in ids])
    more = _gallery(sides, variants)
    return {
        template: Pictures(
            product=tuple([main[template]] if template in main else []) + (more or {}).get(template, ()),
            variants={one: own[one] for one in ids if one in own},
            gallery=more is not None,
        )
        for template, ids in variants.items()
    }


def _gallery(sides: Sides, templates: Iterable[int]) -> Mapping[int, tuple[Picture, ...]] | None:
    """Return further pictures of products, in their order; None where Odoo has no gallery the user may read."""
    odoo = sides.odoo
    domain = [("product_tmpl_id", "in", sorted(templates)), ("product_variant_id", "=", False)]

    def there() -> bool:
        try:
            odoo.search("product.image", [], limit=1)
        except ConfigError:
            return False
        return True

    if not sides.memory.get("gallery of Odoo", there):
        return None
    rows = odoo.search_read("product.image", domain, ["product_tmpl_id"], order="sequence, id")
    found = _places(odoo, "gallery", [row["id"] for row in rows])
    by_template: dict[int, list[Picture]] = {}
    for row in [row for row in rows if row["id"] in found]:
        by_template.setdefault(row["product_tmpl_id"], []).append(found[row["id"]])
    return {template: tuple(pictures) for template, pictures in by_template.items()}


def _places(odoo: Records, place: str, ids: Iterable[int]) -> dict[int, Picture]:
    """Return the picture of each record that has one."""
    wanted = sorted(set(ids))
    model, _, name = PLACES[place].partition(" -> ")
    found = _attachments(odoo, place, model, name, wanted) if wanted else {}
    left = [one for one in wanted if one not in found]
    for start in range(0, len(left), _THUMBNAILS):
        found |= _thumbnails(odoo, place, model, name, left[start : start + _THUMBNAILS])
    return found


def _attachments(odoo: Records, place: str, model: str, name: str, ids: list[int]) -> dict[int, Picture]:
    domain = [("res_model", "=", model), ("res_field", "=", name), ("res_id", "in", ids)]
    try:
        rows = odoo.search_read("ir.attachment", domain, ["res_id", "checksum", "mimetype", "file_size"])
    except ConfigError:
        return {}
    return {
        row["res_id"]: Picture(
            place, row["res_id"], make_mark(row["checksum"]), row["mimetype"] or "", int(row["file_size"] or 0)
        )
        for row in rows
        if row["checksum"]
    }


def _thumbnails(odoo: Records, place: str, model: str, name: str, ids: list[int]) -> dict[int, Picture]:
    small = name.replace("1920", "128")
    rows = odoo.read(model, ids, [small], context={"active_test": False})
    seen = {row["id"]: str(row[small]) for row in rows if row[small]}
    sizes: Mapping[int, Any] = {}
    if seen:
        told = odoo.read(model, list(seen), [name], context={"active_test": False, "bin_size": True})
        sizes = {row["id"]: row[name] for row in told}
    return {
        odoo_id: Picture(
            place,
            odoo_id,
            make_mark(f"{thumbnail}\n{sizes.get(odoo_id)}"),
            kind_of(base64.b64decode(thumbnail)) or "unknown",
            _bytes(str(sizes.get(odoo_id) or "")),
        )
        for odoo_id, thumbnail in seen.items()
    }


def _bytes(words: str) -> int:
    found = _SIZE.fullmatch(words.strip())
    return int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
