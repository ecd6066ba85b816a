"""Settings that are maps, as tables: a row for each key, a column for each setting that has such keys.

Decides which rows there are: what the other side names, what is set although it does not (any more), and an empty row
for what nobody lists. A row is a field of its own named `setting__key`; rows that were not on the page keep what they
have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext

from woodoo.connections.settings import ConnectionSettings

from ..choices import Choice, Choices
from .kinds import Kind

#: At most so many rows are shown; shops in the United States have thousands of tax rates.
MOST_ROWS = 120
#: Settings that are lists of keys: the column is a switch.
LISTS = frozenset({"unpaid_methods"})
#: Between setting and key in the name of a field.
_JOIN = "__"


@dataclass(frozen=True)
class AnotherRow:
    """The empty row: what its key is called, what it is like, and the form it must have."""

    label: str
    help: str = ""
    form: str = r"\S(.{0,98}\S)?"
    #: The list its key is chosen from; empty where it is written.
    source: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    #: What the keys are, as a heading.
    title: str
    columns: tuple[Kind, ...]
    hint: str = ""
    #: The list of keys, in `Choices`; empty where people make them up.
    keys: str = ""
    #: Keys that always have a row, listed or not; before those listed, or behind them.
    fixed: tuple[Choice, ...] = ()
    fixed_first: bool = False
    another: AnotherRow | None = None
    #: What to say where there are no rows.
    empty: str = ""
    #: What is said of a key that the other side does not list.
    lost: str = "not in the store's list"
    #: Keys that have no row.
    without: frozenset[str] = frozenset()
    #: Rows without an answer in the first column are counted as open.
    wanted: bool = False

    @property
    def name(self) -> str:
        return self.columns[0].name

    def shown(self, choices: Choices) -> tuple[Kind, ...]:
        """Return the columns but those of Odoo apps that are not installed."""
        return tuple(one for one in self.columns if one.source not in choices.missing)

    # Fields

    def fields(self, stored: Mapping[str, Any], choices: Choices, posted: Iterable[str]) -> dict[str, forms.Field]:
        """Return a field for each row and column, and those of the empty row."""
        columns = self.shown(choices)
        now = {column.name: _as_map(column.name, stored) for column in columns}
        fields = {
            f"{column.name}{_JOIN}{row.key}": _named(column.field(now[column.name].get(row.key), choices, row.key), row)
            for row in self.rows(stored, choices, posted)
            for column in columns
        }
        if self.another and columns:
            fields[f"another_{self.name}"] = self._key_field(self.another, choices)
            for column in columns:
                field = _named(column.field(None, choices), Choice("", gettext(self.another.label)))
                fields[f"another_{column.name}_is"] = field
        return fields

    def rows(self, stored: Mapping[str, Any], choices: Choices, posted: Iterable[str] = ()) -> list[Choice]:
        """Return the keys that have rows, up to `MOST_ROWS`."""
        every = self._every(stored, choices, posted)
        return every[:MOST_ROWS]

    def left_out(self, stored: Mapping[str, Any], choices: Choices) -> int:
        """Return how many more keys there are."""
        return max(0, len(self._every(stored, choices, ())) - MOST_ROWS)

    def pointed_at(self, stored: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
        """Yield the records of Odoo that are set, each with the list it is from."""
        for column in self.columns:
            now = stored.get(column.name)
            for key, value in now.items() if isinstance(now, dict) else ():
                yield from ((column.source, odoo_id) for odoo_id in column.ids(value))
                if self.another and self.another.source and key.isdigit():
                    yield self.another.source, int(key)

    def _every(self, stored: Mapping[str, Any], choices: Choices, posted: Iterable[str]) -> list[Choice]:
        listed = choices.of(self.keys) if self.keys else None
        fixed = tuple(replace(one, title=gettext(one.title), hint=translated(one.hint)) for one in self.fixed)
        first, then = (fixed, listed or ()) if self.fixed_first else (listed or (), fixed)
        rows = {one.key: one for one in first if one.key not in self.without}
        for one in then:
            if one.key not in self.without:
                rows.setdefault(one.key, one)
        if self.another and self.another.source:
            titles = {one.key: one for one in choices.of(self.another.source) or ()}
        else:
            titles = {}
        lost = gettext(self.lost) if listed is not None else ""
        for key in (*self._set(stored), *self._posted(posted)):
            rows.setdefault(key, titles.get(key) or Choice(key, key, lost))
        return list(rows.values())

    def _set(self, stored: Mapping[str, Any]) -> Iterator[str]:
        for column in self.columns:
            yield from _as_map(column.name, stored)

    def _posted(self, posted: Iterable[str]) -> Iterator[str]:
        """Yield the keys of rows a browser sent: the other side may not answer any more."""
        names = {column.name for column in self.columns}
        for field in posted:
            name, is_row, key = field.partition(_JOIN)
            if is_row and name in names:
                yield key

    def _key_field(self, another: AnotherRow, choices: Choices) -> forms.Field:
        label, help_text = gettext(another.label), translated(another.help)
        offered = choices.of(another.source) if another.source else None
        if offered is not None:
            options = [("", label), *((one.key, one.title) for one in offered)]
            return forms.ChoiceField(label=label, required=False, choices=options, help_text=help_text)
        widget = forms.TextInput(attrs={"placeholder": label, "autocomplete": "off", "spellcheck": "false"})
        return forms.RegexField(
            f"^{another.form}$",
            label=label,
            required=False,
            strip=True,
            help_text=help_text,
            error_messages={"invalid": help_text or gettext("This cannot be one.")},
            widget=widget,
        )

    # Answers

    def check(self, form: forms.Form, data: Mapping[str, Any]) -> None:
        """Refuse half an empty row, and one that has a row above."""
        if self.another is None or f"another_{self.name}" not in form.fields:
            return
        key_field, first = f"another_{self.name}", f"another_{self.name}_is"
        key = data.get(key_field)
        given = [data.get(f"another_{column.name}_is") for column in self.columns]
        if key and f"{self.name}{_JOIN}{key}" in form.fields:
            form.add_error(key_field, gettext("It has a row of its own above."))
        elif key and not any(given) and not form.has_error(first):
            form.add_error(first, gettext("Choose: %(what)s.") % {"what": self.columns[0].called})
        elif any(given) and not key and not form.has_error(key_field):
            which = gettext("%(what)s: which one?") % {"what": gettext(self.another.label)}
            form.add_error(key_field, translated(self.another.help) or which)

    def put(self, raw: MutableMapping[str, Any], data: Mapping[str, Any], posted: Iterable[str]) -> None:
        """Write the answers of the rows that were on the page into the settings."""
        sent = set(posted)
        for column in self.columns:
            now = _as_map(column.name, raw)
            for field, value in data.items():
                name, is_row, key = field.partition(_JOIN)
                if is_row and name == column.name and field in sent:
                    _set(now, key, column.answer(value))
            if self.another and data.get(f"another_{self.name}"):
                _set(now, data[f"another_{self.name}"], column.answer(data.get(f"another_{column.name}_is")))
            raw[column.name] = list(now) if column.name in LISTS else now


def _as_map(name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set of a map; of a list of keys, each with a yes."""
    default = ConnectionSettings.model_fields[name].get_default(call_default_factory=True)
    now = stored.get(name, default)
    return dict.fromkeys(now, True) if name in LISTS else dict(now)


def _set(now: dict[str, Any], key: str, value: Any) -> None:
    if value in (None, "", False):
        now.pop(key, None)
    else:
        now[key] = value


def translated(text: str) -> str:
    """Return a text in the reader's language; an empty one stays empty."""
    return gettext(text) if text else ""


def _named(field: forms.Field, row: Choice) -> forms.Field:
    """Give a field of a row the words a screen reader says: those of the row and of the column."""
    field.label = f"{row.title}: {field.label}"
    field.widget.attrs["aria-label"] = field.label
    return field
