"""Variable products: their attributes, their variations, and what each keeps of the other."""

from __future__ import annotations

from typing import Any

import pytest

from .store_target import Target


@pytest.fixture
def colour(shop: Target) -> dict[str, Any]:
    """A global attribute with three terms."""
    attribute = shop.make("products/attributes", {"name": f"Colour {shop.sku('A')[-6:]}"})
    for name in ("Red", "Blue", "Green & Gold"):
        shop.make(f"products/attributes/{attribute['id']}/terms", {"name": name})
    return attribute


@pytest.fixture
def shirt(shop: Target, colour: dict[str, Any]) -> dict[str, Any]:
    """A variable product in two attributes, one of its own, without variations."""
    attributes = [
        {"name": "Grüße", "options": ["S", "M"], "variation": True, "position": 1},
        {"id": colour["id"], "options": ["red", "Blue", "Green & Gold", "new"], "variation": True, "visible": True},
        {"name": "Care", "options": ["30°"]},
    ]
    return shop.product(type="variable", attributes=attributes, weight="2")


def _vary(shop: Target, product: dict[str, Any], **body: Any) -> dict[str, Any]:
    return shop.make(f"products/{product['id']}/variations", body)


def _options(row: dict[str, Any]) -> list[str]:
    return [choice["option"] for choice in row["attributes"]]


def test_attributes_stand_by_place_and_their_values_by_name(shop: Target, shirt: dict[str, Any]) -> None:
    colour, care, size = shirt["attributes"]
    assert colour["options"] == ["Blue", "Green &amp; Gold", "new", "Red"]
    assert (care["name"], care["slug"], care["variation"], care["options"]) == ("Care", "Care", False, ["30°"])
    assert (size["name"], size["position"], size["options"]) == ("Grüße", 1, ["S", "M"])
    assert shirt["regular_price"] == shirt["price"] == ""


def test_a_value_that_is_no_term_yet_is_made(shop: Target, shirt: dict[str, Any], colour: dict[str, Any]) -> None:
    terms = shop.get(f"products/attributes/{colour['id']}/terms")
    assert [term["name"] for term in terms] == ["Blue", "Green &amp; Gold", "new", "Red"]
    assert {term["count"] for term in terms} == {1}


def test_the_list_of_attributes_sent_replaces_the_one_kept(
    shop: Target, shirt: dict[str, Any], colour: dict[str, Any]
) -> None:
    path = f"products/{shirt['id']}"
    variation = _vary(shop, shirt, attributes=[{"id": colour["id"], "option": "Red"}, {"name": "grüße", "option": "S"}])
    assert _options(variation) == ["Red", "S"]
    assert variation["attributes"][1]["slug"] == "gruse"
    shop.put(path, {"attributes": [{"id": colour["id"], "options": ["Red"], "variation": True}]})
    (kept,) = shop.get(path)["attributes"]
    assert (kept["options"], kept["visible"]) == (["Red"], False)
    assert _options(shop.get(f"{path}/variations/{variation['id']}")) == ["Red"]
    shop.put(path, {"attributes": []})
    assert _options(shop.get(f"{path}/variations/{variation['id']}")) == []


@pytest.mark.parametrize(
    ("option", "kept"),
    [("red", ["Red"]), ("Green & Gold", ["Green &amp; Gold"]), ("", []), ("unheard of", ["unheard-of"])],
)  # fmt: skip
def test_options_of_a_variation(
    shop: Target, shirt: dict[str, Any], colour: dict[str, Any], option: str, kept: list[str]
) -> None:
    variation = _vary(shop, shirt, attributes=[{"id": colour["id"], "option": option}])
    assert _options(variation) == kept
    terms = {term["name"] for term in shop.get(f"products/attributes/{colour['id']}/terms")}
    assert "unheard of" not in terms


def test_an_attribute_it_does_not_vary_by_is_dropped(shop: Target, shirt: dict[str, Any]) -> None:
    assert _vary(shop, shirt, attributes=[{"name": "Care", "option": "30°"}])["attributes"] == []


def test_the_same_combination_can_be_made_twice(shop: Target, shirt: dict[str, Any]) -> None:
    choice = [{"name": "Grüße", "option": "S"}]
    assert _vary(shop, shirt, attributes=choice)["id"] != _vary(shop, shirt, attributes=choice)["id"]


def test_a_variation_cannot_have_a_sku_its_parent_or_sister_has(shop: Target, shirt: dict[str, Any]) -> None:
    sister = _vary(shop, shirt, sku=shop.sku("V"))
    for owner in (shirt, sister):
        answer = shop.call("POST", f"products/{shirt['id']}/variations", {"sku": owner["sku"]})
        assert answer.error == (400, "product_invalid_sku")
        assert answer.body["data"]["resource_id"] == owner["id"]


def test_what_a_variation_leaves_open_is_its_parents(shop: Target, shirt: dict[str, Any]) -> None:
    path = f"products/{shirt['id']}/variations/{_vary(shop, shirt)['id']}"
    row = shop.get(path)
    assert (row["weight"], row["tax_class"], row["sku"]) == ("2", "", shirt["sku"])
    assert shop.put(path, {"weight": "0.5"})["weight"] == "0.5"
    assert shop.put(path, {"tax_class": "reduced-rate"})["tax_class"] == "reduced-rate"
    assert shop.put(path, {"tax_class": "parent", "weight": ""})["weight"] == "2"


