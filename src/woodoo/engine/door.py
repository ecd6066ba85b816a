"""What came to a connection's webhook address beside events: a ping, a wrong signature, a test of our own.

Decides nothing. The receiver notes it, and the look after the webhooks draws its conclusions.
"""

from __future__ import annotations

from datetime import datetime

from woodoo.engine import db

PING, SIGNATURE, TEST = "ping", "signature", "test"


def note(connection_id: int, what: str, value: str = "") -> None:
    """Note that this has come just now, in place of what was noted of its kind before."""
    db.change(
        """INSERT INTO engine_cursor AS c (connection_id, name, value, updated_at) VALUES (%s, %s, %s, now())
           ON CONFLICT (connection_id, name) DO UPDATE SET value = EXCLUDED.value, updated_at = now()""",
        [connection_id, f"door:{what}", value],
    )


def noted(connection_id: int, what: str) -> tuple[str, datetime] | None:
    """Return what of this kind came last, and when by the database's clock; None where none ever did."""
    found = db.rows(
        "SELECT value, updated_at FROM engine_cursor WHERE connection_id = %s AND name = %s",
        [connection_id, f"door:{what}"],
    )
    return (found[0][0], found[0][1]) if found else None
