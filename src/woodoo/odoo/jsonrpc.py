"""JSON-RPC at `/jsonrpc`, the best protocol of Odoo 14 to 18: it names the exception and can carry None.

Up to 15, a server with several databases only tells its errors within a session of one of them; without, any error is
a bare HTTP 500 (odoo/http.py `Root.dispatch`, `_dispatch_nodb`). So such a session is opened: it is anonymous, for who
is asking stands in each call.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..domain.errors import DataError, RemoteError
from .endpoint import Endpoint
from .errors import Fault, wrong_login
from .http import Http
from .json2 import not_odoo, unreadable
from .transport import READS, positional
from .wire import plain


class JsonRpc:
    """Calls `execute_kw` of Odoo's object service."""

    name = "jsonrpc"
    needs_login = True

    def __init__(self, http: Http, endpoint: Endpoint) -> None:
        self._http = http
        self._endpoint = endpoint
        self._uid = 0
        self._session = ""

    def login(self) -> int:
        """Return the user's id. A wrong password or key answers False, not a fault (odoo/service/common.py)."""
        if not self._uid:
            end = self._endpoint
            uid = self._ask("common", "authenticate", [end.database, end.login, end.secret, {}], writes=False)
            if not uid:
                raise wrong_login(end.login)
            self._uid = int(uid)
        return self._uid

    def call(
        self, model: str, method: str, ids: Sequence[int] | None, context: Mapping[str, Any], arguments: dict[str, Any]
    ) -> Any:
        """Call one method in one transaction."""
        args, kwargs = positional(method, ids, context, arguments)
        params = [self._endpoint.database, self.login(), self._endpoint.secret, model, method, args, kwargs]
        return self._ask("object", "execute_kw", params, writes=method not in READS)

    def tells_errors(self) -> bool:
        """Say whether errors come in words, opening a session where that takes one."""
        if self._answers_wrong_method():
            return True
        self._open_session()
        return bool(self._session) and self._answers_wrong_method()

    def _answers_wrong_method(self) -> bool:
        try:
            self._ask("common", "no_such_method", [], writes=False)
        except Fault:
            return True
        except RemoteError:
            return False
        return True

    def _open_session(self) -> None:
        # Choosing a database is a redirect of the login page (addons/web/controllers/main.py `ensure_db`).
        response = self._http.get(f"/web/login?db={quote(self._endpoint.database)}")
        match = re.search(r"\bsession_id=([^;]+)", response.headers.get("Set-Cookie", ""))
        self._session = match[1] if match else ""

    def _ask(self, service: str, method: str, args: list[Any], *, writes: bool) -> Any:
        try:
            return ask(self._http, service, method, args, writes=writes, session=self._session)
        except RemoteError as error:
            # The session may have run out on the server: whatever failed can then be told next time.
            if self._session and type(error) is RemoteError:
                self._open_session()
            raise


_numbers = itertools.count(1)


def ask(http: Http, service: str, method: str, args: list[Any], *, writes: bool, session: str = "") -> Any:
    """Ask a service of Odoo. An answer without a result is None.

    Raises:
        Fault: what Odoo answered instead; HTTP says 200 all the same.
    """
    params = {"service": service, "method": method, "args": plain(args)}
    envelope = {"jsonrpc": "2.0", "method": "call", "params": params, "id": next(_numbers)}
    try:
        content = json.dumps(envelope, allow_nan=False).encode()
    except ValueError:
        raise DataError("A number that is not finite cannot be sent to Odoo.") from None
    cookie = {"Cookie": f"session_id={session}"} if session else {}
    response = http.post("/jsonrpc", content, {"Content-Type": "application/json", **cookie}, writes=writes)
    if response.status_code != 200:
        raise not_odoo(response)
    try:
        body = response.json()
    except ValueError:
        raise unreadable(response, writes) from None
    if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
        raise unreadable(response, writes)
    if "error" in body:
        raise _fault(body["error"])
    return body.get("result")


def _fault(error: Any) -> Fault:
    data = error.get("data") if isinstance(error, dict) else None
    if not isinstance(data, dict):
        message = error.get("message") if isinstance(error, dict) else error
        return Fault("UnknownError", str(message), status="error")
    name = str(data.get("name", "UnknownError"))
    return Fault(name, str(data.get("message", "")), status=f"error {name.rpartition('.')[2]}")
