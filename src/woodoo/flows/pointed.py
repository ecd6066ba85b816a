"""The records of Odoo that settings point at: all of them must be there, unarchived, in the company."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ..domain.errors import ConfigError
from ..odoo.records import Records


def read_pointed(
    odoo: Records, model: str, ids: Iterable[int], fields: list[str], setting: str
) -> dict[int, Mapping[str, Any]]:
    """Read the records a setting points at, by id.

    Raises:
        ConfigError: naming those Odoo does not have.
    """
    wanted = sorted(set(ids))
    found = odoo.search_read(model, [("id", "in", wanted)], fields) if wanted else []
    rows: dict[int, Mapping[str, Any]] = {row["id"]: row for row in found}
    refuse_lost(model, wanted, rows, setting)
    return rows


def refuse_lost(model: str, wanted: Iterable[int], found: Collection[int], setting: str) -> None:
    """Refuse ids that are not among those found.

    Raises:
        ConfigError: naming them.
    """
    lost = [str(odoo_id) for odoo_id in sorted(set(wanted)) if odoo_id not in found]
    if lost:
        raise ConfigError(
            f"The settings point at {model} {', '.join(lost)}, which Odoo does not have (any more) or has archived.",
            where=f"settings -> {setting}",
            fix="Choose another one in the connection's settings.",
        )
