"""From connected to live on the command line: what past orders use, what would become of them, trouble, the checklist.

Decides that a survey is carried out right here, with a bar that shows how far it is: no worker has to run.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .carrying import bar, person
from .connections import Which, find
from .output import Stop, as_json, fail, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.engine.models import Import
    from woodoo.mapping.evidence.row import Row
    from woodoo.surveys import Kind
    from woodoo.web.golive import Point

app = typer.Typer(no_args_is_help=True, help="From connected to live: evidence, dry run, clean-up, checklist.")
Newest = Annotated[int | None, typer.Option("--newest", help="So many of the newest orders.")]
Json = Annotated[bool, typer.Option("--json", help="For other programs.")]
_PAUSE = 1.0
#: How a mapping stands → the state in whose colour it is shown, and its word.
_STANDS = {
    "mapped": ("done", "mapped"),
    "proposed": ("ready", "proposed"),
    "open": ("parked", "choose"),
    "wrong": ("failed", "wrong"),
}


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="golive")


@app.command("mappings")
def mappings(
    which: Which = "",
    newest: Newest = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what is proposed into the settings. Nothing is overwritten.")
    ] = False,
    json: Json = False,
) -> None:
    """Show everything that is mapped or could be, with how often past orders used it; --newest reads them first."""
    with service():
        from woodoo import surveys, wiring
        from woodoo.connections.maps import take_rows

        on = find(which)
        if newest is not None:
            _carry_out(on, surveys.USAGE, newest)
        rows = wiring.read_mappings(on)
        taken, again = take_rows(on.pk, rows) if accept else (0, 0)
        if json:
            as_json([_row_as_data(row) for row in rows])
            return
        _show_rows(rows)
        if accept:
            say(f"[green]✓[/green] {taken} mapping{'' if taken == 1 else 's'} written into the settings.")
            if again:
                say(f"  {again} record{'s that waited are' if again > 1 else ' that waited is'} tried again.")


@app.command("dry-run")
def dry_run(which: Which = "", newest: Newest = None, json: Json = False) -> None:
    """Try the newest orders: the outcome each would have. Writes nothing; exit code 1 where one would wait."""
    with service():
        from woodoo import surveys
        from woodoo.engine import surveys as kept
        from woodoo.flows.rehearsal import KINDS

        on = find(which)
        done = _carry_out(on, surveys.REHEARSAL, newest)
        counts = kept.counts(done.pk)
        if json:
            as_json([_finding(one) for one in kept.in_pieces(kept.findings(done.pk))])
        else:
            for kind in KINDS:
                say(f"{counts.get(kind, 0):>8} {_OUTCOMES[kind]}")
                for one in kept.causes(done.pk, kind):
                    if one.cause:
                        named = ", ".join(title for _, title in one.named)
                        say(f"{one.count:>14} {plain(one.cause)} [bright_black]({plain(named)})[/bright_black]")
            say("\nNothing was changed.")
        if counts.get("parked") or counts.get("failed"):
            raise Stop


_OUTCOMES = {
    "parked": "would wait for a person",
    "failed": "could not be looked at",
    "skipped": "would be left out",
    "create": "would be made in Odoo",
    "complete": "would be completed or changed in Odoo",
    "there": "are in Odoo as they should be",
}


@app.command("cleanup")
def cleanup(which: Which = "", json: Json = False) -> None:
    """Look through products and customers of both sides for what holds up orders; exit code 1 where something does."""
    with service():
        from woodoo import surveys
        from woodoo.web.tidying import troubles_of

        on = find(which)
        _carry_out(on, surveys.HYGIENE, None)
        troubles = troubles_of(on)
        if json:
            plain_names = ("name", "blocks", "count")
            as_json([{**{n: getattr(one, n) for n in plain_names}, "title": str(one.title)} for one in troubles])
        for one in troubles if not json else ():
            mark = "[green]✓[/green]" if not one.count else "[red]✗[/red]" if one.blocks else "[yellow]![/yellow]"
            say(f"{mark} {one.count:>6} {plain(str(one.title))}")
            for item in one.items[:5]:
                owners = ", ".join(owner.title for owner in item.owners)
                say(f"           {plain(f'{item.label} {owners}'.strip())}")
        if any(one.blocks and one.count for one in troubles):
            raise Stop


@app.command("check")
def check(which: Which = "", json: Json = False) -> None:
    """Ask both sides and go through the checklist; exit code 1 where a point is not right."""
    with service():
        from woodoo.web.golive import as_data
        from woodoo.web.golive import check as check_all

        points = check_all(find(which))
        if json:
            as_json(as_data(points))
        else:
            _show_points(points)
        if not all(point.is_right for point in points):
            raise Stop


@app.command("accept")
def accept_point(
    point: Annotated[str, typer.Argument(help="Name of the point, as `woodoo golive check` shows it.")],
    which: Which = "",
    back: Annotated[bool, typer.Option("--back", help="Take it back.")] = False,
) -> None:
    """Accept a point of the checklist as it is, or say that it is done."""
    with service():
        from woodoo.web import golive

        golive.accept(find(which), point, who=person(), yes=not back)
    say(f"[green]✓[/green] {plain(point)} is {'open again' if back else 'accepted'}.")


@app.command("start")
def start(
    which: Which = "",
    first: Annotated[
        str, typer.Option("--from", metavar="DAY", help="Orders placed from that day on; without it, from today.")
    ] = "",
) -> None:
    """Switch a connection on, for orders placed from a day on. Refused as long as a point of the checklist is open."""
    with service():
        from woodoo.web import golive

        on = find(which)
        try:
            day = date.fromisoformat(first) if first else golive.today(on)
        except ValueError as exc:
            raise fail(f"'{first}' is no day.", "Write it as 2025-01-31.") from exc
        begun = golive.switch_on(on, day, who=person())
        say(f"[green]✓[/green] {plain(on.name)} is live: orders placed from {day} on come over.")
        if begun:
            say(f"  Import {begun.pk} fetches those placed before now.")


def _carry_out(on: Connection, kind: Kind, newest: int | None) -> Import:
    """Begin a survey and go on with it until its end, whoever else helps.

    Raises:
        Stop: it has failed; why was said.
    """
    from woodoo import surveys
    from woodoo.engine.import_walk import walk

    made = surveys.start(on, kind, started_by=person(), newest=newest)
    with bar() as shown:
        task = shown.add_task("Looking", total=made.total)
        while made.state in ("listing", "working"):
            if not walk(made.pk):
                time.sleep(_PAUSE)
            made.refresh_from_db()
            shown.update(task, completed=made.listed, total=max(made.total or 0, made.listed))
    if made.state != "done":
        raise fail(made.message or f"It was {made.get_state_display().lower()}.", made.fix)
    return made


def _show_rows(rows: list[Row]) -> None:
    table(
        ["", "In the store", "Orders", "", "In Odoo", "Because"],
        [
            (
                row.section,
                plain(row.title),
                "" if row.orders is None else row.orders,
                state(*_STANDS[row.stand]),
                plain(row.name),
                plain(f"{row.reason}. {row.fix}" if row.fix else row.reason),
            )
            for row in sorted(rows, key=lambda row: (row.section, -(row.orders or 0)))
        ],
        right=["Orders"],
    )


def _row_as_data(row: Row) -> dict[str, Any]:
    names = ("section", "key", "title", "stand", "name", "reason", "fix", "setting", "value", "orders", "last")
    return {name: getattr(row, name) for name in names}


def _finding(one: Any) -> dict[str, Any]:
    names = ("kind", "record", "title", "cause", "message", "fix", "place", "facts")
    return {name: getattr(one, name) for name in names}


def _show_points(points: list[Point]) -> None:
    for point in points:
        good = point.state == "ok" or bool(point.accepted_by)
        mark = "[green]✓[/green]" if good else "[yellow]![/yellow]" if point.is_right else "[red]✗[/red]"
        by = f" [bright_black](accepted by {plain(point.accepted_by)})[/bright_black]" if point.accepted_by else ""
        say(f"{mark} [bold]{point.name}[/bold]: {plain(point.evidence)}{by}")
        if point.fix and not good:
            say(f"    {plain(point.fix)}")
