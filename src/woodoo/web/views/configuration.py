"""How the two sides of a connection match, chosen from what both sides name."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from woodoo.connections.models import Connection
from woodoo.engine.work import connection_changed

from ..access import Role, needs
from ..choices import read_choices
from ..configuration import ConfigurationForm
from ..overview import connection_statuses
from ..pages import is_fragment, page
from .connections import _saved

log = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.ADMINISTRATOR)
def configuration(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the page at once, then the form when both sides have answered; store what is chosen."""
    found = get_object_or_404(Connection, pk=connection_id)
    context = {"section": "connections", "connection": found, "status": connection_statuses([found])[found.pk]}
    fragment = is_fragment(request)
    if request.method != "POST" and not fragment and "now" not in request.GET:
        return page(request, "configuration.html", context)
    choices = read_choices(found)
    form = ConfigurationForm(found.settings, choices, request.POST if request.method == "POST" else None)
    if form.is_valid():
        found.settings = form.stored_form()
        found.save(update_fields=["settings", "updated_at"])
        log.info("settings changed", extra={"connection": found.pk})
        messages.success(request, _saved(connection_changed(found.pk)))
        return redirect("connection", connection_id=found.pk)
    context |= {"form": form, "groups": form.groups(), "problems": choices.problems}
    return page(request, "parts/configuration_form.html" if fragment else "configuration.html", context)
