"""Brings history over: starts an import or tries it out, lists imports, pauses, resumes and stops them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .connections import Which, find
from .output import COLOURS, Stop, as_json, err, fail, moment, plain, say, table
from .service import service

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.domain.history import OrderRange
    from woodoo.engine.imports import Progress as HowFar
    from woodoo.engine.models import Import

app = typer.Typer(no_args_is_help=True, help="Bring orders of the past over.")
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the import; `woodoo import list` names them.")]
_IMPORT_COLOURS = {
    "listing": "blue",
    "working": "blue",
    "paused": "yellow",
    "done": "green",
    "stopped": "bright_black",
    "failed": "red",
}
#: Seconds between two looks of `--wait`.
_LOOK = 1.0
_KINDS = ("skipped", "parked", "waits")


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
        from woodoo.web.health import workers_alive

        on = find(connection)
        wanted = importing.read_wanted(on, from_day=from_day, to_day=to_day, ids=ids, statuses=status or [])
        if dry_run:
            _try_out(on, wanted, json=json)
            return
        made = importing.start_import(on, wanted, started_by=_person())
        if not json:
            about = f"about {made.total} {made.title}" if made.total != 1 else made.title
            say(f"[green]✓[/green] Import {made.pk} of {plain(on.name)} has begun: {plain(about)}.")
            if not workers_alive():
                say("[yellow]![/yellow] No worker is running, so it waits. Start `woodoo run`.")
        good = _follow(made) if wait else True
        if json:
            made.refresh_from_db()
            as_json(_as_data(made, on.name))
        elif not wait:
            say("  A running worker carries it out. `woodoo import list` tells how far it has come.")
        if not good:
            raise Stop


def _person() -> str:
    try:
        return f"{getuser()}, on the command line"
    except OSError:  # an account without a name
        return "on the command line"


def _try_out(on: Connection, wanted: OrderRange, *, json: bool) -> None:
    from woodoo import importing

    total = importing.expected(on, wanted)
    findings: dict[str, Any] = {}
    with _bar() as bar:
        task = bar.add_task("Planning", total=total)
        for listed, findings in importing.try_out(on, wanted):  # noqa: B007 - the last findings hold all
            bar.update(task, completed=listed, total=max(total, listed))
    if json:
        as_json(findings)
    else:
        show_findings(findings, wanted.in_words(importing.zone_of(on)))


def _bar() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(TextColumn("{task.description}"), *columns, console=err, transient=True)


def show_findings(findings: Mapping[str, Any], words: str) -> None:
    """Print what a dry run has found."""
    totals = ", ".join(f"{total} {currency}" for currency, total in findings["totals"].items())
    say(f"[bold]{findings['orders']} {plain(words)}[/bold]")
    say(f"{findings['create']:>8} would be brought over{plain(f', {totals} in all' if totals else '')}")
    _show_reasons(findings["waits_because"])
    if findings["complete"]:
        say(f"{findings['complete']:>8} would be completed or changed in Odoo")
    say(f"{findings['there']:>8} are in Odoo already")
    say(f"{findings['skipped']:>8} would be left out")
    _show_reasons(findings["skipped_because"])
    say(f"{findings['parked']:>8} would need a person")
    _show_reasons(findings["parked_because"])
    say("\nNothing was changed.")


def _show_reasons(reasons: list[dict[str, Any]]) -> None:
    for row in reasons:
        which = ", ".join(row["examples"]) + (", …" if row["count"] > len(row["examples"]) else "")
        say(f"{row['count']:>14} {plain(row['reason'])} [bright_black]({plain(which)})[/bright_black]")


def _follow(made: Import) -> bool:
    """Show how an import goes on until it is through, and return whether nothing of it needs a person."""
    from woodoo.engine.imports import progress

    with _bar() as bar:
        task = bar.add_task(f"Import {made.pk}", total=made.total)
        while True:
            made.refresh_from_db()
            far = progress(made)
            bar.update(task, completed=far.through, total=max(1, far.total), description=_in_short(far))
            if made.finished_at or made.state in ("failed", "paused"):
                break
            time.sleep(_LOOK)
    say(f"Import {made.pk} is {made.get_state_display().lower()}: {_in_short(far)}.")
    if made.message:
        raise fail(made.message, made.fix)
    return made.state == "done" and not far.parked + far.failed


def _in_short(far: HowFar) -> str:
    """Return the counts that are not zero: "812 done, 3 parked"."""
    words = {
        "known": "there already",
        "done": "done",
        "skipped": "skipped",
        "parked": "parked",
        "failed": "failed",
        "running": "running",
        "queued": "queued",
    }
    parts = [f"{count} {word}" for name, word in words.items() if (count := getattr(far, name))]
    return ", ".join(parts) or "nothing yet"


@app.command("list")
def list_all(json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False) -> None:
    """Name the imports, newest first, and how far each has come."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.engine.models import Import

        names = dict(Connection.objects.values_list("pk", "name"))
        found = list(Import.objects.order_by("-pk")[:50])
        if json:
            as_json([_as_data(one, names.get(one.connection_id, "")) for one in found])
        elif not found:
            say("Nothing was imported yet. Begin with `woodoo import orders`.")
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
        said = plain(f"{one.message} {one.fix}".strip() or _in_short(far))
        rows.append((*cells, speed, span(far.seconds_left), said, moment(one.created_at)))
    columns = ["No.", "Connection", "What", "State", "Through", "Rate", "Left", "", "Begun"]
    table(columns, rows, right=["No.", "Through", "Rate", "Left"])


def _as_data(one: Import, connection: str) -> dict[str, Any]:
    from dataclasses import asdict

    from woodoo.engine.imports import progress

    far = progress(one)
    return {
        "id": one.pk,
        "connection": connection,
        "orders": one.title,
        "wanted": one.wanted,
        "dry_run": one.dry_run,
        "state": one.state,
        "progress": {**asdict(far), "through": far.through, "percent": far.percent},
        "findings": one.result if one.dry_run else None,
        "message": one.message,
        "fix": one.fix,
        "started_by": one.started_by,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }


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
    """End an import: what it has not come to is left out. Orders brought over stay."""
    with service():
        from woodoo.engine import imports

        imports.stop(number)
    say(f"[green]✓[/green] Import {number} is stopped. What it has brought over stays.")
