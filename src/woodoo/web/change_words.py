"""What was changed, in the words of the panel: which setting, what it was, what it is.

Decides that maps are told by their keys, so that one mapping of a hundred shows as one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext

from woodoo.connections.settings import ConnectionSettings

from .configuration.form import parts
from .configuration.kinds import Kind, Pick
from .configuration.tables import Table
from .forms import ConnectionForm

#: What the log writes for a secret, and for a setting that went back to its default.
CHANGED, DEFAULT = "changed", "default"


@dataclass(frozen=True)
class Word:
    """One thing that was changed."""

    title: str
    #: What it is called in files and commands.
    name: str
    was: str
    now: str


def in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Word]:
    """Return what was changed; what had nothing and got nothing (a new connection's empty fields) is left out."""
    nothing: tuple[Any, ...] = ("", [], {})
    named = [name for name in {**before, **after} if any(one.get(name, "") not in nothing for one in (before, after))]
    return [word for name in named for word in _words(name, before.get(name), after.get(name))]


def setting_word(name: str) -> str:
    """Return what the panel calls a setting, or a field of a connection, in the reader's language."""
    kind = _kinds().get(name)
    return gettext(kind.label) if kind else _fields().get(name, name.replace("_", " ").capitalize())


def _words(name: str, was: Any, now: Any) -> Iterator[Word]:
    kind = _kinds().get(name)
    title = setting_word(name)
    if now == DEFAULT and name in ConnectionSettings.model_fields:
        now = ConnectionSettings.model_fields[name].get_default(call_default_factory=True)
    if not isinstance(was, dict) and not isinstance(now, dict):
        yield Word(title, name, _said(was, kind), _said(now, kind))
        return
    old, new = was if isinstance(was, dict) else {}, now if isinstance(now, dict) else {}
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield Word(f"{title}: {key}", name, _said(old.get(key), kind), _said(new.get(key), kind))


def _said(value: Any, kind: Kind | None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    if isinstance(kind, Pick) and str(value) in kind.words:
        return gettext(kind.words[str(value)])
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@cache
def _kinds() -> dict[str, Kind]:
    """Return setting → how the panel asks for it."""
    found: dict[str, Kind] = {}
    for part in parts():
        found |= {one.name: one for one in (part.columns if isinstance(part, Table) else (part,))}
    return found


def _fields() -> dict[str, str]:
    """Return field of a connection → what its form calls it."""
    return {name: str(field.label) for name, field in ConnectionForm.base_fields.items() if field.label}
