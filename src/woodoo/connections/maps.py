"""Adds to the maps of a connection's settings, leaving what people have mapped as it is."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.mapping.proposals import Proposal, merged


def add_to_maps(connection_id: int, proposals: Sequence[Proposal]) -> int:
    """Write what is proposed into the settings, and return how much of it was not mapped before.

    Records that wait for it are not tried again by this (`engine.work.connection_changed`).

    Raises:
        ConfigError: where the settings as they are cannot be used.
    """
    with transaction.atomic():
        now = Connection.objects.select_for_update().get(pk=connection_id)
        raw, count = merged(now.settings, proposals)
        if count:
            settings = ConnectionSettings.parse(raw, connection=now.name)
            now.settings = settings.model_dump(mode="json", exclude_defaults=True)
            now.save(update_fields=["settings", "updated_at"])
    return count
