"""Pictures of products, variations and categories, fetched by the shop or put into its media library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .pictures import HTML, JPEG, PNG, Pictures
from .store_target import MARK, Target

NO_PICTURE = "Invalid image: Sorry, you are not allowed to upload this file type."


@pytest.fixture
def pictures(shop: Target) -> Iterator[Pictures]:
    if not shop.webhook_host:
        pytest.skip("this shop cannot reach us (WOO_WEBHOOK_HOST)")
    serving = Pictures(shop.webhook_host)
    yield serving
    serving.close()


def _ids(row: dict[str, Any]) -> list[int]:
    return [image["id"] for image in row["images"]]


def test_a_picture_is_fetched_once_per_sending(shop: Target, pictures: Pictures) -> None:
    url = pictures.fresh()
    product = shop.product(images=[{"src": url, "name": "First & best", "alt": "A <b>mug</b>"}])
    (image,) = product["images"]
    assert set(image) == {
        "id", "date_created", "date_created_gmt", "date_modified", "date_modified_gmt", "src", "name", "alt", "srcset",
        "sizes", "thumbnail",
    }  # fmt: skip
    assert (image["name"], image["alt"]) == ("First &#038; best", "A mug")
    name = url.rsplit("/", 1)[-1]
    assert image["src"].endswith(f"/{name}")
    assert shop.raw("GET", image["src"]).status == 200
    again = shop.put(f"products/{product['id']}", {"images": [{"src": url}]})["images"][0]
    assert again["id"] != image["id"]
    assert again["name"] == name.replace(".png", "-1.png")
    assert pictures.asked == [f"/{name}", f"/{name}"]


def test_a_picture_that_is_there_is_used_again_by_its_id(shop: Target, pictures: Pictures) -> None:
    product = shop.product(images=[{"src": pictures.fresh()}, {"src": pictures.fresh()}])
    first, second = _ids(product)
    path = f"products/{product['id']}"
    pictures.asked.clear()
    assert _ids(shop.put(path, {"images": [{"id": second}, {"id": first, "src": pictures.fresh()}]})) == [second, first]
    assert _ids(shop.put(path, {"name": f"{MARK} same"})) == [second, first]
    assert shop.put(path, {"images": [{"id": first, "alt": "new"}]})["images"][0]["alt"] == "new"
    assert shop.put(path, {"images": []})["images"] == []
    assert pictures.asked == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.png", "Error getting remote image {url}. Error: Not Found"),
        ("broken.png", "Error getting remote image {url}. Error: Internal Server Error"),
        ("html.png", NO_PICTURE),
        ("liar.png", NO_PICTURE),
        ("picture-without-an-ending", NO_PICTURE),
        ("picture-without-an-ending?name=x.png", NO_PICTURE),
        ("picture.svg", NO_PICTURE),
    ],
)
def test_a_picture_that_is_none_refuses_the_product(shop: Target, pictures: Pictures, name: str, words: str) -> None:
    url, sku = pictures.url(name), shop.sku("I")
    answer = shop.call("POST", "products", {"name": MARK, "sku": sku, "images": [{"src": url}]})
    assert answer.error == (400, "woocommerce_product_image_upload_error")
    assert answer.body["message"] == words.format(url=url)
    assert shop.get("products", sku=sku) == []


def test_an_empty_picture_is_told_of(shop: Target, pictures: Pictures) -> None:
    answer = shop.call("POST", "products", {"name": MARK, "images": [{"src": pictures.url("empty.png")}]})
    assert answer.body["message"].startswith("Invalid image: File is empty.")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("octet-{n}.png", "octet-{n}.png"),
        ("jpeg-{n}.png", "jpeg-{n}.jpg"),
        ("pic-{n}.png?signature=abc&expires=1", "pic-{n}.png"),
        ("pic-{n}.PNG", "pic-{n}.png"),
        ("ümlaut-{n}.png", "umlaut-{n}.png"),
    ],
)
def test_the_name_a_picture_is_kept_under(shop: Target, pictures: Pictures, name: str, kept: str) -> None:
    number = shop.sku()[-8:]
    product = shop.product(images=[{"src": pictures.url(name.format(n=number))}])
    assert product["images"][0]["src"].rsplit("/", 1)[-1] == kept.format(n=number)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"id": 99999999}, (400, "woocommerce_product_invalid_image_id")),
        ({"name": "x"}, (400, "woocommerce_product_invalid_image_id")),
        ({"src": ""}, (400, "woocommerce_product_image_upload_error")),
        ({"src": "ftp://127.0.0.1/x.png"}, (400, "woocommerce_product_image_upload_error")),
    ],
)
def test_an_image_that_leads_nowhere(shop: Target, sent: dict[str, Any], error: tuple[int, str]) -> None:
    assert shop.call("POST", "products", {"name": MARK, "images": [sent]}).error == error


def test_one_bad_picture_leaves_a_product_as_it_was(shop: Target, pictures: Pictures) -> None:
    product = shop.product(images=[{"src": pictures.fresh()}])
    path = f"products/{product['id']}"
    sent = {"name": f"{MARK} new", "images": [{"src": pictures.fresh()}, {"src": pictures.url("missing.png")}]}
    jobs = [{"id": product["id"], **sent}, {"id": product["id"], "regular_price": "3"}]
    bad, good = shop.call("POST", "products/batch", {"update": jobs}).body["update"]
    assert bad["error"]["code"] == "woocommerce_product_image_upload_error"
    assert good["regular_price"] == "3"
    row = shop.get(path)
    assert (row["name"], _ids(row)) == (product["name"], _ids(product))


def test_a_variation_has_one_picture(shop: Target, pictures: Pictures) -> None:
    product = shop.product(type="variable", images=[{"src": pictures.fresh()}])
    variation = shop.make(f"products/{product['id']}/variations", {"image": {"src": pictures.fresh(), "alt": "va"}})
    path = f"products/{product['id']}/variations/{variation['id']}"
    assert variation["image"]["alt"] == "va"
    assert "srcset" not in variation["image"]
    assert shop.put(path, {"image": {"id": product["images"][0]["id"]}})["image"]["id"] == product["images"][0]["id"]
    missing = shop.call("PUT", path, {"image": {"src": pictures.url("missing.png")}})
    assert missing.error == (400, "woocommerce_variation_image_upload_error")
    assert shop.call("PUT", path, {"image": {"id": 99999999}}).error == (400, "woocommerce_variation_invalid_image_id")
    batch = f"products/{product['id']}/variations/batch"
    (kept,) = shop.call("POST", batch, {"update": [{"id": variation["id"], "image": None}]}).body["update"]
    assert kept["image"]["id"] == product["images"][0]["id"]
    assert shop.put(path, {"image": {}})["image"] is None


def test_a_variation_without_a_picture_shows_its_products(shop: Target, pictures: Pictures) -> None:
    product = shop.product(type="variable", images=[{"src": pictures.fresh()}])
    variation = shop.make(f"products/{product['id']}/variations", {})
    path = f"products/{product['id']}/variations/{variation['id']}"
    assert shop.get(path)["image"]["id"] == product["images"][0]["id"]
    assert shop.get(path, context="edit")["image"] is None


def test_a_category_has_one_picture(shop: Target, pictures: Pictures) -> None:
    category = shop.make("products/categories", {"name": shop.sku("C"), "image": {"src": pictures.fresh()}})
    path = f"products/categories/{category['id']}"
    assert category["image"]["id"]
    missing = shop.call("PUT", path, {"image": {"src": pictures.url("missing.png")}})
    assert missing.error == (400, "woocommerce_rest_invalid_remote_image_url")
    assert shop.put(path, {"image": {}})["image"] is None


# -- the media library ----------------------------------------------------------------------------------------------


@pytest.fixture
def library(shop: Target) -> Target:
    if not shop.media_password:
        pytest.skip("no login for the media library (WOO_MEDIA_LOGIN, WOO_MEDIA_PASSWORD)")
    return shop


def _media(shop: Target, method: str, path: str = "", **how: Any) -> Any:
    how.setdefault("auth", (shop.media_login, shop.media_password))
    return shop.raw(method, f"{shop.https_url}/wp-json/wp/v2/media{path}", **how)


def _upload(shop: Target, name: str, content: bytes = PNG, **how: Any) -> Any:
    headers = {"Content-Type": "image/png", "Content-Disposition": f'attachment; filename="{name}"'}
    answer = _media(shop, "POST", content=content, **{"headers": headers, **how})
    if answer.status == 201:
        number = answer.body["id"]
        shop.undo.append(lambda: _media(shop, "DELETE", f"/{number}", params={"force": "true"}) and None)
    return answer


def test_a_picture_put_into_the_library_serves_a_product(library: Target) -> None:
    name = f"{library.sku('m').lower()}.png"
    answer = _upload(library, name, params={"alt_text": "A mug", "title": "Mug"})
    assert answer.status == 201
    made = answer.body
    assert (made["alt_text"], made["title"]["raw"], made["mime_type"]) == ("A mug", "Mug", "image/png")
    assert made["source_url"].endswith(f"/{name}")
    product = library.product(images=[{"id": made["id"]}])
    assert (product["images"][0]["src"], product["images"][0]["alt"]) == (made["source_url"], "A mug")
    found = _media(library, "GET", params={"search": name.removesuffix(".png"), "_fields": "id"}, auth=None)
    assert found.body == [{"id": made["id"]}]
    twin = _upload(library, name).body
    assert twin["source_url"].endswith(name.replace(".png", "-1.png"))


def test_what_a_picture_is_called_and_what_it_is(library: Target) -> None:
    stem = library.sku("m").lower()
    jpeg = _upload(library, f"{stem}.png", JPEG).body
    assert (jpeg["mime_type"], jpeg["source_url"].rsplit("/", 1)[-1]) == ("image/jpeg", f"{stem}.jpg")
    assert _upload(library, f"{stem}.png", HTML).error == (500, "rest_upload_sideload_error")
    assert _upload(library, f"{stem}.exe").error == (500, "rest_upload_sideload_error")
    assert _upload(library, f"{stem}.png", b"").error == (400, "rest_upload_no_data")


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Content-Type": "image/png"}, (400, "rest_upload_no_content_disposition")),
        (
            {"Content-Type": "image/png", "Content-Disposition": "attachment"},
            (400, "rest_upload_invalid_disposition"),
        ),
        (
            {"Content-Disposition": 'attachment; filename="x.png"', "Content-MD5": "0" * 32},
            (412, "rest_upload_hash_mismatch"),
        ),
    ],
)
def test_what_an_upload_needs(library: Target, headers: dict[str, str], error: tuple[int, str]) -> None:
    assert _upload(library, "x.png", headers={"Content-Type": "image/png", **headers}).error == error


def test_who_may_upload(library: Target) -> None:
    assert _upload(library, "x.png", auth=(library.media_login, "wrong")).error == (401, "incorrect_password")
    assert _upload(library, "x.png", auth=("nobody-here", "wrong")).error == (401, "invalid_username")
    assert _upload(library, "x.png", auth=(library.key, library.secret)).error == (401, "invalid_username")
    assert _upload(library, "x.png", auth=None).error == (401, "rest_cannot_create")


def test_a_picture_that_is_deleted_is_gone_from_its_product(library: Target) -> None:
    made = _upload(library, f"{library.sku('m').lower()}.png").body
    product = library.product(images=[{"id": made["id"]}])
    assert _media(library, "DELETE", f"/{made['id']}").error == (501, "rest_trash_not_supported")
    assert _media(library, "DELETE", f"/{made['id']}", params={"force": "true"}).body["deleted"] is True
    assert library.get(f"products/{product['id']}")["images"] == []
    assert _media(library, "GET", f"/{made['id']}").error == (404, "rest_post_invalid_id")
