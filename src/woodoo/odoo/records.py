"""Odoo's records in bulk: read, create once, update, act. Everything takes a list.

Owns that one bad record never holds up the others, that what may be repeated is repeated, and that as few calls as
possible are made.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ..domain.errors import DataError, RemoteError, WoodooError
from .client import FieldInfo, OdooClient
from .errors import Conflict, ResultLost
from .load import Cells, Grid, Row, Verdict, create_grid, hides_its_reason, judge, update_grid

__all__ = ["ActionResult", "Cells", "Ensured", "Records", "Row"]

T = TypeVar("T")

#: Records a read asks for at once, and a write, an action or a load changes at once.
READ_CHUNK = 500
WRITE_CHUNK = 100
#: Pauses in seconds before a conflict is tried again; Odoo itself has tried five times by then.
CONFLICT_PAUSES = (0.1, 0.3, 0.9, 2.0)

#: Nobody is mailed, followed or logged about what Woodoo does (addons/mail/models/mail_thread.py). Times are UTC.
QUIET_CONTEXT: Mapping[str, Any] = {
    "tz": "UTC",
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_automation_skip": True,
}


@dataclass(frozen=True)
class Ensured:
    """Each row asked for is in exactly one of the two, by its external id (without namespace)."""

    ids: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, WoodooError] = field(default_factory=dict)


@dataclass(frozen=True)
class ActionResult:
    """Each record is in exactly one of the two."""

    done: tuple[int, ...] = ()
    errors: Mapping[int, WoodooError] = field(default_factory=dict)
    #: What the method answered, with the records it was called on. None where the protocol lost the answer.
    answers: tuple[tuple[tuple[int, ...], Any], ...] = ()

    def joined(self, other: ActionResult) -> ActionResult:
        return ActionResult(self.done + other.done, {**self.errors, **other.errors}, self.answers + other.answers)


class Records:
    """The records of one company in one database.

    `namespace` is the module part of external ids, one for each connection: never change it, for it is how
    Woodoo knows its own records.
    """

    def __init__(
        self,
        client: OdooClient,
        company_id: int | None = None,
        base_context: Mapping[str, Any] | None = None,
        *,
        namespace: str = "woodoo",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = client
        self.company_id = company_id
        self.namespace = namespace
        company = {"allowed_company_ids": [company_id]} if company_id else {}
        self.context: Mapping[str, Any] = {**QUIET_CONTEXT, **company, **(base_context or {})}
        self._sleep = sleep

    # --- reading ------------------------------------------------------------------------------------------------

    def search_read(
        self,
        model: str,
        domain: Sequence[Any],
        fields: Sequence[str],
        *,
        limit: int | None = None,
        order: str = "id",
        context: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Read what matches. Many2one fields are bare ids, or False; amounts are floats, times UTC text."""
        arguments: dict[str, Any] = {"domain": list(domain), "fields": list(fields), "limit": limit, "order": order}
        if self.client.version_dialect.search_read_takes_load:
            return list(self._call(model, "search_read", context, load="", **arguments))
        return [_bare(row) for row in self._call(model, "search_read", context, **arguments)]

    def read(
        self, model: str, ids: Iterable[int], fields: Sequence[str], context: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Read records by id. Those that are gone are left out; many2one fields are bare ids, or False.

        An Odoo that computes a field for all of them at once leaves out every one where one is gone
        (`_read_format` of models.py, 14.0): who is missing is looked for, and read without those.
        """
        found: list[dict[str, Any]] = []
        for chunk in _chunks(_distinct(ids), READ_CHUNK):
            rows = self._call(model, "read", context, ids=chunk, fields=list(fields), load="")
            missing = set(chunk) - {row["id"] for row in rows}
            there = self._there(model, missing, context) if missing else []
            if there:
                rows += self._call(model, "read", context, ids=there, fields=list(fields), load="")
            found += rows
        return found

    def _there(self, model: str, ids: Iterable[int], context: Mapping[str, Any] | None) -> list[int]:
        """Return those of these ids that Odoo has."""
        return self.search(model, [("id", "in", sorted(ids))], context={**(context or {}), "active_test": False})

    def search(
        self,
        model: str,
        domain: Sequence[Any],
        *,
        limit: int | None = None,
        order: str = "id",
        context: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Return the ids of what matches."""
        return list(self._call(model, "search", context, domain=list(domain), limit=limit, order=order))

    def count(self, model: str, domain: Sequence[Any]) -> int:
        """Return how many match."""
        return int(self._call(model, "search_count", None, domain=list(domain)))

    def defaults(self, model: str, fields: Sequence[str]) -> dict[str, Any]:
        """Return what a new record of the model would have in these fields."""
        return dict(self._call(model, "default_get", None, fields=list(fields)))

    def fields(self, model: str) -> Mapping[str, FieldInfo]:
        """Return the model's fields, asked once."""
        return self.client.fields(model)

    def external_ids(self, model: str, ids: Iterable[int]) -> dict[int, str]:
        """Return which of the records are ours, with their external ids without the namespace.

        `get_external_id` answers every user, unlike `ir.model.data`. Its keys are numbers, which XML-RPC cannot carry;
        there `get_metadata` is asked for each record, because up to 15 it names one record only (odoo/models.py).
        """
        wanted = _distinct(ids)
        if not wanted:
            return {}
        if self.client.protocol == "xmlrpc":
            rows = [row for odoo_id in wanted for row in self._call(model, "get_metadata", None, ids=[odoo_id])]
            names = {row["id"]: row.get("xmlid") for row in rows}
        else:
            names = self._call(model, "get_external_id", None, ids=wanted)
        prefix = f"{self.namespace}."
        return {int(key): name.removeprefix(prefix) for key, name in names.items() if str(name).startswith(prefix)}

    # --- writing ------------------------------------------------------------------------------------------------

    def create(
        self, model: str, vals_list: Sequence[Mapping[str, Any]], context: Mapping[str, Any] | None = None
    ) -> list[int]:
        """Create records, in one transaction. A repeat creates them again: use `ensure` for what must be there once."""
        if not vals_list:
            return []
        return list(self._call(model, "create", context, vals_list=[dict(vals) for vals in vals_list]))

    def write(
        self, model: str, ids: Iterable[int], vals: Mapping[str, Any], context: Mapping[str, Any] | None = None
    ) -> None:
        """Write the same values on all the records, in one transaction for each hundred."""
        for chunk in _chunks(_distinct(ids), WRITE_CHUNK):
            self._call(model, "write", context, ids=chunk, vals=dict(vals))

    def ensure(self, model: str, rows: Sequence[Row], *, context: Mapping[str, Any] | None = None) -> Ensured:
        """Create the records that are not there yet, by external id; leave those that are as they are.

        A repeat, at the same time or later, gives the same ids and writes nothing, whatever became of the records.
        One call for all rows with the same columns; bad rows are taken out and reported, the others go on
        (odoo/models.py `load` with `mode=update, noupdate`).

        Raises:
            WoodooError: what concerns the whole call: Odoo down, rights or fields missing.
        """
        _refuse_doubles([row.external_id for row in rows])
        create_once = {"mode": "update", "noupdate": True, **(context or {})}
        ids: dict[str, int] = {}
        errors: dict[str, WoodooError] = {}
        for group in _by_columns(rows, lambda row: row.values):
            for chunk in _chunks(group, WRITE_CHUNK):
                grid = create_grid(model, self.namespace, chunk)
                made, bad = self._load(model, grid, create_once)
                ids |= {chunk[index].external_id: odoo_id for index, odoo_id in made.items()}
                errors |= {chunk[index].external_id: error for index, error in bad.items()}
        return Ensured(ids, errors)

    def update(
        self, model: str, rows: Mapping[int, Cells], *, context: Mapping[str, Any] | None = None
    ) -> Mapping[int, WoodooError]:
        """Write different values on many records in one call. Returns the errors of those that were not written.

        Columns are the importer's, as in `Row`; one call for all records with the same columns.

        Raises:
            WoodooError: what concerns the whole call.
        """
        errors: dict[int, WoodooError] = {}
        for group in _by_columns(list(rows.items()), lambda item: item[1]):
            for chunk in _chunks(group, WRITE_CHUNK):
                _, bad = self._load(model, update_grid(dict(chunk)), dict(context or {}))
                errors |= {chunk[index][0]: error for index, error in bad.items()}
        return errors

    def rewrite(self, model: str, odoo_id: int, row: Row) -> None:
        """Give one record the values of `row` and exactly its lines, whatever lines it had.

        The lines go in a write of their own: a change of partner or company makes Odoo compute their taxes anew.

        Raises:
            DataError: where Odoo refuses, as for records that are confirmed or posted.
        """
        self._write_patiently(model, odoo_id, self._vals(model, row.values))
        for name, lines in row.lines.items():
            child = self.fields(model)[name].relation
            commands = [(5, 0, 0), *((0, 0, self._vals(child, cells)) for cells in lines)]
            self._write_patiently(model, odoo_id, {name: commands})

    def add_lines(self, model: str, parent: str, lines: Mapping[int, Sequence[Cells]]) -> Mapping[int, WoodooError]:
        """Create lines (columns as in `Row`) below records given by id, in one call. Returns errors by record.

        `parent` is the line's field that names its record. A repeat adds them again: take the old ones away first.
        """

        def attempt(ids: Sequence[int]) -> Any:
            vals = [{**self._vals(model, cells), parent: odoo_id} for odoo_id in ids for cells in lines[odoo_id]]
            return self.patiently(lambda: self.create(model, vals))

        result = ActionResult()
        for chunk in _chunks(list(lines), WRITE_CHUNK):
            result = result.joined(halved(chunk, attempt))
        return result.errors

    def _write_patiently(self, model: str, odoo_id: int, vals: Mapping[str, Any]) -> None:
        """Write what may be written twice, again after small pauses where another transaction was in the way."""
        for pause in (*CONFLICT_PAUSES, None):
            try:
                self.patiently(lambda: self._call(model, "write", None, ids=[odoo_id], vals=dict(vals)))
                return
            except DataError as error:
                if pause is None or not hides_its_reason(error.message):
                    raise
                self._pause(pause)

    def _vals(self, model: str, cells: Cells) -> dict[str, Any]:
        """Return the importer's columns as `write` takes them."""
        fields = self.fields(model)
        vals: dict[str, Any] = {}
        for column, value in cells.items():
            name, _, how = column.partition("/")
            if not how:
                vals[name] = json.loads(value) if fields[name].type == "json" and value else value
            elif fields[name].type == "many2one":
                vals[name] = int(value) if value else False
            else:
                vals[name] = [(6, 0, [int(one) for one in str(value or "").split(",") if one])]
        return vals

    def action(
        self,
        model: str,
        method: str,
        ids: Iterable[int],
        *,
        context: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> ActionResult:
        """Call a method on many records at once; where it fails, halve until only the bad ones are left out.

        A failed call was undone as a whole by Odoo, so calling it again for a part is safe.

        Raises:
            WoodooError: what concerns all: Odoo down, an unknown outcome, rights missing.
        """
        result = ActionResult()
        for chunk in _chunks(_distinct(ids), WRITE_CHUNK):
            result = result.joined(halved(chunk, lambda part: self._act(model, method, part, context, arguments)))
        return result

    # --- inside -------------------------------------------------------------------------------------------------

    def _call(
        self,
        model: str,
        method: str,
        context: Mapping[str, Any] | None,
        *,
        ids: Sequence[int] | None = None,
        **arguments: Any,
    ) -> Any:
        merged = {**self.context, **(context or {})}
        return self.client.call(model, method, ids=ids, context=merged, **arguments)

    def _act(
        self,
        model: str,
        method: str,
        ids: Sequence[int],
        context: Mapping[str, Any] | None,
        arguments: Mapping[str, Any],
    ) -> Any:
        try:
            return self.patiently(lambda: self._call(model, method, context, ids=ids, **arguments))
        except ResultLost:
            return None

    def _load(
        self, model: str, grid: Grid, context: Mapping[str, Any]
    ) -> tuple[dict[int, int], dict[int, WoodooError]]:
        """Load the grid, taking out bad records until the rest goes through. Results by index of the record."""
        ids: dict[int, int] = {}
        bad: dict[int, WoodooError] = {}
        parts = [(list(range(len(grid.records))), 0)]
        while parts:
            part, tries = parts.pop(0)
            verdict = self.patiently(partial(self._load_part, model, grid, part, context))
            if verdict.ids:
                ids.update(zip(part, verdict.ids, strict=True))
            elif verdict.bad:
                bad |= {part[index]: error for index, error in verdict.bad.items()}
                rest = [index for index in part if index not in bad]
                parts += [(rest, 0)] if rest else []
            elif verdict.hidden and tries < (len(CONFLICT_PAUSES) if len(part) == 1 else 2):
                self._pause(CONFLICT_PAUSES[tries])
                parts.insert(0, (part, tries + 1))
            elif len(part) == 1 and verdict.unclear:
                bad[part[0]] = verdict.unclear
            else:
                parts += [(part[: len(part) // 2], 0), (part[len(part) // 2 :], 0)]
        return ids, bad

    def _load_part(self, model: str, grid: Grid, part: Sequence[int], context: Mapping[str, Any]) -> Verdict:
        try:
            answer = self._call(model, "load", context, fields=list(grid.columns), data=grid.data(part))
        except DataError as error:
            return Verdict(unclear=error)
        verdict = judge(answer, len(part), model)
        for problem in (*verdict.bad.values(), verdict.unclear):
            if isinstance(problem, RemoteError):
                raise problem
        return verdict

    def patiently(self, attempt: Callable[[], T]) -> T:
        """Make the attempt, again after small pauses where another transaction was in the way.

        Raises:
            Conflict: where it still is after the last pause.
        """
        for pause in CONFLICT_PAUSES:
            try:
                return attempt()
            except Conflict:
                self._pause(pause)
        return attempt()

    def _pause(self, seconds: float) -> None:
        self._sleep(seconds * random.uniform(0.7, 1.3))  # noqa: S311 - only to keep two workers out of step


def halved(ids: Sequence[int], attempt: Callable[[Sequence[int]], Any]) -> ActionResult:
    """Make the attempt on all ids; on an error of the records, on each half of them."""
    if not ids:
        return ActionResult()
    try:
        answer = attempt(ids)
    except Conflict as error:
        return ActionResult(errors=dict.fromkeys(ids, error))
    except DataError as error:
        if len(ids) == 1:
            return ActionResult(errors={ids[0]: error})
        middle = len(ids) // 2
        return halved(ids[:middle], attempt).joined(halved(ids[middle:], attempt))
    return ActionResult(done=tuple(ids), answers=((tuple(ids), answer),))


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with many2one fields as bare ids: 14 cannot leave their names out of `search_read`."""
    return {name: value[0] if _is_pair(value) else value for name, value in row.items()}


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[1], str)


def _distinct(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))


def _chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _by_columns(items: Sequence[T], cells: Callable[[T], Cells]) -> list[list[T]]:
    """Group what has the same columns: an empty cell is not the same as a column left out."""
    groups: dict[frozenset[str], list[T]] = {}
    for item in items:
        groups.setdefault(frozenset(cells(item)), []).append(item)
    return list(groups.values())


def _refuse_doubles(external_ids: Sequence[str]) -> None:
    if len(set(external_ids)) != len(external_ids):
        raise ValueError("the same external id is asked for twice in one call")
