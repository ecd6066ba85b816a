"""Everything at a glance, of all connections or of one: what needs a person, what waits, how fast it goes, by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from woodoo.engine import gauges
from woodoo.flows.table import FLOWS

from .course import Pace, paces
from .words import flow_word

_OPEN = ("ready", "running", "waiting", "parked", "failed")


@dataclass(frozen=True)
class Kind:
    """One kind of record: what stands where now, and how it went over the last day."""

    flow: str
    word: str
    counts: Mapping[str, int]
    pace: Pace


@dataclass(frozen=True)
class Lag:
    """How long news of a kind takes, and since when the first of what waits has been due."""

    word: str
    typical: float | None
    slow: float | None
    #: Seconds; None: nothing waits.
    oldest: float | None


@dataclass(frozen=True)
class Dashboard:
    """What the dashboard shows beside its charts."""

    #: State → records, of those that are not at rest.
    open: Mapping[str, int]
    kinds: Sequence[Kind]
    sides: Sequence[Pace]
    lags: Sequence[Lag]
    done_today: int
    last_done: datetime | None

    @property
    def attention(self) -> int:
        """How many records need a person."""
        return self.open.get("parked", 0) + self.open.get("failed", 0)

    @property
    def coming(self) -> int:
        """How many are queued or at work."""
        return self.open.get("ready", 0) + self.open.get("running", 0)

    @property
    def has_any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.kinds or self.sides or self.last_done)


def dashboard(
    connection_ids: Sequence[int], last_done: Mapping[int, datetime | None], *, whole: bool = False
) -> Dashboard:
    """Put the dashboard of these connections together, in a fixed number of queries; `whole`: all there are."""
    ids = list(connection_ids)
    counts: dict[str, dict[str, int]] = {}
    for flow, state, count in gauges.open_records(ids):
        counts.setdefault(flow, {})[state] = count
    today = paces(ids, whole=whole)
    flows = [flow for flow in FLOWS if flow in counts or flow in today]
    oldest: dict[str, float] = dict(gauges.oldest_due(ids))
    return Dashboard(
        open={state: sum(one.get(state, 0) for one in counts.values()) for state in _OPEN},
        kinds=[Kind(f, flow_word(f), counts.get(f, {}), today.get(f) or Pace(f, flow_word(f))) for f in flows],
        sides=[today[side] for side in ("odoo", "store") if side in today],
        lags=[_lag(flow, today.get(flow), oldest) for flow in ("order", "update_stock") if flow in flows],
        done_today=sum(one.done for name, one in today.items() if name in FLOWS),
        last_done=max((at for at in (last_done.get(number) for number in ids) if at), default=None),
    )


def _lag(flow: str, pace: Pace | None, oldest: Mapping[str, float]) -> Lag:
    return Lag(
        flow_word(flow), pace.typical if pace else None, pace.slow if pace else None, oldest.get(FLOWS[flow].lane)
    )
