"""The fields of products: what the shop takes, corrects, drops in silence and refuses."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from .store_target import MARK, Target


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"name": "N & M"}, {"name": "N &amp; M"}),
        ({"description": "<p>a</p><script>x</script> & b"}, {"description": "<p>a</p>x &amp; b"}),
        ({"weight": "1,5"}, {"weight": "15"}),
        ({"weight": "abc"}, {"weight": ""}),
        ({"dimensions": {"width": "3.50"}}, {"dimensions": {"length": "", "width": "3.50", "height": ""}}),
        ({"tax_class": "reduced-rate", "tax_status": "none"}, {"tax_class": "reduced-rate", "tax_status": "none"}),
        ({"tax_class": "nobody-knows"}, {"tax_class": ""}),
        ({"tax_class": "standard"}, {"tax_class": ""}),
        ({"global_unique_id": "abc"}, {"global_unique_id": ""}),
        ({"global_unique_id": "BOX-17"}, {"global_unique_id": "-17"}),
        ({"sku": " WOODOO  <b>A</b>%2fB%"}, {"sku": "WOODOO AB%"}),
        ({"regular_price": "1.234,56"}, {"regular_price": "1.23456", "price": "1.23456"}),
        ({"regular_price": "abc"}, {"regular_price": "", "price": ""}),
        ({"regular_price": None}, {"regular_price": "", "price": ""}),
        ({"catalog_visibility": "hidden", "status": "private"}, {"catalog_visibility": "hidden", "status": "private"}),
        ({"menu_order": -1, "featured": True}, {"menu_order": -1, "featured": True}),
        ({"slug": "Mein Größter"}, {"slug": "mein-groster"}),
    ],
)  # fmt: skip
def test_what_is_kept_of_what_is_sent(shop: Target, sent: dict[str, Any], kept: dict[str, Any]) -> None:
    changed = shop.put(f"products/{shop.product()['id']}", sent)
    assert {field: changed[field] for field in kept} == kept


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("status", "nope", "is not one of draft, pending, private, publish, future, auto-draft, and trash."),
        ("type", "nope", "is not one of simple, grouped, external, and variable."),
        ("manage_stock", "parent", "is not of type boolean."),
        ("low_stock_amount", "x", "is not of type integer,null."),
        ("menu_order", "x", "is not of type integer."),
    ],
)
def test_what_is_refused(shop: Target, field: str, value: Any, words: str) -> None:
    answer = shop.call("POST", "products", {"name": MARK, field: value})
    assert answer.error == (400, "rest_invalid_param")
    assert answer.body["data"]["params"] == {field: f"{field} {words}"}


def test_what_is_not_sent_stays(shop: Target) -> None:
    category = shop.make("products/categories", {"name": shop.sku("C")})
    product = shop.product(
        categories=[{"id": category["id"]}], tags=[{"name": shop.sku("T")}], weight="2", sale_price="5",
        attributes=[{"name": "Grind", "options": ["Fine"]}], meta_data=[{"key": "_kept", "value": "1"}],
    )  # fmt: skip
    changed = shop.put(f"products/{product['id']}", {"name": f"{MARK} renamed"})
    for field in ("categories", "tags", "attributes", "meta_data", "weight", "sale_price", "sku", "slug"):
        assert changed[field] == product[field], field
    shop.made.append(f"products/tags/{product['tags'][0]['id']}")


def test_a_product_is_never_without_a_category(shop: Target) -> None:
    product = shop.product()
    for sent in ([], [{"id": 99999999}]):
        changed = shop.put(f"products/{product['id']}", {"categories": sent})
        assert [category["slug"] for category in changed["categories"]] == ["uncategorized"]


def test_tags_are_made_by_name_once(shop: Target) -> None:
    name = shop.sku("Tag")
    product = shop.product(tags=[{"name": name}, {"name": name.upper()}])
    assert [tag["name"] for tag in product["tags"]] == [name]
    shop.made.append(f"products/tags/{product['tags'][0]['id']}")


def test_a_sale_has_a_beginning_and_an_end(shop: Target) -> None:
    path = f"products/{shop.product('10.00')['id']}"

    def put(**sent: Any) -> tuple[Any, ...]:
        row = shop.put(path, sent)
        return row["price"], row["on_sale"], row["date_on_sale_from_gmt"], row["date_on_sale_to_gmt"]

    over = {"date_on_sale_from_gmt": "2020-01-01T00:00:00", "date_on_sale_to_gmt": "2020-02-01T00:00:00"}
    assert put(sale_price="8", **over) == ("10.00", False, "2020-01-01T00:00:00", "2020-02-01T00:00:00")
    ends = "2090-05-05T22:00:00"
    assert put(date_on_sale_to_gmt=f"{ends}Z") == ("8", True, "2020-01-01T00:00:00", ends)
    assert put(date_on_sale_to=None)[3] == ends
    assert put(date_on_sale_to="2090-05-05T22:00:00+02:00")[3] == "2090-05-05T20:00:00"
    assert put(date_on_sale_from="", date_on_sale_to_gmt="") == ("8", True, None, None)


def test_meta_data_is_written_by_key(shop: Target) -> None:
    path = f"products/{shop.product(meta_data=[{'key': '_a', 'value': '1'}, {'key': 'b', 'value': {'x': [1]}}])['id']}"

    def held() -> dict[str, tuple[int, Any]]:
        return {entry["key"]: (entry["id"], entry["value"]) for entry in shop.get(path)["meta_data"]}

    before = held()
    assert before["b"][1] == {"x": [1]}
    shop.put(path, {"meta_data": [{"key": "_a", "value": 5}]})
    assert held() == {"_a": (before["_a"][0], "5"), "b": before["b"]}
    shop.put(path, {"meta_data": [{"key": "b", "value": None}]})
    assert list(held()) == ["_a"]


def test_descriptions_read_in_paragraphs_and_are_edited_as_written(shop: Target) -> None:
    product = shop.product(description="It's one\n\ntwo\nthree", short_description="it's")
    path = f"products/{product['id']}"
    assert product["description"] == "It's one\n\ntwo\nthree"
    read = shop.get(path)
    assert read["description"] == "<p>It's one</p>\n<p>two<br />\nthree</p>\n"
    assert read["short_description"] == "<p>it&#8217;s</p>\n"
    assert shop.get(path, context="edit")["short_description"] == "it's"


def test_a_draft_has_no_slug_until_it_is_published(shop: Target) -> None:
    draft = shop.product(status="draft", name=f"{MARK} draft {uuid.uuid4().hex[:6]}")
    assert draft["slug"] == ""
    published = shop.put(f"products/{draft['id']}", {"status": "publish"})
    assert published["slug"] == draft["name"].replace(" ", "-")


def test_the_sku_of_a_product_in_the_trash_cannot_be_used_for_a_new_one(shop: Target) -> None:
    product = shop.product()
    path = f"products/{product['id']}"
    shop.call("DELETE", path)
    answer = shop.call("POST", "products", {"name": MARK, "sku": product["sku"]})
    assert answer.error == (400, "woocommerce_rest_product_not_created")
    assert "resource_id" not in answer.body["data"]
    assert shop.put(path, {"status": "publish"})["sku"] == product["sku"]


def test_a_batch_does_not_check_the_types_of_its_items(shop: Target) -> None:
    product = shop.product(manage_stock=True, stock_quantity=5)
    jobs = [
        {"id": product["id"], "regular_price": 3.5, "stock_quantity": 2.5},
        {"id": product["id"], "status": "nope", "stock_quantity": None},
        {"id": product["id"], "tax_status": "nope"},
        {"id": 0, "stock_quantity": 1},
        {"stock_quantity": 1},
    ]
    first, second, third, zero, none = shop.call("POST", "products/batch", {"update": jobs}).body["update"]
    assert (first["regular_price"], first["stock_quantity"]) == ("3.5", 2)
    assert (second["status"], second["stock_quantity"]) == ("draft", 2)
    assert third == {
        "id": product["id"],
        "error": {
            "code": "product_invalid_tax_status",
            "message": "Invalid product tax status.",
            "data": {"status": 400},
        },
    }
    assert [(row["id"], row["error"]["code"]) for row in (zero, none)] == [
        (0, "woocommerce_rest_product_invalid_id"),
        (None, "woocommerce_rest_product_invalid_id"),
    ]


def test_an_id_in_the_body_wins_over_the_one_in_the_path(shop: Target) -> None:
    product, other = shop.product(), shop.product()
    changed = shop.put(f"products/{product['id']}", {"id": other["id"], "name": f"{MARK} other"})
    assert changed["id"] == other["id"]


def test_null_for_a_list_empties_it_alone_and_is_passed_over_in_a_batch(shop: Target) -> None:
    product = shop.product(attributes=[{"name": "Grind", "options": ["Fine"]}], weight="2")
    sent = {"attributes": None, "weight": None}
    (kept,) = shop.call("POST", "products/batch", {"update": [{"id": product["id"], **sent}]}).body["update"]
    assert (kept["attributes"], kept["weight"]) == (product["attributes"], "2")
    changed = shop.put(f"products/{product['id']}", sent)
    assert (changed["attributes"], changed["weight"]) == ([], "")
