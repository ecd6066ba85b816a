"""Counts deliveries that brought no work, so that a person can see why the store's news does not arrive.

Decides that a flood costs next to nothing: each process writes a reason of a connection at most once a second and
adds up what comes in between.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from woodoo.engine import door

from .models import DeliveryTally

log = logging.getLogger(__name__)


class Reason(StrEnum):
    """Why a delivery brought no work."""

    PING = "ping"
    TOO_BIG = "too_big"
    COMPRESSED = "compressed"
    CONTENT_TYPE = "content_type"
    SIGNATURE = "signature"
    OTHER_STORE = "other_store"
    MALFORMED = "malformed"
    TOPIC = "topic"
    DRAFT = "draft"
    GONE = "gone"


@dataclass(frozen=True)
class ReasonWords:
    """What a reason means to the reader, and what to do about it."""

    label: str
    fix: str
    #: Whether the store was told no.
    refused: bool = True


WORDS = {
    Reason.PING: ReasonWords(_("Ping"), _("The store reached this address when a webhook was saved."), refused=False),
    Reason.TOO_BIG: ReasonWords(_("Body too big"), _("Raise WOODOO_HOOK_MAX_BYTES if the store has such orders.")),
    Reason.COMPRESSED: ReasonWords(_("Compressed"), _("Look for a proxy that compresses what the store sends.")),
    Reason.CONTENT_TYPE: ReasonWords(_("Not JSON"), _("Look for something other than WooCommerce using this address.")),
    Reason.SIGNATURE: ReasonWords(
        _("Wrong signature"),
        _("Put the secret of this connection into the webhook, or make a new one and use it in both."),
    ),
    Reason.OTHER_STORE: ReasonWords(
        _("From another store"), _("The webhook of another store has this address. Change its delivery URL there.")
    ),
    Reason.MALFORMED: ReasonWords(_("Unreadable"), _("Look for a plugin in the store that changes webhook payloads.")),
    Reason.TOPIC: ReasonWords(_("Topic not followed"), _("Nothing to do; the webhook can be deleted."), refused=False),
    Reason.DRAFT: ReasonWords(_("Unfinished checkout"), _("Nothing to do; it is no order yet."), refused=False),
    Reason.GONE: ReasonWords(
        _("Record already gone"), _("Nothing to do, unless the webhook's user may not read orders."), refused=False
    ),
}

_SQL = """
INSERT INTO web_deliverytally (connection_id, reason, count, detail, last_at) VALUES (%s, %s, %s, %s, now())
ON CONFLICT (connection_id, reason) DO UPDATE
SET count = web_deliverytally.count + excluded.count, detail = excluded.detail, last_at = excluded.last_at
"""
_EVERY = 1.0
#: Reasons the look after the webhooks draws conclusions from.
_NOTED = {Reason.PING: door.PING, Reason.SIGNATURE: door.SIGNATURE}
_pending: dict[tuple[int, Reason], int] = {}
_written: dict[tuple[int, Reason], float] = {}
_lock = Lock()


def tally(connection_id: int, reason: Reason, detail: str = "") -> None:
    """Count one more delivery that ended this way. Never fails a delivery."""
    key = (connection_id, reason)
    now = time.monotonic()
    with _lock:
        _pending[key] = _pending.get(key, 0) + 1
        if now - _written.get(key, -_EVERY) < _EVERY:
            return
        _written[key] = now
        count = _pending.pop(key)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SQL, [connection_id, reason, count, _harmless(detail)])
            if reason in _NOTED:
                door.note(connection_id, _NOTED[reason], _harmless(detail))
    except DatabaseError:
        log.exception("a delivery could not be counted")


def _harmless(detail: str) -> str:
    """Cut what a stranger sent to a short printable line."""
    return "".join(c if c.isprintable() else "?" for c in detail[:120])


@dataclass(frozen=True)
class TallyLine:
    """One line for the connection's page."""

    label: str
    fix: str
    refused: bool
    count: int
    detail: str
    last_at: datetime


def tally_lines(connection_id: int) -> list[TallyLine]:
    """Return what became of deliveries without work, newest first, pings apart."""
    rows = DeliveryTally.objects.filter(connection_id=connection_id).exclude(reason=Reason.PING).order_by("-last_at")
    lines = []
    for row in rows:
        words = WORDS.get(Reason(row.reason)) if row.reason in set(Reason) else None
        words = words or ReasonWords(row.reason, "")
        lines.append(
            TallyLine(
                gettext(words.label),
                gettext(words.fix) if words.fix else "",
                words.refused,
                row.count,
                row.detail,
                row.last_at,
            )
        )
    return lines


def last_ping(connection_id: int) -> datetime | None:
    """Return when the store last tried the address out."""
    row = DeliveryTally.objects.filter(connection_id=connection_id, reason=Reason.PING).first()
    return row.last_at if row else None


def reset_clock() -> None:
    """Write the next of every reason at once again. For tests."""
    with _lock:
        _pending.clear()
        _written.clear()
