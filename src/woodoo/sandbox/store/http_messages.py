"""An HTTP request and its answer, as they pass between the server, the API and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WebRequest:
    """An HTTP request, read whole."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    #: Where the site answers: http://127.0.0.1:8069
    home: str
    secure: bool


@dataclass(frozen=True)
class WebResponse:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]
