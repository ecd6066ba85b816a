"""How the channels of a connection are doing, as far as deliveries tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from woodoo.connections.models import Connection
from woodoo.engine import db

from .channels import Channel, channels_of


@dataclass(frozen=True)
class Standing:
    """A channel and what came of the messages to it."""

    channel: Channel
    sent_at: datetime | None = None
    #: Since when messages have not got through, and why not; None where they do.
    failing_since: datetime | None = None
    error: str = ""
    #: Messages that are still to go out.
    waiting: int = 0


def standings(connection: Connection) -> Sequence[Standing]:
    """Return how each channel is doing."""
    rows = db.rows(
        """SELECT channel, max(sent_at), count(*) FILTER (WHERE sent_at IS NULL AND given_up_at IS NULL)
             FROM alerts_delivery WHERE connection_id = %s GROUP BY channel""",
        [connection.pk],
    )
    counted = {mark: (sent_at, waiting) for mark, sent_at, waiting in rows}
    failing = failing_channels(connection.pk)
    return [
        Standing(one, sent_at, since, error, waiting)
        for one in channels_of(connection)
        for sent_at, waiting in [counted.get(one.mark, (None, 0))]
        for since, error in [failing.get(one.mark, (None, ""))]
    ]


def failing_channels(connection_id: int) -> Mapping[str, tuple[datetime, str]]:
    """Return the channels whose messages have not got through since one did: mark → since when, and why not."""
    rows = db.rows(
        """SELECT d.channel, min(m.created_at), (array_agg(d.error ORDER BY d.tried_at DESC))[1]
             FROM alerts_delivery d JOIN alerts_message m ON m.id = d.message_id
            WHERE d.connection_id = %(id)s AND d.sent_at IS NULL AND d.error <> ''
              AND d.tried_at > COALESCE((SELECT max(s.sent_at) FROM alerts_delivery s
                                          WHERE s.connection_id = %(id)s AND s.channel = d.channel), '-infinity')
            GROUP BY d.channel""",
        {"id": connection_id},
    )
    return {mark: (since, error) for mark, since, error in rows}


def try_again(connection_id: int, mark: str) -> None:
    """Have messages to a channel sent with the next round: it has just been seen to work."""
    db.change(
        """UPDATE alerts_delivery SET due_at = now()
            WHERE connection_id = %s AND channel = %s AND sent_at IS NULL AND given_up_at IS NULL""",
        [connection_id, mark],
    )
