"""Looks at what changed in the store, for events that never arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ..domain.calls import NullRecorder
from ..engine.cursors import get_cursor, set_cursor
from ..engine.links import Links
from ..engine.work import enqueue
from ..flows.history import not_done
from ..flows.table import FLOWS
from ..live import Live

#: A poll looks back this much further than it has come: clocks, and orders saved in the same second.
POLL_OVERLAP = timedelta(seconds=30)


def poll_orders(live: Live) -> Mapping[str, int]:
    """Put on the list what changed in the store and has not been brought over as of that change."""
    flow = FLOWS["order"]
    connection_id, name = live.connection.pk, f"store:{flow.name}"
    cursor = _Seen.read(get_cursor(connection_id, name), live.connection.created_at)
    changes = list(flow.changed(live.store(NullRecorder()), cursor.since - POLL_OVERLAP))
    fresh = [change for change in changes if not cursor.knows(change)]
    new = not_done(Links(connection_id), flow, fresh)
    if new:
        enqueue(connection_id, flow.lane, flow.name, new, source="poll")
    set_cursor(connection_id, name, cursor.after(changes).write())
    return {"changed": len(fresh), "new": len(new)}


@dataclass(frozen=True)
class _Seen:
    """How far a poll has come: the newest change it saw, and what it saw within the overlap."""

    since: datetime
    seen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, beginning: datetime) -> _Seen:
        if not text:
            return cls(beginning.astimezone(UTC))
        data = json.loads(text)
        return cls(datetime.fromisoformat(data["since"]), data["seen"])

    def knows(self, change: Any) -> bool:
        return self.seen.get(change.external_id) == change.modified_at.isoformat()

    def after(self, changes: Sequence[Any]) -> _Seen:
        newest = max([self.since, *(change.modified_at for change in changes)])
        recent = {c.external_id: c.modified_at.isoformat() for c in changes if c.modified_at >= newest - POLL_OVERLAP}
        return _Seen(newest, recent)

    def write(self) -> str:
        return json.dumps({"since": self.since.isoformat(), "seen": dict(self.seen)})
