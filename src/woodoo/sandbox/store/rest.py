"""How the shop's REST API answers: routes, requests, responses and errors in WordPress' form.

A resource is a set of functions taking a `Request` and returning a `Response`, entered in an `Api` under the route's
own pattern; whatever they refuse is a `RestError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from .schema import Args, validate
from .state import Shop, load_data

NAMESPACE = "/wc/v3"
JSON_TYPE = "application/json; charset=UTF-8"
READ = "GET"


class RestError(Exception):
    """An answer that is an error: `code` and `message` as WooCommerce words them."""

    def __init__(
        self, status: int, code: str | int, message: str, *, data: Any = None, allow: bool = True, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.data = {"status": status, **more} if data is None else data
        #: Whether the answer names the methods of the route.
        self.allow = allow

    def body(self) -> dict[str, Any]:
        """Return the error as it is sent."""
        return {"code": self.code, "message": self.message, "data": self.data or None}


def no_route() -> RestError:
    return RestError(404, "rest_no_route", "No route was found matching the URL and request method.", allow=False)


def broken_off() -> RestError:
    """Return what WordPress answers when PHP breaks off."""
    message = (
        "<p>There has been a critical error on this website.</p>"
        '<p><a href="https://wordpress.org/documentation/article/faq-troubleshooting/">'
        "Learn more about troubleshooting WordPress.</a></p>"
    )
    return RestError(500, "internal_server_error", message, allow=False)


@dataclass
class Request:
    """A call as the route's function sees it: parameters checked, with defaults filled in."""

    shop: Shop
    method: str
    #: The route's own path, such as /wc/v3/orders/76.
    path: str
    #: Where the site answers: http://127.0.0.1:8069
    home: str
    path_args: dict[str, str]
    query: list[tuple[str, str]]
    params: dict[str, Any]
    #: Names of the parameters that were really sent.
    sent: set[str] = field(default_factory=set)
    batch: bool = False

    def has(self, name: str) -> bool:
        """Say whether the caller sent this parameter."""
        return name in self.sent

    def number(self, name: str) -> int:
        """Return a number of the path."""
        return int(self.path_args[name])

    def link(self, path: str) -> str:
        """Return the address of a path of the API."""
        return f"{self.home}/wp-json{NAMESPACE}/{path}"


@dataclass
class Response:
    """What is sent back."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]
#: What an anonymous caller reads.
REFUSALS = {
    "view": ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    "read": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
    "create": ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
    "edit": ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "delete": ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource."),
    "batch": ("woocommerce_rest_cannot_batch", "Sorry, you are not allowed to batch manipulate this resource."),
}


@dataclass
class Route:
    """A path pattern, its methods and the parameters each takes."""

    pattern: re.Pattern[str]
    methods: list[str]
    args: dict[str, Args]
    handlers: dict[str, Handler] = field(default_factory=dict)
    #: The setting that switches it on; empty: it is always there.
    feature: str = ""


class Api:
    """All routes of the shop's REST API."""

    def __init__(self) -> None:
        data = load_data("routes")
        self.routes: dict[str, Route] = {}
        self._by_head: dict[str, list[Route]] = {}
        for pattern, endpoints in data["routes"].items():
            args = {m: data["args"][e["args"]] for e in endpoints for m in e["methods"]}
            route = Route(re.compile(pattern), list(args), args)
            self.routes[pattern] = route
            self._by_head.setdefault(_head(pattern), []).append(route)

    def add_route(self, pattern: str, methods: str, feature: str, args_of: Mapping[str, Args] | None = None) -> None:
        """Enter a route of a feature that WooCommerce ships switched off, with the parameters its methods take."""
        args: dict[str, Args] = {method: (args_of or {}).get(method, {}) for method in methods.split()}
        route = Route(re.compile(NAMESPACE + pattern), list(args), args, feature=feature)
        self.routes[NAMESPACE + pattern] = route
        self._by_head.setdefault(_head(NAMESPACE + pattern), []).append(route)

    def add(self, pattern: str, methods: str, handler: Handler) -> None:
        """Enter the function that answers those methods ("POST PUT PATCH") of a route."""
        route = self.routes[NAMESPACE + pattern]
        for method in methods.split():
            route.handlers[method] = handler

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Find the route of a path.

        Raises:
            RestError: 404 where there is none for this path and method.
        """
        for route in self._by_head.get(_head(path), ()):
            found = route.pattern.fullmatch(path)
            if found and method in route.handlers:
                return route, found.groupdict()
        raise no_route()

    def call(self, request: Request, route: Route, body: Mapping[str, Any] | None) -> Response:
        """Check parameters, fill in defaults and let the route answer."""
        given: dict[str, Any] = query_params(request.query)
        given.update(body or {})
        request.path_args = {name: _path_arg(given, name, value) for name, value in request.path_args.items()}
        given.update(request.path_args)
        request.sent = set(given)
        request.params = validate(route.args[request.method], given)
        return route.handlers[request.method](request)


def _path_arg(given: Mapping[str, Any], name: str, value: str) -> str:
    """Return an argument of the path; a number of that name in the body wins over it."""
    sent = given.get(name)
    return str(sent) if value.isdigit() and str(sent).isdigit() else value


def _head(path: str) -> str:
    return path.split("/")[3] if path.count("/") > 2 else ""


def query_params(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Read a query string as PHP does: `include[]=1&include[]=2` and `include[0]=1` are lists."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        name, bracket, _ = key.partition("[")
        if bracket:
            held = found.setdefault(name, [])
            if isinstance(held, list):
                held.append(value)
        else:
            found[key] = value
    return found


def encode(body: Any) -> bytes:
    """Write JSON byte for byte as PHP does: ASCII only, slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def only_fields(body: Any, fields: list[str]) -> Any:
    """Cut an answer to the fields asked for with `_fields`; a dot reaches into an object."""
    if isinstance(body, list):
        return [only_fields(item, fields) for item in body]
    if not isinstance(body, dict):
        return body
    return _cut(body, [name.split(".") for name in fields])


def _cut(item: dict[str, Any], wanted: list[list[str]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in item.items():
        deeper = [path[1:] for path in wanted if path[0] == key]
        if not deeper:
            continue
        if all(deeper) and isinstance(value, dict):
            kept[key] = _cut(value, deeper)
        else:
            kept[key] = value
    return kept


def links(request: Request, base: str, record: int | str, methods: str, **more: str) -> dict[str, Any]:
    """Return the `_links` of a record: itself, its collection and whatever else."""
    allow = {"targetHints": {"allow": methods.split()}}
    found: dict[str, Any] = {
        "self": [{"href": request.link(f"{base}/{record}"), **allow}],
        "collection": [{"href": request.link(base)}],
    }
    found.update({name: [{"href": request.link(path)}] for name, path in more.items()})
    return found


def page_link(request: Request, page: int, extra: list[tuple[str, str]]) -> str:
    """Return the address of another page of the list asked for."""
    pairs = [(key, str(page) if key == "page" else value) for key, value in [*request.query, *extra]]
    if not any(key == "page" for key, _ in pairs):
        pairs.append(("page", str(page)))
    return f"{request.home}/wp-json{request.path}?{urlencode(pairs)}"
