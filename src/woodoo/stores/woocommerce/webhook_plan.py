"""What has to be done so that the shop's webhooks are those that are needed. Pure.

Decides it by the table `RULES`, read from top to bottom: the first row that fits a webhook says what becomes of it.
What a person has paused is never touched; nothing is sent to an address, or switched on again, that has not proved to
lead here; and an address at which another Woodoo answers with our secret is not taken from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Topic of the webhook that only makes the shop ping an address. No plugin has an action of this name.
PROBE = "action.woocommerce_woodoo_probe"


class Do(StrEnum):
    """What is done about a webhook."""

    KEEP = "keep"
    CREATE = "create"
    #: Given the right address and secret.
    REPAIR = "repair"
    #: Switched on again.
    ACTIVATE = "activate"
    REMOVE = "remove"
    #: A person's business.
    LEAVE = "leave"
    #: Something has to be done that would do harm now.
    WAIT = "wait"


class Role(StrEnum):
    """What a webhook of ours is to us."""

    NEEDED = "needed"
    #: Not there.
    MISSING = "missing"
    #: Another one does the same.
    DOUBLE = "double"
    #: Its topic is not followed.
    USELESS = "useless"


class Place(StrEnum):
    """Where it sends to."""

    RIGHT = "right"
    #: An address of ours that is not, or no longer, the one stores should use.
    OLD = "old"
    #: Such an address, at which another Woodoo takes what we sign.
    ANOTHER = "another"


class Reach(StrEnum):
    """What is known of the address stores should use."""

    PROVEN = "proven"
    #: It cannot be tried from here.
    OPEN = "open"
    WRONG = "wrong"


@dataclass(frozen=True)
class Webhook:
    """A webhook of ours as the shop shows it."""

    webhook_id: str
    topic: str
    #: active, paused or disabled.
    status: str
    address: str
    name: str = ""


@dataclass(frozen=True)
class Wanted:
    """What there should be."""

    #: One webhook for each.
    topics: Sequence[str]
    address: str
    #: Further topics that are of use where somebody set them up.
    welcome: Collection[str] = ()
    #: Ids of webhooks that have been given the present secret. No shop shows one.
    with_secret: Collection[str] = ()
    #: Other addresses at which another Woodoo answers.
    taken: Collection[str] = ()
    reach: Reach = Reach.PROVEN


@dataclass(frozen=True)
class Step:
    """What is done about one webhook, and why."""

    do: Do
    topic: str
    why: str
    #: Empty: there is none yet.
    webhook_id: str = ""
    status: str = ""
    #: What is written, the secret apart.
    changes: Mapping[str, Any] = field(default_factory=dict)
    #: Whether it is given the present secret.
    secret: bool = False


@dataclass(frozen=True)
class Rule:
    """A row of the table; None fits anything."""

    role: Role
    status: str | None
    place: Place | None
    reach: Reach | None
    secret: bool | None
    do: Do
    why: str


_PAUSED = "a person paused it in the store, so it stays paused"
_UNTRIED = "the store gave it up after failures in a row; it is switched on again once the address passes its test"
_ANOTHER = (
    "it sends to another Woodoo, which has this connection's secret too: one of the two is a copy. Give the copy a "
    "connection of its own, or switch it off there"
)
RULES: tuple[Rule, ...] = (
    #    role          status      place          reach         secret do
    Rule(Role.MISSING, None, None, Reach.PROVEN, None, Do.CREATE, "there was none for this topic"),
    Rule(Role.MISSING, None, None, Reach.OPEN, None, Do.CREATE, "there was none for this topic"),
    Rule(Role.MISSING, None, None, None, None, Do.WAIT, "there is none; it is made once the address passes its test"),
    Rule(Role.NEEDED, "paused", None, None, None, Do.LEAVE, _PAUSED),
    Rule(Role.NEEDED, None, Place.ANOTHER, None, None, Do.LEAVE, _ANOTHER),
    Rule(Role.NEEDED, "disabled", None, Reach.PROVEN, None, Do.ACTIVATE, "the store had given it up after failures"),
    Rule(Role.NEEDED, "disabled", None, None, None, Do.WAIT, _UNTRIED),
    Rule(Role.NEEDED, "active", Place.OLD, Reach.PROVEN, None, Do.REPAIR, "it was sending to an old address"),
    Rule(Role.NEEDED, "active", Place.OLD, None, None, Do.WAIT, "it sends to another address than WOODOO_URL says; "
         "that is changed once the new one passes its test"),
    Rule(Role.NEEDED, "active", Place.RIGHT, None, False, Do.REPAIR, "it may have had another secret"),
    Rule(Role.NEEDED, "active", Place.RIGHT, None, True, Do.KEEP, "it is as it should be"),
    Rule(Role.NEEDED, None, None, None, None, Do.LEAVE, "the store gives it a status Woodoo does not know"),
    Rule(Role.DOUBLE, "paused", None, None, None, Do.LEAVE, _PAUSED),
    Rule(Role.DOUBLE, None, Place.ANOTHER, None, None, Do.LEAVE, _ANOTHER),
    Rule(Role.DOUBLE, None, None, Reach.PROVEN, None, Do.REMOVE, "another webhook does the same"),
    Rule(Role.DOUBLE, None, None, None, None, Do.WAIT, "another webhook does the same; it is removed once the address "
         "passes its test"),
    Rule(Role.USELESS, "paused", None, None, None, Do.LEAVE, _PAUSED),
    Rule(Role.USELESS, None, Place.ANOTHER, None, None, Do.LEAVE, _ANOTHER),
    Rule(Role.USELESS, None, None, None, None, Do.REMOVE, "nothing follows this topic"),
)  # fmt: skip


def plan_webhooks(found: Iterable[Webhook], wanted: Wanted) -> list[Step]:
    """Say what becomes of each webhook of ours and of each topic without one; removals come last."""
    steps: list[Step] = []
    by_topic: dict[str, list[Webhook]] = {topic: [] for topic in wanted.topics}
    for webhook in found:
        by_topic.setdefault(webhook.topic, []).append(webhook)
    for topic, webhooks in by_topic.items():
        steps += _plan_topic(topic, webhooks, wanted)
    return sorted(steps, key=lambda step: step.do is Do.REMOVE)


def plan_removal(found: Iterable[Webhook]) -> list[Step]:
    """Say that all webhooks of ours go, paused ones too, for the connection is given up."""
    return [Step(Do.REMOVE, one.topic, "Woodoo is to take no news", one.webhook_id, one.status) for one in found]


def _plan_topic(topic: str, webhooks: Sequence[Webhook], wanted: Wanted) -> Iterator[Step]:
    if not webhooks:
        yield _step(topic, None, Role.MISSING, wanted)
    elif topic not in (*wanted.topics, *wanted.welcome):
        yield from (_step(topic, one, Role.USELESS, wanted) for one in webhooks)
    else:
        best, *others = sorted(webhooks, key=lambda one: _rank(one, wanted))
        yield _step(topic, best, Role.NEEDED, wanted)
        yield from (_step(topic, one, Role.DOUBLE, wanted) for one in others)


def _rank(webhook: Webhook, wanted: Wanted) -> tuple[int, bool, int]:
    """Order webhooks of one topic: first the one to keep."""
    states = ("active", "paused", "disabled")
    state = states.index(webhook.status) if webhook.status in states else len(states)
    return (state, _place(webhook, wanted) is not Place.RIGHT, int(webhook.webhook_id))


def _place(webhook: Webhook, wanted: Wanted) -> Place:
    if webhook.address == wanted.address:
        return Place.RIGHT
    return Place.ANOTHER if webhook.address in wanted.taken else Place.OLD


def _step(topic: str, webhook: Webhook | None, role: Role, wanted: Wanted) -> Step:
    place = _place(webhook, wanted) if webhook else None
    secret = webhook.webhook_id in wanted.with_secret if webhook else None
    rule = next(one for one in RULES if _fits(one, role, webhook, place, wanted.reach, secret))
    if webhook is None:
        changes = {"name": f"Woodoo {topic}", "topic": topic, "delivery_url": wanted.address, "status": "active"}
        return Step(rule.do, topic, rule.why, changes=changes if rule.do is Do.CREATE else {}, secret=True)
    changes = {}
    if rule.do in (Do.REPAIR, Do.ACTIVATE) and place is not Place.RIGHT:
        changes["delivery_url"] = wanted.address
    if rule.do is Do.ACTIVATE:
        changes["status"] = "active"
    return Step(rule.do, topic, rule.why, webhook.webhook_id, webhook.status, changes, rule.do in _WITH_SECRET)


_WITH_SECRET = (Do.REPAIR, Do.ACTIVATE)


def _fits(
    rule: Rule, role: Role, webhook: Webhook | None, place: Place | None, reach: Reach, secret: bool | None
) -> bool:
    status = webhook.status if webhook else None
    return rule.role is role and all(
        wanted is None or wanted == given
        for wanted, given in ((rule.status, status), (rule.place, place), (rule.reach, reach), (rule.secret, secret))
    )
