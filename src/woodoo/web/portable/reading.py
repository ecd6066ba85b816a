"""What a file means for a connection: the settings it makes, and everything that is wrong with it, line by line.

| the file says of a record      | what is meant                                                        |
|--------------------------------|----------------------------------------------------------------------|
| number and name, both fit      | that one                                                             |
| number and name, the name does not fit | the one record of that name that may be chosen; of several: told |
| a name alone                   | likewise                                                             |
| a number alone                 | that one, where it may be chosen                                     |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import WoodooError

from ..configuration.form import in_words
from .references import WORDS, Holds, Names, holding
from .writing import FORMAT, PLAIN
from .yaml_text import Text, read


@dataclass(frozen=True)
class Mistake:
    """Something wrong with a file."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.message}"


@dataclass(frozen=True)
class Meant:
    """A record a file names: where, and by what."""

    path: tuple[str, ...]
    line: int
    source: str
    odoo_id: int | None
    name: str


@dataclass
class File:
    """What a file says."""

    #: Fields of the connection itself, as far as they are in the file.
    connection: dict[str, Any] = field(default_factory=dict)
    #: As the connection stores them; complete only where there are no mistakes.
    settings: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    #: Records that are others here than their numbers say, and what else is worth knowing: sentences.
    moved: list[str] = field(default_factory=list)
    #: Field or setting → its line.
    lines: dict[str, int] = field(default_factory=dict)
    #: Why Odoo could not be asked about records; empty where it was, or nothing was to be asked.
    unasked: str = ""


def read_file(text: str, names: Names | None, why_not: str = "") -> File:
    """Read a file for a connection whose Odoo is asked by `names`; None where it cannot be, for the reason given.

    Raises:
        ConfigError: it is no YAML of this kind at all; says on which line.
    """
    found = File()
    said = read(text)
    top = said.data if isinstance(said.data, dict) else {}
    if top.get("woodoo") != FORMAT:
        found.mistakes.append(Mistake(said.line("woodoo"), f"The file has to begin with 'woodoo: {FORMAT}'."))
    for name in top:
        if name not in ("woodoo", "connection", "settings"):
            found.mistakes.append(Mistake(said.line(name), f"'{name}' belongs to no file of Woodoo."))
    _connection(said, top.get("connection"), found)
    _settings(said, top.get("settings"), found, names, why_not)
    found.mistakes.sort(key=lambda one: one.line)
    return found


def _connection(said: Text, given: Any, found: File) -> None:
    if given is None:
        return
    if not isinstance(given, dict):
        found.mistakes.append(Mistake(said.line("connection"), "'connection' has to hold names with values."))
        return
    for name, value in given.items():
        found.lines[name] = said.line("connection", name)
        if name not in PLAIN:
            found.mistakes.append(Mistake(said.line("connection", name), f"A connection has no '{name}'."))
        else:
            found.connection[name] = "" if value is None else value


def _settings(said: Text, given: Any, found: File, names: Names | None, why_not: str) -> None:
    if given is None:
        given = {}
    if not isinstance(given, dict):
        found.mistakes.append(Mistake(said.line("settings"), "'settings' has to hold names with values."))
        return
    raw: dict[str, Any] = {}
    meant: list[Meant] = []
    for name, value in given.items():
        found.lines[name] = said.line("settings", name)
        if name not in ConnectionSettings.model_fields:
            found.mistakes.append(Mistake(said.line("settings", name), f"There is no setting '{name}'."))
        elif value is not None:
            holds = holding().get(name)
            raw[name] = _opened(said, name, value, holds, meant, found) if holds else value
    if meant:
        numbers = _numbers(meant, names, why_not, found)
        raw = {name: _filled(value, (name,), numbers) for name, value in raw.items()}
    settings = _checked(said, raw, found)
    if settings is not None and not found.mistakes:
        found.settings = settings.model_dump(mode="json", exclude_defaults=True)


def _checked(said: Text, raw: Mapping[str, Any], found: File) -> ConnectionSettings | None:
    """Have the schema look at all of it; of a setting that is wrong already it has nothing to add."""
    wrong = {_setting_of(one.line, found) for one in found.mistakes}
    try:
        return ConnectionSettings.model_validate(raw)
    except ValidationError as exc:
        for error in exc.errors(include_input=False):
            name = str(error["loc"][0]) if error["loc"] else ""
            key = f", {error['loc'][1]}" if len(error["loc"]) > 1 else ""
            line = said.line("settings", *error["loc"])
            if name not in wrong:
                found.mistakes.append(Mistake(line, f"{name}{key}: {in_words(error)}" if name else in_words(error)))
        return None


