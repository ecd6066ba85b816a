"""How values travel: XML-RPC and JSON-RPC over a real socket, both ways."""

from __future__ import annotations

import json
import xmlrpc.client
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from woodoo.domain.errors import ConfigError, DataError, OutcomeUnknown
from woodoo.odoo.client import OdooClient
from woodoo.odoo.detect import Server
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.http import Http
from woodoo.odoo.jsonrpc import JsonRpc
from woodoo.odoo.xmlrpc import XmlRpc, parse, read_fault

VALUES = {
    "text": "Zoë & <b>\x0b\ud800",
    "none": None,
    "bool": True,
    "money": Decimal("8.26"),
    "moment": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "day": date(2026, 1, 2),
    "ids": (1, 2),
    5: "key",
}
PLAIN = {
    "text": "Zoë & <b>",
    "none": None,
    "bool": True,
    "money": 8.26,
    "moment": "2026-01-02 03:04:05",
    "day": "2026-01-02",
    "ids": [1, 2],
    "5": "key",
}


def client_of(server: HTTPServer, kind: type[XmlRpc] | type[JsonRpc]) -> OdooClient:
    endpoint = Endpoint(server.url_for("/erp/"), "db", "api@example.com", "sesame-key")
    http = Http(endpoint)
    return OdooClient(endpoint, http, Server("14.0", (14, 0), "community"), kind(http, endpoint))


def serve_xmlrpc(server: HTTPServer, result: Any = True, uid: Any = 5) -> list[Any]:
    seen: list[Any] = []

    def answer(request: Request) -> Response:
        params, method = xmlrpc.client.loads(request.get_data())
        seen.append((method, list(params)))
        value = uid if method == "authenticate" else result
        return Response(xmlrpc.client.dumps((value,), methodresponse=True, allow_none=True), content_type="text/xml")

    server.expect_request("/erp/xmlrpc/2/common").respond_with_handler(answer)
    server.expect_request("/erp/xmlrpc/2/object").respond_with_handler(answer)
    return seen


def serve_jsonrpc(server: HTTPServer, result: Any = True, uid: Any = 5) -> list[Any]:
    seen: list[Any] = []

    def answer(request: Request) -> Response:
        params = request.get_json()["params"]
        seen.append((params["method"], params["args"]))
        body = {"jsonrpc": "2.0", "id": 1}
        value = uid if params["method"] == "authenticate" else result
        return Response(
            json.dumps(body if value is None else body | {"result": value}), content_type="application/json"
        )

    server.expect_request("/erp/jsonrpc").respond_with_handler(answer)
    return seen


SERVE: list[Any] = [(XmlRpc, serve_xmlrpc), (JsonRpc, serve_jsonrpc)]


@pytest.mark.parametrize(("kind", "serve"), SERVE)
def test_values_arrive_as_odoo_reads_them(kind: Any, serve: Any, httpserver: HTTPServer) -> None:
    seen = serve(httpserver)
    with client_of(httpserver, kind) as client:
        client.call("res.partner", "write", ids=[3], vals=VALUES, context={"lang": "de_DE"})
        client.call("res.partner", "search_read", domain=[("a", "=", 1)], fields=["name"], limit=None)
        client.call("res.partner", "create", vals_list=[{"name": "x"}])
        client.call("res.partner", "load", fields=["id"], data=[["x"]])
    assert seen[0] == ("authenticate", ["db", "api@example.com", "sesame-key", {}])
    login = ["db", 5, "sesame-key", "res.partner"]
    assert [args for _, args in seen[1:]] == [
        [*login, "write", [[3], PLAIN], {"context": {"lang": "de_DE"}}],
        [*login, "search_read", [[["a", "=", 1]]], {"fields": ["name"], "limit": None, "context": {}}],
        [*login, "create", [[{"name": "x"}]], {"context": {}}],
        [*login, "load", [["id"], [["x"]]], {"context": {}}],
    ]
    assert client.calls == 5


@pytest.mark.parametrize(("kind", "serve"), SERVE)
def test_a_refused_login_is_false_and_not_a_fault(kind: Any, serve: Any, httpserver: HTTPServer) -> None:
    seen = serve(httpserver, uid=False)
    with client_of(httpserver, kind) as client:
        for _ in range(3):
            with pytest.raises(ConfigError, match=r"does not accept the API key of the user 'api@example\.com'"):
                client.call("res.partner", "search", domain=[])
    assert len(seen) == 1


def test_jsonrpc_answers_none_without_a_result(httpserver: HTTPServer) -> None:
    serve_jsonrpc(httpserver, result=None)
    with client_of(httpserver, JsonRpc) as client:
        assert client.call("account.move", "action_post", ids=[1]) is None


def test_xmlrpc_leaves_out_characters_xml_forbids() -> None:
    body = xmlrpc.client.dumps(("T-Shirt\x0b red",), methodresponse=True).encode()
    assert parse(body) == "T-Shirt red"
    assert parse(body.replace(b"\x0b", b"&#11;&#x1F;&#0;")) == "T-Shirt red"
    assert parse(body.replace(b"\x0b", b"&#9;&#10;&#128512;")) == "T-Shirt\t\n😀 red"


def test_xmlrpc_refuses_entities(httpserver: HTTPServer) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><methodResponse><params/></methodResponse>'
    httpserver.expect_request("/erp/xmlrpc/2/object").respond_with_data(bomb, content_type="text/xml")
    with client_of(httpserver, XmlRpc) as client:
        client._learnt.uid = client._transport._uid = 5  # type: ignore[attr-defined]
        with pytest.raises(OutcomeUnknown, match="cannot be read"):
            client.call("res.partner", "create", vals_list=[{}])


def test_numbers_a_protocol_cannot_carry_are_named(httpserver: HTTPServer) -> None:
    serve_xmlrpc(httpserver)
    with client_of(httpserver, XmlRpc) as client, pytest.raises(DataError, match="2147483647"):
        client.call("res.partner", "write", ids=[1], vals={"color": 2**31})
    serve_jsonrpc(httpserver)
    with client_of(httpserver, JsonRpc) as client, pytest.raises(DataError, match="not finite"):
        client.call("res.partner", "write", ids=[1], vals={"color": float("nan")})


def test_the_last_exception_of_a_traceback_counts() -> None:
    text = (
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nKeyError: 'nope'\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "b.py", line 2, in h\n    ~~^^\n'
        "psycopg2.errors.SerializationFailure: could not serialize access\nDETAIL:  more\n"
    )
    fault = read_fault(1, text)
    assert (fault.name, fault.message) == ("SerializationFailure", "could not serialize access\nDETAIL:  more")
    assert read_fault(1, "no traceback at all").name == "UnknownError"
    assert read_fault(2, "Record does not exist or has been deleted.").name == "MissingError"
    assert read_fault(3, "Access Denied").name == "AccessDenied"
