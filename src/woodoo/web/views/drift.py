"""What was changed on the side that does not own it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from woodoo.connections.models import Connection
from woodoo.engine.drift import find_drifts
from woodoo.engine.models import Drift, Work

from ..access import Role, needs, reached
from ..pages import page
from ..words import group_word, side_word
from ..worklist import Query

#: Rows shown.
MOST = 200


@dataclass(frozen=True)
class Row:
    """One group of fields of one record."""

    drift: Drift
    connection: Connection | None
    group: str
    side: str
    #: The record's journey; None where it is not on the list any more.
    work_id: int | None


@require_safe
@needs(Role.VIEWER)
def drift(request: HttpRequest) -> HttpResponse:
    """Show where both sides differ, and with `all` what was put right, too."""
    query = Query.of(request.GET)
    everything = request.GET.get("all") == "1"
    connections = {connection.pk: connection for connection in reached(request)}
    found = find_drifts(query.connection, among=connections, ended=everything, most=MOST + 1)
    numbers = _work_ids(found)
    rows = [
        Row(
            one,
            connections.get(one.connection_id),
            group_word(one.group),
            side_word(one.side),
            numbers.get((one.connection_id, one.lane, one.record)),
        )
        for one in found[:MOST]
    ]
    context = {
        "section": "work",
        "query": query,
        "connections": list(connections.values()),
        "many_connections": len(connections) > 1,
        "rows": rows,
        "cut": len(found) > MOST,
        "everything": everything,
    }
    return page(request, "drift.html", context)


def _work_ids(found: list[Drift]) -> dict[tuple[int, str, str], int]:
    rows = Work.objects.filter(
        connection_id__in={one.connection_id for one in found}, record__in={one.record for one in found}
    ).values_list("connection_id", "lane", "record", "pk")
    return {(connection_id, lane, record): pk for connection_id, lane, record, pk in rows}
