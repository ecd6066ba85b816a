"""Remembers where somebody changed what belongs to the other side.

Decides that there is one row a record and group of fields: it is open while both sides differ, ended once a later look
finds them equal, and opened again when it happens again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Count

from woodoo.engine import db
from woodoo.engine.flow import Outcome
from woodoo.engine.models import Drift

_NOTE = """
    INSERT INTO engine_drift AS d (connection_id, lane, record, title, "group", side, detail, times, repaired, ended_at)
    SELECT %(connection)s, %(lane)s, v.record, v.title, v.grp, v.side, v.detail, 1, v.repaired,
           CASE WHEN v.repaired THEN now() END
      FROM unnest(%(records)s::text[], %(titles)s::text[], %(groups)s::text[], %(sides)s::text[], %(details)s::text[],
                  %(repaired)s::bool[]) AS v (record, title, grp, side, detail, repaired)
    ON CONFLICT (connection_id, lane, record, "group") DO UPDATE SET
        title = COALESCE(NULLIF(EXCLUDED.title, ''), d.title), side = EXCLUDED.side, detail = EXCLUDED.detail,
        times = d.times + CASE WHEN d.ended_at IS NULL AND d.detail = EXCLUDED.detail THEN 0 ELSE 1 END,
        since = CASE WHEN d.ended_at IS NULL THEN d.since ELSE now() END,
        seen_at = now(), repaired = EXCLUDED.repaired, ended_at = EXCLUDED.ended_at
"""

_END = """
    UPDATE engine_drift d SET ended_at = now()
     WHERE d.connection_id = %(connection)s AND d.lane = %(lane)s AND d.ended_at IS NULL AND d.record = ANY(%(looked)s)
       AND NOT EXISTS (SELECT 1 FROM unnest(%(records)s::text[], %(groups)s::text[]) AS v (record, grp)
                        WHERE v.record = d.record AND v.grp = d."group")
"""


def note(connection_id: int, lane: str, outcomes: Mapping[str, Outcome]) -> None:
    """Note what these records' looks at both sides found; one that found nothing ends what was open."""
    looked = sorted(record for record, outcome in outcomes.items() if outcome.drifts is not None)
    if not looked:
        return
    found = [(record, outcomes[record].title, one) for record in looked for one in outcomes[record].drifts or ()]
    params = {
        "connection": connection_id,
        "lane": lane,
        "looked": looked,
        "records": [record for record, _, _ in found],
        "titles": [title for _, title, _ in found],
        "groups": [one.group for _, _, one in found],
        "sides": [one.side for _, _, one in found],
        "details": [one.detail for _, _, one in found],
        "repaired": [one.repaired for _, _, one in found],
    }
    if found:
        db.change(_NOTE, params)
    db.change(_END, params)


def find_drifts(
    connection_id: int | None = None, *, among: Iterable[int] | None = None, ended: bool = False, most: int = 200
) -> list[Drift]:
    """Return where both sides differ now, the newest first; with `ended` what was put right, too.

    `connection_id`: only of this connection; `among`: only of these.
    """
    rows = Drift.objects.all() if connection_id is None else Drift.objects.filter(connection_id=connection_id)
    rows = rows if among is None else rows.filter(connection_id__in=list(among))
    return list((rows if ended else rows.filter(ended_at=None)).order_by("-seen_at", "-pk")[:most])


def count_open(connection_ids: Iterable[int]) -> Mapping[int, int]:
    """Return in how many places both sides of each connection differ now."""
    rows = Drift.objects.filter(connection_id__in=list(connection_ids), ended_at=None)
    return dict(rows.values_list("connection_id").annotate(Count("pk")))
