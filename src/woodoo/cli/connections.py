"""Sets connections up and tries them out.

Decides that secrets are asked for unseen or taken from the environment, so that they are in no shell history.
"""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps, loads
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Stop, as_json, fail, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.wiring import Check

app = typer.Typer(no_args_is_help=True, help="A store and an Odoo that are kept in step.")
Which = Annotated[str, typer.Argument(help="Name or number of the connection; may be left out where there is one.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="connection")


def find(which: str) -> Connection:
    """Return the connection with that name or number; the only one where none is named."""
    from woodoo.connections.models import Connection

    if not which:
        every = list(Connection.objects.order_by("pk")[:2])
        if len(every) == 1:
            return every[0]
        if not every:
            raise fail("There is no connection yet.", "Add one with `woodoo connection add`, or in the panel.")
        raise fail("There are several connections.", "Say which one: `woodoo connection list` names them.")
    found = Connection.objects.filter(name=which).first()
    if found is None and which.isascii() and which.isdigit():
        found = Connection.objects.filter(pk=int(which)).first()
    if found is None:
        raise fail(f"There is no connection '{which}'.", "`woodoo connection list` names those there are.")
    return found


@app.command("add")
def add(
    name: Annotated[str, typer.Option(prompt="Name", help="What you call it.")],
    store_url: Annotated[str, typer.Option(prompt="Store address", help="Such as https://shop.example.com")],
    store_key: Annotated[
        str, typer.Option(prompt="Consumer key (ck_…)", hide_input=True, envvar="WOODOO_STORE_KEY", help="Asked for.")
    ],
    store_secret: Annotated[
        str,
        typer.Option(prompt="Consumer secret (cs_…)", hide_input=True, envvar="WOODOO_STORE_SECRET", help="Asked for."),
    ],
    odoo_url: Annotated[str, typer.Option(prompt="Odoo address", help="Such as https://company.odoo.com")],
    odoo_database: Annotated[str, typer.Option(prompt="Odoo database", help="Name of the database.")],
    odoo_login: Annotated[str, typer.Option(prompt="Odoo login", help="Login of the user Woodoo works as.")],
    odoo_key: Annotated[
        str,
        typer.Option(prompt="Odoo API key or password", hide_input=True, envvar="WOODOO_ODOO_KEY", help="Asked for."),
    ],
    company: Annotated[int, typer.Option(help="Id of the company in Odoo.")] = 1,
    store_ca: Annotated[str, typer.Option(help="Certificate authority file of the store, if private.")] = "",
    odoo_ca: Annotated[str, typer.Option(help="Certificate authority file of Odoo, if private.")] = "",
    test: Annotated[bool, typer.Option(help="Test it first.")] = True,
    anyway: Annotated[bool, typer.Option("--anyway", help="Save it though the test fails.")] = False,
) -> None:
    """Add a connection, once it was tested. What is not given is asked for; secrets can be in WOODOO_STORE_KEY etc."""
    given = {
        "name": name,
        "enabled": True,
        "store_url": store_url,
        "store_key": store_key,
        "store_secret": store_secret,
        "store_ca_bundle": store_ca,
        "odoo_url": odoo_url,
        "odoo_database": odoo_database,
        "odoo_login": odoo_login,
        "odoo_key": odoo_key,
        "odoo_company_id": company,
        "odoo_ca_bundle": odoo_ca,
    }
    with service():
        made = _add(given, test=test, anyway=anyway)
        say(f"[green]✓[/green] Connection {plain(made.name)} is saved as number {made.pk}.")
        say(
            "Next: taxes and journals, in the panel or with `woodoo connection settings`, then "
            f"`woodoo connection webhooks {made.pk}`."
        )


def _add(given: dict[str, object], *, test: bool, anyway: bool) -> Connection:
    """Check what was given, try both sides, say what they answer, and save."""
    from woodoo.web.forms import ConnectionForm
    from woodoo.web.saving import failed, keep, try_changed

    form = ConnectionForm(given)
    if not form.is_valid():
        for field, problems in form.errors.items():
            fail(f"{field.replace('_', ' ')}: {' '.join(map(str, problems))}")
        raise Stop
    say(f"Testing {plain(form.instance.name)} …")
    tried = try_changed(form) if test else {}
    _show_checks([check for checks in tried.values() for check in checks])
    if failed(tried) and not anyway:
        raise fail(
            f"Connection {form.instance.name} is not saved, for its test failed.",
            "Mend what is marked, or save it all the same with --anyway.",
        )
    keep(form, tried)
    return form.instance


@app.command("list")
def list_all(json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False) -> None:
    """Name all connections."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.web.overview import connection_statuses

        found = list(Connection.objects.order_by("pk"))
        statuses = connection_statuses(found)
        if json:
            as_json(
                [
                    {
                        "id": c.pk,
                        "name": c.name,
                        "store": c.store_url,
                        "odoo": c.odoo_url,
                        "database": c.odoo_database,
                        "state": statuses[c.pk].state,
                    }
                    for c in found
                ]
            )
            return
        if not found:
            say("There is no connection yet. Add one with `woodoo connection add`, or in the panel.")
            return
        table(
            ["No.", "Name", "Store", "Odoo", "Database", "State"],
            [
                (
                    c.pk,
                    plain(c.name),
                    plain(c.store_url),
                    plain(c.odoo_url),
                    plain(c.odoo_database),
                    shown_state(statuses[c.pk].state),
                )
                for c in found
            ],
            right=["No."],
        )


def shown_state(name: str) -> str:
    """Return how a connection is doing, in its colour."""
    return {"on": state("done", "working"), "paused": state("waiting", "paused"), "off": state("skipped", "off")}[name]


@app.command("test")
def try_out(which: Which = "") -> None:
    """Ask both sides everything a connection needs. Changes nothing; exit code 1 where something is wrong."""
    with service():
        if not _test(find(which)):
            raise Stop


@app.command("try")
def try_now(which: Which = "") -> None:
    """Ask a side that was down once more now, whatever is left of the connection's rest."""
    with service():
        from woodoo.engine import breaker

        on = find(which)
        if breaker.try_now(on.pk):
            say(f"[green]✓[/green] {plain(on.name)} is tried now. Where it fails again, it rests longer.")
        else:
            say(f"{plain(on.name)} does not rest.")


def _test(connection: Connection) -> bool:
    from woodoo.wiring import check_connection

    say(f"Testing {plain(connection.name)} …")
    return _show_checks(check_connection(connection))


def _show_checks(checks: Sequence[Check]) -> bool:
    """Say what a test has found, and whether all is well."""
    for check in checks:
        mark = {True: "[green]✓[/green]", False: "[red]✗[/red]", None: "[yellow]![/yellow]"}[check.ok]
        say(f"{mark} [bold]{plain(check.name)}[/bold]: {plain(check.message)}")
        if check.fix and check.ok is not True:
            say(f"    {plain(check.fix)}")
    return all(check.ok is not False for check in checks)


@app.command("settings")
def settings(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHICH] [NAME=VALUE...]", help="The connection, and what to set; NAME= for the default."
        ),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Save though a side cannot be asked whether what is new is there.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Print the settings of a connection, or set some. Values are JSON; text needs no quotes.

    Both sides are asked whether records, statuses and methods that are newly named are there.
    """
    which, pairs = _which_and_pairs(words or [])
    with service():
        on = find(which)
        values = {name: _value(text) if text else None for name, text in pairs.items()}
        if values:
            _save_settings(on, values, anyway=anyway, told=not json)
            on.refresh_from_db()
        if json:
            as_json(on.rules.model_dump(mode="json"))
        elif not values:
            _show_settings(on)


def _save_settings(on: Connection, values: dict[str, object], *, anyway: bool, told: bool) -> None:
    from woodoo.web.saving import save_settings

    saved = save_settings(on, values, anyway=anyway)
    if not told:
        return
    say(f"[green]✓[/green] Settings of {plain(on.name)} are saved.")
    for sentence in (*saved.notes, *saved.unchecked):
        say(f"[yellow]![/yellow] {plain(sentence)}")
    if saved.retried:
        say(f"  {saved.retried} record{'s that waited are' if saved.retried > 1 else ' that waited is'} tried again.")


def _which_and_pairs(words: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Tell the connection from the pairs: only the first word may be without a "="."""
    names = [word for word in words if "=" not in word]
    if names and (len(names) > 1 or words[0] != names[0]):
        raise fail(f"'{names[-1]}' sets nothing.", "Write NAME=VALUE; the connection comes first.")
    pairs = [word.split("=", maxsplit=1) for word in words if "=" in word]
    return (names[0] if names else ""), {name.strip(): value for name, value in pairs}


def _value(text: str) -> object:
    """Read a value: JSON where it is some, else the text itself."""
    try:
        return loads(text)
    except ValueError:
        return text


def _show_settings(on: Connection) -> None:
    from woodoo.connections.settings import ConnectionSettings

    now = on.rules.model_dump(mode="json")
    for name, field in ConnectionSettings.model_fields.items():
        own = "" if name not in on.settings else "  [bright_black](set here)[/bright_black]"
        say(f"[bold]{name}[/bold] = {plain(dumps(now[name], ensure_ascii=False))}{own}")
        say(f"    {plain(field.description or '')}")
    say(f"\nChange one: woodoo connection settings {on.pk} NAME=VALUE")
