"""Brings pictures to the store: into its media library where there is a login for it, else by an address to fetch.

Decides that pictures are read from Odoo a few at a time, that one that cannot be sent is left out with its reason
while the others and the rest of the product go on, and that one the library has already is not sent again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ...connections.images import Shown, picture_address
from ...domain.errors import DataError, WoodooError
from ...domain.picture import PLACES, Picture, file_name, kind_of
from ...domain.product import Image
from ...mapping.images import check_picture
from ...stores.media import Media
from ..sides import Sides

K = TypeVar("K", bound=Hashable)
MIB = 1024 * 1024
#: Pictures read in one call: each may be megabytes.
AT_ONCE = 4


@dataclass(frozen=True)
class Wanted:
    """The pictures a product or a variation is to have, as they are planned."""

    #: Those without `external_id` are not in the store yet, as far as is known.
    images: tuple[Image, ...]
    #: Mark → the picture in Odoo.
    pictures: Mapping[str, Picture]
    #: The product as a person calls it.
    record: str


@dataclass(frozen=True)
class Sent:
    """The pictures of a product or a variation as they can be written, and why some cannot."""

    images: tuple[Image, ...] = ()
    problems: tuple[WoodooError, ...] = ()


@dataclass(frozen=True)
class _New:
    """A picture the store does not have yet, as far as is known."""

    picture: Picture
    #: The product as a person calls it, in messages.
    record: str
    #: What shoppers see beside it: the product's name.
    name: str


def send_pictures(sides: Sides, wanted: Mapping[K, Wanted]) -> Mapping[K, Sent]:
    """Return what to write of pictures, by the keys of `wanted`.

    Raises:
        WoodooError: where a side does not answer, or the login of the media library is refused.
    """
    limit = sides.settings.image_max_mb * MIB
    bad: dict[str, WoodooError] = {}
    new: dict[str, _New] = {}
    for one in wanted.values():
        for image in _lacking(one):
            picture = one.pictures[image.checksum]
            problem = check_picture(picture, limit, one.record)
            if problem is not None:
                bad[image.checksum] = problem
            else:
                new.setdefault(image.checksum, _New(picture, one.record, image.name or one.record))
    media = sides.store.media
    there = _upload(sides, media, new, limit, bad) if media else _addresses(sides, new)
    return {key: _sent(one, there, bad) for key, one in wanted.items()}


def _lacking(wanted: Wanted) -> list[Image]:
    return [one for one in wanted.images if not one.external_id]


def _sent(wanted: Wanted, there: Mapping[str, Image], bad: Mapping[str, WoodooError]) -> Sent:
    images = [
        one if one.external_id else _with_words(there[one.checksum], one)
        for one in wanted.images
        if one.external_id or one.checksum in there
    ]
    return Sent(tuple(images), tuple(bad[one.checksum] for one in _lacking(wanted) if one.checksum in bad))


def _with_words(image: Image, wanted: Image) -> Image:
    """Give a picture that is fetched its title; one of the library has its own, by which it is found again."""
    return image if image.external_id else replace(image, name=wanted.name, alt=wanted.alt)


def _addresses(sides: Sides, new: Mapping[str, _New]) -> dict[str, Image]:
    """Return pictures by an address the store may fetch them from."""
    return {
        mark: Image(
            src=picture_address(
                Shown(sides.connection_id, one.picture.place, one.picture.odoo_id, file_name(one.name, one.picture))
            ),
            checksum=mark,
        )
        for mark, one in new.items()
    }


def _upload(
    sides: Sides,
    media: Media,
    new: Mapping[str, _New],
    limit: int,
    bad: dict[str, WoodooError],
) -> dict[str, Image]:
    """Put what the library lacks into it, and return all by their ids there; what it does not take goes to `bad`."""
    there = {mark: Image(external_id=number) for mark, number in media.find(new).items()} if new else {}
    lacking = {mark: one for mark, one in new.items() if mark not in there}
    for picture, content in _contents(sides, [one.picture for one in lacking.values()]):
        sides.still_ours()
        record, name = lacking[picture.mark].record, lacking[picture.mark].name
        known = replace(picture, mimetype=kind_of(content) or "unknown", size=len(content))
        problem = check_picture(known, limit, record) if content else _gone(picture, record)
        if problem is None:
            try:
                number = media.upload(file_name(name, known), content, known.mimetype, name)
                there[picture.mark] = Image(external_id=number)
            except DataError as error:
                problem = error
        if problem is not None:
            bad[picture.mark] = problem
    return there


def _contents(sides: Sides, pictures: Sequence[Picture]) -> Iterator[tuple[Picture, bytes]]:
    """Yield pictures with their bytes, read from Odoo a few at a time; b"" for one that is gone or unreadable."""
    for place in dict.fromkeys(one.place for one in pictures):
        model, _, name = PLACES[place].partition(" -> ")
        those = [one for one in pictures if one.place == place]
        for start in range(0, len(those), AT_ONCE):
            chunk = those[start : start + AT_ONCE]
            rows = sides.odoo.read(model, [one.odoo_id for one in chunk], [name], context={"active_test": False})
            found = {row["id"]: _bytes(row[name]) for row in rows}
            yield from ((one, found.get(one.odoo_id, b"")) for one in chunk)


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(text) if isinstance(text, str | bytes) else b""
    except binascii.Error:
        return b""


def _gone(picture: Picture, record: str) -> DataError:
    return DataError(
        f"{record}: its picture cannot be read from Odoo.",
        record=record,
        where=PLACES[picture.place],
        fix="Look at the picture in Odoo, and put it in again.",
    )
