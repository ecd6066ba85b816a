"""Saves what somebody changed of a connection, once both sides were asked: the panel, the API, the command line alike.

Decides that nothing is saved which a side says is wrong, unless somebody who was told so wants it `anyway`; what was
then not tried is written on the connection until a test of it succeeds, and noted in the history.

| what both sides say                            | settings, a file    | addresses, keys     |
|------------------------------------------------|---------------------|---------------------|
| all is there, all answers                      | saved               | saved               |
| something that was chosen is not there         | never saved         | -                   |
| a side cannot be asked, or refuses what it got | saved only `anyway` | saved only `anyway` |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from woodoo.connections import audit
from woodoo.connections.changing import change_settings, checked_settings
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError, RemoteError, WoodooError
from woodoo.engine.work import connection_changed
from woodoo.trying import Check

from .doors import forget_doors
from .forms import ConnectionForm
from .live_check import Found, check_new


@dataclass(frozen=True)
class Saved:
    """What was saved."""

    #: Records that waited and are tried again.
    retried: int
    #: What a side does not list and is kept all the same: sentences.
    notes: Sequence[str] = ()
    #: What was not tried, or failed, and is saved all the same: sentences.
    unchecked: Sequence[str] = ()


class NotThere(ConfigError):
    """Something that was chosen, or typed, is not right on the side it is about."""

    def __init__(self, message: str, *, each: Sequence[tuple[str, str]], **more: str) -> None:
        super().__init__(message, **more)
        #: Place, such as tax_map.21, and what is wrong with it.
        self.each = each


def save_settings(on: Connection, values: Mapping[str, Any], *, anyway: bool = False) -> Saved:
    """Set these settings, None meaning the default.

    Raises:
        ConfigError: a setting is wrong, or names what is not there; nothing is changed.
        RemoteError: a side cannot be asked about what is new; nothing is changed, unless `anyway`.
    """
    found = check_new(on, on.settings, checked_settings(on, values))
    _refuse(on, found, anyway=anyway)
    retried = change_settings(on.pk, values, unchecked=found.unasked)
    return Saved(retried, tuple(dict.fromkeys(found.notes)), found.unasked)


def _refuse(on: Connection, found: Found, *, anyway: bool) -> None:
    record = f"Connection {on.name}"
    if found.problems:
        each = [(".".join(filter(None, (one.setting, one.key))), one.message) for one in found.problems]
        said = " ".join(f"{place}: {message}" for place, message in each)
        raise NotThere(
            f"Not saved. {said}",
            each=each,
            record=record,
            where=f"settings -> {each[0][0]}",
            fix="Choose one that is there, or make it there first, then save again.",
        )
    if found.unasked and not anyway:
        raise RemoteError(
            f"Not saved, for it is not known whether what was chosen is there. {' '.join(found.unasked)}",
            record=record,
            where="settings",
            fix=f"Save again when it answers, or without asking: {ANYWAY}",
        )


#: How each way to save says so.
ANYWAY = "the button below the form, ?anyway=true in the API, --anyway on the command line."


def try_side(on: Connection, side: str) -> list[Check]:
    """Test one side of a connection, "store" or "odoo", as it stands, saved or not."""
    from woodoo.wiring import check_odoo, check_store

    try:
        return check_store(on)[1] if side == "store" else check_odoo(on)[1]
    except WoodooError as error:
        return [Check(side.capitalize(), False, error.message, error.fix)]


def try_changed(form: ConnectionForm) -> dict[str, list[Check]]:
    """Test each side that would be spoken to in another way than before."""
    return {side: try_side(form.candidate(), side) for side in form.changed_sides()}


def failed(tried: Mapping[str, Sequence[Check]]) -> list[Check]:
    """Return what is wrong of what was tried."""
    return [check for checks in tried.values() for check in checks if check.ok is False]


def save_connection(form: ConnectionForm, *, anyway: bool = False) -> Saved:
    """Try what is new of a connection's sides, and save it.

    Raises:
        NotThere: a side refuses it or does not answer; nothing is changed, unless `anyway`.
    """
    tried = try_changed(form)
    if (wrong := failed(tried)) and not anyway:
        each = [(check.name, f"{check.message} {check.fix}".strip()) for check in wrong]
        raise NotThere(
            "Not saved: " + " ".join(f"{check.name}: {check.message}" for check in wrong),
            each=each,
            record=f"Connection {form.instance.name}",
            where=f"connection -> {', '.join(side for side, checks in tried.items() if failed({side: checks}))}",
            fix=f"{wrong[0].fix} Or save it all the same: {ANYWAY}".strip(),
        )
    return keep(form, tried)


def keep(form: ConnectionForm, tried: Mapping[str, Sequence[Check]]) -> Saved:
    """Save a connection of which this was tried, whatever came of it."""
    wrong = [check.message for check in failed(tried)]
    if tried:
        form.instance.unchecked = " ".join(wrong)[:500]
    saved = form.save()
    if wrong:
        audit.note("saved although a test failed", connection_id=saved.pk, after={"unchecked": saved.unchecked})
    forget_doors()
    return Saved(connection_changed(saved.pk), unchecked=wrong)
