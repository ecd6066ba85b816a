"""The overview: how all connections are doing, and what needs a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from woodoo.engine.models import Work

from ..access import Role, needs, reach_of, reached
from ..course import DEFAULT, spans
from ..dashboard import dashboard
from ..overview import cards, last_done, troubled_first
from ..pages import is_fragment, page
from ..words import ATTENTION

#: Records that need a person, and connections, shown at most.
_SHOWN, _CONNECTIONS = 8, 12


@require_safe
@needs(Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """Show the overview, or its live part."""
    connections = list(reached(request))
    ids = [one.pk for one in connections]
    shown = troubled_first(connections)[:_CONNECTIONS] if len(connections) > _CONNECTIONS else connections
    attention = Work.objects.filter(state__in=ATTENTION, connection_id__in=ids, trial=False)
    context = {
        "section": "home",
        "cards": cards(shown),
        "more_connections": len(connections) - len(shown),
        "attention": list(attention.order_by("-updated_at")[:_SHOWN]),
        "board": dashboard(ids, last_done(ids), whole=reach_of(request.user).connections() is None),
        "of": "",
        "spans": spans(),
        "span": DEFAULT,
    }
    return page(request, "parts/overview.html" if is_fragment(request) else "home.html", context)
