"""Who changed what: settings and addresses with what they were before, people's rights, tokens, personal data.

Decides that every way to save a connection is noted, whoever calls it, that a secret is only told to have been changed,
and that nobody is asked who they are: the panel, the API and the command line say who acts (`acting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from woodoo.connections.models import Change, Connection
from woodoo.connections.secrets import Sealed, encrypted_fields, unseal
from woodoo.domain.errors import ConfigError

#: What is kept of a connection beside its settings and secrets.
_PLAIN = (
    *("name", "enabled", "store_platform", "store_url", "store_ca_bundle", "store_login"),
    *("odoo_url", "odoo_database", "odoo_login", "odoo_company_id", "odoo_ca_bundle"),
)
#: Renewed by themselves, or seen by the secret they go with.
_NOT_NOTED = ("previous_webhook_secret",)


@dataclass(frozen=True)
class _Actor:
    """Somebody who acts; asked for the name only when something is noted."""

    who: Callable[[], str]
    how: str


_actor: ContextVar[_Actor | None] = ContextVar("woodoo_actor", default=None)


@contextmanager
def acting(who: Callable[[], str], how: str) -> Iterator[None]:
    """Say who acts for the length of a block, and how: "panel", "api" or "command"."""
    token = _actor.set(_Actor(who, how))
    try:
        yield
    finally:
        _actor.reset(token)


def acts(who: str, how: str) -> None:
    """Say who acts for the rest of the block that has been begun with `acting`."""
    _actor.set(_Actor(lambda: who, how))


def note(
    what: str,
    *,
    connection_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down that something was changed. Neither side may hold a secret."""
    actor = _actor.get()
    Change.objects.create(
        who=(actor.who() if actor else "")[:200],
        how=actor.how if actor else "",
        connection_id=connection_id,
        what=what[:200],
        before=dict(before or {}),
        after=dict(after or {}),
    )


def remember(sender: type[Model], instance: Connection, **_: Any) -> None:
    """Before a connection is saved: keep what is stored (signal)."""
    instance.__dict__["_stored"] = Connection.objects.filter(pk=instance.pk).first() if instance.pk else None


def compare(
    sender: type[Model], instance: Connection, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    """After a connection was saved: note what is not as it was (signal)."""
    stored = instance.__dict__.pop("_stored", None)
    fields = [name for name in (*_PLAIN, "settings") if update_fields is None or name in update_fields]
    secrets = [
        field.attname
        for field in encrypted_fields(Connection)
        if field.attname not in _NOT_NOTED and (update_fields is None or field.attname in update_fields)
    ]
    if stored is None:
        after = {name: getattr(instance, name) for name in fields if name != "settings"}
        note(f"connection {instance.name} added", connection_id=instance.pk, after={**after, **instance.settings})
        return
    before, after = _differences(stored, instance, fields)
    after |= {name: "changed" for name in secrets if _secret_changed(stored, instance, name)}
    if before or after:
        own = {*stored.settings, *instance.settings}
        what = "settings changed" if own >= {*before, *after} else "connection changed"
        note(what, connection_id=instance.pk, before=before, after=after)


def _differences(stored: Connection, saved: Connection, fields: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in fields:
        old, new = getattr(stored, name), getattr(saved, name)
        if name == "settings":
            names = sorted(one for one in {*old, *new} if old.get(one) != new.get(one))
            before |= {one: old[one] for one in names if one in old}
            after |= {one: new.get(one, "default") for one in names}
        elif old != new:
            before[name], after[name] = old, new
    return before, after


def _secret_changed(stored: Connection, saved: Connection, name: str) -> bool:
    old, new = stored.__dict__[name], saved.__dict__[name]
    if isinstance(new, Sealed):
        return not isinstance(old, Sealed) or new.token != old.token
    if not isinstance(old, Sealed):
        return bool(old != new)
    try:
        return unseal(old, owner="", name=name) != new
    except ConfigError:
        return True
