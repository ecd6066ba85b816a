"""JSON-2, the protocol of Odoo 19 and later: one POST per method, named arguments, real HTTP statuses.

https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from ..domain.errors import ConfigError, OutcomeUnknown, RemoteDown, RemoteError
from .endpoint import Endpoint
from .errors import Fault, wrong_database
from .http import Http
from .transport import READS
from .wire import plain


class Json2:
    """Calls over `/json/2/<model>/<method>`, authenticated by the API key alone."""

    name = "json2"
    needs_login = False

    def __init__(self, http: Http, endpoint: Endpoint) -> None:
        self._http = http
        self._endpoint = endpoint

    def login(self) -> int:
        """Return the id of the user the key belongs to."""
        context = self.call("res.users", "context_get", None, {}, {})
        return int(context["uid"])

    def call(
        self, model: str, method: str, ids: Sequence[int] | None, context: Mapping[str, Any], arguments: dict[str, Any]
    ) -> Any:
        """Call one method in one transaction. `create` answers a list of ids, None is `null`."""
        body: dict[str, Any] = dict(arguments)
        if ids is not None:
            body["ids"] = list(ids)
        if context:
            body["context"] = dict(context)
        writes = method not in READS
        response = self._http.post(
            path(model, method),
            json.dumps(plain(body)).encode(),
            {**headers(self._endpoint.database), "Authorization": f"bearer {self._endpoint.secret}"},
            writes=writes,
        )
        return self._result(response, writes)

    def _result(self, response: httpx2.Response, writes: bool) -> Any:
        body = _json(response)
        if response.status_code == 200:
            if body is _NOT_JSON:
                raise unreadable(response, writes)
            return body
        if isinstance(body, dict) and "name" in body:
            raise Fault(str(body["name"]), str(body.get("message", "")), status=f"HTTP {response.status_code}")
        if response.status_code == 404 and "database" in response.text:
            raise wrong_database(self._endpoint.database)
        raise not_odoo(response)


def path(model: str, method: str) -> str:
    return f"/json/2/{model}/{method}"


def headers(database: str) -> dict[str, str]:
    """Return the headers of every call. The database is named wherever it is known; one-database hosts do not mind."""
    named = {"X-Odoo-Database": database} if database else {}
    return {"Content-Type": "application/json", **named}


def unreadable(response: httpx2.Response, writes: bool) -> ConfigError | RemoteError:
    """Return the error of an answer with status 200 that is not of the protocol."""
    if "html" in response.headers.get("Content-Type", ""):
        return not_odoo(response)
    message = "Odoo's answer was cut off or cannot be read."
    if writes:
        return OutcomeUnknown(f"{message} What was asked may have been done.")
    return RemoteDown(message, side="odoo")


def not_odoo(response: httpx2.Response) -> ConfigError | RemoteError:
    """Return the error of an answer that does not come from Odoo's interface."""
    if response.is_redirect:
        target = response.headers.get("Location", "").partition("?")[0]
        asked, leads_to = response.request.url, response.request.url.join(target)
        if (asked.scheme, asked.netloc) == (leads_to.scheme, leads_to.netloc):
            return ConfigError(
                f"There is no Odoo at {asked.scheme}://{asked.netloc.decode()}: something else answers there.",
                where="odoo_url",
                fix="Enter the address at which you sign in to Odoo.",
            )
        return ConfigError(
            f"The address of Odoo leads on to {target or 'another address'}.",
            where="odoo_url",
            fix="Enter the address it leads to.",
        )
    if response.status_code >= 500:
        return RemoteError(f"Odoo's server failed without saying why (HTTP {response.status_code}).")
    return ConfigError(
        f"At the address of Odoo something else answers (HTTP {response.status_code}).",
        where="odoo_url",
        fix="Enter the address as in the browser; a proxy in between must let /json/2, /jsonrpc or /xmlrpc pass.",
    )


_NOT_JSON = object()


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return _NOT_JSON
