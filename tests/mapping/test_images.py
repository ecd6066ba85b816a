"""Which pictures a product of the store is to have, and which it has already."""

from __future__ import annotations

import pytest

from woodoo.domain.ownership import Group
from woodoo.domain.picture import Picture, file_name, kind_of, make_mark, mark_in
from woodoo.domain.product import Image, Product, values_of
from woodoo.mapping.images import check_picture, plan_images, wanted_images

MAIN = Picture("product", 1, make_mark("a"), "image/png")
SIDE = Picture("gallery", 2, make_mark("b"), "image/jpeg")
THEIRS = Image("9", "https://shop.example.com/wp-content/uploads/team.jpg")


def there(picture: Picture, number: str, ending: str = ".png") -> Image:
    return Image(number, f"https://shop.example.com/wp-content/uploads/2026/03/mug-wd{picture.mark}{ending}")


@pytest.mark.parametrize("ending", [".png", "-1.png", "-scaled.png", "-300x200.png", "-e1700000000.png", ".png.webp"])
def test_a_picture_is_known_again_whatever_wordpress_made_of_its_name(ending: str) -> None:
    assert mark_in(there(MAIN, "5", ending).src) == MAIN.mark


@pytest.mark.parametrize("src", ["", "https://x.example.com/mug.png", "https://x.example.com/wd0123456789abcdef/a.png"])
def test_pictures_of_the_shop_are_not_taken_for_ours(src: str) -> None:
    assert mark_in(src) == ""


def test_the_name_of_a_file_says_what_is_on_it() -> None:
    name = file_name("Grüne Tasse (0,3 l)", MAIN)
    assert name == f"grune-tasse-0-3-l-wd{MAIN.mark}.png"
    assert file_name("茶碗", MAIN) == f"product-wd{MAIN.mark}.png"
    assert mark_in(f"https://x.example.com/{name}") == MAIN.mark


def planned(pictures: list[Picture], present: list[Image], *, gallery: bool = False) -> list[str]:
    """Return what a product is to have: numbers of the store, and marks of what has to be sent."""
    images = plan_images(wanted_images(pictures, "Mug"), present, gallery=gallery)
    return [one.external_id or one.checksum for one in images]


def test_a_picture_that_is_there_is_not_sent_again() -> None:
    assert planned([MAIN], [there(MAIN, "5")]) == ["5"]


def test_a_new_picture_goes_in_front_and_the_old_one_of_odoo_away() -> None:
    old = Picture("product", 1, make_mark("old"))
    assert planned([MAIN], [there(old, "5"), THEIRS]) == [MAIN.mark, "9"]


def test_without_a_gallery_only_the_first_picture_belongs_to_odoo() -> None:
    assert planned([MAIN], [THEIRS]) == [MAIN.mark]
    assert planned([MAIN], [there(MAIN, "5"), THEIRS]) == ["5", "9"]


def test_a_gallery_is_all_there_is_in_the_order_of_odoo() -> None:
    present = [there(SIDE, "6", ".jpg"), there(MAIN, "5"), THEIRS]
    assert planned([MAIN, SIDE], present, gallery=True) == ["5", "6"]


def test_pictures_odoo_never_had_stay_and_those_it_had_go() -> None:
    assert planned([], [THEIRS]) == ["9"]
    assert planned([], [THEIRS], gallery=True) == ["9"]
    assert planned([], [there(MAIN, "5"), THEIRS]) == ["9"]


def test_a_picture_that_stands_twice_in_odoo_is_sent_once() -> None:
    assert planned([MAIN, SIDE, MAIN], [], gallery=True) == [MAIN.mark, SIDE.mark]


def test_pictures_of_both_sides_are_compared_by_their_marks() -> None:
    in_odoo = Product("Mug", images=wanted_images([MAIN], "Mug"))
    in_store = Product("Mug", images=(there(MAIN, "5"),))
    assert values_of(in_odoo, Group.IMAGES) == values_of(in_store, Group.IMAGES)
    assert values_of(in_odoo, Group.IMAGES) != values_of(Product("Mug", images=(THEIRS,)), Group.IMAGES)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", ""),
        (b'<?xml version="1.0"?><svg/>', "image/svg+xml"),
        (b"<html><svg/>", ""),
        (b"hello", ""),
        (b"", ""),
    ],
)
def test_a_file_is_told_by_its_first_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (Picture("product", 1, "m", "image/svg+xml"), "SVG drawing"),
        (Picture("product", 1, "m", "application/pdf"), "no image a store takes"),
        (Picture("product", 1, "m", "image/png", 20 * 1024 * 1024), "20.0 MB, and no more than 10 MB"),
        (Picture("product", 1, "m", "image/webp", 1000), ""),
        (Picture("product", 1, "m"), ""),
    ],
)
def test_each_picture_that_cannot_go_says_why(picture: Picture, words: str) -> None:
    problem = check_picture(picture, 10 * 1024 * 1024, "Product Mug")
    assert words in (problem.message if problem else "")
    assert bool(problem) is bool(words)
