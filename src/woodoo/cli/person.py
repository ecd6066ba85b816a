"""Tells or erases what Woodoo itself keeps of one customer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from .output import as_json, fail, plain, say
from .service import service

app = typer.Typer(no_args_is_help=True, help="What Woodoo itself keeps of one customer.")
Email = Annotated[str, typer.Argument(help="The customer's e-mail address.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="person")


@app.command("export")
def export(
    email: Email,
    output: Annotated[str, typer.Option("--output", "-o", help="Into that file, for its owner alone.")] = "",
) -> None:
    """Tell all that is kept of a customer, as JSON. Nothing in it is about anybody else."""
    from json import dumps

    with service():
        from woodoo.web import personal

        told = personal.export(email)
    if not output:
        as_json(told)
        return
    try:
        handle = os.open(Path(output), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        raise fail(f"{output} cannot be written: {exc.strerror}.", "Name a file that is not there yet.") from exc
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(dumps(told, indent=2, ensure_ascii=False, default=str))
    say(f"[green]✓[/green] Written to {plain(output)}.")


@app.command("erase")
def erase(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase all that is kept of a customer. Store and Odoo keep their own."""
    with service():
        from woodoo.web import personal

        found = personal.find(email)
        if not found:
            say(f"Nothing is kept of {plain(found.email)}.")
            return
        told = ", ".join(f"{count} {name}" for name, count in found.counts.items())
        if not yes:
            typer.confirm(f"Erase {told} for good?", abort=True)
        counts = personal.erase(email)
    say(f"[green]✓[/green] Erased: {', '.join(f'{count} {name}' for name, count in counts.items())}.")
