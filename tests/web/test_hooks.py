"""The door a store knocks on: what is let in, what is refused, and that nothing accepted is lost."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.test.client import FakePayload
from django.urls import reverse
from django.utils import timezone

from woodoo.connections import hook
from woodoo.connections.models import Connection
from woodoo.engine import door
from woodoo.engine.models import Event, Work
from woodoo.flows.topics import TEST, TEST_ANSWER
from woodoo.stores.woocommerce import webhooks
from woodoo.web import doors, hooks
from woodoo.web.models import DeliveryTally

from . import scene

SECRET = scene.SECRETS["webhook_secret"]
DATA = Path(__file__).parent.parent / "data" / "woocommerce"


def headers(body: bytes, topic: str = "order.updated", secret: str = SECRET, **more: str) -> dict[str, str]:
    resource, _, event = topic.partition(".")
    given = {
        "X-WC-Webhook-Source": "https://shop.example.com/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": webhooks.sign(body, secret),
        "X-WC-Webhook-ID": "2",
        "X-WC-Webhook-Delivery-ID": "9ee8153b",
    }
    given.update({name.replace("_", "-"): value for name, value in more.items()})
    return {name: value for name, value in given.items() if value}


def deliver(
    shop: Connection, payload: Any, topic: str = "order.updated", *, content_type: str = "application/json", **more: str
) -> Any:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Client().post(
        f"/hooks/{shop.hook_token}/", body, content_type=content_type, headers=headers(body, topic, **more)
    )


def tallied(shop: Connection) -> dict[str, int]:
    return dict(DeliveryTally.objects.filter(connection_id=shop.pk).values_list("reason", "count"))


ORDER = {"id": 1054, "number": "1054", "status": "processing", "billing": {"first_name": "Ana"}}


def test_a_signed_order_is_taken_and_queued(shop: Connection) -> None:
    answer = deliver(shop, ORDER)
    assert answer.status_code == 200
    event = Event.objects.get()
    assert (event.connection_id, event.source, event.topic, event.record) == (
        shop.pk,
        "webhook",
        "order.updated",
        "1054",
    )
    assert event.payload == ORDER
    assert "Signature" not in json.dumps(event.headers)
    work = Work.objects.get()
    assert (work.lane, work.flow, work.record, work.state) == ("orders", "order", "1054", "ready")


def test_the_same_order_three_times_is_one_record(shop: Connection) -> None:
    for topic in ("order.updated", "order.created", "order.updated"):
        assert deliver(shop, ORDER, topic).status_code == 200
    assert Work.objects.get().generation == 3
    assert Event.objects.count() == 3


@pytest.mark.parametrize("name", ["async_order.updated", "sync_order.created", "async_order.deleted"])
def test_it_takes_what_a_real_store_sent(shop: Connection, name: str) -> None:
    """A recorded delivery, byte by byte with its own headers, signed anew with this connection's secret."""
    recorded = json.loads((DATA / f"delivery_{name}.json").read_text())
    shop.store_url = "http://127.0.0.1:8180"
    shop.save()
    body = recorded["raw_body"].encode()
    sent = {name: value for name, value in recorded["headers"] if name.startswith("X-WC")}
    sent["X-WC-Webhook-Signature"] = webhooks.sign(body, SECRET)
    answer = Client().post(f"/hooks/{shop.hook_token}/", body, content_type="application/json", headers=sent)
    assert answer.status_code == 200, answer.content
    assert Event.objects.get().record == str(json.loads(body)["id"])


