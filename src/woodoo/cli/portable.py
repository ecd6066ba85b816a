"""A connection as a file: written, compared, brought in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .connections import find
from .output import Stop, fail, plain, say
from .service import service

Which = Annotated[str, typer.Argument(help="Name or number of the connection; may be left out where there is one.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export")(export)
    app.command("import")(bring_in)


def export(
    which: Which = "",
    output: Annotated[str, typer.Option("--output", "-o", help="File to write; else it is printed.")] = "",
) -> None:
    """Write a connection as YAML without its secrets, to be kept in version control."""
    with service():
        from woodoo.web.portable.writing import write

        on = find(which)
        text = write(on)
    if not output:
        sys.stdout.write(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as exc:
        raise fail(f"{output} cannot be written: {exc.strerror}.") from exc
    say(f"[green]✓[/green] {plain(on.name)} is written to {plain(output)}.")


def bring_in(
    file: Annotated[str, typer.Argument(help="The file; - for the input.")],
    which: Which = "",
    with_connection: Annotated[
        bool, typer.Option("--with-connection", help="Name, addresses, logins, company and the switch, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Bring it in though a side cannot be asked, or refuses what is new.")
    ] = False,
) -> None:
    """Bring a file into a connection: say what would change, ask, change it. Exit code 1 where it has mistakes."""
    if file == "-" and not (yes or dry_run):
        raise fail("Whoever gives the file as input cannot be asked as well.", "Add --yes, or --dry-run to look first.")
    text = _read(file)
    with service():
        from woodoo.web.portable.carrying import carry_out, prepare

        on = find(which)
        prepared = prepare(on, text, with_connection=with_connection)
        for mistake in prepared.mistakes:
            say(f"[red]✗[/red] {plain(str(mistake))}")
        if prepared.mistakes:
            raise Stop
        for sentence in (*prepared.unasked, *prepared.file.moved):
            say(f"[yellow]![/yellow] {plain(sentence)}")
        for word in prepared.changes:
            say(f"  [bold]{plain(str(word.title))}[/bold]: {plain(word.was or '—')} → {plain(word.now or '—')}")
        if not prepared.changes:
            say(f"{plain(on.name)} is as the file says.")
            return
        if dry_run:
            return
        if prepared.unasked and not anyway:
            raise fail("Not changed, for not all of it could be tried.", "Try again when it answers, or add --anyway.")
        if not yes and not typer.confirm(f"Change {on.name} like this?"):
            raise Stop
        again = carry_out(on, prepared, anyway=anyway)
    say(f"[green]✓[/green] {plain(on.name)} is as the file says now.")
    if again:
        say(f"  {again} record{'s that waited are' if again > 1 else ' that waited is'} tried again.")


def _read(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read()
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise fail(f"{file} cannot be read: {getattr(exc, 'strerror', '') or 'it is no text'}.") from exc
