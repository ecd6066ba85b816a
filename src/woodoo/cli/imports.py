"""Brings history over: starts an import or tries it out; lists imports of any kind, pauses, resumes and stops them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from .carrying import carry_out, import_as_data, in_short, person, try_out
from .connections import Which, find
from .output import COLOURS, as_json, moment, plain, say, table
from .service import service

if TYPE_CHECKING:
    from woodoo.engine.models import Import

app = typer.Typer(
    no_args_is_help=True, help="Bring orders of the past over; follow, pause and stop what brings much over at once."
)
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the import; `woodoo import list` names them.")]
_IMPORT_COLOURS = {
    "listing": "blue",
    "working": "blue",
    "paused": "yellow",
    "done": "green",
    "stopped": "bright_black",
    "failed": "red",
}


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="import")


@app.command("orders")
def orders(
    connection: Which = "",
    from_day: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2025-01-31.")] = "",
    to_day: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day; without it, until now.")] = "",
    ids: Annotated[str, typer.Option(metavar="FIRST-LAST", help="Ids of the store in place of days.")] = "",
    status: Annotated[list[str] | None, typer.Option(help="Only orders in this status; may be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is through.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Bring orders of the past over, in big batches behind today's orders, or tell what that would do."""
    with service():
        from woodoo import importing

        on = find(connection)
        wanted = importing.read_wanted(on, from_day=from_day, to_day=to_day, ids=ids, statuses=status or [])
        if dry_run:
            tried, total = importing.try_out(on, wanted), importing.expected(on, wanted)
            try_out(tried, total, "order", wanted.in_words(importing.zone_of(on)), json=json)
        else:
            carry_out(importing.start_import(on, wanted, started_by=person()), on, wait=wait, json=json)


@app.command("list")
def list_all(json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False) -> None:
    """Name the imports, newest first, and how far each has come."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.engine.models import Import

        names = dict(Connection.objects.values_list("pk", "name"))
        found = list(Import.objects.order_by("-pk")[:50])
        if json:
            as_json([import_as_data(one, names.get(one.connection_id, "")) for one in found])
        elif not found:
            say("Nothing was imported yet. Begin with `woodoo import orders`, or `woodoo products send`.")
        else:
            _show(found, names)


def _show(found: list[Import], names: Mapping[int, str]) -> None:
    from woodoo.engine.imports import progress
    from woodoo.web.words import span

    rows = []
    for one in found:
        far = progress(one)
        colour = _IMPORT_COLOURS.get(one.state, COLOURS["ready"])
        what = plain(f"{one.title}{' (dry run)' if one.dry_run else ''}")
        state = f"[{colour}]{one.get_state_display().lower()}[/{colour}]"
        speed = f"{far.per_second:.1f}/s" if far.per_second else ""
        cells = (one.pk, plain(names.get(one.connection_id, "gone")), what, state, f"{far.through} of {far.total}")
        said = plain(f"{one.message} {one.fix}".strip() or in_short(far))
        rows.append((*cells, speed, span(far.seconds_left), said, moment(one.created_at)))
    columns = ["No.", "Connection", "What", "State", "Through", "Rate", "Left", "", "Begun"]
    table(columns, rows, right=["No.", "Through", "Rate", "Left"])


@app.command("pause")
def pause(number: Number) -> None:
    """Have an import wait; what is queued keeps its place."""
    with service():
        from woodoo.engine import imports

        imports.pause(number)
    say(f"[green]✓[/green] Import {number} is paused. `woodoo import resume {number}` lets it go on.")


@app.command("resume")
def resume(number: Number) -> None:
    """Let an import go on that was paused or has failed."""
    with service():
        from woodoo.engine import imports

        imports.resume(number)
    say(f"[green]✓[/green] Import {number} goes on.")


@app.command("stop")
def stop(number: Number) -> None:
    """End an import: what it has not come to is left out. What it has brought over stays."""
    with service():
        from woodoo.engine import imports

        imports.stop(number)
    say(f"[green]✓[/green] Import {number} is stopped. What it has brought over stays.")
