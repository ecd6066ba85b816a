"""XML-RPC at `/xmlrpc/2`, for servers of Odoo 14 to 18 whose proxy lets nothing else pass.

It cannot carry None back: such a call commits, then faults with "cannot marshal" (see `errors.ResultLost`).
"""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Mapping, Sequence
from typing import Any
from xml.parsers.expat import ExpatError

import httpx2
from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

from ..domain.errors import DataError
from .endpoint import Endpoint
from .errors import Fault, wrong_login
from .http import Http
from .json2 import not_odoo, unreadable
from .transport import READS, positional
from .wire import plain

#: Fault codes of `/xmlrpc/2` (odoo/addons/base/controllers/rpc.py).
_FAULTS = {2: "UserError", 3: "AccessDenied", 4: "AccessError"}
_FORBIDDEN_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN_REFERENCES = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")


class XmlRpc:
    """Calls `execute_kw` of Odoo's object service."""

    name = "xmlrpc"
    needs_login = True

    def __init__(self, http: Http, endpoint: Endpoint) -> None:
        self._http = http
        self._endpoint = endpoint
        self._uid = 0

    def login(self) -> int:
        """Return the user's id. A wrong password or key answers False, not a fault (odoo/service/common.py)."""
        if not self._uid:
            end = self._endpoint
            uid = ask(self._http, "common", "authenticate", [end.database, end.login, end.secret, {}], writes=False)
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
        return ask(self._http, "object", "execute_kw", params, writes=method not in READS)


def ask(http: Http, service: str, method: str, args: list[Any], *, writes: bool) -> Any:
    """Ask a service of Odoo.

    Raises:
        Fault: what Odoo answered instead.
        DataError: for a number XML-RPC cannot carry.
    """
    try:
        content = xmlrpc.client.dumps(tuple(plain(args)), method, allow_none=True).encode("utf-8")
    except OverflowError:
        raise DataError("A whole number above 2147483647 cannot be sent to Odoo over XML-RPC.") from None
    response = http.post(f"/xmlrpc/2/{service}", content, {"Content-Type": "text/xml"}, writes=writes)
    if response.status_code != 200:
        raise not_odoo(response)
    return _result(response, writes)


def _result(response: httpx2.Response, writes: bool) -> Any:
    try:
        return parse(response.content)
    except xmlrpc.client.Fault as fault:
        raise read_fault(fault.faultCode, fault.faultString) from None
    except (ExpatError, DefusedXmlException, xmlrpc.client.Error, ValueError, TypeError, IndexError, AttributeError):
        raise unreadable(response, writes) from None


def parse(content: bytes) -> Any:
    """Read an answer, leaving out characters XML forbids: Odoo 14 sends them as they were stored.

    Raises:
        xmlrpc.client.Fault: for a fault.
    """
    content = _FORBIDDEN_REFERENCES.sub(b"", _FORBIDDEN_BYTES.sub(b"", content))
    target = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(target, forbid_dtd=True)
    parser.feed(content)
    parser.close()
    values = target.close()
    return values[0] if len(values) == 1 else values


def read_fault(code: Any, text: str) -> Fault:
    """Return the fault. Code 1 carries a whole traceback, whose last exception is the one that counts."""
    status = f"fault {code}"
    if code in _FAULTS:
        name = _FAULTS[code]
        if name == "UserError" and text.startswith("Record does not exist"):
            name = "MissingError"
        return Fault(name, text, status=status)
    last = str(text).split("Traceback (most recent call last):\n")[-1]
    for number, line in enumerate(lines := last.splitlines()):
        match = re.match(r"([A-Za-z_][\w.]*)(?:: (.*))?$", line)
        if match:
            return Fault(match[1], "\n".join([match[2] or "", *lines[number + 1 :]]).strip(), status=status)
    return Fault("UnknownError", last.strip(), status=status)
