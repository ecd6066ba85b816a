"""Changes single settings of a connection, for the command line and the API.

Decides that settings are checked as a whole before one is stored, that what is not named stays as it is, and that a
setting nobody knows can only be taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError
from woodoo.engine.work import connection_changed


def change_settings(connection_id: int, values: Mapping[str, Any]) -> int:
    """Set these settings, None meaning the default, and return how many records that waited are tried again.

    Raises:
        ConfigError: names each setting that is wrong and why; nothing is changed then.
    """
    with transaction.atomic():
        on = Connection.objects.select_for_update().get(pk=connection_id)
        on.settings = _checked(on, values)
        on.save(update_fields=["settings", "updated_at"])
    return connection_changed(connection_id)


def _checked(on: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    raw = {name: value for name, value in on.settings.items() if name not in values}
    unknown = [name for name in values if name not in ConnectionSettings.model_fields]
    if strange := [name for name in unknown if values[name] is not None or name not in on.settings]:
        raise ConfigError(
            f"There is no setting '{strange[0]}'.", where="settings", fix="`woodoo connection settings` names them all."
        )
    raw |= {name: value for name, value in values.items() if value is not None}
    try:
        checked = ConnectionSettings.model_validate(raw)
    except ValidationError as exc:
        wrong = ". ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}"
            for error in exc.errors(include_input=False)
        )
        raise ConfigError(
            f"Not saved: {wrong}.", record=f"Connection {on.name}", where="settings", fix="Correct it and save again."
        ) from exc
    return checked.model_dump(mode="json", exclude_defaults=True)
