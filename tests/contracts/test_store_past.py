"""The newest orders as a store tells them lightly, and the variations of a product."""

from __future__ import annotations

from decimal import Decimal

import pytest

from woodoo.stores.catalogue import Owned
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .store_target import Target


@pytest.fixture
def store(shop: Target) -> WooCommerceStore:
    ca = shop.ca_file.read_text() if shop.ca_file else ""
    return WooCommerceStore(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=ca))


def test_the_newest_orders_tell_what_they_use_and_nothing_of_the_customer(
    shop: Target, store: WooCommerceStore
) -> None:
    product = shop.product("10.00")
    made = shop.order(
        {"product_id": product["id"], "quantity": 1},
        status="processing",
        payment_method="stripe",
        payment_method_title="Card",
        billing={"country": "ES", "email": "ann@example.com", "first_name": "Ann"},
        shipping_lines=[{"method_id": "flat_rate", "instance_id": "3", "method_title": "Parcel", "total": "5.00"}],
        fee_lines=[{"name": "Gift wrap", "total": "1.00"}],
    )
    page = store.past_orders()
    newest = page.orders[0]
    assert newest.external_id == str(made["id"])
    assert (newest.status, newest.currency, newest.country) == ("processing", made["currency"], "ES")
    assert newest.payment is not None
    assert (newest.payment.key, newest.payment.title) == ("stripe", "Card")
    assert [(one.key, one.title) for one in newest.shipping] == [("flat_rate:3", "Parcel")]
    assert newest.fees == ("Gift wrap",)
    assert [(one.sku, one.product_id) for one in newest.items] == [(product["sku"], str(product["id"]))]
    assert {rate.rate_id: rate.percent for rate in newest.rates} == {
        str(line["rate_id"]): Decimal(str(line["rate_percent"])) for line in made["tax_lines"]
    }
    assert "ann@example.com" not in repr(page)
    assert page.total is not None


def test_the_light_form_tells_ids_and_statuses_alone(shop: Target, store: WooCommerceStore) -> None:
    product = shop.product("10.00")
    made = shop.order({"product_id": product["id"], "quantity": 1}, status="completed", payment_method="stripe")
    newest = store.past_orders(light=True).orders[0]
    assert (newest.external_id, newest.status) == (str(made["id"]), "completed")
    assert (newest.payment, newest.items) == (None, ())


def test_carts_are_no_past_orders_and_a_page_is_walked_past_what_came_meanwhile(
    shop: Target, store: WooCommerceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("woodoo.stores.woocommerce.past.PAGE", 2)
    product = shop.product("10.00")
    line = {"product_id": product["id"], "quantity": 1}
    made = [shop.order(line, status="processing")["id"] for _ in range(4)]
    shop.order(line, status="checkout-draft")
    first = store.past_orders()
    shop.order(line, status="processing")
    second = store.past_orders(first.cursor)
    seen = [one.external_id for one in (*first.orders, *second.orders)]
    assert seen == [str(one) for one in reversed(made)][: len(seen)]
    assert len(seen) >= 2


def test_variations_are_listed_with_their_own_skus_alone(shop: Target, store: WooCommerceStore) -> None:
    sku = shop.sku("SHIRT")
    options = {"attributes": [{"name": "Size", "variation": True, "options": ["S", "M"]}]}
    parent = shop.product(type="variable", sku=sku, **options)
    path = f"products/{parent['id']}/variations"
    own = shop.call("POST", path, {"sku": f"{sku}-S", "attributes": [{"name": "Size", "option": "S"}]}).body
    none = shop.call("POST", path, {"attributes": [{"name": "Size", "option": "M"}]}).body
    found = store.catalogue.variations_of(Owned(str(parent["id"]), sku, "", "Shirt", "variable"))
    assert [(one.external_id, one.sku, one.kind) for one in found] == [
        (f"{parent['id']}/{own['id']}", f"{sku}-S", "variation"),
        (f"{parent['id']}/{none['id']}", "", "variation"),
    ]
    assert all(one.name for one in found)
