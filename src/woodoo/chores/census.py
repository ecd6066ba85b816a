"""Counts the orders of the store and compares them, id by id, with the to-do list.

Decides what each difference means; whatever it is, the order is rung for, and its flow says what becomes of it.

| the store lists it | on the list  |                                                            | it is        |
|--------------------|--------------|------------------------------------------------------------|--------------|
| yes                | no           | older than the connection, not touched since               | counted      |
| yes                | no           | so new that the next poll shows it                         | news         |
| yes                | no           | else                                                       | a gap        |
| yes                | resting      | changed at another time, or other refunds, than looked at  | a change     |
| yes                | resting      | it was gone: somebody has put it back                      | a change     |
| no                 | resting      | not even in the trash                                      | gone         |
| no                 | resting      | in the trash or hidden, and was not when it was looked at  | a change     |

A piece is some steps, of a page or of a hundred orders the list does not show. How far the count has come is written
down with what it rang for, so that a worker may be killed at any moment. An empty list tells of no order that it is
gone: a shop that shows nothing at all is out of order.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from ..domain.calls import NullRecorder
from ..domain.mark import GONE, Mark
from ..engine import chores, completeness
from ..engine.completeness import Count, Known
from ..engine.work import FEW, enqueue
from ..flows.table import FLOWS, Flow
from ..live import Live
from ..stores.base import NO_TIME, Changed, OrderPage, Store
from .poll import Seen, load_seen

#: Steps and seconds of one piece, and records it rings for before others have their turn.
STEPS, SECONDS, MOST_RUNG = 20, 10.0, 500
#: Orders that are not in the list, looked for in one step: each may take a request.
CHECKED = 100
#: No id is higher.
LAST = 10**18
#: Seconds after which a count that found something missing is followed by another one.
AGAIN_AFTER = 3600.0


def count_orders(live: Live) -> Mapping[str, Any]:
    """Go a piece of the way through the store's orders, where a count is under way or due."""
    flow, connection_id = FLOWS["order"], live.connection.pk
    count = _current(live, flow)
    if count is None:
        return found(completeness.load_count(connection_id, flow.lane))
    census = Census(live, flow, live.store(NullRecorder()), load_seen(live))
    until, rung = time.monotonic() + SECONDS, 0
    for _ in range(STEPS):
        count, more = census.step(count)
        rung += more
        if count.ended_at or rung >= MOST_RUNG or time.monotonic() > until:
            break
    if count.ended_at:
        chores.soon(connection_id, "poll")
    return found(count)


def found(count: Count) -> dict[str, Any]:
    """Return what a count has found, for the screen."""
    names = ("listed", "total", "before", "gaps", "changed", "gone")
    return {**{name: getattr(count, name) for name in names}, "under_way": count.under_way, "hidden": _hidden(count)}


def _hidden(count: Count) -> int:
    return count.hidden if count.ended_at else 0


def _current(live: Live, flow: Flow) -> Count | None:
    """Return the count that is under way, or a new one where it is due; else None."""
    last = completeness.load_count(live.connection.pk, flow.lane)
    if last.under_way:
        return last
    now = completeness.now()
    pause = float(live.settings.census_seconds)
    if last.gaps:
        pause = min(pause, AGAIN_AFTER)
    # A clock that was set back must not put the next count off.
    if last.ended_at and 0 <= (now - datetime.fromisoformat(last.ended_at)).total_seconds() < pause:
        return None
    return Count(began_at=now.isoformat())


@dataclass(frozen=True)
class Census:
    """Compares pages of the store's list with the to-do list."""

    live: Live
    flow: Flow
    store: Store
    seen: Seen

    def step(self, count: Count) -> tuple[Count, int]:
        """Compare a part, ring for what differs, and return how far the count has come and how many it rang."""
        listed = count.all_listed or count.checked < count.reached
        page = OrderPage((), count.cursor) if listed else self.store.every_order(count.cursor)
        ids = [int(one.external_id) for one in (*page.orders, *page.drafts)]
        known = completeness.on_the_list(self._id, self.flow.lane, [one.external_id for one in page.orders])
        missing = [one for one in page.orders if one.external_id not in known]
        fresh = [one for one in missing if not self.seen.is_older(one)]
        gaps = [one.external_id for one in fresh if self.seen.is_due(one)]
        due = [one for one in page.orders if self.seen.is_due(one)]
        changed = [one.external_id for one in due if _changed(one, known.get(one.external_id))]
        count = replace(
            count,
            cursor=page.cursor,
            all_listed=not page.cursor,
            reached=max([count.reached, *ids]),
            listed=count.listed + len(page.orders),
            drafts=count.drafts + len(page.drafts),
            total=page.total if page.total is not None else count.total,
            before=count.before + len(missing) - len(fresh),
        )
        gone, moved, count = self._not_listed(count, page)
        count = replace(
            count,
            gaps=count.gaps + len(gaps),
            changed=count.changed + len(changed) + len(moved),
            gone=count.gone + len(gone),
        )
        news = [one.external_id for one in fresh if not self.seen.is_due(one)]
        found = [*gaps, *changed, *moved, *gone]
        return self._note(count, news, found, gaps), len(news) + len(found)

    @property
    def _id(self) -> int:
        return self.live.connection.pk

    def _not_listed(self, count: Count, page: OrderPage) -> tuple[list[str], list[str], Count]:
        """Look for what is on the to-do list, but was not in the store's, up to the id that one has come to.

        Returns what is gone, what is in the trash or hidden and was not, and how far that has come: so many at most.
        """
        until = LAST if count.all_listed else count.reached
        if not (count.listed or count.drafts):
            return [], [], replace(count, checked=until)
        listed = [one.external_id for one in (*page.orders, *page.drafts)]
        candidates = completeness.between(self._id, self.flow.lane, count.checked, until, listed, most=CHECKED)
        checked = int(candidates[-1].record) if len(candidates) == CHECKED else until
        there = self.store.orders_still_there([one.record for one in candidates]) if candidates else {}
        gone = [one.record for one in candidates if one.record not in there]
        moved = [one.record for one in candidates if one.record in there and _changed(there[one.record], one)]
        return gone, moved, replace(count, checked=checked)

    def _note(self, count: Count, news: Sequence[str], found: Sequence[str], gaps: Sequence[str]) -> Count:
        """Ring, and write down how far the count has come: both or neither."""
        lane = self.flow.lane
        with transaction.atomic():
            many = count.gaps + count.changed + count.gone > FEW
            enqueue(self._id, lane, self.flow.name, news, source="census")
            enqueue(self._id, lane, self.flow.name, found, source="census", behind=many)
            completeness.gap_found(self._id, lane, gaps)
            if count.all_listed and count.checked >= LAST:
                count = replace(count, ended_at=completeness.now().isoformat())
                completeness.counted(self._id, lane, count)
            completeness.save_count(self._id, lane, count)
        return count


def _changed(listed: Changed, known: Known | None) -> bool:
    """Whether an order that rests is another one than when it was looked at."""
    if known is None or not known.resting:
        return False
    mark = Mark.read(known.seen)
    if mark is None:
        return known.seen == GONE
    if listed.modified_at != NO_TIME and listed.modified_at.isoformat() != mark.modified:
        return True
    if listed.refund_ids is not None and listed.refund_ids != mark.refunds:
        return True
    return bool(listed.status) and listed.status != mark.status
