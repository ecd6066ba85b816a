"""Adds to the maps of a connection's settings, leaving what people have mapped as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine.work import connection_changed
from woodoo.mapping.evidence.row import Row, accepted
from woodoo.mapping.proposals import Proposal, merged


def take_rows(connection_id: int, rows: Sequence[Row]) -> tuple[int, int]:
    """Write what is proposed on the sheet of mappings into the settings; nothing that is set is overwritten.

    Returns how much of it was not set before, and how many records that waited are tried again for it.

    Raises:
        ConfigError: where the settings as they are, or would be, cannot be used.
    """
    return _take(connection_id, lambda settings: accepted(settings, rows))


def take_into_maps(connection_id: int, proposals: Sequence[Proposal]) -> tuple[int, int]:
    """Write what is proposed into the settings.

    Returns how much of it was not mapped before, and how many records that waited are tried again for it.

    Raises:
        ConfigError: where the settings as they are cannot be used.
    """
    return _take(connection_id, lambda settings: merged(settings, proposals))


def _take(connection_id: int, change: Callable[[Mapping[str, Any]], tuple[dict[str, Any], int]]) -> tuple[int, int]:
    with transaction.atomic():
        now = Connection.objects.select_for_update().get(pk=connection_id)
        raw, count = change(now.settings)
        if count:
            settings = ConnectionSettings.parse(raw, connection=now.name)
            now.settings = settings.model_dump(mode="json", exclude_defaults=True)
            now.save(update_fields=["settings", "updated_at"])
    return (count, connection_changed(connection_id)) if count else (0, 0)
