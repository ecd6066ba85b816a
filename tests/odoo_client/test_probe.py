"""What is said of an address before there is a login: an Odoo, and which database is proposed."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.odoo.probe import probe

from .test_detect import serve_jsonrpc, serve_xmlrpc, version_info

NINETEEN = {"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]}


def listing(server: HTTPServer, names: Any) -> None:
    answer = {"jsonrpc": "2.0", "id": None, "result": names}
    server.expect_request("/web/database/list", method="POST").respond_with_json(answer)


@pytest.mark.parametrize(
    ("names", "shown", "proposed"),
    [
        (["shop"], ("shop",), "shop"),
        (["live", "test"], ("live", "test"), ""),
        ([], (), ""),
        ([f"d{n}" for n in range(60)], (), ""),
        ("nonsense", (), ""),
    ],
)
def test_the_only_database_is_proposed(httpserver: HTTPServer, names: Any, shown: tuple[str], proposed: str) -> None:
    httpserver.expect_request("/web/version").respond_with_json(NINETEEN)
    listing(httpserver, names)
    found = probe(httpserver.url_for("/odoo/sales"))
    assert (found.version, found.edition) == ("19.0", "community")
    assert (found.databases, found.database) == (shown, proposed)
    assert found.url == httpserver.url_for("").rstrip("/")


def test_a_server_that_hides_its_list_is_an_odoo_all_the_same(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, version_info(16, "e"))
    error = {"jsonrpc": "2.0", "error": {"code": 200, "message": "Odoo Server Error", "data": {"name": "AccessDenied"}}}
    httpserver.expect_request("/web/database/list").respond_with_json(error)
    found = probe(httpserver.url_for(""))
    assert (found.version, found.edition, found.databases) == ("16.0+e", "enterprise", ())


def test_a_server_that_speaks_xmlrpc_alone_is_found(httpserver: HTTPServer) -> None:
    serve_xmlrpc(httpserver, version_info(15))
    assert probe(httpserver.url_for("")).version == "15.0"


def test_an_old_odoo_is_named(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, version_info(12))
    with pytest.raises(ConfigError, match="too old"):
        probe(httpserver.url_for(""))


def test_something_else_is_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("<h1>Hello</h1>", content_type="text/html")
    with pytest.raises(ConfigError, match="something else answers"):
        probe(httpserver.url_for(""))


def test_nothing_there_is_down() -> None:
    with pytest.raises(RemoteDown):
        probe("http://127.0.0.1:1")


@pytest.mark.parametrize("typed", ["http://10.0.0.7", "http://192.168.1.4:8069", "http://169.254.169.254"])
def test_private_networks_are_not_looked_at(typed: str) -> None:
    with pytest.raises(ConfigError, match="private network"):
        probe(typed)
