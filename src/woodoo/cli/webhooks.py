"""Shows, sets up, repairs and removes the webhooks of a connection, and gives them another secret.

Decides that a command waits for its turn no longer than a moment: a worker may be looking after the same webhooks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .connections import Which, find
from .output import Stop, as_json, fail, moment, plain, say, table
from .service import service

if TYPE_CHECKING:
    from woodoo.connections.models import Connection

#: What is done → how it is said.
WORDS = {
    "keep": "[green]fine[/green]",
    "create": "[green]created[/green]",
    "repair": "[green]repaired[/green]",
    "activate": "[green]switched on again[/green]",
    "remove": "removed",
    "leave": "[yellow]left alone[/yellow]",
    "wait": "[yellow]waits[/yellow]",
}
#: The same where nothing is done about it.
WOULD = {**WORDS, "create": "to create", "repair": "to repair", "activate": "to switch on again", "remove": "to remove"}
_TURN = 60.0


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.command("webhooks")(webhooks)


def webhooks(
    which: Which = "",
    only_list: Annotated[bool, typer.Option("--list", help="Only show how they stand. Changes nothing.")] = False,
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new secret, and give it to them.")] = False,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="With --rotate: the secret before is refused from now on.")
    ] = False,
    renew_secret: Annotated[
        bool, typer.Option("--renew-secret", help="Give webhooks that are there the connection's secret again.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take them all out of the store.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Set the webhooks up in the store and repair them, so that orders arrive within seconds. May be repeated."""
    if sum((only_list, rotate, renew_secret, remove)) > 1 or (at_once and not rotate):
        raise fail("These options do not go together.", "Name one of --list, --rotate, --renew-secret, --remove.")
    with service():
        connection = find(which)
        with _turn(connection):
            if remove:
                _remove(connection)
                return
            if rotate:
                _rotate(connection, at_once=at_once)
            found = _look(connection, do=not only_list, secret_to_all=renew_secret)
        as_json(found) if json else show(found)
        if any(one["problem"] for one in found["webhooks"]):
            raise Stop


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Hold the right to the webhooks of a connection, which a worker may have for a moment."""
    from woodoo.chores.webhooks import NAME
    from woodoo.engine.chores import alone

    until = time.monotonic() + _TURN
    while True:
        with alone(connection.pk, NAME) as mine:
            if mine:
                yield
                return
        if time.monotonic() > until:
            raise fail("A worker is busy with the webhooks of this connection.", "Try again in a minute.")
        time.sleep(0.5)


def _look(connection: Connection, **how: Any) -> Mapping[str, Any]:
    from woodoo.chores.webhooks import look
    from woodoo.live import live_connection

    return look(live_connection(connection.pk), **how)


def _rotate(connection: Connection, *, at_once: bool) -> None:
    from woodoo.chores.webhooks import store_follows
    from woodoo.connections.hook import PREVIOUS_LIFE, renew_secret

    renew_secret(connection, told=store_follows(connection), at_once=at_once)
    good = "is refused from now on" if at_once else f"is good for {PREVIOUS_LIFE.days} days more"
    say(f"[green]✓[/green] {plain(connection.name)} has a new webhook secret; the one before {good}.")


def _remove(connection: Connection) -> None:
    from woodoo.chores.webhooks import remove_all
    from woodoo.live import live_connection

    live = live_connection(connection.pk)
    gone = remove_all(live)
    say(f"{len(gone)} webhook{'s are' if len(gone) != 1 else ' is'} removed from the store.")
    if live.settings.manage_webhooks and connection.enabled:
        say(
            "[yellow]![/yellow] A worker sets them up again: switch that off with "
            f"`woodoo connection settings {connection.pk} manage_webhooks=false`."
        )


def show(found: Mapping[str, Any], tell: Callable[[str], None] = say) -> None:
    """Print how webhooks stand."""
    from woodoo.chores.webhooks import FAILING_FIX, UNHEARD_FIX

    words = WORDS if found["carried_out"] else WOULD
    table(
        ["Topic", "Webhook", "In the store", "Now", "Why"],
        [
            (
                plain(one["topic"]),
                plain(one["id"] or "—"),
                plain(one["status"] or "—"),
                "[red]refused[/red]" if one["problem"] else words[one["do"]],
                plain(one["problem"] or one["why"]),
            )
            for one in found["webhooks"]
        ],
    )
    address = found["address"]
    mark = {"proven": "[green]✓[/green]", "open": "[yellow]![/yellow]", "wrong": "[red]✗[/red]"}[address["reach"]]
    tell(f"{mark} {plain(address['message'])}")
    if address["fix"]:
        tell(f"  {plain(address['fix'])}")
    if told := found["told"]:
        tell(
            f"Since {moment(datetime.fromisoformat(told['since']))} {told['deliveries']} deliveries came in; "
            f"{told['missed']} changes were found by the poll alone."
        )
        if not found["heard"]:
            tell("[red]✗[/red] Nothing has come from the store yet, not even the ping of a webhook. " + UNHEARD_FIX)
        elif told["failing"]:
            tell("[red]✗[/red] Deliveries have ceased to come. " + plain(FAILING_FIX))
    if not found["managed"]:
        tell("Workers only look at them (setting manage_webhooks).")
