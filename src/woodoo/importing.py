"""Brings orders of the past over: reads which ones are meant, begins the import, or only tells what it would do.

Decides what has to be right before an import begins: the connection is switched on, and the store has such orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from . import wiring
from .connections.models import Connection
from .domain.errors import WoodooError
from .domain.history import OrderRange, read_range
from .engine import imports
from .engine.models import Import
from .flows.preview import try_all
from .flows.table import FLOWS


def zone_of(connection: Connection) -> ZoneInfo:
    """Return the shop's time zone, as the settings have it."""
    return ZoneInfo(connection.rules.timezone)


def read_wanted(
    connection: Connection, *, from_day: str = "", to_day: str = "", ids: str = "", statuses: Sequence[str] = ()
) -> OrderRange:
    """Read what a person wrote; days are those of the shop's time zone.

    Raises:
        WoodooError: says what is wrong with it.
    """
    return read_range(
        from_day=from_day, to_day=to_day, ids=ids, statuses=statuses, zone=zone_of(connection), now=timezone.now()
    )


def expected(connection: Connection, wanted: OrderRange) -> int:
    """Return about how many orders that is.

    Raises:
        WoodooError: where there are none, where the connection is switched off, or the store cannot tell.
    """
    if not connection.enabled:
        raise WoodooError(
            f"Connection {connection.name} is switched off, so nothing can be imported.",
            fix="Switch it on in the panel, under Connection; then start again.",
        )
    total = wiring.history_of(connection.pk).count(wanted)
    if not total:
        raise WoodooError(
            f"The store has no {wanted.in_words(zone_of(connection))}.",
            fix="Check days, ids and statuses against the store's list of orders.",
        )
    return total


def start_import(connection: Connection, wanted: OrderRange, *, started_by: str, dry_run: bool = False) -> Import:
    """Begin an import, or a dry run, which a worker carries out.

    Raises:
        WoodooError: where it cannot begin.
    """
    flow = FLOWS["order"]
    return imports.start(
        connection.pk,
        flow.lane,
        flow.name,
        wanted,
        title=wanted.in_words(zone_of(connection)),
        total=expected(connection, wanted),
        started_by=started_by,
        dry_run=dry_run,
    )


def try_out(connection: Connection, wanted: OrderRange) -> Iterator[tuple[int, dict[str, Any]]]:
    """Plan everything at once, without a worker and writing nothing; yield how many orders and what came of them.

    Raises:
        WoodooError: where a side does not answer, or the settings cannot be used.
    """
    yield from try_all(wiring.history_of(connection.pk), wanted)
