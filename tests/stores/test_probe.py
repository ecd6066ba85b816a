"""What is said of an address before there is a key: a shop, or what is there in place of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer

from woodoo.domain.errors import ConfigError, RemoteDown, WoodooError
from woodoo.sandbox.store.auth import new_key
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.address import keys_page
from woodoo.stores.woocommerce.answers import Answer
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.key_check import check_writing
from woodoo.stores.woocommerce.probe import _Look, probe

from .tls import Authority

INDEX = {"name": "Shop  NL", "namespaces": ["wp/v2", "wc/v3"], "timezone_string": "Europe/Madrid", "home": "x"}
FRONT = '<html><link href="/wp-content/themes/x.css"></html>'


def shop(server: HTTPServer, folder: str = "", index: Any = None) -> str:
    server.expect_request(f"{folder}/wp-json/").respond_with_json(INDEX if index is None else index)
    return server.url_for(folder).rstrip("/")


def refusal(typed: str, **given: Any) -> WoodooError:
    with pytest.raises(WoodooError) as caught:
        probe(typed, **given)
    return caught.value


def test_a_shop_says_its_name_and_time_zone(httpserver: HTTPServer) -> None:
    url = shop(httpserver)
    found = probe(f" {url}/wp-admin/index.php ")
    assert (found.url, found.name, found.timezone, found.moved) == (url, "Shop NL", "Europe/Madrid", False)
    assert not found.is_secure


@pytest.mark.parametrize(
    ("offset", "zone"), [("1", "Etc/GMT-1"), (-3, "Etc/GMT+3"), ("5.5", ""), ("0", ""), (None, ""), ("x", "")]
)
def test_a_shop_with_an_offset_has_the_zone_of_it(httpserver: HTTPServer, offset: Any, zone: str) -> None:
    index = {**INDEX, "timezone_string": "", "gmt_offset": offset}
    assert probe(shop(httpserver, index=index)).timezone == zone
    assert not zone or datetime(2026, 7, 1, tzinfo=ZoneInfo(zone)).utcoffset() == timedelta(hours=float(offset))


@pytest.mark.parametrize(
    "said",
    [
        "<html><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</html>",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
    ],
)
def test_a_port_that_speaks_https_is_named(httpserver: HTTPServer, said: str) -> None:
    httpserver.expect_request("/wp-json/").respond_with_data(said, status=400, content_type="text/html")
    with pytest.raises(ConfigError, match="speaks https only") as caught:
        probe(httpserver.url_for("").rstrip("/"))
    assert caught.value.fix == f"Use the address {httpserver.url_for('').rstrip('/').replace('http:', 'https:')}."


def test_the_double_is_a_shop() -> None:
    with StoreDouble(tls=True) as double:
        assert probe(double.url).name == "Woodoo demo shop"
        assert probe(double.https_url, ca_bundle=str(double.ca_file)).is_secure
        error = refusal(double.https_url)
    assert isinstance(error, ConfigError)
    assert "certificate" in error.message
    assert "Private certificate authority" in error.fix


def test_a_redirect_within_the_same_shop_is_followed(httpserver: HTTPServer) -> None:
    url = shop(httpserver, "/shop")
    moved = f"{url}/wp-json/?x=1"
    httpserver.expect_request("/old/wp-json/").respond_with_data("", status=301, headers={"Location": moved})
    found = probe(httpserver.url_for("/old"))
    assert (found.url, found.moved) == (url, True)


def test_a_redirect_to_another_host_is_only_told(httpserver: HTTPServer) -> None:
    away = {"Location": "https://elsewhere.example.org/wp-json/"}
    httpserver.expect_request("/wp-json/").respond_with_data("", status=301, headers=away)
    error = refusal(httpserver.url_for(""))
    assert "elsewhere.example.org" in error.message
    assert len(httpserver.log) == 1


def test_redirects_that_go_round_end(httpserver: HTTPServer) -> None:
    for one, other in (("/a", "/b"), ("/b", "/a")):
        there = {"Location": httpserver.url_for(f"{other}/wp-json/")}
        httpserver.expect_request(f"{one}/wp-json/").respond_with_data("", status=302, headers=there)
    assert "redirects" in refusal(httpserver.url_for("/a")).message


def test_plain_permalinks_are_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/wp-json/").respond_with_data(FRONT, status=404, content_type="text/html")
    httpserver.expect_request(
        "/", query_string={"rest_route": "/", "_fields": "name,home,namespaces"}
    ).respond_with_json({"name": "x", "namespaces": ["wc/v3"]})
    error = refusal(httpserver.url_for(""))
    assert "permalinks" in error.message
    assert "Post name" in error.fix


def test_wordpress_without_woocommerce_is_named(httpserver: HTTPServer) -> None:
    assert "WooCommerce is not active" in refusal(shop(httpserver, index={"namespaces": ["wp/v2"]})).message


def test_a_wrong_folder_leads_to_the_right_one(httpserver: HTTPServer) -> None:
    right = shop(httpserver, "/shop")
    link = {"Link": f'<{right}/wp-json/>; rel="https://api.w.org/"'}
    httpserver.expect_request("/").respond_with_data(FRONT, headers=link, content_type="text/html")
    error = refusal(httpserver.url_for(""))
    assert error.fix == f"Use the address {right}."


def test_below_a_wrong_folder_the_shop_is_found_and_not_taken_for_one_with_plain_permalinks() -> None:
    with StoreDouble() as double:
        error = refusal(f"{double.url}/shopp")
        assert error.fix == f"Use the address {double.url}."


@pytest.mark.parametrize("answers_on_https", [True, False])
def test_a_shop_that_says_it_is_on_https_is_taken_there_where_it_answers(
    monkeypatch: pytest.MonkeyPatch, answers_on_https: bool
) -> None:
    def get(look: _Look, url: str, path: str) -> Answer:
        if url.startswith("https:") and not answers_on_https:
            raise RemoteDown("It refuses the connection.", side="store")
        return Answer(200, {}, {**INDEX, "home": "https://127.0.0.1/shop"})

    monkeypatch.setattr(_Look, "_get", get)
    found = probe("http://127.0.0.1/shop/")
    assert (found.is_secure, found.moved) == (answers_on_https, answers_on_https)


def test_a_site_that_is_no_wordpress_is_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("<html>Hello</html>", content_type="text/html")
    assert "no WordPress" in refusal(httpserver.url_for("")).message


def test_a_page_in_place_of_the_api_is_a_plugin_in_between(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/wp-json/").respond_with_data(FRONT, content_type="text/html")
    httpserver.expect_request("/").respond_with_data(FRONT, content_type="text/html")
    assert "plugin that covers /wp-json" in refusal(httpserver.url_for("")).fix


def test_a_closed_api_is_named_with_its_own_words(httpserver: HTTPServer) -> None:
    body = {"code": "rest_forbidden", "message": "Only members.", "data": {"status": 401}}
    httpserver.expect_request("/wp-json/").respond_with_json(body, status=401)
    error = refusal(httpserver.url_for(""))
    assert "Only members." in error.message
    assert "firewall" in error.fix


def test_an_overloaded_shop_is_down_not_wrong(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/wp-json/").respond_with_data("", status=503)
    assert isinstance(refusal(httpserver.url_for("")), RemoteDown)


def test_a_host_that_refuses_is_down() -> None:
    error = refusal("http://127.0.0.1:1")
    assert isinstance(error, RemoteDown)
    assert "refuses" in error.message


def test_a_certificate_of_an_unknown_authority_is_told(tmp_path: Path) -> None:
    with HTTPServer(host="localhost", ssl_context=Authority(tmp_path).context("localhost")) as server:
        server.expect_request("/wp-json/").respond_with_json(INDEX)
        url = f"https://localhost:{server.port}"
        assert "not trusted" in refusal(url).message
        assert probe(url, ca_bundle=str(tmp_path / "authority.pem")).url == url


@pytest.mark.parametrize("typed", ["http://10.0.0.7", "http://169.254.169.254", "https://[fd00::1]"])
def test_private_networks_are_not_looked_at(typed: str) -> None:
    error = refusal(typed)
    assert "private network" in error.message
    assert "WOODOO_PRIVATE_NETWORKS" in error.fix


@pytest.mark.parametrize("typed", ["", "ftp://shop.example.com", "https://user:pass@shop.example.com", "not a host"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert isinstance(refusal(typed), ConfigError)


def test_the_page_of_keys_is_that_of_the_shop() -> None:
    assert keys_page("https://example.com/shop") == (
        "https://example.com/shop/wp-admin/admin.php?page=wc-settings&tab=advanced&section=keys&create-key=1"
    )


def test_a_key_that_only_reads_is_found_out_without_writing() -> None:
    with StoreDouble() as double:
        before = dict(double.shop.tables["orders"])
        with WooClient(double.url, double.key, double.secret) as client:
            check_writing(client)
        reading = new_key(double.shop, "read")
        with WooClient(double.url, reading["key"], reading["secret"]) as client, pytest.raises(ConfigError) as caught:
            check_writing(client)
        assert double.shop.tables["orders"] == before
    assert "may not write" in caught.value.message
    assert "Read/Write" in caught.value.fix
