"""Which connections rest because a side is down: which side, why, since when, and how many records wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from woodoo.engine.models import CLAIMABLE, Breaker, Work

SIDES = {"odoo": "Odoo", "store": gettext_noop("The store")}


@dataclass(frozen=True)
class Pause:
    """A side that does not answer."""

    connection_id: int
    side: str
    reason: str
    since: datetime | None
    #: None: any moment.
    until: datetime | None
    #: Records that would go if it answered.
    waiting: int = 0

    @property
    def wait(self) -> str:
        """How many records wait: "212 records wait and lose nothing"."""
        if not self.waiting:
            return gettext("Nothing waits yet")
        said = ngettext(
            "%(count)s record waits and loses nothing", "%(count)s records wait and lose nothing", self.waiting
        )
        return said % {"count": self.waiting}

    def to_json(self) -> dict[str, Any]:
        """Return it for other programs."""
        return {
            "side": self.side,
            "reason": self.reason,
            "since": self.since,
            "next_try": self.until,
            "waiting": self.waiting,
        }


def pauses_of(
    connection_ids: Iterable[int], counts: Mapping[int, Mapping[str, int]] | None = None
) -> Mapping[int, Pause]:
    """Return the pauses of those connections that rest; `counts`: their records by state, where they are known."""
    now = timezone.now()
    ids = list(connection_ids)
    down = list(Breaker.objects.filter(connection_id__in=ids, failures__gt=0, paused_until__isnull=False))
    if not down:
        return {}
    waiting = _waiting([b.connection_id for b in down]) if counts is None else _due_of(counts)
    return {
        b.connection_id: Pause(
            b.connection_id,
            gettext(SIDES.get(b.side, gettext_noop("One side"))),
            b.reason,
            b.since,
            b.paused_until if b.paused_until and b.paused_until > now else None,
            waiting.get(b.connection_id, 0),
        )
        for b in down
    }


def _waiting(connection_ids: Sequence[int]) -> Mapping[int, int]:
    found = Work.objects.filter(connection_id__in=connection_ids, state__in=CLAIMABLE, trial=False)
    return dict(found.values_list("connection_id").annotate(number=Count("*")))


def _due_of(counts: Mapping[int, Mapping[str, int]]) -> Mapping[int, int]:
    return {number: sum(mine.get(state, 0) for state in CLAIMABLE) for number, mine in counts.items()}


def next_try(work: Work, pause: Pause | None) -> datetime | None:
    """Return when a record that waits is tried again; None for any moment."""
    times = [work.due_at] if work.due_at > timezone.now() else []
    if pause and pause.until and work.state in CLAIMABLE:
        times.append(pause.until)
    return max(times, default=None)
