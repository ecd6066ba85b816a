"""Looks after the webhooks of a store: that those are there that are needed, send where they should, and are on.

Decides when the plan of `stores/woocommerce/webhook_plan.py` is carried out: with `manage_webhooks` off it is only
shown. Remembers which webhooks were given the present secret, for no store shows one; a wrong signature makes all of
them count as unknown, at most once an hour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from ..connections.hook import generation, hook_address, leads_to
from ..connections.models import Connection
from ..domain.calls import NullRecorder
from ..domain.errors import ConfigError
from ..engine import door
from ..engine.cursors import get_cursor, set_cursor
from ..engine.models import Event
from ..engine.told import Told, look_back
from ..flows.topics import ACTIONS, followed_topics
from ..live import Live
from ..stores.woocommerce.client import WooClient
from ..stores.woocommerce.registration import Done, carry_out, needs_address, read_webhooks
from ..stores.woocommerce.store import WooCommerceStore
from ..stores.woocommerce.webhook_plan import Do, Reach, Step, Wanted, Webhook, plan_removal, plan_webhooks
from .hook_test import AddressTest, another_answers, ask_store, try_address

NAME = "webhooks"
#: Seconds between two looks; the poll brings meanwhile what a webhook does not tell.
EVERY = 900.0
#: After a conclusion from a wrong signature, how long others are not concluded from.
_DOUBT = timedelta(hours=1)

#: What to do where webhooks are on and the address is right, and none comes.
FAILING_FIX = (
    "Look in the store under WooCommerce → Status → Scheduled actions whether woocommerce_deliver_webhook_async is "
    "waiting or failing there, and under Status → Logs (webhooks-delivery) for what deliveries were answered."
)
#: Likewise where nothing ever came, not even a ping.
UNHEARD_FIX = (
    "Look whether the store's server can reach Woodoo's address. WordPress itself sends to ports 80, 443 and 8080 of "
    "public addresses only."
)


#: What is done about a webhook that may have missed deliveries before.
_MENDS = frozenset({Do.CREATE, Do.REPAIR, Do.ACTIVATE})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class _Memory:
    """What was done about the webhooks of a connection before."""

    #: Webhook → generation of the secret it was given (`connections.hook.generation`).
    given: Mapping[str, str]
    #: Since when there is a webhook for all that is needed, which is on or paused by a person; None while there is not.
    complete_since: datetime | None
    #: The wrong signature that was last drawn conclusions from.
    signature_at: str = ""
    #: When one was last made, repaired or switched on: what it should have told before may be lost.
    mended_at: datetime | None = None

    @classmethod
    def read(cls, connection_id: int) -> _Memory:
        raw = json.loads(get_cursor(connection_id, NAME) or "{}")
        return cls(
            given=raw.get("given", {}),
            complete_since=_moment(raw.get("complete_since")),
            signature_at=raw.get("signature_at", ""),
            mended_at=_moment(raw.get("mended_at")),
        )

    def write(self, connection_id: int) -> None:
        raw = {
            "given": dict(self.given),
            "complete_since": self.complete_since.isoformat() if self.complete_since else "",
            "signature_at": self.signature_at,
            "mended_at": self.mended_at.isoformat() if self.mended_at else "",
        }
        set_cursor(connection_id, NAME, json.dumps(raw))


def look_after_webhooks(live: Live) -> Mapping[str, Any]:
    """Bring the store's webhooks to where they should be, as far as that is allowed, and return how they stand."""
    return look(live, do=live.settings.manage_webhooks)


def look(live: Live, *, do: bool, secret_to_all: bool = False) -> dict[str, Any]:
    """Read, try the address, plan, and where `do` says so carry out; return how the webhooks stand, as JSON.

    Args:
        secret_to_all: give the secret to all of them again.

    Raises:
        ConfigError: where the store's key may not manage webhooks.
    """
    connection, client = live.connection, client_of(live)
    memory = _doubted(_Memory.read(connection.pk), connection.pk)
    if secret_to_all:
        memory = replace(memory, given={})
    found = read_webhooks(client, partial(leads_to, token=connection.hook_token))
    test = try_address(connection)
    plan = partial(_plan, connection, found, memory)
    steps = plan(test.reach)
    if do and test.reach is Reach.OPEN and needs_address(steps):
        test = ask_store(connection, client, test)
        steps = plan(test.reach)
    done = carry_out(client, steps, connection.webhook_secret) if do else [Done(step) for step in steps]
    told = _remember(connection, memory, done, carried_out=do)
    return _as_json(connection, test, done, told, managed=live.settings.manage_webhooks, carried_out=do)


