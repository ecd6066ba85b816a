"""Test runs of a connection: begun, followed step by step, cleaned up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.trials import book

from ..access import Role, needs, reach_of
from ..pages import is_fragment, page
from ..trial_words import card_of


@require_safe
@needs(Role.VIEWER)
def trials(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show how the newest test run goes, for the card on the connection's page; else lead to that page."""
    found = get_object_or_404(Connection, pk=connection_id)
    if not is_fragment(request):
        return _back(found)
    return page(request, "parts/trials.html", {"connection": found, "card": card_of(found)})


@require_POST
@needs(Role.OPERATOR)
def start(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Begin a test run; where it cannot begin, say why. Into the books it takes an administrator."""
    found = get_object_or_404(Connection, pk=connection_id)
    books = "books" in request.POST and reach_of(request.user).on(found.pk) >= Role.ADMINISTRATOR
    try:
        made = book.start(found, started_by=request.user.get_username(), books=books)
    except WoodooError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    else:
        messages.success(request, _("Test run %(number)s has begun.") % {"number": made.pk})
    return _back(found)


@require_POST
@needs(Role.OPERATOR)
def clean(request: HttpRequest, connection_id: int) -> HttpResponse:
    """End the test run that is under way, and take away what runs have left behind."""
    found = get_object_or_404(Connection, pk=connection_id)
    book.clean(found)
    messages.success(request, _("A worker takes away what test runs have left behind."))
    return _back(found)


def _back(found: Connection) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('connection', args=[found.pk])}#trials")
