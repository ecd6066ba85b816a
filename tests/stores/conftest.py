"""A shop on 127.0.0.1 that answers as recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from woodoo.stores.woocommerce.client import WooClient

from .samples import sample
from .tls import Authority

API = "/wp-json/wc/v3"
KEY, SECRET = "ck_" + "1" * 40, "cs_" + "2" * 40


class Shop:
    """Answers requests from a table of paths and keeps what was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.url = server.url_for("").rstrip("/")
        self.asked: list[Request] = []
        self.pauses: list[float] = []
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {}
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def client(self, **options: Any) -> WooClient:
        options = {"timeout": 300.0, "sleep": self.pauses.append, **options}
        return WooClient(options.pop("url", self.url), KEY, SECRET, **options)

    def on(self, path: str, *answers: Any, method: str = "GET") -> None:
        """Answer with these in turn, the last one again and again: JSON, a Response, a recording, or a function."""
        left = list(answers)

        def handler(request: Request) -> Response:
            answer = left.pop(0) if len(left) > 1 else left[0]
            return _response(answer(request) if callable(answer) and not isinstance(answer, Response) else answer)

        self._routes[method, f"{API}/{path}"] = handler

    def queries(self, path: str = "") -> list[dict[str, str]]:
        """Return the parameters of each request so far, without those of the signature."""
        return [
            {name: value for name, value in one.args.items() if not name.startswith("oauth_")}
            for one in self.asked
            if not path or one.path == f"{API}/{path}"
        ]

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.asked.append(request)
        handler = self._routes.get((request.method, request.path))
        return handler(request) if handler else _response(recorded("err_404_no_route"))


class Notes:
    """A recorder that keeps everything."""

    def __init__(self) -> None:
        self.begun: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []

    def begin(self, *, system: str, summary: str, request: Any) -> int:
        self.begun.append({"system": system, "summary": summary, "request": request})
        return len(self.begun) - 1

    def end(self, token: int, *, status: str, response: Any = None, error: str = "") -> None:
        self.ended.append({"token": token, "status": status, "response": response, "error": error})


def recorded(name: str) -> Response:
    """Return a recorded answer as the shop sent it."""
    recording = sample(name)
    kept = {
        key: value
        for key, value in recording["headers"].items()
        if key.lower().startswith(("x-wp", "link", "allow", "content-type"))
    }
    return Response(json.dumps(recording["body"]), recording["status"], kept)


def listed(rows: list[Any], *, total_pages: int | None = None) -> Response:
    headers = {} if total_pages is None else {"X-WP-TotalPages": str(total_pages)}
    return Response(json.dumps(rows), 200, headers, content_type="application/json")


def _response(answer: Any) -> Response:
    return answer if isinstance(answer, Response) else Response(json.dumps(answer), content_type="application/json")


@pytest.fixture
def shop(httpserver: HTTPServer) -> Iterator[Shop]:
    yield Shop(httpserver)
    httpserver.check_assertions()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure_shop(authority: Authority) -> Iterator[Shop]:
    server = HTTPServer(ssl_context=authority.context("localhost"))
    server.start()
    try:
        yield Shop(server)
        server.check_assertions()
    finally:
        server.clear()
        server.stop()
