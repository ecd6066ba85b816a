"""What the shop's staff wrote about an order comes over, what the shop noted by itself does not."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug import Response

from woodoo.domain.errors import RemoteDown
from woodoo.stores.woocommerce.store import WooCommerceStore

from .conftest import Shop, recorded


def note(number: int, text: str, author: str = "Ana", **changes: Any) -> dict[str, Any]:
    time = f"2026-11-21T07:09:{number:02}"
    return {"id": number, "author": author, "note": text, "date_created_gmt": time, "customer_note": False, **changes}


def store_of(shop: Shop) -> WooCommerceStore:
    return WooCommerceStore(shop.client(), currency_digits=2)


def test_notes_of_people_come_oldest_first_without_html(shop: Shop):
    shop.on(
        "orders/76/notes",
        [
            note(9, "Gift wrap &amp; card<br/>Call <b>before</b> noon", customer_note=True),
            note(3, "First", "Luis"),
            note(5, "Order status changed.", "WooCommerce"),
            note(6, "<p> </p>"),
        ],
    )
    assert store_of(shop).fetch_notes(["76"]).found == {"76": ("First", "Gift wrap & card\nCall before noon")}


def test_recorded_notes_of_the_shop_itself_are_left_out(shop: Shop):
    shop.on("orders/76/notes", recorded("order_notes"))
    assert store_of(shop).fetch_notes(["76"]).found == {"76": ()}


@pytest.mark.parametrize(
    "text",
    [
        "Order status changed from Processing to Completed.",
        "Order status changed by bulk edit. Order status changed from On hold to Processing.",
        "Adjusted stock: Decaf (-398&rarr;-400)",
        "Bestand angepasst: Decaf (50&rarr;48)",
        "Added line items: Grinder (WOO-S-012)",
        "Coupon applied: &quot;pct10&quot;.",
        "Order details manually sent to customer.",
    ],
)
def test_what_the_shop_notes_of_a_persons_clicks_is_left_out(shop: Shop, text: str):
    asked = f"He asks: why '{text[:5]}'?"
    shop.on("orders/76/notes", [note(1, text), note(2, asked)])
    assert store_of(shop).fetch_notes(["76"]).found == {"76": (asked,)}


def test_each_order_is_found_missing_or_broken(shop: Shop):
    shop.on("orders/1/notes", [note(1, "Hello")])
    shop.on("orders/2/notes", recorded("err_404_order"))
    shop.on("orders/3/notes", recorded("err_500_order_zero_qty"))
    shop.on("orders/4/notes", [{"id": "x"}])
    shop.on("orders/5/notes", recorded("err_401_writeonly_key_read"))
    notes = store_of(shop).fetch_notes(["1", "2", "3", "4", "5", "1"])
    assert (dict(notes.found), notes.missing, set(notes.broken)) == ({"1": ("Hello",)}, {"2"}, {"3", "4", "5"})


def test_a_shop_that_is_down_is_no_matter_of_one_order(shop: Shop):
    shop.on("orders/1/notes", Response("busy", 503))
    with pytest.raises(RemoteDown):
        store_of(shop).fetch_notes(["1"])
