"""Writes a connection as a file that people keep in version control.

Decides the order, which is that of the panel and never changes by itself; that what is left to its default is not
written; that records of Odoo stand with their names; and that no secret is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import WoodooError

from ..configuration.kinds import Kind
from ..configuration.sections import PAGE
from ..configuration.tables import Table
from .references import Holds, Names, Reference, holding, references

FORMAT = 1
#: What is written of a connection beside its settings.
PLAIN = (
    *("name", "enabled", "store_url", "store_ca_bundle", "store_login"),
    *("odoo_url", "odoo_database", "odoo_login", "odoo_company_id", "odoo_ca_bundle"),
)
_HEAD = """\
# A connection of Woodoo, without its secrets: keys, passwords and the addresses of alerts are not in here.
# Records of Odoo stand with their names; in another database the name counts. What is left to its default is left out.
"""


class _Inline(dict[str, Any]):
    """A mapping on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes as people would: the same thing twice stands twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Inline, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)
_Dumper.add_representer(
    str,
    # What cannot be seen is written as an escape, or a line might end in the middle of a text.
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"'
    ),
)


def write(of: Connection) -> str:
    """Return the file. Where Odoo cannot be asked for names, numbers stand alone and the file says so."""
    stored: Mapping[str, Any] = json.loads(json.dumps(of.settings))
    names, why_not = _names(of, list(references(stored)))
    head = _HEAD + (f"# Names are missing: {why_not}\n" if why_not else "")
    plain = {name: value for name in PLAIN if (value := getattr(of, name)) not in ("", None)}
    return "\n".join([f"{head}{_dump({'woodoo': FORMAT})}", _dump({"connection": plain}), _settings(stored, names)])


def _names(of: Connection, wanted: list[Reference]) -> tuple[Mapping[tuple[str, int], str], str]:
    from woodoo.wiring import build_odoo

    if not wanted:
        return {}, ""
    try:
        return Names(build_odoo(of), of.odoo_company_id).of(wanted), ""
    except WoodooError as error:
        return {}, " ".join(error.message.split())


def _settings(stored: Mapping[str, Any], names: Mapping[tuple[str, int], str]) -> str:
    pieces = ["settings:\n" if stored else "settings: {}\n"]
    for section in PAGE:
        own = [kind for part in section.every() for kind in (part.columns if isinstance(part, Table) else (part,))]
        own = [kind for kind in own if kind.name in stored]
        if own:
            pieces.append(f"\n  # {section.title}\n")
        for kind in own:
            pieces.append(_setting(kind, stored[kind.name], names))
    unknown = {name: value for name, value in stored.items() if name not in ConnectionSettings.model_fields}
    if unknown:
        pieces.append("\n  # This version of Woodoo does not know these.\n")
        pieces += [_indented(_dump({name: value})) for name, value in unknown.items()]
    return "".join(pieces)


def _setting(kind: Kind, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    comment = f"  # {' '.join(str(kind.label).split())}\n"
    holds = holding().get(kind.name)
    return comment + _indented(_dump({kind.name: _named(holds, value, names) if holds else value}))


def _named(holds: Holds, value: Any, names: Mapping[tuple[str, int], str]) -> Any:
    def one(odoo_id: Any) -> Any:
        number = int(odoo_id)
        name = names.get((holds.source, number), "")
        return _Inline(id=number, name=name) if name else _Inline(id=number)

    if holds.how == "one":
        return one(value)
    if holds.how == "many":
        return [one(odoo_id) for odoo_id in value]
    if holds.how == "values":
        return {key: one(odoo_id) for key, odoo_id in value.items()}
    return [_Inline({**one(key), "value": told}) if str(key).isdigit() else {key: told} for key, told in value.items()]


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)


def _indented(text: str) -> str:
    # Not splitlines, which knows more ends of lines than YAML does.
    return "".join(f"  {line}\n" for line in text.rstrip("\n").split("\n"))
