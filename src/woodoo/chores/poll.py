"""Looks at what changed in the store, for events that never arrived.

Decides from where a poll asks, so that nothing is passed over whatever the clocks do, and that a long list of changes
is taken in pieces. A store tells the second of a change and no more: where somebody may have looked within that second,
what the order holds is compared. New orders are looked for twice: by the time of their change, and now and then at the
end of the list by their ids, which no clock and no plugin that writes its own dates can spoil.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ..domain.calls import NullRecorder
from ..engine import chores, completeness
from ..engine.cursors import get_cursor, set_cursor
from ..engine.links import Links
from ..engine.work import enqueue
from ..flows.history import not_done
from ..flows.table import FLOWS, Flow
from ..live import Live
from ..stores.base import Changed, Store
from .contents import differing

#: A poll looks back this much further than it has come: orders whose saving took long, and those of the same second.
POLL_OVERLAP = timedelta(seconds=60)
#: Clocks that differ by less are taken for equal.
SAME_TIME = timedelta(seconds=5)
#: While no date shows anything new, the end of the list is looked at so often: an idle shop hears little of Woodoo.
END_EVERY = timedelta(minutes=10)
#: Changes taken in at once; the rest follows in the next piece.
PIECE = 2000


def poll_orders(live: Live) -> Mapping[str, int]:
    """Put on the list what changed in the store and has not been brought over as of that change."""
    flow, connection_id = FLOWS["order"], live.connection.pk
    store, seen, asked_at = live.store(NullRecorder()), load_seen(live), completeness.now()
    changes, all_read = _changes(store, flow, seen, asked_at)
    fresh = [change for change in changes if not seen.knows(change)]
    new = _not_done(live, flow, seen, changes)
    _ring(live, flow, new)
    store_now = store.clock() or asked_at
    doubted = seen.doubted(changes, store_now, asked_at)
    seen = replace(seen.after(changes, by=store_now if all_read else None), doubted_ones=doubted)
    missed: Sequence[str] = ()
    if all_read and (fresh or seen.end_is_due(asked_at)):
        seen, missed = _look_at_the_end(live, flow, store, seen, asked_at)
    if all_read:
        seen = replace(seen, asked_at=asked_at.isoformat())
    set_cursor(connection_id, _name(flow), seen.write())
    if all_read:
        completeness.polled(connection_id, flow.lane, asked_at)
    else:
        chores.soon(connection_id, "poll")
    return {"changed": len(fresh), "new": len(new), "by_id": len(missed)}


def _not_done(live: Live, flow: Flow, seen: Seen, changes: Sequence[Changed]) -> list[str]:
    """Return the orders that were not brought over as of their change, or may have changed again in that second."""
    fresh = [change for change in changes if not seen.knows(change)]
    new = dict.fromkeys(not_done(Links(live.connection.pk), flow, fresh))
    maybe = [c.external_id for c in changes if not seen.knows(c) or seen.doubts(c)]
    return [*new, *differing(live, flow, [one for one in dict.fromkeys(maybe) if one not in new])]


def _look_at_the_end(
    live: Live, flow: Flow, store: Store, seen: Seen, asked_at: datetime
) -> tuple[Seen, Sequence[str]]:
    """Ring for new orders that no date has shown; return how far it has come, and which they are."""
    newest = store.newest_orders(seen.top)
    highest = max((int(one.external_id) for one in (*newest.orders, *newest.drafts)), default=0)
    seen = seen.with_top(highest, seen.earlier(store.clock(), asked_at))
    missed = unknown(live, flow, [one for one in newest.orders if not seen.is_older(one)])
    _ring(live, flow, missed)
    return replace(seen, end_at=asked_at.isoformat()), missed


def unknown(live: Live, flow: Flow, orders: Sequence[Changed]) -> list[str]:
    """Return those that are not on the to-do list."""
    listed = completeness.on_the_list(live.connection.pk, flow.lane, [one.external_id for one in orders])
    return [one.external_id for one in orders if one.external_id not in listed]


def _changes(store: Store, flow: Flow, seen: Seen, now: datetime) -> tuple[list[Changed], bool]:
    """Read a piece of the changes, and say whether it was all of them.

    Where the store's clock turns out to have been set back, it is asked once more from where it was then.
    """
    changes, all_read = _piece(seen, store.changed_orders(seen.since - POLL_OVERLAP))
    earlier = seen.earlier(store.clock(), now)
    if all_read and earlier < seen.since - SAME_TIME:
        changes, all_read = _piece(seen, store.changed_orders(earlier - POLL_OVERLAP))
    return changes, all_read


def _piece(seen: Seen, changes: Iterable[Changed]) -> tuple[list[Changed], bool]:
    """Take as many new ones as fit into a piece, but whole seconds only."""
    taken: list[Changed] = []
    new = 0
    for change in changes:
        if new >= PIECE and change.modified_at > taken[-1].modified_at:
            return taken, False
        taken.append(change)
        new += not seen.knows(change)
    return taken, True


def _ring(live: Live, flow: Flow, records: Sequence[str]) -> None:
    if records:
        enqueue(live.connection.pk, flow.lane, flow.name, records, source="poll")


@dataclass(frozen=True)
class Seen:
    """How far the polls have come."""

    #: The newest change seen, by the store's clock, but never later than it was for the store then.
    since: datetime
    #: What was seen at that time, within the overlap, and later: order → its change.
    seen: Mapping[str, str] = field(default_factory=dict)
    #: When the last poll that read all asked, by the database's clock; at first, when the connection was made.
    asked_at: str = ""
    #: When the end of the list was looked at last, by the same clock.
    end_at: str = ""
    #: The highest id seen, and what it was when the first poll asked; below 0 before that.
    top: int = 0
    first_top: int = -1
    #: When the connection was made, by the store's clock.
    beginning: str = ""
    #: Of those seen: orders that may have been changed once more within the second of their change.
    doubted_ones: Sequence[str] = ()

    @classmethod
    def read(cls, text: str, beginning: datetime) -> Seen:
        """Read what `write` wrote; without anything, polls begin with the connection."""
        born = beginning.astimezone(UTC)
        if not text:
            return cls(born, asked_at=born.isoformat(), beginning=born.isoformat())
        data = json.loads(text)
        return cls(**{"beginning": born.isoformat(), **data, "since": datetime.fromisoformat(data["since"])})

    def write(self) -> str:
        """Return it as it is stored."""
        return json.dumps({**asdict(self), "since": self.since.isoformat()})

    def knows(self, change: Changed) -> bool:
        """Whether a poll has seen this very change."""
        return self.seen.get(change.external_id) == change.modified_at.isoformat()

    def doubts(self, change: Changed) -> bool:
        """Whether this change was seen so soon that another one of the same second may have followed."""
        return change.external_id in self.doubted_ones and self.knows(change)

    def doubted(self, changes: Sequence[Changed], store_now: datetime, now: datetime) -> list[str]:
        """Return the orders whose second of change may not be over; what was doubted before and for long is not."""
        again = bool(self.asked_at) and now - datetime.fromisoformat(self.asked_at) >= SAME_TIME
        late = [change for change in changes if change.modified_at > store_now - SAME_TIME]
        return [change.external_id for change in late if not (again and self.knows(change))]

    def end_is_due(self, now: datetime) -> bool:
        """Whether it is time to look at the end of the list again. A clock that was set back puts nothing off."""
        passed = now - datetime.fromisoformat(self.end_at) if self.end_at else END_EVERY
        return not timedelta() <= passed < END_EVERY

    def is_older(self, change: Changed) -> bool:
        """Whether an order is older than the connection and has not been touched since."""
        born = datetime.fromisoformat(self.beginning)
        there_at_first = self.first_top < 0 or int(change.external_id) <= self.first_top
        return there_at_first and change.modified_at < born

    def is_due(self, change: Changed) -> bool:
        """Whether a poll must have shown this order by now."""
        return int(change.external_id) <= self.top and change.modified_at < self.since - POLL_OVERLAP

    def earlier(self, store_now: datetime | None, now: datetime) -> datetime:
        """Return what time it was for the store when it was asked last, by what time it is for it now.

        Times that lie later were those of a clock that ran ahead and has been set back.
        """
        if store_now is None or not self.asked_at:
            return self.since
        passed = max(timedelta(), now - datetime.fromisoformat(self.asked_at))
        return min(self.since, store_now - passed)

    def after(self, changes: Sequence[Changed], *, by: datetime | None) -> Seen:
        """Return how far it has come with these changes.

        `by` is what time it is for the store: orders with dates in the future must not keep polls from what comes
        meanwhile. None: the changes are a piece of more.
        """
        newest = max([self.since, *(change.modified_at for change in changes)])
        since = newest if by is None else min(newest, by.astimezone(UTC))
        recent = {c.external_id: c.modified_at.isoformat() for c in changes if c.modified_at >= since - POLL_OVERLAP}
        return replace(self, since=since, seen=recent)

    def with_top(self, top: int, earlier: datetime) -> Seen:
        """Return it with the highest id seen; at first also with what time it was for the store at the beginning."""
        if self.first_top >= 0:
            return replace(self, top=max(self.top, top))
        born = min(datetime.fromisoformat(self.beginning), earlier.astimezone(UTC))
        return replace(self, top=top, first_top=top, beginning=born.isoformat())


def load_seen(live: Live) -> Seen:
    """Return how far the polls of a connection have come."""
    return Seen.read(get_cursor(live.connection.pk, _name(FLOWS["order"])), live.connection.created_at)


def _name(flow: Flow) -> str:
    return f"store:{flow.name}"
