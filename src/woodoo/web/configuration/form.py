"""The form of the pages Configuration and Features, made of sections; and how its answers become settings again.

Decides that saving loses nothing: what was not on the page keeps what it has, settings nobody knows stay until they
are removed, and settings that were changed meanwhile are not written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext, gettext_noop
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from woodoo.connections.settings import ConnectionSettings

from ..choices import Choices
from ..forms import dress, fingerprint
from .kinds import DEFAULT
from .section import Part, Section
from .sections import CONFIGURATION, PAGE
from .tables import Table


class Problem(Protocol):
    """Something a setting names that is not there (`web/live_check.py`)."""

    @property
    def setting(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def message(self) -> str: ...


#: Beginning of the names of the boxes that remove a setting nobody knows.
REMOVE = "remove-"
#: Kind of an error of the schema → what a person reads.
_WORDS = {
    "greater_than_equal": gettext_noop("It has to be at least %(ge)s."),
    "less_than_equal": gettext_noop("It can be %(le)s at most."),
    "greater_than": gettext_noop("It has to be more than %(gt)s."),
    "string_too_long": gettext_noop("It can have %(max_length)s characters at most."),
    "string_pattern_mismatch": gettext_noop("Small letters, digits and _ only."),
}


class ConfigurationForm(forms.Form):
    """Fields made from the settings as they are and from what there is to choose."""

    def __init__(
        self,
        stored: Mapping[str, Any],
        choices: Choices,
        data: Mapping[str, Any] | None = None,
        *,
        of: Sequence[Section] = CONFIGURATION,
    ) -> None:
        """Make the form. `of`: the sections of its page."""
        super().__init__(data)
        self.sections = of
        self.choices = choices
        self.posted: Set[str] = frozenset(data or ())
        #: Settings nobody knows, and those whose value cannot be: name → value.
        self.unknown = {name: stored[name] for name in stored if name not in ConnectionSettings.model_fields}
        self.wrong = _wrong({name: stored[name] for name in stored if name not in self.unknown})
        self.stored = {name: stored[name] for name in stored if name not in self.unknown and name not in self.wrong}
        self._seen = fingerprint(stored)
        for part in parts(self.sections):
            self.fields.update(self._fields_of(part))
        for name in self.unknown:
            label = gettext("Remove %(name)s") % {"name": name}
            self.fields[REMOVE + name] = forms.BooleanField(label=label, required=False)
        self.fields["seen"] = forms.CharField(required=False, initial=self._seen, widget=forms.HiddenInput)
        dress(self)

    def _fields_of(self, part: Part) -> dict[str, forms.Field]:
        if isinstance(part, Table):
            return part.fields(self.stored, self.choices, self.posted)
        if part.source in self.choices.missing:
            return {}
        found = part.field(self.current(part.name), self.choices)
        found.help_text = part.said
        return {part.name: found}

    def current(self, name: str) -> Any:
        """Return what a setting is, as it is stored or by default."""
        return self.stored.get(name, ConnectionSettings.model_fields[name].get_default(call_default_factory=True))

    # Answer

    def clean(self) -> dict[str, Any]:
        """Put the settings together and have them checked by their own schema."""
        data = super().clean() or self.cleaned_data
        if data.get("seen") and data["seen"] != self._seen:
            self.changed_meanwhile()
        for part in parts(self.sections):
            if isinstance(part, Table):
                part.check(self, data)
        if self.errors:
            return data
        try:
            self.settings = ConnectionSettings.model_validate(self._put_together(data))
        except ValidationError as exc:
            for error in exc.errors(include_input=False):
                self._show(error["loc"], in_words(error))
        return data

    def _put_together(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings with the answers of the page, without what is left to the defaults."""
        raw = dict(self.stored)
        for part in parts(self.sections):
            if isinstance(part, Table):
                part.put(raw, data, self.posted)
            elif part.name in self.posted and part.name in data:
                value = part.answer(data[part.name])
                raw.pop(part.name, None)
                if value is not DEFAULT:
                    raw[part.name] = value
        return raw

    def _show(self, place: tuple[int | str, ...], message: str) -> None:
        """Put an error of the schema beside the field it is about."""
        setting, *rest = (str(part) for part in place) if place else ("",)
        row = f"{setting}__{rest[0]}" if rest else ""
        new = f"another_{setting}"
        for name in (row, setting, new if rest and self.data.get(new) == rest[0] else "", new):
            if name in self.fields:
                self.add_error(name, message)
                return
        self.add_error(None, f"{setting}: {message}" if setting else message)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put what is not there on the other sides beside the fields that name it."""
        for problem in problems:
            self._show((problem.setting, *([problem.key] if problem.key else [])), problem.message)

    def changed_meanwhile(self) -> None:
        """Say that somebody else was quicker."""
        said = gettext("The settings were changed meanwhile. Open this page again and repeat what you chose.")
        self.add_error(None, said)

    def stored_form(self) -> dict[str, Any]:
        """Return the settings as the connection stores them: what differs from the defaults, and what nobody knows."""
        kept = {name: value for name, value in self.unknown.items() if not self.cleaned_data.get(REMOVE + name)}
        return {**kept, **self.settings.model_dump(mode="json", exclude_defaults=True)}


def parts(of: Sequence[Section] = PAGE) -> Iterator[Part]:
    """Yield every part of these sections, in their order."""
    for section in of:
        yield from section.every()


def in_words(error: ErrorDetails) -> str:
    """Say what the schema has against a value."""
    bound = {name: f"{value:g}" for name, value in error.get("ctx", {}).items() if isinstance(value, int | float)}
    if error["type"] in _WORDS:
        return gettext(_WORDS[error["type"]]) % bound
    said = error["msg"].removeprefix("Value error, ")
    return f"{said[:1].upper()}{said[1:]}."


def _wrong(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings whose stored value the schema refuses; the page shows their defaults."""
    try:
        ConnectionSettings.model_validate(stored)
    except ValidationError as exc:
        return {str(error["loc"][0]): stored[str(error["loc"][0])] for error in exc.errors(include_input=False)}
    return {}


def pointed_at(stored: Mapping[str, Any]) -> dict[str, set[int]]:
    """Return list → records of Odoo that settings point at, so that they are shown by name."""
    found: dict[str, set[int]] = {}
    for part in parts():
        if isinstance(part, Table):
            for source, odoo_id in part.pointed_at(stored):
                found.setdefault(source, set()).add(odoo_id)
        else:
            found.setdefault(part.source, set()).update(part.ids(stored.get(part.name)))
    return found
