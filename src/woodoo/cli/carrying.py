"""What every command that brings much over at once says: that it has begun, how far it is, what a dry run has found.

Decides that these commands speak alike, whether it is orders of the past or a whole catalogue.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from getpass import getuser
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .output import Stop, as_json, err, fail, plain, say

if TYPE_CHECKING:
    from woodoo.connections.models import Connection
    from woodoo.engine.imports import Progress as HowFar
    from woodoo.engine.models import Import

#: Seconds between two looks of `--wait`.
_LOOK = 1.0


def person() -> str:
    """Return who is at the keyboard, as the page of imports shows it."""
    try:
        return f"{getuser()}, on the command line"
    except OSError:  # an account without a name
        return "on the command line"


def carry_out(made: Import, on: Connection, *, wait: bool, json: bool) -> None:
    """Say that an import has begun, follow it where that is wished, and end with code 1 where it needs a person."""
    from woodoo.web.health import workers_alive

    if not json:
        about = f"about {made.total} {made.title}" if made.total != 1 else made.title
        say(f"[green]✓[/green] Import {made.pk} of {plain(on.name)} has begun: {plain(about)}.")
        if not workers_alive():
            say("[yellow]![/yellow] No worker is running, so it waits. Start `woodoo run`.")
    good = _follow(made) if wait else True
    if json:
        made.refresh_from_db()
        as_json(import_as_data(made, on.name))
    elif not wait:
        say("  A running worker carries it out. `woodoo import list` tells how far it has come.")
    if not good:
        raise Stop


def try_out(tried: Iterator[tuple[int, dict[str, Any]]], total: int, flow: str, title: str, *, json: bool) -> None:
    """Plan all of it with a bar that shows how far it is, and print what was found."""
    findings: dict[str, Any] = {}
    with bar() as shown:
        task = shown.add_task("Planning", total=total)
        for listed, findings in tried:  # noqa: B007 - the last findings hold all
            shown.update(task, completed=listed, total=max(total, listed))
    if json:
        as_json(findings)
    else:
        show_findings(findings, flow, title)


def show_findings(findings: Mapping[str, Any], flow: str, title: str) -> None:
    """Print what a dry run has found."""
    from woodoo.web.words import found_words

    words = found_words(flow)
    totals = ", ".join(f"{total} {currency}" for currency, total in findings["totals"].items())
    say(f"[bold]{findings['orders']} {plain(title)}[/bold]")
    say(f"{findings['create']:>8} {words.create}{plain(f', {totals} in all' if totals else '')}")
    _show_reasons(findings["waits_because"])
    if findings["complete"]:
        say(f"{findings['complete']:>8} {words.complete}")
    say(f"{findings['there']:>8} {words.there}")
    say(f"{findings['skipped']:>8} would be left out")
    _show_reasons(findings["skipped_because"])
    say(f"{findings['parked']:>8} would need a person")
    _show_reasons(findings["parked_because"])
    say("\nNothing was changed.")


def _show_reasons(reasons: Sequence[Mapping[str, Any]]) -> None:
    for row in reasons:
        which = ", ".join(row["examples"]) + (", …" if row["count"] > len(row["examples"]) else "")
        say(f"{row['count']:>14} {plain(row['reason'])} [bright_black]({plain(which)})[/bright_black]")


def _follow(made: Import) -> bool:
    """Show how an import goes on until it is through, and return whether nothing of it needs a person."""
    from woodoo.engine.imports import progress

    with bar() as shown:
        task = shown.add_task(f"Import {made.pk}", total=made.total)
        while True:
            made.refresh_from_db()
            far = progress(made)
            shown.update(task, completed=far.through, total=max(1, far.total), description=in_short(far))
            if made.finished_at or made.state in ("failed", "paused"):
                break
            time.sleep(_LOOK)
    say(f"Import {made.pk} is {made.get_state_display().lower()}: {in_short(far)}.")
    if made.message:
        raise fail(made.message, made.fix)
    return made.state == "done" and not far.parked + far.failed


def bar() -> Progress:
    """Return a bar that shows how far something is."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(TextColumn("{task.description}"), *columns, console=err, transient=True)


def in_short(far: HowFar) -> str:
    """Return the counts that are not zero: "812 done, 3 parked"."""
    words = {
        "known": "there already",
        "done": "done",
        "skipped": "skipped",
        "parked": "parked",
        "failed": "failed",
        "running": "running",
        "queued": "queued",
    }
    parts = [f"{count} {word}" for name, word in words.items() if (count := getattr(far, name))]
    return ", ".join(parts) or "nothing yet"


def import_as_data(one: Import, connection: str) -> dict[str, Any]:
    """Return an import for other programs."""
    from woodoo.engine.imports import progress

    far = progress(one)
    return {
        "id": one.pk,
        "connection": connection,
        "flow": one.flow,
        "what": one.title,
        "wanted": one.wanted,
        "dry_run": one.dry_run,
        "state": one.state,
        "progress": {**asdict(far), "through": far.through, "percent": far.percent},
        "findings": one.result if one.dry_run else None,
        "message": one.message,
        "fix": one.fix,
        "started_by": one.started_by,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }
