"""The look after a store's webhooks, with a store and with Woodoo's own address, both over HTTP."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from unittest import mock

import httpx2
import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from woodoo import wiring
from woodoo.chores import hook_test, webhooks
from woodoo.connections import hook
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine import chores, door
from woodoo.engine.models import Cursor, Event
from woodoo.flows.topics import TEST_ANSWER, followed_topics
from woodoo.live import live_connection
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce import webhooks as signing
from woodoo.web import doors, tallies
from woodoo.web.webhook_words import webhook_card

from . import scene

Found = Mapping[str, Any]


@pytest.fixture
def store() -> Iterator[StoreDouble]:
    with StoreDouble() as double:
        yield double


@pytest.fixture
def shop(store: StoreDouble, live_server: Any, settings: Any) -> Connection:
    settings.WOODOO_URL = live_server.url
    return scene.connection(store_url=store.url, store_key=store.key, store_secret=store.secret)


def look(shop: Connection) -> Found:
    return webhooks.look_after_webhooks(live_connection(shop.pk))


def did(found: Found) -> list[str]:
    return [one["do"] for one in found["webhooks"]]


def rows(store: StoreDouble) -> list[dict[str, Any]]:
    return list(store.shop.tables["webhooks"].values())


def set_up(shop: Connection, store: StoreDouble) -> list[dict[str, Any]]:
    """Have the webhooks set up; return them as the store keeps them."""
    look(shop)
    return rows(store)


def ordered(store: StoreDouble) -> list[int]:
    """Have an order come in, and return what its deliveries were answered."""
    before = len(store.webhooks.log)
    store.seed_orders(1, announce=True)
    assert store.webhooks.wait(300)
    return [delivery.status for delivery in list(store.webhooks.log)[before:]]


def test_what_is_needed_is_set_up_and_the_next_look_finds_nothing_to_do(shop: Connection, store: StoreDouble) -> None:
    found = look(shop)
    assert did(found) == ["create"] * 4
    assert found["address"]["reach"] == "proven"
    assert [row["topic"] for row in rows(store)] == list(followed_topics(ConnectionSettings()))
    assert set(ordered(store)) == {200}
    assert Event.objects.filter(source="webhook").exists()
    assert did(look(shop)) == ["keep"] * 4
    assert len(rows(store)) == 4


def test_as_a_chore_it_is_noted_for_the_page_of_the_connection(shop: Connection) -> None:
    wiring.install()
    assert chores.do(shop.pk, webhooks.NAME)
    card = webhook_card(shop.pk)
    assert [(line.topic, line.word, line.well) for line in card.lines] == [
        (topic, "Set up", True) for topic in followed_topics(ConnectionSettings())
    ]
    assert (card.problems, card.told, card.missed) == ([], 0, 0)
    assert chores.do(shop.pk, webhooks.NAME)
    assert {line.word for line in webhook_card(shop.pk).lines} == {"Fine"}


def test_a_key_that_may_not_set_webhooks_up_is_said_on_the_page(shop: Connection, store: StoreDouble) -> None:
    shop.store_key, shop.store_secret = store.add_key("read")
    shop.save()
    wiring.install()
    assert not chores.do(shop.pk, webhooks.NAME)
    (problem,) = webhook_card(shop.pk).problems
    assert "may not write" in problem.message
    assert problem.fix


def test_that_the_store_has_reached_woodoo_is_known_by_its_ping(
    shop: Connection, store: StoreDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as unsent:
        unsent.setattr(store.webhooks, "_greet_now", lambda webhook_id: None)  # as WordPress does with odd ports
        assert look(shop)["heard"] is False
    ordered(store)
    assert look(shop)["heard"] is True


def test_trying_the_address_leaves_no_trace_on_the_page_of_the_connection(shop: Connection) -> None:
    look(shop)
    assert tallies.tally_lines(shop.pk) == []
    assert not Event.objects.exists()


def test_a_renewed_secret_reaches_the_store_and_no_delivery_is_refused_meanwhile(
    shop: Connection, store: StoreDouble
) -> None:
    set_up(shop, store)
    new = hook.renew_secret(shop, told=webhooks.store_follows(shop))
    doors.forget_doors()
    assert not webhooks.store_follows(shop)
    assert set(ordered(store)) == {200}
    assert did(look(shop)) == ["repair"] * 4
    assert webhooks.store_follows(shop)
    assert {row["secret"] for row in rows(store)} == {new}
    assert set(ordered(store)) == {200}
    assert did(look(shop)) == ["keep"] * 4


def test_a_secret_renewed_twice_while_the_store_is_away_still_takes_what_the_store_signs(
    shop: Connection, store: StoreDouble
) -> None:
    set_up(shop, store)
    for _ in range(2):
        hook.renew_secret(shop, told=webhooks.store_follows(shop))
    doors.forget_doors()
    assert set(ordered(store)) == {200}
    look(shop)
    assert {row["secret"] for row in rows(store)} == {shop.webhook_secret}


def test_after_a_wrong_signature_all_are_given_the_secret_again_but_not_at_every_look(
    shop: Connection, store: StoreDouble
) -> None:
    first, *_ = set_up(shop, store)
    first["secret"] = "changed by somebody"
    door.note(shop.pk, door.SIGNATURE, "order.created")
    assert did(look(shop)) == ["repair"] * 4
    assert first["secret"] == shop.webhook_secret
    door.note(shop.pk, door.SIGNATURE, "order.created")
    assert did(look(shop)) == ["keep"] * 4
    Cursor.objects.filter(name=f"door:{door.SIGNATURE}").update(updated_at=timezone.now() + timedelta(hours=2))
    assert did(look(shop)) == ["repair"] * 4


def test_another_address_of_woodoo_is_carried_into_the_store(
    shop: Connection, store: StoreDouble, live_server: Any, settings: Any
) -> None:
    set_up(shop, store)
    settings.WOODOO_URL = live_server.url.replace("localhost", "127.0.0.1")
    assert did(look(shop)) == ["repair"] * 4
    assert {row["delivery_url"] for row in rows(store)} == {hook.hook_address(shop.hook_token)}
    assert set(ordered(store)) == {200}


def test_an_address_at_which_nothing_answers_is_not_carried_into_the_store(
    shop: Connection, store: StoreDouble, settings: Any
) -> None:
    before = {row["delivery_url"] for row in set_up(shop, store)}
    settings.WOODOO_URL = "http://127.0.0.1:9"
    found = look(shop)
    assert did(found) == ["wait"] * 4
    assert "Nothing answers" in found["address"]["message"]
    assert {row["delivery_url"] for row in rows(store)} == before


def test_nothing_is_set_up_while_the_address_is_wrong(shop: Connection, store: StoreDouble, settings: Any) -> None:
    settings.WOODOO_URL = "http://127.0.0.1:9"
    assert did(look(shop)) == ["wait"] * 4
    assert rows(store) == []


def test_what_the_store_gave_up_comes_back_once_the_address_passes_its_test(
    shop: Connection, store: StoreDouble, settings: Any
) -> None:
    good = settings.WOODOO_URL
    first, *_ = set_up(shop, store)
    first["status"] = "disabled"
    settings.WOODOO_URL = "http://127.0.0.1:9"
    made = webhooks.mended_at(shop.pk)
    assert did(look(shop))[0] == "wait"
    assert (first["status"], webhooks.mended_at(shop.pk)) == ("disabled", made)
    settings.WOODOO_URL = good
    assert did(look(shop))[0] == "activate"
    assert made is not None
    assert (webhooks.mended_at(shop.pk) or made) > made
    assert first["status"] == "active"
    assert set(ordered(store)) == {200}


def test_what_a_person_paused_stays_paused_and_is_said(shop: Connection, store: StoreDouble) -> None:
    first, *_ = set_up(shop, store)
    first["status"] = "paused"
    found = look(shop)
    assert did(found) == ["leave", "keep", "keep", "keep"]
    assert "a person paused it" in found["webhooks"][0]["why"]
    assert first["status"] == "paused"


def missed(shop: Connection, count: int) -> None:
    """That many changes were found by the poll alone, an hour ago, with the webhooks set up the day before."""
    cursor = Cursor.objects.get(name=webhooks.NAME)
    day_before = (timezone.now() - timedelta(days=2)).isoformat()
    cursor.value = json.dumps({**json.loads(cursor.value), "complete_since": day_before})
    cursor.save()
    for number in range(count):
        Event.objects.create(
            connection_id=shop.pk,
            source="poll",
            lane="orders",
            record=f"9{number}",
            received_at=timezone.now() - timedelta(hours=1),
        )


def test_webhooks_that_are_on_and_do_not_come_are_said_to_fail(shop: Connection, store: StoreDouble) -> None:
    set_up(shop, store)
    missed(shop, 3)
    times = {"since": mock.ANY, "last_missed": mock.ANY}
    assert look(shop)["told"] == {"deliveries": 0, "missed": 3, "failing": True, **times}
    ordered(store)
    told = look(shop)["told"]
    assert (told["missed"], told["failing"]) == (3, False)
    assert told["deliveries"] > 0


def test_what_is_missed_while_a_person_has_paused_one_is_no_fault(shop: Connection, store: StoreDouble) -> None:
    first, *_ = set_up(shop, store)
    missed(shop, 3)
    first["status"] = "paused"
    told = look(shop)["told"]
    assert (told["missed"], told["failing"]) == (3, False)


def test_what_was_missed_while_the_store_had_given_one_up_is_not_counted_afterwards(
    shop: Connection, store: StoreDouble, settings: Any
) -> None:
    good = settings.WOODOO_URL
    first, *_ = set_up(shop, store)
    missed(shop, 3)
    first["status"] = "disabled"
    settings.WOODOO_URL = "http://127.0.0.1:9"
    assert look(shop)["told"] is None
    settings.WOODOO_URL = good
    assert look(shop)["told"]["missed"] == 0


def test_doubles_and_what_nothing_follows_are_removed(shop: Connection, store: StoreDouble) -> None:
    first, *_ = set_up(shop, store)
    tables = store.shop.tables["webhooks"]
    tables[901] = {**first, "id": 901}
    tables[902] = {**first, "id": 902, "topic": "coupon.created"}
    tables[903] = {**first, "id": 903, "delivery_url": "https://others.example.com/in"}
    assert did(look(shop)) == ["keep"] * 4 + ["remove"] * 2
    assert set(tables) >= {first["id"], 903}
    assert not {901, 902} & set(tables)


def test_switched_off_it_only_looks(shop: Connection, store: StoreDouble) -> None:
    shop.settings = {"manage_webhooks": False}
    shop.save()
    found = look(shop)
    assert did(found) == ["create"] * 4
    assert (found["managed"], found["carried_out"]) == (False, False)
    assert rows(store) == []


def test_all_are_removed_where_a_connection_is_given_up(shop: Connection, store: StoreDouble) -> None:
    first, *_ = set_up(shop, store)
    first["status"] = "paused"
    store.shop.tables["webhooks"][903] = {**first, "id": 903, "delivery_url": "https://others.example.com/in"}
    assert len(webhooks.remove_all(live_connection(shop.pk))) == 4
    assert [row["id"] for row in rows(store)] == [903]


# What the address is worth


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (301, {"Location": "https://www.example.com/hooks/"}, "redirect to https://www.example.com;"),
        (200, {}, "did not come in here"),
        (404, {}, "404 in place of 200"),
        (502, {}, "502 in place of 200"),
    ],
)
def test_an_answer_that_is_not_woodoos_is_told_apart(
    shop: Connection, httpserver: HTTPServer, settings: Any, status: int, headers: dict[str, str], words: str
) -> None:
    httpserver.expect_request(f"/hooks/{shop.hook_token}/").respond_with_data("", status, headers)
    settings.WOODOO_URL = httpserver.url_for("").rstrip("/")
    test = hook_test.try_address(shop)
    assert test.reach == "wrong"
    assert words in test.message
    assert test.fix
    assert shop.hook_token not in test.message + test.fix


def test_an_address_that_takes_any_signature_is_wrong(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "verify", lambda *_: True)
    test = hook_test.try_address(shop)
    assert test.reach == "wrong"
    assert "wrongly signed" in test.message


def test_this_machines_own_address_is_none_for_a_store_elsewhere(shop: Connection, settings: Any) -> None:
    settings.WOODOO_URL = "http://127.0.0.1:8000"
    shop.store_url = "https://shop.example.com"
    test = hook_test.try_address(shop)
    assert test.reach == "wrong"
    assert "this machine only" in test.message
    assert "WOODOO_URL" in test.fix


@pytest.fixture
def shut_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """This server cannot reach its own public address, as in many networks."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise httpx2.ConnectError("no way out and in again")

    def shut() -> None:
        monkeypatch.setattr(hook_test, "_is_local", lambda url: False)
        monkeypatch.setattr(hook_test, "_deliver", refuse)

    return shut


