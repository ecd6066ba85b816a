"""What the Configuration page shows of its form: cards with fields and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext

from ..choices import Choice
from .form import REMOVE, ConfigurationForm
from .kinds import Kind
from .section import Part, Section
from .tables import LISTS, Table, translated


@dataclass(frozen=True)
class Cell:
    """A field of a row, with what its column is called."""

    field: BoundField
    column: str


@dataclass(frozen=True)
class RowView:
    """A row of a table: its key and its answers. `key` is the field of the empty row."""

    cells: list[Cell]
    title: str = ""
    hint: str = ""
    key: BoundField | None = None


@dataclass(frozen=True)
class TableView:
    """A table as it is shown."""

    title: str
    hint: str
    heads: list[str]
    rows: list[RowView]
    another: RowView | None
    empty: str
    #: Keys that have no row, being too many.
    rest: int


@dataclass(frozen=True)
class Item:
    """One thing on a card: a field, a table, or a sentence on why there is neither."""

    field: BoundField | None = None
    table: TableView | None = None
    sentence: str = ""
    note: str = ""


@dataclass(frozen=True)
class Card:
    """A section as it is shown."""

    key: str
    title: str
    hint: str
    items: list[Item]
    more: list[Item] = field(default_factory=list)
    more_title: str = ""
    #: Settings behind "More" that are set.
    more_set: int = 0
    #: "More" is open, for a field there needs another look.
    more_open: bool = False
    #: Rows that wait for an answer.
    gaps: int = 0


def cards(form: ConfigurationForm) -> list[Card]:
    """Return the form as the page shows it."""
    return [_card(form, section) for section in form.sections]


def problems_of(form: ConfigurationForm) -> list[tuple[BoundField | None, str]]:
    """Return each field that needs another look with what is wrong; None for the settings as a whole."""
    return [
        (form[name] if name in form.fields else None, str(error))
        for name, found in form.errors.items()
        for error in found
    ]


def unknown_settings(form: ConfigurationForm) -> list[tuple[str, Any, BoundField]]:
    """Return stored settings nobody knows: name, value, and the box that removes it."""
    return [(name, value, form[REMOVE + name]) for name, value in form.unknown.items()]


def _card(form: ConfigurationForm, section: Section) -> Card:
    more = [name for part in section.more for name in _names(part)]
    return Card(
        section.key,
        gettext(section.title),
        translated(section.hint),
        [item for part in section.parts for item in _items(form, part)],
        [item for part in section.more for item in _items(form, part)],
        translated(section.more_title),
        more_set=sum(bool(form.stored.get(name)) or form.stored.get(name) is False for name in more),
        more_open=any(name.split("__")[0].removeprefix("another_").removesuffix("_is") in more for name in form.errors),
        gaps=sum(_gaps(form, part) for part in section.parts if isinstance(part, Table)),
    )


def _names(part: Part) -> list[str]:
    return [column.name for column in part.columns] if isinstance(part, Table) else [part.name]


def _items(form: ConfigurationForm, part: Part) -> list[Item]:
    notes = form.choices.notes
    if not isinstance(part, Table):
        if part.name not in form.fields:
            return _said(part, notes)
        return [Item(field=form[part.name], note=notes.get(part.source, ""))]
    left_out = [one for one in part.columns if one.source in form.choices.missing]
    said = [item for one in left_out for item in _said(one, notes)]
    sources = {one.source: one for one in part.columns if one not in left_out and one.source in notes}
    said += [Item(sentence=f"{one.called}: {notes[source]}") for source, one in sources.items()]
    return [*([Item(table=_table(form, part))] if len(left_out) < len(part.columns) else []), *said]


def _said(kind: Kind, notes: Mapping[str, str]) -> list[Item]:
    """Say why something cannot be chosen; nothing of what this release of Odoo does not have."""
    return [Item(sentence=f"{kind.called}: {notes[kind.source]}")] if kind.source in notes else []


def _table(form: ConfigurationForm, part: Table) -> TableView:
    columns = part.shown(form.choices)
    rows = part.rows(form.stored, form.choices, form.posted)
    another = None
    if part.another:
        cells = [Cell(form[f"another_{one.name}_is"], one.called) for one in columns]
        another = RowView(cells, key=form[f"another_{part.name}"])
    return TableView(
        gettext(part.title),
        translated(part.hint),
        [one.called for one in columns],
        [_row(form, part, row) for row in rows],
        another,
        translated(part.empty),
        part.left_out(form.stored, form.choices),
    )


def _row(form: ConfigurationForm, part: Table, row: Choice) -> RowView:
    columns = part.shown(form.choices)
    cells = [Cell(form[f"{one.name}__{row.key}"], one.called) for one in columns]
    hint = row.hint if row.hint != row.title else ""
    if part.name == "pricelist_map" and form.choices.of("pricelists") is not None and _offers_nothing(cells[0].field):
        hint = gettext("Odoo has no pricelist in %(currency)s yet") % {"currency": row.key}
    return RowView(cells, row.title, hint)


def _offers_nothing(field: BoundField) -> bool:
    options: Sequence[Any] = getattr(field.field, "choices", [None, None])
    return len(list(options)) < 2


def _gaps(form: ConfigurationForm, part: Table) -> int:
    """Count the rows whose first column waits for an answer; what is left open, and what is made by hand, does not."""
    if not part.wanted or part.columns[0] not in part.shown(form.choices):
        return 0
    fixed = {one.key for one in part.fixed}
    rows = [row.key for row in part.rows(form.stored, form.choices) if row.key not in fixed]
    lists = [one.name for one in part.columns if one.name in LISTS]
    return sum(
        not form[f"{part.name}__{key}"].value() and not any(form[f"{name}__{key}"].value() for name in lists)
        for key in rows
    )
