"""What is planned about webhooks reaches the shop, once, however often we look."""

from __future__ import annotations

from typing import Any

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.stores.woocommerce.registration import (
    carry_out,
    ensure_webhooks,
    have_pinged,
    needs_address,
    read_webhooks,
)
from woodoo.stores.woocommerce.webhook_plan import PROBE, Do, Reach, Step, Wanted, plan_webhooks

from .conftest import Shop, recorded

URL = "https://woodoo.example.com/hooks/abc/"


def hook(number: int, topic: str, status: str = "active", url: str = URL) -> dict[str, object]:
    return {"id": number, "topic": topic, "status": status, "delivery_url": url, "name": "x"}


def ours(address: str) -> bool:
    return "/hooks/abc" in address


def writes(shop: Shop) -> list[tuple[str, str, Any]]:
    return [
        (one.method, one.path.split("/")[-1], one.get_json(silent=True)) for one in shop.asked if one.method != "GET"
    ]


def ensure(shop: Shop, *topics: str, **wanted: Any) -> list[tuple[Do, str, str]]:
    done = ensure_webhooks(shop.client(), Wanted(topics, URL, **wanted), "secret", ours)
    return [(one.step.do, one.step.topic, one.step.webhook_id) for one in done]


def test_what_is_missing_is_created(shop: Shop):
    shop.on("webhooks", recorded("webhooks_list"))
    shop.on("webhooks", recorded("webhook_create"), method="POST")
    assert ensure(shop, "order.created", "order.created") == [(Do.CREATE, "order.created", "1")]
    body = {
        "name": "Woodoo order.created",
        "topic": "order.created",
        "delivery_url": URL,
        "secret": "secret",
        "status": "active",
    }
    assert writes(shop) == [("POST", "webhooks", body)]


def test_what_is_there_is_left_alone(shop: Shop):
    shop.on("webhooks", [hook(4, "order.created"), hook(5, "order.updated")])
    done = ensure(shop, "order.created", "order.updated", with_secret=("4", "5"))
    assert {do for do, _, _ in done} == {Do.KEEP}
    assert writes(shop) == []


def test_what_the_shop_switched_off_is_woken_with_the_secret(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated", "disabled"), hook(5, "order.updated", "active", "https://other/")])
    shop.on("webhooks/4", recorded("webhook_update_status"), method="PUT")
    assert ensure(shop, "order.updated", with_secret=("4",)) == [(Do.ACTIVATE, "order.updated", "4")]
    assert writes(shop) == [("PUT", "4", {"status": "active", "secret": "secret"})]


def test_what_a_person_paused_stays_paused(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated", "paused")])
    assert ensure(shop, "order.updated") == [(Do.LEAVE, "order.updated", "4")]
    assert writes(shop) == []


def test_an_old_address_and_a_secret_that_is_not_known_are_mended_together(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated", url="https://old.example.com/hooks/abc")])
    shop.on("webhooks/4", recorded("webhook_update_status"), method="PUT")
    assert ensure(shop, "order.updated") == [(Do.REPAIR, "order.updated", "4")]
    assert writes(shop) == [("PUT", "4", {"delivery_url": URL, "secret": "secret"})]


def test_a_double_is_deleted_for_good(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated"), hook(7, "order.updated")])
    shop.on("webhooks/7", hook(7, "order.updated"), method="DELETE")
    ensure(shop, "order.updated", with_secret=("4",))
    assert [(method, number) for method, number, _ in writes(shop)] == [("DELETE", "7")]
    assert shop.queries("webhooks/7") == [{"force": "true"}]


def test_webhooks_of_others_are_never_looked_at(shop: Shop):
    shop.on("webhooks", [hook(4, "order.updated", url="https://other.example.com/in"), hook(5, "order.updated")])
    assert [one.webhook_id for one in read_webhooks(shop.client(), ours)] == ["5"]


def test_what_the_shop_refuses_is_told_and_holds_up_no_other(shop: Shop):
    shop.on("webhooks", [])
    shop.on("webhooks", recorded("webhook_bad_topic"), recorded("webhook_create"), method="POST")
    done = ensure_webhooks(shop.client(), Wanted(("order.refunded", "order.created"), URL), "secret", ours)
    assert "topic" in done[0].problem
    assert (done[1].problem, done[1].step.webhook_id) == ("", "1")


def test_a_key_that_may_not_manage_webhooks(shop: Shop):
    shop.on("webhooks", [])
    shop.on("webhooks", recorded("err_401_readonly_key_write"), method="POST")
    with pytest.raises(ConfigError, match="may not write"):
        ensure(shop, "order.created")


def test_the_shop_is_made_to_ping_and_nothing_stays_behind(shop: Shop):
    shop.on("webhooks", {**hook(9, PROBE), "id": 9}, method="POST")
    shop.on("webhooks/9", hook(9, PROBE), method="DELETE")
    assert have_pinged(shop.client(), URL) == "9"
    (method, _, body), (after, number, _) = writes(shop)
    assert (method, body["topic"], body["delivery_url"]) == ("POST", PROBE, URL)
    assert (after, number) == ("DELETE", "9")


def test_steps_that_only_wait_send_nothing(shop: Shop):
    carry_out(shop.client(), [Step(Do.WAIT, "order.updated", ""), Step(Do.LEAVE, "order.updated", "", "4")], "secret")
    assert writes(shop) == []


@pytest.mark.parametrize(
    ("found", "needs"),
    [([], True), (["active"], False), (["disabled"], True), (["paused"], False), (["active", "active"], True)],
)
def test_the_address_has_to_be_proven_only_where_something_hangs_on_it(found: list[str], needs: bool):
    from woodoo.stores.woocommerce.webhook_plan import Webhook

    hooks = [Webhook(str(number), "order.updated", status, URL) for number, status in enumerate(found)]
    steps = plan_webhooks(hooks, Wanted(("order.updated",), URL, with_secret=("0", "1"), reach=Reach.OPEN))
    assert needs_address(steps) is needs
