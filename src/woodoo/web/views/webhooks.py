"""Webhooks of a connection: have them looked at now, and give them another secret."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from woodoo.chores.webhooks import NAME, store_follows
from woodoo.connections.hook import renew_secret
from woodoo.connections.models import Connection
from woodoo.engine import chores

from ..access import Role, needs
from ..doors import forget_doors
from .connections import show_connection

log = logging.getLogger(__name__)


@require_POST
@needs(Role.ADMINISTRATOR)
def look_now(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Have a worker look after the webhooks now."""
    found = get_object_or_404(Connection, pk=connection_id)
    chores.soon(found.pk, NAME)
    messages.success(request, gettext("A worker looks after the webhooks now. Open this page again in some seconds."))
    return redirect("connection", found.pk)


@require_POST
@needs(Role.ADMINISTRATOR)
def webhook_secret(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Make a new webhook secret and show it this once; the store's webhooks follow."""
    found = get_object_or_404(Connection, pk=connection_id)
    secret = renew_secret(found, told=store_follows(found))
    forget_doors()
    chores.soon(found.pk, NAME)
    log.info("webhook secret renewed", extra={"connection": found.pk})
    return show_connection(request, found, secret)
