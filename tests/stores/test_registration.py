"""The shop gets our webhooks once, however often we look."""

from __future__ import annotations

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.stores.woocommerce.errors import Refused
from woodoo.stores.woocommerce.registration import ORDER_TOPICS, Did, Registered, ensure_webhooks

from .conftest import Shop, recorded

URL = "https://woodoo.example.com/hooks/abc"


def hook(number: int, topic: str, status: str = "active", url: str = URL) -> dict[str, object]:
    return {"id": number, "topic": topic, "status": status, "delivery_url": url}


def writes(shop: Shop) -> list[tuple[str, str, object]]:
    return [(one.method, one.path.split("/")[-1], one.get_json()) for one in shop.asked if one.method != "GET"]


def test_what_is_missing_is_created(shop: Shop):
    shop.on("webhooks", recorded("webhooks_list"))
    shop.on("webhooks", recorded("webhook_create"), method="POST")
    done = ensure_webhooks(shop.client(), URL, "secret", ["order.created", "order.created"])
    assert done == [Registered("order.created", "1", Did.CREATED)]
    assert writes(shop) == [
        (
            "POST",
            "webhooks",
            {
                "name": "Woodoo order.created",
                "topic": "order.created",
                "delivery_url": URL,
                "secret": "secret",
                "status": "active",
            },
        )
    ]


def test_what_is_there_is_left_alone(shop: Shop):
    shop.on("webhooks", [hook(number, topic) for number, topic in enumerate(ORDER_TOPICS, 1)])
    done = ensure_webhooks(shop.client(), URL, "secret")
    assert {one.did for one in done} == {Did.KEPT}
    assert writes(shop) == []


def test_what_the_shop_switched_off_is_woken(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated", "disabled"), hook(5, "order.updated", "active", "https://other/")])
    shop.on("webhooks/4", recorded("webhook_update_status"), method="PUT")
    done = ensure_webhooks(shop.client(), URL, "secret", ["order.updated"])
    assert done == [Registered("order.updated", "4", Did.ACTIVATED)]
    assert writes(shop) == [("PUT", "4", {"status": "active", "secret": "secret"})]


def test_what_a_person_paused_stays_paused(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated", "paused")])
    assert ensure_webhooks(shop.client(), URL, "secret", ["order.updated"])[0].did is Did.PAUSED
    assert writes(shop) == []


def test_a_new_secret_reaches_every_webhook_of_ours(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated")])
    shop.on("webhooks/4", recorded("webhook_update_status"), method="PUT")
    ensure_webhooks(shop.client(), URL, "new", ["order.updated"], renew_secret=True)
    assert writes(shop) == [("PUT", "4", {"secret": "new"})]


def test_a_topic_the_shop_does_not_know(shop: Shop):
    shop.on("webhooks", [])
    shop.on("webhooks", recorded("webhook_bad_topic"), method="POST")
    with pytest.raises(Refused, match="topic"):
        ensure_webhooks(shop.client(), URL, "secret", ["order.refunded"])


def test_a_key_that_may_not_manage_webhooks(shop: Shop):
    shop.on("webhooks", [])
    shop.on("webhooks", recorded("err_401_readonly_key_write"), method="POST")
    with pytest.raises(ConfigError, match="may not write"):
        ensure_webhooks(shop.client(), URL, "secret", ["order.created"])
