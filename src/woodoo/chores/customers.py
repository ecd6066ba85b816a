"""Asks the store for the customer accounts that orders were linked by, for those that were deleted.

No list and no filter shows a deleted account. Decides that the contact in Odoo stays, for its documents need it, and
that the link is marked: people are told, since deleting an account is often a request to erase a person's data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..domain.calls import NullRecorder
from ..domain.mark import GONE
from ..engine import completeness, db
from ..engine.cursors import get_cursor, set_cursor
from ..live import Live

#: Accounts of one piece.
PIECE = 1000
_CURSOR = "customers"


def look_for_deleted_customers(live: Live) -> Mapping[str, Any]:
    """Ask for the next accounts, where a round is under way or due; say how many of them are gone."""
    connection_id = live.connection.pk
    state = json.loads(get_cursor(connection_id, _CURSOR) or "{}")
    if state.get("ended_at") and not _is_due(live, str(state["ended_at"])):
        return {"asked": state["asked"], "gone": state["gone"], "under_way": False}
    if state.get("ended_at"):
        state = {}
    after, asked, gone = int(state.get("after", 0)), int(state.get("asked", 0)), int(state.get("gone", 0))
    links = _links(connection_id, after)
    accounts = sorted({account for _, account, _ in links}, key=int)
    there = live.store(NullRecorder()).customers_still_there(accounts) if accounts else frozenset()
    lost = [number for number, account, known in links if account not in there and not known]
    back = [number for number, account, known in links if account in there and known]
    _mark(lost, GONE)
    _mark(back, "")
    through = len(links) < PIECE
    state = {
        "after": links[-1][0] if links else after,
        "asked": asked + len(accounts),
        "gone": gone + len([account for account in accounts if account not in there]),
        "ended_at": completeness.now().isoformat() if through else "",
    }
    set_cursor(connection_id, _CURSOR, json.dumps(state))
    return {"asked": state["asked"], "gone": state["gone"], "under_way": not through}


def _is_due(live: Live, ended_at: str) -> bool:
    passed = (completeness.now() - datetime.fromisoformat(ended_at)).total_seconds()
    return not 0 <= passed < live.settings.census_seconds


def _links(connection_id: int, after: int) -> list[tuple[int, str, bool]]:
    """Return number, account and whether it is known to be gone, of the next links that name an account."""
    return db.rows(
        r"""SELECT id, split_part(external_id, '_', 2), store_hash = %s FROM engine_link
             WHERE connection_id = %s AND kind = 'customer' AND id > %s AND external_id ~ '^customer_[0-9]{1,18}(_|$)'
             ORDER BY id LIMIT %s""",
        [GONE, connection_id, after, PIECE],
    )


def _mark(numbers: list[int], mark: str) -> None:
    if numbers:
        db.change("UPDATE engine_link SET store_hash = %s, updated_at = now() WHERE id = ANY(%s)", [mark, numbers])
