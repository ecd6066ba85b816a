"""A side is down: the whole connection rests instead of knocking with every record.

Decides how long: 5 seconds, doubling with each outage in a row up to 5 minutes, or as long as the other side asked
(`Retry-After`, up to an hour). After the rest the side is asked for a sign of life first; only when it gives one, one
record goes ahead, and the others follow in their order when it came through.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from woodoo.engine import db
from woodoo.engine.wake import wake_due

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
LONGEST_RETRY_AFTER = 3600.0


class Gate(Enum):
    """What may go to a connection now."""

    #: All that is due.
    OPEN = "open"
    #: One record, to see whether the side is back.
    PROBE = "probe"
    #: Nothing.
    SHUT = "shut"


def gate(connection_id: int, probe_seconds: float) -> Gate:
    """Say what may go now. `Gate.PROBE` is given to one caller at a time, for `probe_seconds` at most."""
    found = db.rows("SELECT failures FROM engine_breaker WHERE connection_id = %s", [connection_id])
    if not found or not found[0][0]:
        return Gate.OPEN
    given = db.change(
        """UPDATE engine_breaker SET probe_until = now() + make_interval(secs => %s)
            WHERE connection_id = %s AND paused_until <= now() AND (probe_until IS NULL OR probe_until < now())""",
        [probe_seconds, connection_id],
    )
    return Gate.PROBE if given else Gate.SHUT


def rested(connection_id: int, seconds: float) -> str | None:
    """Return the side that is to be asked for a sign of life; "" where none need be, None where nothing may go now.

    The right to ask is given to one caller at a time, for `seconds` at most; `give_back` returns it.
    """
    found = db.rows(
        """SELECT side, paused_until > now() OR COALESCE(probe_until, now()) > now() FROM engine_breaker
            WHERE connection_id = %s AND failures > 0""",
        [connection_id],
    )
    if not found:
        return ""
    ((side, shut),) = found
    if shut or gate(connection_id, seconds) is not Gate.PROBE:
        return None
    return str(side)


def give_back(connection_id: int) -> None:
    """Return a probe that was not used."""
    db.change("UPDATE engine_breaker SET probe_until = NULL WHERE connection_id = %s", [connection_id])


def trip(connection_id: int, *, side: str, reason: str, retry_after: float | None = None) -> None:
    """Pause the connection. Outages reported while it rests already count as the same one."""
    db.change(
        """INSERT INTO engine_breaker AS b (connection_id, failures, paused_until, side, reason, since)
           VALUES (%(id)s, 1, now() + make_interval(secs => GREATEST(%(first)s, %(asked)s)), %(side)s, %(reason)s,
                   now())
           ON CONFLICT (connection_id) DO UPDATE SET
               failures = b.failures + CASE WHEN b.paused_until > now() THEN 0 ELSE 1 END,
               paused_until = GREATEST(b.paused_until, now() + make_interval(secs => GREATEST(%(asked)s,
                   LEAST(%(longest)s, %(first)s * power(2, LEAST(b.failures, 20))
                         / CASE WHEN b.paused_until > now() THEN 2 ELSE 1 END)))),
               probe_until = NULL,
               side = EXCLUDED.side,
               reason = EXCLUDED.reason,
               since = COALESCE(CASE WHEN b.failures > 0 THEN b.since END, now())""",
        {
            "id": connection_id,
            "first": FIRST_PAUSE,
            "longest": LONGEST_PAUSE,
            "asked": min(retry_after or 0.0, LONGEST_RETRY_AFTER),
            "side": side,
            "reason": reason,
        },
    )


def try_now(connection_id: int) -> bool:
    """End the rest of a connection, whoever asked for it, and return whether it rested. What follows is the probe."""
    ended = db.change(
        "UPDATE engine_breaker SET paused_until = now() WHERE connection_id = %s AND paused_until > now()",
        [connection_id],
    )
    if ended:
        wake_due(connection_id)
    return bool(ended)


def paused(connection_id: int) -> bool:
    """Whether the connection rests."""
    found = "SELECT 1 FROM engine_breaker WHERE connection_id = %s AND paused_until > now()"
    return bool(db.rows(found, [connection_id]))


def resting(connection_id: int, sides: Collection[str]) -> bool:
    """Whether the connection rests because of one of these sides."""
    found = "SELECT 1 FROM engine_breaker WHERE connection_id = %s AND paused_until > now() AND side = ANY(%s)"
    return bool(db.rows(found, [connection_id, list(sides)]))


def down(connection_id: int) -> str:
    """Return which side was down when it was last heard of: "odoo" or "store"; empty where none is."""
    found = db.rows("SELECT side FROM engine_breaker WHERE connection_id = %s AND failures > 0", [connection_id])
    return str(found[0][0]) if found else ""


def reset(connection_id: int) -> None:
    """Let everything go again: a side answered, or the connection was changed."""
    closed = db.change(
        """UPDATE engine_breaker SET failures = 0, paused_until = NULL, probe_until = NULL, since = NULL,
                                     side = '', reason = ''
            WHERE connection_id = %s AND failures > 0""",
        [connection_id],
    )
    if closed:
        wake_due(connection_id)
