"""Partners in bulk, and what happens where Odoo does not accept a VAT number.

The app base_vat checks numbers and refuses the whole record. A customer is not lost over that: it is made without the
number, which is kept in its notes, and Odoo's words are reported.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ..domain.errors import DataError, WoodooError
from .load import Row
from .records import Records

K = TypeVar("K", bound=str | int)

_REFERENCES = frozenset({"country_id", "state_id", "parent_id"})


@dataclass(frozen=True)
class Written(Generic[K]):
    """What came of each partner, by external id or by id."""

    ids: Mapping[K, int] = field(default_factory=dict)
    errors: Mapping[K, WoodooError] = field(default_factory=dict)
    #: Those written without their VAT number, with what Odoo said of it.
    refused_vat: Mapping[K, WoodooError] = field(default_factory=dict)


def ensure_partners(odoo: Records, wanted: Mapping[str, Mapping[str, Any]]) -> Written[str]:
    """Create partners once, by external id (without namespace). Values are `res.partner`'s, references are ids."""
    if not wanted:
        return Written()
    ensured = odoo.ensure("res.partner", [Row(name, partner_columns(vals)) for name, vals in wanted.items()])
    suspects = _suspects(wanted, ensured.errors)
    if not suspects:
        return Written(ensured.ids, ensured.errors)
    rows = [Row(name, partner_columns(_without_vat(odoo, wanted[name], suspects[name]))) for name in suspects]
    again = odoo.ensure("res.partner", rows)
    errors = {name: error for name, error in ensured.errors.items() if name not in again.ids}
    refused = {name: suspects[name] for name in again.ids}
    return Written({**ensured.ids, **again.ids}, {**errors, **again.errors}, refused)


def change_partners(odoo: Records, wanted: Mapping[int, Mapping[str, Any]]) -> Written[int]:
    """Write values on partners by id, all with the same fields in one call."""
    if not wanted:
        return Written()
    errors = odoo.update("res.partner", {odoo_id: partner_columns(vals) for odoo_id, vals in wanted.items()})
    suspects = _suspects(wanted, errors)
    rest = {i: {field: value for field, value in wanted[i].items() if field != "vat"} for i in suspects}
    again = odoo.update("res.partner", {i: partner_columns(vals) for i, vals in rest.items() if vals})
    refused = {odoo_id: error for odoo_id, error in suspects.items() if odoo_id not in again}
    return Written({}, {i: again.get(i, error) for i, error in errors.items() if i not in refused}, refused)


def partner_columns(vals: Mapping[str, Any]) -> dict[str, Any]:
    """Return partner values as columns of `load`: references by database id, nothing as an empty cell."""
    return {f"{name}/.id" if name in _REFERENCES else name: value or "" for name, value in vals.items()}


def _suspects(wanted: Mapping[K, Mapping[str, Any]], errors: Mapping[K, WoodooError]) -> dict[K, DataError]:
    """Return those that may have failed for their VAT number: whether they did, writing them without it tells."""
    return {key: e for key, e in errors.items() if isinstance(e, DataError) and wanted[key].get("vat")}


def _without_vat(odoo: Records, vals: Mapping[str, Any], error: WoodooError) -> dict[str, Any]:
    """Return the values with the number in the notes, which are HTML from Odoo 15 on."""
    note = f"VAT number given in the store: {vals['vat']}. Odoo refused it: {error.message}"
    if odoo.fields("res.partner")["comment"].type == "html":
        note = html.escape(note)
    return {**vals, "vat": "", "comment": note}
