"""Addresses of Odoo as people type them."""

from __future__ import annotations

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.odoo.endpoint import Endpoint, guess_database, normalise_url


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("shop.odoo.com", "https://shop.odoo.com"),
        (" https://Shop.odoo.com/ ", "https://shop.odoo.com"),
        ("http://shop.odoo.com", "https://shop.odoo.com"),
        ("https://shop.odoo.com/odoo", "https://shop.odoo.com"),
        ("https://shop.odoo.com/odoo/sales/12?view_type=form", "https://shop.odoo.com"),
        ("https://erp.example.com/web#action=94&model=sale.order", "https://erp.example.com"),
        ("https://erp.example.com/web/login", "https://erp.example.com"),
        ("https://erp.example.com/xmlrpc/2/common", "https://erp.example.com"),
        ("https://example.com/erp/web/", "https://example.com/erp"),
        ("https://example.com/a/b", "https://example.com/a/b"),
        ("http://10.0.0.5:8069", "http://10.0.0.5:8069"),
        ("http://odoo_server:8069/", "http://odoo_server:8069"),
        ("http://[::1]:8069", "http://[::1]:8069"),
        ("https://erp.example.com:443", "https://erp.example.com"),
        ("erp.example.com:8443", "https://erp.example.com:8443"),
        ("https://shop-main-123.dev.odoo.com", "https://shop-main-123.dev.odoo.com"),
    ],
)
def test_it_understands_what_people_paste(typed: str, url: str) -> None:
    assert normalise_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "ftp://shop.odoo.com",
        "file:///etc/passwd",
        "https://",
        "https://a b.com",
        "http://host:port",
        "http://[::1",
    ],
)
def test_it_refuses_what_is_no_address(typed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        normalise_url(typed)
    assert caught.value.where == "odoo_url"


def test_it_refuses_credentials_in_the_address_without_repeating_them() -> None:
    with pytest.raises(ConfigError) as caught:
        normalise_url("https://admin:sesame@erp.example.com")
    assert "sesame" not in str(caught.value)


def test_it_guesses_the_database_of_odoo_online_only() -> None:
    assert guess_database("https://shop.odoo.com") == "shop"
    assert guess_database("https://shop-main-1.dev.odoo.com") == ""
    assert guess_database("https://www.odoo.com") == ""
    assert guess_database("https://erp.example.com") == ""
    assert Endpoint("shop.odoo.com", "", "a", "b").database == "shop"
    assert Endpoint("shop.odoo.com", "other", "a", "b").database == "other"


def test_it_never_shows_the_key() -> None:
    assert "sesame" not in repr(Endpoint("shop.odoo.com", "", "a", "sesame"))


def test_it_knows_whose_host_it_is() -> None:
    assert Endpoint("shop.odoo.com", "", "a", "b").is_hosted_by_odoo
    assert Endpoint("x.dev.odoo.com", "", "a", "b").is_hosted_by_odoo
    assert not Endpoint("https://notodoo.com", "", "a", "b").is_hosted_by_odoo
    assert Endpoint("http://127.0.0.1:8069", "d", "a", "b").is_local
    assert not Endpoint("http://10.0.0.5", "d", "a", "b").is_local
