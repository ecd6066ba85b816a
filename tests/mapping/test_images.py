"""Which pictures a product of the store is to have, and which it has already."""

from __future__ import annotations

import pytest

from woodoo.domain.picture import Picture, file_name, kind_of, make_mark, mark_in
from woodoo.domain.product import Image
from woodoo.mapping.images import check_picture, plan_images

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
    name = file_name("Product Grüne Tasse (MUG-1)", MAIN)
    assert name == f"product-gr-ne-tasse-mug-1-wd{MAIN.mark}.png"
    assert mark_in(f"https://x.example.com/{name}") == MAIN.mark


def test_a_picture_that_is_there_is_not_sent_again() -> None:
    wish = plan_images([MAIN], [there(MAIN, "5")])
    assert wish.equal
    assert not wish.new


def test_a_new_picture_goes_in_front_and_the_old_one_of_odoo_away() -> None:
    old = Picture("product", 1, make_mark("old"))
    wish = plan_images([MAIN], [there(old, "5"), THEIRS])
    assert list(wish.new) == [MAIN.mark]
    assert [one.external_id for one in wish.images] == ["", "9"]


def test_without_a_gallery_only_the_first_picture_belongs_to_odoo() -> None:
    assert [one.external_id for one in plan_images([MAIN], [THEIRS]).images] == [""]
    assert plan_images([MAIN], [there(MAIN, "5"), THEIRS]).equal


def test_a_gallery_is_all_there_is_in_the_order_of_odoo() -> None:
    wish = plan_images([MAIN, SIDE], [there(SIDE, "6", ".jpg"), there(MAIN, "5"), THEIRS], gallery=True)
    assert [one.external_id for one in wish.images] == ["5", "6"]
    assert not wish.equal
    assert not wish.new


def test_pictures_odoo_never_had_stay_and_those_it_had_go() -> None:
    assert plan_images([], [THEIRS]).equal
    assert plan_images([], [THEIRS], gallery=True).equal
    assert [one.external_id for one in plan_images([], [there(MAIN, "5"), THEIRS]).images] == ["9"]


def test_a_picture_another_product_has_is_taken_from_there() -> None:
    wish = plan_images([MAIN], [], {MAIN.mark: "12"})
    assert [one.external_id for one in wish.images] == ["12"]
    assert not wish.new


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
