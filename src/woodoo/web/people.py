"""People who may sign in: their roles everywhere and on single connections.

Decides that a role given everywhere is made of Django's groups and flags as it always was, and that the last
administrator can neither be lowered nor switched off.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction

from woodoo.connections import audit
from woodoo.domain.errors import WoodooError

from .access import GROUPS, reach_of
from .models import ConnectionRole, SecondFactor
from .reach import Reach, Role


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in, and how far that reaches."""

    user: User
    reach: Reach
    second_factor: bool = False


def everybody() -> list[Person]:
    """Return all accounts, by name."""
    with_factor = set(SecondFactor.objects.exclude(confirmed_at=None).values_list("user_id", flat=True))
    users = User.objects.order_by("username")
    return [Person(user, reach_of(user), user.pk in with_factor) for user in users]


def find(name: str) -> User:
    """Return the account with that name.

    Raises:
        WoodooError: there is none.
    """
    found = User.objects.filter(username=name).first()
    if found is None:
        raise WoodooError(f"There is no account '{name}'.", fix="'woodoo admin list' names those there are.")
    return found


def new_password() -> str:
    """Make a password a person can type: four groups without letters that look alike, about 80 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def make(name: str, role: Role, *, connections: Sequence[int] = (), password: str = "") -> tuple[User, str]:
    """Make an account with a role everywhere, or on these connections; return it with its password.

    Raises:
        WoodooError: the name cannot be, or is taken.
    """
    name = name.strip()
    if not name or len(name) > 150 or not name.isprintable() or any(mark in name for mark in "<>\"'&/\\"):
        raise WoodooError("This cannot be a user name.", fix="Use letters, digits and - . _ @, up to 150.")
    if User.objects.filter(username__iexact=name).exists():
        raise WoodooError(f"There is an account '{name}' already.", fix="Choose another name, or change that one.")
    password = password or new_password()
    with transaction.atomic():
        made = User.objects.create_user(name, password=password)
        audit.note(f"account {name} made")
        for number in connections or (None,):
            give(made, role, number)
    return made, password


def give(user: User, role: Role, connection_id: int | None = None) -> None:
    """Give a person a role, on a connection or everywhere; `NOBODY` takes it away.

    Raises:
        WoodooError: no administrator would be left.
    """
    was = reach_of(user)
    before = was.role if connection_id is None else was.on_connections.get(connection_id, Role.NOBODY)
    if before is role:
        return
    with transaction.atomic():
        if connection_id is not None:
            _give_on(user, role, connection_id)
        else:
            _keep_one(user)
            _give_everywhere(user, role)
        audit.note(
            f"role of {user.username} changed",
            connection_id=connection_id,
            before={"role": before.word},
            after={"role": role.word},
        )
    user.__dict__.pop("_reach", None)


def _give_on(user: User, role: Role, connection_id: int) -> None:
    ConnectionRole.objects.filter(user=user, connection_id=connection_id).delete()
    if role is not Role.NOBODY:
        ConnectionRole.objects.create(user=user, connection_id=connection_id, role=role.word)


def _give_everywhere(user: User, role: Role) -> None:
    user.groups.remove(*Group.objects.filter(name__in=list(GROUPS)))
    if role.word in GROUPS:
        user.groups.add(Group.objects.get(name=role.word))
    user.is_staff = user.is_superuser = role is Role.ADMINISTRATOR
    user.save(update_fields=["is_staff", "is_superuser"])
    for cache in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        user.__dict__.pop(cache, None)


def switch(user: User, *, on: bool) -> None:
    """Let a person sign in again, or no more; sessions that are open end at once.

    Raises:
        WoodooError: no administrator would be left.
    """
    if user.is_active == on:
        return
    with transaction.atomic():
        if not on:
            _keep_one(user)
        user.is_active = on
        user.save(update_fields=["is_active"])
        audit.note(f"account {user.username} switched {'on' if on else 'off'}")


def renew_password(user: User) -> str:
    """Give a person another password and return it; sessions that are open end."""
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.note(f"password of {user.username} renewed")
    return password


def _keep_one(user: User) -> None:
    """Refuse to take the last administrator away."""
    others = User.objects.filter(is_active=True, is_superuser=True).exclude(pk=user.pk).select_for_update()
    if user.is_active and user.is_superuser and not others.exists():
        raise WoodooError("This is the last administrator.", fix="Make somebody else an administrator first.")
