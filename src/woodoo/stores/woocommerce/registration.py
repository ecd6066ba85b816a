"""Reads our webhooks out of the shop, carries out what is planned about them, and has the shop ping an address.

Decides which webhooks are ours: those whose address has our token. What becomes of them is decided in webhook_plan.py.
WooCommerce never shows a webhook's secret, and switches a webhook off at the seventh failure in a row
(`includes/class-wc-webhook.php` `failed_delivery`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ...domain.errors import DataError
from .client import WooClient
from .webhook_plan import PROBE, Do, Step, Wanted, Webhook, plan_webhooks


@dataclass(frozen=True)
class Done:
    """What became of a step."""

    step: Step
    #: Why the shop refused it; empty where it did not.
    problem: str = ""


def read_webhooks(client: WooClient, is_ours: Callable[[str], bool]) -> list[Webhook]:
    """Read the webhooks whose address is ours, oldest first.

    Raises:
        ConfigError: where the key may not see webhooks.
    """
    rows = client.iterate("webhooks", {"orderby": "id", "order": "asc"})
    every = (
        Webhook(
            str(row["id"]),
            str(row.get("topic")),
            str(row.get("status")),
            str(row.get("delivery_url")),
            str(row.get("name")),
        )
        for row in rows
    )
    return [webhook for webhook in every if is_ours(webhook.address)]


def carry_out(client: WooClient, steps: Iterable[Step], secret: str) -> list[Done]:
    """Do what is planned, one request a step; what the shop refuses holds up no other.

    May be repeated after a fault: what was done is found by its address. The shop pings the address of a new webhook.

    Raises:
        ConfigError: where the key may not manage webhooks.
        RemoteError: where the shop does not answer.
    """
    done = []
    for step in steps:
        try:
            done.append(Done(_do(client, step, secret)))
        except DataError as exc:
            done.append(Done(step, str(exc)))
    return done


def _do(client: WooClient, step: Step, secret: str) -> Step:
    """Carry a step out, and return it with the webhook's id and status."""
    body = {**step.changes, **({"secret": secret} if step.secret else {})}
    if step.do is Do.CREATE:
        return replace(step, webhook_id=str(client.post("webhooks", body)["id"]), status="active")
    if step.do in (Do.REPAIR, Do.ACTIVATE):
        client.put(f"webhooks/{step.webhook_id}", body)
        return replace(step, status="active")
    if step.do is Do.REMOVE:
        client.delete(f"webhooks/{step.webhook_id}", {"force": True})
    return step


def ensure_webhooks(client: WooClient, wanted: Wanted, secret: str, is_ours: Callable[[str], bool]) -> list[Done]:
    """Read, plan and carry out."""
    return carry_out(client, plan_webhooks(read_webhooks(client, is_ours), wanted), secret)


def have_pinged(client: WooClient, address: str) -> str:
    """Have the shop ping an address, and return the id its ping names.

    The shop pings the address of a new webhook before it answers (`class-wc-rest-webhooks-v1-controller.php`
    `create_item`; observed); this one has a topic that never happens and is deleted at once. A ping goes the way
    deliveries go. Whether it arrived the shop does not say.

    Raises:
        ConfigError: where the key may not manage webhooks.
    """
    body = {"name": "Woodoo test", "topic": PROBE, "delivery_url": address, "status": "active"}
    webhook_id = str(client.post("webhooks", body)["id"])
    client.delete(f"webhooks/{webhook_id}", {"force": True})
    return webhook_id


def needs_address(steps: Sequence[Step]) -> bool:
    """Say whether something of a plan hangs on the address being right."""
    return any(step.do in (Do.WAIT, Do.CREATE, Do.ACTIVATE) or "delivery_url" in step.changes for step in steps)
