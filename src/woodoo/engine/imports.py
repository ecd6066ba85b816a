"""Imports as people see them: start one, pause it, let it go on, stop it, and how far it has come.

Decides that no record can be in two imports at once, and what becomes of those that wait when theirs is paused (they
keep their place) or stopped (they are left out, with that reason).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from woodoo.domain.errors import WoodooError
from woodoo.domain.history import OrderRange
from woodoo.engine import db
from woodoo.engine.models import Import
from woodoo.engine.wake import wake, wake_imports
from woodoo.engine.work import skip

_State = Import.State
#: Imports that go on, or may.
OPEN = (_State.LISTING, _State.WORKING, _State.PAUSED, _State.FAILED)
#: How far in the future the turn of what waits for a paused import lies, and from where on it is known by that.
_HELD, LATER = "interval '100 years'", "now() + interval '50 years'"


def start(
    connection_id: int,
    lane: str,
    flow: str,
    wanted: OrderRange,
    *,
    title: str,
    total: int | None = None,
    started_by: str = "",
    dry_run: bool = False,
) -> Import:
    """Begin an import; a worker carries it out.

    Args:
        connection_id, lane, flow: what goes where.
        wanted: which orders.
        title: the same in words.
        total: how many the store says it has.
        started_by: who began it, for the others.
        dry_run: write nothing, only tell what would be done.

    Raises:
        WoodooError: where another import that has not ended may share records with it.
    """
    with transaction.atomic():
        db.rows("SELECT pg_advisory_xact_lock(hashtextextended('woodoo:imports', %s))", [connection_id])
        others = Import.objects.filter(connection_id=connection_id, lane=lane, dry_run=dry_run, state__in=OPEN)
        for other in others.order_by("id"):
            if OrderRange.from_json(other.wanted).may_overlap(wanted):
                raise WoodooError(
                    f"Import {other.pk} ({other.title}) has not ended and may hold some of the same records.",
                    fix=f"Wait until it is through, or stop it: 'woodoo import stop {other.pk}'.",
                )
        made = Import.objects.create(
            connection_id=connection_id,
            lane=lane,
            flow=flow,
            wanted=wanted.to_json(),
            title=title,
            total=total,
            started_by=started_by,
            dry_run=dry_run,
        )
        wake_imports([made.pk])
    return made


def pause(import_id: int) -> Import:
    """Have an import wait: nothing more is listed, and what is queued keeps its place.

    Raises:
        WoodooError: where it does not run.
    """
    with transaction.atomic():
        found = _locked(import_id, (_State.LISTING, _State.WORKING), "paused")
        found.state = _State.PAUSED
        found.save(update_fields=["state"])
        hold(import_id)
    return found


def resume(import_id: int) -> Import:
    """Let an import go on that was paused or has failed.

    Raises:
        WoodooError: where it is neither.
    """
    with transaction.atomic():
        found = _locked(import_id, (_State.PAUSED, _State.FAILED), "resumed")
        found.state = _State.WORKING if found.listed_at else _State.LISTING
        found.message = found.error_kind = found.fix = ""
        found.failures = 0
        found.save(update_fields=["state", "message", "error_kind", "fix", "failures"])
        _due_now(found)
        db.change(
            f"{_queued(f'w.due_at > {LATER}')} SET due_at = now() FROM chosen WHERE w.id = chosen.id", [import_id]
        )
        wake(found.connection_id, found.lane)
        wake_imports([import_id])
    return found


def _due_now(found: Import) -> None:
    """Have an import looked at now, by the clock of the database, which others go by."""
    Import.objects.filter(pk=found.pk).update(due_at=Now())
    found.refresh_from_db(fields=["due_at"])


def stop(import_id: int) -> Import:
    """End an import: what it has not come to is left out, what it is at is finished.

    Raises:
        WoodooError: where it has ended already.
    """
    with transaction.atomic():
        found = _locked(import_id, OPEN, "stopped")
        found.state = _State.STOPPED
        found.save(update_fields=["state"])
        _due_now(found)
        waiting = db.rows(
            "SELECT id FROM engine_work WHERE import_id = %s AND priority > 0 AND state IN ('ready', 'waiting')",
            [import_id],
        )
        skip([number for (number,) in waiting], f"Import {import_id} was stopped before it came to this record.")
        wake_imports([import_id])
    return found


def hold(import_id: int) -> int:
    """Keep what is queued for an import from being taken up, and return how many records that is.

    Not those for which Odoo may still be at work: they have to be looked at, as they would be without the pause.
    """
    return db.change(
        f"""{_queued(f"w.due_at < {LATER} AND w.error_kind <> 'OutcomeUnknown'")}
            SET due_at = now() + {_HELD}, state = 'ready' FROM chosen WHERE w.id = chosen.id""",
        [import_id],
    )


def _queued(condition: str) -> str:
    """Return the beginning of an update of an import's queued records, locked in the order all bulk writers use."""
    return f"""WITH chosen AS (
                   SELECT w.id FROM engine_work w
                    WHERE w.import_id = %s AND w.priority > 0 AND w.state IN ('ready', 'waiting') AND {condition}
                    ORDER BY w.record COLLATE "C" FOR UPDATE
               ) UPDATE engine_work w"""  # noqa: S608 - our own conditions


