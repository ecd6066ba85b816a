"""The figures behind the dashboard's charts, as the page's script asks for them."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from ..access import Role, needs, reach_of, reached
from ..course import DEFAULT, RANGES, told
from ..worklist import Query


@require_safe
@needs(Role.VIEWER)
def course(request: HttpRequest) -> JsonResponse:
    """Tell the charts of the connections the reader reaches, or of one of them."""
    asked = Query.of(request.GET).connection
    ids = [number for number in reached(request).values_list("pk", flat=True) if asked in (None, number)]
    span = request.GET.get("span", DEFAULT)
    whole = asked is None and reach_of(request.user).connections() is None
    charts = told(ids, span if span in RANGES else DEFAULT, whole=whole)
    return JsonResponse(charts, headers={"Cache-Control": "no-store"})
