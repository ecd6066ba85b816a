"""How the command line speaks: one console, the same words and colours as the panel, times in the machine's zone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from woodoo.domain.errors import WoodooError

out = Console(highlight=False)
if not out.is_terminal:
    out.width = 200  # into a file or a pipe: nobody wants lines folded at 80
err = Console(stderr=True, highlight=False)

#: State → colour.
COLOURS = {
    "parked": "dark_orange",
    "failed": "red",
    "waiting": "yellow",
    "ready": "cyan",
    "running": "blue",
    "done": "green",
    "skipped": "bright_black",
}


class Stop(typer.Exit):
    """Ends a command that has said what is wrong already; its exit code is 1."""

    def __init__(self, code: int = 1) -> None:
        super().__init__(code)


def say(text: str) -> None:
    """Print a line. Rich markup is understood, so foreign text has to go through `plain`."""
    out.print(text, soft_wrap=True)


def plain(text: object) -> str:
    """Make text that comes from elsewhere safe to print."""
    return escape(str(text))


def complain(error: WoodooError) -> None:
    """Print what is wrong and what to do about it, on stderr."""
    err.print(f"[red]✗[/red] {plain(error.message)}", soft_wrap=True)
    if error.fix:
        err.print(f"  {plain(error.fix)}", soft_wrap=True)


def fail(message: str, fix: str = "") -> Stop:
    """Print what is wrong and return the exception that ends the command."""
    complain(WoodooError(message, fix=fix))
    return Stop()


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Print a table. Cells are Rich markup: pass foreign text through `plain`."""
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        number = column in right
        drawn.add_column(column, justify="right" if number else "left", overflow="fold", no_wrap=number)
    for row in rows:
        drawn.add_row(*(str(cell) for cell in row))
    out.print(drawn)


def as_json(data: Any) -> None:
    """Print data for other programs."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def state(name: str, word: str = "") -> str:
    """Return a state in its colour."""
    colour = COLOURS.get(name, "default")
    return f"[{colour}]{plain(word or name)}[/{colour}]"


def moment(when: datetime | None) -> str:
    """Return a time in the machine's own zone."""
    return "—" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M:%S")
