"""Looks for what the flows of a connection need; what it sees is kept, so that no page asks, and judged anew each time.

Decides that a side that does not answer costs only what is to be known of it: at most two requests to the store, and
one for each model and right in Odoo (about forty).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..domain.errors import WoodooError
from ..engine.models import Chore
from ..live import Live
from ..odoo import checks
from . import needs
from .book import Health, keep

#: The chore that looks, and the seconds between two looks.
CHORE, EVERY = "needs", 3600.0


def look(live: Live) -> dict[str, Any]:
    """Ask both sides, and return what was seen, as it is kept."""
    seen = needs.Seen(**_odoo(live), **_store(live), shows_pictures=_shows_pictures(live))
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(seen).items()}


def note(connection_id: int, seen: Mapping[str, Any]) -> None:
    """Keep what was seen just now, beside the turns of the chore."""
    keep(connection_id, CHORE, seen)


def needs_of(connection_id: int, rules: ConnectionSettings) -> Health:
    """Say of each switch whether all it needs is there: by the last look, and by the settings as they are now."""
    row = Chore.objects.filter(connection_id=connection_id, name=CHORE).first()
    if row is None or not row.found or row.ended_at is None:
        return Health(None, ())
    seen: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in row.found.items()
    }
    return Health(row.ended_at, needs.judge(needs.Seen(**seen), rules))


def _odoo(live: Live) -> dict[str, Any]:
    try:
        odoo = live.odoo(NullRecorder())
        there = frozenset(model for model in sorted(needs.models()) if checks.exists(odoo.client, model))
        wanted = sorted(one for one in needs.rights() if one[0] in there)
        refused = frozenset(
            f"{operation} {model}" for model, operation in wanted if not checks.allowed(odoo, model, operation)
        )
        return {"models": there, "refused": refused, "product_role": odoo.client.dialect.product_role}
    except WoodooError as error:
        return {"odoo_problem": error.message}


def _store(live: Live) -> dict[str, Any]:
    try:
        statuses = frozenset(one.key for one in live.store(NullRecorder()).order_statuses())
        return {"statuses": statuses, "store_version": live.store_versions().woocommerce}
    except WoodooError as error:
        return {"store_problem": error.message}


def _shows_pictures(live: Live) -> bool:
    """Whether pictures have a way: a store elsewhere cannot fetch them from an address of this machine."""
    if live.connection.store_login:
        return True
    here = ("localhost", "127.0.0.1", "::1")
    of_store = urlsplit(live.connection.store_url).hostname or ""
    return (urlsplit(settings.WOODOO_URL).hostname or "") not in here or of_store in here
