"""Categories, tags, global attributes and their terms: made once, told apart, renamed."""

from __future__ import annotations

from typing import Any

import pytest

from .store_target import MARK, Target


@pytest.fixture
def name(shop: Target) -> str:
    """A name that no term has."""
    return shop.sku("Term")


@pytest.fixture
def attribute(shop: Target) -> dict[str, Any]:
    """A global attribute without terms."""
    return shop.make("products/attributes", {"name": f"Colour {shop.sku('A')[-6:]}"})


def test_a_category_is_made_once_below_its_parent(shop: Target, name: str) -> None:
    top = shop.make("products/categories", {"name": name})
    again = shop.call("POST", "products/categories", {"name": name.upper()})
    assert again.error == (400, "term_exists")
    assert again.body["data"] == {"status": 400, "resource_id": top["id"]}
    below = shop.make("products/categories", {"name": name, "parent": top["id"]})
    assert (below["parent"], below["slug"]) == (top["id"], f"{top['slug']}-{top['slug']}")
    once_more = shop.call("POST", "products/categories", {"name": name, "parent": top["id"]})
    assert once_more.body["data"]["resource_id"] == below["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": ""}, "empty_term_name"),
        ({"name": "x", "parent": 99999999}, "missing_parent"),
        ({"name": "x" * 201}, "db_insert_error"),
    ],
)
def test_a_category_that_cannot_be(shop: Target, body: dict[str, Any], code: str) -> None:
    assert shop.call("POST", "products/categories", body).error == (400, code)


def test_another_name_with_a_slug_that_is_taken_gets_a_number(shop: Target, name: str) -> None:
    first = shop.make("products/categories", {"name": name})
    second = shop.make("products/categories", {"name": f"{name} other", "slug": first["slug"]})
    assert second["slug"] == f"{first['slug']}-2"
    taken = shop.call("PUT", f"products/categories/{second['id']}", {"slug": first["slug"]})
    assert taken.error == (500, "duplicate_term_slug")
    assert taken.body["data"] is None


def test_names_keep_their_ampersand_escaped_and_slugs_are_plain(shop: Target, name: str) -> None:
    made = shop.make("products/categories", {"name": f"Öl & Essig {name}", "menu_order": 3, "display": "both"})
    assert made["name"] == f"Öl &amp; Essig {name}"
    assert made["slug"] == f"ol-essig-{name.lower()}"
    assert (made["menu_order"], made["display"]) == (3, "both")


def test_a_renamed_category_keeps_its_slug_and_its_products(shop: Target, name: str) -> None:
    category = shop.make("products/categories", {"name": name})
    product = shop.product(categories=[{"id": category["id"]}])
    changed = shop.put(f"products/categories/{category['id']}", {"name": f"{name} new"})
    assert changed["slug"] == category["slug"]
    assert shop.get(f"products/{product['id']}")["categories"][0]["name"] == f"{name} new"
    assert shop.get(f"products/categories/{category['id']}")["count"] == 1


def test_a_batch_of_categories_judges_every_one(shop: Target, name: str) -> None:
    jobs = {
        "create": [{"name": name}, {"name": name}, {"name": f"{name} b"}],
        "update": [{"id": 99999999, "name": "q"}],
    }
    answer = shop.call("POST", "products/categories/batch", jobs).body
    first, twin, other = answer["create"]
    shop.made += [f"products/categories/{row['id']}" for row in (first, other)]
    assert twin["error"]["data"]["resource_id"] == first["id"]
    assert answer["update"][0]["error"]["code"] == "woocommerce_rest_term_invalid"


