"""Many records in one call: create, update and delete, at most a hundred, each with its own outcome.

Source: WooCommerce's includes/rest-api/Controllers/Version3/class-wc-rest-controller.php, `batch_items`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rest import NAMESPACE, Api, Handler, Request, Response, RestError

LIMIT = 100
_ROUTE_OF = {"create": ("collection", "POST"), "update": ("item", "PUT"), "delete": ("item", "DELETE")}


def batch_handler(api: Api, collection: str, item: str, id_name: str, noun: str) -> Handler:
    """Return the function that answers a resource's `/batch` route.

    `collection` and `item` are the resource's route patterns, `id_name` the item's name in its path.
    """
    routes = {"collection": api.routes[NAMESPACE + collection], "item": api.routes[NAMESPACE + item]}

    def handle(request: Request) -> Response:
        sent = {name: request.params.get(name) for name in _ROUTE_OF}
        jobs = {name: items if isinstance(items, list) else [] for name, items in sent.items()}
        if sum(len(items) for items in jobs.values()) > LIMIT:
            raise RestError(
                413,
                "woocommerce_rest_request_entity_too_large",
                f"Unable to accept more than {LIMIT} items for this request.",
            )
        answer: dict[str, Any] = {}
        for name, (kind, method) in _ROUTE_OF.items():
            wanted = [item for item in jobs[name] if name != "delete" or item]
            done = [one(request, name, method, kind, item) for item in wanted]
            if done:
                answer[name] = done
        return Response(answer or [])

    def one(request: Request, name: str, method: str, kind: str, sent: Any) -> Any:
        if name == "delete":
            sent = {"id": sent, "force": True}
        record = sent.get("id") if isinstance(sent, dict) else None
        if kind == "item" and not str(record or "").isdigit():
            status = 400 if noun == "product" else 404
            return _failed(record, RestError(status, f"woocommerce_rest_{noun}_invalid_id", "Invalid ID."))
        path_args = {**request.path_args, **({id_name: str(record)} if kind == "item" else {})}
        inner = Request(request.shop, method, request.path, request.home, path_args, [], {}, batch=True)
        inner.params = {**_defaults(routes[kind].args[method]), **sent}
        inner.sent = set(sent)
        if kind == "item":
            inner.params.pop("id", None)
        try:
            return routes[kind].handlers[method](inner).body
        except RestError as error:
            if name == "delete" and request.path_args:
                record = {"id": record, **{k: int(v) for k, v in request.path_args.items()}, "force": True}
            return _failed(record or 0, error)

    return handle


def _defaults(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: spec["default"] for name, spec in args.items() if "default" in spec}


def _failed(record: Any, error: RestError) -> dict[str, Any]:
    return {"id": record, "error": {"code": error.code, "message": error.message, "data": error.data}}
