"""Attributes of products and their values in bulk: found by name, however it is written, or made once.

Decides that what has the same name but for case and blanks is the same, so that a store's "color " never becomes a
second Color; that attributes Woodoo makes create variants one by one (`create_variant` dynamic), so that a product gets
exactly the variants the store has; and that two workers who make the same one at once get one (api-facts B.3, C.4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from ..domain.errors import WoodooError
from ..domain.text import same_name
from .load import Row
from .records import Records

_WITH_ARCHIVED = {"active_test": False}
#: Values of it make no variants; what the buyer chose stands on the order line only.
NO_VARIANT = "no_variant"


@dataclass(frozen=True)
class Attribute:
    """An attribute (`product.attribute`)."""

    odoo_id: int
    name: str
    #: always, dynamic or no_variant.
    create_variant: str


@dataclass(frozen=True)
class Values:
    """Values (`product.attribute.value`) by attribute id and name in one form, and why some could not be made."""

    ids: Mapping[tuple[int, str], int] = field(default_factory=dict)
    errors: Mapping[tuple[int, str], WoodooError] = field(default_factory=dict)


def find_attributes(odoo: Records) -> dict[str, list[Attribute]]:
    """Return all attributes by their name in one form; several may share it."""
    found: dict[str, list[Attribute]] = defaultdict(list)
    rows = odoo.search_read("product.attribute", [], ["name", "create_variant"], context=_WITH_ARCHIVED)
    for row in rows:
        found[same_name(row["name"])].append(Attribute(row["id"], row["name"], row["create_variant"]))
    return dict(found)


def ensure_attributes(odoo: Records, names: Iterable[str]) -> tuple[dict[str, Attribute], dict[str, WoodooError]]:
    """Make attributes that are not there. Returns them by name in one form, and why some could not be made."""
    wanted = {same_name(name): name.strip() for name in names}
    rows = {
        key: Row(_external_id("product.attribute", key), {"name": name, "create_variant": "dynamic"})
        for key, name in wanted.items()
    }
    ensured = odoo.ensure("product.attribute", list(rows.values()))
    made = {
        key: Attribute(ensured.ids[row.external_id], wanted[key], "dynamic")
        for key, row in rows.items()
        if row.external_id in ensured.ids
    }
    errors = {key: ensured.errors[row.external_id] for key, row in rows.items() if row.external_id in ensured.errors}
    return made, errors


def find_values(odoo: Records, attribute_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """Return the values of these attributes by attribute id and name in one form."""
    wanted = sorted(set(attribute_ids))
    if not wanted:
        return {}
    rows = odoo.search_read(
        "product.attribute.value",
        [("attribute_id", "in", wanted)],
        ["name", "attribute_id"],
        order="id desc",
        context=_WITH_ARCHIVED,
    )
    # The oldest of several that differ by their case only: read last.
    return {(row["attribute_id"], same_name(row["name"])): row["id"] for row in rows}


def ensure_values(odoo: Records, wanted: Mapping[int, Iterable[str]]) -> Values:
    """Return the values of these names by attribute, found or made."""
    ids = find_values(odoo, wanted)
    missing = {
        (attribute, same_name(name)): name.strip()
        for attribute, names in wanted.items()
        for name in names
        if (attribute, same_name(name)) not in ids
    }
    rows = {
        key: Row(
            _external_id("product.attribute.value", f"{key[0]} {key[1]}"),
            {"name": name, "attribute_id/.id": key[0]},
        )
        for key, name in missing.items()
    }
    ensured = odoo.ensure("product.attribute.value", list(rows.values())) if rows else None
    errors: dict[tuple[int, str], WoodooError] = {}
    for key, row in rows.items() if ensured else ():
        assert ensured is not None
        if row.external_id in ensured.ids:
            ids[key] = ensured.ids[row.external_id]
        else:
            errors[key] = ensured.errors[row.external_id]
    return Values(ids, errors)


def _external_id(model: str, name: str) -> str:
    """Return the external id under which a name is made once, whoever comes first."""
    return f"{model.replace('.', '_')}_{sha256(name.encode()).hexdigest()[:16]}"
