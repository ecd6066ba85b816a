"""Names what was changed on the side that does not own it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .connections import find
from .output import as_json, moment, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from woodoo.engine.models import Drift


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("drift")(drift)


def drift(
    connection: Annotated[str, typer.Option("--connection", "-c", help="Name or number. Left out: all.")] = "",
    ended: Annotated[bool, typer.Option("--all", help="What was put right, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Say where both sides differ because somebody changed what belongs to the other side."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.engine.drift import find_drifts

        found = find_drifts(find(connection).pk if connection else None, ended=ended)
        names = dict(Connection.objects.values_list("pk", "name"))
    if json:
        as_json([_as_json(one, names.get(one.connection_id, "")) for one in found])
        return
    if not found:
        say("[green]✓[/green] No differences are known.")
        return
    from woodoo.web.words import group_word, side_word

    table(
        ["Record", "Connection", "Fields", "Changed in", "What differs", "Now", "Last seen"],
        [
            (
                plain(one.title or one.record),
                plain(names.get(one.connection_id, "—")),
                group_word(one.group),
                side_word(one.side),
                plain(one.detail),
                _now(one),
                moment(one.seen_at),
            )
            for one in found
        ],
    )


def _now(one: Drift) -> str:
    if one.repaired:
        return state("done", "written over")
    return state("done", "equal again") if one.ended_at else state("parked", "differs")


def _as_json(one: Drift, connection: str) -> dict[str, object]:
    return {
        "connection": connection,
        "lane": one.lane,
        "record": one.record,
        "title": one.title,
        "group": one.group,
        "side": one.side,
        "detail": one.detail,
        "times": one.times,
        "repaired": one.repaired,
        "since": one.since,
        "seen_at": one.seen_at,
        "ended_at": one.ended_at,
    }
