"""A picture of a product: where it is in Odoo, what it is, and the mark by which it is known again in a store.

Decides that the mark stands in the name of the file: a store keeps that name whatever else it does with a picture.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

#: How many signs of a checksum stand in a file name.
_SIGNS = 16
_MARK = re.compile(r"(?<![0-9a-z])wd([0-9a-f]{16})(?![0-9a-f])")
#: What WooCommerce takes from an address (`wc_rest_allowed_image_mime_types`) → the ending of the file.
ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
}
#: First bytes of a file → what it is. RIFF holds other things than pictures, too.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
#: Place of a picture → where that is in Odoo.
PLACES: Mapping[str, str] = {
    "product": "product.template -> image_1920",
    "variant": "product.product -> image_variant_1920",
    "gallery": "product.image -> image_1920",
}


@dataclass(frozen=True)
class Picture:
    """A picture in Odoo."""

    #: Where it is: "product", "variant" or "gallery", with the id of that record.
    place: str
    odoo_id: int
    #: Of its content; `make_mark` makes it.
    mark: str
    #: Such as "image/png"; empty: not known.
    mimetype: str = ""
    #: In bytes; 0: not known.
    size: int = 0


def make_mark(checksum: str) -> str:
    """Return the mark of a checksum, whatever made it."""
    return sha256(checksum.encode()).hexdigest()[:_SIGNS]


def mark_in(src: str) -> str:
    """Return the mark in the address of a picture; empty where there is none: it is the shop's own.

    WordPress adds "-1", "-scaled" or a size to the name of a file, and plugins another ending.
    """
    found = _MARK.search(src.rpartition("/")[2])
    return found.group(1) if found else ""


def file_name(name: str, picture: Picture) -> str:
    """Return the name of a picture's file: readable, with its mark and the ending of its kind."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-") or "product"
    return f"{words}-wd{picture.mark}.{ENDINGS.get(picture.mimetype, 'jpg')}"


def kind_of(content: bytes) -> str:
    """Return what a file is by its first bytes, such as "image/png"; empty where it is no picture."""
    for begins, mimetype in _SIGNATURES:
        if content.startswith(begins):
            return mimetype
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    head = content[:1024].lstrip().lower()
    return "image/svg+xml" if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in head else ""
