"""Everything at a glance, of all connections or of one: what needs a person, what waits, how fast it goes, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from woodoo.engine import gauges
from woodoo.flows.table import FLOWS

from .course import Pace, paces
from .words import flow_word

_OPEN = ("ready", "running", "waiting", "parked", "failed")
#: Flows of which it is told how long news takes.
_LAGGING = ("order", "update_stock")


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
    connection_ids: Sequence[int],
    last_done: Mapping[int, datetime | None],
    records: gauges.Rows | None = None,
    *,
    whole: bool = False,
) -> Dashboard:
    """Put the dashboard of these connections together, in a fixed number of queries.

    Args:
        connection_ids: of which connections.
        last_done: when a record of each was done last.
        records: what `gauges.records` says of them, where it was asked before.
        whole: they are all there are.
    """
    ids = list(connection_ids)
    counts = _open(gauges.records(ids) if records is None else records)
    today = paces(ids, whole=whole)
    flows = [flow for flow in FLOWS if flow in counts or flow in today]
    oldest: dict[str, float] = dict(gauges.oldest_due(ids, [FLOWS[flow].lane for flow in _LAGGING]))
    return Dashboard(
        open={state: sum(one.get(state, 0) for one in counts.values()) for state in _OPEN},
        kinds=[Kind(f, flow_word(f), counts.get(f, {}), today.get(f) or Pace(f, flow_word(f))) for f in flows],
        sides=[today[side] for side in ("odoo", "store") if side in today],
        lags=[_lag(flow, today.get(flow), oldest) for flow in _LAGGING if flow in flows],
        done_today=sum(one.done for name, one in today.items() if name in FLOWS),
        last_done=max((at for at in (last_done.get(number) for number in ids) if at), default=None),
    )


def _open(records: gauges.Rows) -> dict[str, Counter[str]]:
    """Return the records that are not at rest by flow and state."""
    counts: dict[str, Counter[str]] = {}
    for _, flow, state, count in records:
        if state in _OPEN:
            counts.setdefault(flow, Counter())[state] += count
    return counts


def _lag(flow: str, pace: Pace | None, oldest: Mapping[str, float]) -> Lag:
    return Lag(
        flow_word(flow), pace.typical if pace else None, pace.slow if pace else None, oldest.get(FLOWS[flow].lane)
    )
