"""Carries imports out: walks through the store's past, page by page, and puts on the to-do list what is to be done.

Decides that a page is taken in whole, together with how far the walk has come, so that a worker may be killed at any
moment: nothing is left out and nothing is queued twice. And that no more is queued than workers need to stay busy: what
is listed too early is out of date when its turn comes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from woodoo.domain.errors import ConfigError, RemoteDown, RemoteError, WoodooError
from woodoo.domain.history import OrderRange
from woodoo.engine import breaker, db, imports, pump, registry, surveys
from woodoo.engine.models import HISTORY, Import
from woodoo.engine.registry import Archive, Looked, Survey
from woodoo.engine.wake import wake, wake_imports

log = logging.getLogger(__name__)

#: What stands on an import that goes on well.
_WELL: dict[str, Any] = {"message": "", "error_kind": "", "fix": "", "failures": 0}

_State = Import.State
#: Records of imports that wait in a lane before the walk goes on.
MOST_QUEUED = 2000
#: Pages in one go; then others have their turn.
PAGES = 20
#: Minutes for which an import that is through waits for those of its records that news has brought forward.
NEWS_MINUTES = 10
#: Failures in a row after which an import waits for a person, and the pause after the first one in seconds.
GIVE_UP_AFTER, PAUSE = 5, 60.0


def ring_due() -> list[int]:
    """Ring for the imports that have something to do, keep those that are paused at rest, and return the former."""
    for number in Import.objects.filter(finished_at__isnull=True, state=_State.PAUSED).values_list("pk", flat=True):
        imports.hold(number)
    due = [
        number
        for (number,) in db.rows(
            """SELECT i.id FROM engine_import i LEFT JOIN engine_breaker b USING (connection_id)
                WHERE i.finished_at IS NULL AND i.state IN ('listing', 'working', 'stopped') AND i.due_at <= now()
                  AND (b.paused_until IS NULL OR b.paused_until <= now())
                ORDER BY i.id"""
        )
    ]
    wake_imports(due)
    return due


def walk(import_id: int) -> bool:
    """Go a piece of the way and return whether there was something to do.

    What fails is noted with the import; the next ring tries again, or a person resumes it.
    """
    with _alone(import_id) as alone:
        found = Import.objects.filter(pk=import_id, finished_at__isnull=True).first() if alone else None
        if found is None or breaker.paused(found.connection_id):
            return False
        try:
            if found.state == _State.LISTING:
                _list_on(found)
        except Exception as exc:
            _note_failure(found, exc)
            return False
        _end_if_through(found.pk)
    return True


def _list_on(found: Import) -> None:
    lanes = registry.resolve(found.connection_id)
    if found.lane in lanes.surveys:
        look_on(found, lanes.surveys[found.lane])
        return
    if not lanes.enabled:
        return
    archive = lanes.archives.get(found.lane)
    if archive is None:
        raise ConfigError(
            f"There is no history of records of the kind {found.lane}.",
            where=found.lane,
            fix="Update Woodoo on this machine: another one already knows it.",
        )
    for _ in range(PAGES):
        if pump.stopping.is_set() or not (found.dry_run or _room(found)):
            return
        if not _go_on(found, archive):
            return
    wake_imports([found.pk])


def _go_on(found: Import, archive: Archive) -> bool:
    """Take in one page and return whether another may follow."""
    listing = archive.list(OrderRange.from_json(found.wanted), found.cursor)
    findings = archive.try_out(listing, found.result) if found.dry_run else found.result
    with transaction.atomic():
        taken = Import.objects.filter(pk=found.pk, state=_State.LISTING, cursor=found.cursor).update(
            cursor=listing.cursor,
            listed=found.listed + len(listing.records) + listing.known,
            known=found.known + listing.known,
            result=findings,
            state=_State.LISTING if listing.cursor else _State.WORKING,
            listed_at=None if listing.cursor else timezone.now(),
            **_WELL,
        )
        if not taken:  # paused or stopped meanwhile
            return False
        if not found.dry_run:
            _queue(found, listing.records)
            wake(found.connection_id, found.lane)
    found.refresh_from_db()
    return bool(listing.cursor)


def look_on(found: Import, survey: Survey) -> None:
    """Go on with a survey for a while; it needs no switched-on connection, for it writes nothing on either side."""
    for _ in range(PAGES):
        if pump.stopping.is_set():
            return
        looked = survey.look(OrderRange.from_json(found.wanted), found.cursor, found.result)
        if not _take_in(found, looked):
            return
    wake_imports([found.pk])


def _take_in(found: Import, looked: Looked) -> bool:
    """Keep what a piece of a survey has found and return whether another may follow."""
    with transaction.atomic():
        taken = Import.objects.filter(pk=found.pk, state=_State.LISTING, cursor=found.cursor).update(
            cursor=looked.cursor,
            listed=found.listed + looked.count,
            total=found.total if looked.total is None else looked.total,
            result=dict(looked.figures),
            state=_State.LISTING if looked.cursor else _State.WORKING,
            listed_at=None if looked.cursor else timezone.now(),
            **_WELL,
        )
        if not taken:  # paused or stopped meanwhile
            return False
        surveys.keep(found.pk, looked.found)
    found.refresh_from_db()
    return bool(looked.cursor)


def _room(found: Import) -> bool:
    ((queued,),) = db.rows(
        f"""SELECT count(*) FROM (
               SELECT 1 FROM engine_work WHERE connection_id = %s AND lane = %s AND state IN ('ready', 'waiting')
                  AND priority > 0 AND due_at < {imports.LATER} LIMIT %s) AS queued""",  # noqa: S608
        [found.connection_id, found.lane, MOST_QUEUED],
    )
    return bool(queued < MOST_QUEUED)


def _queue(found: Import, records: Sequence[str]) -> None:
    """Put records on the to-do list as history, each with an event that says so.

    What is on the list already for another reason keeps its place and is only counted with the import.
    """
    resting = "w.state IN ('done', 'skipped', 'parked', 'failed')"
    db.change(
        f"""WITH taken AS (
                INSERT INTO engine_work AS w (connection_id, lane, flow, record, title, state, attempts, crashes,
                                              generation, priority, import_id, message, error_kind, fix)
                SELECT %(connection)s, %(lane)s, %(flow)s, record, '', 'ready', 0, 0, 1, %(priority)s, %(import)s,
                       '', '', ''
                  FROM unnest(%(records)s::text[]) AS record
                ON CONFLICT (connection_id, lane, record) DO UPDATE SET
                    import_id = EXCLUDED.import_id,
                    generation = w.generation + CASE WHEN {resting} THEN 1 ELSE 0 END,
                    priority = CASE WHEN {resting} THEN EXCLUDED.priority ELSE w.priority END,
                    attempts = CASE WHEN {resting} THEN 0 ELSE w.attempts END,
                    due_at = CASE WHEN {resting} THEN now() ELSE w.due_at END,
                    finished_at = NULL,
                    state = CASE WHEN {resting} THEN 'ready' ELSE w.state END,
                    updated_at = now()
                RETURNING w.record, w.generation
            )
            INSERT INTO engine_event (connection_id, source, topic, lane, record, generation, raw, headers)
            SELECT %(connection)s, 'import', %(topic)s, %(lane)s, record, generation, '', '{{}}' FROM taken""",  # noqa: S608
        {
            "connection": found.connection_id,
            "lane": found.lane,
            "flow": found.flow,
            "records": sorted(set(records)),
            "priority": HISTORY,
            "import": found.pk,
            "topic": f"import {found.pk}",
        },
    )


def _end_if_through(import_id: int) -> None:
    """Note what came of an import once nothing of it is queued or at work.

    What news has brought forward is today's work and may come again and again: that is waited for, but not for ever.
    """
    with transaction.atomic():
        found = Import.objects.select_for_update().get(pk=import_id)
        if found.state not in (_State.WORKING, _State.STOPPED):
            return
        busy = "('running')" if found.state == _State.STOPPED else "('ready', 'waiting', 'running')"
        if not found.dry_run and db.rows(
            _LEFT.format(busy=busy), [import_id, found.listed_at, NEWS_MINUTES, import_id]
        ):
            return
        if not found.dry_run:
            found.result = imports.count_states(import_id)
        found.state = _State.DONE if found.state == _State.WORKING else found.state
        found.finished_at = timezone.now()
        found.save(update_fields=["state", "finished_at", "result"])
        if found.state == _State.DONE:
            surveys.forget_older(found)
    log.info("import ended", extra={"import": import_id, "state": found.state})


_LEFT = """SELECT 1 FROM engine_work WHERE import_id = %s AND state IN {busy} AND (priority > 0 OR (
               SELECT coalesce(max(finished_at), %s) > now() - make_interval(mins => %s) FROM engine_work
                WHERE import_id = %s AND priority > 0)) LIMIT 1"""


def _note_failure(found: Import, error: Exception) -> None:
    known = isinstance(error, WoodooError)
    kind = type(error).__name__ if known else "InternalError"
    message = str(error.message) if isinstance(error, WoodooError) else _INTERNAL.format(kind=type(error).__name__)
    log.log(logging.WARNING if known else logging.ERROR, "import failed", exc_info=None if known else error)
    down = isinstance(error, RemoteDown)
    if isinstance(error, RemoteDown):
        breaker.trip(found.connection_id, side=error.side, reason=error.message, retry_after=error.retry_after)
    failures = found.failures + (0 if down else 1)
    passing = isinstance(error, RemoteError) and failures < GIVE_UP_AFTER
    db.change(
        """UPDATE engine_import SET message = %s, error_kind = %s, fix = %s, failures = %s,
                  due_at = now() + make_interval(secs => %s), state = CASE WHEN %s THEN state ELSE 'failed' END
            WHERE id = %s AND state = 'listing'""",
        [message, kind, getattr(error, "fix", ""), failures, 0.0 if down else PAUSE * failures, passing, found.pk],
    )


_INTERNAL = "Woodoo made a mistake ({kind}); the details are in the log."


@contextmanager
def _alone(import_id: int) -> Iterator[bool]:
    """Hold the right to carry an import on. It ends with the database session, so a killed worker gives it up."""
    ((alone,),) = db.rows("SELECT pg_try_advisory_lock(hashtextextended('woodoo:import', %s))", [import_id])
    try:
        yield bool(alone)
    finally:
        if alone:
            db.rows("SELECT pg_advisory_unlock(hashtextextended('woodoo:import', %s))", [import_id])
