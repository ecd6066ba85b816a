"""The grid of Odoo's importer (`load`), and what its answer means. Pure.

One call of `load` is one transaction: any bad row undoes all of it, and the answer is then `ids: False` with messages,
not a fault (odoo/models.py `load`, odoo/addons/base/models/ir_fields.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..domain.errors import ConfigError, DataError, WoodooError
from .errors import explain_message, sentence
from .wire import clean, utc_text

#: One record in the importer's terms: column → cell.
Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A record to be created once.

    Columns are those of the importer: `name`, `partner_id/.id` (database id), `category_id/.id` (ids joined by
    commas). A column left out takes Odoo's default, an empty one means "none".
    """

    #: The external id without its namespace; starts with the model, such as `sale_order_1054`.
    external_id: str
    values: Cells
    #: Records of a one2many: field → their columns, without the field in front.
    lines: Mapping[str, Sequence[Cells]] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """What `load` takes: columns, and per record the rows it spans."""

    columns: tuple[str, ...]
    records: tuple[tuple[tuple[str, ...], ...], ...]

    def data(self, indices: Sequence[int]) -> list[list[str]]:
        """Return the rows of those records, in that sequence."""
        return [list(row) for index in indices for row in self.records[index]]


@dataclass(frozen=True)
class Verdict:
    """What an answer of `load` says: ids of all records, or what is wrong with some of them."""

    ids: tuple[int, ...] = ()
    #: By index of the record within the call.
    bad: Mapping[int, WoodooError] = field(default_factory=dict)
    #: Something is wrong, but the answer does not tell with which record.
    unclear: WoodooError | None = None
    #: The reason was lost: most likely another transaction was in the way.
    hidden: bool = False


#: Loading all records at once failed for a reason 14 and 15 keep to themselves; trying them one by one then fails
#: with this, whatever they are like, because the first try has taken their lines apart
#: (addons/account/models/account_move.py `_move_autocomplete_invoice_lines_create`).
_HIDDEN = re.compile("account_move_line_check_accountable_required_fields")


def cell(value: Any) -> str:
    """Return a value as the importer reads it: always text, times in UTC, ids joined by commas, JSON for mappings."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return json.dumps(value, default=str)
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(str(item) for item in value)
    raise TypeError(f"{type(value).__name__} cannot be a cell")


def create_grid(model: str, namespace: str, rows: Sequence[Row]) -> Grid:
    """Build the grid that creates the rows under their external ids.

    All rows must have the same columns. The model is part of the external id because Odoo 14 lets an id that is taken
    by another model overwrite whatever has that number (odoo/models.py `_load_records`).
    """
    header = tuple(rows[0].values)
    sub_columns = _sub_columns(rows)
    columns = ("id", *header, *(f"{name}/{column}" for name, column in sub_columns))
    return Grid(columns, tuple(_record(row, xml_id(model, namespace, row), header, sub_columns) for row in rows))


def update_grid(rows: Mapping[int, Cells]) -> Grid:
    """Build the grid that writes different values on records given by database id, all with the same columns."""
    header = tuple(next(iter(rows.values())))
    records = tuple(((str(odoo_id), *(cell(values[c]) for c in header)),) for odoo_id, values in rows.items())
    return Grid((".id", *header), records)


def xml_id(model: str, namespace: str, row: Row) -> str:
    """Return the full external id.

    Raises:
        ValueError: where the id does not start with its model, or has characters Odoo does not take.
    """
    prefix = model.replace(".", "_")
    if not row.external_id.startswith(f"{prefix}_") or not re.fullmatch(r"[\w-]+", row.external_id):
        raise ValueError(f"{row.external_id!r} is not an external id of {model}")
    return f"{namespace}.{row.external_id}"


def hides_its_reason(message: str) -> bool:
    """Say whether the reason was lost: most likely another transaction was in the way.

    The same goes for a `write` with lines: 14 and 15 repeat it with the lines their first try has taken apart.
    """
    return bool(_HIDDEN.search(message))


def judge(answer: Mapping[str, Any], count: int, model: str) -> Verdict:
    """Read an answer of `load` for `count` records."""
    ids = answer.get("ids")
    errors = [message for message in answer.get("messages") or () if message.get("type", "error") == "error"]
    if ids and not errors:
        if len(ids) != count:
            return Verdict(unclear=ConfigError(f"Odoo answered {len(ids)} ids for {count} records.", where=model))
        return Verdict(ids=tuple(int(odoo_id) for odoo_id in ids))
    if any(hides_its_reason(str(message.get("message"))) for message in errors):
        return Verdict(unclear=_hidden_error(model), hidden=True)
    bad: dict[int, WoodooError] = {}
    for message in errors:
        index = message.get("record")
        if isinstance(index, int) and 0 <= index < count:
            bad.setdefault(index, _message_error(message, model))
    if errors and not bad:
        return Verdict(unclear=_message_error(errors[0], model))
    if not bad:
        return Verdict(unclear=ConfigError("Odoo's importer refused the records without saying why.", where=model))
    return Verdict(bad=_without_scapegoat(bad))


def _without_scapegoat(bad: dict[int, WoodooError]) -> dict[int, WoodooError]:
    # Where loading all at once failed, Odoo puts that error on the first record, whichever was at fault; and then
    # tries them one by one. The first is only known to be bad where no other one is (odoo/orm/models.py `load`).
    if len(bad) > 1:
        bad.pop(0, None)
    return bad


def _message_error(message: Mapping[str, Any], model: str) -> WoodooError:
    error = explain_message(str(message.get("message") or "no reason given"), model)
    name = message.get("field")
    if isinstance(name, str) and name and name != ".id":
        error.where = f"{model} -> {name}"
    more = message.get("moreinfo")
    if isinstance(more, str) and more and not error.fix:
        error.fix = sentence(more)
    return error


def _hidden_error(model: str) -> DataError:
    return DataError(
        "Odoo refused the record, and this version of Odoo does not say why.",
        where=model,
        fix="Try to enter it by hand in Odoo, which shows the reason; then retry.",
    )


def _sub_columns(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return all columns of all one2many fields, each field's together."""
    seen: dict[str, dict[str, None]] = {}
    for row in rows:
        for name, lines in row.lines.items():
            for line in lines:
                seen.setdefault(name, {}).update(dict.fromkeys(line))
    return [(name, column) for name, columns in seen.items() for column in columns]


def _record(
    row: Row, full_id: str, header: Sequence[str], sub_columns: Sequence[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    """Return the rows of one record: the first carries the header, each the next line of every one2many."""
    height = max(1, *(len(lines) for lines in row.lines.values())) if row.lines else 1
    grid = []
    for index in range(height):
        first = [full_id, *(cell(row.values[column]) for column in header)]
        head = first if index == 0 else [""] * len(first)
        tail = []
        for name, column in sub_columns:
            lines = row.lines.get(name, ())
            tail.append(cell(lines[index].get(column)) if index < len(lines) else "")
        grid.append((*head, *tail))
    return tuple(grid)
