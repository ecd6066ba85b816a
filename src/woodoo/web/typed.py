"""Secrets that were typed into a form which was not saved, so that nobody has to type them again.

Decides that they stay with the person's session, locked as in the database, until they are saved or a quarter of an
hour is over, and only for the hosts they were typed for; no page ever shows them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from django.http import HttpRequest

from woodoo.connections.secrets import Sealed, seal, unseal
from woodoo.domain.errors import ConfigError

_SESSION, _SECONDS = "typed_secrets", 15 * 60


def keep(request: HttpRequest, about: str, secrets: Mapping[str, str]) -> None:
    """Keep what was typed about a connection, beside what was typed before."""
    now = {**_kept(request, about), **{name: seal(value).token for name, value in secrets.items() if value}}
    if now:
        request.session[_SESSION] = {"about": about, "until": int(time.time()) + _SECONDS, "secrets": now}


def kept(request: HttpRequest, about: str) -> dict[str, str]:
    """Return what was typed about a connection and not saved."""
    try:
        return {name: unseal(Sealed(token), owner="form", name=name) for name, token in _kept(request, about).items()}
    except ConfigError:
        return {}


def forget(request: HttpRequest) -> None:
    """Forget it, once it is saved."""
    request.session.pop(_SESSION, None)


def _kept(request: HttpRequest, about: str) -> dict[str, str]:
    found = request.session.get(_SESSION) or {}
    good = found.get("about") == about and found.get("until", 0) > time.time()
    return dict(found["secrets"]) if good else {}
