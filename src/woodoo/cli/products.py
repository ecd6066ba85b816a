"""Sends products of Odoo to the store and takes those of the store over, or tells what that would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .connections import Which, find
from .imports import _as_data, _bar, _follow, _person, _show_reasons
from .output import Stop, as_json, plain, say
from .service import service

if TYPE_CHECKING:
    from woodoo.connections.models import Connection

app = typer.Typer(no_args_is_help=True, help="Products: send those of Odoo to the store, take those of the store over.")
Json = Annotated[bool, typer.Option("--json", help="For other programs.")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Id of a product.template in Odoo; may be repeated.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="products")


@app.command("try")
def try_out(connection: Which = "", ids: Ids = None, json: Json = False) -> None:
    """Tell what would be done in the store, for each product named or summed up for all; nothing is written."""
    with service():
        on = find(connection)
        if ids:
            _show_plans(on, ids, json=json)
        else:
            _show_all(on, json=json)


def _show_plans(on: Connection, ids: list[str], *, json: bool, flow: str = "products") -> None:
    from woodoo.domain.plan import Plan
    from woodoo.flows.table import FLOWS
    from woodoo.wiring import plan_records

    found = plan_records(on, FLOWS[flow], ids)
    if json:
        as_json({one: plan.to_json() if isinstance(plan, Plan) else str(plan) for one, plan in found})
        return
    for one, plan in found:
        if not isinstance(plan, Plan):
            say(f"[red]✗[/red] {one}: {plain(str(plan))}")
            continue
        say(f"[bold]{plain(plan.title)}[/bold] {plain(plan.summary)}")
        for step in plan.steps:
            say(f"  {plain(step.do)}: {plain(step.why)} [bright_black]{plain(step.detail)}[/bright_black]")
        for note in plan.notes:
            say(f"  {plain(note)}")


def _show_all(on: Connection, *, json: bool) -> None:
    from woodoo import exporting

    total = exporting.expected(on)
    findings: dict[str, Any] = {}
    with _bar() as bar:
        task = bar.add_task("Planning", total=total)
        for listed, findings in exporting.try_catalogue(on):  # noqa: B007 - the last findings hold all
            bar.update(task, completed=listed, total=max(total, listed))
    _show_findings(findings, "products of Odoo", "the store", json=json)


def _show_findings(findings: dict[str, Any], what: str, where: str, *, json: bool) -> None:
    """Sum up what a dry run of all products found."""
    if json:
        as_json(findings)
        return
    say(f"[bold]{findings['orders']} {what}[/bold]")
    say(f"{findings['create']:>8} would be created")
    say(f"{findings['complete']:>8} would be changed in {where}")
    say(f"{findings['there']:>8} are as they should be")
    say(f"{findings['skipped']:>8} would be left out")
    _show_reasons(findings["skipped_because"])
    say(f"{findings['parked']:>8} would need a person")
    _show_reasons(findings["parked_because"])
    say("\nNothing was changed.")


@app.command("send")
def send(
    connection: Which = "",
    ids: Ids = None,
    look: Annotated[bool, typer.Option("--look", help="Compare those named with the store.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all are through.")] = False,
    json: Json = False,
) -> None:
    """Send all products, or those named, to the store; a running worker carries it out. May be repeated."""
    with service():
        from woodoo import exporting

        on = find(connection)
        if ids:
            count = exporting.send_products(on, ids, look=look)
            say(f"[green]✓[/green] {count} products of {plain(on.name)} are on the list.")
            return
        made = exporting.send_catalogue(on, started_by=_person())
        if not json:
            say(f"[green]✓[/green] Import {made.pk} of {plain(on.name)} has begun: about {made.total} {made.title}.")
        good = _follow(made) if wait else True
        if json:
            made.refresh_from_db()
            as_json(_as_data(made, on.name))
        elif not wait:
            say("  A running worker carries it out. `woodoo import list` tells how far it has come.")
        if not good:
            raise Stop


@app.command("take")
def take(
    connection: Which = "",
    ids: Annotated[
        list[str] | None, typer.Option("--id", help="Id of a product of the store; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all are through.")] = False,
    json: Json = False,
) -> None:
    """Take all products of the store, or those named, over to Odoo; a running worker carries it out."""
    with service():
        from woodoo import taking

        on = find(connection)
        if ids and dry_run:
            _show_plans(on, ids, json=json, flow="product")
        elif ids:
            count = taking.take_products(on, ids)
            say(f"[green]✓[/green] {count} products of {plain(on.name)} are on the list.")
        elif dry_run:
            _show_shelf(on, json=json)
        else:
            _take_all(on, wait=wait, json=json)


def _take_all(on: Connection, *, wait: bool, json: bool) -> None:
    from woodoo import taking

    made = taking.take_catalogue(on, started_by=_person())
    if not json:
        say(f"[green]✓[/green] Import {made.pk} of {plain(on.name)} has begun: about {made.total} {made.title}.")
    good = _follow(made) if wait else True
    if json:
        made.refresh_from_db()
        as_json(_as_data(made, on.name))
    elif not wait:
        say("  A running worker carries it out. `woodoo import list` tells how far it has come.")
    if not good:
        raise Stop


def _show_shelf(on: Connection, *, json: bool) -> None:
    from woodoo import taking

    total = taking.expected(on)
    findings: dict[str, Any] = {}
    with _bar() as bar:
        task = bar.add_task("Planning", total=total)
        for listed, findings in taking.try_shelf(on):  # noqa: B007 - the last findings hold all
            bar.update(task, completed=listed, total=max(total, listed))
    _show_findings(findings, "products of the store", "Odoo", json=json)
