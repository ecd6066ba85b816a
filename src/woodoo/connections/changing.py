"""Changes settings of a connection; whoever saves asks both sides first (`web/saving.py`).

Decides that settings are checked as a whole before one is stored, that what is not named stays as it is, that a
setting nobody knows can only be taken away, and that nothing is written over that was changed while both sides were
being asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from woodoo.connections import audit
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError
from woodoo.engine.work import connection_changed


def change_settings(connection_id: int, values: Mapping[str, Any], *, unchecked: Sequence[str] = ()) -> int:
    """Set these settings, None meaning the default, and return how many records that waited are tried again.

    `unchecked` says what neither side could be asked about; it stays on the connection until a test succeeds.

    Raises:
        ConfigError: names each setting that is wrong and why; nothing is changed then.
    """
    with transaction.atomic():
        on = Connection.objects.select_for_update().get(pk=connection_id)
        on.settings = checked_settings(on, values)
        on.unchecked = " ".join(unchecked)[:500] or on.unchecked
        on.save(update_fields=["settings", "unchecked", "updated_at"])
        if unchecked:
            audit.note("saved without being tried", connection_id=on.pk, after={"unchecked": on.unchecked})
    return connection_changed(connection_id)


class Meanwhile(ConfigError):
    """A connection is not any more what it was when somebody began to change it."""


def replace_settings(on: Connection, settings: Mapping[str, Any], *, unchecked: str = "") -> int:
    """Put these settings in the place of those `on` was read with; return how many records are tried again.

    Raises:
        Meanwhile: they were changed since; nothing is changed then.
    """
    with transaction.atomic():
        now = Connection.objects.select_for_update().get(pk=on.pk)
        if now.settings != on.settings:
            raise Meanwhile(
                "The settings were changed meanwhile.", where="settings", fix="Look at them again, then change them."
            )
        now.settings = dict(settings)
        now.unchecked = unchecked[:500] or now.unchecked
        now.save(update_fields=["settings", "unchecked", "updated_at"])
    return connection_changed(on.pk)


def checked_settings(on: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as they would be stored with these.

    Raises:
        ConfigError: names each setting that is wrong and why.
    """
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
