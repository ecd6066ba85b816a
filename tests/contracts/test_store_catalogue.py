"""Products, variations, stock and their batches."""

from __future__ import annotations

from typing import Any

import pytest

from .store_target import Target


@pytest.fixture
def variable(shop: Target) -> dict[str, Any]:
    """A variable product with two variations; the second has no SKU of its own."""
    attribute = {"name": "Grind", "options": ["Whole", "Fine"], "variation": True, "visible": True}
    product = shop.product(type="variable", attributes=[attribute])
    for option, sku in (("Whole", shop.sku("V")), ("Fine", "")):
        body = {"regular_price": "7.00", "sku": sku, "attributes": [{"name": "Grind", "option": option}]}
        answer = shop.call("POST", f"products/{product['id']}/variations", body)
        assert answer.status == 201, answer.body
    found: dict[str, Any] = shop.get(f"products/{product['id']}")
    return found


def _variation(shop: Target, product: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = shop.get(f"products/{product['id']}/variations/{product['variations'][number]}")
    return found


def test_a_sku_is_there_once(shop: Target) -> None:
    product = shop.product()
    answer = shop.call("POST", "products", {"name": "again", "sku": product["sku"]})
    assert answer.error == (400, "product_invalid_sku")
    assert answer.body["data"] == {
        "status": 400,
        "resource_id": product["id"],
        "unique_sku": f"{product['sku']}-1",
    }


def test_a_gtin_is_there_once(shop: Target) -> None:
    product = shop.product(global_unique_id="8499999000017")
    answer = shop.call("POST", "products", {"name": "again", "global_unique_id": "8499999000017"})
    assert answer.error == (400, "product_invalid_global_unique_id")
    assert answer.body["data"]["resource_id"] == product["id"]


def test_skus_are_found_in_any_case_variations_included(shop: Target, variable: dict[str, Any]) -> None:
    own = _variation(shop, variable, 0)["sku"]
    rows = shop.get("products", sku=f"{variable['sku'].upper()},{own.lower()}")
    assert {row["type"] for row in rows} == {"variable", "variation"}


def test_a_variation_without_a_sku_shows_its_parents(shop: Target, variable: dict[str, Any]) -> None:
    assert _variation(shop, variable, 1)["sku"] == variable["sku"]


def test_variations_are_only_written_below_their_parent(shop: Target, variable: dict[str, Any]) -> None:
    variation, other = variable["variations"][0], shop.product()
    through_products = shop.call("PUT", f"products/{variation}", {"regular_price": "8"})
    assert through_products.error == (404, "woocommerce_rest_invalid_product_id")
    wrong_parent = shop.call("GET", f"products/{other['id']}/variations/{variation}")
    assert wrong_parent.error == (404, "woocommerce_rest_product_variation_invalid_id")


def test_a_change_of_a_variation_moves_its_parent(shop: Target, variable: dict[str, Any]) -> None:
    path = f"products/{variable['id']}"
    shop.put(f"{path}/variations/{variable['variations'][0]}", {"regular_price": "9.00"})
    assert shop.get(path)["date_modified_gmt"] >= variable["date_modified_gmt"]
    assert shop.get(path)["price"] == "7.00"


@pytest.mark.parametrize(
    ("sent", "regular", "sale", "price"),
    [
        ({"regular_price": "5"}, "5", "", "5"),
        ({"regular_price": "1,50"}, "150", "", "150"),
        ({"regular_price": "10.00", "sale_price": "8.00"}, "10.00", "8.00", "8.00"),
        ({"regular_price": "10.00", "sale_price": "12.00"}, "10.00", "", "10.00"),
    ],
)
def test_prices_are_taken_as_text(shop: Target, sent: dict[str, str], regular: str, sale: str, price: str) -> None:
    product = shop.put(f"products/{shop.product()['id']}", sent)
    assert (product["regular_price"], product["sale_price"], product["price"]) == (regular, sale, price)


def test_a_price_that_is_a_number_is_refused(shop: Target) -> None:
    answer = shop.call("POST", "products", {"name": "x", "regular_price": 5})
    assert answer.error == (400, "rest_invalid_param")
    assert answer.body["data"]["params"] == {"regular_price": "regular_price is not of type string."}


@pytest.mark.parametrize(
    ("quantity", "kept", "status"),
    [(7, 7, "instock"), ("17", 17, "instock"), (-3, -3, "outofstock"), (None, 0, "outofstock"), (0, 0, "outofstock")],
)
def test_stock_quantities(shop: Target, quantity: Any, kept: int, status: str) -> None:
    product = shop.product(manage_stock=True, stock_quantity=5)
    changed = shop.put(f"products/{product['id']}", {"stock_quantity": quantity})
    assert (changed["stock_quantity"], changed["stock_status"]) == (kept, status)


def test_a_fraction_in_stock_is_refused(shop: Target) -> None:
    product = shop.product(manage_stock=True, stock_quantity=5)
    answer = shop.call("PUT", f"products/{product['id']}", {"stock_quantity": 2.5})
    assert answer.error == (400, "rest_invalid_param")


def test_stock_of_what_is_not_managed_is_passed_over(shop: Target, variable: dict[str, Any]) -> None:
    product = shop.put(f"products/{shop.product()['id']}", {"stock_quantity": 7})
    assert (product["manage_stock"], product["stock_quantity"]) == (False, None)
    shop.put(f"products/{variable['id']}", {"manage_stock": True, "stock_quantity": 4})
    path = f"products/{variable['id']}/variations/{variable['variations'][0]}"
    variation = shop.put(path, {"stock_quantity": 9})
    assert (variation["manage_stock"], variation["stock_quantity"]) == ("parent", 4)


def test_a_batch_judges_every_item_on_its_own(shop: Target, variable: dict[str, Any]) -> None:
    product = shop.product(manage_stock=True, stock_quantity=1)
    jobs = [
        {"id": product["id"], "stock_quantity": 6},
        {"id": variable["variations"][0], "stock_quantity": 1},
        {"id": 99999999, "stock_quantity": 1},
    ]
    answer = shop.call("POST", "products/batch", {"update": jobs, "create": [{"name": "x", "sku": product["sku"]}]})
    assert answer.status == 200
    first, variation, unknown = answer.body["update"]
    assert first["stock_quantity"] == 6
    assert variation["error"]["code"] == "woocommerce_rest_invalid_product_id"
    assert unknown["error"]["code"] == "woocommerce_rest_product_invalid_id"
    assert answer.body["create"][0]["error"]["code"] == "product_invalid_sku"


def test_a_batch_of_variations_knows_its_parent(shop: Target, variable: dict[str, Any]) -> None:
    stranger = shop.product()["id"]
    jobs = [{"id": variable["variations"][0], "regular_price": "6.00"}, {"id": stranger, "regular_price": "1"}]
    answer = shop.call("POST", f"products/{variable['id']}/variations/batch", {"update": jobs})
    good, bad = answer.body["update"]
    assert good["regular_price"] == "6.00"
    assert bad == {
        "id": stranger,
        "error": {
            "code": "woocommerce_rest_product_variation_invalid_id",
            "message": "Invalid ID.",
            "data": {"status": 404},
        },
    }


@pytest.mark.parametrize(("count", "status"), [(0, 200), (101, 413)])
def test_the_size_of_a_batch(shop: Target, count: int, status: int) -> None:
    answer = shop.call("POST", "products/batch", {"update": [{"id": 1}] * count})
    assert answer.status == status
    assert answer.body == [] if not count else answer.body["code"] == "woocommerce_rest_request_entity_too_large"


def test_trash_then_gone(shop: Target) -> None:
    product = shop.product()
    path = f"products/{product['id']}"
    assert shop.call("DELETE", path).status == 200
    assert shop.get(path)["status"] == "trash"
    assert shop.call("DELETE", path).error == (410, "woocommerce_rest_already_trashed")
    assert shop.call("DELETE", path, force="true").status == 200
    assert shop.call("GET", path).error == (404, "woocommerce_rest_product_invalid_id")


def test_an_email_belongs_to_one_customer(shop: Target) -> None:
    email = f"{shop.sku('c')}@example.com"
    shop.make("customers", {"email": email})
    answer = shop.call("POST", "customers", {"email": email})
    assert answer.error == (400, "registration-error-email-exists")


def test_coupon_codes_are_lower_case_and_unique(shop: Target) -> None:
    code = shop.sku("CODE")
    coupon = shop.make("coupons", {"code": code, "amount": "5", "discount_type": "percent"})
    assert (coupon["code"], coupon["amount"]) == (code.lower(), "5.00")
    answer = shop.call("POST", "coupons", {"code": code.lower(), "amount": "1"})
    assert answer.error == (400, "woocommerce_rest_coupon_code_already_exists")
