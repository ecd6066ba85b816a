"""Tries a connection from end to end with marked records, and tells step by step how it went."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .carrying import person
from .connections import Which, find
from .output import Stop, as_json, plain, say
from .service import service

if TYPE_CHECKING:
    from woodoo.trials.models import Trial

#: State of a step → sign.
_SIGNS = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "bad": "[red]✗[/red]", "left_out": "[dim]-[/dim]"}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("test")(run_tests)


def run_tests(
    connection: Which = "",
    books: Annotated[bool, typer.Option("--books", help="Invoice and payment, too; they stay in the books.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Only take away what runs have left behind.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Send a marked test order all the way through the real store and the real Odoo, and take it away again."""
    with service():
        from woodoo.trials import book
        from woodoo.trials.models import Trial
        from woodoo.wiring import install

        install()
        on = find(connection)
        if clean:
            book.clean(on)
            _carry_out(on.pk)
            left = [line for run in book.latest(on.pk) for line in run.remains]
            say("[green]✓[/green] Nothing is left behind." if not left else plain(" ".join(left)))
            return
        run = book.start(on, started_by=person(), books=books)
        _follow(run, on.pk, quiet=json)
        if json:
            as_json(_as_data(run))
        if run.state != Trial.State.PASSED:
            raise Stop


def _follow(run: Trial, connection_id: int, *, quiet: bool) -> None:
    """Carry a run out here, unless a worker is faster, and print its steps as they end."""
    worker = threading.Thread(target=_carry_out, args=(connection_id,))
    worker.start()
    printed = 0
    while True:
        alive = worker.is_alive()
        run.refresh_from_db()
        through = [step for step in run.steps if step["state"] in _SIGNS]
        for step in [] if quiet else through[printed:]:
            seconds = f" [dim]{step['seconds']} s[/dim]" if step["seconds"] is not None else ""
            say(f"{_SIGNS[step['state']]} {plain(step['title'])}{seconds}  {plain(step['seen'])}")
            if step["fix"]:
                say(f"  {plain(step['fix'])}")
        printed = len(through)
        if not run.is_open:
            break
        if not alive:  # a worker may be at it
            _carry_out(connection_id)
        time.sleep(0.3)
    worker.join()


def _carry_out(connection_id: int) -> None:
    from django.db import connection

    from woodoo.engine import chores
    from woodoo.trials import book

    try:
        chores.do(connection_id, book.CHORE)
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()


def _as_data(run: Trial) -> dict[str, Any]:
    names = ("id", "connection_id", "books", "state", "steps", "remains", "created_at", "finished_at")
    return {name: getattr(run, name) for name in names}
