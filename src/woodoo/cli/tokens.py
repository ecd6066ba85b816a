"""Makes, names and revokes the tokens with which programs use the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .carrying import person
from .connections import find
from .output import as_json, fail, moment, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from woodoo.web.models import ApiToken

app = typer.Typer(no_args_is_help=True, help="Keys with which programs use the API.")
_COLOURS = {"good": "done", "revoked": "skipped", "expired": "waiting"}


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="token")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What it is for, such as Grafana.")],
    role: Annotated[str, typer.Option(help="viewer, operator or administrator.")] = "viewer",
    connection: Annotated[
        list[str] | None, typer.Option("--connection", "-c", help="Where it is good; may be repeated. Left out: all.")
    ] = None,
    days: Annotated[int, typer.Option(help="Days it is good for; 0: until it is revoked.", min=0, max=3650)] = 365,
    personal_data: Annotated[
        bool, typer.Option("--personal-data", help="May read what was asked and answered.")
    ] = False,
) -> None:
    """Make a token and print its key this once."""
    from woodoo.web.reach import Role

    given = Role.named(role)
    if given is None:
        raise fail(f"There is no role '{role}'.", "Choose viewer, operator or administrator.")
    with service():
        from woodoo.web import tokens

        where = [find(one).pk for one in connection or ()]
        made, key = tokens.make(
            name, given, connections=where, days=days or None, personal_data=personal_data, by=person()
        )
        say(f"[green]✓[/green] Token {made.pk}, {plain(made.name)}, may do what a {role} may.")
        say("  Key (shown this once):")
        typer.echo(key)


@app.command("list")
def list_all(json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False) -> None:
    """Name all tokens, the newest first, and which are good."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.web.models import ApiToken

        found = list(ApiToken.objects.order_by("-pk")[:200])
        names = dict(Connection.objects.values_list("pk", "name"))
        _show(found, names, json=json)


def _show(found: Sequence[ApiToken], names: dict[int, str], *, json: bool) -> None:
    from woodoo.web.tokens import state_of

    if json:
        fields = ("id", "name", "beginning", "role", "connections", "personal_data", "created_by", "created_at")
        more = ("expires_at", "last_used_at", "revoked_at")
        as_json([{name: getattr(one, name) for name in fields + more} | {"state": state_of(one)} for one in found])
        return
    if not found:
        say("There is no token. Make one with `woodoo token add`.")
        return
    table(
        ["No.", "Name", "Begins with", "Role", "Where", "State", "Until", "Last used"],
        [
            (
                one.pk,
                plain(one.name),
                plain(one.beginning),
                one.role,
                plain(", ".join(names.get(number, "gone") for number in one.connections) or "everywhere"),
                state(_COLOURS[state_of(one)], state_of(one)),
                moment(one.expires_at),
                moment(one.last_used_at),
            )
            for one in found
        ],
        right=["No."],
    )


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the token; `woodoo token list` names them.")],
) -> None:
    """End a token at once."""
    with service():
        from woodoo.web import tokens

        gone = tokens.revoke(number)
    say(f"[green]✓[/green] Token {gone.pk}, {plain(gone.name)}, is good no more.")
