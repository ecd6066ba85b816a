"""Reads what changed in a model of Odoo and rings for the records of the other direction: products, stock, customers.

Decides that a change rings once, although each poll reads the last ten minutes again (odoo/feed.py): what was read is
remembered by its content. Odoo tells the second of a change and no more, so what was changed within the newest second
that was seen rings once more with the next poll.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ..domain.ownership import print_of
from ..engine import chores
from ..engine.cursors import get_cursor, set_cursor
from ..engine.work import enqueue
from ..flows.table import Flow
from ..live import Live
from ..odoo.feed import read_changes
from ..odoo.records import Records

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


def take_news(live: Live, odoo: Records, flow: Flow, chore: str, news: Sequence[News]) -> dict[str, int]:
    """Ring for what changed in these models since the last look, and return what was found.

    Args:
        live: the connection.
        odoo: its Odoo.
        flow: for whose records.
        chore: who asks: its next turn comes at once where there is more to be had.
        news: the models.

    Raises:
        WoodooError: where a model cannot be read.
    """
    found = {"read": 0, "changed": 0, "rung": 0}
    more = False
    for one in news:
        more |= _take(live, odoo, flow, one, found)
    if more:
        chores.hint(live.connection.pk, chore, delay=0.0, gap=0.0)
    return found


def _take(live: Live, odoo: Records, flow: Flow, one: News, found: dict[str, int]) -> bool:
    number, name = live.connection.pk, f"{flow.name}:{one.model}"
    kept: dict[str, Any] = json.loads(get_cursor(number, name) or "{}")
    piece = read_changes(odoo, one.model, kept.get("feed", ""), one.fields, one.domain(live))
    before: Mapping[str, str] = kept.get("seen", {})
    doubted: set[int] = set(kept.get("doubted", ()))
    prints = {str(row["id"]): print_of(row)[:8] for row in piece.rows}
    fresh = [row for row in piece.rows if before.get(str(row["id"])) != prints[str(row["id"])]]
    again = [row for row in piece.rows if row["id"] in doubted and row not in fresh]
    records = sorted(set(one.records(live, odoo, [*fresh, *again]))) if fresh or again else []
    newest = max((str(row["write_date"]) for row in piece.rows), default="")
    cursor = {
        "feed": piece.cursor,
        # While a long walk goes on, what it has passed is still within the overlap of the next one.
        "seen": {**before, **prints} if piece.more else prints,
        "doubted": sorted(row["id"] for row in fresh if str(row["write_date"]) == newest),
    }
    with transaction.atomic():
        if records:
            behind = len(records) > MANY
            enqueue(number, flow.lane, flow.name, records, source="odoo", topic=one.model, behind=behind)
        set_cursor(number, name, json.dumps(cursor, separators=(",", ":")))
    found["read"] += len(piece.rows)
    found["changed"] += len(fresh)
    found["rung"] += len(records)
    return piece.more
