"""A webhook is a doorbell: who rings is checked, what is said is only which record to look at."""

from __future__ import annotations

import json

import pytest

from woodoo.domain.errors import DataError
from woodoo.stores.woocommerce.webhooks import Ping, StoreEvent, parse, same_store, sign, verify

from .samples import names, sample

SECRET = "a secret of the shop"
#: printf '{"id":164}' | openssl dgst -sha256 -hmac 'a secret of the shop' -binary | base64
SIGNATURE = "+tNvy4e7X8Q2iLPjNm63P0cJxsMGSCisGHUOK829wxY="
BODY = b'{"id":164}'
DELIVERIES = [name for name in names("delivery_*") if name != "delivery_ping"]


def delivery(name: str) -> tuple[dict[str, str], bytes]:
    recording = sample(name)
    return dict(recording["headers"]), recording["raw_body"].encode()


def headers(topic: str = "order.updated", **more: str) -> dict[str, str]:
    return {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-ID": "2", "X-WC-Webhook-Source": "https://x/", **more}


def test_a_signature_of_the_shop_is_accepted():
    assert verify(BODY, SIGNATURE, SECRET)
    assert sign(BODY, SECRET) == SIGNATURE


@pytest.mark.parametrize(
    ("body", "signature", "secret"),
    [
        (b'{"id":165}', SIGNATURE, SECRET),
        (b'{"id": 164}', SIGNATURE, SECRET),
        (BODY, SIGNATURE, "another secret"),
        (BODY, SIGNATURE, ""),
        (BODY, "", SECRET),
        (BODY, SIGNATURE.lower(), SECRET),
        (BODY, SIGNATURE[:-1], SECRET),
        (BODY, "ä", SECRET),
        (BODY, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""),
    ],
)
def test_anything_else_is_refused(body, signature, secret):
    assert not verify(body, signature, secret)


@pytest.mark.parametrize("name", DELIVERIES)
def test_recorded_deliveries_name_their_record(name):
    given, body = delivery(name)
    event = parse(given, body)
    assert isinstance(event, StoreEvent)
    assert event.topic == given["X-WC-Webhook-Topic"]
    assert (event.resource, event.event) == (given["X-WC-Webhook-Resource"], given["X-WC-Webhook-Event"])
    assert event.webhook_id == given["X-WC-Webhook-ID"]
    assert same_store(event.source, "https://127.0.0.1:8143")
    if name != "delivery_late_object_gone":
        payload = json.loads(body)
        assert event.external_id == str(payload.get("id") or payload["arg"])


def test_a_recorded_delivery_stands_only_with_its_own_signature():
    given, body = delivery("delivery_sync_order.updated")
    assert not verify(body, given["X-WC-Webhook-Signature"], SECRET)
    assert verify(body, sign(body, SECRET), SECRET)


def test_a_ping_is_recognised_by_its_form_body():
    given, body = delivery("delivery_ping")
    assert parse(given, body) == Ping("1")


def test_a_record_gone_before_delivery_is_no_fault_of_ours():
    event = parse(*delivery("delivery_late_object_gone"))
    assert isinstance(event, StoreEvent)
    assert event.external_id == ""
    assert event.problem == "Invalid ID. (woocommerce_rest_shop_order_invalid_id)"


def test_the_status_shows_drafts_at_the_door():
    event = parse(headers(), b'{"id":5,"status":"checkout-draft"}')
    assert isinstance(event, StoreEvent)
    assert event.status == "checkout-draft"


def test_header_names_may_be_in_any_case():
    given = {name.upper(): value for name, value in headers().items()}
    assert parse(given, BODY) == parse(headers(), BODY)


@pytest.mark.parametrize(
    ("given", "body", "words"),
    [
        (headers(), b"{", "order.updated is not JSON"),
        (headers(), b"", "not JSON"),
        (headers(), b"\xff\xfe", "not JSON"),
        (headers(), b"[" * 100_000, "not JSON"),
        (headers(), b"[1]", "not a JSON object"),
        (headers(), b"{}", "id is None"),
        (headers(), b'{"id":"7; DROP"}', "id is '7; DROP'"),
        (headers(), b'{"id":-1}', "id is -1"),
        (headers(), b'{"id":true}', "id is True"),
        (headers(), b'{"id":1.5}', "id is 1.5"),
        (headers("action.woocommerce_order_refunded"), b'{"action":"x"}', "arg is None"),
        ({}, b'{"id":1}', "no X-WC-Webhook-Topic"),
        ({}, b"webhook_id=1&x=2", "no X-WC-Webhook-Topic"),
        ({}, b"", "no X-WC-Webhook-Topic"),
    ],
)
def test_what_cannot_be_read_says_why(given, body, words):
    with pytest.raises(DataError) as caught:
        parse(given, body)
    assert words in caught.value.message
    assert caught.value.fix


def test_a_variation_rings_for_its_product():
    body = b'{"id": 12, "type": "variation", "parent_id": 9}'
    event = parse(headers("product.updated"), body)
    assert isinstance(event, StoreEvent)
    assert event.external_id == "9"
    deleted = parse(headers("product.deleted"), b'{"id": 12}')
    assert isinstance(deleted, StoreEvent)
    assert deleted.external_id == "12"
