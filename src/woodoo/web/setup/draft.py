"""What was entered so far of a connection that is being set up.

Decides that every person has one draft, kept in the database with its secrets locked, so that nothing typed is lost by
going back and forth; that a secret is forgotten when the address it goes with changes to another host; and that a draft
nobody has touched for a month is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.contrib.auth.models import User
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.wiring import Check

from ..models import ConnectionDraft

#: The steps, in their order.
STEPS = ("store", "keys", "odoo", "login")
_KEPT = timedelta(days=30)


def of(user: User) -> ConnectionDraft:
    """Return a person's draft, an empty one where there is none."""
    ConnectionDraft.objects.filter(updated_at__lt=timezone.now() - _KEPT).delete()
    return ConnectionDraft.objects.get_or_create(user=user)[0]


def forget(user: User) -> None:
    """Throw a person's draft away."""
    ConnectionDraft.objects.filter(user=user).delete()


def step_to_do(draft: ConnectionDraft) -> str:
    """Return the first step that is not done."""
    return next((step for step in STEPS if step not in draft.found), STEPS[-1])


def may_open(draft: ConnectionDraft, step: str) -> bool:
    """Say whether everything before a step is done."""
    return all(before in draft.found for before in STEPS[: STEPS.index(step)])


def take_store(draft: ConnectionDraft, url: str, ca_bundle: str) -> None:
    """Write the store's address down; its keys are kept for that host alone."""
    if _host(url) != _host(draft.store_url):
        draft.store_key = draft.store_secret = draft.keys_from = ""
        draft.auth_digest = ""
        draft.store_name = draft.store_zone = ""
    _forget_from(draft, "store")
    draft.store_url, draft.store_ca_bundle = url, ca_bundle


def take_odoo(draft: ConnectionDraft, url: str, ca_bundle: str) -> None:
    """Write Odoo's address down; database and key are kept for that host alone."""
    if _host(url) != _host(draft.odoo_url):
        draft.odoo_key = draft.odoo_database = ""
        draft.odoo_databases, draft.companies, draft.odoo_company_id = [], [], None
    _forget_from(draft, "odoo")
    draft.odoo_url, draft.odoo_ca_bundle = url, ca_bundle


def done(draft: ConnectionDraft, step: str, checks: Sequence[Check]) -> None:
    """Write down what the test of a step has found; later steps stay as they are."""
    draft.found = {**draft.found, step: [asdict(one) for one in checks]}


def undo(draft: ConnectionDraft, step: str) -> None:
    """Have a step done once more."""
    draft.found = {name: found for name, found in draft.found.items() if name != step}


def found_so_far(draft: ConnectionDraft, before: str) -> list[tuple[str, list[Check]]]:
    """Return what the tests of the steps before one have found."""
    return [(step, [Check(**one) for one in draft.found.get(step, ())]) for step in STEPS[: STEPS.index(before)]]


def as_connection(draft: ConnectionDraft, name: str = "") -> Connection:
    """Return the connection the draft would become. It is not saved."""
    zone = draft.store_zone if draft.store_zone in available_timezones() else ""
    return Connection(
        name=name or proposed_name(draft),
        store_url=draft.store_url,
        store_ca_bundle=draft.store_ca_bundle,
        store_key=draft.store_key,
        store_secret=draft.store_secret,
        odoo_url=draft.odoo_url,
        odoo_ca_bundle=draft.odoo_ca_bundle,
        odoo_database=draft.odoo_database,
        odoo_login=draft.odoo_login,
        odoo_key=draft.odoo_key,
        odoo_company_id=draft.odoo_company_id or 1,
        settings={"timezone": zone} if zone and zone != "UTC" else {},
    )


def proposed_name(draft: ConnectionDraft) -> str:
    """Return what the connection may be called: as the shop calls itself, else by its host."""
    name = (draft.name or draft.store_name or urlsplit(draft.store_url).hostname or "")[:90].strip() or "Shop"
    taken = set(Connection.objects.values_list("name", flat=True))
    numbered = (f"{name} {number}" for number in range(2, 1000))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _forget_from(draft: ConnectionDraft, step: str) -> None:
    """Have this step and the one that depends on it tested again."""
    for name in STEPS[STEPS.index(step) : STEPS.index(step) + 2]:
        undo(draft, name)


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
