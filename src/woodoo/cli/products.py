"""Sends products of Odoo to the store and takes those of the store over, or tells what that would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .carrying import carry_out, person
from .carrying import try_out as try_all
from .connections import Which, find
from .output import Stop, as_json, plain, say
from .records import checked, show_plans
from .service import service

if TYPE_CHECKING:
    from woodoo.catalogues import Way
    from woodoo.connections.models import Connection

app = typer.Typer(no_args_is_help=True, help="Products: send those of Odoo to the store, take those of the store over.")
Json = Annotated[bool, typer.Option("--json", help="For other programs.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until all are through.")]
OdooIds = Annotated[list[str] | None, typer.Option("--id", help="Id of a product.template in Odoo; may be repeated.")]
StoreIds = Annotated[list[str] | None, typer.Option("--id", help="Id of a product of the store; may be repeated.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="products")


@app.command("try")
def try_out(connection: Which = "", ids: OdooIds = None, json: Json = False) -> None:
    """Tell what would be done in the store, for each product named or summed up for all; nothing is written."""
    with service():
        from woodoo.catalogues import SEND

        _try(find(connection), SEND, ids or [], json=json)


@app.command("send")
def send(
    connection: Which = "",
    ids: OdooIds = None,
    look: Annotated[bool, typer.Option("--look", help="Compare those named with the store.")] = False,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Send all products, or those named, to the store; a running worker carries it out. May be repeated."""
    with service():
        from woodoo.catalogues import SEND

        _bring(find(connection), SEND, ids or [], wait=wait, json=json, look=look)


@app.command("take")
def take(
    connection: Which = "",
    ids: StoreIds = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Take all products of the store, or those named, over to Odoo; a running worker carries it out."""
    with service():
        from woodoo.catalogues import TAKE

        on = find(connection)
        if dry_run:
            _try(on, TAKE, ids or [], json=json)
        else:
            _bring(on, TAKE, ids or [], wait=wait, json=json)


def _try(on: Connection, way: Way, ids: list[str], *, json: bool) -> None:
    from woodoo import catalogues
    from woodoo.domain.plan import Plan
    from woodoo.wiring import plan_records

    if not ids:
        total = catalogues.expected(on, way)
        try_all(catalogues.try_out(on, way), total, way.flow.name, way.title, json=json)
        return
    found = plan_records(on, way.flow, checked(ids))
    if json:
        as_json({one: plan.to_json() if isinstance(plan, Plan) else str(plan) for one, plan in found})
    elif not show_plans(found):
        raise Stop


def _bring(on: Connection, way: Way, ids: list[str], *, wait: bool, json: bool, look: bool = False) -> None:
    from woodoo import catalogues

    if ids:
        count = catalogues.bring(on, way, checked(ids), look=look)
        say(f"[green]✓[/green] {count} product{'s' if count != 1 else ''} of {plain(on.name)} on the list.")
        return
    carry_out(catalogues.begin(on, way, started_by=person()), on, wait=wait, json=json)
