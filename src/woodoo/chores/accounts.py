"""Walks through the accounts of the store now and then, for those that changed without a webhook.

The store's list of accounts knows no date to ask by (it passes over `modified_after` in silence). Decides that the
whole list is read lightly once in `accounts_seconds`, a thousand accounts to a piece, and that an account rings where
it is not as a flow saw it last.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
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

NAME = "accounts"
#: Pages of a hundred accounts to a piece.
PAGES = 10
_CURSOR = "store:accounts"


def walk_accounts(live: Live) -> Mapping[str, Any]:
    """Read the next accounts, where a walk is under way or due, and ring for those that changed."""
    flow, number = FLOWS["customer"], live.connection.pk
    state = json.loads(get_cursor(number, _CURSOR) or "{}")
    if state.get("ended_at"):
        if not _is_due(live, str(state["ended_at"])):
            return {"read": state["read"], "rung": state["rung"], "under_way": False}
        state = {}
    page, read, rung = str(state.get("page", "")), int(state.get("read", 0)), int(state.get("rung", 0))
    store = live.store(NullRecorder()).customers
    for _ in range(PAGES):
        piece = store.every_account(page)
        changed = _changed(live, flow, piece.accounts)
        enqueue(number, flow.lane, flow.name, changed, source="accounts", behind=len(changed) > FEW)
        page, read, rung = piece.cursor, read + len(piece.accounts), rung + len(changed)
        state = {"page": page, "read": read, "rung": rung}
        if not page:
            state["ended_at"] = completeness.now().isoformat()
        set_cursor(number, _CURSOR, json.dumps(state))
        if not page:
            break
    else:
        chores.hint(number, NAME, delay=0.0, gap=0.0)
    return {"read": read, "rung": rung, "under_way": bool(page)}


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


def _is_due(live: Live, ended_at: str) -> bool:
    passed = (completeness.now() - datetime.fromisoformat(ended_at)).total_seconds()
    return not 0 <= passed < live.settings.accounts_seconds