def remove_all(live: Live) -> list[Step]:
    """Take all webhooks of the connection out of its store, and return them.

    Raises:
        ConfigError: where the store's key may not manage webhooks.
    """
    client = client_of(live)
    found = read_webhooks(client, partial(leads_to, token=live.connection.hook_token))
    done = carry_out(client, plan_removal(found), "")
    set_cursor(live.connection.pk, NAME, "")
    return [one.step for one in done if not one.problem]


def store_follows(connection: Connection) -> bool:
    """Say whether the store's webhooks have the connection's present secret, as far as Woodoo gave it to them."""
    given = _Memory.read(connection.pk).given
    return all(one == generation(connection) for one in given.values())


def mended_at(connection_id: int) -> datetime | None:
    """Return when a webhook of the store was last made, repaired or switched on; None where none ever was."""
    return _Memory.read(connection_id).mended_at


def client_of(live: Live) -> WooClient:
    """Return the client of the store.

    Raises:
        ConfigError: where it is of a platform whose webhooks are set up by hand.
    """
    store = live.store(NullRecorder())
    if not isinstance(store, WooCommerceStore):
        raise ConfigError(f"Webhooks of {live.connection.store_platform} are set up by hand.")
    return store.client


def _doubted(memory: _Memory, connection_id: int) -> _Memory:
    """Forget which secrets webhooks have where a wrong signature has come in."""
    wrong = door.noted(connection_id, door.SIGNATURE)
    concluded = datetime.fromisoformat(memory.signature_at) if memory.signature_at else None
    if wrong is None or (concluded and wrong[1] - concluded < _DOUBT):
        return memory
    return replace(memory, given={}, signature_at=wrong[1].isoformat())


def _plan(connection: Connection, found: Sequence[Webhook], memory: _Memory, reach: Reach) -> list[Step]:
    address, now = hook_address(connection.hook_token), generation(connection)
    others = {one.address for one in found if one.address != address}
    wanted = Wanted(
        topics=followed_topics(connection.rules),
        address=address,
        welcome=tuple(ACTIONS),
        with_secret=[webhook_id for webhook_id, given in memory.given.items() if given == now],
        taken={one for one in others if another_answers(connection, one)} if reach is not Reach.WRONG else (),
        reach=reach,
    )
    return plan_webhooks(found, wanted)


def _remember(connection: Connection, memory: _Memory, done: Sequence[Done], *, carried_out: bool) -> Told | None:
    """Keep what was done; return what webhooks told while all that is needed was there."""
    now, given = generation(connection), {}
    for one in done:
        step = one.step
        if step.do is Do.REMOVE or not step.webhook_id:
            continue
        if carried_out and step.secret and not one.problem:
            given[step.webhook_id] = now
        elif step.webhook_id in memory.given:
            given[step.webhook_id] = memory.given[step.webhook_id]
    since = (memory.complete_since or timezone.now()) if _complete(done, connection) else None
    mended = carried_out and any(one.step.do in _MENDS and not one.problem for one in done)
    mended_at = timezone.now() if mended else memory.mended_at
    replace(memory, given=given, complete_since=since, mended_at=mended_at).write(connection.pk)
    return look_back(connection.pk, since) if since else None


def _complete(done: Sequence[Done], connection: Connection) -> bool:
    """Say whether each topic has a webhook that is on, or that a person has paused."""
    on = {one.step.topic for one in done if one.step.status in ("active", "paused") and not one.problem}
    return on >= set(followed_topics(connection.rules))


def _is_paused(done: Sequence[Done], connection: Connection) -> bool:
    topics = followed_topics(connection.rules)
    return any(one.step.status == "paused" for one in done if one.step.topic in topics)


def _heard(connection_id: int) -> bool:
    if door.noted(connection_id, door.PING):
        return True
    return Event.objects.filter(connection_id=connection_id, source="webhook").exists()


def _as_json(
    connection: Connection,
    test: AddressTest,
    done: Sequence[Done],
    told: Told | None,
    *,
    managed: bool,
    carried_out: bool,
) -> dict[str, Any]:
    return {
        "managed": managed,
        "carried_out": carried_out,
        "address": {"reach": test.reach, "message": test.message, "fix": test.fix},
        "webhooks": [
            {
                "topic": one.step.topic,
                "id": one.step.webhook_id,
                "status": one.step.status,
                "do": one.step.do,
                "why": one.step.why,
                "problem": one.problem,
            }
            for one in done
        ],
        # Whether the store has ever reached Woodoo's address.
        "heard": _heard(connection.pk),
        "told": {
            "since": told.since.isoformat(),
            "deliveries": told.told,
            "missed": told.missed,
            "failing": told.failing and not _is_paused(done, connection),
            "last_missed": told.last_missed.isoformat() if told.last_missed else "",
        }
        if told
        else None,
    }
