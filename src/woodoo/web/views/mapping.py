"""The sheet of mappings: what the store uses, how often, and what it is in Odoo; proposals are taken with a click."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from woodoo import surveys
from woodoo.connections.maps import take_rows
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import surveys as kept
from woodoo.mapping.evidence.row import Row, Stand

from ..access import Role, needs
from ..evidence import read_back, sections_of, written
from ..overview import connection_statuses
from ..pages import is_fragment, page
from .connections import _saved
from .surveys import SurveyRow, survey_row

log = logging.getLogger(__name__)


@require_safe
@needs(Role.ADMINISTRATOR)
def mapping(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the page at once, and the sheet when both sides have answered (or without JavaScript, `?now=1`, at once)."""
    on = get_object_or_404(Connection, pk=connection_id)
    if request.GET.get("part") == "usage" and is_fragment(request):
        return _usage_part(request, on)
    context: dict[str, object] = {"connection": on, "now": "now" in request.GET}
    if is_fragment(request) or context["now"]:
        context |= _sheet(on)
    if is_fragment(request):
        return page(request, "parts/mapping.html", context)
    context |= {"section": "connections", "status": connection_statuses([on])[on.pk], **_usage(on)}
    return page(request, "mapping.html", context)


def _usage_part(request: HttpRequest, on: Connection) -> HttpResponse:
    """Show how far the look at past orders has come; once it is over, the sheet is to be asked for anew."""
    context = _usage(on)
    answer = page(request, "parts/usage.html", context)
    survey = context["survey"]
    if not (isinstance(survey, SurveyRow) and survey.is_open):
        answer["HX-Refresh"] = "true"
    return answer


def _usage(on: Connection) -> dict[str, object]:
    usage, skus, done = surveys.usage_of(on)
    last = kept.newest(on.pk, surveys.USAGE.name)
    return {
        "connection": on,
        "usage": usage if done else None,
        "skus": skus,
        "looked_at": done.finished_at if done else None,
        "survey": survey_row(last) if last else None,
        "kind": surveys.USAGE,
    }


def _sheet(on: Connection) -> dict[str, object]:
    from woodoo.wiring import read_mappings

    try:
        rows = read_mappings(on)
    except WoodooError as error:
        return {"failure": error}
    proposals = [row for row in rows if row.stand is Stand.PROPOSED]
    gaps = [row for row in rows if row.is_gap and row.is_used]
    return {
        "sections": sections_of(rows),
        "proposed": len(proposals),
        "gaps": len(gaps),
        "mapped": sum(row.stand is Stand.MAPPED for row in rows),
        "all_proposals": written(proposals),
    }


@require_POST
@needs(Role.ADMINISTRATOR)
def take(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Write what was shown into the settings. Nothing is overwritten."""
    on = get_object_or_404(Connection, pk=connection_id)
    try:
        rows: list[Row] = read_back(request.POST.get("rows", ""))
        count, again = take_rows(on.pk, rows)
    except WoodooError as error:
        messages.error(request, str(error))
        return redirect("mapping", connection_id=on.pk)
    log.info("mappings taken", extra={"connection": on.pk, "count": count})
    if count:
        taken = ngettext("%(count)d mapping taken.", "%(count)d mappings taken.", count) % {"count": count}
        messages.success(request, f"{taken} {_saved(again)}")
    else:
        messages.info(request, _("Nothing was taken: it was set meanwhile, and is left as it is."))
    return redirect("mapping", connection_id=on.pk)
