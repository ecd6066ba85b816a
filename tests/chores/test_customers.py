"""Customer accounts that were deleted in the store."""

from __future__ import annotations

import pytest

from woodoo.chores import customers
from woodoo.chores.customers import look_for_deleted_customers
from woodoo.engine.cursors import get_cursor, set_cursor
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links

from .shop import Shop


def known(shop: Shop, *keys: str) -> Links:
    links = Links(shop.live.connection.pk)
    links.upsert(LinkVals("customer", key, "res.partner", 100 + place) for place, key in enumerate(keys))
    return links


def marks(links: Links, *keys: str) -> list[str]:
    found = links.find("customer", keys)
    return [found[key].store_hash for key in keys]


def next_round(shop: Shop) -> None:
    number = shop.live.connection.pk
    set_cursor(number, "customers", get_cursor(number, "customers").replace('"ended_at": "2', '"ended_at": "1'))


def test_accounts_that_are_gone_are_marked_and_their_links_stay(shop: Shop):
    shop.customers = {"5", "7"}
    links = known(shop, "customer_5", "customer_6", "customer_7_at_ab12", "customer_6_at_cd34", "guest_0a1b", "order_9")
    assert look_for_deleted_customers(shop.live) == {"asked": 3, "gone": 1, "under_way": False}
    assert marks(links, "customer_5", "customer_6", "customer_7_at_ab12", "customer_6_at_cd34", "guest_0a1b") == [
        "",
        "gone",
        "",
        "gone",
        "",
    ]


def test_the_next_round_comes_when_it_is_due(shop: Shop):
    known(shop, "customer_5")
    look_for_deleted_customers(shop.live)
    look_for_deleted_customers(shop.live)
    assert shop.asked == ["customers"]
    next_round(shop)
    look_for_deleted_customers(shop.live)
    assert shop.asked == ["customers", "customers"]


def test_an_account_that_is_there_again_is_marked_no_more(shop: Shop):
    links = known(shop, "customer_5")
    look_for_deleted_customers(shop.live)
    assert marks(links, "customer_5") == ["gone"]
    shop.customers = {"5"}
    next_round(shop)
    look_for_deleted_customers(shop.live)
    assert marks(links, "customer_5") == [""]


def test_many_accounts_are_asked_for_in_pieces(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(customers, "PIECE", 10)
    known(shop, *(f"customer_{number}" for number in range(1, 26)))
    shop.customers = {str(number) for number in range(1, 24)}
    found = [look_for_deleted_customers(shop.live) for _ in range(3)]
    assert [one["asked"] for one in found] == [10, 20, 25]
    assert found[-1] == {"asked": 25, "gone": 2, "under_way": False}


def test_a_shop_without_accounts_is_not_asked(shop: Shop):
    known(shop, "guest_0a1b")
    assert look_for_deleted_customers(shop.live)["asked"] == 0
    assert shop.asked == []
