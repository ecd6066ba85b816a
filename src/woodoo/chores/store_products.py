"""Looks at the store's products for what no webhook told: changes by their date, deletions by their ids.

Decides that a poll looks back a minute further than it has come and remembers what it has seen there, so that nothing
of a busy second is passed over and nothing rings twice; and that once a day all ids are listed, for a product that is
deleted for good leaves no other trace, and a plugin may write a product without moving its date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..domain.calls import NullRecorder
from ..engine import chores, completeness, db
from ..engine.cursors import get_cursor, set_cursor
from ..engine.work import enqueue
from ..flows.table import FLOWS, Flow
from ..live import Live
from ..stores.base import Changed
from .odoo_news import MANY
from .poll import PIECE, POLL_OVERLAP, SAME_TIME

_FLOW = "product"
_SEEN, _IDS = "store:product", "store:product:ids"


def poll_products(live: Live) -> Mapping[str, int]:
    """Ring for products of the store that changed since the last look."""
    flow, number = FLOWS[_FLOW], live.connection.pk
    if not flow.wanted(live.settings):
        return {}
    kept: dict[str, Any] = json.loads(get_cursor(number, _SEEN) or "{}")
    since = datetime.fromisoformat(kept["since"]) if kept else live.connection.created_at
    before: Mapping[str, str] = kept.get("seen", {})
    store, now = live.store(NullRecorder()), completeness.now()
    changes: list[Changed] = []
    all_read = True
    for change in store.catalogue.changed_products(since - POLL_OVERLAP):
        if len(changes) >= PIECE and change.modified_at > changes[-1].modified_at:
            all_read = False
            break
        changes.append(change)
    store_now = store.clock() or now
    fresh = [one for one in changes if before.get(one.external_id) != one.modified_at.isoformat()]
    _ring(live, flow, [one.external_id for one in fresh], "poll")
    newest = max([since, *(one.modified_at for one in changes)])
    # A date in the future must not keep the poll from what comes until then.
    since = min(newest, store_now.astimezone(UTC)) if all_read else newest
    # What was changed within the last seconds may be changed once more within the same one: it is read again.
    settled = [one for one in changes if one.modified_at <= store_now - SAME_TIME or one not in fresh]
    seen = {c.external_id: c.modified_at.isoformat() for c in settled if c.modified_at >= since - POLL_OVERLAP}
    set_cursor(number, _SEEN, json.dumps({"since": since.isoformat(), "seen": seen}))
    if not all_read:
        chores.soon(number, "store_products")
    return {"changed": len(changes), "new": len(fresh)}


def count_products(live: Live) -> Mapping[str, Any]:
    """List the ids of all products where that is due; ring for those that are linked and gone, and for unknown ones."""
    flow, number = FLOWS[_FLOW], live.connection.pk
    if not flow.wanted(live.settings):
        return {}
    state: dict[str, Any] = json.loads(get_cursor(number, _IDS) or "{}")
    if state and not _is_due(live, str(state["ended_at"])):
        return {name: value for name, value in state.items() if name != "before"}
    listed = {one.external_id for one in live.store(NullRecorder()).catalogue.every_product()}
    linked = {row[0] for row in db.rows(_LINKED, [number])}
    # An empty list of a store that had products is no reason to archive them all.
    gone = sorted(linked - listed, key=int) if listed else []
    known = {row[0] for row in db.rows(_KNOWN, [number, flow.lane])} | linked
    # The first list is what there was before the connection: whoever wants it asks for it.
    new = sorted(listed - known - set(state.get("before", ())), key=int) if state else []
    _ring(live, flow, [*gone, *new], "census")
    before = sorted(listed - known, key=int) if not state else sorted(listed & set(state["before"]), key=int)
    found = {"listed": len(listed), "gone": len(gone), "new": len(new), "ended_at": completeness.now().isoformat()}
    set_cursor(number, _IDS, json.dumps({**found, "before": before}))
    return found


#: Products that were brought over and have not been found deleted since.
_LINKED = """
    SELECT l.external_id FROM engine_link l
      LEFT JOIN engine_work w
        ON w.connection_id = l.connection_id AND w.lane = 'products_in' AND w.record = l.external_id
     WHERE l.connection_id = %s AND l.kind = 'product' AND l.external_id ~ '^[1-9][0-9]{0,17}$'
       AND COALESCE(w.seen, '') <> 'gone'
"""
_KNOWN = "SELECT record FROM engine_work WHERE connection_id = %s AND lane = %s"


def _is_due(live: Live, ended_at: str) -> bool:
    passed = (completeness.now() - datetime.fromisoformat(ended_at)).total_seconds()
    return not 0 <= passed < live.settings.census_seconds


def _ring(live: Live, flow: Flow, records: list[str], source: str) -> None:
    if records:
        enqueue(live.connection.pk, flow.lane, flow.name, records, source=source, behind=len(records) > MANY)
