"""Webhooks in the API. Their secret is taken and never given out."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

from ..listing import by_ids, by_time, ordered, page
from ..rest import Api, Request, Response, RestError, links
from ..state import Record, Shop
from .batch import batch_handler

ONE = r"/webhooks/(?P<id>[\d]+)"
HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
}
_ACTION = re.compile(r"action\.(woocommerce_|wc_)\w+")
SORTERS = {
    "date": lambda row: row["date_created"],
    "id": lambda row: row["id"],
    "title": lambda row: row["name"].lower(),
}


def register(api: Api, ping: Callable[[int], None]) -> None:
    """Enter the webhook routes. `ping` greets a webhook whose address is new."""

    def create(request: Request) -> Response:
        shop, params = request.shop, request.params
        if not is_topic(params.get("topic")):
            raise RestError(
                400, "woocommerce_rest_shop_webhook_invalid_topic", "Webhook topic is required and must be valid."
            )
        _check_url(params.get("delivery_url"))
        row: Record = {
            "id": shop.next_id("webhook"),
            "name": params.get("name") or _default_name(shop),
            "status": "active",  # whatever is asked for
            "topic": params["topic"],
            "delivery_url": params["delivery_url"],
            "secret": params.get("secret") or secrets.token_urlsafe(36),
            "date_created": shop.now(),
            "date_modified": None,
            "failure_count": 0,
            "pending_ping": True,
        }
        shop.tables["webhooks"][row["id"]] = row
        shop.touch()
        ping(row["id"])
        return Response(webhook_view(request, row), 201, {"Location": request.link(f"webhooks/{row['id']}")})

    def update(request: Request) -> Response:
        shop, params = request.shop, request.params
        row = _one(request, status=400)
        if request.has("topic") and not is_topic(params["topic"]):
            raise RestError(400, "woocommerce_rest_shop_webhook_invalid_topic", "Webhook topic must be valid.")
        if request.has("delivery_url"):
            _check_url(params["delivery_url"])
        moved = request.has("delivery_url") and params["delivery_url"] != row["delivery_url"]
        for name in ("name", "status", "topic", "delivery_url", "secret"):
            if request.has(name) and params[name] is not None:
                row[name] = params[name]
        row["date_modified"] = shop.now()
        shop.touch()
        if moved or row["pending_ping"]:
            ping(row["id"])
        return Response(webhook_view(request, row))

    api.add("/webhooks", "GET", list_webhooks)
    api.add("/webhooks", "POST", create)
    api.add(ONE, "GET", lambda request: Response(webhook_view(request, _one(request))))
    api.add(ONE, "POST PUT PATCH", update)
    api.add(ONE, "DELETE", delete_webhook)
    api.add("/webhooks/batch", "POST PUT PATCH", batch_handler(api, "/webhooks", ONE, "id", "shop_webhook"))


def is_topic(topic: str | None) -> bool:
    """Say whether a webhook can have this topic."""
    return bool(topic) and (topic in HOOKS or _ACTION.fullmatch(str(topic)) is not None)


def _check_url(url: str | None) -> None:
    if not str(url or "").startswith(("http://", "https://")):
        raise RestError(
            400,
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
            "Webhook delivery URL must be a valid URL starting with http:// or https://.",
        )


def _default_name(shop: Shop) -> str:
    moment = time.gmtime(shop.clock())
    return time.strftime("Webhook created on %b %d, %Y @ %I:%M %p", moment)


def webhook_view(request: Request, row: Record) -> Record:
    """Return a webhook as the API shows one."""
    resource, _, event = row["topic"].partition(".")
    return {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "topic": row["topic"],
        "resource": resource,
        "event": event,
        "hooks": HOOKS.get(row["topic"], [event]),
        "delivery_url": row["delivery_url"],
        **request.shop.stamps("date_created", row["date_created"]),
        **request.shop.stamps("date_modified", row["date_modified"]),
        "_links": links(request, "webhooks", row["id"], "GET POST PUT PATCH DELETE"),
    }


def _one(request: Request, *, status: int = 404, message: str = "ID is invalid.") -> Record:
    row = request.shop.tables["webhooks"].get(request.number("id"))
    if row is None:
        raise RestError(status, "woocommerce_rest_shop_webhook_invalid_id", message)
    return row


def list_webhooks(request: Request) -> Response:
    rows = by_time(request, by_ids(request, request.shop.tables["webhooks"].values()))
    wanted = request.params.get("status") or "all"
    rows = [row for row in rows if wanted in ("all", row["status"])]
    return page(request, ordered(request, rows, SORTERS), lambda row: webhook_view(request, row))


def delete_webhook(request: Request) -> Response:
    row = _one(request, message="Invalid ID.")
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    del request.shop.tables["webhooks"][row["id"]]
    request.shop.touch()
    return Response(webhook_view(request, row))
