"""Compares all stock figures of both sides, page by page, has repaired what differs, and reports what others changed.

Decides how much of it is done at once, and that what differs is looked at by the flow itself: here nothing is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..engine import chores, drift
from ..engine.cursors import get_cursor, set_cursor
from ..engine.flow import Outcome, OutcomeKind
from ..engine.work import enqueue, forget_seen
from ..flows.sides import Sides
from ..flows.stock_compare import Compared, compare_stock
from ..live import Live
from .stock import COMPARE, FLOW, WALK, is_sent

#: Products compared together, and pages of them in one turn of the chore.
PAGE, PAGES = 200, 10
#: More records than that wait behind the news.
FEW = 50


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often all is compared; None: never."""
    return settings.stock_compare_seconds if is_sent(settings) else None


def compare_all(live: Live) -> Mapping[str, int]:
    """Compare the next pages; ask for the next turn at once until all is compared. Return what was found so far.

    Raises:
        WoodooError: where a side does not answer; it goes on from there the next time.
    """
    number = live.connection.pk
    sides = live.sides(NullRecorder())
    for _ in range(PAGES):
        kept: dict[str, Any] = json.loads(get_cursor(number, WALK) or "{}")
        after, found = kept.get("after", 0), Counter(kept.get("found", {}) if kept.get("after") else {})
        ids = next_page(sides, after)
        if ids:
            found.update(compare_page(sides, map(str, ids)))
        on = ids[-1] if len(ids) == PAGE else 0
        set_cursor(number, WALK, json.dumps({"after": on, "found": found}))
        if not on:
            return found
    chores.hint(number, COMPARE, delay=0.0, gap=0.0)
    return found


def compare_page(sides: Sides, records: Iterable[str]) -> Mapping[str, int]:
    """Compare some products, note what others changed, and have the flow look at what differs."""
    wanted = list(records)
    compared = compare_stock(sides, wanted)
    number = sides.connection_id
    fine = {record: Outcome(OutcomeKind.DONE, drifts=()) for record in compared.equal}
    drift.note(number, FLOW.lane, {**fine, **compared.drifts})
    again = set(compared.behind) | (set(compared.drifts) if sides.settings.repair_drift else set())
    again |= {record for record, outcome in compared.others.items() if outcome.error is not None}
    if again:
        forget_seen(number, FLOW.lane, sorted(again))
        enqueue(number, FLOW.lane, FLOW.name, sorted(again), source="reconcile", behind=len(again) > FEW)
    return _counted(compared, len(wanted))


def next_page(sides: Sides, after: int) -> list[int]:
    """Return the next products of the company; services never have a figure and are left out."""
    company = ["|", ("company_id", "=", False), ("company_id", "=", sides.odoo.company_id)]
    domain = [("id", ">", after), ("type", "!=", "service"), *company]
    return sides.odoo.search("product.product", domain, limit=PAGE, order="id")


def _counted(compared: Compared, looked: int) -> dict[str, int]:
    return {
        "looked": looked,
        "equal": len(compared.equal),
        "changed_in_store": len(compared.drifts),
        "behind": len(compared.behind),
        "without": len(compared.others),
    }
