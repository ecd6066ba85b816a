"""Says as of when all orders of each store are accounted for: a part of `woodoo status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .output import moment, plain, say

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.web.completeness import Told


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
        for fact in of.facts:
            say(f"  [bright_black]{plain(fact)}[/bright_black]")
        for trouble in of.troubles:
            say(f"  {plain(trouble.what)} fails since {moment(trouble.since)}: {plain(trouble.message)}")
            say(f"  {plain(trouble.fix)}")
