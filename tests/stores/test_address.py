"""A person pastes whatever the browser shows; Woodoo finds the shop in it."""

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.stores.woocommerce.address import normalise, same_store


@pytest.mark.parametrize(
    ("pasted", "shop"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        (" https://shop.example.com/ ", "https://shop.example.com"),
        ("shop.example.com", "https://shop.example.com"),
        ("//shop.example.com", "https://shop.example.com"),
        ("shop.example.com:8443/x", "https://shop.example.com:8443/x"),
        ("HTTPS://Shop.Example.COM:443/", "https://shop.example.com"),
        ("http://shop.example.com:80", "http://shop.example.com"),
        ("http://127.0.0.1:8180/", "http://127.0.0.1:8180"),
        ("http://[::1]:8180/shop", "http://[::1]:8180/shop"),
        ("https://example.com/shop/", "https://example.com/shop"),
        ("https://example.com/a//b", "https://example.com/a/b"),
        ("https://example.com/shop/wp-admin/admin.php?page=wc-settings&tab=advanced", "https://example.com/shop"),
        ("https://example.com/wp-json/wc/v3/orders", "https://example.com"),
        ("https://example.com/shop/wp-login.php", "https://example.com/shop"),
        ("https://example.com/index.php?rest_route=/wc/v3", "https://example.com"),
        ("https://example.com/?p=1#top", "https://example.com"),
        ("https://Käse.example/", "https://xn--kse-qla.example"),
        ("https://shop.example.com./", "https://shop.example.com"),
    ],
)
def test_it_finds_the_shop_in_a_pasted_address(pasted, shop):
    assert normalise(pasted) == shop
    assert normalise(shop) == shop


@pytest.mark.parametrize(
    "pasted",
    ["", "   ", "ftp://shop.example.com", "https://", "https:///wp-admin", "shop example.com", "https://a:b:c",
     "https://shop.example.com:99999", "https://shop.example.com:0", "javascript://alert(1)", "https://a\\b"],
)  # fmt: skip
def test_it_says_what_is_no_address(pasted):
    with pytest.raises(ConfigError) as caught:
        normalise(pasted)
    assert caught.value.fix


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(ConfigError) as caught:
        normalise("https://ck_1:cs_2@shop.example.com")
    assert "cs_2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "store", "same"),
    [
        ("https://shop.example.com/", "https://shop.example.com", True),
        ("http://shop.example.com/", "https://www.shop.example.com", True),
        ("http://127.0.0.1:8180/", "https://127.0.0.1:8143", True),
        ("http://127.0.0.1:8180/", "http://127.0.0.1:8181", False),
        ("https://shop.example.com/", "https://staging.example.com", False),
        ("https://example.com/b/", "https://example.com/a", False),
        ("", "https://example.com", False),
        ("not an address", "https://example.com", False),
    ],
)
def test_it_tells_the_payload_of_another_store(source, store, same):
    assert same_store(source, store) is same
