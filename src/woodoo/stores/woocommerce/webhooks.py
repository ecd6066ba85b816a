"""Receives the shop's webhooks: who sent it, and which record it is about.

Decides that a delivery is only a doorbell: the payload is never used as the record, which is read afresh. The form of
deliveries is that of `includes/class-wc-webhook.php`; what stores really send is in docs/facts.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...domain.errors import DataError
from .address import same_store

__all__ = ["Ping", "StoreEvent", "parse", "same_store", "sign", "verify"]

_PING = re.compile(rb"\s*webhook_id=(\d{1,19})\s*")


@dataclass(frozen=True)
class Ping:
    """The shop tries the address of a new webhook; it is not signed and wants the answer 200."""

    webhook_id: str


@dataclass(frozen=True)
class StoreEvent:
    """Something happened to a record of the shop."""

    #: Such as "order.updated" or "action.woocommerce_order_refunded".
    topic: str
    #: "order", "product", "customer", "coupon", or "action".
    resource: str
    event: str
    #: The record's id; of an action its argument. Empty where the shop could not build the payload (`problem`).
    external_id: str
    webhook_id: str
    #: The shop's own address, as it sees itself. Not covered by the signature.
    source: str
    #: The record's status where the payload shows one, such as "checkout-draft"; may be out of date.
    status: str = ""
    #: Why the payload holds no record: it was gone at delivery time, or the webhook's user lost the right to see it.
    problem: str = ""


def sign(raw_body: bytes, secret: str) -> str:
    """Return the signature of a body: base64 of HMAC-SHA256 over the bytes as sent."""
    return base64.b64encode(hmac.new(secret.encode(), raw_body, hashlib.sha256).digest()).decode()


def verify(raw_body: bytes, signature: str, secret: str) -> bool:
    """Say whether a delivery was signed with our secret, in constant time. An empty secret signs nothing."""
    if not secret:
        return False
    return hmac.compare_digest(sign(raw_body, secret).encode(), signature.strip().encode())


def parse(headers: Mapping[str, str], raw_body: bytes) -> Ping | StoreEvent:
    """Read a delivery; `verify` first, except for pings, which no shop signs.

    Raises:
        DataError: where it is no delivery of WooCommerce, or its body is not readable.
    """
    given = {name.lower(): value for name, value in headers.items()}
    topic = given.get("x-wc-webhook-topic", "").strip()
    if not topic:
        ping = _PING.fullmatch(raw_body)
        if ping:
            return Ping(ping.group(1).decode())
        raise _unreadable("it has no X-WC-Webhook-Topic header", "Only WooCommerce may send to this address.")
    payload = _json_object(raw_body, topic)
    resource, _, event = topic.partition(".")
    problem = _problem(payload)
    return StoreEvent(
        topic=topic,
        resource=resource,
        event=event,
        external_id="" if problem else _record_id(payload, resource, topic),
        webhook_id=given.get("x-wc-webhook-id", "").strip(),
        source=given.get("x-wc-webhook-source", "").strip(),
        status=_status(payload),
        problem=problem,
    )


def _json_object(raw_body: bytes, topic: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(raw_body)
    except (ValueError, RecursionError):
        raise _unreadable(f"the body of {topic} is not JSON") from None
    if not isinstance(payload, dict):
        raise _unreadable(f"the body of {topic} is not a JSON object")
    return payload


def _problem(payload: Mapping[str, Any]) -> str:
    """Return the message of an error that stands in the record's place; empty for a record."""
    code, message = payload.get("code"), payload.get("message")
    if "id" in payload or not isinstance(code, str) or not isinstance(message, str):
        return ""
    return f"{message} ({code})"


def _record_id(payload: Mapping[str, Any], resource: str, topic: str) -> str:
    name = "arg" if resource == "action" else "id"
    value = payload.get(name)
    if resource == "product" and payload.get("type") == "variation" and payload.get("parent_id"):
        # A variation is brought over with its product: one record, however many of them change at once.
        value = payload["parent_id"]
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if re.fullmatch(r"[1-9]\d{0,18}", text, re.ASCII) or (resource == "action" and text):
        return text
    raise _unreadable(f"the body of {topic} names no record: {name} is {value!r:.60}")


def _status(payload: Mapping[str, Any]) -> str:
    status = payload.get("status")
    return status if isinstance(status, str) else ""


def _unreadable(reason: str, fix: str = "") -> DataError:
    return DataError(
        f"A webhook cannot be read: {reason}.",
        where="webhook",
        fix=fix or "Look for a plugin of the store that changes webhook payloads (WooCommerce > Status > Logs).",
    )
