"""What Woodoo would map of a store: shown beside what is not mapped yet, and taken with one button."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.mapping.proposals import fingerprint

from ..access import Role, needs
from ..overview import connection_statuses
from ..pages import is_fragment, page
from .connections import _saved

log = logging.getLogger(__name__)

#: So many rows are shown; shops in the United States have thousands of tax rates.
MOST = 60


@require_safe
@needs(Role.ADMINISTRATOR)
def proposals(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Ask both sides and show what is proposed: as a part of the Configuration page, or without JavaScript alone."""
    from woodoo.wiring import propose

    on = get_object_or_404(Connection, pk=connection_id)
    alone = not is_fragment(request)
    if alone and "now" not in request.GET:
        return redirect("configuration", connection_id=on.pk)
    context: dict[str, object] = {"connection": on}
    if alone:
        context |= {"section": "connections", "status": connection_statuses([on])[on.pk]}
    try:
        found = propose(on)
        context |= {
            "proposals": found[:MOST],
            "more": max(0, len(found) - MOST),
            "clear": sum(one.odoo_id is not None for one in found),
            "seen": fingerprint(found),
        }
    except WoodooError as error:
        context["failure"] = error
    return page(request, "proposals.html" if alone else "parts/proposals.html", context)


@require_POST
@needs(Role.ADMINISTRATOR)
def take(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Write what was shown into the settings, if it still is what is proposed. Nothing is overwritten."""
    from woodoo.wiring import propose, take_proposals

    on = get_object_or_404(Connection, pk=connection_id)
    try:
        found = propose(on)
    except WoodooError as error:
        messages.error(request, f"{gettext('Nothing was taken.')} {error}")
        return redirect("configuration", connection_id=on.pk)
    if fingerprint(found) != request.POST.get("seen"):
        messages.warning(
            request, gettext("Nothing was taken: what is proposed has changed meanwhile. Look at it again.")
        )
        return redirect("configuration", connection_id=on.pk)
    count, again = take_proposals(on, found)
    log.info("proposals taken", extra={"connection": on.pk, "count": count})
    taken = ngettext("%(count)d mapping taken.", "%(count)d mappings taken.", count) % {"count": count}
    messages.success(request, f"{taken} {_saved(again)}")
    return redirect("configuration", connection_id=on.pk)
