"""Who may call the shop, and what those read who may not."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from woodoo.sandbox.store.auth import signature

from .store_target import Answer, Target

LIST = "wp-json/wc/v3/products"


def _need_http(shop: Target) -> str:
    if not shop.http_url:
        pytest.skip("this shop does not answer on plain http")
    return f"{shop.http_url}/{LIST}"


def _oauth(shop: Target, *, secret: str = "", params: tuple[tuple[str, str], ...] = (), **over: str) -> Answer:
    url = _need_http(shop)
    oauth = {
        "oauth_consumer_key": shop.key,
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": uuid.uuid4().hex,
        "oauth_signature_method": "HMAC-SHA256",
        **over,
    }
    pairs = [*params, *oauth.items()]
    algorithm = oauth["oauth_signature_method"]
    pairs.append(("oauth_signature", signature("GET", url, pairs, secret or shop.secret, algorithm)))
    return shop.raw("GET", url, params=pairs)


def test_basic_works_on_https(shop: Target) -> None:
    assert shop.call("GET", "products", per_page=1).status == 200


def test_the_query_string_works_on_https(shop: Target) -> None:
    query = {"consumer_key": shop.key, "consumer_secret": shop.secret, "per_page": 1}
    assert shop.raw("GET", f"{shop.https_url}/{LIST}", params=query).status == 200


@pytest.mark.parametrize("how", ["basic", "query"])
def test_credentials_in_clear_are_passed_over_on_http(shop: Target, how: str) -> None:
    url = _need_http(shop)
    given: dict[str, Any] = {"auth": (shop.key, shop.secret)}
    if how == "query":
        given = {"params": {"consumer_key": shop.key, "consumer_secret": shop.secret}}
    assert shop.raw("GET", url, **given).error == (401, "woocommerce_rest_cannot_view")


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_oauth_works_on_http(shop: Target, method: str) -> None:
    answer = _oauth(shop, params=(("per_page", "1"),), oauth_signature_method=method)
    assert answer.status == 200


def test_oauth_works_in_the_header(shop: Target) -> None:
    url = _need_http(shop)
    oauth = [
        ("oauth_consumer_key", shop.key),
        ("oauth_timestamp", str(int(time.time()))),
        ("oauth_nonce", uuid.uuid4().hex),
        ("oauth_signature_method", "HMAC-SHA256"),
    ]
    oauth.append(("oauth_signature", signature("GET", url, [*oauth, ("per_page", "1")], shop.secret)))
    from urllib.parse import quote

    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in oauth)
    assert shop.raw("GET", url, params={"per_page": 1}, headers={"Authorization": header}).status == 200


@pytest.mark.parametrize(("name", "status"), [("include[0]", 200), ("include[]", 401)])
def test_list_parameters_are_signed_with_their_number(shop: Target, name: str, status: int) -> None:
    assert _oauth(shop, params=((name, "999999"),)).status == status


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"secret": "cs_wrong"}, "Invalid signature - provided signature does not match."),
        ({"oauth_timestamp": str(int(time.time()) - 16 * 60)}, "Invalid timestamp."),
        ({"oauth_consumer_key": "ck_nobody"}, "Consumer key is invalid."),
    ],
)
def test_bad_oauth_is_refused(shop: Target, over: dict[str, str], message: str) -> None:
    answer = _oauth(shop, **over)
    assert answer.error == (401, "woocommerce_rest_authentication_error")
    assert answer.body["message"] == message


def test_a_nonce_is_good_once(shop: Target) -> None:
    nonce = uuid.uuid4().hex
    assert _oauth(shop, oauth_nonce=nonce).status == 200
    again = _oauth(shop, oauth_nonce=nonce)
    assert again.body["message"] == "Invalid nonce - nonce has already been used."


@pytest.mark.parametrize(
    ("key", "secret", "code", "message"),
    [
        ("ck_nobody", None, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
        (None, "cs_wrong", "woocommerce_rest_authentication_error", "Consumer secret is invalid."),
    ],
)
def test_a_wrong_key_is_nobody_and_a_wrong_secret_an_error(
    shop: Target, key: str | None, secret: str | None, code: str, message: str
) -> None:
    auth = (key or shop.key, secret or shop.secret)
    answer = shop.raw("GET", f"{shop.https_url}/{LIST}", auth=auth)
    assert (answer.status, answer.body["code"], answer.body["message"]) == (401, code, message)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "orders", "woocommerce_rest_cannot_view"),
        ("GET", "settings", "woocommerce_rest_cannot_view"),
        ("POST", "products", "woocommerce_rest_cannot_create"),
        ("POST", "products/batch", "woocommerce_rest_cannot_batch"),
        ("GET", "nonsense", "rest_no_route"),
    ],
)
def test_nobody_is_told_what_nobody_may(shop: Target, method: str, path: str, code: str) -> None:
    answer = shop.raw(
        method, f"{shop.https_url}/wp-json/wc/v3/{path}", json={"name": "x"} if method == "POST" else None
    )
    assert answer.body["code"] == code
    assert answer.status == (404 if code == "rest_no_route" else 401)
