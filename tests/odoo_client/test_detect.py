"""Finding out which Odoo answers, without a login."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.odoo.client import connect
from woodoo.odoo.detect import read_version
from woodoo.odoo.endpoint import Endpoint

UNAUTHORIZED = {"name": "werkzeug.exceptions.Unauthorized", "message": "missing", "arguments": [], "context": {}}
NO_DATABASE = "<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>"


def endpoint(server: HTTPServer) -> Endpoint:
    return Endpoint(server.url_for(""), "db", "api@example.com", "sesame-key")


def version_info(major: int | str, *rest: Any) -> dict[str, Any]:
    numbers = [major, 0, 0, "final", 0, *(rest or [""])]
    return {"server_version": f"{major}.0{'+e' if rest else ''}", "server_version_info": numbers}


def serve_jsonrpc(server: HTTPServer, info: dict[str, Any], *, errors: str = "json") -> None:
    """Answer `common.version`, and anything else with an error in words (json), bare (html), or by session."""

    def answer(request: Request) -> Response:
        body = request.get_json()
        if body["params"]["method"] == "version":
            return Response(
                response=_json({"jsonrpc": "2.0", "id": 1, "result": info}), content_type="application/json"
            )
        if errors == "json" or (errors == "session" and "session_id=abc" in request.headers.get("Cookie", "")):
            data = {"name": "builtins.Exception", "message": "Method not found: no_such_method"}
            error = {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "x", "data": data}}
            return Response(response=_json(error), content_type="application/json")
        return Response(response="<h1>Internal Server Error</h1>", status=500, content_type="text/html")

    server.expect_request("/jsonrpc").respond_with_handler(answer)


def serve_xmlrpc(server: HTTPServer, info: dict[str, Any]) -> None:
    body = xmlrpc.client.dumps((info,), methodresponse=True)
    server.expect_request("/xmlrpc/2/common").respond_with_data(body, content_type="text/xml")


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def test_19_speaks_json2(httpserver: HTTPServer) -> None:
    info = {"version": "19.0+e", "version_info": [19, 0, 0, "final", 0, "e"]}
    httpserver.expect_request("/web/version").respond_with_json(info)
    httpserver.expect_request("/json/2/res.users/context_get").respond_with_json(UNAUTHORIZED, status=401)
    with connect(endpoint(httpserver)) as client:
        assert (client.protocol, client.version, client.edition) == ("json2", (19, 0), "enterprise")
    probe = httpserver.log[-1][0]
    assert "Authorization" not in probe.headers
    assert probe.headers["X-Odoo-Database"] == "db"


def test_18_leading_to_its_login_page_is_not_taken_for_json2(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/2/res.users/context_get").respond_with_data(
        "", status=303, headers={"Location": "/web/login"}
    )
    serve_jsonrpc(httpserver, version_info(18))
    with connect(endpoint(httpserver)) as client:
        assert (client.protocol, client.version) == ("jsonrpc", (18, 0))


def test_19_behind_a_proxy_that_lets_json2_not_pass_is_spoken_to_the_old_way(httpserver: HTTPServer) -> None:
    info = {"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]}
    httpserver.expect_request("/web/version").respond_with_json(info)
    httpserver.expect_request("/json/2/res.users/context_get").respond_with_data("no", status=403)
    serve_jsonrpc(httpserver, version_info(19))
    with connect(endpoint(httpserver)) as client:
        assert (client.protocol, client.version) == ("jsonrpc", (19, 0))


def test_14_is_asked_over_jsonrpc(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, version_info(14))
    with connect(endpoint(httpserver)) as client:
        assert (client.protocol, client.version, client.server_version) == ("jsonrpc", (14, 0), "14.0")


def test_14_with_several_databases_is_asked_within_a_session_of_one(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, version_info(14), errors="session")
    httpserver.expect_request("/web/login", query_string={"db": "db"}).respond_with_data(
        "", status=302, headers={"Set-Cookie": "session_id=abc; HttpOnly; Path=/"}
    )
    with connect(endpoint(httpserver)) as client:
        assert client.protocol == "jsonrpc"


def test_14_that_tells_no_errors_over_jsonrpc_is_asked_over_xmlrpc(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, version_info(14), errors="html")
    serve_xmlrpc(httpserver, version_info(14))
    with connect(endpoint(httpserver)) as client:
        assert client.protocol == "xmlrpc"


@pytest.mark.parametrize("status", [403, 404, 405, 500])
def test_xmlrpc_is_left_where_a_proxy_refuses_jsonrpc(status: int, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/jsonrpc").respond_with_data("refused", status=status, content_type="text/html")
    serve_xmlrpc(httpserver, version_info(16))
    with connect(endpoint(httpserver)) as client:
        assert (client.protocol, client.version) == ("xmlrpc", (16, 0))


def test_a_database_that_is_not_there_is_named_at_once(httpserver: HTTPServer) -> None:
    info = {"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]}
    httpserver.expect_request("/web/version").respond_with_json(info)
    httpserver.expect_request("/json/2/res.users/context_get").respond_with_data(
        NO_DATABASE, status=404, content_type="text/html"
    )
    with pytest.raises(ConfigError, match="no database 'db'"):
        connect(endpoint(httpserver))


def test_an_odoo_that_is_too_old_is_refused(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, version_info(13))
    with pytest.raises(ConfigError, match="too old"):
        connect(endpoint(httpserver))


def test_something_that_is_no_odoo_is_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("<html>My shop</html>", content_type="text/html")
    with pytest.raises(ConfigError, match="something else answers"):
        connect(endpoint(httpserver))


def test_a_server_in_maintenance_is_down_and_not_misread(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/web/version").respond_with_data("maintenance", status=503, headers={"Retry-After": "9"})
    with pytest.raises(RemoteDown) as caught:
        connect(endpoint(httpserver))
    assert caught.value.retry_after == 9


@pytest.mark.parametrize(
    ("info", "version", "edition"),
    [
        (version_info(17), (17, 0), "community"),
        (version_info(17, "e"), (17, 0), "enterprise"),
        ({"version": "saas~18.2+e", "version_info": ["saas~18", 2, 0, "final", 0, "e"]}, (18, 2), "enterprise"),
    ],
)
def test_it_reads_every_form_of_version(info: Any, version: tuple[int, int], edition: str) -> None:
    server = read_version(info)
    assert server is not None
    assert (server.version, server.edition) == (version, edition)


@pytest.mark.parametrize("info", [None, [], {}, {"version_info": "19"}, {"version_info": ["x", 1]}])
def test_it_takes_nothing_else_for_a_version(info: Any) -> None:
    assert read_version(info) is None
