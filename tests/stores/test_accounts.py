"""Accounts of a shop: what is asked, and that no password is chosen where the shop makes one up."""

from __future__ import annotations

import json

from werkzeug import Response

from woodoo.stores.woocommerce.customers import WooCustomers

from .conftest import Shop, listed

ROW = {"id": 12, "email": "ana@example.net", "first_name": "Ana", "last_name": "Prueba", "role": "customer"}
MISSING = {
    "error": {
        "code": "rest_missing_callback_param",
        "message": "Missing parameter(s): username, password",
        "data": {"status": 400, "params": ["username", "password"]},
    }
}


def sent(shop: Shop, number: int) -> dict[str, object]:
    return dict(json.loads(shop.asked[number].get_data())["create"][0])


def test_no_password_is_sent_where_the_shop_makes_one_up(shop: Shop) -> None:
    shop.on("customers/batch", {"create": [ROW]}, method="POST")
    made = WooCustomers(shop.client()).create_accounts({"45": {"email": "ana@example.net"}})
    assert made.done["45"].external_id == "12"
    assert sent(shop, 0) == {"email": "ana@example.net"}


def test_a_shop_that_demands_password_and_name_gets_random_ones_that_say_nothing(shop: Shop) -> None:
    shop.on("customers/batch", {"create": [MISSING]}, {"create": [ROW]}, method="POST")
    made = WooCustomers(shop.client()).create_accounts({"45": {"email": "ana@example.net"}})
    assert (set(made.done), made.errors) == ({"45"}, {})
    again = sent(shop, 1)
    assert len(str(again["password"])) > 30
    assert "ana" not in str(again["username"])


def test_a_shop_that_does_not_tell_of_its_mail_is_taken_to_send_it(shop: Shop) -> None:
    missing = {"code": "rest_setting_setting_invalid", "message": "Invalid setting.", "data": {"status": 404}}
    shop.on(
        "settings/email_customer_new_account/enabled",
        Response(json.dumps(missing), 404, content_type="application/json"),
        {"id": "enabled", "value": "no"},
    )
    customers = WooCustomers(shop.client())
    assert [customers.mails_new_accounts(), customers.mails_new_accounts()] == [True, False]


def test_the_walk_goes_by_ascending_ids_and_passes_over_staff(shop: Shop) -> None:
    shop.on("customers", listed([ROW, {**ROW, "id": 13, "role": "shop_manager"}], total_pages=2))
    page = WooCustomers(shop.client()).every_account()
    assert ([account.external_id for account in page.accounts], page.cursor) == (["12"], "2")
    (query,) = shop.queries("customers")
    assert (query["orderby"], query["order"], query["role"], query["page"]) == ("id", "asc", "all", "1")


def test_accounts_the_list_hides_are_asked_for_by_themselves(shop: Shop) -> None:
    shop.on("customers", listed([ROW]))
    shop.on("customers/13", {**ROW, "id": 13, "role": "wholesale"})
    fetched = WooCustomers(shop.client()).fetch_accounts(["12", "13", "no id"])
    assert {one: account.role for one, account in fetched.found.items()} == {"12": "customer", "13": "wholesale"}
    assert fetched.missing == {"no id"}
