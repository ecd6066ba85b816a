"""Reads what changed in a model of Odoo and rings for the records of the other direction: products, stock, customers.

Decides that a change rings once, although each poll reads the last ten minutes again (odoo/feed.py): what was read is
remembered by its content. Odoo tells the second of a change and no more, so what was changed within the newest second
that was seen rings once more with the next poll, unless all that counts of it is read.

A model may have two looks: a quick one, which reads the last seconds again, and one that looks back ten minutes now
and then. Each has a cursor of its own that nobody else writes:

| what the look back finds              | then                                                                     |
|---------------------------------------|--------------------------------------------------------------------------|
| written so lately that the quick look | it is left to that                                                       |
| reads it again                        |                                                                          |
| the quick look has rung for it        | nothing: the quick look leaves word of the last ten minutes (`leave_word`) |
| anything else                         | it rings                                                                 |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
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
    #: What is read of it is all that counts: a row that reads the same is the same.
    whole: bool = False


@dataclass(frozen=True)
class _Kept:
    """What a look keeps until its next turn."""

    feed: str = ""
    #: Id → its mark, of the rows that may be read again.
    seen: Mapping[str, str] = field(default_factory=dict)
    #: Rows that ring once more.
    doubted: Sequence[int] = ()
    #: From when on rows are read again, as Odoo writes times.
    again: str = ""

    @classmethod
    def read(cls, text: str) -> _Kept:
        return cls(**json.loads(text or "{}"))

    def write(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def take_news(
    live: Live,
    odoo: Records,
    flow: Flow,
    chore: str,
    news: Sequence[News],
    *,
    overlap: timedelta = OVERLAP,
    back: bool = False,
) -> dict[str, int]:
    """Ring for what changed in these models since the last look, and return what was found.

    Args:
        live: the connection.
        odoo: its Odoo.
        flow: for whose records.
        chore: who asks: its next turn comes at once where there is more to be had.
        news: the models.
        overlap: how much of what was read before is read again (odoo/feed.py). With less than ten minutes, somebody
            else has to look back.
        back: this is the look back.

    Raises:
        WoodooError: where a model cannot be read.
    """
    found = {"read": 0, "changed": 0, "rung": 0}
    more = False
    for one in news:
        more |= _take(live, odoo, flow, one, found, overlap, back=back)
    if more:
        chores.hint(live.connection.pk, chore, delay=0.0, gap=0.0)
    return found


def leave_word(connection_id: int, flow: Flow, model: str, rows: Sequence[Row]) -> None:
    """Leave word for the look back of rows a quick look has rung for; they hold what `News` reads of the model."""
    if not rows:
        return
    name = _word_of(flow, model)
    marks = {**json.loads(get_cursor(connection_id, name) or "{}"), **_marks(rows)}
    first = _ago(max(marks.values()), OVERLAP)
    set_cursor(connection_id, name, json.dumps(_since(first, marks), separators=(",", ":")))


def _take(
    live: Live, odoo: Records, flow: Flow, one: News, found: dict[str, int], overlap: timedelta, *, back: bool
) -> bool:
    number, name = live.connection.pk, _name_of(flow, one.model)
    quick, rung = _quick_look(number, flow, one.model) if back else ("", {})
    name += ":back" if back else ""
    before = get_cursor(number, name)
    kept = _Kept.read(before)
    piece = read_changes(odoo, one.model, kept.feed, one.fields, one.domain(live), overlap=overlap)
    rows = [row for row in piece.rows if not quick or row["write_date"] < quick]
    marks = _marks(rows)
    fresh, again = _news_of(rows, marks, {**rung, **kept.seen}, set(kept.doubted))
    records = sorted(set(one.records(live, odoo, [*fresh, *again]))) if fresh or again else []
    newest = max((str(row["write_date"]) for row in rows), default="")
    doubted = () if one.whole else sorted(row["id"] for row in fresh if str(row["write_date"]) == newest)
    after = _Kept(piece.cursor, _since(piece.again, {**kept.seen, **marks}), doubted, piece.again).write()
    with transaction.atomic():
        if records:
            behind = len(records) > MANY
            enqueue(number, flow.lane, flow.name, records, source="odoo", topic=one.model, behind=behind)
        if after != before:
            set_cursor(number, name, after)
        if overlap < OVERLAP:
            leave_word(number, flow, one.model, fresh)
    found["read"] += len(piece.rows)
    found["changed"] += len(fresh)
    found["rung"] += len(records)
    return piece.more


def _news_of(
    rows: Iterable[Row], marks: Mapping[str, str], seen: Mapping[str, str], doubted: Set[int]
) -> tuple[list[Row], list[Row]]:
    """Return which rows are not as they were seen, and which of the others are doubted."""
    fresh: list[Row] = []
    again: list[Row] = []
    for row in rows:
        key = str(row["id"])
        if seen.get(key) != marks[key]:
            fresh.append(row)
        elif row["id"] in doubted:
            again.append(row)
    return fresh, again


def _quick_look(connection_id: int, flow: Flow, model: str) -> tuple[str, Mapping[str, str]]:
    """Return from when on the quick look reads a model again, and the marks of what it has rung for.

    In this order: what it rings for meanwhile may be known twice, never not at all.
    """
    again = _Kept.read(get_cursor(connection_id, _name_of(flow, model))).again
    return again, json.loads(get_cursor(connection_id, _word_of(flow, model)) or "{}")


def _name_of(flow: Flow, model: str) -> str:
    return f"{flow.name}:{model}"


def _word_of(flow: Flow, model: str) -> str:
    return f"{flow.name}:{model}:rung"


def _marks(rows: Iterable[Row]) -> dict[str, str]:
    """Return what each row is known by: when it was written, and its content."""
    return {str(row["id"]): f"{row['write_date']} {print_of(row)[:8]}" for row in rows}


def _since(first: str, marks: Mapping[str, str]) -> Mapping[str, str]:
    """Return the marks of what was written at this time of Odoo's or later."""
    return {key: mark for key, mark in marks.items() if mark >= first}


def _ago(mark: str, span: timedelta) -> str:
    moment = datetime.fromisoformat(mark[: len("2026-01-01 00:00:00")])
    return utc_text((moment - span).replace(tzinfo=UTC))
