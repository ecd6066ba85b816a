"""Which Odoo answers at an address, and over which protocol to speak with it.

| asked                                            | answered by                                    |
|--------------------------------------------------|------------------------------------------------|
| `GET /web/version`                               | 19 and later                                   |
| `POST /json/2/res.users/context_get` without key | JSON-2 says 401 in JSON; 18 leads to its login |
| `/jsonrpc` `common.version`                      | 14 and later, unless a proxy refuses it        |
| `/jsonrpc` with a method that does not exist     | where errors come in words, JSON-RPC will do   |
| `/xmlrpc/2/common` `version`                     | 14 and later                                   |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..domain.errors import ConfigError, RemoteDown, RemoteError, WoodooError
from . import json2, jsonrpc, xmlrpc
from .endpoint import Endpoint
from .errors import Asked, Fault, explain, wrong_database
from .http import Http
from .json2 import Json2, not_odoo
from .jsonrpc import JsonRpc
from .transport import Transport
from .xmlrpc import XmlRpc

Protocol = Literal["json2", "jsonrpc", "xmlrpc"]
_SECONDS = 20.0
OLDEST = 14


@dataclass(frozen=True)
class Server:
    """What a server says of itself."""

    #: As Odoo writes it: "19.0", "saas~18.2+e".
    server_version: str
    version: tuple[int, int]
    edition: Literal["community", "enterprise"]


def detect(http: Http, endpoint: Endpoint, protocol: Protocol | None = None) -> tuple[Server, Transport]:
    """Find out version and protocol. `protocol` forces one, for tests and for odd proxies.

    Raises:
        ConfigError: where no Odoo answers, it is too old, or the database is not there.
        RemoteDown: where nothing answers.
    """
    server = _newer_version(http)
    if protocol in (None, "json2") and server is not None and _speaks_json2(http, endpoint):
        return server, Json2(http, endpoint)
    if protocol == "json2":
        raise ConfigError("This Odoo does not speak JSON-2.", where="odoo_url", fix="Leave the choice to Woodoo.")
    if protocol in (None, "jsonrpc"):
        older = _version_by_rpc(http, jsonrpc)
        transport = JsonRpc(http, endpoint)
        if older is not None and (transport.tells_errors() or protocol == "jsonrpc"):
            return _supported(server or older), transport
    if protocol in (None, "xmlrpc"):
        older = _version_by_rpc(http, xmlrpc)
        if older is not None:
            return _supported(server or older), XmlRpc(http, endpoint)
    raise not_odoo(http.get("/", timeout=_SECONDS))


def identify(http: Http) -> Server:
    """Return which Odoo answers, without naming a database.

    Raises:
        ConfigError: where no Odoo answers, or it is too old.
        RemoteDown: where nothing answers.
    """
    server = _newer_version(http)
    for module in (jsonrpc, xmlrpc):
        server = server or _version_by_rpc(http, module)
    if server is None:
        raise not_odoo(http.get("/", timeout=_SECONDS))
    return _supported(server)


def read_version(info: Any) -> Server | None:
    """Read Odoo's version information, or None where it is something else (odoo/release.py).

    The first number may be a text such as `saas~18` on Odoo Online; `e` at the end marks Enterprise.
    """
    if not isinstance(info, dict):
        return None
    numbers = info.get("version_info") or info.get("server_version_info")
    text = str(info.get("version") or info.get("server_version") or "")
    if not isinstance(numbers, list) or len(numbers) < 2:
        return None
    try:
        version = (int(str(numbers[0]).rpartition("~")[2]), int(numbers[1]))
    except ValueError:
        return None
    enterprise = numbers[-1] == "e" or text.endswith("+e")
    return Server(text, version, "enterprise" if enterprise else "community")


def _newer_version(http: Http) -> Server | None:
    response = http.get("/web/version", timeout=_SECONDS)
    if response.status_code != 200:
        return None
    try:
        return read_version(response.json())
    except ValueError:
        return None


def _speaks_json2(http: Http, endpoint: Endpoint) -> bool:
    """Ask without a key: only JSON-2 answers 401 in JSON."""
    response = http.post(
        json2.path("res.users", "context_get"),
        b"{}",
        json2.headers(endpoint.database),
        writes=False,
        timeout=_SECONDS,
    )
    is_json = "json" in response.headers.get("Content-Type", "")
    if response.status_code == 404 and not is_json and "database" in response.text:
        raise wrong_database(endpoint.database)
    return response.status_code == 401 and is_json


def _version_by_rpc(http: Http, module: Any) -> Server | None:
    try:
        return read_version(module.ask(http, "common", "version", [], writes=False))
    except Fault as fault:
        error: WoodooError = explain(fault, Asked())
        raise error from None
    except RemoteDown:
        raise
    except (ConfigError, RemoteError):
        return None


def _supported(server: Server) -> Server:
    if server.version[0] < OLDEST:
        raise ConfigError(
            f"Odoo {server.server_version} is too old: Woodoo works with Odoo {OLDEST} and later.",
            where="odoo_url",
            fix="Upgrade Odoo.",
        )
    return server
