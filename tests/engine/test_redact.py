"""What counts as a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.engine.redact import MASK, redact


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "Authorization",
            "X-WC-Webhook-Signature",
            "consumer_secret",
            "consumer_key",
            "api_key",
            "apiKey",
        ),
        *("access_token", "oauth_nonce", "Set-Cookie", "webhook_secret", "order_key", "sessionId", "pwd", "db_passwd"),
    ],
)
def test_a_telling_name_hides_its_value(name: str):
    assert redact({"outer": [{name: "visible", "id": 7}]}) == {"outer": [{name: MASK, "id": 7}]}


@pytest.mark.parametrize("name", ["key", "meta_key", "sku", "name", "number", "journal", "author", "tax_id"])
def test_an_ordinary_name_hides_nothing(name: str):
    assert redact({name: "visible"}) == {name: "visible"}


def test_an_empty_value_is_seen_to_be_empty():
    assert redact({"password": "", "token": None, "secret": False}) == {"password": "", "token": None, "secret": False}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /wc/v3/orders?consumer_key=ck_1&page=2", f"GET /wc/v3/orders?consumer_key={MASK}&page=2"),
        ("https://me:pw@shop.example.com/x", f"https://{MASK}@shop.example.com/x"),
        ("?oauth_signature=a%2Fb&oauth_timestamp=1", f"?oauth_signature={MASK}&oauth_timestamp=1"),
        ("SKU=TSHIRT costs 5", "SKU=TSHIRT costs 5"),
    ],
)
def test_credentials_in_an_address_are_hidden(text: str, shown: str):
    assert redact(text) == shown


def test_a_short_secret_does_not_tear_up_words():
    assert redact(["demo", "a demonstration"], ["demo"]) == [MASK, "a demonstration"]


def test_of_a_beginning_no_more_is_looked_at_than_is_kept():
    rows = [{"password": "visible", "name": "Ana"}, *({"name": f"{number:04}"} for number in range(1000))]
    found = redact(rows, most=100)
    assert found[0] == {"password": MASK, "name": "Ana"}
    assert found[20:] == ["…"] * 981


def test_a_nest_without_end_is_cut():
    nest: list[object] = []
    nest.append(nest)
    assert "…" in str(redact(nest))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.text(min_size=6, max_size=20).filter(lambda s: s != MASK * 2), st.text(), st.text())
def test_a_known_secret_is_found_wherever_it_is(value: object, secret: str, before: str, after: str):
    clean = redact({"a": [value, before + secret + after], secret: 1}, [secret])
    texts: list[str] = []

    def collect(part: object) -> None:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, list):
            for each in part:
                collect(each)
        elif isinstance(part, dict):
            for key, each in part.items():
                collect(key)
                collect(each)

    collect(clean)
    assert all(secret not in text for text in texts)


def test_the_signature_of_a_picture_is_hidden_and_the_rest_of_its_address_is_not():
    address = f"https://woodoo.example.com/pictures/1/product/7/1800000000/{'a1' * 32}/mug.png"
    assert redact(address) == address.replace("a1" * 32, MASK)
