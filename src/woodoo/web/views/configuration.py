"""How the two sides of a connection match, chosen from what both sides name."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from woodoo.connections.changing import Meanwhile, replace_settings
from woodoo.connections.models import Connection

from ..access import Role, needs
from ..choices import Choices, read_choices
from ..configuration import ConfigurationForm
from ..configuration.cards import cards, problems_of, unknown_settings
from ..configuration.form import pointed_at
from ..live_check import check_new
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
    context["test_now"] = request.method == "GET" and request.GET.get("test") == "1"
    fragment = is_fragment(request)
    if request.method != "POST" and not fragment and "now" not in request.GET:
        return page(request, "configuration.html", context)
    choices = read_choices(found, pointed_at(found.settings))
    form = ConfigurationForm(found.settings, choices, request.POST if request.method == "POST" else None)
    unasked: list[str] = []
    if form.is_valid():
        checked = check_new(found, found.settings, form.stored_form())
        form.add_problems(checked.problems)
        unasked = checked.unasked
        if not checked.problems and (not unasked or "anyway" in request.POST):
            try:
                again = replace_settings(found, form.stored_form(), unchecked=" ".join(unasked))
            except Meanwhile:
                form.changed_meanwhile()
            else:
                for sentence in dict.fromkeys(checked.notes):
                    messages.warning(request, sentence)
                return _saved_and_on(request, found, again)
    context |= {**_shown(form, choices), "unasked": unasked}
    return page(request, "parts/configuration_form.html" if fragment else "configuration.html", context)


def _saved_and_on(request: HttpRequest, on: Connection, again: int) -> HttpResponse:
    """Stay, with the connection's test, which tries the settings in Odoo; or without, where that is asked."""
    log.info("settings changed", extra={"connection": on.pk})
    messages.success(request, _saved(again))
    if "stay" in request.POST:
        return redirect("configuration", connection_id=on.pk)
    return redirect(reverse("configuration", args=[on.pk]) + "?test=1")


def _shown(form: ConfigurationForm, choices: Choices) -> dict[str, Any]:
    return {
        "form": form,
        "cards": cards(form),
        "problems": choices.problems,
        "mistakes": problems_of(form),
        "unknown": unknown_settings(form),
        "wrong": form.wrong,
    }
