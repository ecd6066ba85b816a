"""What waits for a person: name what holds records up, try them again, leave them out; one, some, or all of a cause.

Decides that trying again is never asked about, for it is always safe, and that leaving out many is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .completeness import say_pause
from .connections import find
from .flows import flow_named
from .output import as_json, fail, moment, plain, say, state, table
from .service import service

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from woodoo.engine.held import Held
    from woodoo.engine.models import Work

Json = Annotated[bool, typer.Option("--json", help="For other programs.")]
Where = Annotated[str, typer.Option("--connection", "-c", help="Name or number; may be left out where there is one.")]
Numbers = Annotated[list[str] | None, typer.Argument(metavar="[N...]", help="The store's ids.")]
Kind = Annotated[str, typer.Option("--flow", help="Whose ids they are, such as products; see `woodoo sync records`.")]
Cause = Annotated[str, typer.Option("--cause", metavar="KEY", help="All that one cause holds up; see `woodoo causes`.")]
#: States in which many can be tried again, or left out, together.
_TOGETHER = ("parked", "failed", "waiting")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("causes")(causes)
    app.command("retry")(retry)
    app.command("skip")(skip)


def causes(connection: Where = "", json: Json = False) -> None:
    """Say what holds records up, each cause once, those with most records first."""
    with service():
        from woodoo.connections.models import Connection
        from woodoo.engine.held import held_up
        from woodoo.web.pauses import pauses_of

        found = held_up(find(connection).pk if connection else None)
        names = dict(Connection.objects.values_list("pk", "name"))
        pauses = pauses_of([find(connection).pk] if connection else names)
    if json:
        as_json([_as_json(held, names.get(held.connection_id, "")) for held in found])
        return
    for pk, pause in pauses.items():
        say_pause(names[pk], pause)
    if not found:
        well = "No single record is held up: none" if pauses else "Nothing is held up: no record"
        say(f"[green]✓[/green] {well} is parked, and none has failed.")
        return
    table(
        ["Records", "Key", "Connection", "Since", "What holds them up"],
        [
            (
                state("failed" if held.failed == held.count else "parked", str(held.count)),
                held.key,
                plain(names.get(held.connection_id, "—")),
                moment(held.since),
                plain("\n".join([held.cause, *held.fix.splitlines(), _named(held)])),
            )
            for held in found
        ],
        right=["Records"],
    )
    say("\nMend it, then `woodoo retry --cause KEY`, or leave them out with `woodoo skip --cause KEY --reason …`.")


def _named(held: Held) -> str:
    names = ", ".join(record.name for record in held.records)
    more = held.count - len(held.records)
    return f"{names} and {more} more" if more else names


def _as_json(held: Held, connection: str) -> dict[str, object]:
    return {
        "key": held.key,
        "connection": connection,
        "cause": held.cause,
        "place": held.place,
        "fix": held.fix,
        "count": held.count,
        "failed": held.failed,
        "since": held.since,
        "records": [record.name for record in held.records],
    }


def retry(
    numbers: Numbers = None,
    connection: Where = "",
    in_state: Annotated[str, typer.Option("--state", help="All that are parked, failed or waiting.")] = "",
    cause: Cause = "",
    flow: Kind = "",
    every: Annotated[bool, typer.Option("--all", help="All that are parked and failed.")] = False,
) -> None:
    """Try records again: those named, all in a state, or all that one cause holds up."""
    _check_state(in_state, "tried again")
    named = bool(numbers or in_state or cause)
    if not (named or every or flow):
        raise fail(
            "Nothing to try again was named.",
            "Give order ids, --flow, --state parked, --state failed, --cause KEY or --all.",
        )
    every = every or not named
    with service():
        from woodoo.engine.work import FEW
        from woodoo.engine.work import retry as again

        rows = _chosen(numbers, connection, in_state, cause, flow, every=every)
        count = again(rows.order_by("pk").values_list("pk", flat=True))
        how = " behind new orders" if count > FEW else ""
    say(f"[green]✓[/green] {count} record{'s' if count != 1 else ''} will be tried again{how}.")


def skip(
    reason: Annotated[str, typer.Option("--reason", help="Why they need not come over; shown on the record.")],
    numbers: Numbers = None,
    connection: Where = "",
    in_state: Annotated[str, typer.Option("--state", help="All that are parked, failed or waiting.")] = "",
    cause: Cause = "",
    flow: Kind = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Leave records out that need not come over, until the store reports a change of them or you retry them."""
    from woodoo.web.words import skipped_because

    _check_state(in_state, "left out")
    message = skipped_because(reason)
    if not message:
        raise fail("No reason was given.", "Say why with --reason, so that others know.")
    if not (numbers or in_state or cause):
        raise fail("Nothing to leave out was named.", "Give order ids, --state or --cause.")
    with service():
        from woodoo.engine.work import skip as leave_out

        rows = _chosen(numbers, connection, in_state, cause, flow)
        chosen = list(rows.order_by("pk").values_list("pk", flat=True))
        if not (numbers or yes):
            typer.confirm(f"Leave {len(chosen)} record{'s' if len(chosen) != 1 else ''} out?", abort=True)
        count = leave_out(chosen, message)
    say(f"[green]✓[/green] {count} record{'s' if count != 1 else ''} skipped.")
    if numbers and count < len(chosen):
        raise fail(f"{len(chosen) - count} not: done already, skipped already, or being worked on.")


def _check_state(in_state: str, what: str) -> None:
    if in_state and in_state not in _TOGETHER:
        raise fail(f"'{in_state}' cannot be {what} as a whole.", "Choose parked, failed or waiting.")


def _chosen(
    numbers: Sequence[str] | None, connection: str, in_state: str, cause: str, flow: str, *, every: bool = False
) -> QuerySet[Work]:
    """Return the records that are meant; ids are those of orders where no flow is named."""
    from woodoo.engine.held import causes_named, is_key, with_cause
    from woodoo.engine.models import Work
    from woodoo.web.words import ATTENTION

    rows = Work.objects.all()
    if connection or numbers:
        rows = rows.filter(connection_id=find(connection).pk)
    if flow:
        rows = rows.filter(lane=flow_named(flow).lane)
    if numbers:
        rows = rows.filter(record__in=numbers, lane=flow_named(flow or "order").lane)
        _refuse_unknown(numbers, rows, flow or "order")
    if in_state or every:
        rows = rows.filter(state__in=ATTENTION if every else (in_state,))
    if cause:
        rows = with_cause(rows, causes_named(cause))
        if not is_key(cause) or not rows.exists():
            raise fail(f"No record is held up by '{cause}'.", "`woodoo causes` names the keys there are.")
    return rows


def _refuse_unknown(numbers: Sequence[str], rows: QuerySet[Work], flow: str) -> None:
    known = set(rows.values_list("record", flat=True))
    unknown = next((number for number in numbers if number not in known), None)
    if unknown is None:
        return
    if flow == "order":
        raise fail(f"Order {unknown} is not on the list.", "Bring it over with `woodoo sync order`.")
    raise fail(f"Record {unknown} of {flow} is not on the list.", f"Bring it over with `woodoo sync records {flow}`.")
