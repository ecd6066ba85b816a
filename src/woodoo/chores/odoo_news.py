"""Reads what changed in a model of Odoo and rings for the records of the other direction: products, stock, customers.

Decides that a change rings once, although each poll reads the last ten minutes again (odoo/feed.py): what was read is
remembered by its content. Odoo tells the second of a change and no more, so what was changed within the newest second
that was seen rings once more with the next poll.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from ..domain.ownership import print_of
from ..engine import chores
from ..engine.cursors import get_cursor, set_cursor
from ..engine.work import enqueue
from ..flows.table import Flow
from ..live import Live
from ..odoo.feed import OVERLAP, read_changes
from ..odoo.records import Records
from ..odoo.wire import utc_text

Row = Mapping[str, Any]
#: Records found at once from which they wait behind the news.
MANY = 200


@dataclass(frozen=True)
class News:
    """One model whose changes ring for records of a flow."""

    model: str
    #: What is read of it. A change of anything else rings by its `write_date` all the same.
    fields: Sequence[str]
    #: Returns which records to ring for.
    records: Callable[[Live, Records, Sequence[Row]], Iterable[str]]
    domain: Callable[[Live], Sequence[Any]] = lambda live: ()


def take_news(
    live: Live, odoo: Records, flow: Flow, chore: str, news: Sequence[News], *, overlap: timedelta = OVERLAP
) -> dict[str, int]:
    """Ring for what changed in these models since the last look, and return what was found.

    Args:
        live: the connection.
        odoo: its Odoo.
        flow: for whose records.
        chore: who asks: its next turn comes at once where there is more to be had.
        news: the models.
        overlap: how much of what was read before is read again (odoo/feed.py).

    Raises:
        WoodooError: where a model cannot be read.
    """
    found = {"read": 0, "changed": 0, "rung": 0}
    more = False
    for one in news:
        more |= _take(live, odoo, flow, one, found, overlap)
    if more:
        chores.hint(live.connection.pk, chore, delay=0.0, gap=0.0)
    return found


def _take(live: Live, odoo: Records, flow: Flow, one: News, found: dict[str, int], overlap: timedelta) -> bool:
    number, name = live.connection.pk, f"{flow.name}:{one.model}"
    before = get_cursor(number, name)
    kept: dict[str, Any] = json.loads(before or "{}")
    piece = read_changes(odoo, one.model, kept.get("feed", ""), one.fields, one.domain(live), overlap=overlap)
    seen: Mapping[str, str] = kept.get("seen", {})
    doubted: set[int] = set(kept.get("doubted", ()))
    marks = {str(row["id"]): f"{row['write_date']} {print_of(row)[:8]}" for row in piece.rows}
    fresh = [row for row in piece.rows if seen.get(str(row["id"])) != marks[str(row["id"])]]
    again = [row for row in piece.rows if row["id"] in doubted and row not in fresh]
    records = sorted(set(one.records(live, odoo, [*fresh, *again]))) if fresh or again else []
    newest = max((str(row["write_date"]) for row in piece.rows), default="")
    cursor = {
        "feed": piece.cursor,
        "seen": _recent({**seen, **marks}, all_of_it=piece.more),
        "doubted": sorted(row["id"] for row in fresh if str(row["write_date"]) == newest),
    }
    with transaction.atomic():
        if records:
            behind = len(records) > MANY
            enqueue(number, flow.lane, flow.name, records, source="odoo", topic=one.model, behind=behind)
        if (after := json.dumps(cursor, separators=(",", ":"))) != before:
            set_cursor(number, name, after)
    found["read"] += len(piece.rows)
    found["changed"] += len(fresh)
    found["rung"] += len(records)
    return piece.more


def _recent(marks: Mapping[str, str], *, all_of_it: bool) -> Mapping[str, str]:
    """Return the marks of what the next look may read again; while a long walk goes on, all."""
    if all_of_it or not marks:
        return marks
    newest = datetime.fromisoformat(max(marks.values())[: len("2026-01-01 00:00:00")])
    first = utc_text((newest - OVERLAP).replace(tzinfo=UTC))
    return {key: mark for key, mark in marks.items() if mark >= first}
