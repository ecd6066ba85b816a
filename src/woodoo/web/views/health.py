"""The health check of a connection: what the last one found, and one more now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from woodoo.checkup import book
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

from ..access import Role, needs
from ..pages import is_fragment, page


@require_safe
@needs(Role.VIEWER)
def health(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show what the last check found, for the card on the connection's page; else lead to that page."""
    found = get_object_or_404(Connection, pk=connection_id)
    if not is_fragment(request):
        return HttpResponseRedirect(f"{reverse('connection', args=[found.pk])}#health")
    return _card(request, found)


@require_POST
@needs(Role.OPERATOR)
def check(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Look at everything now, and show what was found."""
    from woodoo import wiring

    found = get_object_or_404(Connection, pk=connection_id)
    try:
        book.note(found.pk, wiring.examine(found))
    except WoodooError as error:
        return page(request, "parts/checks.html", {"failure": error})
    return _card(request, found)


def _card(request: HttpRequest, found: Connection) -> HttpResponse:
    return page(request, "parts/health.html", {"connection": found, "health": book.health_of([found.pk])[found.pk]})
