"""Brings a file into a connection: first what would change, then changing it.

Decides that a file changes the settings, and name, addresses, logins and the switch only where that is asked for; that
an address on another host is never taken, for the stored secrets would go there; and that only what was looked at is
carried out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from woodoo.connections import audit
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError, RemoteError, WoodooError
from woodoo.engine.work import connection_changed

from .. import saving
from ..change_words import Word, in_words
from ..doors import forget_doors
from ..forms import ConnectionForm, _host
from ..live_check import check_new
from ..saving import ANYWAY
from .reading import File, Mistake, read_file
from .references import Names


@dataclass
class Prepared:
    """What a file would change."""

    file: File
    #: Old → new, in words.
    changes: list[Word] = field(default_factory=list)
    #: Sides that could not be asked, or refuse what is new of them.
    unasked: list[str] = field(default_factory=list)
    #: What tells this from another outcome; goes back with the wish to carry it out.
    seen: str = ""

    @property
    def mistakes(self) -> list[Mistake]:
        return self.file.mistakes


def prepare(on: Connection, text: str, *, with_connection: bool = False) -> Prepared:
    """Read a file and compare it with a connection. Nothing is written.

    Raises:
        ConfigError: it is no YAML of this kind; says on which line.
    """
    names, why_not = _names(on)
    prepared = Prepared(read_file(text, names, why_not))
    file = prepared.file
    if not with_connection:
        file.connection = {}
    else:
        _check_connection(on, file)
    if file.unasked:
        prepared.unasked.append(file.unasked)
    if file.mistakes:
        return prepared
    found = check_new(on, on.settings, file.settings)
    file.mistakes += [
        Mistake(file.lines.get(one.setting, 1), f"{one.setting}: {one.message}") for one in found.problems
    ]
    file.moved += list(dict.fromkeys(found.notes))
    prepared.unasked += [one for one in found.unasked if one not in prepared.unasked]
    prepared.unasked += _refused_sides(on, file)
    before, after = _differences(on, file)
    prepared.changes = in_words(before, after)
    prepared.seen = _print(on, file)
    return prepared


def carry_out(on: Connection, prepared: Prepared, *, anyway: bool = False) -> int:
    """Write what was prepared, and return how many records that waited are tried again.

    Raises:
        ConfigError: the connection was changed meanwhile, or the file has mistakes.
        RemoteError: a side could not be asked, or refuses what is new; nothing is changed, unless `anyway`.
    """
    if prepared.mistakes:
        raise ConfigError(str(prepared.mistakes[0]), where="file", fix="Correct the file and bring it in again.")
    if prepared.unasked and not anyway:
        raise RemoteError(
            f"Not brought in, for not all of it could be tried. {' '.join(prepared.unasked)}",
            record=f"Connection {on.name}",
            where="file",
            fix=f"Bring it in when both sides answer, or all the same: {ANYWAY}",
        )
    with transaction.atomic():
        now = Connection.objects.select_for_update().get(pk=on.pk)
        if prepared.seen != _print(now, prepared.file):
            raise ConfigError(
                "The connection was changed meanwhile.", where="settings", fix="Compare the file with it once more."
            )
        now.settings = prepared.file.settings
        for name, value in prepared.file.connection.items():
            setattr(now, name, value)
        now.unchecked = " ".join(prepared.unasked)[:500] or now.unchecked
        now.save()
        if prepared.unasked:
            audit.note("saved without being tried", connection_id=now.pk, after={"unchecked": now.unchecked})
    forget_doors()
    return connection_changed(on.pk)


def _names(on: Connection) -> tuple[Names | None, str]:
    from woodoo.wiring import build_odoo

    try:
        return Names(build_odoo(on), on.odoo_company_id), ""
    except WoodooError as error:
        return None, error.message


def _check_connection(on: Connection, file: File) -> None:
    """Have the fields of the connection checked as its form does; nothing may send secrets to another host."""
    for name in ("store_url", "odoo_url"):
        if name in file.connection and _host(str(file.connection[name])) != _host(getattr(on, name)):
            file.mistakes.append(
                Mistake(
                    file.lines.get(name, 1),
                    f"{name}: the file names another host. Change it on the tab Connection, with its secrets.",
                )
            )
    tried = Connection.objects.get(pk=on.pk)
    for name, value in file.connection.items():
        setattr(tried, name, value)
    try:
        tried.clean_fields(exclude=["settings", "hook_token"])
        tried.validate_unique()
    except ValidationError as exc:
        for name, problems in exc.message_dict.items():
            file.mistakes.append(Mistake(file.lines.get(name, 1), f"{name}: {' '.join(problems)}"))


def _refused_sides(on: Connection, file: File) -> list[str]:
    """Try each side that would be spoken to in another way, and say what is wrong: sentences."""
    tried = Connection.objects.get(pk=on.pk)
    new = {name for name, value in file.connection.items() if getattr(on, name) != value}
    for name in new:
        setattr(tried, name, file.connection[name])
    sides = [side for side, fields in ConnectionForm.SIDES.items() if new.intersection(fields)]
    return [one.message for side in sides for one in saving.try_side(tried, side) if one.ok is False]


def _differences(on: Connection, file: File) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in dict.fromkeys([*on.settings, *file.settings]):
        if on.settings.get(name) != file.settings.get(name):
            if name in on.settings:
                before[name] = on.settings[name]
            after[name] = file.settings.get(name, "default")
    for name, value in file.connection.items():
        if getattr(on, name) != value:
            before[name], after[name] = getattr(on, name), value
    return before, after


def _print(on: Connection, file: File) -> str:
    told: Mapping[str, Any] = {
        "stored": on.settings,
        "now": {name: getattr(on, name) for name in file.connection},
        "settings": file.settings,
        "connection": file.connection,
    }
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]
