"""Looks whether a connection and the installation are well, and says what to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .connections import Which, find
from .output import Stop, as_json, plain, say
from .service import service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from woodoo.checkup.findings import Finding
    from woodoo.connections.models import Connection

_SIGNS = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "bad": "[red]✗[/red]"}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("doctor")(doctor)


def doctor(
    connection: Which = "", json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False
) -> None:
    """Look at both systems, rights, webhooks, clocks, certificates, keys, queue, disk and versions."""
    with service():
        from woodoo.checkup import book
        from woodoo.checkup.findings import BAD, worst
        from woodoo.wiring import examine

        wanted = [find(connection)] if connection else _all()
        found = {one.name: examine(one) for one in wanted}
        for one in wanted:
            book.note(one.pk, found[one.name])
        if json:
            as_json({name: [asdict(finding) for finding in seen] for name, seen in found.items()})
        else:
            _show(found)
        if any(worst(seen) == BAD for seen in found.values()):
            raise Stop


def _all() -> Sequence[Connection]:
    from woodoo.connections.models import Connection

    return list(Connection.objects.order_by("name"))


def _show(found: dict[str, list[Finding]]) -> None:
    if not found:
        say("There is no connection yet. `woodoo connection add` makes one.")
    for name, seen in found.items():
        say(f"[bold]{plain(name)}[/bold]")
        for one in seen:
            say(f"{_SIGNS[one.state]} {plain(one.title)}: {plain(one.seen)}")
            if one.fix and one.state != "ok":
                say(f"  {plain(one.fix)}")
