"""Puts our webhooks into the shop, and wakes those the shop has switched off.

Decides which webhook is ours: the one with our delivery address and the topic. WooCommerce never shows a webhook's
secret and switches a webhook off after six failures (`WC_Webhook::failed_delivery`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .client import WooClient

#: What the order flow listens to. A refund has no topic of its own: it comes as order.updated.
ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


class Did(StrEnum):
    """What was done about a webhook."""

    KEPT = "kept"
    CREATED = "created"
    ACTIVATED = "activated"
    #: A person paused it; it stays so.
    PAUSED = "paused"


@dataclass(frozen=True)
class Registered:
    """A webhook of ours in the shop."""

    topic: str
    webhook_id: str
    did: Did


def ensure_webhooks(
    client: WooClient,
    delivery_url: str,
    secret: str,
    topics: Iterable[str] = ORDER_TOPICS,
    *,
    renew_secret: bool = False,
) -> list[Registered]:
    """Make sure that the shop sends each topic to `delivery_url`, signed with `secret`.

    May be repeated: what is there is found by address and topic. The shop pings the address of a new webhook.

    Args:
        renew_secret: also give the secret to webhooks that are there, after a change of it.

    Raises:
        ConfigError: where the key may not manage webhooks.
        Refused: where the shop does not know a topic or does not accept the address.
    """
    ours: dict[str, dict[str, Any]] = {}
    for row in client.iterate("webhooks", {"orderby": "id", "order": "asc"}):
        if row.get("delivery_url") == delivery_url:
            ours.setdefault(str(row.get("topic")), row)
    return [
        _refresh(client, topic, ours[topic], secret, renew_secret)
        if topic in ours
        else _create(client, topic, delivery_url, secret)
        for topic in dict.fromkeys(topics)
    ]


def _create(client: WooClient, topic: str, delivery_url: str, secret: str) -> Registered:
    body = {
        "name": f"Woodoo {topic}",
        "topic": topic,
        "delivery_url": delivery_url,
        "secret": secret,
        "status": "active",
    }
    return Registered(topic, str(client.post("webhooks", body)["id"]), Did.CREATED)


def _refresh(client: WooClient, topic: str, row: dict[str, Any], secret: str, renew_secret: bool) -> Registered:
    webhook_id, status = str(row["id"]), row.get("status")
    changes: dict[str, str] = {}
    if status == "disabled":
        changes["status"] = "active"
    if renew_secret or status == "disabled":
        changes["secret"] = secret
    if changes:
        client.put(f"webhooks/{webhook_id}", changes)
    did = {"disabled": Did.ACTIVATED, "paused": Did.PAUSED}.get(str(status), Did.KEPT)
    return Registered(topic, webhook_id, did)
