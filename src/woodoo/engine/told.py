"""How much of what changes in a store its webhooks tell, and how much only the poll finds.

Decides that a change counts as missed only once its webhook had time to come: stores deliver up to some minutes late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from woodoo.engine import db

#: Seconds within which a webhook about what a poll found may come, before or after it.
PATIENCE = 900
#: Seconds that are looked back on.
PERIOD = 86_400
#: Missed changes in a row, with none told in between, after which the webhooks count as failing.
FAILING = 3

_SQL = """
    WITH news AS (
        SELECT source, lane, record, received_at FROM engine_event
         WHERE connection_id = %(id)s AND source IN ('webhook', 'poll')
           AND received_at > GREATEST(now() - make_interval(secs => %(period)s), %(since)s::timestamptz)
    ), missed AS (
        SELECT p.record, p.received_at FROM news p
         WHERE p.source = 'poll' AND p.received_at < now() - make_interval(secs => %(patience)s)
           AND p.received_at > %(since)s::timestamptz + make_interval(secs => %(patience)s)
           AND NOT EXISTS (SELECT 1 FROM news w
                            WHERE w.source = 'webhook' AND w.lane = p.lane AND w.record = p.record
                              AND w.received_at BETWEEN p.received_at - make_interval(secs => %(patience)s)
                                                    AND p.received_at + make_interval(secs => %(patience)s))
    ), told AS (SELECT count(*) AS number, max(received_at) AS last FROM news WHERE source = 'webhook')
    SELECT GREATEST(now() - make_interval(secs => %(period)s), %(since)s::timestamptz),
           told.number, (SELECT count(*) FROM missed),
           (SELECT count(*) FROM missed WHERE told.last IS NULL OR received_at > told.last),
           told.last, (SELECT max(received_at) FROM missed)
      FROM told
"""


@dataclass(frozen=True)
class Told:
    """What webhooks told of the last day, and what they did not."""

    #: Since when that is counted: for a day, or since all webhooks stand.
    since: datetime
    #: Deliveries that came in.
    told: int
    #: Changes that only the poll found.
    missed: int
    #: How many of those after the last delivery.
    missed_since: int
    last_told: datetime | None
    last_missed: datetime | None

    @property
    def failing(self) -> bool:
        """Whether webhooks have ceased to come while the store has news."""
        return self.missed_since >= FAILING


def look_back(connection_id: int, since: datetime) -> Told:
    """Compare what came of the last day, as far as webhooks were set up: since then."""
    ((start, told, missed, missed_since, last_told, last_missed),) = db.rows(
        _SQL, {"id": connection_id, "since": since, "period": PERIOD, "patience": PATIENCE}
    )
    return Told(start, told, missed, missed_since, last_told, last_missed)
