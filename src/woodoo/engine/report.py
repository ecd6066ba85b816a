"""What came of a batch is written down: on its records, their runs and links, and on the connection.

Decides that all of it is written or nothing, and that only the batch which still holds a record may report on it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import Jsonb

from woodoo.domain.text import shortened
from woodoo.engine import breaker, course, db, drift, finding, registry
from woodoo.engine.flow import Item, Outcome, OutcomeKind
from woodoo.engine.inbox import accept
from woodoo.engine.lease import Claim
from woodoo.engine.links import Links
from woodoo.engine.redact import redact
from woodoo.engine.verdict import Verdict, at_fault, judge

log = logging.getLogger(__name__)

#: Characters kept of what came of a record.
LONGEST_TITLE, LONGEST_TEXT, LONGEST_TRACE = 200, 4_000, 50_000


def finish(held: Claim, outcomes: Mapping[int, Outcome]) -> list[Item]:
    """Report what came of a batch, all or nothing, and return the items whose report came too late.

    Of those nothing is kept: somebody else is at them, or was.
    """
    with transaction.atomic():
        rows = db.rows(
            """SELECT id, generation, trial FROM engine_work WHERE lease_token = %s AND state = 'running'
                ORDER BY record COLLATE "C" FOR UPDATE""",
            [held.batch_id],
        )
        generations = {number: generation for number, generation, _ in rows}
        of_tests = {number for number, _, trial in rows if trial}
        kept = [item for item in held.items if item.work_id in generations]
        reports = [
            (item, outcome, judge(item, outcome, generation=generations[item.work_id], probe=held.probe))
            for item, outcome in ((item, outcomes[item.work_id]) for item in kept)
        ]
        _write_work(reports)
        _write_runs(held, kept, outcomes)
        finding.note(held.connection_id, held.lane, {item.work_id: outcomes[item.work_id] for item in kept})
        Links(held.connection_id).upsert(link for item in kept for link in outcomes[item.work_id].links)
        drift.note(held.connection_id, held.lane, {item.record: outcomes[item.work_id] for item in kept})
        _ring(held, [outcomes[item.work_id] for item in kept])
        _tell_breaker(held, [(item, outcome) for item, outcome, _ in reports])
        course.note(held.connection_id, held.lane, [one for one in reports if one[0].work_id not in of_tests])
    lost = [item for item in held.items if item.work_id not in generations]
    if lost:
        log.warning(
            "report refused: the lease was lost",
            extra={
                "connection": held.connection_id,
                "lane": held.lane,
                "batch": str(held.batch_id),
                "count": len(lost),
            },
        )
    return lost


def _write_work(reports: Sequence[tuple[Item, Outcome, Verdict]]) -> None:
    if not reports:
        return
    values = [(item.work_id, verdict, outcome) for item, outcome, verdict in reports]
    db.change(
        """UPDATE engine_work w SET
               state = v.state, attempts = v.attempts, crashes = 0,
               trips = CASE WHEN v.down THEN w.trips + 1 ELSE 0 END,
               due_at = CASE WHEN v.keeps_place THEN w.due_at ELSE now() + make_interval(secs => v.delay) END,
               lease_token = NULL, lease_until = NULL,
               message = v.message, error_kind = v.error_kind, fix = v.fix,
               title = COALESCE(NULLIF(v.title, ''), w.title),
               place = v.place, cause = v.cause, seen = COALESCE(NULLIF(v.seen, ''), w.seen),
               finished_at = CASE WHEN v.state IN ('done', 'skipped', 'failed') THEN now() END,
               updated_at = now()
             FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::float8[], %s::text[], %s::text[], %s::text[],
                         %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::bool[])
                  AS v (id, state, attempts, delay, message, error_kind, fix, title, place, cause, seen, down,
                        keeps_place)
            WHERE w.id = v.id""",
        [
            [number for number, _, _ in values],
            [verdict.state.value for _, verdict, _ in values],
            [verdict.attempts for _, verdict, _ in values],
            [verdict.delay for _, verdict, _ in values],
            [_plain(outcome.message) for _, _, outcome in values],
            [outcome.error_kind for _, _, outcome in values],
            [_plain(outcome.fix) for _, _, outcome in values],
            [_plain(outcome.title, LONGEST_TITLE) for _, _, outcome in values],
            [_plain(outcome.where, LONGEST_TITLE) for _, _, outcome in values],
            [_plain(outcome.cause) for _, _, outcome in values],
            [outcome.seen for _, _, outcome in values],
            [outcome.kind is OutcomeKind.DOWN for _, _, outcome in values],
            [verdict.keeps_place for _, verdict, _ in values],
        ],
    )


def _write_runs(held: Claim, kept: Sequence[Item], outcomes: Mapping[int, Outcome]) -> None:
    if not kept:
        return
    reports = [(item.work_id, outcomes[item.work_id]) for item in kept]
    db.change(
        """UPDATE engine_run r SET
               outcome = v.outcome, ended_at = now(), message = v.message, error_kind = v.error_kind, fix = v.fix,
               plan = v.plan, traceback = v.trace
             FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[])
                  AS v (work_id, outcome, message, error_kind, fix, plan, trace)
            WHERE r.batch = %s AND r.work_id = v.work_id""",
        [
            [number for number, _ in reports],
            [outcome.kind.value for _, outcome in reports],
            [_plain(outcome.message) for _, outcome in reports],
            [outcome.error_kind for _, outcome in reports],
            [_plain(outcome.fix) for _, outcome in reports],
            [None if outcome.plan is None else Jsonb(redact(outcome.plan)) for _, outcome in reports],
            [_plain(outcome.trace, LONGEST_TRACE) for _, outcome in reports],
            held.batch_id,
        ],
    )


def _ring(held: Claim, outcomes: Sequence[Outcome]) -> None:
    """Put on the to-do list what these records ask to have looked at."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for outcome in outcomes:
        for flow, record in outcome.rings:
            wanted[flow].add(record)
    for flow in sorted(wanted):
        accept(held.connection_id, registry.lane_of(flow), flow, wanted[flow], source="flow", topic=held.lane)


def _tell_breaker(held: Claim, reports: Sequence[tuple[Item, Outcome]]) -> None:
    """Pause the connection where a side was down; let it go again where a probe came back."""
    down = [
        outcome
        for item, outcome in reports
        if outcome.kind is OutcomeKind.DOWN and not at_fault(item, outcome, probe=held.probe)
    ]
    if down:
        worst = max(down, key=lambda outcome: outcome.retry_after or 0.0)
        breaker.trip(held.connection_id, side=worst.side, reason=_plain(worst.message), retry_after=worst.retry_after)
    elif held.probe and reports:
        breaker.reset(held.connection_id)


def _plain(text: str, most: int = LONGEST_TEXT) -> str:
    """Return text PostgreSQL can hold and a screen can show."""
    return shortened(text, most).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
