"""Says as of when all orders of each store are accounted for, and which side is down: parts of `woodoo status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .output import moment, plain, say

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.web.completeness import Told
    from woodoo.web.pauses import Pause


def say_pause(name: str, pause: Pause) -> None:
    """Print that a side of the connection with that name is down, and what that means for its records."""
    say(
        f"[yellow]![/yellow] {plain(name)}: {plain(pause.side)} has not answered since {moment(pause.since)}. "
        f"{plain(pause.reason)} {pause.wait}; next try {moment(pause.until) if pause.until else 'any moment'}."
    )


def show_completeness(connections: Sequence[Connection], told: Mapping[int, Told]) -> None:
    """Print a line for each connection, and more where something is in the way."""
    for one in connections:
        of = told[one.pk]
        mark = "[green]✓[/green]" if of.is_well else "[yellow]![/yellow]"
        when = f" {moment(of.complete_at)}" if of.complete_at else f": {plain(of.unknown)}"
        late = " Nothing newer is known." if of.late else ""
        say(f"{mark} {plain(one.name)}: complete as of{when}.{late}")
        if of.gap:
            say(f"  {plain(of.gap)}")
        if of.counted_at:
            say(f"  [bright_black]Counted {moment(of.counted_at)}:[/bright_black]")
        for fact in of.facts:
            say(f"  [bright_black]{plain(fact)}[/bright_black]")
        for trouble in of.troubles:
            say(f"  {plain(trouble.what)} fails since {moment(trouble.since)}: {plain(trouble.message)}")
            say(f"  {plain(trouble.fix)}")