def test_a_ping_is_answered_exactly_200_without_signature(shop: Connection) -> None:
    answer = Client().post(
        f"/hooks/{shop.hook_token}/", b"webhook_id=1", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert tallied(shop) == {"ping": 1}
    assert not Event.objects.exists()


def test_an_unknown_address_is_404_and_leaves_no_trace(db: None) -> None:
    body = b"{}"
    answer = Client().post("/hooks/nobody-has-this/", body, content_type="application/json", headers=headers(body))
    assert answer.status_code == 404
    assert not DeliveryTally.objects.exists()


@pytest.mark.parametrize("secret", ["another-secret", ""])
def test_a_wrong_signature_is_401(shop: Connection, secret: str) -> None:
    assert deliver(shop, ORDER, secret=secret).status_code == 401
    assert tallied(shop) == {"signature": 1}
    assert not Event.objects.exists()


def test_a_missing_signature_is_401(shop: Connection) -> None:
    assert deliver(shop, ORDER, X_WC_Webhook_Signature="").status_code == 401


def test_a_changed_body_is_401(shop: Connection) -> None:
    body = json.dumps(ORDER).encode()
    answer = Client().post(
        f"/hooks/{shop.hook_token}/",
        body.replace(b"1054", b"1055"),
        content_type="application/json",
        headers=headers(body),
    )
    assert answer.status_code == 401


def test_a_connection_without_secret_takes_nothing(shop: Connection) -> None:
    shop.webhook_secret = ""
    shop.save()
    assert deliver(shop, ORDER, secret="").status_code == 401


def test_the_signature_is_compared_in_constant_time(shop: Connection) -> None:
    with mock.patch("hmac.compare_digest", return_value=False) as compare:
        assert deliver(shop, ORDER).status_code == 401
    assert compare.called


def test_malformed_json_is_400_and_says_so(shop: Connection) -> None:
    answer = deliver(shop, b'{"id": 10')
    assert answer.status_code == 400
    assert "not JSON" in answer.content.decode()
    assert tallied(shop) == {"malformed": 1}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b'{"no": "id"}', b'{"id": -3}', b'{"id": "x"}'])
def test_json_that_names_no_record_is_400(shop: Connection, body: bytes) -> None:
    assert deliver(shop, body).status_code == 400


def test_deeply_nested_json_is_400(shop: Connection) -> None:
    assert deliver(shop, b"[" * 100_000).status_code == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_415(shop: Connection, content_type: str) -> None:
    assert deliver(shop, ORDER, content_type=content_type).status_code == 415
    assert tallied(shop) == {"content_type": 1}


def test_a_charset_beside_the_content_type_does_no_harm(shop: Connection) -> None:
    assert deliver(shop, ORDER, content_type="application/json; charset=UTF-8").status_code == 200


def test_another_store_is_refused_by_name(shop: Connection) -> None:
    answer = deliver(shop, ORDER, X_WC_Webhook_Source="https://other.example.com/")
    assert answer.status_code == 409
    assert "https://shop.example.com" in answer.content.decode()
    assert DeliveryTally.objects.get().detail == "https://other.example.com/"


@pytest.mark.parametrize("topic", ["product.updated", "customer.created", "coupon.deleted", "action.something"])
def test_a_topic_nobody_follows_is_answered_200_and_noted(shop: Connection, topic: str) -> None:
    assert deliver(shop, {"id": 5, "action": "x", "arg": 5}, topic).status_code == 200
    assert tallied(shop) == {"topic": 1}
    assert not Work.objects.exists()


def test_an_unfinished_checkout_is_no_order_yet(shop: Connection) -> None:
    assert deliver(shop, {**ORDER, "status": "checkout-draft"}).status_code == 200
    assert tallied(shop) == {"draft": 1}
    assert not Work.objects.exists()


def test_a_record_that_was_gone_at_delivery_is_answered_200(shop: Connection) -> None:
    gone = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
    assert deliver(shop, gone).status_code == 200
    assert tallied(shop) == {"gone": 1}


def test_a_refund_action_looks_at_its_order(shop: Connection) -> None:
    body = {"action": "woocommerce_order_refunded", "arg": 164}
    assert deliver(shop, body, "action.woocommerce_order_refunded").status_code == 200
    assert Work.objects.get().record == "164"


def test_a_deleted_order_is_looked_at(shop: Connection) -> None:
    assert deliver(shop, {"id": 164}, "order.deleted").status_code == 200
    assert Work.objects.get().record == "164"


# Size


@pytest.fixture
def small(settings: Any) -> int:
    settings.WOODOO_HOOK_MAX_BYTES = 2000
    return 2000


def test_a_body_at_the_limit_is_taken(shop: Connection, small: int) -> None:
    frame = len(json.dumps({**ORDER, "note": ""}))
    body = json.dumps({**ORDER, "note": "x" * (small - frame)}).encode()
    assert len(body) == small
    assert deliver(shop, body).status_code == 200


def test_a_body_over_the_limit_is_413_without_being_read(shop: Connection, small: int) -> None:
    class Untouchable(FakePayload):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

    request = RequestFactory().post(
        f"/hooks/{shop.hook_token}/", b"", content_type="application/json", headers=headers(b"")
    )
    request.META.update({"CONTENT_LENGTH": str(small + 1), "wsgi.input": Untouchable()})
    answer = hooks.receive(request, shop.hook_token)
    assert answer.status_code == 413
    assert str(small) in answer.content.decode()
    assert tallied(shop) == {"too_big": 1}