def _locked(import_id: int, states: tuple[Import.State, ...], word: str) -> Import:
    """Return an import that is in one of these states, for a change."""
    found = Import.objects.select_for_update().filter(pk=import_id).first()
    if found is None:
        raise WoodooError(f"There is no import {import_id}.", fix="'woodoo import list' names those there are.")
    if found.state not in states:
        raise WoodooError(
            f"Import {import_id} cannot be {word}: it is {found.get_state_display().lower()}.",
            fix="'woodoo import list' tells where each stands.",
        )
    return found


@dataclass(frozen=True)
class Progress:
    """How far an import has come."""

    #: Orders there are in all, as far as is known.
    total: int
    listed: int
    #: Of those listed: brought over as of their last change already, before this import.
    known: int
    #: Waiting for their turn or for another try; at work; and what came of the others.
    queued: int
    running: int
    done: int
    skipped: int
    parked: int
    failed: int
    #: Orders a second: of late, or over all where it has ended.
    per_second: float
    #: None where nobody can tell.
    seconds_left: float | None

    @property
    def through(self) -> int:
        """Orders nothing is left to do for, or that wait for a person."""
        return self.known + self.done + self.skipped + self.parked + self.failed

    @property
    def percent(self) -> int:
        return min(100, self.through * 100 // self.total) if self.total else 0


def progress(of: Import) -> Progress:
    """Return how far an import has come; of a dry run, how many records it has looked at."""
    counts = of.result if of.finished_at and not of.dry_run else count_states(of.pk)
    lately = counts.get("lately", 0)
    state = {name: counts.get(name, 0) for name in ("running", "skipped", "parked", "failed")}
    done = of.listed - of.known if of.dry_run else counts.get("done", 0)
    queued = counts.get("ready", 0) + counts.get("waiting", 0)
    total = of.listed if of.listed_at else max(of.total or 0, of.listed)
    through = of.known + done + sum(state[name] for name in ("skipped", "parked", "failed"))
    age = max(1.0, ((of.finished_at or timezone.now()) - of.created_at).total_seconds())
    per_second = (through - of.known) / age if of.finished_at or of.dry_run else lately / min(60.0, age)
    moving = of.state in (_State.LISTING, _State.WORKING) and per_second > 0
    left = (total - through) / per_second if moving else None
    return Progress(total, of.listed, of.known, queued, done=done, per_second=per_second, seconds_left=left, **state)


def count_states(import_id: int) -> dict[str, int]:
    """Return how many of an import's records are in each state, and as "lately" how many came to rest in a minute."""
    found = db.rows(
        """SELECT state, count(*), count(*) FILTER (WHERE updated_at > now() - interval '1 minute')
             FROM engine_work WHERE import_id = %s GROUP BY state""",
        [import_id],
    )
    counts = {state: count for state, count, _ in found}
    counts["lately"] = sum(lately for state, _, lately in found if state not in ("ready", "waiting", "running"))
    return counts
