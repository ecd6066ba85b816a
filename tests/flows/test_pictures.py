"""Pictures put into the store's media library: under the name of the product, and none held up by another."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from woodoo.domain.errors import DataError
from woodoo.domain.picture import Picture
from woodoo.flows.sides import Sides
from woodoo.flows.steps.images import Wanted, send_pictures
from woodoo.mapping.images import wanted_images

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
CONTENTS = {1: PNG, 2: b"no picture at all", 3: PNG + b"3"}


@dataclass
class Library:
    """A media library that has one picture and does not take another."""

    uploads: list[tuple[str, str]] = field(default_factory=list)

    def find(self, marks: Iterable[str]) -> Mapping[str, str]:
        return {one: "77" for one in marks if one == mark(4)}

    def upload(self, file_name: str, content: bytes, mimetype: str, alt: str) -> str:
        if content == CONTENTS[3]:
            raise DataError("WordPress does not take it.")
        self.uploads.append((file_name, alt))
        return "5"


def mark(number: int) -> str:
    return f"{number:016x}"


def wanted(number: int, mimetype: str = "image/png") -> Wanted:
    picture = Picture("product", number, mark(number), mimetype, 40)
    return Wanted(wanted_images([picture], "Green mug"), {picture.mark: picture}, "Product Green mug (MUG-1)")


def test_a_picture_has_the_name_of_the_product_and_what_is_wrong_names_product_and_sku() -> None:
    library = Library()

    def read(model: str, ids: list[int], fields: list[str], context: Any) -> list[dict[str, Any]]:
        return [{"id": one, fields[0]: base64.b64encode(CONTENTS[one]).decode()} for one in ids]

    sides = SimpleNamespace(
        store=SimpleNamespace(media=library),
        odoo=SimpleNamespace(read=read),
        settings=SimpleNamespace(image_max_mb=1),
        still_ours=lambda: None,
    )
    asked = {one: wanted(one) for one in (1, 2, 3, 4)} | {5: wanted(5, "image/svg+xml")}
    sent = send_pictures(cast(Sides, sides), asked)
    assert library.uploads == [(f"green-mug-wd{mark(1)}.png", "Green mug")]
    assert {one: [image.external_id for image in found.images] for one, found in sent.items()} == {
        1: ["5"], 2: [], 3: [], 4: ["77"], 5: [],
    }  # fmt: skip
    said = [problem.message for found in sent.values() for problem in found.problems]
    assert said == [
        "Product Green mug (MUG-1): its picture is no image a store takes (unknown).",
        "WordPress does not take it.",
        "Product Green mug (MUG-1): its picture is an SVG drawing, which WordPress does not take.",
    ]