def test_a_certificate_only_the_store_trusts_leaves_it_to_the_store(
    shop: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise httpx2.ConnectError("refused") from ssl.SSLCertVerificationError("self-signed certificate")

    monkeypatch.setattr(hook_test, "_deliver", refuse)
    test = hook_test.try_address(shop)
    assert test.reach == "open"
    assert "its certificate is not trusted here" in test.message


def test_where_woodoo_cannot_reach_itself_the_store_is_asked_to_ping(
    shop: Connection, store: StoreDouble, shut_in: Callable[[], None]
) -> None:
    first, *_ = set_up(shop, store)
    first["status"] = "disabled"
    shut_in()
    tallies.reset_clock()
    found = look(shop)
    assert found["address"]["reach"] == "proven"
    assert "cannot try its own address" in found["address"]["message"]
    assert "its ping came in" in found["address"]["message"]
    assert did(found)[0] == "activate"
    assert len(rows(store)) == 4


def test_where_the_stores_ping_does_not_arrive_either_nothing_is_done(
    shop: Connection, store: StoreDouble, settings: Any, shut_in: Callable[[], None]
) -> None:
    first, *_ = set_up(shop, store)
    first["status"] = "disabled"
    shut_in()
    settings.WOODOO_URL = "http://127.0.0.1:9"
    found = look(shop)
    assert found["address"]["reach"] == "wrong"
    assert "its ping did not come in" in found["address"]["message"]
    assert did(found) == ["wait"] * 4
    assert len(rows(store)) == 4


def test_where_nothing_is_to_be_done_the_store_is_not_asked(
    shop: Connection, store: StoreDouble, shut_in: Callable[[], None]
) -> None:
    set_up(shop, store)
    shut_in()
    before = len(store.webhooks.log)
    found = look(shop)
    assert found["address"]["reach"] == "open"
    assert did(found) == ["keep"] * 4
    assert len(store.webhooks.log) == before


def test_the_webhooks_of_another_woodoo_with_our_secrets_are_left_to_it(
    shop: Connection, store: StoreDouble, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(f"/hooks/{shop.hook_token}/").respond_with_data(TEST_ANSWER + "\n", 200)
    hooks = set_up(shop, store)
    for row in hooks:
        row["delivery_url"] = httpserver.url_for(f"/hooks/{shop.hook_token}/")
    found = look(shop)
    assert did(found) == ["leave"] * 4
    assert "another Woodoo" in found["webhooks"][0]["why"]
    assert {row["delivery_url"] for row in rows(store)} == {httpserver.url_for(f"/hooks/{shop.hook_token}/")}
