"""Alerts on the command line: what is open, the channels they go to, and a test of these."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .completeness import say_pause
from .connections import Which, find
from .output import Stop, as_json, fail, moment, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from woodoo.alerts.models import Alert
    from woodoo.alerts.standing import Standing

app = typer.Typer(no_args_is_help=True, help="What needs a person, and who is told.")


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="alerts")


@app.command("list")
def list_all(
    every: Annotated[bool, typer.Option("--all", help="Those that are over as well.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Name what is open, newest first."""
    with service():
        from woodoo.alerts.models import Alert
        from woodoo.connections.models import Connection
        from woodoo.web.pauses import pauses_of

        names = dict(Connection.objects.values_list("pk", "name"))
        pauses = pauses_of(names)
        found = Alert.objects.order_by("-last_at", "-pk")
        alerts = list(found[:100] if every else found.filter(resolved_at__isnull=True))
    if json:
        fields = ("kind", "title", "text", "count", "first_at", "last_at", "told_at", "resolved_at")
        as_json(
            [
                {"connection": one.connection_id or None, **{name: getattr(one, name) for name in fields}}
                for one in alerts
            ]
        )
        return
    untold = {pk: pause for pk, pause in pauses.items() if not any(_tells_of(one, pk) for one in alerts)}
    for pk, pause in untold.items():
        say_pause(names[pk], pause)
        say("  It becomes an alert if it lasts (alert_outage_minutes).")
    if not alerts:
        say("Nothing else needs you." if untold else "Nothing needs you.")
        return
    table(
        ["Connection", "Since", "Told", "", "What"],
        [
            (
                plain(names.get(one.connection_id, "all")),
                moment(one.first_at),
                moment(one.told_at),
                state("done", "over") if one.resolved_at else state("parked", "open"),
                plain(f"{one.title}\n{one.text}".strip()),
            )
            for one in alerts
        ],
    )


def _tells_of(alert: Alert, connection_id: int) -> bool:
    """Whether an open alert says that a side of the connection is down."""
    return alert.connection_id == connection_id and alert.kind == "outage" and alert.resolved_at is None


@app.command("channels")
def channels(
    which: Which = "",
    add: Annotated[bool, typer.Option("--add", help="Add one; its address is asked for.")] = False,
    remove: Annotated[int, typer.Option("--remove", metavar="N", help="Take away the one with that number.")] = 0,
) -> None:
    """Name the channels of a connection and how they are doing; add one, take one away."""
    with service():
        from woodoo.alerts import channels as doors
        from woodoo.alerts.standing import standings

        on = find(which)
        if add:
            made = doors.add(on, _asked_for())
            say(f"[green]✓[/green] {plain(made.masked)} is told from now on. Try it: `woodoo alerts test {on.pk}`")
            return
        found = standings(on)
        if remove:
            if not 1 <= remove <= len(found):
                raise fail(f"There is no channel {remove}.", "`woodoo alerts channels` names them.")
            doors.remove(on, found[remove - 1].channel.mark)
            say(f"[green]✓[/green] {plain(found[remove - 1].channel.masked)} is told nothing any more.")
            return
        _show(found)


def _asked_for() -> str:
    """Ask for an address, unseen; where nobody is there to ask, read it from the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(typer.prompt("Address, in the form of Apprise", hide_input=True))


def _show(found: Sequence[Standing]) -> None:
    if not found:
        say("There is no channel yet: alerts are in the panel only. Add one with --add.")
        return
    table(
        ["", "Channel", "Address", "Last told", "State"],
        [
            (
                str(number),
                plain(one.channel.service),
                plain(one.channel.masked),
                moment(one.sent_at),
                state("failed", f"fails since {moment(one.failing_since)}: {one.error}")
                if one.failing_since
                else state("done", "well"),
            )
            for number, one in enumerate(found, start=1)
        ],
    )


@app.command("test")
def try_out(which: Which = "") -> None:
    """Send a test message to every channel of a connection; exit code 1 where one does not get through."""
    with service():
        from woodoo.alerts.trial import try_channels

        on = find(which)
        results = try_channels(on)
    if not results:
        raise fail("There is no channel yet.", "Add one with `woodoo alerts channels --add`.")
    for channel, error in results:
        mark = "[red]✗[/red]" if error else "[green]✓[/green]"
        say(f"{mark} {plain(channel.service)} {plain(channel.masked)}{plain(f': {error}' if error else '')}")
    if any(error for _, error in results):
        raise Stop