def test_a_body_in_chunks_is_cut_off_soon_after_the_limit(shop: Connection, settings: Any) -> None:
    settings.WOODOO_HOOK_MAX_BYTES = 200_000
    endless = io.BytesIO(b"x" * 50_000_000)
    answer = hooks.receive(chunked(shop, endless), shop.hook_token)
    assert answer.status_code == 413
    assert endless.tell() < 400_000


def test_a_body_in_chunks_is_taken(shop: Connection) -> None:
    body = json.dumps(ORDER).encode()
    answer = hooks.receive(chunked(shop, io.BytesIO(body), body), shop.hook_token)
    assert answer.status_code == 200
    assert Event.objects.get().payload == ORDER


def chunked(shop: Connection, stream: io.BytesIO, body: bytes = b"") -> Any:
    """A request as a server hands it over when the sender announced no length."""
    request = RequestFactory().post(
        f"/hooks/{shop.hook_token}/", body, content_type="application/json", headers=headers(body)
    )
    request.META.pop("CONTENT_LENGTH", None)
    request.META.update({"wsgi.input": stream, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"})
    return request


@pytest.mark.parametrize("length", ["-5", "many", "1e3"])
def test_a_length_that_is_none_is_413(shop: Connection, length: str) -> None:
    request = RequestFactory().post(f"/hooks/{shop.hook_token}/", b"{}", content_type="application/json")
    request.META["CONTENT_LENGTH"] = length
    assert hooks.receive(request, shop.hook_token).status_code == 413


def test_a_big_order_fits_by_default() -> None:
    line = json.loads((DATA / "order_76_excl_guest_2_lines_21_10.json").read_text())["body"]["line_items"][0]
    assert len(json.dumps([line] * 1000)) < hooks.limit()


# Other methods, other trouble


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_only_post_is_taken(shop: Connection, method: str) -> None:
    answer = getattr(Client(), method)(f"/hooks/{shop.hook_token}/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


def test_a_database_that_fails_is_503_never_200(shop: Connection) -> None:
    with mock.patch("woodoo.engine.inbox.receive", side_effect=OperationalError("gone")):
        assert deliver(shop, ORDER).status_code == 503


def test_a_secret_that_cannot_be_opened_is_503_and_nothing_is_taken(
    shop: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from woodoo.connections.keys import new_key

    monkeypatch.setenv("WOODOO_SECRET_KEYS", new_key())
    assert deliver(shop, ORDER).status_code == 503
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_answered_200_is_committed() -> None:
    """Seen by another connection to the database at the moment of the answer."""
    import psycopg
    from django.db import connection as database

    shop = scene.connection()
    assert deliver(shop, ORDER).status_code == 200
    own = database.get_connection_params()
    kept = {name: own[name] for name in ("dbname", "user", "password", "host", "port") if own.get(name)}
    with psycopg.connect(**kept) as other:
        assert other.execute("SELECT record FROM engine_event").fetchall() == [("1054",)]


# What it costs


def test_a_delivery_to_a_known_address_needs_few_statements(
    shop: Connection, django_assert_max_num_queries: Any
) -> None:
    deliver(shop, ORDER)
    with django_assert_max_num_queries(4):
        deliver(shop, ORDER)


def test_a_new_secret_counts_at_once(shop: Connection) -> None:
    assert deliver(shop, ORDER).status_code == 200
    shop.webhook_secret = "another-long-secret-0002"
    shop.save()
    door = doors.find_door(shop.hook_token)
    assert door is not None
    assert door.secret == SECRET, "remembered"
    object.__setattr__(door, "looked_up", door.looked_up - 5)
    assert deliver(shop, ORDER, secret="another-long-secret-0002").status_code == 200


def test_a_flood_of_refusals_is_written_once_a_second(shop: Connection) -> None:
    for _ in range(20):
        deliver(shop, ORDER, secret="wrong")
    assert tallied(shop) == {"signature": 1}
    from woodoo.web import tallies

    tallies._written.clear()
    deliver(shop, ORDER, secret="wrong")
    assert tallied(shop) == {"signature": 21}


def test_strangers_cannot_fill_the_memory_with_addresses(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "_MOST", 10)
    for number in range(50):
        Client().post(f"/hooks/guess-{number}/", b"", content_type="application/json")
    assert len(doors._known) <= 10


def test_what_is_kept_of_a_refusal_is_short_and_printable(shop: Connection) -> None:
    deliver(shop, ORDER, secret="wrong", topic="order.updated" + "\x07" * 3 + "x" * 5000)
    assert len(DeliveryTally.objects.get().detail) <= 120


# A new secret


def test_after_a_renewal_deliveries_with_the_secret_before_are_taken_too(shop: Connection) -> None:
    new = hook.renew_secret(shop)
    doors.forget_doors()
    assert deliver(shop, ORDER, secret=SECRET).status_code == 200
    assert deliver(shop, ORDER, secret=new).status_code == 200
    assert deliver(shop, ORDER, secret="another-secret").status_code == 401


def test_the_secret_before_is_good_for_some_days_only(shop: Connection) -> None:
    hook.renew_secret(shop)
    Connection.objects.update(webhook_secret_renewed_at=timezone.now() - hook.PREVIOUS_LIFE - timedelta(seconds=1))
    doors.forget_doors()
    assert deliver(shop, ORDER, secret=SECRET).status_code == 401


def test_after_a_leak_nothing_but_the_new_secret_is_good(shop: Connection) -> None:
    hook.renew_secret(shop)
    new = hook.renew_secret(shop, at_once=True)
    doors.forget_doors()
    assert deliver(shop, ORDER, secret=SECRET).status_code == 401
    assert deliver(shop, ORDER, secret=new).status_code == 200


def test_two_renewals_before_the_store_has_followed_keep_the_secret_the_store_has(shop: Connection) -> None:
    hook.renew_secret(shop)
    newest = hook.renew_secret(shop, told=False)
    doors.forget_doors()
    assert deliver(shop, ORDER, secret=SECRET).status_code == 200
    assert deliver(shop, ORDER, secret=newest).status_code == 200


# Our own test


def test_a_test_of_our_own_is_noted_and_no_event(shop: Connection) -> None:
    answer = deliver(shop, {"id": 0, "test": "a word"}, TEST)
    assert (answer.status_code, answer.content.decode().strip()) == (200, TEST_ANSWER)
    noted = door.noted(shop.pk, door.TEST)
    assert noted is not None
    assert noted[0] == "a word"
    assert not Event.objects.exists()
    assert not Work.objects.exists()


def test_a_wrongly_signed_test_is_refused_and_counts_for_nothing(shop: Connection) -> None:
    assert deliver(shop, {"id": 0, "test": "a word"}, TEST, secret="another-secret").status_code == 401
    assert door.noted(shop.pk, door.TEST) is None
    assert door.noted(shop.pk, door.SIGNATURE) is None
    assert tallied(shop) == {}


def test_a_test_without_its_word_is_refused(shop: Connection) -> None:
    assert deliver(shop, {"id": 0}, TEST).status_code == 400


def test_pings_and_wrong_signatures_are_noted_for_the_look_after_the_webhooks(shop: Connection) -> None:
    Client().post(f"/hooks/{shop.hook_token}/", b"webhook_id=17", content_type="application/x-www-form-urlencoded")
    deliver(shop, ORDER, secret="another-secret")
    assert (door.noted(shop.pk, door.PING) or [""])[0] == "17"
    assert (door.noted(shop.pk, door.SIGNATURE) or [""])[0] == "order.updated"


def test_the_webhook_address_is_the_one_the_service_answers_at(shop: Connection, settings: Any) -> None:
    settings.WOODOO_URL = "https://woodoo.example.com"
    assert hook.hook_address(shop.hook_token) == settings.WOODOO_URL + reverse("hook", args=[shop.hook_token])


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://woodoo.example.com/hooks/TOKEN/", True),
        ("http://10.0.0.5:8000/hooks/TOKEN", True),
        ("https://woodoo.example.com/folder/hooks/TOKEN/?x=1", True),
        ("https://woodoo.example.com/hooks/TOKENS/", False),
        ("https://woodoo.example.com/hooks/another/", False),
        ("https://example.com/?to=/hooks/TOKEN/", False),
        ("https://[broken/hooks/TOKEN/", False),
    ],
)
def test_an_address_is_ours_by_its_token(address: str, ours: bool) -> None:
    assert hook.leads_to(address, "TOKEN") is ours
