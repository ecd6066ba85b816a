"""Shows what Woodoo would map of a store, and maps it when asked to."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .connections import Which, find
from .output import as_json, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from woodoo.mapping.proposals import Proposal


def add_to(connection: typer.Typer) -> None:
    """Add the command of this module."""
    connection.command("propose")(propose)


def propose(
    which: Which = "",
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what is proposed into the settings. Nothing is overwritten.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Propose taxes, journals and delivery methods in Odoo for what the store has and the settings do not map."""
    with service():
        from woodoo.wiring import propose as proposals_of
        from woodoo.wiring import take_proposals

        on = find(which)
        found = proposals_of(on)
        taken, again = take_proposals(on, found) if accept else (0, 0)
        if json:
            as_json([asdict(one) for one in found])
            return
        _show(found)
        if accept:
            mappings = f"{taken} mapping{'' if taken == 1 else 's'}"
            say(f"[green]✓[/green] {mappings} written into the settings of {plain(on.name)}.")
            if again:
                say(f"  {again} record{'s that waited are' if again > 1 else ' that waited is'} tried again.")
        elif any(one.odoo_id for one in found):
            say(f"\nTake all that is proposed: woodoo connection propose {on.pk} --accept")


def _show(found: tuple[Proposal, ...]) -> None:
    if not found:
        say("Everything the store has is mapped already.")
        return
    table(
        ["", "In the store", "In Odoo", "Because"],
        [
            (
                one.kind,
                plain(one.title),
                plain(f"{one.name} (id {one.odoo_id})") if one.odoo_id else state("parked", "choose"),
                plain(one.reason),
            )
            for one in found
        ],
    )
