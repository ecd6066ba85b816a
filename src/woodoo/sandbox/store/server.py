"""The shop's web server: connections, TLS, and what goes to the API, to the page for people, or nowhere.

Threads and keep-alive; one lock per shop keeps its records whole, so a request is answered as one piece of work.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from . import media
from .auth import Call, authenticate, read_query
from .http_messages import WebRequest, WebResponse
from .resources import library
from .rest import JSON_TYPE, NAMESPACE, Api, Request, Response, RestError, broken_off, encode, only_fields
from .state import Record, Shop
from .troubles import Troubles

MAX_BODY = 32 * 1024 * 1024


class Site:
    """What the server serves: the REST API under /wp-json/, the page for people elsewhere."""

    def __init__(
        self,
        shop: Shop,
        api: Api,
        page: Callable[[WebRequest], WebResponse],
        after: Callable[[], None],
        troubles: Troubles,
    ) -> None:
        self.shop = shop
        self.api = api
        self.page = page
        #: Called when an answer is ready: what the request announced may now be delivered.
        self.after = after
        self.troubles = troubles

    def answer(self, web: WebRequest) -> WebResponse | None:
        """Answer one request; None: hang up."""
        begun = time.monotonic()
        answer = self._answer(web)
        self.troubles.pace.wait(web, begun)
        return answer

    def _answer(self, web: WebRequest) -> WebResponse | None:
        if self.troubles.down:
            return self.troubles.answer()
        if web.path.startswith(media.FOLDER):
            return self._picture(web)
        path = _asked_of_the_api(web)
        if not path:
            return self._served(lambda: self._of_wordpress(web, self.page(web)))
        return self._served(lambda: self._rest(web, path))

    @staticmethod
    def _of_wordpress(web: WebRequest, page: WebResponse) -> WebResponse:
        """Hang on what WordPress hangs on every page, found or not: where its API is (`rest_output_link_header`)."""
        return replace(page, headers={**page.headers, "Link": _api_link(web)})

    def _picture(self, web: WebRequest) -> WebResponse:
        with self.shop.lock:
            found = media.at(self.shop, web.path)
        if found is None:
            return WebResponse(404, b"", {})
        mime, content = found
        return WebResponse(200, content, {"Content-Type": mime})

    def _served(self, serve: Callable[[], WebResponse]) -> WebResponse:
        try:
            return serve()
        finally:
            self.after()

    def _rest(self, web: WebRequest, path: str) -> WebResponse:
        headers = {
            "Content-Type": JSON_TYPE,
            "X-Robots-Tag": "noindex",
            "Link": _api_link(web),
        }
        try:
            response = self._call(web, path, headers)
        except RestError as error:
            if error.status == 401 or not error.allow:
                headers.pop("Allow", None)
            response = Response(error.body(), error.status)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            response = Response(broken_off().body(), 500)
        headers.update(response.headers)
        headers["Cache-Control"] = "no-cache, must-revalidate, max-age=0, no-store, private"
        wanted = [part for name, value in web.query if name.split("[")[0] == "_fields" for part in value.split(",")]
        body = response.body
        if wanted and response.status < 400:
            # WordPress hangs the links on a single record only after it has cut the fields.
            body = only_fields(body, [*wanted, "_links"] if isinstance(body, dict) else wanted)
        return WebResponse(response.status, encode(body), headers)

    def _call(self, web: WebRequest, path: str, headers: dict[str, str]) -> Response:
        query = web.query
        method = dict(query).get("_method", web.method).upper()
        if web.path.startswith("/wp-json/wc/") or web.path.startswith("/wp-json/wc-"):
            key = authenticate(self.shop, Call(web.method, web.secure, web.home, web.path, query, web.headers))
        else:
            key = None
        if path.startswith("/wp/v2/"):
            with self.shop.lock:
                return library.answer(self.shop, web, path)
        if path in ("/", NAMESPACE):
            headers["Allow"] = "GET"
            return Response(self._index(web, path))
        route, path_args = self.api.match(method, path)
        headers["Allow"] = ", ".join(m for m in route.methods if m in route.handlers)
        kept = [(k, v) for k, v in query if not k.startswith(("oauth_", "consumer_", "_fields", "_method"))]
        request = Request(self.shop, method, path, web.home, path_args, kept, {})
        body = _json_body(web)
        with self.shop.lock:
            if key is None:
                raise _anonymous(route.pattern.pattern, method)
            return self.api.call(request, route, body)

    def _index(self, web: WebRequest, path: str) -> Record:
        names = {
            pattern: {"namespace": "wc/v3", "methods": list(route.args), "endpoints": []}
            for pattern, route in self.api.routes.items()
            if not route.feature or self.shop.is_on(route.feature)
        }
        if path == NAMESPACE:
            up = {"up": [{"href": f"{web.home}/wp-json/"}]}
            return {"namespace": "wc/v3", "routes": names, "_links": up}
        return {
            "name": "Woodoo demo shop",
            "description": "",
            "url": web.home,
            "home": web.home,
            "gmt_offset": f"{self.shop.offset.total_seconds() / 3600:g}",
            "timezone_string": "",
            "namespaces": ["wc/v3"],
            "authentication": [],
            "routes": names,
        }


def _asked_of_the_api(web: WebRequest) -> str:
    """Return the path within the API; empty where a page is asked for.

    `rest_route` leads into it from any address, a wrong one, too (wp-includes/rest-api.php `rest_api_loaded`).
    """
    if web.path.startswith("/wp-json/"):
        return web.path.removeprefix("/wp-json").rstrip("/") or "/"
    return dict(web.query).get("rest_route", "")


def _api_link(web: WebRequest) -> str:
    return f'<{web.home}/wp-json/>; rel="https://api.w.org/"'


def _anonymous(pattern: str, method: str) -> RestError:
    if pattern.endswith("/batch"):
        code, message = "batch", "Sorry, you are not allowed to batch manipulate this resource."
    elif method == "GET":
        one = pattern.endswith(")")
        code, message = "view", f"Sorry, you cannot {'view this resource' if one else 'list resources'}."
    elif method == "POST" and not pattern.endswith(")"):
        code, message = "create", "Sorry, you are not allowed to create resources."
    elif method == "DELETE":
        code, message = "delete", "Sorry, you are not allowed to delete this resource."
    else:
        code, message = "edit", "Sorry, you are not allowed to edit this resource."
    return RestError(401, f"woocommerce_rest_cannot_{code}", message, allow=False)


def _json_body(web: WebRequest) -> dict[str, Any] | None:
    if not web.body or web.method == "GET":
        return None
    content_type = web.headers.get("Content-Type", "")
    if "form-urlencoded" in content_type:
        return dict(read_query(web.body.decode("utf-8", "replace")))
    if "json" not in content_type:
        return None
    try:
        data = json.loads(web.body)
    except ValueError:
        raise RestError(
            400,
            "rest_invalid_json",
            "Invalid JSON body passed.",
            json_error_code=4,
            json_error_message="Syntax error",
        ) from None
    if isinstance(data, list):  # as WordPress has it: parameters 0, 1, …
        return {str(number): one for number, one in enumerate(data)}
    return data if isinstance(data, dict) else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 75
    server: _Listener

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            self._send(WebResponse(413, b"", {}))
            return
        path, _, query = self.path.partition("?")
        secure = self.server.secure
        host = self.headers.get("Host") or f"{self.server.server_address[0]!s}:{self.server.server_address[1]}"
        web = WebRequest(
            method=self.command,
            path=unquote(path),
            query=read_query(query),
            headers=self.headers,  # type: ignore[arg-type]
            body=self.rfile.read(length) if length else b"",
            home=f"{'https' if secure else 'http'}://{host}",
            secure=secure,
        )
        answer = self.server.site.answer(web)
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _send(self, response: WebResponse) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Tell the time of the shop."""
        return super().date_time_string(self.server.site.shop.clock() if timestamp is None else timestamp)

    def version_string(self) -> str:
        return "nginx"

    def log_message(self, *_: Any) -> None:
        """Keep quiet: request lines would hold signatures."""


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], site: Site, tls: ssl.SSLContext | None) -> None:
        self.site = site
        self.secure = tls is not None
        self._tls = tls
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._tls is not None:
            request.settimeout(10)
            request = self._tls.wrap_socket(request, server_side=True)
        self._open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self._open.discard(request)
            if self._tls is not None:
                request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a broken connection go without a word."""

    def close_all(self) -> None:
        """Break off the connections that are still open."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Server:
    """One listening address with its thread."""

    def __init__(self, site: Site, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._listener = _Listener((host, port), site, tls)
        self._host, self.port = str(self._listener.server_address[0]), self._listener.server_address[1]
        self.url = f"{'https' if tls else 'http'}://{self._host}:{self.port}"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 5.0}, daemon=True, name=f"shop:{self.port}"
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        stopping = threading.Thread(target=self._listener.shutdown)
        stopping.start()
        while stopping.is_alive():
            self._knock()
            stopping.join(timeout=0.05)
        self._listener.close_all()
        self._listener.server_close()
        self._thread.join()

    def _knock(self) -> None:
        """Wake the listener, which looks for its end only when something comes in."""
        with contextlib.suppress(OSError):
            socket.create_connection((self._host, self.port), timeout=1).close()