def test_variations_stand_in_their_order_and_never_return_to_place_0(shop: Target, shirt: dict[str, Any]) -> None:
    first, second = _vary(shop, shirt), _vary(shop, shirt)
    path = f"products/{shirt['id']}"
    assert shop.get(path)["variations"] == [first["id"], second["id"]]
    assert shop.put(f"{path}/variations/{first['id']}", {"menu_order": 4})["menu_order"] == 4
    assert shop.get(path)["variations"] == [second["id"], first["id"]]
    assert shop.put(f"{path}/variations/{first['id']}", {"menu_order": 0})["menu_order"] == 4


def test_the_price_of_a_variable_product_is_its_cheapest_that_is_offered(shop: Target, shirt: dict[str, Any]) -> None:
    path = f"products/{shirt['id']}"
    cheap = _vary(shop, shirt, regular_price="9", sale_price="7")
    _vary(shop, shirt, regular_price="12")
    row = shop.get(path)
    assert (row["price"], row["on_sale"]) == ("7", True)
    hidden = shop.put(f"{path}/variations/{cheap['id']}", {"status": "private"})
    assert hidden["purchasable"] is False
    row = shop.get(path)
    assert (row["price"], row["on_sale"]) == ("12", False)


def test_stock_of_a_variation_is_its_own_or_its_parents(shop: Target, shirt: dict[str, Any]) -> None:
    path = f"products/{shirt['id']}"
    variation = f"{path}/variations/{_vary(shop, shirt)['id']}"

    def stock(**sent: Any) -> tuple[Any, Any]:
        row = shop.put(variation, sent)
        return row["manage_stock"], row["stock_quantity"]

    assert stock(stock_quantity=5) == (False, None)
    assert stock(manage_stock=True, stock_quantity=5) == (True, 5)
    assert stock(manage_stock="parent") == (False, None)
    shop.put(path, {"manage_stock": True, "stock_quantity": 8})
    assert stock(stock_quantity=3) == ("parent", 8)
    assert stock(manage_stock=True, stock_quantity=1) == (True, 1)


def test_a_batch_of_variations_makes_changes_and_deletes(
    shop: Target, shirt: dict[str, Any], colour: dict[str, Any]
) -> None:
    old = _vary(shop, shirt, regular_price="1")
    jobs = {
        "create": [{"regular_price": 3, "attributes": [{"id": colour["id"], "option": "Blue"}]}, {"sku": shirt["sku"]}],
        "update": [{"id": old["id"], "regular_price": "2"}, {"id": shirt["id"], "regular_price": "2"}, {"sku": "x"}],
        "delete": [old["id"], 99999998],
    }
    answer = shop.call("POST", f"products/{shirt['id']}/variations/batch", jobs).body
    made, twin = answer["create"]
    assert (made["regular_price"], _options(made)) == ("3", ["Blue"])
    assert (twin["id"], twin["error"]["data"]["resource_id"]) == (0, shirt["id"])
    changed, parent, nameless = answer["update"]
    assert changed["regular_price"] == "2"
    for row in (parent, nameless):
        assert row["error"]["code"] == "woocommerce_rest_product_variation_invalid_id"
    gone, unknown = answer["delete"]
    assert gone["id"] == old["id"]
    assert unknown["id"] == {"id": 99999998, "product_id": shirt["id"], "force": True}
    assert shop.get(f"products/{shirt['id']}")["variations"] == [made["id"]]


def test_the_trash_takes_variations_along_and_gives_only_the_product_back(shop: Target, shirt: dict[str, Any]) -> None:
    path = f"products/{shirt['id']}"
    variation = _vary(shop, shirt)
    shop.call("DELETE", path)
    assert shop.get(f"{path}/variations/{variation['id']}")["status"] == "trash"
    assert shop.put(path, {"status": "publish"})["variations"] == []
    assert shop.get(f"{path}/variations") == []


def test_null_takes_nothing_away_in_a_batch_and_times_not_even_alone(shop: Target, shirt: dict[str, Any]) -> None:
    sale = {"date_on_sale_from_gmt": "2020-01-01T00:00:00", "date_on_sale_to_gmt": "2090-01-01T00:00:00"}
    variation = _vary(shop, shirt, regular_price="10", sale_price="8", weight="1", **sale)
    path = f"products/{shirt['id']}/variations"

    def batch(**sent: Any) -> dict[str, Any]:
        found: dict[str, Any] = shop.call("POST", f"{path}/batch", {"update": [{"id": variation["id"], **sent}]}).body
        return dict(found["update"][0])

    kept = batch(sale_price=None, weight=None, **dict.fromkeys(sale))
    for name in ("sale_price", "weight", *sale):
        assert kept[name] == variation[name], name
    alone = shop.put(f"{path}/{variation['id']}", {"sale_price": None, **dict.fromkeys(sale)})
    assert (alone["sale_price"], alone["date_on_sale_to_gmt"]) == ("", sale["date_on_sale_to_gmt"])
    gone = batch(**dict.fromkeys(sale, ""))
    assert (gone["date_on_sale_from_gmt"], gone["date_on_sale_to_gmt"]) == (None, None)