def test_a_tag_of_the_same_name_needs_a_slug_of_its_own(shop: Target, name: str) -> None:
    tag = shop.make("products/tags", {"name": name})
    assert shop.call("POST", "products/tags", {"name": name.upper()}).error == (400, "term_exists")
    other = shop.make("products/tags", {"name": name, "slug": f"{tag['slug']}-x"})
    assert other["id"] != tag["id"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "type"}, 'Slug "type" is not allowed because it is a reserved term. Change it, please.'),
        ({"name": "x" * 29}, f'Slug "{"x" * 29}" is too long (28 characters max). Shorten it, please.'),
        ({"name": ""}, "Please, provide an attribute name."),
    ],
)
def test_an_attribute_that_cannot_be(shop: Target, body: dict[str, Any], words: str) -> None:
    answer = shop.call("POST", "products/attributes", body)
    assert answer.error == (400, "woocommerce_rest_cannot_create")
    assert answer.body["message"] == words


def test_an_attribute_is_made_once(shop: Target, attribute: dict[str, Any]) -> None:
    answer = shop.call("POST", "products/attributes", {"name": attribute["name"]})
    slug = attribute["slug"].removeprefix("pa_")
    assert answer.error == (400, "woocommerce_rest_cannot_create")
    assert answer.body["message"] == f'Slug "{slug}" is already in use. Change it, please.'


def test_a_change_of_an_attribute_makes_its_slug_anew(shop: Target, attribute: dict[str, Any]) -> None:
    path = f"products/attributes/{attribute['id']}"
    shop.make(f"{path}/terms", {"name": "Red"})
    product = shop.product(type="variable", attributes=[{"id": attribute["id"], "options": ["Red"], "variation": True}])
    assert shop.put(path, {"slug": f"pa_own{attribute['id']}"})["slug"] == f"pa_own{attribute['id']}"
    renamed = shop.put(path, {"name": f"Size {attribute['id']}"})
    assert renamed["slug"] == f"pa_size-{attribute['id']}"
    held = shop.get(f"products/{product['id']}")["attributes"][0]
    assert (held["name"], held["slug"], held["options"]) == (renamed["name"], renamed["slug"], ["Red"])


def test_terms_are_made_once_whatever_their_capitals_unless_accented(shop: Target, attribute: dict[str, Any]) -> None:
    path = f"products/attributes/{attribute['id']}/terms"
    term = shop.make(path, {"name": "Café & Rot", "menu_order": 5})
    assert (term["name"], term["slug"], term["menu_order"]) == ("Café &amp; Rot", "cafe-rot", 5)
    again = shop.call("POST", path, {"name": "café & ROT"})
    assert again.error == (400, "term_exists")
    assert again.body["data"]["resource_id"] == term["id"]
    assert shop.make(path, {"name": "CAFÉ & rot"})["slug"] == "cafe-rot-2"


def test_the_place_of_a_term_is_forgotten_by_a_change_without_it(shop: Target, attribute: dict[str, Any]) -> None:
    path = f"products/attributes/{attribute['id']}/terms"
    term = shop.make(path, {"name": "Red", "menu_order": 5})
    assert shop.put(f"{path}/{term['id']}", {"name": "Crimson"}) == {
        **shop.get(f"{path}/{term['id']}"), "name": "Crimson", "slug": "red", "menu_order": 0,
    }  # fmt: skip


def test_terms_are_listed_by_name(shop: Target, attribute: dict[str, Any]) -> None:
    path = f"products/attributes/{attribute['id']}/terms"
    for place, name in enumerate(("Zinc", "Émail", "Alu")):
        shop.make(path, {"name": name, "menu_order": place})
    assert [row["name"] for row in shop.get(path)] == ["Alu", "Émail", "Zinc"]


def test_an_attribute_goes_without_force_and_takes_its_terms_along(shop: Target) -> None:
    attribute = shop.make("products/attributes", {"name": f"{MARK[-8:]} gone"})
    path = f"products/attributes/{attribute['id']}"
    shop.make(f"{path}/terms", {"name": "Red"})
    assert shop.call("DELETE", path).status == 200
    assert shop.call("GET", f"{path}/terms").error == (404, "woocommerce_rest_taxonomy_invalid")
