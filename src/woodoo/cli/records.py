"""Looks after records: bring some over, see where all stand, erase personal data."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .completeness import say_pause, show_completeness
from .connections import find, shown_state
from .flows import flow_named
from .output import Stop, as_json, fail, moment, out, plain, say, state, table
from .service import service
from .upkeep import kept_as_json, say_what_is_kept

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.domain.errors import WoodooError
    from woodoo.domain.plan import Plan

sync_app = typer.Typer(no_args_is_help=True, help="Bring records over now.")
Where = Annotated[str, typer.Option("--connection", "-c", help="Name or number; may be left out where there is one.")]

#: States in which a record rests.
_AT_REST = ("done", "skipped", "parked", "failed")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(sync_app, name="sync")
    app.command("status")(status)
    app.command("erase")(erase)


@sync_app.command("order")
def sync_order(
    numbers: Annotated[list[str], typer.Argument(metavar="N...", help="The store's ids of the orders.")],
    connection: Where = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    wait: Annotated[int, typer.Option(help="Seconds to wait for the outcome.", min=0, max=3600)] = 0,
    again: Annotated[bool, typer.Option("--again", help="Make orders anew that were deleted in Odoo.")] = False,
) -> None:
    """Bring orders over as they are now, or show what that would do."""
    wrong = [number for number in numbers if not (number.isascii() and number.isdigit() and len(number) < 20)]
    if wrong:
        raise fail(f"'{wrong[0]}' is no order id.", "Ids are whole numbers, as in the address of the order's page.")
    numbers = list(dict.fromkeys(numbers))
    with service():
        from woodoo import wiring

        on = find(connection)
        if dry_run:
            if not show_plans(wiring.plan_orders(on, numbers)):
                raise Stop
            return
        wiring.install()
        wiring.sync_orders(on, numbers, again=again)
        say(f"[green]✓[/green] {len(numbers)} order{'s' if len(numbers) > 1 else ''} queued on {plain(on.name)}.")
        if not wait:
            say("  A running worker takes them at once. `woodoo status` tells where they stand.")
        elif not _follow(on, numbers, wait):
            raise Stop


@sync_app.command("records")
def sync_records(
    flow: Annotated[str, typer.Argument(help="Which flow, such as products; a wrong one names all there are.")],
    numbers: Annotated[list[str], typer.Argument(metavar="N...", help="Ids of the records: Odoo's or the store's.")],
    connection: Where = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    wait: Annotated[int, typer.Option(help="Seconds to wait for the outcome.", min=0, max=3600)] = 0,
) -> None:
    """Bring any records over as they are now, or show what that would do."""
    chosen = flow_named(flow)
    numbers = checked(numbers)
    with service():
        from woodoo import wiring

        on = find(connection)
        if not chosen.wanted(on.rules):
            raise fail(f"{flow} is switched off on {on.name}.", "Switch it on under Configuration of the connection.")
        if dry_run:
            if not show_plans(wiring.plan_records(on, chosen, numbers)):
                raise Stop
            return
        wiring.install()
        wiring.sync_records(on, chosen, numbers)
        say(f"[green]✓[/green] {len(numbers)} record{'s' if len(numbers) > 1 else ''} queued on {plain(on.name)}.")
        if wait and not _follow(on, numbers, wait, lane=chosen.lane):
            raise Stop


def checked(numbers: Sequence[str]) -> list[str]:
    """Return the ids, each once."""
    wrong = [number for number in numbers if not (number.isascii() and number.isdigit() and len(number) < 20)]
    if wrong:
        raise fail(f"'{wrong[0]}' is no id.", "Ids are whole numbers, as in the address of the record's page.")
    return list(dict.fromkeys(numbers))


def show_plans(plans: Sequence[tuple[str, Plan | WoodooError]]) -> bool:
    """Print each plan and return whether all can be carried out."""
    from woodoo.domain.errors import WoodooError

    good = True
    for record, plan in plans:
        if isinstance(plan, WoodooError):
            good = False
            say(f"\n[bold]{plain(plan.record or record)}[/bold]  {state('parked', 'cannot be brought over')}")
            say(f"  {plain(plan.message)}")
            say("\n".join(f"  {plain(line)}" for line in plan.fix.splitlines()))
        else:
            show_plan(plan)
    say("\nNothing was changed.")
    return good


def show_plan(plan: Plan) -> None:
    """Print what would be done for one record, and why."""
    say(f"\n[bold]{plain(plan.title)}[/bold]  {plain(plan.summary)}")
    for number, step in enumerate(plan.steps, start=1):
        detail = f" ({plain(step.detail)})" if step.detail else ""
        say(f"  {number}. {plain(step.do)}{detail}")
        if step.why:
            say(f"     [bright_black]because {plain(step.why)}[/bright_black]")
    for total in plan.totals:
        say(f"  {plain(total.name):<24} {total.store:>12} {plain(plan.currency)}")
    for note in plan.notes:
        say(f"  · {plain(note)}")


def _follow(connection: Connection, numbers: Sequence[str], seconds: int, *, lane: str = "orders") -> bool:
    """Wait until the records rest, print what became of them, and return whether all are done."""
    from woodoo.engine.models import Work

    rows = Work.objects.filter(connection_id=connection.pk, lane=lane, record__in=numbers).order_by("record")
    deadline = time.monotonic() + seconds
    with out.status("Waiting for the worker …"):
        while rows.exclude(state__in=_AT_REST).exists() and time.monotonic() < deadline:
            time.sleep(0.5)
    found = list(rows)
    _show_work(found)
    return all(row.state in ("done", "skipped") for row in found)


def _show_work(rows: Sequence[object]) -> None:
    from woodoo.web.words import state_word

    table(
        ["Record", "State", "What happened"],
        [
            (
                plain(row.name),  # type: ignore[attr-defined]
                state(row.state, state_word(row.state).label),  # type: ignore[attr-defined]
                plain(_told(row.message, row.error_kind, row.fix)),  # type: ignore[attr-defined]
            )
            for row in rows
        ],
    )


def _told(message: str, error_kind: str, fix: str) -> str:
    """Return message and remedy; the choices of a conflict stand below each other."""
    from woodoo.web.words import choices_of

    choices = choices_of(error_kind, fix)
    return "\n".join([message, *(f"  - {choice}" for choice in choices)]) if choices else f"{message} {fix}".strip()


def status(json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False) -> None:
    """Say how every connection is doing, and what needs a person."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.engine.models import Work
        from woodoo.web.health import workers_alive
        from woodoo.web.overview import cards
        from woodoo.web.words import ATTENTION

        shown = cards(list(Connection.objects.order_by("name")))
        workers = workers_alive()
        if json:
            as_json(
                {
                    "workers": workers,
                    "kept": kept_as_json(),
                    "connections": [card.to_json() for card in shown],
                }
            )
            return
        if not workers:
            say("[yellow]![/yellow] No worker is running: orders are taken in but wait. Start `woodoo run`.")
        if not shown:
            say("There is no connection yet. Add one with `woodoo connection add`, or in the panel.")
            return
        words = [tally.label for tally in shown[0].tallies]
        table(
            ["Connection", "", *words, "Last finished"],
            [
                (
                    plain(card.connection.name),
                    shown_state(card.status.state),
                    *(
                        state(t.state, str(t.count)) if t.count else "[bright_black]0[/bright_black]"
                        for t in card.tallies
                    ),
                    moment(card.last_done),
                )
                for card in shown
            ],
            right=words,
        )
        for card in shown:
            for pause in card.status.pauses:
                say_pause(card.connection.name, pause)
        show_completeness([card.connection for card in shown], {c.connection.pk: c.completeness for c in shown})
        say_what_is_kept()
        attention = list(Work.objects.filter(state__in=ATTENTION, trial=False).order_by("-updated_at")[:10])
        if attention:
            say("\n[bold]Needs a person[/bold]")
            _show_work(attention)


def erase(
    record: Annotated[str, typer.Argument(help="The store's id of the order, or the id of the record.")],
    connection: Where = "",
    flow: Annotated[str, typer.Option("--flow", help="Whose id it is, such as customers.")] = "order",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what Woodoo keeps of one record that may speak of a person. Store and Odoo keep their own."""
    lane, what = flow_named(flow).lane, "order" if flow == "order" else f"record {flow}"
    with service():
        from woodoo.engine.ledger import erase as blank
        from woodoo.engine.models import Work

        on = find(connection)
        if not Work.objects.filter(connection_id=on.pk, lane=lane, record=record).exists():
            raise fail(f"Nothing is kept of {what} {record} on {on.name}.")
        if not yes:
            typer.confirm(f"Erase bodies, plans, requests and answers of {what} {record} for good?", abort=True)
        count = blank(on.pk, record, lane=lane)
    say(f"[green]✓[/green] {count} entr{'ies' if count != 1 else 'y'} of {what} {plain(record)} blanked.")
