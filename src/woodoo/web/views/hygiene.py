"""The clean-up report: products and customers that would hold up orders, named with links into both systems."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from woodoo import surveys
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import surveys as kept

from ..access import Role, needs
from ..csv import csv_file
from ..golive import checklist
from ..overview import connection_statuses
from ..pages import is_fragment, page
from ..tidying import HEAD, NAMES, cells, troubles_of
from .surveys import survey_row


@require_safe
@needs(Role.VIEWER)
def hygiene(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show what the last look has found, or the live part of the page while one goes on."""
    on = get_object_or_404(Connection, pk=connection_id)
    last = kept.newest(on.pk, surveys.HYGIENE.name)
    done = kept.through(on.pk, surveys.HYGIENE.name)
    context: dict[str, object] = {
        "connection": on,
        "kind": surveys.HYGIENE,
        "survey": survey_row(last) if last else None,
        "looked_at": done.finished_at if done else None,
        "read": done.result if done else {},
    }
    if done:
        try:
            context["troubles"] = troubles_of(on)
        except WoodooError as error:
            context["failure"] = error
    if is_fragment(request):
        return page(request, "parts/hygiene.html", context)
    rehearsed = kept.through(on.pk, surveys.REHEARSAL.name)
    context |= {
        "section": "connections",
        "status": connection_statuses([on])[on.pk],
        "causes": kept.causes(rehearsed.pk, "parked", "failed") if rehearsed else [],
        "rehearsed": rehearsed,
        "mappings": next(point for point in checklist(on) if point.name == "mappings"),
    }
    return page(request, "hygiene.html", context)


@require_safe
@needs(Role.VIEWER)
def as_csv(request: HttpRequest, connection_id: int, name: str) -> StreamingHttpResponse:
    """Send all records of one kind of trouble as a file."""
    on = get_object_or_404(Connection, pk=connection_id)
    if name not in NAMES:
        raise Http404
    return csv_file(f"{name}.csv", [str(one) for one in HEAD], cells(on, name))
