"""Alerts: what needs a person now and what did, and the channels on which people are told."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from woodoo.alerts import channels
from woodoo.alerts.rounds import last_round
from woodoo.alerts.standing import standings
from woodoo.alerts.trial import try_channels
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError

from ..access import Role, needs, reach_of
from ..alertlist import alerts_of, every_alert
from ..channelforms import AddressForm, MailForm
from ..overview import connection_statuses
from ..pages import is_fragment, page

log = logging.getLogger(__name__)

#: What can be typed into the two forms is a secret.
_SECRETS = ("address", "password")


@require_safe
@needs(Role.VIEWER)
def alerts(request: HttpRequest) -> HttpResponse:
    """Show what is open on all connections, and what was."""
    context = {
        "section": "alerts",
        "alerts": every_alert(reach_of(request.user).connections()),
        "wide": True,
        **_looked(),
    }
    return page(request, "parts/alerts.html" if is_fragment(request) else "alerts.html", context)


@require_safe
@needs(Role.VIEWER)
def connection_alerts(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the alerts of one connection, and its channels."""
    return _show(request, get_object_or_404(Connection, pk=connection_id))


@sensitive_post_parameters(*_SECRETS)
@require_http_methods(["POST"])
@needs(Role.ADMINISTRATOR)
def channel_add(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Add a channel: a mail server, or an address of Apprise."""
    found = get_object_or_404(Connection, pk=connection_id)
    form = MailForm(request.POST) if "server" in request.POST else AddressForm(request.POST)
    if form.is_valid():
        try:
            made = channels.add(found, form.channel_address())
        except ConfigError as error:
            form.add_error(None, str(error))
        else:
            log.info("alert channel added", extra={"connection": found.pk})
            messages.success(request, gettext("%(name)s is told from now on. Test it.") % {"name": made.service})
            return redirect("connection-alerts", connection_id=found.pk)
    return _show(request, found, form)


@require_POST
@needs(Role.ADMINISTRATOR)
def channel_test(request: HttpRequest, connection_id: int, mark: str) -> HttpResponse:
    """Send a test message to one channel."""
    found = get_object_or_404(Connection, pk=connection_id)
    results = try_channels(found, mark)
    if not results:
        raise Http404
    for channel, error in results:
        if error:
            said = gettext("The test did not get through to %(name)s: %(error)s")
            messages.error(request, said % {"name": channel.service, "error": error})
        else:
            said = gettext("The test was handed to %(name)s. See whether it has arrived.")
            messages.success(request, said % {"name": channel.service})
    return redirect("connection-alerts", connection_id=found.pk)


@require_POST
@needs(Role.ADMINISTRATOR)
def channel_remove(request: HttpRequest, connection_id: int, mark: str) -> HttpResponse:
    """Take a channel away."""
    found = get_object_or_404(Connection, pk=connection_id)
    if channels.remove(found, mark):
        log.info("alert channel removed", extra={"connection": found.pk})
        messages.success(request, gettext("It is told nothing any more."))
    return redirect("connection-alerts", connection_id=found.pk)


def _show(request: HttpRequest, found: Connection, form: MailForm | AddressForm | None = None) -> HttpResponse:
    context = {"section": "connections", "connection": found, "alerts": alerts_of(found.pk), **_looked()}
    if is_fragment(request):
        return page(request, "parts/alerts.html", context)
    try:
        rules = found.rules
    except ConfigError:
        rules = None
    context |= {
        "status": connection_statuses([found])[found.pk],
        "channels": standings(found),
        "mail": form if isinstance(form, MailForm) else MailForm(),
        "address": form if isinstance(form, AddressForm) else AddressForm(),
        "settings": rules,
        "sealed": _sealed(found),
    }
    return page(request, "connection_alerts.html", context)


def _looked() -> dict[str, Any]:
    return {"looked_at": last_round(), "keep_days": settings.WOODOO_KEEP_DAYS}


def _sealed(found: Connection) -> str:
    """Say why the channels cannot be opened; empty where they can."""
    try:
        _ = found.alert_channels
    except ConfigError as error:
        return str(error)
    return ""
