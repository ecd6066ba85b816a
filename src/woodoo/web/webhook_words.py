"""What the last look after the webhooks has found, in the words of the connection's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from woodoo.chores.webhooks import FAILING_FIX, NAME, UNHEARD_FIX
from woodoo.engine.models import Chore

#: What was, or would be, done → word and whether it is well; the second word where Woodoo only looks.
_WORDS = {
    "keep": (_("Fine"), _("Fine"), True),
    "create": (_("Set up"), _("Missing"), True),
    "repair": (_("Repaired"), _("To repair"), True),
    "activate": (_("Back on"), _("Given up by the store"), True),
    "remove": (_("Removed"), _("Of no use"), True),
    "leave": (_("Left alone"), _("Left alone"), False),
    "wait": (_("Waits"), _("Waits"), False),
}


#: Topic → what WooCommerce calls it where a webhook is made.
_TOPICS = {
    "order.created": _("Order created"),
    "order.updated": _("Order updated"),
    "order.deleted": _("Order deleted"),
    "order.restored": _("Order restored"),
    "product.created": _("Product created"),
    "product.updated": _("Product updated"),
    "product.deleted": _("Product deleted"),
    "product.restored": _("Product restored"),
    "customer.created": _("Customer created"),
    "customer.updated": _("Customer updated"),
    "customer.deleted": _("Customer deleted"),
}


def topic_word(topic: str) -> str:
    """Return what WooCommerce calls a topic, in the reader's language."""
    return gettext(_TOPICS[topic]) if topic in _TOPICS else topic.replace(".", " ").capitalize()


@dataclass(frozen=True)
class WebhookLine:
    """A webhook, or a topic without one."""

    topic: str
    word: str
    well: bool
    #: Why it is not simply fine; empty where it is.
    why: str


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, and what to do."""

    message: str
    fix: str
    grave: bool


@dataclass(frozen=True)
class WebhookCard:
    """How the webhooks of a connection stand."""

    looked_at: datetime | None
    managed: bool
    lines: list[WebhookLine]
    problems: list[Problem]
    #: Of the last day: deliveries, and changes that only the poll found; None where it is not known yet.
    told: int | None = None
    missed: int | None = None
    #: Since when those were counted, where it is known: for a day, or since all webhooks stand.
    since: datetime | None = None


def webhook_card(connection_id: int) -> WebhookCard:
    """Return what the page shows, from the last look that went well and the failure after it."""
    chore = Chore.objects.filter(connection_id=connection_id, name=NAME).first()
    if chore is None:
        return WebhookCard(None, True, [], [])
    problems = [Problem(chore.message, chore.fix, True)] if chore.message else []
    found = chore.found
    if "webhooks" not in found:
        return WebhookCard(chore.well_at, True, [], problems)
    told = found.get("told") or {}
    return WebhookCard(
        chore.well_at,
        found["managed"],
        [_line(one, found["carried_out"]) for one in found["webhooks"]],
        problems + _problems(found),
        told.get("deliveries"),
        told.get("missed"),
        datetime.fromisoformat(told["since"]) if told.get("since") else None,
    )


def _line(one: Mapping[str, Any], carried_out: bool) -> WebhookLine:
    done, planned, well = _WORDS[one["do"]]
    if one["problem"]:
        return WebhookLine(one["topic"], gettext("Refused by the store"), False, one["problem"])
    well = well and (carried_out or one["do"] == "keep")
    why = "" if one["do"] == "keep" else f"{one['why'][:1].upper()}{one['why'][1:]}."
    return WebhookLine(one["topic"], gettext(done if carried_out else planned), well, why)


def _problems(found: Mapping[str, Any]) -> list[Problem]:
    address, told = found["address"], found.get("told") or {}
    problems = []
    if address["reach"] != "proven":
        problems.append(Problem(address["message"], address["fix"], address["reach"] == "wrong"))
    if told and not found.get("heard", True):
        problems.append(
            Problem(gettext("Nothing has come from the store yet, not even the ping of a webhook."), UNHEARD_FIX, True)
        )
    elif told.get("failing"):
        problems.append(
            Problem(gettext("The store has news, but its webhooks have ceased to come."), FAILING_FIX, True)
        )
    return problems