def _setting_of(line: int, found: File) -> str:
    """Return the setting a line of the file belongs to."""
    before = [(begins, name) for name, begins in found.lines.items() if begins <= line]
    return max(before)[1] if before else ""


@dataclass(frozen=True)
class _Hole:
    """Where the number of a record goes, once it is known."""

    value: Any = None


def _opened(said: Text, name: str, value: Any, holds: Holds, meant: list[Meant], found: File) -> Any:
    """Return a value with holes where records stand, which go into `meant`."""

    def record(given: Any, *path: str) -> _Hole:
        line = said.line("settings", name, *path)
        told = given if isinstance(given, dict) else {"id": given}
        odoo_id, called = told.get("id"), told.get("name")
        good_id = isinstance(odoo_id, int) and not isinstance(odoo_id, bool) and 0 < odoo_id < 2**31
        if not (good_id or odoo_id is None) or not (called is None or isinstance(called, str)) or told.keys() - _KEYS:
            found.mistakes.append(Mistake(line, f"{name}: a record is a number, or {{id: 7, name: …}}."))
        elif odoo_id is None and not called:
            found.mistakes.append(Mistake(line, f"{name}: a record needs its number or its name."))
        else:
            meant.append(Meant((name, *path), line, holds.source, odoo_id, called or ""))
        return _Hole(told.get("value"))

    if holds.how == "one":
        return record(value)
    if holds.how == "values" and isinstance(value, dict):
        return {key: record(one, key) for key, one in value.items()}
    if holds.how in ("many", "keys") and isinstance(value, list):
        return [record(one, str(number)) for number, one in enumerate(value)]
    if holds.how == "keys" and isinstance(value, dict):  # numbers as keys, without names
        return [record({"id": int(key), "value": one} if key.isdigit() else {}, key) for key, one in value.items()]
    found.mistakes.append(Mistake(said.line("settings", name), f"{name}: this is not of its form."))
    return None


_KEYS = {"id", "name", "value"}


def _filled(value: Any, path: tuple[str, ...], numbers: Mapping[tuple[str, ...], int]) -> Any:
    """Put numbers where the holes are."""
    if isinstance(value, _Hole):
        return numbers.get(path, 0)
    if isinstance(value, dict):
        return {key: _filled(one, (*path, key), numbers) for key, one in value.items()}
    if isinstance(value, list) and any(isinstance(one, _Hole) for one in value):
        ids = [numbers.get((*path, str(number)), 0) for number in range(len(value))]
        if holding()[path[0]].how == "keys":
            return {str(odoo_id): hole.value for odoo_id, hole in zip(ids, value, strict=True)}
        return ids
    return value


def _numbers(meant: list[Meant], names: Names | None, why_not: str, found: File) -> dict[tuple[str, ...], int]:
    """Return where → which record is meant here; what cannot be told is a mistake."""
    if names is not None:
        try:
            return dict(_resolved(meant, names, found))
        except WoodooError as error:
            why_not = error.message
    found.unasked = f"Odoo could not be asked: {why_not}"
    for one in meant:
        if one.odoo_id is None:
            found.mistakes.append(Mistake(one.line, f"'{one.name}' has no number, and Odoo could not be asked for it."))
    return {one.path: one.odoo_id or 0 for one in meant}


def _resolved(meant: list[Meant], names: Names, found: File) -> Iterator[tuple[tuple[str, ...], int]]:
    for source in dict.fromkeys(one.source for one in meant):
        here = [one for one in meant if one.source == source]
        ids = {one.odoo_id for one in here if one.odoo_id}
        offered = names.offered(source, ids, {one.name for one in here if one.name})
        for one in here:
            odoo_id = _which(one, offered, found)
            if odoo_id is not None:
                yield one.path, odoo_id


def _which(one: Meant, offered: Mapping[int, str], found: File) -> int | None:
    """Return which record of those that may be chosen is meant."""
    setting, word = one.path[0], WORDS[one.source]
    if one.odoo_id is not None and one.odoo_id in offered and (not one.name or offered[one.odoo_id] == one.name):
        return one.odoo_id
    if not one.name:
        found.mistakes.append(Mistake(one.line, f"{setting}: Odoo has no {word} with the number {one.odoo_id}."))
        return None
    same = sorted(odoo_id for odoo_id, name in offered.items() if name == one.name)
    if len(same) == 1:
        if one.odoo_id is not None:
            found.moved.append(f"Line {one.line}: '{one.name}' is number {same[0]} here, not {one.odoo_id}.")
        return same[0]
    if same:
        many = ", ".join(map(str, same))
        message = (
            f"{setting}: several are called '{one.name}' here ({many}); write the number of the one that is meant."
        )
    else:
        message = f"{setting}: Odoo has no {word} called '{one.name}'."
    found.mistakes.append(Mistake(one.line, message))
    return None
