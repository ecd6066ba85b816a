"""Every error Odoo 14 and 19 were seen to answer becomes the right class, in a sentence a person understands."""

from __future__ import annotations

import json
import re
import xmlrpc.client
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from woodoo.domain.errors import ConfigError, DataError, WoodooError
from woodoo.odoo.client import OdooClient
from woodoo.odoo.detect import Server
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.http import Http
from woodoo.odoo.json2 import Json2
from woodoo.odoo.jsonrpc import JsonRpc
from woodoo.odoo.xmlrpc import XmlRpc

DATA = Path(__file__).parent.parent / "data" / "odoo"
TRANSPORTS = {"json2": Json2, "jsonrpc": JsonRpc, "xmlrpc": XmlRpc}

#: What the part of the file name after `err_` stands for: (class, a part of the message).
EXPECTED: dict[str, tuple[type[WoodooError], str]] = {
    "access": (ConfigError, "You are not allowed to create 'Sales Order'"),
    "access_read": (ConfigError, "You are not allowed to access 'Journal Entry'"),
    "bad_uid_pw": (ConfigError, "does not accept the API key of the user 'api@example.com'"),
    "badfield": (ConfigError, "no field 'nope' on res.partner"),
    "badjson": (ConfigError, "could not parse the body"),
    "badpw": (ConfigError, "does not accept the API key"),
    "ctype": (ConfigError, "something else answers (HTTP 415)"),
    "field_create": (ConfigError, "no field 'nope' on res.partner"),
    "field_domain": (ConfigError, "no field 'nope' on res.partner"),
    "field_read": (ConfigError, "no field 'nope' on res.partner"),
    "get": (ConfigError, "Did you mean POST"),
    "ids_on_model": (ConfigError, "cannot call res.partner.create with ids"),
    "kwarg": (ConfigError, "missing a required argument: 'domain'"),
    "missing": (DataError, "gone in Odoo"),
    "missing_arg": (ConfigError, "missing a required argument: 'vals'"),
    "missing_method": (DataError, "gone in Odoo"),
    "missing_record_write": (DataError, "gone in Odoo"),
    "missing_write": (DataError, "gone in Odoo"),
    "no_key": (ConfigError, "does not accept the API key"),
    "nomodel": (ConfigError, "does not know the model no.such"),
    "nonobject": (ConfigError, "refuses the call"),
    "private": (ConfigError, "be called from outside"),
    "private_method": (ConfigError, "be called from outside"),
    "required": (DataError, "partner_id"),
    "unique": (DataError, ""),
    "unknown_field_create": (ConfigError, "no field 'nope' on res.partner"),
    "unknown_field_domain": (ConfigError, "no field 'nope' on res.partner"),
    "unknown_field_read": (ConfigError, "no field 'nope' on res.partner"),
    "unknown_method": (ConfigError, "has no method res.partner.any"),
    "unknown_model": (ConfigError, "does not know the model no.such"),
    "validation": (DataError, "You cannot create recursive Partner hierarchies."),
    "validation_constr": (DataError, 'Barcode "111" already assigned'),
    "validation_user": (DataError, "You cannot create recursive Partner hierarchies."),
    "wrong_db": (ConfigError, "Odoo has no database 'db'"),
    "wrong_key": (ConfigError, "does not accept the API key of the user 'api@example.com'"),
}
NO_ERRORS = {"missing_read", "missing_record_read", "returns_none"}


def samples(kind: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(DATA.glob(f"odoo*_{kind}_*.json"))]


def ask(server: HTTPServer, protocol: str) -> Any:
    endpoint = Endpoint(server.url_for(""), "db", "api@example.com", "sesame-key")
    http = Http(endpoint)
    transport = TRANSPORTS[protocol](http, endpoint)
    transport._uid = 2  # type: ignore[union-attr]
    with OdooClient(endpoint, http, Server("x", (19, 0), "community"), transport) as client:  # type: ignore[arg-type]
        client._learnt.uid = 2
        return client.call("res.partner", "any", ids=[1])


def replay(path: Path, server: HTTPServer) -> str:
    """Let the server answer as recorded; return the protocol."""
    protocol, sample = path.stem.split("_")[1], json.loads(path.read_text())
    if protocol == "xmlrpc":
        if "ok" in sample:
            body = xmlrpc.client.dumps((sample["ok"],), methodresponse=True, allow_none=True)
        else:
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(sample["faultCode"], sample["faultString"]))
        server.expect_request("/xmlrpc/2/object").respond_with_data(body, content_type="text/xml")
        return protocol
    where = "/jsonrpc" if protocol == "jsonrpc" else re.compile("/json/2/.*")
    body = sample["body"] if isinstance(sample["body"], str) else json.dumps(sample["body"])
    kind = sample.get("headers", {}).get("Content-Type", "application/json")
    server.expect_request(where).respond_with_data(body, status=sample["status"], content_type=kind)
    return protocol


@pytest.mark.parametrize("path", samples("*_err"))
def test_each_recorded_error_says_what_to_do(path: Path, httpserver: HTTPServer) -> None:
    name = path.stem.partition("_err_")[2]
    protocol = replay(path, httpserver)
    if name in NO_ERRORS:
        assert ask(httpserver, protocol) in ([], True)
        return
    kind, words = EXPECTED[name]
    with pytest.raises(WoodooError) as caught:
        ask(httpserver, protocol)
    assert type(caught.value) is kind
    text = str(caught.value)
    assert words in text
    assert not re.search(r"Traceback|dist-packages|sesame-key|psycopg2|\n", text)
    assert len(caught.value.message.split()) >= 4
    if kind is ConfigError and "outside" not in words:
        assert caught.value.fix


@pytest.mark.parametrize("path", samples("json2_ok"))
def test_each_recorded_result_comes_back_as_it_is(path: Path, httpserver: HTTPServer) -> None:
    protocol = replay(path, httpserver)
    assert ask(httpserver, protocol) == json.loads(path.read_text())["body"]


@pytest.mark.parametrize(
    ("model", "app"),
    [("product.image", "eCommerce (website_sale)"), ("product.pricelist", "Sales (sale_management)"), ("no.such", "")],
)
def test_an_unknown_model_names_the_app_that_brings_it(model: str, app: str, httpserver: HTTPServer) -> None:
    fault = {"name": "odoo.exceptions.UserError", "message": f"Object {model} doesn't exist", "debug": ""}
    httpserver.expect_request("/jsonrpc").respond_with_json({"jsonrpc": "2.0", "id": 1, "error": {"data": fault}})
    with pytest.raises(ConfigError, match=f"does not know the model {model}") as caught:
        ask(httpserver, "jsonrpc")
    assert caught.value.fix == (f"Install the app {app} in Odoo." if app else "Install the app that brings it in Odoo.")
