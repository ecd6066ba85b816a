"""How a connection hears of what people change in Odoo, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from woodoo.chores.odoo_changes import NAME
from woodoo.chores.odoo_records import NAME as RECORDS
from woodoo.chores.push import push_state
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.engine.models import Chore


@dataclass(frozen=True)
class OdooNews:
    """What the card shows."""

    #: Between two questions; None where the settings cannot be read.
    seconds: int | None
    #: When Odoo was asked last and answered, and when the records were compared by id.
    asked_at: datetime | None
    compared_at: datetime | None
    #: What went wrong the last time, and what to do about it.
    problems: tuple[tuple[str, str], ...]
    hinted: bool
    hinted_at: datetime | None


def odoo_news(connection: Connection) -> OdooNews:
    """Return how a connection hears of changes in Odoo."""
    chores = {
        chore.name: chore for chore in Chore.objects.filter(connection_id=connection.pk, name__in=[NAME, RECORDS])
    }
    try:
        seconds = connection.rules.odoo_poll_seconds
    except ConfigError:
        seconds = None
    hints = push_state(connection)
    return OdooNews(
        seconds,
        chores[NAME].well_at if NAME in chores else None,
        chores[RECORDS].well_at if RECORDS in chores else None,
        tuple({(chore.message, chore.fix) for chore in chores.values() if chore.message}),
        hints.on,
        datetime.fromisoformat(hints.last) if hints.last else None,
    )
