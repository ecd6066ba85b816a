"""What is on the screen while figures are measured: what is being done, and each figure as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from .figures import Figure

_out = Console(highlight=False, soft_wrap=True)

#: Changes the text of the step at hand.
Tell = Callable[[str], None]


def say(text: str) -> None:
    """Print a line."""
    _out.print(escape(text))


def heading(text: str) -> None:
    """Print the name of a family of figures."""
    _out.print(f"\n[bold]{escape(text)}[/bold]")


def show(figure: Figure) -> None:
    """Print a figure with its goal."""
    goal = "" if figure.goal is None else f"   goal {figure.goal} {figure.unit}".rstrip()
    mark = {None: " ", True: "[green]✓[/green]", False: "[red]✗ missed[/red]"}[figure.holds]
    _out.print(f"  {escape(figure.name):<58} [bold]{escape(figure.shown):>18}[/bold]{escape(goal)}  {mark}")


@contextmanager
def step(title: str) -> Iterator[Tell]:
    """Say what is being done and how long it took; in a terminal also how far it is."""
    began = time.monotonic()
    if not _out.is_terminal:
        _out.print(escape(f"  … {title}"))
    with _out.status(escape(title)) as status:
        yield lambda text: status.update(escape(f"{title}: {text}"))
    _out.print(f"  [dim]{escape(title)}: {time.monotonic() - began:.0f} s[/dim]")
