"""Tokens of the API: made, found by their key, and revoked.

Decides that a key is shown once and kept as a digest only, that it always names what it may do and where, and that it
ends by itself unless somebody asks for one that does not.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.db.models import Q, QuerySet
from django.utils import timezone

from woodoo.connections import audit
from woodoo.domain.errors import WoodooError

from .models import ApiToken
from .reach import Reach, Role

#: Days a token is good for where nobody says otherwise.
DAYS = 365
_PREFIX = "woodoo_"
_KEY = re.compile(r"woodoo_[A-Za-z0-9_-]{43}")
#: The use of a token is noted once in so long.
_NOTED_EVERY = timedelta(minutes=1)


def make(
    name: str,
    role: Role,
    *,
    connections: Sequence[int] = (),
    days: int | None = DAYS,
    personal_data: bool = False,
    by: str = "",
) -> tuple[ApiToken, str]:
    """Make a token and return it with its key, which nobody can be told again.

    Args:
        name: what it is for.
        role: what it may do.
        connections: where; none: everywhere.
        days: how long it is good for; None: until it is revoked.
        personal_data: may read what was asked and answered.
        by: who made it.

    Raises:
        WoodooError: where the name is empty or taken by a token that is good.
    """
    name = " ".join(name.replace("\x00", "").split())[:100]
    if not name:
        raise WoodooError("A token needs a name.", fix="Say what it is for, such as Grafana.")
    if usable().filter(name=name).exists():
        raise WoodooError(f"There is a token '{name}' already.", fix="Give it another name, or revoke that one first.")
    key = _PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        name=name,
        beginning=key[: len(_PREFIX) + 4],
        digest=_digest(key),
        role=role.word,
        connections=sorted(set(connections)),
        personal_data=personal_data,
        created_by=by,
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    given = {"role": made.role, "connections": made.connections, "personal_data": made.personal_data}
    audit.note(f"token {made.name} made", after={**given, "until": made.expires_at})
    return made, key


def usable() -> QuerySet[ApiToken]:
    """Return the tokens that are good now."""
    return ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def find(key: str) -> ApiToken | None:
    """Return the token with that key; None where there is none that is good."""
    if not _KEY.fullmatch(key):
        return None
    found = usable().filter(digest=_digest(key)).first()
    now = timezone.now()
    if found and (found.last_used_at is None or now - found.last_used_at > _NOTED_EVERY):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def revoke(token_id: int) -> ApiToken:
    """End a token at once.

    Raises:
        WoodooError: where there is none that is good.
    """
    found = usable().filter(pk=token_id).first()
    if found is None:
        raise WoodooError(
            f"There is no token {token_id} that is good.", fix="'woodoo token list' names those there are."
        )
    found.revoked_at = timezone.now()
    found.save(update_fields=["revoked_at"])
    audit.note(f"token {found.name} revoked")
    return found


def reach_of(token: ApiToken) -> Reach:
    """Return how far a token reaches."""
    role = Role.named(token.role) or Role.NOBODY
    single = dict.fromkeys(token.connections, role)
    everywhere = Role.NOBODY if token.connections else role
    return Reach(everywhere, single, personal_data=token.personal_data, name=f"token {token.name}")


def state_of(token: ApiToken) -> str:
    """Say whether a token is good: "good", "revoked" or "expired"."""
    if token.revoked_at:
        return "revoked"
    return "expired" if token.expires_at and token.expires_at <= timezone.now() else "good"


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
