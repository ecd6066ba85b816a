"""Requests carry the key in the way WooCommerce checks it.

The check below is written from `WC_REST_Authentication::check_oauth_signature`, without the library that signs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.stores.woocommerce.auth import Scheme, encode_params, prepare, schemes_for, with_query

KEY, SECRET = "ck_" + "1" * 40, "cs_" + "2" * 40
URL = "http://shop.example.com:8180/folder/wp-json/wc/v3/orders"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAME = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=12)


def rawurlencode(text: str) -> str:
    """PHP's."""
    return quote(text, safe="-_.~")


def php_signature(method: str, home_and_path: str, query: str, secret: str) -> tuple[str, str]:
    """Return the signature sent and the one WooCommerce works out."""
    params = dict(parse_qsl(query, keep_blank_values=True))
    sent = unquote(params.pop("oauth_signature").replace(" ", "+"))
    pieces = [rawurlencode(f"{rawurlencode(name)}={rawurlencode(params[name])}") for name in sorted(params)]
    base = f"{method}&{rawurlencode(home_and_path)}&{'%26'.join(pieces)}"
    digest = hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()
    return sent, base64.b64encode(digest).decode()


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    params=st.dictionaries(NAME, TEXT | st.integers() | st.booleans() | st.lists(st.integers(), max_size=5)),
    secret=st.text("abcdef0123456789_", min_size=1),
)
def test_the_signature_is_the_one_woocommerce_works_out(method, params, secret):
    url, headers = prepare(Scheme.OAUTH, method, URL, encode_params(params), key=KEY, secret=secret)
    sent, expected = php_signature(method, URL, urlsplit(url).query, secret)
    assert sent == expected
    assert headers == {}
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)).items() >= dict(encode_params(params)).items()


def test_a_wrong_secret_gives_another_signature():
    url, _ = prepare(Scheme.OAUTH, "GET", URL, [], key=KEY, secret=SECRET)
    sent, expected = php_signature("GET", URL, urlsplit(url).query, "cs_other")
    assert sent != expected


def test_no_two_requests_share_a_nonce():
    addresses = [prepare(Scheme.OAUTH, "GET", URL, [], key=KEY, secret=SECRET)[0] for _ in range(50)]
    assert len({dict(parse_qsl(urlsplit(one).query))["oauth_nonce"] for one in addresses}) == 50


def test_behind_a_proxy_that_hides_https_the_signature_is_made_for_http():
    secure = URL.replace("http://", "https://")
    url, _ = prepare(Scheme.OAUTH_AS_HTTP, "GET", secure, [("a", "b")], key=KEY, secret=SECRET)
    assert url.startswith("https://")
    sent, expected = php_signature("GET", URL, urlsplit(url).query, SECRET)
    assert sent == expected


def test_basic_carries_key_and_secret_in_the_header_only():
    url, headers = prepare(Scheme.BASIC, "GET", "https://x/wp-json", [("a", "b c")], key=KEY, secret=SECRET)
    assert url == "https://x/wp-json?a=b%20c"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode() == f"{KEY}:{SECRET}"


def test_no_secret_ever_goes_over_plain_http():
    assert schemes_for(secure=False) == (Scheme.OAUTH,)
    url, headers = prepare(Scheme.OAUTH, "GET", URL, [], key=KEY, secret=SECRET)
    assert SECRET not in url
    assert not headers


def test_parameters_are_written_as_the_api_reads_them():
    local = datetime(2026, 11, 21, 11, 0, 5, 999, tzinfo=timezone(timedelta(hours=1)))
    pairs = encode_params({"include": [1, 2], "force": True, "after": local, "search": "", "none": None, "n": 3})
    assert pairs == [
        ("include", "1,2"),
        ("force", "true"),
        ("after", "2026-11-21T10:00:05"),
        ("search", ""),
        ("n", "3"),
    ]
    assert encode_params({"t": datetime(2026, 1, 1, tzinfo=UTC)}) == [("t", "2026-01-01T00:00:00")]
    assert with_query("https://x", [("a+b", "ä&~")]) == "https://x?a%2Bb=%C3%A4%26~"


def test_what_is_no_parameter_is_an_error():
    with pytest.raises(TypeError):
        encode_params({"a": object()})
