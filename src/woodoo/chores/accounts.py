"""Walks through the accounts of the store now and then, for those that changed without a webhook.

The store's list of accounts knows no date to ask by (it passes over `modified_after` in silence), and its webhooks
are sent once. Decides that the whole list is read lightly once in `accounts_seconds` and when webhooks may have been
lost, a thousand accounts to a piece, and that an account rings where it is not as a flow saw it last.

| webhooks may have been lost | seen by |
|---|---|
| Woodoo was down, or the connection off or resting | nobody has looked here for `_AWAY` |
| a webhook was missing, off or led elsewhere | it was put right since the last walk began (`chores/webhooks.py`) |
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.account import Account
from ..domain.calls import NullRecorder
from ..engine import chores, completeness, db
from ..engine.cursors import get_cursor, set_cursor
from ..engine.work import FEW, enqueue
from ..flows.table import FLOWS, Flow
from ..live import Live
from ..mapping.customers.account import account_mark
from . import webhooks

NAME = "accounts"
#: Seconds between two looks whether a walk is due.
EVERY = 300.0
#: Pages of a hundred accounts to a piece.
PAGES = 10
_CURSOR = "store:accounts"
#: Nobody has looked for so long: three looks are missing.
_AWAY = timedelta(seconds=3 * EVERY)


def walk_accounts(live: Live) -> Mapping[str, Any]:
    """Read the next accounts, where a walk is under way or due, and ring for those that changed."""
    number, now = live.connection.pk, completeness.now().isoformat()
    state = json.loads(get_cursor(number, _CURSOR) or "{}")
    if state.get("ended_at"):
        if not _is_due(live, state):
            set_cursor(number, _CURSOR, json.dumps({**state, "looked_at": now}))
            return {"read": state["read"], "rung": state["rung"], "under_way": False}
        state = {}
    state = {"begun_at": now, "page": "", "read": 0, "rung": 0, **state, "looked_at": now}
    for _ in range(PAGES):
        state = _walk_page(live, state)
        set_cursor(number, _CURSOR, json.dumps(state))
        if state.get("ended_at"):
            break
    else:
        chores.hint(number, NAME, delay=0.0, gap=0.0)
    return {"read": state["read"], "rung": state["rung"], "under_way": "ended_at" not in state}


def _walk_page(live: Live, state: Mapping[str, Any]) -> dict[str, Any]:
    """Read a page, ring for what changed on it, and return how far the walk is."""
    flow, number = FLOWS["customer"], live.connection.pk
    piece = live.store(NullRecorder()).customers.every_account(state["page"])
    changed = _changed(live, flow, piece.accounts)
    enqueue(number, flow.lane, flow.name, changed, source="accounts", behind=len(changed) > FEW)
    end = {} if piece.cursor else {"ended_at": completeness.now().isoformat()}
    read, rung = state["read"] + len(piece.accounts), state["rung"] + len(changed)
    return {**state, "page": piece.cursor, "read": read, "rung": rung, **end}


def wants_walk(settings: ConnectionSettings) -> bool:
    """Say whether accounts matter."""
    return FLOWS["customer"].wanted(settings)


def _changed(live: Live, flow: Flow, accounts: Sequence[Account]) -> list[str]:
    """Return those of these accounts that no flow has seen, or that are not as one saw them."""
    rows = db.rows(
        "SELECT record, seen FROM engine_work WHERE connection_id = %s AND lane = %s AND record = ANY(%s)",
        [live.connection.pk, flow.lane, [account.external_id for account in accounts]],
    )
    seen = dict(rows)
    keys = live.settings.vat_meta_keys
    return [one.external_id for one in accounts if seen.get(one.external_id) != account_mark(one, keys)]


def _is_due(live: Live, state: Mapping[str, Any]) -> bool:
    """Say whether a walk begins: it is time, or webhooks may have been lost since the last one began."""
    now = completeness.now()
    ended_at = datetime.fromisoformat(state["ended_at"])
    looked_at = datetime.fromisoformat(state.get("looked_at") or state["ended_at"])
    begun_at = datetime.fromisoformat(state.get("begun_at") or state["ended_at"])
    if now < max(ended_at, looked_at):  # the clock was put back
        return True
    mended_at = webhooks.mended_at(live.connection.pk)
    time_passed = (now - ended_at).total_seconds() >= live.settings.accounts_seconds
    return time_passed or now - looked_at > _AWAY or (mended_at is not None and mended_at > begun_at)
