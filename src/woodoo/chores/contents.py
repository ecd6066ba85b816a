"""Reads recent and open orders once more, for changes that did not move the time of the change.

Plugins that save the items of an order, not the order, a refund that is deleted, a row changed in the shop's database:
no webhook tells of them and no list shows them. Decides which orders are read again, and that an order which never
reads the same twice is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ..domain.calls import NullRecorder
from ..domain.mark import Mark
from ..engine import db
from ..engine.cursors import get_cursor, set_cursor
from ..engine.work import FEW, enqueue
from ..flows.table import FLOWS, Flow
from ..live import Live
from ..stores.base import Store

#: Orders read in one request, and orders and seconds of one piece.
TOGETHER, PIECE, SECONDS = 100, 500, 15.0
#: Statuses in which an order is over: no longer read once it is no longer recent.
OVER = frozenset({"completed", "cancelled", "refunded", "failed", "trash", "checkout-draft", "auto-draft"})


def compare_contents(live: Live) -> Mapping[str, int]:
    """Compare the next piece of the recent and open orders with what they were like when a flow looked at them."""
    flow, store = FLOWS["order"], live.store(NullRecorder())
    name = f"contents:{flow.name}"
    reached = int(get_cursor(live.connection.pk, name) or 0)
    until = time.monotonic() + SECONDS
    compared = changed = unsteady = 0
    while compared < PIECE and time.monotonic() < until:
        rows = _next(live, flow, reached)
        differing, shaky = _differing(store, rows)
        compared, changed, unsteady = compared + len(rows), changed + len(differing), unsteady + len(shaky)
        many = changed > FEW
        enqueue(live.connection.pk, flow.lane, flow.name, differing, source="contents", behind=many)
        reached = rows[-1][0] if len(rows) == TOGETHER else 0
        set_cursor(live.connection.pk, name, str(reached))
        if not reached:
            break
    return {"compared": compared, "changed": changed, "unsteady": unsteady, "all": int(not reached)}


def differing(live: Live, flow: Flow, records: Sequence[str]) -> list[str]:
    """Return those of these orders that are not as they were when a flow looked at them, or are being looked at."""
    if not records:
        return []
    rows = db.rows(
        """SELECT id, record, seen, state = 'running' FROM engine_work
            WHERE connection_id = %s AND lane = %s AND record = ANY(%s) AND state NOT IN ('ready', 'waiting')""",
        [live.connection.pk, flow.lane, list(records)],
    )
    found = [record for _, record, _, running in rows if running]
    resting = [(number, record, seen) for number, record, seen, running in rows if not running]
    store = live.store(NullRecorder())
    for start in range(0, len(resting), TOGETHER):
        found += _differing(store, resting[start : start + TOGETHER])[0]
    return found


def _next(live: Live, flow: Flow, after: int) -> list[tuple[int, str, str]]:
    """Return number, order and mark of the next ones that rest and are recent or open."""
    since = datetime.now(UTC) - timedelta(days=live.settings.contents_days)
    return db.rows(
        """SELECT id, record, seen FROM engine_work
            WHERE connection_id = %s AND lane = %s AND id > %s AND state IN ('done', 'skipped', 'parked', 'failed')
              AND seen LIKE '%%|%%|%%|%%'
              AND (split_part(seen, '|', 3) >= %s OR NOT split_part(seen, '|', 2) = ANY(%s))
            ORDER BY id LIMIT %s""",
        [live.connection.pk, flow.lane, after, since.isoformat(), sorted(OVER), TOGETHER],
    )


def _differing(store: Store, rows: Sequence[tuple[int, str, str]]) -> tuple[list[str], list[str]]:
    """Return the orders that are not as they were, and those that are never twice the same.

    What differs is read twice: what differs from itself says nothing.
    """
    marks = {record: mark for _, record, seen in rows if (mark := Mark.read(seen))}
    if not marks:
        return [], []
    fetched = store.fetch_orders(list(marks))
    now = {record: order.content_hash for record, order in fetched.found.items()}
    differing = [record for record, content in now.items() if content != marks[record].content]
    again = store.fetch_orders(differing).found if differing else {}
    shaky = [record for record in differing if record in again and again[record].content_hash != now[record]]
    return [one for one in [*differing, *sorted(fetched.missing)] if one not in shaky], shaky
