"""The records of Odoo that settings point at: all of them must be there, unarchived, in the company.

Decides that what was archived is told by its name, for that is all a person knows of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ..domain.errors import ConfigError, WoodooError
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
    if lost := [odoo_id for odoo_id in wanted if odoo_id not in rows]:
        refuse_lost(model, lost, (), setting, _archived(odoo, model, lost))
    return rows


def refuse_lost(
    model: str, wanted: Iterable[int], found: Collection[int], setting: str, names: Mapping[int, str] | None = None
) -> None:
    """Refuse ids that are not among those found; `names` of them, where they are known.

    Raises:
        ConfigError: naming them.
    """
    known = names or {}
    lost = [
        f"{odoo_id} ('{known[odoo_id]}')" if odoo_id in known else str(odoo_id)
        for odoo_id in sorted(set(wanted))
        if odoo_id not in found
    ]
    if lost:
        raise ConfigError(
            f"The settings point at {model} {', '.join(lost)}, which Odoo does not have (any more) or has archived.",
            where=f"settings -> {setting}",
            fix="Choose another one in the connection's settings.",
        )


def _archived(odoo: Records, model: str, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of those that are archived; models that cannot be are no mistake here."""
    try:
        rows = odoo.search_read(model, [("id", "in", list(ids)), ("active", "=", False)], ["display_name"])
    except WoodooError:
        return {}
    return {row["id"]: str(row["display_name"]) for row in rows}
