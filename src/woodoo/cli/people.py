"""People who may sign in, their roles, and who changed what.

Decides that a password made here is printed once and stored nowhere.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from .connections import find
from .output import as_json, fail, moment, plain, say, table
from .service import service

app = typer.Typer(no_args_is_help=True, help="People who may sign in.")


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.command("changes")(changes)
    parent.add_typer(app, name="admin")


@app.command("create")
def admin_create(
    username: Annotated[str, typer.Argument(help="Name to sign in with.")] = "admin",
    role: Annotated[str, typer.Option(help="administrator, operator or viewer.")] = "administrator",
    connection: Annotated[
        list[str] | None, typer.Option("--connection", "-c", help="Where; may be repeated. Left out: everywhere.")
    ] = None,
    random: Annotated[bool, typer.Option("--random", help="Make a password and print it once.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Give an account that exists a new password.")] = False,
) -> None:
    """Make an account, or give one a new password."""
    if role not in ("administrator", "operator", "viewer"):
        raise fail(f"There is no role '{role}'.", "Choose administrator, operator or viewer.")
    with service():
        from django.contrib.auth import get_user_model

        from woodoo.connections import audit
        from woodoo.web import people as accounts
        from woodoo.web.reach import Role

        people = get_user_model().objects
        given = Role.named(role)
        assert given is not None
        where = [find(one).pk for one in connection or ()]
        account = people.filter(username=username).first()
        if account and not reset:
            raise fail(f"There is an account '{username}' already.", "Use --reset to give it a new password.")
        if reset and not account:
            raise fail(f"There is no account '{username}'.")
        password = accounts.new_password() if random else _ask_password(username)
        if account:
            account.set_password(password)
            account.save(update_fields=["password"])
            audit.note(f"password of {username} renewed")
        else:
            accounts.make(username, given, connections=where, password=password)
        _lift_lockout(username)
    done = "has a new password" if account else f"may sign in as {role}"
    say(f"[green]✓[/green] {plain(username)} {done}.")
    if random:
        say(f"  Password (shown this once): [bold]{plain(password)}[/bold]")


@app.command("link")
def admin_link() -> None:
    """Print the address at which the first account is made, where there is none yet."""
    with service():
        from woodoo.web import first

        from .upkeep import say_link

        if not first.is_wanted():
            raise fail("There is an account already.", "`woodoo admin list` names them; --reset gives a new password.")
        say_link(first.link())


@app.command("list")
def admin_list(json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False) -> None:
    """Name all accounts and their roles."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.web.people import everybody

        names = dict(Connection.objects.values_list("pk", "name"))
        rows: list[dict[str, Any]] = [
            {
                "name": one.user.username,
                "role": one.reach.role.word,
                "on_connections": {names.get(n, str(n)): role.word for n, role in one.reach.on_connections.items()},
                "second_factor": one.second_factor,
                "active": one.user.is_active,
                "last_login": one.user.last_login,
            }
            for one in everybody()
        ]
    if json:
        as_json(rows)
        return
    table(
        ["Name", "Everywhere", "On connections", "Second factor", "", "Last sign-in"],
        [
            (
                plain(row["name"]),
                row["role"],
                plain(", ".join(f"{name}: {role}" for name, role in row["on_connections"].items()) or "—"),
                "yes" if row["second_factor"] else "no",
                "" if row["active"] else "switched off",
                moment(row["last_login"]),
            )
            for row in rows
        ],
    )


@app.command("role")
def admin_role(
    username: Annotated[str, typer.Argument(help="Whose.")],
    role: Annotated[str, typer.Argument(help="administrator, operator, viewer or nobody.")],
    connection: Annotated[str, typer.Option("--connection", "-c", help="On that one. Left out: everywhere.")] = "",
) -> None:
    """Give a person another role, everywhere or on one connection; nobody takes it away."""
    with service():
        from woodoo.web import people
        from woodoo.web.reach import Role

        given = Role.NOBODY if role == "nobody" else Role.named(role)
        if given is None:
            raise fail(f"There is no role '{role}'.", "Choose administrator, operator, viewer or nobody.")
        on = find(connection) if connection else None
        people.give(people.find(username), given, on.pk if on else None)
    where = f"on {on.name}" if on else "everywhere"
    say(f"[green]✓[/green] {plain(username)} is {role} {plain(where)}.")


@app.command("switch")
def admin_switch(
    username: Annotated[str, typer.Argument(help="Whose account.")],
    off: Annotated[bool, typer.Option("--off/--on", help="May not sign in any more, or may again.")] = True,
) -> None:
    """Switch an account off, or on again. What it did stays on record."""
    with service():
        from woodoo.web import people

        people.switch(people.find(username), on=not off)
    say(f"[green]✓[/green] {plain(username)} may {'not sign in any more' if off else 'sign in'}.")


@app.command("second-factor")
def admin_second_factor(
    username: Annotated[str, typer.Argument(help="Whose.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take it away, where phone and paper are lost.")] = False,
) -> None:
    """Say whether a person has a second factor, or take it away."""
    with service():
        from woodoo.web import people, second_factor

        user = people.find(username)
        if remove:
            second_factor.remove(user)
        there = second_factor.of(user) is not None
    say(f"[green]✓[/green] {plain(username)} signs in with {'password and code' if there else 'the password alone'}.")


def changes(
    connection: Annotated[str, typer.Option("--connection", "-c", help="Name or number. Left out: all.")] = "",
    most: Annotated[int, typer.Option(help="How many, the newest ones.", min=1, max=10_000)] = 50,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Say who changed what: settings with what they were before, people, tokens, personal data."""
    with service():
        from woodoo.connections.models import Change, Connection

        rows = Change.objects.filter(connection_id=find(connection).pk) if connection else Change.objects.all()
        names = dict(Connection.objects.values_list("pk", "name"))
        found = list(rows.order_by("-pk")[:most])
    if json:
        fields = ("at", "who", "how", "what", "connection_id", "before", "after")
        as_json([{name: getattr(one, name) for name in fields} for one in found])
        return
    table(
        ["When", "Who", "Connection", "What", "Before", "After"],
        [
            (
                moment(one.at),
                plain(one.who or "Woodoo"),
                plain(names.get(one.connection_id, "gone") if one.connection_id else "—"),
                plain(one.what),
                *(
                    plain("\n".join(f"{name}: {value}" for name, value in side.items()))
                    for side in (one.before, one.after)
                ),
            )
            for one in found
        ],
    )


def _lines(values: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items())


def _ask_password(username: str) -> str:
    """Ask for a password, or take WOODOO_ADMIN_PASSWORD, and check it by the rules of the panel."""
    password = os.environ.get("WOODOO_ADMIN_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    return checked(str(password), username)


def checked(password: str, username: str) -> str:
    """Return a password that keeps the rules of the panel; end the command where it does not."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password, get_user_model()(username=username))
    except ValidationError as exc:
        raise fail(" ".join(exc.messages)) from exc
    return password


def _lift_lockout(username: str) -> None:
    from axes.utils import reset as reset_lockout

    reset_lockout(username=username)
