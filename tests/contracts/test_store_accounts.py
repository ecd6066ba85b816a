"""Customers made and changed: whom an address belongs to, what is kept, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from .store_target import Target


def _email(shop: Target) -> str:
    return f"{shop.sku('c').lower()}@example.com"


@pytest.fixture
def customer(shop: Target) -> dict[str, Any]:
    billing = {"company": "C & D", "country": "ES", "city": " Madrid ", "vat": "dropped"}
    named = {"first_name": " Ana ", "last_name": "L & M"}
    return shop.make("customers", {"email": _email(shop), "billing": billing, **named})


def test_a_customer_as_it_is_kept(customer: dict[str, Any]) -> None:
    assert (customer["first_name"], customer["last_name"], customer["role"]) == ("Ana", "L &amp; M", "customer")
    assert customer["username"] == customer["email"].partition("@")[0]
    billing = customer["billing"]
    assert (billing["company"], billing["city"], "vat" in billing) == ("C & D", " Madrid ", False)
    assert [entry["key"] for entry in customer["meta_data"]] == ["default_password_nag"]


def test_an_address_that_is_taken(shop: Target, customer: dict[str, Any]) -> None:
    again = shop.call("POST", "customers", {"email": customer["email"].upper()})
    assert again.error == (400, "registration-error-email-exists")
    assert again.body["data"] == {"status": 400}
    other = shop.make("customers", {"email": _email(shop)})
    taken = shop.call("PUT", f"customers/{other['id']}", {"email": customer["email"]})
    assert taken.error == (400, "woocommerce_rest_customer_invalid_email")
    assert shop.put(f"customers/{other['id']}", {"email": other["email"]})["email"] == other["email"]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"email": ""}, (400, "rest_invalid_param")),
        ({"email": "nonsense"}, (400, "rest_invalid_param")),
        ({"billing": {"email": "nonsense"}}, (400, "rest_invalid_param")),
        ({"billing": {"city": None}}, (400, "rest_invalid_param")),
        ({"username": "other"}, (400, "woocommerce_rest_customer_invalid_argument")),
    ],
)
def test_what_a_customer_cannot_be_changed_to(
    shop: Target, customer: dict[str, Any], sent: dict[str, Any], error: tuple[int, str]
) -> None:
    assert shop.call("PUT", f"customers/{customer['id']}", sent).error == error


@pytest.mark.parametrize(
    ("username", "code"), [("a b!", "invalid-username"), ("", None)], ids=["odd signs", "none, so made of the address"]
)
def test_a_name_to_log_in_with(shop: Target, username: str, code: str | None) -> None:
    answer = shop.call("POST", "customers", {"email": _email(shop), "username": username})
    if code is None:
        shop.made.append(f"customers/{answer.body['id']}")
    assert answer.error == ((400, f"registration-error-{code}") if code else (201, None))


def test_a_name_to_log_in_with_is_there_once(shop: Target, customer: dict[str, Any]) -> None:
    answer = shop.call("POST", "customers", {"email": _email(shop), "username": customer["username"]})
    assert answer.error == (400, "registration-error-username-exists")


def test_addresses_are_changed_field_by_field(shop: Target, customer: dict[str, Any]) -> None:
    path = f"customers/{customer['id']}"
    changed = shop.put(path, {"billing": {"city": "Sevilla"}, "shipping": {"country": "FR"}})
    assert changed["billing"] == {**customer["billing"], "city": "Sevilla"}
    assert changed["shipping"]["country"] == "FR"
    assert shop.put(path, {"billing": None})["billing"] == changed["billing"]
    assert shop.put(path, {"first_name": None, "role": "editor"})["first_name"] == ""
    assert shop.get(path)["role"] == "customer"


def test_a_batch_of_customers_judges_every_one(shop: Target, customer: dict[str, Any]) -> None:
    jobs = {
        "create": [{"email": customer["email"]}, {"email": _email(shop)}],
        "update": [{"id": customer["id"], "last_name": "New"}, {"id": 99999999, "last_name": "x"}],
    }
    answer = shop.call("POST", "customers/batch", jobs).body
    twin, made = answer["create"]
    shop.made.append(f"customers/{made['id']}")
    assert twin["error"]["code"] == "registration-error-email-exists"
    changed, unknown = answer["update"]
    assert (changed["last_name"], unknown["error"]["code"]) == ("New", "wc_user_invalid_id")
