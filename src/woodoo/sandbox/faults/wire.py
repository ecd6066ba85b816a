"""Requests as they come over the line, and what each is called.

Decides that a call has the same name in every run, whatever numbers and people it carries: the model and method of an
Odoo, the method and path of a store.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_MOST = 65_536
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """One HTTP request, as it was sent."""

    method: str
    path: str
    raw: bytes
    body: bytes

    @property
    def name(self) -> str:
        """What it asks for: "sale.order.load(14 fields)", "GET orders"."""
        path = urlsplit(self.path).path
        if path == "/jsonrpc":
            return _rpc_name(self.body)
        if found := re.fullmatch(r"/json/2/([\w.]+)/(\w+)", path):
            return named(f"{found[1]}.{found[2]}", json.loads(self.body or b"{}"))
        short = path.removeprefix("/wp-json/wc/v3/")
        return f"{self.method} {re.sub(r'[0-9]+', '#', short)}"


def named(name: str, arguments: Mapping[str, Any]) -> str:
    """Return the name of a call with how many fields it is about: that tells most calls of one method apart."""
    fields = arguments.get("fields") or arguments.get("allfields") or ()
    return f"{name}({len(fields)} fields)" if fields else name


def noted(summary: str, arguments: Mapping[str, Any] | None) -> str:
    """Return the name of a call as the ledger has it, as that on the line but for how often it was tried."""
    name = summary.partition(" (")[0]
    return named(re.sub(r"[0-9]+", "#", name) if "/" in name else name, arguments or {})


def _rpc_name(body: bytes) -> str:
    params = json.loads(body).get("params", {})
    if params.get("method") == "execute_kw":
        model, method, given, more = params["args"][3:7]
        # What is not named is ids, domains and rows; the list of texts among them is that of the fields.
        lists = [one for one in given if isinstance(one, list) and one and all(isinstance(x, str) for x in one)]
        return named(f"{model}.{method}", {**more, **({"fields": lists[0]} if lists else {})})
    return f"{params.get('service')}.{params.get('method')}"


def read_request(client: socket.socket) -> Request | None:
    """Read one request with its body; None where the sender hung up before its end."""
    data = b""
    while _END not in data:
        more = client.recv(_MOST)
        if not more:
            return None
        data += more
    head, _, body = data.partition(_END)
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    while len(body) < int(length[1] if length else 0):
        more = client.recv(_MOST)
        if not more:
            return None
        body += more
    first, _, headers = head.partition(b"\r\n")
    method, path, _ = first.decode("latin-1").split(" ", 2)
    # One connection for each request, so that the next one can be refused.
    kept = re.sub(rb"(?i)(^|\r\n)connection:[^\r]*", b"", headers)
    raw = first + b"\r\nConnection: close\r\n" + kept.lstrip(b"\r\n") + _END + body
    return Request(method, path, raw, body)


def read_all(server: socket.socket) -> bytes:
    """Read an answer until the sender hangs up."""
    parts = []
    while more := server.recv(_MOST):
        parts.append(more)
    return b"".join(parts)
